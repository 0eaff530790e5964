"""The second look: only for the uncertain, without jumps, and never a person that only the mirror shows."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.vision.card import Thresholds
from custom_components.verified_response.vision.decode import Person
from custom_components.verified_response.vision.second_look import (
    CANDIDATE,
    CERTAIN,
    SecondLook,
    blend,
    mirror,
    turned,
    weight,
)

THRESHOLDS = Thresholds(report=0.3, raise_=0.5, sustain=0.45, confirm=0.35)


def person(score: float, x: float = 0.1) -> Person:
    return Person(score, x, 0.2, 0.2, 0.5)


class Asymmetric:
    """Sees one person where the frame is bright; how sure it is depends on the side."""

    name, model, trust, enough, at_once = "fake", "fake", "full", 416, 1
    thresholds = THRESHOLDS
    drawn = ()

    def __init__(self, left: float, right: float) -> None:
        self.scores = {"left": left, "right": right}
        self.looks = 0

    def look(self, frames: Sequence[np.ndarray]) -> list[list[Person]]:
        found = []
        for pixels in frames:
            self.looks += 1
            if not pixels.any():
                found.append([])
                continue
            column = int(pixels.sum((0, 2)).argmax()) / pixels.shape[1]
            side = "left" if column < 0.5 else "right"
            found.append([Person(self.scores[side], column, 0.2, 0.2, 0.5)])
        return found


def frame(column: int | None) -> np.ndarray:
    pixels = np.zeros((50, 100, 3), np.uint8)
    if column is not None:
        pixels[10:35, column : column + 20] = 200
    return pixels


def looked(left: float, right: float, *frames: np.ndarray) -> tuple[list[list[Person]], int]:
    engine = Asymmetric(left, right)
    return SecondLook(engine, thresholds=THRESHOLDS).look(frames), engine.looks


def test_uncertain_person_gets_the_mean_of_both_sides() -> None:
    ((one,),), looks = looked(0.4, 0.8, frame(10))
    assert one.score == pytest.approx(0.6)
    assert (one.x, one.width) == (0.1, 0.2)  # the place of the first look
    assert looks == 2


def test_candidate_below_the_report_floor_is_lifted_and_one_that_the_mirror_denies_is_dropped() -> (
    None
):
    ((one,),), _ = looked(0.35, 0.9, frame(10))
    assert one.score == pytest.approx(0.625)
    ((),), _ = looked(0.5, 0.05, frame(10))


@pytest.mark.parametrize("score", [0.61, 0.9])
def test_certain_person_costs_no_second_look(score: float) -> None:
    ((one,),), looks = looked(score, 0.0, frame(10))
    assert (one.score, looks) == (score, 1)


def test_empty_frame_costs_no_second_look_and_the_others_of_a_batch_keep_their_place() -> None:
    (first, second, third), looks = looked(0.9, 0.4, frame(None), frame(10), frame(60))
    assert first == []
    assert second[0].score == 0.9
    assert third[0].score == pytest.approx(0.65)
    assert looks == 4


def test_whoever_only_the_mirror_shows_is_nobody() -> None:
    assert blend([], [person(0.99)]) == []
    (one,) = blend([person(0.4)], [person(0.99, x=0.7)])
    assert one.score == pytest.approx(0.2)


def test_one_person_of_the_mirror_speaks_for_one_person_only() -> None:
    first, second = blend([person(0.5), person(0.45, x=0.12)], [person(0.5)])
    assert first.score == pytest.approx(0.5)
    assert second.score == pytest.approx(0.225)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.01))
def test_a_hair_of_difference_makes_no_jump(score: float, other: float, hair: float) -> None:
    both = [
        blend([person(each)], [person(other)])[0].score for each in (score, min(1.0, score + hair))
    ]
    assert (
        abs(both[1] - both[0]) <= 11 * hair + 1e-9
    )  # the ramps: half of 1 / 0.1, and the score itself
    assert min(score, other) - 1e-9 <= both[0] <= max(score, other) + 1e-9


def test_weight_is_full_between_the_ramps_and_none_outside() -> None:
    assert [weight(person(each)) for each in (0.0, CANDIDATE, 0.4, CERTAIN, 1.0)] == [0, 0, 1, 0, 0]


@given(st.integers(0, 80))
def test_the_mirror_is_undone(column: int) -> None:
    pixels = frame(column)
    found = Asymmetric(0.4, 0.4).look([mirror(pixels)])[0][0]
    assert turned(found).x == pytest.approx(column / 100)
