"""Batteries and covers of the zones' devices: what is known changes only by what is said."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.adapters.troubles import DeviceTroubles, watched
from custom_components.verified_response.core.premises import Premises, ZoneType
from custom_components.verified_response.core.signals import TroubleKind
from tests import builders
from tests.fakes.clock import HandClock

LOW, TAMPER = TroubleKind.LOW_BATTERY, TroubleKind.TAMPER
WINDOW = "binary_sensor.window"
PERCENT = "sensor.window_battery"
FLAG = "binary_sensor.window_battery_low"
COVER = "binary_sensor.window_cover"
HOUSE = builders.premises(
    policy=builders.policy(battery_low=15),
    zones=builders.by_id(
        [
            builders.zone("window", ZoneType.PERIMETER),
            builders.zone("wired", ZoneType.PERIMETER),
        ]
    ),
)


class Ear:
    """A window sensor with a battery, a flag for it and a cover, and what was said of them."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.said: list[tuple[str, TroubleKind, bool]] = []
        self.owner = MockConfigEntry(domain="test")
        self.owner.add_to_hass(hass)
        self.device = dr.async_get(hass).async_get_or_create(
            config_entry_id=self.owner.entry_id, identifiers={("test", "window")}
        )
        self.add("binary_sensor.window", "window")
        self.end = lambda: None

    def add(self, entity_id: str, device_class: str) -> er.RegistryEntry:
        domain, name = entity_id.split(".")
        return er.async_get(self.hass).async_get_or_create(
            domain,
            "test",
            name,
            suggested_object_id=name,
            device_id=self.device.id,
            config_entry=self.owner,
            original_device_class=device_class,
        )

    def close(self) -> None:
        self.end()
        self.end = lambda: None

    def listen(
        self,
        known: Mapping[str, tuple[TroubleKind, ...]] | None = None,
        *,
        quiet_s: float | None = None,
        premises: Premises = HOUSE,
    ) -> None:
        self.close()
        self.said.clear()
        quiet_until = None if quiet_s is None else self.clock.now() + timedelta(seconds=quiet_s)
        self.end = DeviceTroubles(
            self.hass,
            premises,
            lambda *trouble: self.said.append(trouble),
            known=known or {},
            clock=self.clock,
            quiet_until=quiet_until,
        ).listen()

    async def state(self, entity_id: str, *states: str) -> None:
        for state in states:
            self.hass.states.async_set(entity_id, state)
            await self.hass.async_block_till_done()


@pytest.fixture
def ear(hass: HomeAssistant) -> Iterator[Ear]:
    made = Ear(hass)
    yield made
    made.close()


async def test_a_battery_runs_low_and_is_changed(ear: Ear) -> None:
    ear.add(PERCENT, "battery")
    await ear.state(PERCENT, "80")
    ear.listen()
    await ear.state(PERCENT, "15")
    assert ear.said == []
    await ear.state(PERCENT, "14.9")
    assert ear.said == [("window", LOW, True)]
    await ear.state(PERCENT, "16", "14", "19.9")
    assert len(ear.said) == 1, "a cold night must not flap"
    await ear.state(PERCENT, "20")
    assert ear.said[1:] == [("window", LOW, False)]


@pytest.mark.parametrize("silence", ["unavailable", "unknown", "", "nan", "full"])
async def test_class_4_a_battery_that_does_not_report_stays_as_it_was(
    ear: Ear, silence: str
) -> None:
    """Peers' failure class 4: unavailable is neither low nor good."""
    ear.add(PERCENT, "battery")
    ear.add(COVER, "tamper")
    await ear.state(PERCENT, "80")
    await ear.state(COVER, "off")
    ear.listen()
    await ear.state(PERCENT, silence, "80")
    await ear.state(COVER, silence, "off")
    assert ear.said == []
    await ear.state(PERCENT, "5", silence, "5")
    await ear.state(COVER, "on", silence, "on")
    assert ear.said == [("window", LOW, True), ("window", TAMPER, True)]


async def test_a_flag_and_a_number_together(ear: Ear) -> None:
    ear.add(PERCENT, "battery")
    ear.add(FLAG, "battery")
    await ear.state(PERCENT, "50")
    ear.listen()
    await ear.state(FLAG, "on")
    await ear.state(PERCENT, "5")
    await ear.state(FLAG, "off")
    assert ear.said == [("window", LOW, True)]
    await ear.state(PERCENT, "100")
    assert ear.said[1:] == [("window", LOW, False)]


async def test_what_is_known_is_not_told_again(ear: Ear) -> None:
    ear.add(PERCENT, "battery")
    await ear.state(PERCENT, "17")
    ear.listen({"window": (LOW,)})
    assert ear.said == [], "still within the hysteresis"
    ear.listen()
    assert ear.said == []
    await ear.state(PERCENT, "90")
    ear.listen({"window": (LOW, TroubleKind.OFFLINE)})
    assert ear.said == [("window", LOW, False)]
    await ear.state(PERCENT, "3")
    ear.listen()
    assert ear.said == [("window", LOW, True)]


