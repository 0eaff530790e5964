"""Statues do not count; whoever stands in front of them does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.core.detection import Box
from custom_components.verified_response.core.premises import StillThing
from custom_components.verified_response.core.sight.stills import is_thing, likeness, stays_still
from custom_components.verified_response.core.sight.tracks import Track

from .scenery import after, box, lit, patch_of, person, porch, visited

PATCH = st.binary(min_size=128, max_size=128)
FLAT = bytes([90]) * 128
RISING = bytes(range(128))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (RISING, RISING, 1.0),
        (RISING, bytes(value * 2 for value in range(128)), 1.0),  # more contrast
        (RISING, bytes(value + 100 for value in range(128)), 1.0),  # more light
        (RISING, RISING[::-1], -1.0),
        (FLAT, FLAT, 1.0),
        (FLAT, bytes([106]) * 128, 1.0),
        (FLAT, bytes([107]) * 128, 0.0),
        (FLAT, RISING, 0.0),
        (RISING, FLAT, 0.0),
        (RISING, RISING[:64], 0.0),
        (b"", b"", 0.0),
        (b"", RISING, 0.0),
    ],
)
def test_likeness(one: bytes, other: bytes, alike: float):
    assert likeness(one, other) == pytest.approx(alike, abs=1e-6)


@given(PATCH, PATCH)
def test_likeness_is_mutual_and_bounded(one: bytes, other: bytes):
    assert -1.0 <= likeness(one, other) <= 1.0
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == pytest.approx(1.0)


# The drawn figure is the statue here.
PLACE = box(150 / 320, 70 / 240, 55 / 320, 150 / 240)
STATUE = StillThing(box=PLACE, patch=patch_of(visited(), PLACE))


def moved(dx: float, dy: float = 0.0, grown: float = 1.0) -> Box:
    return box(PLACE.x + dx, PLACE.y + dy, PLACE.width * grown, PLACE.height * grown)


def found(pixels: np.ndarray, where: Box = PLACE):
    return person(where, patch=patch_of(pixels, where))


@pytest.mark.parametrize(
    "picture",
    [
        visited(),
        lit(visited(), noise=6, seed=1),
        lit(visited(), 0.5, 10, seed=2),
        lit(visited(), 1.15, 20, seed=3),
    ],
    ids=["as learnt", "noise", "dusk", "sun"],
)
def test_the_statue_is_known_in_any_light(picture: np.ndarray):
    assert is_thing(found(picture), STATUE)


def test_the_statue_is_known_though_its_box_trembles():
    assert is_thing(found(visited(), moved(0.004, 0.01)), STATUE)
    assert is_thing(found(visited(), moved(-0.004, -0.01)), STATUE)


def in_light_clothes(pixels: np.ndarray) -> np.ndarray:
    """Somebody else in the same place: dark and light exchanged within the figure."""
    figure = np.abs(pixels.astype(int) - porch()).max(axis=2, keepdims=True) > 20
    return np.where(figure, 255 - pixels // 2, pixels).astype(np.uint8)


def test_somebody_before_the_statue_counts():
    before = in_light_clothes(visited(172, 225, 155))
    assert not is_thing(found(before), STATUE)


def test_somebody_of_another_size_before_the_statue_counts():
    assert not is_thing(found(visited(175, 235, 215), moved(-0.03, -0.2, 1.4)), STATUE)


def test_somebody_beside_the_statue_counts():
    beside = visited(225)
    assert not is_thing(found(beside, moved(50 / 320)), STATUE)
    assert not is_thing(found(visited(), moved(0.06)), STATUE)  # alike, but not in its place


def test_the_empty_place_is_not_the_statue():
    assert not is_thing(found(porch()), STATUE)


def test_without_patches_only_the_very_place_speaks():
    bare = StillThing(box=PLACE)
    for thing, patch in ((bare, RISING), (STATUE, b""), (bare, b"")):
        assert is_thing(person(PLACE, patch=patch), thing)
        assert is_thing(person(moved(0.005), patch=patch), thing)
        assert not is_thing(person(moved(0.03), patch=patch), thing)
        assert not is_thing(person(moved(0.0, 0.0, 1.2), patch=patch), thing)


def track(**changes) -> Track:
    values = {
        "id": 1,
        "first_seen": after(0),
        "last_seen": after(60),
        "first_box": PLACE,
        "box": PLACE,
        "best_score": 0.6,
        "hits": 10,
        "steadiness": 0.8,
    }
    return Track(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "still"),
    [
        ({}, True),
        ({"last_seen": after(59)}, False),
        ({"hits": 9}, False),
        ({"steadiness": 0.79}, False),
        ({"misses": 3}, True),  # weak boxes come and go
    ],
)
def test_what_never_moves_may_be_a_thing(changes: dict, still: bool):
    assert stays_still(track(**changes)) is still


def test_how_long_is_the_callers_choice():
    assert stays_still(track(last_seen=after(5)), least_s=5)
    assert not stays_still(track(), least_s=61)
