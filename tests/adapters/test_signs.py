"""Signs become evidence: edges of sounds, vehicles and people, the length of a storm, power that returns."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.verified_response.adapters.signs import Signs, present
from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.evidence import (
    HouseholdPresent,
    Noted,
    PowerReturned,
    SoundHeard,
    StormReported,
    VehicleReported,
)
from custom_components.verified_response.core.premises import Premises, Sign, SignKind
from tests import builders
from tests.fakes.clock import HandClock

GLASS = "binary_sensor.hall_glass"
CAMERA = "event.hall_audio"
READER = "image_processing.gate"
GATE = "sensor.gate_plate"
DRIVE = "binary_sensor.drive_vehicle"
WEATHER = "weather.home"
WIND = "sensor.gusts"
MAINS = "binary_sensor.mains"
CLEANER = "input_boolean.cleaner"


def sign(sign_id: str, kind: SignKind, source: str) -> Sign:
    return Sign(id=sign_id, name=sign_id, kind=kind, source=source, device="d", place="hall")


HOUSE = builders.premises(
    signs=builders.by_id(
        [
            sign("glass", SignKind.GLASS_BREAK, GLASS),
            sign("shots", SignKind.GUNSHOT, CAMERA),
            sign("reader", SignKind.NUMBER_PLATE, READER),
            sign("gate", SignKind.NUMBER_PLATE, GATE),
            sign("gate_event", SignKind.NUMBER_PLATE, "event.gate"),
            sign("drive", SignKind.VEHICLE, DRIVE),
            sign("cars", SignKind.VEHICLE, "sensor.cars"),
            sign("weather", SignKind.STORM, WEATHER),
            sign("wind", SignKind.STORM, WIND),
            sign("storm", SignKind.STORM, "binary_sensor.storm"),
            sign("mains", SignKind.POWER, MAINS),
            sign("ups", SignKind.POWER, "sensor.ups"),
            sign("cleaner", SignKind.PRESENCE, CLEANER),
            sign("crowd", SignKind.PRESENCE, "zone.home"),
        ]
    ),
    contacts=builders.by_id(
        [
            builders.contact("owner", person="person.ada"),
            builders.contact("partner", person="device_tracker.ben"),
            builders.contact("neighbour"),
        ]
    ),
)


class Ear:
    """What was said, and the clock by which it was said."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.said: list[Noted] = []
        self.events = 0
        self.end = lambda: None

    def close(self) -> None:
        self.end()
        self.end = lambda: None

    def listen(self, premises: Premises = HOUSE) -> None:
        self.signs = Signs(self.hass, premises, self.said.append, now=self.clock.now)
        self.end = self.signs.listen()

    async def state(
        self, entity_id: str, *states: str, after: float = 0, **attributes: Any
    ) -> None:
        self.clock.tick(after)
        for state in states:
            self.hass.states.async_set(entity_id, state, attributes)
            await self.hass.async_block_till_done()

    async def event(
        self, entity_id: str, event_type: str, *, age: float = 0, **attributes: Any
    ) -> None:
        self.events += 1  # Home Assistant keeps the moments of one entity apart, too
        moment = dt_util.utcnow() - timedelta(seconds=age, milliseconds=-self.events)
        await self.state(
            entity_id,
            moment.isoformat(timespec="milliseconds"),
            event_type=event_type,
            **attributes,
        )


@pytest.fixture
def ear(hass: HomeAssistant) -> Iterator[Ear]:
    made = Ear(hass)
    yield made
    made.close()


# Sounds


async def test_a_sound_is_heard_with_where_and_when(ear: Ear) -> None:
    await ear.state(GLASS, "off")
    ear.listen()
    await ear.state(GLASS, "on", after=60)
    assert ear.said == [
        SoundHeard(
            at=ear.clock.now(),
            sign_id="glass",
            kind=SignKind.GLASS_BREAK,
            device="d",
            place="hall",
        )
    ]
    ear.close()
    await ear.state(GLASS, "off", "on", after=60)
    assert len(ear.said) == 1


async def test_class_7_a_sound_that_is_on_is_no_sound_now(ear: Ear) -> None:
    """Peers' failure class 7: edges, not levels; a stuck entity says nothing."""
    await ear.state(GLASS, "on")
    ear.listen()
    await ear.state(GLASS, "on", after=60, battery=80)
    await ear.state(GLASS, "off", after=60)
    assert ear.said == []


