"""Stills from before a trip: opt-in, bounded, gone when disarmed, never a vote."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.core.evidence import NobodySeen, PersonSeen
from custom_components.verified_response.engine.looking import preroll
from custom_components.verified_response.engine.looking.preroll import (
    KEPT_S,
    MOST_BYTES,
    MOST_BYTES_IN_ALL,
    MOST_FRAMES,
    Preroll,
)
from custom_components.verified_response.engine.ports import Frame
from tests import builders

from .kit import Yard, with_box

AT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def frame(seconds: float, size: int = 1000) -> Frame:
    return Frame(picture=bytes(size), captured_at=AT + timedelta(seconds=seconds))


def test_the_last_seconds_about_one_a_second():
    ring = Preroll()
    for tenth in range(600):
        ring.add("hall", frame(tenth / 10))
    kept = ring.frames("hall")
    assert len(kept) <= MOST_FRAMES
    assert kept[-1].captured_at - kept[0].captured_at <= timedelta(seconds=KEPT_S)
    assert len(kept) >= 9
    assert list(kept) == sorted(kept, key=lambda item: item.captured_at)


def test_a_still_that_is_too_large_is_not_kept():
    ring = Preroll()
    ring.add("hall", frame(0, MOST_BYTES + 1))
    assert ring.frames("hall") == ()


def test_what_is_dropped_is_gone():
    ring = Preroll()
    ring.add("hall", frame(0))
    ring.drop("hall")
    ring.drop("never")
    assert ring.frames("hall") == ()


@given(
    stills=st.lists(
        st.tuples(st.integers(0, 9), st.floats(0, 40), st.integers(0, MOST_BYTES)), max_size=80
    )
)
def test_memory_is_bounded_whatever_comes(stills):
    ring, now = Preroll(), 0.0
    for camera, later, size in stills:
        now += later / 10
        ring.add(f"c{camera}", frame(now, size))
        held = {f"c{index}": ring.frames(f"c{index}") for index in range(10)}
        sizes = {key: sum(len(item.picture) for item in kept) for key, kept in held.items()}
        assert all(len(kept) <= MOST_FRAMES for kept in held.values())
        assert all(size <= MOST_BYTES for size in sizes.values())
        assert sum(sizes.values()) <= MOST_BYTES_IN_ALL


def test_a_clock_that_is_set_back_begins_the_ring_anew():
    ring = Preroll()
    for second in range(5):
        ring.add("hall", frame(3600 + second))
    ring.add("hall", frame(0))
    ring.add("hall", frame(1))
    assert [item.captured_at for item in ring.frames("hall")] == [AT, AT + timedelta(seconds=1)]


async def watched(**changes: object) -> Yard:
    yard = Yard(indoor=[builders.camera("hall", preroll=True, **changes)], outdoor=())
    await yard.start()
    await yard.arm()
    await yard.wait(20)
    return yard


async def test_it_is_kept_while_armed_and_looked_at_by_nobody():
    yard = await watched()
    assert 9 <= len(yard.watch.preroll("hall")) <= MOST_FRAMES
    assert yard.stills("hall") <= 21
    assert yard.detector.looked == []
    assert yard.look("hall").person is None
    assert yard.look("hall").blind is None
    await yard.disarm()
    assert yard.watch.preroll("hall") == ()
    asked = yard.stills("hall")
    await yard.wait(30)
    assert yard.stills("hall") == asked
    await yard.stop()


async def test_nothing_is_kept_where_nobody_asked_for_it(yard: Yard):
    await yard.arm()
    await yard.wait(20)
    assert yard.watch.preroll("hall") == ()
    assert yard.watch.preroll("garden") == ()
    assert yard.stills("hall") == 0


async def test_a_patrolled_camera_keeps_them_beside():
    yard = Yard(outdoor=[builders.camera("garden", outdoor=True, preroll=True)])
    await yard.start()
    await yard.arm()
    await yard.wait(20)
    assert 9 <= len(yard.watch.preroll("garden")) <= MOST_FRAMES
    await yard.stop()


async def test_what_was_before_the_trip_is_shown_truly_and_does_not_vote():
    yard = await watched()
    before = yard.watch.preroll("hall")
    shown = yard.watch_looks("hall")
    look = yard.detector.look

    async def only_before(picture: bytes, **more):
        yard.shows("hall", *([with_box(0.3)] if more["camera"] == "hall/before" else []))
        return await look(picture, **more)

    yard.detector.look = only_before
    tripped_at = yard.clock.now()
    await yard.trip("motion")
    await yard.wait(builders.policy().look_s + 1)
    assert yard.evidence(PersonSeen) == []
    assert len(yard.evidence(NobodySeen)) == 1
    [seen] = [item for item in shown if item.people]
    assert seen.at == before[-1].captured_at <= tripped_at
    assert seen.picture == before[-1].picture
    assert seen.person is None
    assert yard.look("hall").person is False
    assert yard.detector.looks["hall/before"] == 1
    assert yard.watch.preroll("hall") == before
    await yard.stop()


async def test_at_most_three_are_looked_at_and_never_before_a_fresh_frame():
    yard = await watched()
    yard.detector.takes_s = 0.1
    await yard.trip("motion")
    await yard.wait(5)
    assert yard.detector.looks["hall/before"] == 3
    before = [urgent for camera, urgent in yard.detector.looked if camera == "hall/before"]
    assert before == [False] * 3
    assert yard.detector.looked[0] == ("hall", True)
    await yard.stop()


async def test_the_end_of_the_incident_ends_that_too():
    yard = await watched()
    yard.detector.takes_s = 1.0
    await yard.trip("motion")
    await yard.wait(0.5)
    await yard.dismiss()
    await yard.wait(30)
    assert yard.detector.looks["hall/before"] <= 1
    await yard.stop()


async def test_a_detector_that_fails_there_is_no_blindness():
    yard = await watched()
    look = yard.detector.look

    async def fail_before(picture: bytes, **more):
        yard.detector.fails = "detector_crashed" if more["camera"] == "hall/before" else None
        return await look(picture, **more)

    yard.detector.look = fail_before
    await yard.trip("motion")
    await yard.wait(3)
    assert yard.look("hall").blind is None
    await yard.stop()


def test_a_still_of_1080p_fits_twelve_times():
    assert preroll.MOST_FRAMES * 300_000 <= MOST_BYTES
