"""The watch over locks: what is known of them changes only by what is said."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
from zwave_js_server.const.command_class.notification import (
    AccessControlNotificationEvent as Access,
)

from custom_components.verified_response.adapters.troubles import LockWatch
from custom_components.verified_response.core.premises import Premises
from custom_components.verified_response.core.signals import TroubleKind
from tests import builders
from tests.fakes.clock import HandClock

FIRMWARE, LOW, JAMMED = TroubleKind.FIRMWARE, TroubleKind.LOW_BATTERY, TroubleKind.JAMMED
OFFLINE = TroubleKind.OFFLINE
LOCK, UPDATE = "lock.front", "update.front"
PERCENT, FLAG = "sensor.front_battery", "binary_sensor.front_low"
JAM = "binary_sensor.front_jam"
HOUSE = builders.premises(
    policy=builders.policy(battery_low=15, lost_after_s=60),
    doors=builders.by_id([builders.door("front")]),
)


class Ear:
    """A lock with what stands on its device, and what was said of it."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.said: list[tuple[TroubleKind, bool]] = []
        self.owner = MockConfigEntry(domain="test")
        self.owner.add_to_hass(hass)
        self.device = dr.async_get(hass).async_get_or_create(
            config_entry_id=self.owner.entry_id, identifiers={("test", "lock")}
        )
        self.end = lambda: None

    def add(
        self,
        entity_id: str,
        device_class: str | None = None,
        *,
        platform: str = "test",
        unique_id: str | None = None,
    ) -> er.RegistryEntry:
        domain, name = entity_id.split(".")
        return er.async_get(self.hass).async_get_or_create(
            domain,
            platform,
            unique_id or name,
            suggested_object_id=name,
            device_id=self.device.id,
            config_entry=self.owner,
            original_device_class=device_class,
        )

    def say(self, door_id: str, kind: TroubleKind, on: bool) -> None:
        assert door_id == "front"
        self.said.append((kind, on))

    def close(self) -> None:
        self.end()
        self.end = lambda: None

    def listen(
        self,
        *known: TroubleKind,
        premises: Premises = HOUSE,
        quiet_s: float | None = None,
    ) -> None:
        self.close()
        self.said.clear()
        if self.hass.states.get(LOCK) is None:
            self.hass.states.async_set(LOCK, "locked")
        troubles: Mapping[str, tuple[TroubleKind, ...]] = {"front": known, "gone": (LOW, OFFLINE)}
        self.end = LockWatch(
            self.hass,
            premises,
            self.say,
            known=troubles,
            clock=self.clock,
            quiet_until=None if quiet_s is None else self.clock.now() + timedelta(seconds=quiet_s),
        ).listen()

    async def state(self, entity_id: str, *states: str) -> None:
        for state in states:
            self.hass.states.async_set(entity_id, state)
            await self.hass.async_block_till_done()

    async def notice(self, event: int, kind: int = 6) -> None:
        self.hass.bus.async_fire(
            "zwave_js_notification",
            {"device_id": self.device.id, "type": kind, "event": event, "parameters": {}},
        )
        await self.hass.async_block_till_done()


@pytest.fixture
def ear(hass: HomeAssistant) -> Iterator[Ear]:
    made = Ear(hass)
    yield made
    made.close()


async def test_a_quiet_lock(ear: Ear) -> None:
    ear.add(LOCK)
    ear.listen()
    ear.clock.tick(3600)
    await ear.state(LOCK, "unlocking", "unlocked", "locking", "locked")
    assert ear.said == []


async def test_an_update_waits_and_is_installed(ear: Ear) -> None:
    ear.add(LOCK)
    ear.add(UPDATE)
    await ear.state(UPDATE, "off")
    ear.listen()
    await ear.state(UPDATE, "on")
    assert ear.said == [(FIRMWARE, True)]
    await ear.state(UPDATE, "unavailable", "unknown", "on")
    assert len(ear.said) == 1, "unknown is a value"
    await ear.state(UPDATE, "off")
    assert ear.said[1:] == [(FIRMWARE, False)]


