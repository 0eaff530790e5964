"""Looking in the whole product at its own rates: bursts, the slow watch, early warning, and silence."""

from dataclasses import replace

import pytest
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN

from custom_components.verified_response.core.detection import LUMA_COLUMNS, Glance
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.engine.looking.pace import Rates
from tests.fakes.config_entry import part
from tests.fakes.person_detector import detection, glance
from tests.scenarios.conftest import House

DAY = glance()
PERSON, NOBODY = (replace(detection(*scores), glance=DAY) for scores in ((0.8,), ()))
DARK = Glance(luma=bytes(len(DAY.luma)), sharpness=0.0)


def moved(level: int) -> Glance:
    luma = bytearray(DAY.luma)
    for row in range(6, 10):
        luma[row * LUMA_COLUMNS + 10 : row * LUMA_COLUMNS + 12] = bytes([level, level])
    return Glance(luma=bytes(luma), sharpness=DAY.sharpness)


@pytest.fixture
async def watched(empty_house: House) -> House:
    """A house at the product's own rates."""
    empty_house.rates = Rates()
    empty_house.detector.otherwise = NOBODY
    await empty_house.set_up()
    return empty_house


def asked(house: House, camera: str) -> int:
    return house.camera.asked.count(f"camera.{camera}")


async def persons(house: House, *, outdoor: bool) -> int:
    """Return how many sightings indoors or outdoors are on record."""
    items = [record.payload["item"] for record in await house.journal("EvidenceAdded")]
    return sum("box" in item and item["outdoor"] is outdoor for item in items)


async def unknowns(house: House) -> list[dict[str, str]]:
    incident = await house.act("get_incident")
    found: list[dict[str, str]] = incident["assessment"]["unknowns"]
    return found


async def test_disarmed_nothing_is_looked_at(watched: House) -> None:
    for name in ("front_door", "hall_motion", "porch_motion"):
        await watched.trip(name)
    await watched.wait(30)
    assert watched.camera.asked == []
    assert watched.state("binary_sensor.hall_person").state == STATE_UNKNOWN


async def test_a_visit_to_the_yard_is_a_word_and_no_alarm(watched: House) -> None:
    await watched.arm()
    await watched.wait(10)
    assert asked(watched, "porch") >= 9
    assert asked(watched, "hall") == 0
    looked = len(watched.detector.pictures)
    await watched.wait(10)
    assert len(watched.detector.pictures) == looked  # glances are enough while nothing moves
    watched.detector.otherwise = PERSON
    watched.detector.glances.extend([moved(255)])
    await watched.wait(2)
    assert watched.state("binary_sensor.porch_person").state == STATE_ON
    [told] = await watched.journal("PersonOutside")
    assert told.payload["camera_id"]
    assert watched.panel == "armed_away"
    assert watched.stage == "none"
    assert not watched.pushes
    assert not watched.sirens
    watched.detector.otherwise = NOBODY
    await watched.wait(5)
    assert watched.state("binary_sensor.porch_person").state == STATE_OFF
    assert len(await watched.journal("PersonOutside")) == 1


async def test_disarming_ends_all_looking(watched: House) -> None:
    await watched.arm()
    await watched.trip("hall_motion")
    await watched.wait(3)
    assert asked(watched, "hall") >= 10
    await watched.disarm()
    seen = len(watched.camera.asked)
    await watched.wait(30)
    assert len(watched.camera.asked) == seen
    assert set(watched.camera.rested) == {"camera.hall", "camera.porch"}
    assert watched.state("binary_sensor.hall_person").state == STATE_UNKNOWN


async def test_a_burglar_who_comes_into_view_late_is_evidence(watched: House) -> None:
    await watched.arm()
    await watched.trip("hall_motion")
    await watched.wait(15)
    assert watched.level == "1"
    watched.detector.otherwise = PERSON
    await watched.wait(4)
    assert watched.level == "2"
    assert "person_seen" in watched.reasons
    assert await persons(watched, outdoor=False) == 1
    await watched.wait(20)
    assert await persons(watched, outdoor=False) == 1
    assert await persons(watched, outdoor=True) == 1  # the yard shows the same, and adds its word


async def test_the_worker_dies_in_the_middle_and_the_look_goes_on(watched: House) -> None:
    await watched.arm()
    watched.detector.script.extend([NOBODY] * 3)
    watched.detector.script.extend([CouldNotLook("detector_crashed")] * 4)
    await watched.trip("hall_motion")
    await watched.wait(1)
    assert await unknowns(watched) == [{"what": "could_not_look", "where": "Hall"}]
    watched.detector.script.clear()
    watched.detector.otherwise = PERSON
    await watched.wait(2)
    assert watched.level == "2"
    assert await unknowns(watched) == []


async def test_a_covered_camera_is_trouble_and_not_nobody(watched: House) -> None:
    await watched.arm()
    watched.detector.otherwise = replace(NOBODY, glance=DARK)
    await watched.trip("hall_motion")
    await watched.wait(14)
    assert watched.state("binary_sensor.hall_blind").state == STATE_ON
    assert watched.state("binary_sensor.hall_person").state == STATE_UNKNOWN
    assert "nobody_seen" not in str(await watched.act("get_incident"))
    watched.detector.otherwise = NOBODY
    await watched.wait(20)
    assert watched.state("binary_sensor.hall_blind").state == STATE_OFF


async def test_stills_from_before_the_trip_are_kept_only_where_wanted(empty_house: House) -> None:
    empty_house.rates = Rates()
    empty_house.detector.otherwise = NOBODY
    await empty_house.set_up(
        more=[part("camera", "Hall", entity_id="camera.hall", outdoor=False, preroll=True)]
    )
    assert empty_house.entry is not None
    watch = empty_house.entry.runtime_data.watch
    await empty_house.arm()
    await empty_house.wait(12)
    assert len(watch.preroll("hall")) >= 9
    assert watch.preroll("porch") == ()
    await empty_house.disarm()
    assert watch.preroll("hall") == ()


async def test_without_early_warning_the_yard_is_left_alone(empty_house: House) -> None:
    empty_house.rates = Rates()
    empty_house.detector.otherwise = PERSON
    await empty_house.set_up({"early_warning": False})
    await empty_house.arm()
    await empty_house.wait(30)
    assert empty_house.camera.asked == []
    await empty_house.trip("hall_motion")  # what trips is looked at all the same
    await empty_house.wait(2)
    assert asked(empty_house, "hall") > 0
