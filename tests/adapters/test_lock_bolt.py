"""The bolt of any lock, moved through a real lock entity."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from homeassistant.components.lock import LockEntity
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockEntityPlatform

from custom_components.verified_response.adapters.locks import HomeLocks
from custom_components.verified_response.core.premises import Door, LockFamily
from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import HASTE, KEY, LOCK, fails

CONTACT = "binary_sensor.shed_door"
CONFIRMED, UNVERIFIED = WriteOutcome.CONFIRMED, WriteOutcome.UNVERIFIED


class MotorLock(LockEntity):
    """A lock with a motor that takes its time, and may stick."""

    _attr_should_poll = False
    _attr_unique_id = "motor"
    _attr_name = "Shed"

    def __init__(self):
        self._attr_is_locked = True
        self.moves = []
        self.jams = self.stays = False
        self.error = None
        self.work = []
        self.takes_s = 0.01
        self.hang_s = 0

    async def async_lock(self, **kwargs):
        await self._move(locked=True)

    async def async_unlock(self, **kwargs):
        await self._move(locked=False)

    async def _move(self, *, locked):
        self.moves.append("lock" if locked else "unlock")
        await asyncio.sleep(self.hang_s)
        if self.error:
            raise self.error
        self._attr_is_locking, self._attr_is_unlocking = locked, not locked
        self.async_write_ha_state()
        self.work.append(asyncio.create_task(self._arrive(locked=locked)))

    async def _arrive(self, *, locked):
        await asyncio.sleep(self.takes_s)
        self._attr_is_locking = self._attr_is_unlocking = False
        if not self.stays:
            self._attr_is_jammed = self.jams
            self._attr_is_locked = None if self.jams else locked
        self.async_write_ha_state()

    def show(self, **attributes):
        for name, value in attributes.items():
            setattr(self, f"_attr_{name}", value)
        self.async_write_ha_state()


class House:
    """The lock, its door contact, and the adapter."""

    def __init__(self, hass, lock, family):
        self.hass = hass
        self.lock = lock
        door = Door(id="shed", name="Shed", source=LOCK, family=family)
        self.doors = {"shed": door}
        self.locks = HomeLocks(hass, self.doors, key=KEY, patience=HASTE)

    @property
    def control(self):
        return self.locks.of("shed")

    def door_is(self, state):
        self.doors["shed"] = replace(self.doors["shed"], contact=CONTACT)
        if state is not None:
            self.hass.states.async_set(CONTACT, state)


@pytest.fixture(params=[LockFamily.NONE, LockFamily.MANUAL, LockFamily.ZIGBEE2MQTT])
async def house(request, hass):
    """A bolt moves whatever becomes of codes."""
    assert await async_setup_component(hass, "lock", {})
    lock = MotorLock()
    platform = MockEntityPlatform(hass, domain="lock", platform_name="motors")
    await platform.async_add_entities([lock])
    yield House(hass, lock, request.param)
    for move in lock.work:
        move.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await move


async def test_a_bolt_that_arrives_is_confirmed(house):
    assert await house.control.unlock() is CONFIRMED
    assert house.hass.states.get(LOCK).state == "unlocked"
    assert await house.control.lock() is CONFIRMED
    assert house.hass.states.get(LOCK).state == "locked"
    assert house.lock.moves == ["unlock", "lock"]


async def test_a_bolt_that_is_there_already_is_not_moved(house):
    assert await house.control.lock() is CONFIRMED
    house.lock.show(is_locked=False)
    assert await house.control.unlock() is CONFIRMED
    house.lock.show(is_locked=False, is_open=True)
    assert await house.control.unlock() is CONFIRMED
    assert house.lock.moves == []


async def test_after_an_unclear_unlock_a_locked_state_is_not_believed(house):
    """The unlock may still be on its way, behind a state that is old."""
    assert await house.control.lock(surely=True) is CONFIRMED
    assert house.lock.moves == ["lock"]
    house.door_is("on")
    await fails(house.control.lock(surely=True), "door_open")


@pytest.mark.parametrize("verb", ["lock", "unlock"])
async def test_a_bolt_that_jams_is_told(house, verb):
    house.lock.show(is_locked=verb == "unlock")
    house.lock.jams = True
    await fails(getattr(house.control, verb)(), "lock_jammed")


async def test_a_bolt_that_stays_jammed_is_told(house):
    house.lock.show(is_jammed=True, is_locked=None)
    house.lock.stays = True
    await fails(house.control.unlock(), "lock_jammed")


async def test_a_jam_that_the_next_attempt_frees_is_no_jam(house):
    """What the entity says again of the old jam is not about this attempt."""
    house.lock.show(is_jammed=True, is_locked=None)
    house.lock.takes_s = 0.05
    moving = asyncio.create_task(house.control.unlock())
    await asyncio.sleep(0.01)
    house.hass.states.async_set(LOCK, "jammed", {"changed_by": "Anna"})
    assert await moving is CONFIRMED


async def test_a_bolt_that_never_arrives_is_somewhere(house):
    house.lock.stays = True
    await fails(house.control.unlock(), "lock_move_unknown")


async def test_a_lock_that_never_answers_is_left_in_time(house):
    house.lock.hang_s = 60
    await fails(house.control.unlock(), "lock_move_unknown")


async def test_an_error_of_the_integration_tells_nothing_of_the_bolt(house):
    house.lock.error = HomeAssistantError("no answer")
    await fails(house.control.unlock(), "lock_move_unknown")


async def test_a_lock_that_wants_a_code_is_told(house):
    house.lock.show(code_format=r"^\d{4}$")
    await fails(house.control.unlock(), "lock_needs_code")
    assert house.lock.moves == []


async def test_an_unavailable_lock_is_not_moved(house):
    house.lock.show(available=False)
    await fails(house.control.unlock(), "lock_unavailable")
    await fails(house.control.lock(), "lock_unavailable")
    house.door_is("on")
    await fails(house.control.lock(), "lock_unavailable")
    assert house.lock.moves == []


async def test_a_lock_without_any_state_is_not_moved(house):
    house.doors["shed"] = replace(house.doors["shed"], source="lock.elsewhere")
    await fails(house.control.unlock(), "lock_unavailable")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("on", "door_open"),
        ("unknown", "door_unknown"),
        ("unavailable", "door_unknown"),
        (None, "door_unknown"),
    ],
)
async def test_no_bolt_is_thrown_at_a_door_that_is_not_known_to_be_closed(house, state, code):
    house.lock.show(is_locked=False)
    house.door_is(state)
    await fails(house.control.lock(), code)
    assert house.lock.moves == []
    assert await house.control.unlock() is CONFIRMED


async def test_a_closed_door_is_locked(house):
    house.lock.show(is_locked=False)
    house.door_is("off")
    assert await house.control.lock() is CONFIRMED


async def test_a_lock_that_only_assumes_its_state_is_moved_and_not_believed(house):
    house.lock.show(assumed_state=True)
    assert await house.control.lock() is UNVERIFIED
    assert await house.control.unlock() is UNVERIFIED
    assert house.lock.moves == ["lock", "unlock"]


async def test_an_assumed_bolt_is_not_thrown_at_an_open_door_either(house):
    house.lock.show(assumed_state=True)
    house.door_is("on")
    await fails(house.control.lock(), "door_open")
    assert house.lock.moves == []


async def test_a_bolt_is_moved_in_nobodys_name(house):
    calls = []
    house.hass.bus.async_listen(EVENT_CALL_SERVICE, calls.append)
    await house.control.unlock()
    (call,) = calls
    assert call.context.user_id is None
    assert (call.data["domain"], call.data["service"]) == ("lock", "unlock")