@pytest.mark.parametrize("before", ["unavailable", "unknown"])
async def test_class_4_a_sound_after_a_silence_is_no_sound_now(ear: Ear, before: str) -> None:
    """Peers' failure class 4: an entity that comes back is no intrusion, nor is its retained message."""
    await ear.state(GLASS, "off")
    ear.listen()
    await ear.state(GLASS, before, "on", after=60)
    await ear.state(GLASS, before, "off", "on", after=60)
    assert ear.said == []
    await ear.state(GLASS, "off", "on", after=5)
    assert len(ear.said) == 1


async def test_class_1_what_is_told_right_after_the_start_is_old(ear: Ear) -> None:
    """Peers' failure class 1: a restart is no intrusion."""
    await ear.state(GLASS, "off")
    ear.listen()
    await ear.state(GLASS, "on", after=4.9)
    await ear.state(DRIVE, "off", "on")
    assert ear.said == []


async def test_the_same_sound_again_within_ten_seconds_is_one(ear: Ear) -> None:
    await ear.state(GLASS, "off")
    ear.listen()
    await ear.state(GLASS, "on", "off", "on", after=60)
    await ear.state(GLASS, "off", "on", after=9.9)
    assert len(ear.said) == 1
    await ear.state(GLASS, "off", "on", after=0.1)
    assert len(ear.said) == 2
    ear.clock.set_back(3600)
    await ear.state(GLASS, "off", "on")
    assert len(ear.said) == 3, "a clock that jumps back silences nothing"


async def test_a_microphone_that_tells_many_sounds_counts_by_its_type(ear: Ear) -> None:
    types = ["smoke", "bark", "gunshot", "glass_break"]
    await ear.state(CAMERA, "unknown")
    ear.listen()
    for name in types:
        await ear.event(CAMERA, name, event_types=types)
        ear.clock.tick(20)
    assert [item.sign_id for item in ear.said if isinstance(item, SoundHeard)] == ["shots"]


async def test_an_event_entity_of_one_sound_counts_whatever_it_calls_it(ear: Ear) -> None:
    await ear.state(CAMERA, "unknown")
    ear.listen()
    await ear.event(CAMERA, "detected", event_types=["detected"])
    assert len(ear.said) == 1


async def test_class_4_a_restored_event_is_an_old_sound(ear: Ear) -> None:
    """Peers' failure class 4: available again with its old moment."""
    ear.listen()
    await ear.event(CAMERA, "gunshot", age=3600)
    await ear.state(CAMERA, "unavailable", after=60)
    await ear.event(CAMERA, "gunshot")
    await ear.state(CAMERA, "unknown", after=60)
    await ear.event(CAMERA, "gunshot", age=6)
    assert ear.said == []


async def test_a_sensor_that_begins_to_name_the_sound_is_one(ear: Ear) -> None:
    house = builders.premises(
        signs=builders.by_id(
            [
                sign("smoke", SignKind.SMOKE_ALARM, "sensor.sound"),
                sign("loud", SignKind.SCREAM, "sensor.decibel"),
            ]
        )
    )
    await ear.state("sensor.sound", "Quiet")
    await ear.state("sensor.decibel", "40")
    ear.listen(house)
    await ear.state("sensor.decibel", "90", after=60)
    await ear.state("sensor.sound", "Dog", "No smoke", "Smoke: off", "Smoke alarm", "Smoke")
    assert [item.sign_id for item in ear.said if isinstance(item, SoundHeard)] == ["smoke"]


# Vehicles and plates


async def test_a_vehicle_and_a_count_of_vehicles(ear: Ear) -> None:
    await ear.state(DRIVE, "off")
    await ear.state("sensor.cars", "0")
    ear.listen()
    await ear.state(DRIVE, "on", after=60)
    await ear.state("sensor.cars", "2", "1", "0")
    assert ear.said == [
        VehicleReported(at=ear.clock.now(), sign_id="drive"),
        VehicleReported(at=ear.clock.now(), sign_id="cars"),
    ]


