"""A real broker and a simulated lock of Zigbee2MQTT, under Home Assistant's own mqtt."""

import asyncio
import json
import logging
import secrets
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.adapters.locks import HomeLocks, family_of, zigbee2mqtt
from custom_components.verified_response.adapters.locks.base import Patience
from custom_components.verified_response.core.errors import LockFailedError
from custom_components.verified_response.core.premises import Door, LockFamily
from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .z2m.house import ZigbeeHouse, zigbee_house
from .z2m.lock import TOPIC

pytestmark = [pytest.mark.real, pytest.mark.slow]

OWNERS_CODE, PIN = "850273", "047391"
LOCK = "lock.front_door"
HASTE = Patience(read_s=1, write_s=2, settle_s=3, poll_s=0.1, bolt_s=5)
RECONNECTED_S = 30
"""Home Assistant tries again every 10 s."""
QUIET_S = 0.5
"""Long enough for what must not happen to have happened."""


@pytest.fixture
def house(tmp_path: Path, socket_enabled: None) -> Iterator[ZigbeeHouse]:
    """A running broker and lock."""
    with zigbee_house(tmp_path) as running:
        yield running


@pytest.fixture
async def door(hass, mock_hass_config, house):
    """The lock's adapter, once the real integration has made an entity of the announcement."""
    entry = MockConfigEntry(
        domain="mqtt",
        title="MQTT",
        data={"broker": "127.0.0.1", "port": house.port, "protocol": "5"},
        options={"birth_message": {}, "will_message": {}},
        version=2,
        minor_version=1,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await becomes(hass, "locked", nudge=house.report)
    doors = {
        "front": Door(id="front", name="Front door", source=LOCK, family=LockFamily.ZIGBEE2MQTT)
    }
    locks = HomeLocks(hass, doors, key=secrets.token_bytes(32), patience=HASTE)
    yield SimpleNamespace(control=locks.of("front"), mine=locks.fingerprint(PIN))
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def becomes(hass, wanted, *, nudge=lambda: None, within_s=10):
    """Wait for the entity; `nudge` has the lock tell its state again."""
    for attempt in range(within_s * 10):
        state = hass.states.get(LOCK)
        if state is not None and state.state == wanted:
            return
        if attempt % 10 == 5:
            nudge()
        await asyncio.sleep(0.1)
    assert hass.states.get(LOCK).state == wanted


async def fails(work, code):
    with pytest.raises(LockFailedError) as failed:
        await work
    assert failed.value.code == code
    assert PIN not in f"{failed.value!r}{failed.value.placeholders}"


@pytest.mark.parametrize("expose_pin", [False, True])
async def test_a_code_lives_and_is_gone_and_nobody_else_heard_it(
    hass, house, door, caplog, expose_pin
):
    assert family_of(hass, LOCK) is LockFamily.ZIGBEE2MQTT
    house.behave(expose_pin=expose_pin)
    bounds = await door.control.capabilities()
    assert bounds.read_back
    assert bounds.min_length <= len(PIN) <= bounds.max_length

    house.program(19, OWNERS_CODE)  # by other hands, in the place where the search begins
    slot = await door.control.free_slot(frozenset({18}))
    assert slot == 17

    events = []
    stop = hass.bus.async_listen(MATCH_ALL, events.append)
    assert await door.control.set_code(slot, PIN, name="Engine 5") is WriteOutcome.CONFIRMED
    assert house.users() == {19: OWNERS_CODE, slot: PIN}
    assert await door.control.known_codes() == ({OWNERS_CODE, PIN} if expose_pin else set())
    assert house.keypad(PIN)
    await becomes(hass, "unlocked")

    taken = "lock_slot_taken" if expose_pin else "lock_place_hidden"
    await fails(door.control.set_code(19, PIN, name="Engine 5"), taken)
    if expose_pin:
        assert await door.control.clear_code(19, fingerprint=door.mine) is WriteOutcome.CONFIRMED
    assert await door.control.clear_code(slot, fingerprint=door.mine) is WriteOutcome.CONFIRMED
    assert house.users() == {19: OWNERS_CODE}
    assert not house.keypad(PIN)
    assert house.keypad(OWNERS_CODE)
    assert await door.control.free_slot(frozenset({18})) == slot
    await hass.async_block_till_done()
    stop()

    assert [event for event in events if PIN in str(event.data)] == []
    assert not any(event.event_type == EVENT_CALL_SERVICE for event in events)
    told = [record for record in caplog.records if PIN in record.getMessage()]
    # What Home Assistant's mqtt logs at level debug is not in our reach.
    assert all(record.levelno == logging.DEBUG for record in told)
    assert all(record.name.startswith("homeassistant.components.mqtt.") for record in told)
    assert PIN not in str([state.as_dict() for state in hass.states.async_all()])


async def test_a_code_used_at_the_keypad_is_named_by_its_user(hass, house, door):
    """What a listener for used codes will find on the device's topic."""
    heard = []
    from homeassistant.components import mqtt

    stop = await mqtt.async_subscribe(
        hass, TOPIC, lambda message: heard.append(json.loads(message.payload)), qos=0
    )
    await door.control.set_code(17, PIN, name="Engine 5")
    assert house.keypad(PIN)
    await becomes(hass, "unlocked")
    stop()
    [used] = [message for message in heard if message.get("action") == "unlock"]
    assert (used["action_user"], used["action_source_name"]) == (17, "keypad")


async def test_the_bolt_moves(hass, door):
    assert await door.control.unlock() is WriteOutcome.CONFIRMED
    assert hass.states.get(LOCK).state == "unlocked"
    assert await door.control.lock() is WriteOutcome.CONFIRMED
    assert hass.states.get(LOCK).state == "locked"


async def test_a_late_answer_is_waited_for(house, door):
    house.behave(delay_s=0.6)
    assert await door.control.set_code(17, PIN, name="x") is WriteOutcome.CONFIRMED
    assert await door.control.clear_code(17, fingerprint=door.mine) is WriteOutcome.CONFIRMED
    assert house.users() == {}


async def test_lost_questions_are_asked_again(house, door):
    house.behave(lost_gets=1)
    assert await door.control.set_code(17, PIN, name="x") is WriteOutcome.CONFIRMED
    house.behave(lost_gets=1)
    assert await door.control.clear_code(17, fingerprint=door.mine) is WriteOutcome.CONFIRMED
    assert house.users() == {}


async def test_a_lost_write_is_never_confirmed(house, door):
    house.behave(lost_sets=1)
    await fails(door.control.set_code(17, PIN, name="x"), "lock_refused_code")
    assert house.users() == {}
    assert await door.control.set_code(17, PIN, name="x") is WriteOutcome.CONFIRMED
    house.behave(lost_sets=1)
    await fails(door.control.clear_code(17, fingerprint=door.mine), "lock_kept_code")
    assert house.users() == {17: PIN}


async def test_a_full_lock_refuses(house, door):
    house.program(1, OWNERS_CODE)
    house.behave(capacity=1)
    await fails(door.control.set_code(17, PIN, name="x"), "lock_refused_code")
    assert house.users() == {1: OWNERS_CODE}


async def test_a_code_that_another_user_has_is_refused(house, door):
    house.program(1, PIN)
    await fails(door.control.set_code(17, PIN, name="x"), "lock_refused_code")
    assert house.users() == {1: PIN}


async def test_a_sleeping_lock_is_neither_empty_nor_written(house, door):
    house.behave(asleep=True)
    await fails(door.control.free_slot(frozenset()), "lock_unreadable")
    await fails(door.control.set_code(17, PIN, name="x"), "lock_unreadable")
    await fails(door.control.clear_code(17, fingerprint=door.mine), "lock_unreadable")
    house.behave(asleep=False)
    await asyncio.sleep(QUIET_S)
    assert house.users() == {}


async def test_a_lock_that_contradicts_itself_is_unreadable(house, door):
    house.behave(flickers=True)
    await fails(door.control.set_code(17, PIN, name="x"), "lock_unreadable")
    assert house.users() == {}


async def test_a_lock_that_calls_nothing_free_is_full(house, door):
    house.behave(tells="disabled")
    await fails(door.control.free_slot(frozenset()), "lock_full")
    house.behave(tells="not_supported_255")
    await fails(door.control.free_slot(frozenset()), "lock_unreadable")


async def test_a_number_beyond_the_locks_own_is_not_answered(house, door):
    await fails(door.control.set_code(30, PIN, name="x"), "lock_unreadable")
    assert house.users() == {}


async def test_what_zigbee2mqtt_remembers_does_not_hide_the_owners_new_code(house, door):
    slot = await door.control.free_slot(frozenset())
    house.program(slot, OWNERS_CODE)  # remembered as available
    house.behave(delay_s=0.3)
    write = asyncio.create_task(door.control.set_code(slot, PIN, name="x"))
    await asyncio.sleep(0.1)
    house.report(battery=79)
    await fails(write, "lock_place_hidden")
    assert house.users() == {slot: OWNERS_CODE}


async def test_a_lock_out_of_reach_is_told_before_anything_is_sent(hass, house, door):
    house.reachable(yes=False)
    await becomes(hass, "unavailable")
    await fails(door.control.set_code(17, PIN, name="x"), "lock_unavailable")
    await fails(door.control.clear_code(17, fingerprint=door.mine), "lock_unavailable")
    house.reachable(yes=True)
    await becomes(hass, "locked")
    assert await door.control.set_code(17, PIN, name="x") is WriteOutcome.CONFIRMED


async def test_without_zigbee2mqtt_or_the_broker_nothing_is_sent(hass, house, door):
    assert await door.control.set_code(17, PIN, name="x") is WriteOutcome.CONFIRMED
    house.stop_lock()
    await becomes(hass, "unavailable")
    await fails(door.control.clear_code(17, fingerprint=door.mine), "lock_unavailable")
    house.start_lock()
    await becomes(hass, "locked")
    assert house.users() == {17: PIN}
    house.stop_broker()
    await becomes(hass, "unavailable")
    await fails(door.control.clear_code(17, fingerprint=door.mine), "lock_unavailable")


async def test_a_code_that_comes_through_after_the_connection_was_lost_is_removed(
    hass, house, door, monkeypatch
):
    """The client keeps what it could not send: so the write is unknown, not refused."""

    async def send_into_the_void(talk, verb, pin_code):
        house.stop_broker()
        return await send(talk, verb, pin_code)

    send = zigbee2mqtt._Talk.send
    monkeypatch.setattr(zigbee2mqtt._Talk, "send", send_into_the_void)
    await fails(door.control.set_code(17, PIN, name="x"), "lock_write_unknown")
    monkeypatch.undo()
    await becomes(hass, "unavailable")
    house.start_broker()
    await becomes(hass, "locked", within_s=RECONNECTED_S)
    for _ in range(50):
        if house.users():
            break
        await asyncio.sleep(0.1)
    assert house.users() == {17: PIN}
    assert await door.control.clear_code(17, fingerprint=door.mine) is WriteOutcome.CONFIRMED
    assert house.users() == {}