async def test_who_is_silent_at_the_start_may_be_the_one_that_is_low(ear: Ear) -> None:
    ear.add(PERCENT, "battery")
    ear.add(FLAG, "battery")
    await ear.state(FLAG, "off")
    ear.listen({"window": (LOW,)})
    await ear.state(FLAG, "on", "off")
    assert ear.said == []
    await ear.state(PERCENT, "95")
    assert ear.said == [("window", LOW, False)]
    await ear.state(PERCENT, "unavailable")
    await ear.state(FLAG, "on")
    ear.listen({"window": (LOW,)})
    await ear.state(FLAG, "off")
    assert ear.said == [("window", LOW, False)], "then it was the other one"


async def test_a_trouble_that_nothing_reports_any_more_is_over(ear: Ear) -> None:
    entry = ear.add(PERCENT, "battery")
    er.async_get(ear.hass).async_update_entity(
        entry.entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    ear.listen({"window": (LOW, TAMPER), "wired": (LOW,), "gone": (LOW,)})
    assert sorted(ear.said) == [
        ("window", LOW, False),
        ("window", TAMPER, False),
        ("wired", LOW, False),
    ]


async def test_a_cover_is_trouble_of_its_neighbours_and_not_of_its_own_zone(ear: Ear) -> None:
    zones = (*HOUSE.zones.values(), builders.zone("lid", ZoneType.TAMPER, source=COVER))
    ear.add(COVER, "tamper")
    await ear.state(COVER, "off")
    ear.listen(premises=builders.premises(zones=builders.by_id(zones)))
    await ear.state(COVER, "on", "off")
    assert ear.said == [("window", TAMPER, True), ("window", TAMPER, False)]


async def test_a_battery_that_is_added_later_counts_from_the_next_reload_on(ear: Ear) -> None:
    ear.listen()
    ear.add(PERCENT, "battery")
    await ear.state(PERCENT, "3")
    assert ear.said == []
    ear.listen()
    assert ear.said == [("window", LOW, True)]


async def test_class_1_a_cover_found_open_waits_for_the_quiet_time(ear: Ear) -> None:
    """Peers' failure class 1: it may have been open for long; people hear of it a minute later."""
    ear.add(COVER, "tamper")
    ear.add(PERCENT, "battery")
    await ear.state(COVER, "on")
    await ear.state(PERCENT, "3")
    ear.listen(quiet_s=60)
    ear.clock.tick(59)
    assert ear.said == [("window", LOW, True)]
    ear.clock.tick(1)
    assert ear.said == [("window", LOW, True), ("window", TAMPER, True)]


async def test_class_1_a_cover_that_reports_anew_in_the_quiet_time_waits_too(ear: Ear) -> None:
    """Peers' failure class 1: only reported again."""
    ear.add(COVER, "tamper")
    await ear.state(COVER, "unavailable")
    ear.listen(quiet_s=60)
    await ear.state(COVER, "on", "off")
    assert ear.said == []
    await ear.state(COVER, "unavailable", "on")
    ear.clock.tick(60)
    assert ear.said == [("window", TAMPER, True)]
    await ear.state(COVER, "off", "unavailable", "on")
    assert len(ear.said) == 3, "after the quiet time at once"


async def test_a_cover_that_is_seen_to_open_counts_at_once(ear: Ear) -> None:
    ear.add(COVER, "tamper")
    await ear.state(COVER, "off")
    ear.listen(quiet_s=60)
    await ear.state(COVER, "on")
    assert ear.said == [("window", TAMPER, True)]
    ear.clock.tick(60)
    assert len(ear.said) == 1


async def test_nothing_is_said_after_the_end(ear: Ear) -> None:
    ear.add(COVER, "tamper")
    await ear.state(COVER, "on")
    ear.listen(quiet_s=60)
    ear.close()
    ear.clock.tick(60)
    await ear.state(COVER, "off", "on")
    assert ear.said == []
    assert ear.clock.next_due() is None


async def test_two_hundred_sensors_are_followed_by_one_listener(ear: Ear) -> None:
    """A mesh that goes down tells of every sensor in one moment; each is one look-up."""
    zones = [builders.zone(f"z{number}", ZoneType.PERIMETER) for number in range(200)]
    for zone in zones:
        device = dr.async_get(ear.hass).async_get_or_create(
            config_entry_id=ear.owner.entry_id, identifiers={("test", zone.id)}
        )
        ear.device = device
        ear.add(zone.source, "door")
        ear.add(f"sensor.{zone.id}_battery", "battery")
        await ear.state(f"sensor.{zone.id}_battery", "80")
    with patch.object(
        watched,
        "async_track_state_change_event",
        wraps=watched.async_track_state_change_event,
    ) as track:
        ear.listen(premises=builders.premises(zones=builders.by_id(zones)))
    assert track.call_count == 1
    assert len(track.call_args.args[1]) == 200
    for zone in zones:
        ear.hass.states.async_set(f"sensor.{zone.id}_battery", "unavailable")
    await ear.hass.async_block_till_done()
    assert ear.said == []
    for zone in zones:
        ear.hass.states.async_set(f"sensor.{zone.id}_battery", "3")
    await ear.hass.async_block_till_done()
    assert ear.said == [(zone.id, LOW, True) for zone in zones]