async def test_a_plate_is_kept_as_it_reads(ear: Ear) -> None:
    await ear.state(READER, "unknown")
    await ear.state(GATE, "none")
    ear.listen()
    await ear.state(READER, "B-XY 1234", "unknown", after=60)
    await ear.state(GATE, "abc123")
    await ear.state(GATE, "none", "no plate", "None", "unknown", "idle", "unavailable")
    await ear.event("event.gate", "vehicle_detected")  # first heard: it may be an old one
    await ear.event(
        "event.gate", "vehicle_detected", license_plate="K RS 77", event_types=["vehicle_detected"]
    )
    told = [item for item in ear.said if isinstance(item, VehicleReported)]
    assert [(item.sign_id, item.plate) for item in told] == [
        ("reader", "BXY1234"),
        ("gate", "ABC123"),
        ("gate_event", "KRS77"),
    ]
    assert len(ear.said) == 3


async def test_class_4_a_plate_that_comes_back_after_a_silence_is_an_old_one(ear: Ear) -> None:
    """Peers' failure class 4: the last plate is shown again when the reader is back."""
    ear.listen()
    await ear.state(GATE, "B-XY 1234", after=60)
    await ear.state(GATE, "unavailable", "B-XY 1234", after=60)
    await ear.state(GATE, "unavailable", "unknown", "B-XY 1234", after=60)
    assert ear.said == []


async def test_the_same_plate_again_is_one_and_another_is_another(ear: Ear) -> None:
    await ear.state(GATE, "none")
    ear.listen()
    await ear.state(GATE, "ABC123", "none", "ABC123", "XYZ789", after=60)
    told = [item.plate for item in ear.said if isinstance(item, VehicleReported)]
    assert told == ["ABC123", "XYZ789"]


