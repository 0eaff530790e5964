"""When boxes over time mean that one person is there."""

import pytest

from custom_components.verified_response.core.detection import (
    Box,
    Detection,
    PersonBox,
    Trust,
)
from custom_components.verified_response.core.sight.voting import seen_in

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
