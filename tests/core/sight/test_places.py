"""Where somebody stands, and whether people count there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.core.detection import Box, Point, Polygon
from custom_components.verified_response.core.premises import CameraView, StillThing
from custom_components.verified_response.core.sight.places import (
    contains,
    counted,
    foot_point,
    is_cut_off,
    is_polygon,
    stands_in,
)

from .scenery import box, person, standing

SQUARE: Polygon = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
HORSESHOE: Polygon = (
    (0.1, 0.1),
    (0.9, 0.1),
    (0.9, 0.9),
    (0.6, 0.9),
    (0.6, 0.4),
    (0.4, 0.4),
    (0.4, 0.9),
    (0.1, 0.9),
)
BOW_TIE: Polygon = ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))
SHARE = st.floats(0, 1)


@pytest.mark.parametrize(
    ("polygon", "point", "inside"),
    [
        ((), (0.5, 0.5), True),
        ((), (7.0, -3.0), True),
        (SQUARE, (0.5, 0.5), True),
        (SQUARE, (0.1, 0.5), False),
        (SQUARE, (0.9, 0.5), False),
        (SQUARE, (0.5, 0.1), False),
        (SQUARE, (0.5, 0.9), False),
        (SQUARE, (0.5, 0.8), True),  # on each side of the border
        (SQUARE, (0.5, 0.2), True),
        (SQUARE, (0.2, 0.5), True),
        (SQUARE, (0.8, 0.5), True),
        (SQUARE, (0.8, 0.8), True),  # a corner
        (SQUARE, (0.9, 0.8), False),  # on the line through a side, beyond it
        (SQUARE, (0.1, 0.2), False),
        (SQUARE, (0.2, 0.1), False),
        (SQUARE, (0.8, 0.9), False),
        (HORSESHOE, (0.5, 0.7), False),  # between the legs
        (HORSESHOE, (0.2, 0.7), True),
        (HORSESHOE, (0.7, 0.7), True),
        (HORSESHOE, (0.5, 0.2), True),
        (BOW_TIE, (0.9, 0.5), True),
        (BOW_TIE, (0.1, 0.5), True),
        (BOW_TIE, (0.5, 0.1), False),
    ],
)
def test_contains(polygon: Polygon, point: Point, inside: bool):
    assert contains(polygon, point) is inside
    assert contains(polygon[::-1], point) is inside
    assert contains(polygon[2:] + polygon[:2], point) is inside


def test_a_ray_through_a_corner_is_counted_once():
    rhomb = ((0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5))
    assert contains(rhomb, (0.3, 0.5))
    assert not contains(rhomb, (0.05, 0.5))


@pytest.mark.parametrize("x", [0.3, 0.7])
@pytest.mark.parametrize("y", [0.3, 0.7])
def test_slanted_sides_are_inside_and_what_lies_beyond_is_not(x: float, y: float):
    rhomb = ((0.5, 0.1), (0.9, 0.5), (0.5, 0.9), (0.1, 0.5))
    assert contains(rhomb, (x, y))
    assert not contains(rhomb, (x + (x - 0.5) * 0.01, y + (y - 0.5) * 0.01))


@given(SHARE, SHARE, SHARE, SHARE, SHARE, SHARE)
def test_contains_agrees_with_a_rectangle(
    a: float, b: float, c: float, d: float, x: float, y: float
):
    left, right, top, bottom = min(a, b), max(a, b), min(c, d), max(c, d)
    polygon = ((left, top), (right, top), (right, bottom), (left, bottom))
    near = any(abs(x - side) < 1e-6 for side in (left, right)) or any(
        abs(y - side) < 1e-6 for side in (top, bottom)
    )
    if not near:
        assert contains(polygon, (x, y)) is (left < x < right and top < y < bottom)


@pytest.mark.parametrize(
    ("points", "good"),
    [
        (SQUARE, True),
        (HORSESHOE, True),
        (SQUARE[:3], True),
        (SQUARE[:2], False),
        ((), False),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), False),  # one line
        (((0.5, 0.5),) * 3, False),
        (BOW_TIE, False),  # its halves cancel out: drawn by mistake
        (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0001)), False),
        (((-0.0001, 0.0), (1.0, 0.0), (1.0, 1.0)), False),
        (((0.0, 0.0), (1.0, 0.0), (float("nan"), 1.0)), False),
        (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), True),
        (((0.0, 0.0), (0.01, 0.0), (0.01, 0.01)), True),  # small, but a place
        (((0.0, 0.0), (0.001, 0.0), (0.001, 0.001)), False),
    ],
)
def test_is_polygon(points: Polygon, good: bool):
    assert is_polygon(points) is good
    assert is_polygon(points[::-1]) is good


def test_a_polygon_has_at_most_32_points():
    fan = tuple((index / 31, (index / 31) ** 2) for index in range(32))
    assert is_polygon(fan)
    assert not is_polygon((*fan, (0.0, 1.0)))


@pytest.mark.parametrize(
    ("where", "feet"),
    [
        (box(0.4, 0.2, 0.2, 0.5), (0.5, 0.7)),
        (box(0.4, 0.5, 0.2, 0.5), (0.5, 1.0)),
        (box(0.4, 0.5, 0.2, 0.49), (0.5, 1.0)),  # touches the edge as far as boxes are exact
        (box(0.4, 0.5, 0.2, 0.47), (0.5, 0.97)),
        (box(0.4, 0.6, 0.2, 0.7), (0.5, 1.0)),  # reaches beyond the frame
        (box(-0.3, 0.2, 0.2, 0.5), (0.0, 0.7)),
        (box(0.95, 0.2, 0.3, 0.5), (1.0, 0.7)),
        (box(0.4, -0.6, 0.2, 0.5), (0.5, 0.0)),
    ],
)
def test_feet_stand_within_the_frame(where: Box, feet: Point):
    assert foot_point(where) == pytest.approx(feet)
    assert is_cut_off(where) is (feet[1] == 1.0)


def test_cut_off_feet_stand_where_the_region_comes_near_the_lower_edge():
    near = ((0.2, 0.5), (0.8, 0.5), (0.8, 0.985), (0.2, 0.985))
    far = ((0.2, 0.5), (0.8, 0.5), (0.8, 0.9), (0.2, 0.9))
    cut_off = box(0.4, 0.4, 0.2, 0.6)
    assert stands_in(near, cut_off)
    assert not stands_in(far, cut_off)
    assert not stands_in(far, box(0.4, 0.4, 0.2, 0.57))  # whole, its feet below the region
    assert stands_in((), cut_off)


def view(**changes) -> CameraView:
    return CameraView(id="c", name="Porch", source="camera.porch", **changes)


def test_everybody_counts_in_a_view_without_limits():
    people = (person(standing(0.1, 0.2, 0.01)), person(box(0, 0, 1, 1)))
    assert counted(people, view()) == people


def test_only_feet_in_the_region_count():
    inside = person(standing(0.5, 0.7))
    head_inside = person(
        standing(0.5, 0.95)
    )  # its box overlaps the region, its feet do not stand there
    beside = person(standing(0.1, 0.7))
    assert counted([beside, inside, head_inside], view(region=SQUARE)) == (inside,)


def test_heights_have_bounds_that_count_themselves():
    heights = (0.09, 0.1, 0.3, 0.5, 0.51)
    people = [person(box(0.2, 0.1, 0.1, height)) for height in heights]
    kept = counted(people, view(least_height=0.1, most_height=0.5))
    assert [item.box.height for item in kept] == [0.1, 0.3, 0.5]


def test_things_that_are_always_there_do_not_count():
    statue = standing(0.5, 0.7)
    people = (person(statue), person(standing(0.8, 0.7)))
    assert counted(people, view(still_things=(StillThing(box=statue),))) == people[1:]


@given(st.lists(st.tuples(SHARE, SHARE, st.floats(0.01, 1), SHARE), max_size=6))
def test_order_and_scores_stay(people: list[tuple[float, float, float, float]]):
    given_people = tuple(
        person(standing(x, feet, height), score) for x, feet, height, score in people
    )
    kept = counted(given_people, view(region=SQUARE, least_height=0.05))
    rest = iter(given_people)
    assert all(item in rest for item in kept)  # a subsequence, nothing changed