async def test_a_plate_is_in_no_log_and_in_no_text_of_ours(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("homeassistant.core").setLevel(logging.INFO)  # it logs every state by itself
    await ear.state(GATE, "none")
    ear.listen()
    caplog.clear()
    await ear.state(GATE, "ABC123", after=60)
    [item] = ear.said
    assert "ABC123" not in repr(item) + str(cmd.NoteEvidence(item=item))
    ours = [record for record in caplog.records if "verified_response" in record.name]
    assert not [record for record in ours if "ABC123" in record.getMessage()]


# Weather


async def test_a_storm_is_told_when_it_begins_and_every_ten_minutes(ear: Ear) -> None:
    await ear.state(WEATHER, "cloudy")
    ear.listen()
    await ear.state(WEATHER, "windy-variant", after=60)
    assert ear.said == [StormReported(at=ear.clock.now(), sign_id="weather")]
    await ear.state(WEATHER, "lightning", after=300)
    assert len(ear.said) == 1
    await ear.state(WEATHER, "lightning", after=300, temperature=4)
    assert len(ear.said) == 2
    await ear.state(WEATHER, "cloudy", after=300)
    await ear.state(WEATHER, "unavailable", after=600)
    assert len(ear.said) == 2


@pytest.mark.parametrize(
    ("entity_id", "state", "attributes", "storms"),
    [
        (WEATHER, "exceptional", {}, True),
        (WEATHER, "lightning-rainy", {}, True),
        (WEATHER, "rainy", {}, False),
        (WEATHER, "sunny", {"wind_gust_speed": 70, "wind_speed_unit": "km/h"}, True),
        (WEATHER, "sunny", {"wind_gust_speed": 50, "wind_speed_unit": "mph"}, True),
        (WEATHER, "sunny", {"wind_gust_speed": 50, "wind_speed_unit": "km/h"}, False),
        (WEATHER, "sunny", {"wind_gust_speed": None, "wind_speed_unit": "km/h"}, False),
        (WIND, "18", {"unit_of_measurement": "m/s"}, True),
        (WIND, "17", {"unit_of_measurement": "m/s"}, False),
        (WIND, "9", {"unit_of_measurement": "Beaufort"}, True),
        (WIND, "99", {}, False),
        (WIND, "nan", {"unit_of_measurement": "m/s"}, False),
        ("binary_sensor.storm", "on", {}, True),
        ("binary_sensor.storm", "off", {}, False),
        ("binary_sensor.storm", "unknown", {}, False),
    ],
)
async def test_what_is_a_storm(
    ear: Ear, entity_id: str, state: str, attributes: dict[str, Any], storms: bool
) -> None:
    ear.listen()
    await ear.state(entity_id, state, after=60, **attributes)
    assert [type(item) for item in ear.said] == [StormReported] * storms


async def test_a_storm_found_at_the_start_is_one(ear: Ear) -> None:
    await ear.state(WEATHER, "lightning")
    ear.listen()
    assert len(ear.said) == 1


async def test_an_alarm_in_a_storm_hears_of_it_anew(ear: Ear) -> None:
    await ear.state(WEATHER, "lightning")
    ear.listen()
    ear.clock.tick(5)
    ear.signs.again()
    assert len(ear.said) == 1, "it was told just now"
    ear.clock.tick(300)
    ear.signs.again()
    assert len(ear.said) == 2
    await ear.state(WEATHER, "unavailable", after=300)
    ear.signs.again()
    await ear.state(WEATHER, "cloudy")
    ear.signs.again()
    assert len(ear.said) == 2


async def test_class_7_a_storm_without_end_is_stuck(ear: Ear) -> None:
    """Peers' failure class 7: a maximum age for what stays on."""
    await ear.state("binary_sensor.storm", "on")
    ear.listen()
    await ear.state("binary_sensor.storm", "on", after=12 * 3600, tries=1)
    assert len(ear.said) == 2
    await ear.state("binary_sensor.storm", "on", after=3600, tries=2)
    ear.signs.again()
    assert len(ear.said) == 2
    await ear.state("binary_sensor.storm", "off", "on")
    assert len(ear.said) == 3


# Power


async def test_power_that_returns(ear: Ear) -> None:
    await ear.state(MAINS, "on")
    ear.listen()
    await ear.state(MAINS, "unavailable", "on", after=60)
    assert ear.said == [], "it was never seen off"
    await ear.state(MAINS, "off", after=60)
    await ear.state(MAINS, "unavailable", "unknown", after=60)
    assert ear.said == []
    await ear.state(MAINS, "on", after=60)
    assert ear.said == [PowerReturned(at=ear.clock.now(), sign_id="mains")]


async def test_power_that_was_off_at_the_start(ear: Ear) -> None:
    await ear.state(MAINS, "off")
    ear.listen()
    await ear.state(MAINS, "on")
    assert len(ear.said) == 1


async def test_a_ups_tells_of_power_in_words(ear: Ear) -> None:
    await ear.state("sensor.ups", "Online")
    ear.listen()
    await ear.state("sensor.ups", "On Battery, Battery Discharging", "Online, Battery Charging")
    assert [type(item) for item in ear.said] == [PowerReturned]
    await ear.state("sensor.ups", "Low Battery", "OL CHRG", after=60)
    assert len(ear.said) == 1


# People


async def test_who_comes_home_is_told_once(ear: Ear) -> None:
    await ear.state("person.ada", "not_home")
    await ear.state("device_tracker.ben", "home")
    await ear.state(CLEANER, "off")
    ear.listen()
    await ear.state("person.ada", "Work", "home", after=60)
    await ear.state(CLEANER, "on")
    await ear.state("person.ada", "home", latitude=1.0)
    assert ear.said == [
        HouseholdPresent(at=ear.clock.now(), who="owner"),
        HouseholdPresent(at=ear.clock.now(), who="cleaner"),
    ]


@pytest.mark.parametrize("before", ["unavailable", "unknown"])
async def test_class_4_who_is_home_after_a_silence_did_not_come_now(ear: Ear, before: str) -> None:
    """Peers' failure class 4: a tracker that comes back is nobody who comes home."""
    await ear.state("person.ada", "not_home")
    ear.listen()
    await ear.state("person.ada", before, "home", after=60)
    await ear.state("person.ada", before, "not_home", "home", after=60)
    assert ear.said == []


async def test_who_is_known_to_be_home(hass: HomeAssistant) -> None:
    assert present(hass, HOUSE) == frozenset()
    hass.states.async_set("person.ada", "home")
    hass.states.async_set("device_tracker.ben", "unavailable")
    hass.states.async_set(CLEANER, "on")
    hass.states.async_set("zone.home", "0")
    assert present(hass, HOUSE) == {"owner", "cleaner"}
    hass.states.async_set("person.ada", "Work")
    hass.states.async_set("device_tracker.ben", "home")
    hass.states.async_set(CLEANER, "unknown")
    hass.states.async_set("zone.home", "2")
    assert present(hass, HOUSE) == {"partner", "crowd"}
