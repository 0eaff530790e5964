"""Looking: after a trip, while its time lasts, and never taking silence for emptiness."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.detection import Detection, Trust
from custom_components.verified_response.core.errors import CouldNotLook, FrameRefused
from custom_components.verified_response.core.evidence import (
    CouldNotSee,
    NobodySeen,
    PersonSeen,
)
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.engine.looking import watch
from tests import builders
from tests.fakes.person_detector import detection

from ..rig import Rig

LOOK_S = builders.policy().look_s


def seen(rig: Rig, kind: type) -> list:
    return [item for item in rig.incident.evidence if isinstance(item, kind)]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    """Bursts alone: nothing is looked at once they are over."""
    made = await Rig(sustain_s=0).start()
    yield made
    await made.stop()


@pytest.fixture
async def armed(rig: Rig) -> Rig:
    await rig.arm()
    return rig


async def test_a_person_in_two_of_three_frames_is_reported_and_the_burst_ends(armed: Rig):
    armed.detector.otherwise = detection(0.8)
    await armed.trip("hall")
    [person] = seen(armed, PersonSeen)
    assert person.camera_id == "hall"
    assert person.scores == (0.8, 0.8)
    assert person.engine == "onnx/fake"
    assert person.box is not None
    assert len(armed.camera.asked) == 2
    await armed.wait(LOOK_S)
    assert len(armed.camera.asked) == 2
    assert seen(armed, NobodySeen) == []


async def test_a_single_frame_is_not_a_person(armed: Rig):
    armed.detector.will_see(0.8)
    await armed.trip("hall")
    await armed.wait(LOOK_S)
    assert seen(armed, PersonSeen) == []
    assert len(seen(armed, NobodySeen)) == 1


async def test_a_burst_looks_until_its_time_is_over(armed: Rig):
    await armed.trip("hall")
    looked = len(armed.camera.asked)
    assert looked > 5
    await armed.wait(LOOK_S - 1)
    assert len(armed.camera.asked) > looked
    assert seen(armed, NobodySeen) == []
    await armed.wait(1)
    assert len(seen(armed, NobodySeen)) == 1
    looked = len(armed.camera.asked)
    await armed.wait(60)
    assert len(armed.camera.asked) == looked


async def test_a_further_trip_extends_the_burst(armed: Rig):
    await armed.trip("hall")
    await armed.wait(LOOK_S - 1)
    await armed.trip("hall")
    await armed.wait(LOOK_S - 1)
    assert seen(armed, NobodySeen) == []
    await armed.wait(1)
    assert len(seen(armed, NobodySeen)) == 1


async def test_a_person_is_reported_once_per_trip_and_again_after_the_next(armed: Rig):
    armed.detector.otherwise = detection(0.8)
    await armed.trip("hall")
    await armed.confirm()
    await armed.settle()
    assert len(seen(armed, PersonSeen)) == 1
    await armed.wait(6)
    await armed.trip("hall")
    assert len(seen(armed, PersonSeen)) == 2


async def test_a_trip_during_the_report_is_looked_at_too(armed: Rig):
    """The race of a report and a trip: what trips while a person is written down gets its own look."""
    armed.detector.otherwise = detection(0.8)
    append, gate = armed.journal.append, asyncio.Event()

    async def slowly(entries):
        if any("PersonSeen" in str(entry.payload) for entry in entries):
            await gate.wait()
        return await append(entries)

    armed.journal.append = slowly
    await armed.trip("hall")
    armed.clock.tick(6)
    second = asyncio.create_task(armed.trip("hall"))
    await armed.settle()
    armed.journal.append = append
    gate.set()
    await second
    await armed.settle()
    assert len(seen(armed, PersonSeen)) == 2
    assert armed.watch.looking_at == frozenset()


async def test_a_trip_before_the_report_is_answered_by_it(armed: Rig):
    """The person was seen after the second trip already: one report for both."""
    await armed.trip("hall")
    await armed.wait(6)
    await armed.trip("hall")
    armed.detector.otherwise = detection(0.8)
    await armed.settle()
    await armed.confirm()
    assert len(seen(armed, PersonSeen)) == 1


async def test_a_dark_camera_is_reported_at_once_and_corrected_later(armed: Rig):
    armed.camera.dark.add("camera.hall")
    await armed.trip("hall")
    [blind] = seen(armed, CouldNotSee)
    assert blind.reason == "camera_no_picture"
    assert armed.desk.feed.latest.cameras["hall"].reason == "camera_no_picture"
    armed.camera.dark.clear()
    armed.detector.otherwise = detection(0.8)
    await armed.settle()
    assert len(seen(armed, PersonSeen)) == 1
    assert len(seen(armed, CouldNotSee)) == 1
    assert armed.desk.feed.latest.cameras["hall"].reason is None


async def test_a_camera_that_stays_dark_is_reported_once(armed: Rig):
    armed.camera.dark.add("camera.hall")
    await armed.trip("hall")
    await armed.wait(LOOK_S)
    assert len(seen(armed, CouldNotSee)) == 1
    assert seen(armed, NobodySeen) == []


async def test_a_camera_covered_in_the_middle_did_not_look_to_the_end(armed: Rig):
    """A few empty frames, then nothing: nobody may say that nobody was there."""
    for _ in range(3):
        armed.detector.will_see()
    armed.detector.script.extend([FrameRefused("frame_too_dark")] * 500)
    await armed.trip("hall")
    await armed.wait(LOOK_S)
    assert seen(armed, NobodySeen) == []
    [blind] = seen(armed, CouldNotSee)
    assert blind.reason == "frame_too_dark"


async def test_a_detector_that_crashes_in_the_middle_goes_on(armed: Rig):
    armed.detector.will_see(0.8)
    armed.detector.will_fail(CouldNotLook("detector_crashed"))
    armed.detector.will_see(0.8)
    await armed.trip("hall")
    [person] = seen(armed, PersonSeen)
    assert person.scores == (0.8, 0.8)


async def test_a_detector_that_crashes_at_first_is_told(armed: Rig):
    armed.detector.will_fail(CouldNotLook("detector_crashed"))
    armed.detector.otherwise = detection(0.8)
    await armed.trip("hall")
    assert [item.reason for item in seen(armed, CouldNotSee)] == ["detector_crashed"]
    assert len(seen(armed, PersonSeen)) == 1


async def test_a_bug_in_an_adapter_is_told_as_could_not_look(armed: Rig, caplog):
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    armed.camera.still = fail
    await armed.trip("hall")
    assert [item.reason for item in seen(armed, CouldNotSee)] == ["unexpected"]
    await armed.wait(LOOK_S)
    assert caplog.text.count("Traceback") == 1
    assert armed.watch.looking_at == frozenset()


async def test_low_trust_is_passed_on(armed: Rig):
    armed.detector.otherwise = detection(0.8, trust=Trust.LOW)
    await armed.trip("hall")
    assert [item.trust for item in seen(armed, PersonSeen)] == [Trust.LOW]


async def test_all_cameras_of_a_zone_are_looked_at_side_by_side(armed: Rig):
    await armed.trip("front_door")
    assert {"camera.porch", "camera.hall"} == set(armed.camera.asked)


@pytest.mark.parametrize("zone", ["kitchen_window", "smoke"])
async def test_no_camera_no_look(armed: Rig, zone: str):
    await armed.trip(zone)
    await armed.wait(LOOK_S)
    assert armed.camera.asked == []


async def test_nothing_is_looked_at_while_nothing_is_armed(rig: Rig):
    await rig.trip("hall")
    await rig.do(cmd.Arm(area_id="garage", mode=ArmMode.AWAY, by="owner"))
    await rig.trip("hall")
    assert rig.camera.asked == []


async def test_nothing_is_looked_at_while_detection_is_off():
    rig = await Rig(detection=False).start()
    await rig.arm()
    await rig.trip("hall")
    assert rig.camera.asked == []
    with pytest.raises(CouldNotLook, match="detection_off"):
        await rig.watch.look("hall")
    await rig.watch.keep_ready()
    await rig.stop()


async def test_the_end_of_the_incident_ends_the_look(armed: Rig):
    await armed.trip("hall")
    await armed.dismiss()
    looked = len(armed.camera.asked)
    await armed.wait(LOOK_S)
    assert len(armed.camera.asked) == looked
    assert seen(armed, NobodySeen) == []


async def test_nothing_is_remembered_of_incidents_that_ended(armed: Rig):
    armed.detector.otherwise = detection(0.8)
    for _ in range(2):
        await armed.trip("hall")
        await armed.dismiss()
    await armed.wait(60)
    assert armed.watch.looking_at == frozenset()


async def test_close_begins_no_further_burst(armed: Rig):
    armed.watch.close()
    await armed.trip("hall")
    assert armed.camera.asked == []


async def test_stop_in_the_middle_of_a_burst(armed: Rig):
    await armed.trip("hall")
    await armed.stop()
    assert armed.watch.looking_at == frozenset()
    looked = len(armed.camera.asked)
    await armed.settle()
    assert len(armed.camera.asked) == looked


async def test_looking_by_hand_works_whatever_is_armed(rig: Rig):
    rig.detector.otherwise = detection(0.9)
    found, _, picture = await rig.watch.look("hall")
    assert isinstance(found, Detection)
    assert found.best_score == 0.9
    assert picture == b"camera.hall 1"


async def test_the_picture_is_never_part_of_a_repr(armed: Rig):
    await armed.trip("hall")
    assert b"camera.hall" in armed.desk.feed.latest.cameras["hall"].picture
    assert "camera.hall 1" not in repr(armed.desk.feed.latest.cameras)


async def test_the_detector_is_asked_hourly_until_it_is_the_best(rig: Rig):
    rig.detector.otherwise = detection(trust=Trust.LOW)
    rig.desk.run(rig.watch.keep_ready(), name="detector")
    await rig.settle()
    assert rig.desk.feed.latest.detector.reason == "model_missing"
    rig.detector.otherwise = detection()
    await rig.wait(watch.PREPARE_AGAIN_S - 1)
    assert rig.desk.feed.latest.detector.reason == "model_missing"
    await rig.wait(1)
    assert rig.desk.feed.latest.detector.reason is None
    await rig.wait(3 * watch.PREPARE_AGAIN_S)
    assert rig.clock.next_due() is None
