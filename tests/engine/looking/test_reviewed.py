"""What a severe reading found: reloads, slow cameras, slow hubs, clocks that jump, what is disarmed."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.verified_response.core.evidence import CouldNotSee, NobodySeen, PersonSeen
from custom_components.verified_response.core.premises import ZoneType
from custom_components.verified_response.engine.looking.pace import Pace
from custom_components.verified_response.engine.ports import Frame
from tests import builders

from .kit import DARK, Yard, with_box

LOOK_S = builders.policy().look_s


# a reload


async def test_a_reload_while_armed_patrols_on(yard: Yard):
    await yard.arm()
    await yard.wait(5)
    await yard.restart(resumed=True, down=1)
    await yard.wait(5)
    assert yard.watch.looking_at == {"garden"}
    assert yard.detector.awake


async def test_a_reload_in_the_middle_of_a_burst_looks_on_and_tells(yard: Yard):
    await yard.arm()
    await yard.trip("motion")
    await yard.wait(2)
    await yard.restart(resumed=True, down=1)
    await yard.wait(LOOK_S)
    assert len(yard.evidence(NobodySeen, "hall")) == 1


# slow cameras, slow hubs


async def test_a_slow_snapshot_is_not_stale_though_it_is_stamped_a_moment_after_the_asking(
    yard: Yard,
):
    still = yard.camera.still

    async def stamped_later(source: str, *, timeout_s: float) -> Frame:
        frame = await still(source, timeout_s=timeout_s)
        return replace(frame, captured_at=frame.captured_at + timedelta(microseconds=50))

    yard.camera.still = stamped_later
    yard.camera.slow["camera.hall"] = 3.0
    yard.shows("hall", with_box(0.3))
    await yard.arm()
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    assert yard.evidence(CouldNotSee) == []
    assert len(yard.evidence(PersonSeen, "hall")) == 1


async def test_who_walks_is_found_though_frames_are_seconds_apart():
    """Eight cameras, 0.3 s a look: whoever crosses the picture slowly is in another place each time."""
    yard = Yard(indoor=[builders.camera(f"c{number}") for number in range(8)], outdoor=())
    yard.detector.takes_s = 0.3
    await yard.start()
    await yard.arm()
    began = yard.clock.now()
    look = yard.detector.look

    async def walking(picture: bytes, **more):
        seconds = (yard.clock.now() - began).total_seconds()
        yard.shows("c0", with_box(0.07 * seconds))
        return await look(picture, **more)

    yard.detector.look = walking
    await yard.trip("motion")
    await yard.wait(LOOK_S + 1)
    assert len(yard.evidence(PersonSeen, "c0")) == 1
    assert yard.evidence(NobodySeen, "c0") == []
    await yard.stop()


async def test_a_patrol_that_gave_way_for_long_gives_way_no_more_once_its_own_zone_trips(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
):
    """Twenty seconds were waited for a busy detector; that must not be the rest between two frames."""
    await yard.arm()
    await yard.wait(10)
    with monkeypatch.context() as busy:
        waited = Pace.waited
        busy.setattr(Pace, "waited", lambda pace, _seconds: waited(pace, 20.0))
        await yard.tells("yard")
        await yard.wait(1)
    await yard.trip("motion")
    looked = yard.detector.looks["garden"]
    await yard.trip("yard")
    await yard.wait(3)
    assert yard.detector.looks["garden"] - looked >= 10


# disarmed


@pytest.mark.parametrize("kind", [ZoneType.FIRE, ZoneType.TAMPER, ZoneType.WATER])
async def test_nobody_is_looked_at_while_disarmed_whatever_trips(kind: ZoneType):
    always_on = builders.zone("always_on", kind, cameras=("hall",))
    yard = Yard(zones=[always_on])
    await yard.start()
    await yard.trip("always_on")
    await yard.wait(LOOK_S + 1)
    assert yard.incident.is_open
    assert yard.camera.asked == []
    assert yard.evidence(NobodySeen) == []
    await yard.arm()
    await yard.wait(30)
    await yard.trip("always_on")
    await yard.wait(1)
    assert yard.stills("hall") > 0
    await yard.stop()


# clocks


async def test_a_clock_that_is_set_back_during_a_look_holds_nobody_up(yard: Yard):
    await yard.arm()
    await yard.trip("motion")
    await yard.wait(1)
    look = yard.detector.look
    jumped: list[bool] = []

    async def set_back(picture: bytes, **more):
        if more["camera"] == "hall" and not jumped:
            jumped.append(True)
            yard.clock.set_back(60)
        return await look(picture, **more)

    yard.detector.look = set_back
    await yard.wait(1)
    assert jumped
    looked = yard.detector.looks["hall"]
    await yard.wait(5)
    assert yard.detector.looks["hall"] - looked >= 20


async def test_who_comes_after_the_clock_was_set_back_is_a_new_visit(yard: Yard):
    await yard.arm()
    yard.shows("garden", with_box(0.3))
    await yard.wait(5)
    assert len(yard.warnings) == 1
    yard.clock.set_back(3600)
    yard.shows("garden")
    await yard.tells("yard")  # wakes it: the timer of before is an hour away
    await yard.wait(120)
    yard.shows("garden", with_box(0.5))
    await yard.tells("yard")
    await yard.wait(40)
    assert len(yard.warnings) >= 2


# blindness of long ago


async def test_a_camera_that_was_blind_yesterday_and_sees_is_not_told_as_blind(yard: Yard):
    await yard.arm()
    yard.detector.light["hall"] = DARK
    await yard.trip("motion")
    await yard.wait(LOOK_S + 1)
    assert yard.look("hall").blind == "camera_dark"
    await yard.dismiss()
    await yard.disarm()
    await yard.wait(36000)
    await yard.arm()
    del yard.detector.light["hall"]
    await yard.trip("motion")
    await yard.wait(LOOK_S + 1)
    assert yard.evidence(CouldNotSee) == []
    assert len(yard.evidence(NobodySeen)) == 1


# what hangs or breaks beside


async def test_a_cancellation_while_the_camera_is_let_go_of_does_not_end_looking_for_ever(
    yard: Yard,
):
    gate = asyncio.Event()

    async def slowly(source: str) -> None:
        yard.camera.rested.append(source)
        await gate.wait()

    yard.camera.rest = slowly
    await yard.arm()
    await yard.wait(3)
    await yard.disarm()  # the watch is being ended, and lets go of the camera
    await yard.arm()
    await yard.disarm()
    await yard.arm()
    gate.set()
    await yard.settle()
    asked = yard.stills("garden")
    await yard.wait(10)
    assert yard.stills("garden") > asked


async def test_a_detector_that_cannot_be_prepared_is_asked_again(yard: Yard, caplog):
    prepare = yard.detector.prepare

    async def fail() -> None:
        raise RuntimeError("a bug")

    yard.detector.prepare = fail
    yard.desk.run(yard.watch.keep_ready(), name="detector")
    await yard.settle()
    yard.detector.prepare = prepare
    await yard.wait(3601)
    assert yard.desk.feed.latest.detector is not None
    assert "could not be prepared" in caplog.text
