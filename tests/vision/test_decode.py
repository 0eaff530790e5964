"""Network output to people, with tensors made by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.vision.card import DEFAULT_CARD, SLOW_HUB_CARD, load_cards
from custom_components.verified_response.vision.decode import (
    MAX_PEOPLE,
    Fit,
    OutputUnreadable,
    decode,
    fit,
    overlaps,
    suppress,
)

CARD = load_cards()[DEFAULT_CARD]
YOLOX = load_cards()[SLOW_HUB_CARD]
CAT, CHAIR = CARD.labels.index("cat"), CARD.labels.index("chair")
FRAME = (CARD.width, CARD.height)
SAME = Fit(1.0, CARD.width, CARD.height)


def nothing() -> np.ndarray:
    return np.zeros((3598, 112), np.float32)


def put(
    output: np.ndarray, cell: tuple[int, int], sides: tuple[int, int, int, int], **classes: float
) -> None:
    """Write one anchor of stride 8: `sides` are left, top, right, bottom distances in cells."""
    row = output[cell[1] * 52 + cell[0]]
    for name, score in classes.items():
        row[{"person": CARD.person, "cat": CAT, "chair": CHAIR}[name]] = score
    row[80:] = -30
    for side, distance in enumerate(sides):
        row[80 + side * 8 + distance] = 30


def test_nobody() -> None:
    assert decode(nothing(), CARD, SAME, frame=FRAME) == []


@pytest.mark.parametrize("batch", [False, True])
def test_one_person_in_the_right_place(batch: bool) -> None:
    output = nothing()
    put(output, (20, 30), (2, 5, 3, 7), person=0.8)
    (person,) = decode(output[None] if batch else output, CARD, SAME, frame=FRAME)
    assert person.score == pytest.approx(0.8)
    box = [value * 416 for value in person[1:]]
    assert box == pytest.approx([(20 - 2) * 8, (30 - 5) * 8, 5 * 8, 12 * 8], abs=1e-3)


def test_distance_between_bins_is_the_expectation() -> None:
    output = nothing()
    put(output, (20, 30), (2, 2, 2, 2), person=0.8)
    output[30 * 52 + 20, 80 + 3] = 30  # left: as likely 3 as 2
    (person,) = decode(output, CARD, SAME, frame=FRAME)
    assert person.x * 416 == pytest.approx((20 - 2.5) * 8, abs=1e-3)


@pytest.mark.parametrize(
    ("stride", "first", "columns"), [(8, 0, 52), (16, 2704, 26), (32, 3380, 13), (64, 3549, 7)]
)
def test_every_stride_has_its_rows(stride: int, first: int, columns: int) -> None:
    output = nothing()
    row = output[first + 2 * columns + 3]
    row[CARD.person] = 0.7
    row[80:] = -30
    row[[80 + 1, 88 + 1, 96 + 1, 104 + 1]] = 30
    (person,) = decode(output, CARD, SAME, frame=FRAME)
    assert person.x * 416 == pytest.approx(2 * stride, abs=1e-3)
    assert person.y * 416 == pytest.approx(1 * stride, abs=1e-3)
    assert person.width * 416 == pytest.approx(2 * stride, abs=1e-3)


def test_weak_scores_are_not_told() -> None:
    output = nothing()
    put(output, (20, 30), (2, 5, 3, 7), person=CARD.thresholds.report - 0.01)
    assert decode(output, CARD, SAME, frame=FRAME) == []
    assert len(decode(output, CARD, SAME, frame=FRAME, report=0.1)) == 1


def test_other_things_are_no_people() -> None:
    output = nothing()
    put(output, (20, 30), (2, 5, 3, 7), chair=0.9)
    assert decode(output, CARD, SAME, frame=FRAME) == []


def test_the_same_person_is_told_once_and_two_people_twice() -> None:
    output = nothing()
    put(output, (20, 30), (3, 6, 3, 6), person=0.7)
    put(output, (21, 30), (4, 6, 2, 6), person=0.8)  # the same box from the next cell
    put(output, (40, 30), (3, 6, 3, 6), person=0.6)
    scores = [person.score for person in decode(output, CARD, SAME, frame=FRAME)]
    assert scores == pytest.approx([0.8, 0.6])


def test_an_animal_outdoes_the_person_it_looks_like() -> None:
    output = nothing()
    put(output, (20, 30), (3, 6, 3, 6), person=0.6, cat=0.7)
    assert decode(output, CARD, SAME, frame=FRAME) == []
    assert len(decode(output, replace(CARD, rivals=()), SAME, frame=FRAME)) == 1


def test_an_animal_seen_from_the_next_cell_counts_too() -> None:
    output = nothing()
    put(output, (20, 30), (3, 6, 3, 6), person=0.6)
    put(output, (21, 30), (4, 6, 2, 6), cat=0.7)
    assert decode(output, CARD, SAME, frame=FRAME) == []


@pytest.mark.parametrize(
    ("cell", "score"),
    [((20, 30), 0.5), ((26, 30), 0.9)],
    ids=["a weaker animal", "a person beside an animal"],
)
def test_the_person_stays(cell: tuple[int, int], score: float) -> None:
    output = nothing()
    put(output, (20, 30), (3, 6, 3, 6), person=0.6)
    if cell == (20, 30):
        output[30 * 52 + 20, CAT] = score
    else:
        put(output, cell, (3, 6, 3, 6), cat=score)
    (person,) = decode(output, CARD, SAME, frame=FRAME)
    assert person.score == pytest.approx(0.6)


SIDES = st.integers(16, 8192)


@given(width=SIDES, height=SIDES)
def test_frames_fit_and_keep_their_shape(width: int, height: int) -> None:
    placed = fit(width, height, CARD)
    assert 1 <= placed.width <= CARD.width
    assert 1 <= placed.height <= CARD.height
    assert placed.width == CARD.width or placed.height == CARD.height
    assert abs(placed.width - width * placed.scale) <= 1
    assert abs(placed.height - height * placed.scale) <= 1


@given(
    width=SIDES,
    height=SIDES,
    column=st.integers(0, 51),
    row=st.integers(0, 51),
    sides=st.tuples(*[st.integers(1, 7)] * 4),
)
def test_boxes_come_back_to_the_frame(
    width: int, height: int, column: int, row: int, sides: tuple[int, int, int, int]
) -> None:
    output = nothing()
    put(output, (column, row), sides, person=0.9)
    placed = fit(width, height, CARD)
    (person,) = decode(output, CARD, placed, frame=(width, height))
    left, top, right, bottom = sides
    expected = [
        min(max((column - left) * 8 / placed.scale / width, 0), 1),
        min(max((row - top) * 8 / placed.scale / height, 0), 1),
        min(max((column + right) * 8 / placed.scale / width, 0), 1),
        min(max((row + bottom) * 8 / placed.scale / height, 0), 1),
    ]
    found = [person.x, person.y, person.x + person.width, person.y + person.height]
    assert found == pytest.approx(expected, abs=1e-4)
    assert person.width >= 0
    assert person.height >= 0


def iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(wide, 0) * max(high, 0)
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


BOX = st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 40)] * 2).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@given(st.lists(BOX, max_size=30), st.sampled_from([0.3, 0.6]))
def test_suppression_agrees_with_the_plain_rule(boxes: list[tuple[int, ...]], limit: float) -> None:
    scores = np.linspace(0.9, 0.3, len(boxes)).astype(np.float32)
    kept: list[int] = []
    for index, box in enumerate(boxes):
        if all(iou(box, boxes[other]) <= limit + 1e-6 for other in kept):
            kept.append(index)
    array = np.array(boxes, np.float32).reshape(-1, 4)
    assert suppress(array, scores, limit + 1e-6) == kept


def test_overlap_of_empty_boxes_is_zero() -> None:
    flat = np.zeros((1, 4), np.float32)
    assert overlaps(flat, flat) == 0


def test_a_crowd_is_bounded() -> None:
    output = nothing()
    output[:, CARD.person] = 0.9
    output[:, 80:] = -30
    output[:, [80, 88, 96, 104]] = 30  # boxes without extent never overlap
    assert len(decode(output, CARD, SAME, frame=FRAME)) == MAX_PEOPLE


def nothing_from_yolox() -> np.ndarray:
    return np.zeros((3549, 85), np.float32)


def put_yolox(
    output: np.ndarray, row: int, size: tuple[float, float], there: float, **classes: float
) -> None:
    """Write one row: a box around the middle of its cell, `size` in strides."""
    output[row, :5] = [0.5, 0.5, np.log(size[0]), np.log(size[1]), there]
    for name, score in classes.items():
        output[row, 5 + YOLOX.labels.index(name)] = score


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("stride", "first", "columns"), [(8, 0, 52), (16, 2704, 26), (32, 3380, 13)]
)
def test_yolox_boxes_are_centred_and_scores_multiplied(
    stride: int, first: int, columns: int, batch: bool
) -> None:
    output = nothing_from_yolox()
    put_yolox(output, first + 4 * columns + 5, (2, 6), 0.8, person=0.9)
    (person,) = decode(output[None] if batch else output, YOLOX, SAME, frame=FRAME)
    assert person.score == pytest.approx(0.72)
    box = [value * 416 / stride for value in person[1:]]
    assert box == pytest.approx([5.5 - 1, 4.5 - 3, 2, 6], abs=1e-3)


def test_yolox_needs_both_something_there_and_a_person() -> None:
    output = nothing_from_yolox()
    put_yolox(output, 100, (2, 4), 0.3, person=0.99)
    put_yolox(output, 120, (2, 4), 0.99, person=0.3)
    put_yolox(output, 140, (2, 4), 0.99, chair=0.99)
    assert decode(output, YOLOX, SAME, frame=FRAME) == []


@pytest.mark.parametrize(("cat", "people"), [(0.8, 0), (0.6, 1)])
def test_yolox_animals_outdo_people_too(cat: float, people: int) -> None:
    output = nothing_from_yolox()
    put_yolox(output, 52 * 20 + 20, (6, 10), 0.9, person=0.7)
    put_yolox(output, 52 * 20 + 21, (6, 10), 0.9, cat=cat)
    assert len(decode(output, YOLOX, SAME, frame=FRAME)) == people


def test_a_model_that_knows_only_people_needs_no_rivals() -> None:
    card = replace(YOLOX, labels=("person",), person=0, rivals=())
    output = np.zeros((3549, 6), np.float32)
    output[0] = [0.5, 0.5, 1, 1, 0.9, 0.9]
    assert len(decode(output, card, SAME, frame=FRAME)) == 1


def test_an_enormous_side_ends_at_the_frame() -> None:
    output = nothing_from_yolox()
    put_yolox(output, 1000, (1, 1), 0.9, person=0.9)
    output[1000, 2:4] = 3e38
    (person,) = decode(output, YOLOX, SAME, frame=FRAME)
    assert person[1:] == (0, 0, 1, 1)


@pytest.mark.parametrize("card", [CARD, YOLOX], ids=lambda card: card.name)
def test_numbers_that_are_none_are_not_nobody(card) -> None:
    score = card.person + (5 if card is YOLOX else 0)
    box = 0 if card is YOLOX else len(card.labels)
    for value in (np.nan, np.inf):
        output = np.zeros((card.rows, card.columns), np.float32)
        output[7, score] = value
        output[7, 4] = 0.9
        with pytest.raises(OutputUnreadable):
            decode(output, card, SAME, frame=FRAME)
        output[7, [4, score]] = 0.9
        output[7, box] = value
        with pytest.raises(OutputUnreadable):
            decode(output, card, SAME, frame=FRAME)


@pytest.mark.parametrize("card", [CARD, YOLOX], ids=lambda card: card.name)
@pytest.mark.parametrize(
    "shape",
    [lambda r, c: (r - 1, c), lambda r, c: (c, r), lambda r, c: (2, r, c), lambda r, c: (r * c,)],
    ids=["rows", "turned", "two frames", "flat"],
)
def test_another_shape_is_not_nobody(card, shape) -> None:
    with pytest.raises(OutputUnreadable):
        decode(np.zeros(shape(card.rows, card.columns), np.float32), card, SAME, frame=FRAME)
