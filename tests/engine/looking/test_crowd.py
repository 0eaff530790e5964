"""Many cameras, a slow detector, slow cameras: shared fairly, no queue, first things first."""

import asyncio

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.evidence import CouldNotSee, NobodySeen, PersonSeen
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import ZoneType
from custom_components.verified_response.core.signals import Signal, SignalKind
from tests import builders

from .kit import Yard, with_box

LOOK_S = builders.policy().look_s


def many(count: int, **changes: object) -> list:
    return [builders.camera(f"c{number:02}", **changes) for number in range(count)]


async def crowd(count: int, takes_s: float, at_once: int = 1) -> Yard:
    yard = Yard(indoor=many(count), outdoor=())
    yard.detector.takes_s, yard.detector.at_once = takes_s, at_once
    await yard.start()
    await yard.arm()
    return yard


async def test_sixteen_cameras_get_the_same_share():
    yard = await crowd(16, 0.05)
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    looks = yard.detector.looks
    await yard.wait(3)
    assert len(looks) == 16
    assert max(looks.values()) - min(looks.values()) <= 3
    assert sum(looks.values()) >= 0.8 * LOOK_S / 0.05  # and the detector is hardly ever idle
    assert yard.detector.most_under_way == 1
    assert {item.camera_id for item in yard.evidence(NobodySeen)} == set(looks)
    assert yard.evidence(CouldNotSee) == []
    await yard.stop()


async def test_several_at_once_are_used():
    yard = await crowd(8, 0.1, at_once=3)
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    assert yard.detector.most_under_way == 3
    assert sum(yard.detector.looks.values()) >= 0.7 * 3 * LOOK_S / 0.1
    await yard.stop()


async def test_a_slow_detector_makes_longer_intervals_not_a_queue():
    """A look takes 0.6 s, eight cameras: 4.8 s a round; frames are judged fresh all the same."""
    yard = await crowd(8, 0.6)
    ages = []
    look = yard.detector.look

    async def noting(picture: bytes, **more):
        name = picture.decode().split()[0]
        ages.append((yard.clock.now() - yard.camera.asked_at[name][-1]).total_seconds())
        return await look(picture, **more)

    yard.detector.look = noting
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    looks = yard.detector.looks
    assert max(looks.values()) - min(looks.values()) <= 1
    assert max(ages) <= 2.0
    assert len(yard.camera.asked) <= 2 * sum(looks.values()) + 8
    assert yard.evidence(CouldNotSee) == [] or all(
        item.reason != "frame_stale" for item in yard.evidence(CouldNotSee)
    )
    await yard.stop()


async def test_after_the_rush_the_pace_comes_back():
    yard = await crowd(8, 0.6)
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    yard.detector.takes_s = 0.0
    await yard.wait(60)
    await yard.trip("motion")
    asked = yard.stills("c00")
    await yard.wait(LOOK_S)
    assert yard.stills("c00") - asked >= 30
    await yard.stop()


async def test_a_slow_camera_holds_up_no_other():
    yard = await crowd(3, 0.01)
    yard.camera.slow["camera.c01"] = 1.5
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    assert yard.detector.looks["c00"] >= 50
    assert yard.detector.looks["c02"] >= 50
    assert 6 <= yard.detector.looks["c01"] <= 9
    await yard.stop()


async def test_a_camera_that_needs_long_to_answer_is_no_blind_camera():
    yard = await crowd(2, 0.01)
    yard.camera.slow["camera.c01"] = 3.0
    yard.shows("c01", with_box(0.3))
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    assert yard.evidence(CouldNotSee) == []
    assert [item.camera_id for item in yard.evidence(PersonSeen)] == ["c01"]
    await yard.stop()


async def test_a_camera_that_gives_old_pictures_says_so():
    yard = await crowd(2, 0.01)
    yard.camera.late["camera.c01"] = 3.0
    await yard.trip("motion")
    await yard.wait(LOOK_S + 1)
    assert [item.camera_id for item in yard.evidence(CouldNotSee)] == ["c01"]
    assert [item.camera_id for item in yard.evidence(NobodySeen)] == ["c00"]
    await yard.stop()


async def test_the_entry_route_is_looked_at_first():
    door = builders.zone("door", ZoneType.ENTRY_EXIT, cameras=("c02", "c01"))
    yard = Yard(indoor=many(4), outdoor=(), zones=[door], entry_delay_s=0)
    yard.detector.takes_s = 0.3
    await yard.start()
    await yard.arm()
    await yard.trip("motion")  # what was looked at in an earlier incident does not matter
    await yard.wait(0.7)
    await yard.dismiss()
    await yard.wait(5)
    yard.detector.looked.clear()
    await yard.desk.submit(_trip(yard, "door"))
    await yard.desk.submit(_trip(yard, "motion"))
    await yard.wait(1.3)
    order = [camera for camera, _ in yard.detector.looked]
    assert order[:4] == ["c02", "c01", "c00", "c03"]
    await yard.stop()


