"""Blind is never "nobody there": what a burst says of cameras that cannot see, and of a dead detector."""

from itertools import pairwise

import pytest

from custom_components.verified_response.core.detection import (
    LUMA_COLUMNS,
    LUMA_ROWS,
    Glance,
)
from custom_components.verified_response.core.errors import CouldNotLook, FrameRefused
from custom_components.verified_response.core.evidence import CouldNotSee, NobodySeen, PersonSeen
from tests import builders
from tests.fakes.person_detector import glance

from .kit import DARK, DAY, Yard, with_box

LOOK_S = builders.policy().look_s
WHITE = Glance(luma=bytes([255]) * (LUMA_COLUMNS * LUMA_ROWS), sharpness=1.0)
COVERED = Glance(luma=bytes([90]) * (LUMA_COLUMNS * LUMA_ROWS), sharpness=0.5)


@pytest.fixture
async def armed(yard: Yard) -> Yard:
    await yard.arm()
    return yard


async def test_a_frozen_picture_is_no_look(armed: Yard):
    armed.camera.frozen.add("camera.hall")
    armed.shows("hall", with_box(0.3))
    await armed.trip("motion")
    await armed.wait(LOOK_S + 1)
    assert armed.evidence(PersonSeen) == []
    assert armed.evidence(NobodySeen) == []
    assert [item.reason for item in armed.evidence(CouldNotSee)] == ["camera_frozen"]
    assert armed.look("hall").blind == "camera_frozen"
    assert armed.look("hall").person is None
    assert armed.detector.looks["hall"] == 1
    assert armed.stills("hall") < 40  # it gives nothing new, so it is asked less


async def test_a_picture_that_repeats_now_and_then_is_only_not_counted(armed: Yard):
    armed.camera.every["camera.hall"] = 0.5
    await armed.trip("motion")
    await armed.wait(LOOK_S + 1)
    [nobody] = armed.evidence(NobodySeen)
    assert len(nobody.scores) == 10
    assert armed.evidence(CouldNotSee) == []
    assert 18 <= armed.detector.looks["hall"] <= 26
    assert armed.stills("hall") <= 45


async def test_stale_stills_are_not_judged(armed: Yard):
    armed.camera.late["camera.hall"] = 2.5
    armed.shows("hall", with_box(0.3))
    await armed.trip("motion")
    await armed.wait(LOOK_S + 1)
    assert armed.detector.looks["hall"] == 0
    assert armed.evidence(PersonSeen) == []
    assert [item.reason for item in armed.evidence(CouldNotSee)] == ["frame_stale"]
    assert armed.look("hall").blind == "frame_stale"


async def test_stills_from_the_future_are_not_judged(armed: Yard):
    armed.camera.late["camera.hall"] = -60
    await armed.trip("motion")
    await armed.wait(1)
    assert [item.reason for item in armed.evidence(CouldNotSee)] == ["frame_stale"]


@pytest.mark.parametrize(
    ("light", "reason"),
    [(DARK, "camera_dark"), (COVERED, "camera_covered"), (WHITE, "camera_dazzled")],
)
async def test_a_picture_that_shows_nothing_is_not_nobody(armed: Yard, light: Glance, reason: str):
    armed.detector.light["hall"] = light
    await armed.trip("motion")
    await armed.wait(LOOK_S + 1)
    assert armed.evidence(NobodySeen) == []
    assert [item.reason for item in armed.evidence(CouldNotSee)] == [reason]
    assert armed.look("hall").blind == reason
    assert armed.look("hall").person is None
    assert armed.incident.assessment.unknowns == ("could_not_look:hall",)


async def test_a_person_beats_blindness(armed: Yard):
    armed.detector.light["hall"] = DARK
    armed.shows("hall", with_box(0.3))
    await armed.trip("motion")
    await armed.wait(1)
    assert len(armed.evidence(PersonSeen)) == 1
    assert armed.look("hall").person is True


async def test_a_lens_covered_in_the_middle(armed: Yard):
    await armed.trip("motion")
    await armed.wait(2)
    armed.detector.light["hall"] = COVERED
    await armed.wait(LOOK_S)
    assert armed.evidence(NobodySeen) == []
    assert [item.reason for item in armed.evidence(CouldNotSee)] == ["camera_covered"]


async def test_dusk_does_not_flap(armed: Yard):
    """Light that sinks slowly to the edge of darkness, with single frames below it."""
    shown = armed.watch_looks("hall")
    for step in range(12):
        await armed.trip("motion")
        for tenth in range(20):
            armed.detector.light["hall"] = DARK if tenth % 7 == 6 else glance(120 - 8 * step)
            await armed.wait(0.5)
        armed.detector.light["hall"] = glance(120 - 8 * step)
        await armed.wait(4)
    changes = [look.blind for look in shown]
    flips = sum(a != b for a, b in pairwise(changes))
    assert flips <= 2
    assert len(armed.evidence(CouldNotSee)) <= 2


