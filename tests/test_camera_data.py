"""Shapes as people type them, and a camera as it is stored."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.camera_data import (
    MOST_MASKS,
    as_stored,
    as_text,
    camera_view,
    polygon_of,
    shapes_from_text,
    surrounding,
    thing_as_stored,
    with_proposal,
)
from custom_components.verified_response.core.detection import Box
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.premises import CameraView, StillThing
from custom_components.verified_response.core.sight.feedback import (
    Proposal,
    ProposalKind,
    Sighting,
    applied,
    propose,
)
from custom_components.verified_response.core.sight.places import is_polygon

OLD = {"name": "Hall", "entity_id": "camera.hall", "outdoor": True}
RECTANGLE = ((0.1, 0.2), (0.4, 0.2), (0.4, 0.6), (0.1, 0.6))
TRIANGLE = ((0.1, 0.2), (0.4, 0.2), (0.25, 0.605))
THING = StillThing(box=Box(x=0.1, y=0.2, width=0.3, height=0.4), patch=bytes(range(128)))


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("", ()),
        (" \n \n", ()),
        ("10 20 30 40", (RECTANGLE,)),
        ("10, 20, 30, 40", (RECTANGLE,)),
        ("10,20,30,40", (RECTANGLE,)),
        ("  10.0 20;30   40 ", (RECTANGLE,)),
        ("10,20 40,20 40,60 10,60", (RECTANGLE,)),
        ("10,20 40,20 25,60.5", (TRIANGLE,)),
        ("10 , 20  40 , 20  25 , 60.5", (TRIANGLE,)),
        ("10 20 30 40\n\n10,20 40,20 25,60.5\n", (RECTANGLE, TRIANGLE)),
        ("0 0 100 100", (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),)),
        ("70 70 30 30", (((0.7, 0.7), (1.0, 0.7), (1.0, 1.0), (0.7, 1.0)),)),
    ],
)
def test_shapes_are_read(text: str, shapes: tuple) -> None:
    assert shapes_from_text(text) == shapes


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("10 20 30", "shape_malformed", "1"),
        ("10,20 30,40", "shape_malformed", "1"),
        ("10 20 30 0", "shape_malformed", "1"),
        ("10 20 -5 10", "shape_malformed", "1"),
        ("here", "shape_malformed", "1"),
        ("10 20 30 40\n1,2 3,4 five,6", "shape_malformed", "2"),
        ("10,20 30,40 50", "shape_malformed", "1"),
        ("nan nan nan nan", "shape_outside", "1"),
        ("inf 0 10 10", "shape_outside", "1"),
        ("90 20 30 40", "shape_outside", "1"),
        ("\n\n10,20 40,20 25,160", "shape_outside", "3"),
        ("10,10 20,20 30,30", "shape_impossible", "1"),
        (" ".join(f"{n},{n * n / 100}" for n in range(40)), "shape_impossible", "1"),
    ],
)
def test_bad_shapes_name_their_line(text: str, code: str, line: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        shapes_from_text(text)
    assert (caught.value.code, caught.value.placeholders["line"]) == (code, line)


def test_there_is_a_limit() -> None:
    assert len(shapes_from_text("1 1 5 5\n" * MOST_MASKS)) == MOST_MASKS
    with pytest.raises(InvalidRequestError, match="too_many_shapes"):
        shapes_from_text("1 1 5 5\n" * (MOST_MASKS + 1))
    with pytest.raises(InvalidRequestError, match="too_many_shapes"):
        shapes_from_text("1 1 5 5\n2 2 5 5", most=1)


HUNDREDTHS = st.integers(0, 10_000).map(lambda number: number / 10_000)


@given(st.lists(st.tuples(HUNDREDTHS, HUNDREDTHS), min_size=3, max_size=32).filter(is_polygon))
def test_what_is_shown_is_what_is_stored(points: list) -> None:
    shape = tuple(points)
    [read] = shapes_from_text(as_text(shape))
    # An upright rectangle may begin at another corner.
    assert read == shape or (len(shape) == 4 and set(read) == set(shape))
    assert polygon_of(json.loads(json.dumps(as_stored(shape)))) == shape


def test_rectangles_are_shown_by_their_sides() -> None:
    assert as_text(RECTANGLE) == "10 20 30 40"
    assert as_text(TRIANGLE) == "10,20 40,20 25,60.5"
    assert as_text(((0.1, 0.2), (0.4, 0.6), (0.4, 0.2), (0.1, 0.6))) == "10,20 40,60 40,20 10,60"


def test_an_older_camera_has_the_defaults() -> None:
    view = camera_view("hall", "Hall", OLD)
    assert view == CameraView(id="hall", name="Hall", source="camera.hall", outdoor=True)


def test_everything_stored_is_read() -> None:
    data = json.loads(
        json.dumps(
            {
                **OLD,
                "masks": [as_stored(RECTANGLE), as_stored(TRIANGLE)],
                "region": as_stored(TRIANGLE),
                "least_height": 5,
                "most_height": 80,
                "score_offset": -0.1,
                "still_things": [thing_as_stored(THING)],
                "preroll": True,
                "keep_crops": True,
                "detections": ["binary_sensor.person"],
            }
        )
    )
    assert camera_view("hall", "Hall", data) == CameraView(
        id="hall",
        name="Hall",
        source="camera.hall",
        outdoor=True,
        masks=(RECTANGLE, TRIANGLE),
        region=TRIANGLE,
        least_height=0.05,
        most_height=0.8,
        score_offset=-0.1,
        still_things=(THING,),
        preroll=True,
        keep_crops=True,
        detections=("binary_sensor.person",),
    )


def test_an_accepted_change_does_what_was_tried() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    false = Sighting(box=THING.box, score=0.605, patch=THING.patch, false=True, at=at)
    kept = [false, replace(false, at=at.replace(hour=3))]
    view = camera_view("hall", "Hall", OLD)
    offered = propose(kept, view)
    assert {item.kind for item in offered} == set(ProposalKind)
    for proposal in offered:
        assert camera_view("hall", "Hall", with_proposal(OLD, proposal)) == applied(view, proposal)


def test_a_proposal_has_a_place_or_none() -> None:
    mask = Proposal(kind=ProposalKind.MASK, mask=RECTANGLE)
    place = surrounding(mask)
    assert place is not None
    assert (place.x, place.y, round(place.width, 6), round(place.height, 6)) == (0.1, 0.2, 0.3, 0.4)
    assert surrounding(Proposal(kind=ProposalKind.STILL_THING, thing=THING)) == THING.box
    assert surrounding(Proposal(kind=ProposalKind.THRESHOLD, number=0.1)) is None
