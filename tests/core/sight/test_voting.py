"""When boxes over time mean that one person is there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.verified_response.core.detection import (
    Box,
    Detection,
    PersonBox,
    Trust,
)
from custom_components.verified_response.core.premises import CameraView
from custom_components.verified_response.core.sight.voting import counting, found, seen_in

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
LEFT = Box(x=0.1, y=0.2, width=0.2, height=0.6)
NEAR = Box(x=0.2, y=0.2, width=0.2, height=0.6)
FAR = Box(x=0.7, y=0.2, width=0.2, height=0.6)


def frame(*people: tuple[float, Box]) -> Detection:
    return Detection(
        people=tuple(PersonBox(score=score, box=box) for score, box in people),
        width=640,
        height=480,
        engine="nano",
        model="m",
        trust=Trust.FULL,
        took_ms=5.0,
    )


EMPTY = frame()


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (LEFT, LEFT, 1.0),
        (LEFT, FAR, 0.0),
        (LEFT, Box(x=0.3, y=0.2, width=0.2, height=0.6), 0.0),  # they only touch
        (LEFT, Box(x=0.1, y=0.8, width=0.2, height=0.1), 0.0),
        (LEFT, NEAR, 1 / 3),
    ],
)
def test_overlap(one: Box, other: Box, overlap: float):
    assert one.overlap(other) == pytest.approx(overlap)
    assert other.overlap(one) == pytest.approx(overlap)


@pytest.mark.parametrize(
    ("frames", "seen"),
    [
        ([], False),
        ([frame((0.9, LEFT))], False),
        ([frame((0.9, LEFT)), frame((0.9, NEAR))], True),
        ([frame((0.9, LEFT)), EMPTY, frame((0.9, LEFT))], True),
        ([frame((0.9, LEFT)), EMPTY, EMPTY, frame((0.9, LEFT))], False),  # outside the window
        ([frame((0.9, LEFT)), frame((0.9, FAR))], False),  # two blips in two corners
        ([frame((0.9, LEFT)), frame((0.44, LEFT))], False),  # one of them too weak
        ([frame((0.45, LEFT)), frame((0.45, LEFT))], True),  # the threshold itself counts
        ([frame((0.9, FAR), (0.9, LEFT)), frame((0.9, NEAR))], True),  # one of two people stays
        ([frame((0.9, LEFT), (0.9, LEFT))], False),  # twice in one frame is once
    ],
)
def test_two_of_the_last_three_frames(frames: list[Detection], seen: bool):
    assert seen_in(frames, needed=2, window=3, threshold=0.45) is seen


def test_best_score():
    assert EMPTY.best_score == 0.0
    assert frame((0.3, LEFT), (0.8, FAR)).best_score == 0.8


def test_found_is_the_newest_box_of_the_one_who_was_seen():
    assert found([], needed=2, window=3, threshold=0.45) is None
    frames = [frame((0.9, LEFT)), frame((0.6, NEAR), (0.95, FAR))]
    person = found(frames, needed=2, window=3, threshold=0.45)
    assert person == PersonBox(score=0.6, box=NEAR)  # not the surer blip elsewhere


def test_found_is_the_surest_of_several():
    frames = [frame((0.9, LEFT), (0.7, FAR)), frame((0.6, LEFT), (0.8, FAR))]
    assert found(frames, needed=2, window=3, threshold=0.45) == PersonBox(score=0.8, box=FAR)


def test_only_those_who_count_vote():
    """Somebody outside the region is seen, but is nobody here; trust, engine and size stay."""
    view = CameraView(
        id="c", name="C", source="camera.c", region=((0, 0), (0.5, 0), (0.5, 1), (0, 1))
    )
    low = replace(frame((0.9, LEFT), (0.9, FAR)), trust=Trust.LOW)
    kept = counting(low, view)
    assert kept == replace(low, people=(PersonBox(score=0.9, box=LEFT),))
    outside = [counting(frame((0.9, FAR)), view)] * 3
    assert not seen_in(outside, needed=2, window=3, threshold=0.45)
    assert seen_in([kept, kept], needed=2, window=3, threshold=0.45)


def test_a_vote_needs_a_threshold_of_its_use():
    frames = [frame((0.4, LEFT)), frame((0.4, NEAR))]
    assert seen_in(frames, needed=2, window=3, threshold=0.35)
    assert not seen_in(frames, needed=2, window=3, threshold=0.41)


# frames that are far apart


def walked(seconds: float, x: float, *, height: float = 0.6) -> PersonBox | None:
    """Two frames so far apart; the second box begins at x."""
    later = Box(x=x, y=0.8 - height, width=0.2, height=height)
    return found(
        [frame((0.9, LEFT)), frame((0.8, later))],
        needed=2,
        window=3,
        threshold=0.45,
        moments=(START, START + timedelta(seconds=seconds)),
    )


@pytest.mark.parametrize(
    ("seconds", "x", "is_one"),
    [
        (0.2, 0.25, True),  # they overlap
        (0.2, 0.4, False),  # half a height in a fifth of a second: nobody runs like that
        (0.5, 0.4, True),
        (0.5, 0.7, False),
        (1.0, 0.7, True),
        (-3600.0, 0.7, False),  # the clock was set back
        (-3600.0, 0.15, True),
    ],
)
def test_who_may_have_walked_is_one_person(seconds: float, x: float, is_one: bool):
    assert (walked(seconds, x) is not None) is is_one


def test_another_size_is_another_thing_however_long_it_took():
    assert walked(10.0, 0.7) is not None
    assert walked(10.0, 0.7, height=0.3) is None


def test_a_walk_over_three_frames_is_measured_from_where_somebody_was_last():
    frames = [frame((0.9, LEFT)), EMPTY, frame((0.9, FAR))]
    moments = [START + timedelta(seconds=0.5 * number) for number in range(3)]
    assert found(frames, needed=2, window=3, threshold=0.45, moments=moments) is not None
    assert found(frames, needed=2, window=3, threshold=0.45) is None