async def test_masks_and_camera_reach_the_detector():
    mask = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0))
    yard = Yard(
        indoor=[builders.camera("hall", masks=(mask,))],
        outdoor=[builders.camera("garden", outdoor=True, masks=(mask,))],
    )
    await yard.start()
    await yard.arm()
    await yard.trip("motion")
    await yard.wait(1)
    await yard.disarm()
    await yard.watch.look("hall")
    assert yard.detector.masks == {"hall": (mask,), "garden": (mask,), "hall/by hand": (mask,)}
    await yard.stop()


async def test_a_newer_frame_in_its_place_is_no_blindness(armed: Yard):
    armed.detector.fails = "frame_superseded"
    await armed.trip("motion")
    await armed.wait(1)
    assert armed.evidence(CouldNotSee) == []
    armed.detector.fails = None
    armed.shows("hall", with_box(0.3))
    await armed.wait(1)
    assert len(armed.evidence(PersonSeen)) == 1


async def test_a_burst_without_one_judged_frame_could_not_look(armed: Yard):
    armed.detector.fails = "frame_superseded"
    await armed.trip("motion")
    await armed.wait(LOOK_S + 1)
    assert armed.evidence(NobodySeen) == []
    assert len(armed.evidence(CouldNotSee)) == 1


async def test_a_refused_frame_is_tried_again_when_it_comes_again(armed: Yard):
    armed.camera.frozen.add("camera.hall")
    look = armed.detector.look
    refused = [FrameRefused("frame_truncated")]

    async def refuse_once(picture: bytes, **more):
        if refused:
            raise refused.pop()
        return await look(picture, **more)

    armed.detector.look = refuse_once
    await armed.trip("motion")
    await armed.wait(3)
    assert armed.detector.looks["hall"] == 1


async def test_several_cameras_lose_the_detector_and_look_on():
    cameras = [builders.camera(f"c{number}") for number in range(4)]
    yard = Yard(indoor=cameras)
    await yard.start()
    await yard.arm()
    await yard.trip("motion")
    await yard.wait(1)
    yard.detector.fails = "detector_crashed"
    await yard.wait(1)
    assert [item.camera_id for item in yard.evidence(CouldNotSee)] == ["c0", "c1", "c2", "c3"]
    unknowns = tuple(f"could_not_look:c{number}" for number in range(4))
    assert yard.incident.assessment.unknowns == unknowns
    yard.detector.fails = None
    yard.shows("c2", with_box(0.3))
    await yard.wait(1)
    assert [item.camera_id for item in yard.evidence(PersonSeen)] == ["c2"]
    await yard.wait(LOOK_S)
    assert {item.camera_id for item in yard.evidence(NobodySeen)} == {"c0", "c1", "c3"}
    assert yard.incident.assessment.unknowns == ()
    await yard.stop()


async def test_what_is_known_of_a_camera_outlives_the_burst(armed: Yard):
    """The scene learnt in one burst tells in the next that the camera was turned."""
    armed.detector.light["hall"] = DAY
    await armed.trip("motion")
    await armed.wait(LOOK_S)
    await armed.dismiss()
    turned = bytes(100 + (cell * 29 + cell // 7 * 11) % 41 for cell in range(len(DAY.luma)))
    armed.detector.light["hall"] = Glance(luma=turned, sharpness=200.0)
    await armed.wait(60)
    await armed.trip("motion")
    await armed.wait(LOOK_S + 1)
    assert armed.look("hall").blind == "camera_moved"
    assert len(armed.evidence(CouldNotSee)) == 1
    assert armed.evidence(NobodySeen) == []


LIGHTS = {"camera_dark": DARK, "camera_covered": COVERED, "camera_dazzled": WHITE}


@pytest.mark.parametrize("reason", LIGHTS)
async def test_by_hand_too_a_blind_camera_shows_not_nobody(yard: Yard, reason: str):
    yard.detector.light["hall"] = LIGHTS[reason]
    with pytest.raises(CouldNotLook) as told:
        await yard.watch.look("hall")
    assert told.value.code == reason
    yard.shows("hall", with_box(0.3))
    detection, *_ = await yard.watch.look("hall")  # whoever is seen all the same is there
    assert len(detection.people) == 1


async def test_by_hand_too_an_old_picture_is_refused(yard: Yard):
    yard.camera.late["camera.hall"] = 3.0
    with pytest.raises(CouldNotLook) as told:
        await yard.watch.look("hall")
    assert told.value.code == "frame_stale"


async def test_a_house_without_cameras_starts_no_detector():
    yard = Yard(indoor=(), outdoor=())
    await yard.start()
    await yard.arm()
    await yard.settle()
    assert not yard.detector.awake

    async def prepare():
        raise AssertionError("nobody needs a detector here")

    yard.detector.prepare = prepare
    await yard.watch.keep_ready()
    await yard.stop()