def _trip(yard: Yard, zone_id: str) -> cmd.SeeSignal:
    signal = Signal(zone_id=zone_id, kind=SignalKind.TRIPPED, at=yard.clock.now())
    return cmd.SeeSignal(signal=signal, new_id=yard.ids.new_id())


async def test_a_burst_comes_before_the_patrol_and_does_not_end_it():
    yard = Yard(
        indoor=many(4), outdoor=many(1, outdoor=True) and [builders.camera("yard1", outdoor=True)]
    )
    yard.detector.takes_s = 0.2
    await yard.start()
    await yard.arm()
    await yard.wait(20)
    yard.detector.looked.clear()
    yard.shows("yard1", with_box(0.3))
    await yard.tells("yard")
    await yard.trip("motion")
    await yard.wait(6)
    looks = yard.detector.looks
    inside = [looks[f"c{number:02}"] for number in range(4)]
    assert min(inside) >= 4
    assert 2 <= looks["yard1"] < min(inside)
    await yard.stop()


async def test_two_incidents_share_the_frames_of_a_camera():
    smoke = builders.zone("smoke", ZoneType.FIRE, cameras=("c00",))
    yard = Yard(indoor=many(1), outdoor=(), zones=[smoke])
    await yard.start()
    await yard.arm()
    yard.shows("c00", with_box(0.3))
    await yard.trip("motion")
    await yard.trip("smoke")
    await yard.wait(1)
    incidents = {item.kind: item for item in yard.desk.state.open_incidents()}
    for kind in (IncidentKind.BURGLARY, IncidentKind.FIRE):
        seen = [item for item in incidents[kind].evidence if isinstance(item, PersonSeen)]
        assert len(seen) == 1
    assert yard.detector.looks["c00"] <= 4
    await yard.stop()


async def test_one_incident_ends_and_the_other_looks_on():
    smoke = builders.zone("smoke", ZoneType.FIRE, cameras=("c00",))
    yard = Yard(indoor=many(1), outdoor=(), zones=[smoke])
    await yard.start()
    await yard.arm()
    await yard.trip("motion")
    burglary = yard.incident.id
    await yard.trip("smoke")
    await yard.wait(1)
    await yard.do(cmd.Dismiss(incident_id=burglary, by="owner"))
    asked = yard.stills("c00")
    await yard.wait(5)
    assert yard.stills("c00") > asked + 10
    await yard.wait(20)
    assert yard.watch.looking_at == frozenset()  # nobody is armed for the fire: no slow watch
    await yard.stop()


async def test_disarming_ends_everything_within_one_frame():
    yard = Yard(indoor=many(8, preroll=True), outdoor=many(0))
    yard.detector.takes_s = 0.3
    await yard.start()
    await yard.arm()
    await yard.wait(5)
    await yard.trip("motion")
    await yard.wait(2)
    await yard.disarm()
    asked, looked = len(yard.camera.asked), len(yard.detector.looked)
    assert yard.watch.looking_at == frozenset()
    assert yard.detector.under_way == 0
    await yard.wait(60)
    assert (len(yard.camera.asked), len(yard.detector.looked)) == (asked, looked)
    assert sorted(set(yard.camera.rested)) == [f"camera.c{number:02}" for number in range(8)]
    assert all(look.person is None for look in yard.desk.feed.latest.cameras.values())
    assert not yard.detector.awake
    await yard.stop()


async def test_by_hand_it_waits_for_its_turn_like_all_others():
    yard = await crowd(4, 0.2)
    await yard.trip("motion")
    await yard.wait(1)
    by_hand = asyncio.create_task(yard.watch.look("c00"))
    await yard.wait(3)
    found, _, picture = by_hand.result()
    assert found.people == ()
    assert picture.startswith(b"camera.c00")
    assert yard.detector.most_under_way == 1
    await yard.stop()


async def test_a_look_by_hand_lets_go_of_the_camera(yard: Yard):
    await yard.watch.look("hall")
    assert yard.camera.rested == ["camera.hall"]
    await yard.arm()
    await yard.wait(1)
    await yard.watch.look("garden")
    assert "camera.garden" not in yard.camera.rested
