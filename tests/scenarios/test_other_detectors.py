"""Other integrations' detectors beside our own cameras: what they may do to the level, and what not."""

from typing import Any

import pytest
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.fakes.config_entry import part
from tests.scenarios.conftest import House

FRIGATE = "hall_person_occupancy"
REOLINK = "hall_person"
CAR = "hall_car_occupancy"
PORCH = "porch_person_occupancy"
SENSORS = {
    FRIGATE: ("frigate", "e:occupancy_sensor:hall_person", "Hall"),
    CAR: ("frigate", "e:occupancy_sensor:hall_car", "Hall"),
    PORCH: ("frigate", "e:occupancy_sensor:porch_person", "Porch"),
    REOLINK: ("reolink", "uid_0_person", "Hall"),
}


def camera(name: str, *detections: str, outdoor: bool = False) -> Any:
    return part(
        "camera",
        name,
        entity_id=f"camera.{name.lower()}",
        outdoor=outdoor,
        detections=[f"binary_sensor.{item}" for item in detections],
    )


def put_in_place(house: House) -> None:
    """Give detectors and doors their devices and Home Assistant areas."""
    hass = house.hass
    areas, devices, entities = ar.async_get(hass), dr.async_get(hass), er.async_get(hass)
    for name, (platform, unique_id, place) in SENSORS.items():
        owner = MockConfigEntry(domain=platform)
        owner.add_to_hass(hass)
        device = devices.async_get_or_create(
            config_entry_id=owner.entry_id, identifiers={(platform, unique_id)}, name=name
        )
        devices.async_update_device(device.id, area_id=areas.async_get_or_create(place).id)
        entities.async_get_or_create(
            "binary_sensor",
            platform,
            unique_id,
            suggested_object_id=name,
            device_id=device.id,
            config_entry=owner,
            translation_key="person" if platform == "reolink" else None,
        )
        hass.states.async_set(f"binary_sensor.{name}", "off")


@pytest.fixture
async def watched(empty_house: House) -> House:
    """A house whose hall and porch are watched by Frigate and Reolink as well, armed and settled."""
    put_in_place(empty_house)
    await empty_house.set_up(
        more=[camera("Hall", FRIGATE, CAR, REOLINK), camera("Porch", PORCH, outdoor=True)]
    )
    await empty_house.arm()
    return empty_house


async def reports(house: House) -> list[Any]:
    told = [item.payload["item"] for item in await house.journal("EvidenceAdded")]
    return [item for item in told if item["type"] == "PersonReported"]


async def test_a_person_edge_and_a_door_are_two_independent_detectors(watched: House) -> None:
    await watched.trip("front_door")
    assert watched.level == "1"
    await watched.wait(3)
    await watched.trip(FRIGATE)
    assert watched.level == "2"
    assert "person_reported_and_detector" in watched.reasons
    [report] = await reports(watched)
    assert report["source_family"] == "frigate"
    assert report["trust"] == "low"
    assert not watched.pushes
    await watched.wait(45)
    assert watched.stage == "awaiting_confirmation"
    assert watched.pushes
    assert not watched.center.created


async def test_the_edge_may_come_a_moment_before_the_trip(watched: House) -> None:
    await watched.trip(FRIGATE)
    assert watched.stage == "none"
    await watched.wait(29)
    await watched.trip("front_door")
    assert watched.level == "2"


async def test_an_edge_of_31_seconds_before_is_too_old(watched: House) -> None:
    await watched.trip(FRIGATE)
    await watched.wait(31)
    await watched.trip("front_door")
    assert watched.level == "1"
    assert await reports(watched) == []


async def test_a_detector_that_is_stuck_says_nothing(watched: House) -> None:
    await watched.trip(FRIGATE)
    await watched.wait(3600)
    await watched.trip("front_door")
    await watched.wait(5)
    await watched.trip(FRIGATE)  # still on
    assert watched.level == "1"
    assert await reports(watched) == []


async def test_what_is_on_after_a_restart_was_not_seen_by_this_hub(watched: House) -> None:
    await watched.sensor(FRIGATE, "unavailable")
    await watched.restart()
    await watched.wait(120)
    await watched.trip("front_door")
    await watched.trip(FRIGATE)  # from unavailable
    assert watched.level == "1"
    await watched.restart()
    assert await reports(watched) == []


async def test_two_integrations_on_one_camera_count_once_and_never_alone(watched: House) -> None:
    await watched.trip(FRIGATE)
    await watched.trip(REOLINK)
    assert watched.stage == "none"
    await watched.trip("porch_motion")
    assert watched.stage == "none"
    await watched.trip("front_door")
    assert len(await reports(watched)) == 1


async def test_the_camera_outdoors_never_confirms(watched: House) -> None:
    await watched.trip(PORCH)
    assert watched.stage == "none"
    await watched.trip("front_door")
    assert watched.level == "1"
    await watched.clear(PORCH)
    await watched.trip(PORCH)
    assert watched.level == "1"
    assert [item["outdoor"] for item in await reports(watched)] == [True]


async def test_a_vehicle_is_kept_and_shown_and_nothing_else(watched: House) -> None:
    await watched.trip("front_door")
    await watched.trip(CAR)
    assert watched.level == "1"
    assert [item["kind"] for item in await reports(watched)] == ["vehicle"]
    [incident] = (await watched.act("list_incidents"))["incidents"]
    shown = await watched.act("get_incident", incident_id=incident["incident_id"])
    told = [item["item"] for item in shown["timeline"] if item["what"] == "EvidenceAdded"]
    [vehicle] = [item for item in told if item["type"] == "PersonReported"]
    assert vehicle["kind"] == "vehicle"
    assert vehicle["camera_id"] == "Hall"


async def test_our_own_look_that_saw_nobody_is_shown_beside_it(watched: House) -> None:
    await watched.trip("front_door")
    await watched.trip(FRIGATE)
    await watched.wait(12)
    held = watched.state("sensor.home_alarm_level").attributes["held_by"]
    assert watched.level == "2"
    assert "nobody_seen" in held


async def test_disarmed_nothing_is_kept(watched: House) -> None:
    await watched.disarm()
    await watched.trip(FRIGATE)
    await watched.arm()
    await watched.trip("front_door")
    assert await reports(watched) == []