async def test_a_battery_runs_low_and_is_changed(ear: Ear) -> None:
    ear.add(LOCK)
    ear.add(PERCENT, "battery")
    ear.add(FLAG, "battery")
    ear.add("sensor.front_power", "power")
    await ear.state(PERCENT, "80")
    await ear.state("sensor.front_power", "80")
    ear.listen()
    await ear.state("sensor.front_power", "3")
    await ear.state(PERCENT, "15")
    assert ear.said == []
    await ear.state(PERCENT, "14.9", "16", "14", "unavailable", "19.9")
    assert ear.said == [(LOW, True)], "a cold night must not flap"
    await ear.state(FLAG, "on")
    await ear.state(PERCENT, "20")
    assert len(ear.said) == 1, "the flag still says so"
    await ear.state(FLAG, "off")
    assert ear.said[1:] == [(LOW, False)]


async def test_a_bolt_that_is_stuck(ear: Ear) -> None:
    """The lock's own state is enough, though no registry knows it."""
    ear.listen()
    await ear.state(LOCK, "locking", "jammed")
    assert ear.said == [(JAMMED, True)]
    await ear.state(LOCK, "unavailable", "unknown", "jammed")
    assert len(ear.said) == 1, "unknown is a value"
    await ear.state(LOCK, "unlocked")
    assert ear.said[1:] == [(JAMMED, False)]


@pytest.mark.parametrize(
    ("state", "said"), [("locked", [(JAMMED, False)]), ("jammed", []), ("unavailable", [])]
)
async def test_a_bolt_that_was_stuck_before_the_restart(
    ear: Ear, state: str, said: list[tuple[TroubleKind, bool]]
) -> None:
    ear.add(LOCK)
    await ear.state(LOCK, state)
    ear.listen(JAMMED)
    assert ear.said == said


async def test_a_zwave_lock_tells_by_its_own_sensor(ear: Ear) -> None:
    ear.add(LOCK, platform="zwave_js")
    ear.add(
        JAM, "problem", platform="zwave_js", unique_id="1.12-113-0-Access Control-Lock state.11"
    )
    ear.add("binary_sensor.front_other", "problem", platform="zwave_js", unique_id="1.12-113-0-x")
    await ear.state(JAM, "off")
    ear.listen()
    await ear.state("binary_sensor.front_other", "off", "on")
    await ear.notice(Access.LOCK_STATE_LOCK_JAMMED.value)
    assert ear.said == [], "the sensor follows the notification by itself"
    await ear.state(JAM, "on")
    assert ear.said == [(JAMMED, True)]
    await ear.state(LOCK, "unlocked")
    assert len(ear.said) == 1
    await ear.state(JAM, "off")
    assert ear.said[1:] == [(JAMMED, False)]


@pytest.mark.parametrize(
    "moved",
    [
        Access.MANUAL_LOCK_OPERATION,
        Access.MANUAL_UNLOCK_OPERATION,
        Access.RF_LOCK_OPERATION,
        Access.RF_UNLOCK_OPERATION,
        Access.KEYPAD_LOCK_OPERATION,
        Access.KEYPAD_UNLOCK_OPERATION,
        Access.AUTO_LOCK_LOCKED_OPERATION,
    ],
)
async def test_a_zwave_lock_without_that_sensor_tells_by_notifications(
    ear: Ear, moved: Access
) -> None:
    ear.add(LOCK, platform="zwave_js")
    ear.listen()
    await ear.notice(Access.LOCK_STATE_LOCK_JAMMED.value, kind=7)
    assert ear.said == []
    await ear.notice(Access.LOCK_STATE_LOCK_JAMMED.value)
    assert ear.said == [(JAMMED, True)]
    await ear.notice(Access.AUTO_LOCK_NOT_FULLY_LOCKED_OPERATION.value)
    await ear.notice(moved.value, kind=7)
    ear.hass.states.async_set(LOCK, "locked", {"new": "attribute"})
    await ear.state(LOCK, "unavailable", "locked")
    assert len(ear.said) == 1, "what comes back did not move"
    ear.listen(JAMMED)
    assert ear.said == [], "a restart frees no bolt"
    await ear.notice(moved.value)
    assert ear.said == [(JAMMED, False)]


async def test_a_zwave_bolt_that_was_seen_to_move_is_free(ear: Ear) -> None:
    ear.add(LOCK, platform="zwave_js")
    ear.listen(JAMMED)
    await ear.state(LOCK, "unlocked")
    assert ear.said == [(JAMMED, False)]


async def test_notifications_of_other_devices_and_integrations_are_not_the_locks(ear: Ear) -> None:
    ear.add(LOCK, platform="matter")
    ear.listen()
    await ear.notice(Access.LOCK_STATE_LOCK_JAMMED.value)
    assert ear.said == []


@pytest.mark.parametrize("away", ["unavailable", None])
async def test_a_lock_that_is_away_for_too_long(ear: Ear, away: str | None) -> None:
    ear.listen()
    if away is None:
        ear.hass.states.async_remove(LOCK)
        await ear.hass.async_block_till_done()
    else:
        await ear.state(LOCK, away)
    ear.clock.tick(59)
    assert ear.said == []
    ear.clock.tick(1)
    assert ear.said == [(OFFLINE, True)]
    ear.clock.tick(3600)
    await ear.state(LOCK, "unknown")
    assert len(ear.said) == 1, "unknown is a value"
    await ear.state(LOCK, "locked")
    assert ear.said[1:] == [(OFFLINE, False)]


@pytest.mark.parametrize("back", ["locked", "unknown"])
async def test_class_4_a_flap_is_no_trouble(ear: Ear, back: str) -> None:
    """Peers' failure class 4."""
    ear.listen()
    for _ in range(5):
        await ear.state(LOCK, "unavailable")
        ear.clock.tick(40)
        await ear.state(LOCK, back)
        ear.clock.tick(40)
    assert ear.said == []


async def test_absence_is_measured_from_its_beginning(ear: Ear) -> None:
    """Another word of the same silence does not begin it anew."""
    ear.listen()
    await ear.state(LOCK, "unavailable")
    ear.clock.tick(40)
    ear.hass.states.async_set(LOCK, "unavailable", {"still": True})
    await ear.hass.async_block_till_done()
    ear.clock.tick(20)
    assert ear.said == [(OFFLINE, True)]


async def test_absence_that_was_told_twice_ends_once_it_is_back(ear: Ear) -> None:
    ear.listen()
    await ear.state(LOCK, "unavailable")
    ear.hass.states.async_set(LOCK, "unavailable", {"still": True})
    await ear.state(LOCK, "locked")
    ear.clock.tick(3600)
    assert ear.said == []


async def test_class_1_who_is_away_at_the_start_has_the_quiet_time_and_more(ear: Ear) -> None:
    """Peers' failure class 1: radios take their time."""
    await ear.state(LOCK, "unavailable")
    ear.listen(quiet_s=60)
    ear.clock.tick(119)
    assert ear.said == []
    ear.clock.tick(1)
    assert ear.said == [(OFFLINE, True)]


async def test_what_is_known_is_not_told_again(ear: Ear) -> None:
    ear.add(LOCK)
    ear.add(UPDATE)
    ear.add(PERCENT, "battery")
    await ear.state(UPDATE, "on")
    await ear.state(PERCENT, "17")
    await ear.state(LOCK, "unavailable")
    ear.listen(FIRMWARE, LOW, OFFLINE)
    ear.clock.tick(3600)
    assert ear.said == []
    await ear.state(LOCK, "locked")
    assert ear.said == [(OFFLINE, False)]
    ear.listen(OFFLINE)
    assert sorted(ear.said) == [(FIRMWARE, True), (OFFLINE, False)]


async def test_what_nothing_reports_any_more_is_over(ear: Ear) -> None:
    ear.add(LOCK)
    ear.listen(FIRMWARE, LOW)
    assert ear.said == [(FIRMWARE, False), (LOW, False)]


async def test_a_lock_is_found_by_its_registry_id_after_it_was_renamed(ear: Ear) -> None:
    entry = ear.add(LOCK)
    ear.add(PERCENT, "battery")
    er.async_get(ear.hass).async_update_entity(LOCK, new_entity_id="lock.entrance")
    ear.hass.states.async_set("lock.entrance", "locked")
    door = replace(HOUSE.doors["front"], registry_id=entry.id)
    ear.listen(premises=replace(HOUSE, doors={"front": door}))
    ear.clock.tick(3600)
    await ear.state(PERCENT, "3")
    await ear.state("lock.entrance", "jammed")
    assert ear.said == [(LOW, True), (JAMMED, True)]


async def test_nothing_is_said_after_the_end(ear: Ear) -> None:
    ear.add(LOCK, platform="zwave_js")
    ear.listen()
    await ear.state(LOCK, "unavailable")
    ear.close()
    ear.clock.tick(3600)
    await ear.notice(Access.LOCK_STATE_LOCK_JAMMED.value)
    await ear.state(LOCK, "jammed")
    assert ear.said == []
    assert ear.clock.next_due() is None
