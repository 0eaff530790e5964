"""Why somebody counts or not is said as the rules decide it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.camera_trial import (
    Sentences,
    judged,
    labels,
    load_sentences,
    overlay,
    reason_of,
    told,
)
from custom_components.verified_response.core.detection import Box, PersonBox, Thresholds
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.core.premises import CameraView, StillThing
from custom_components.verified_response.core.sight.places import counted

STATUE = StillThing(box=Box(x=0.7, y=0.3, width=0.1, height=0.3))
VIEW = CameraView(
    id="hall",
    name="Hall",
    source="camera.hall",
    masks=(((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)),),
    region=((0.2, 0.0), (1.0, 0.0), (1.0, 1.0), (0.2, 1.0)),
    least_height=0.1,
    most_height=0.7,
    score_offset=0.1,
    still_things=(STATUE,),
)


def person(score: float, x: float, y: float, width: float, height: float) -> PersonBox:
    return PersonBox(score=score, box=Box(x=x, y=y, width=width, height=height))


@pytest.mark.parametrize(
    ("seen", "why_not"),
    [
        (person(0.9, 0.4, 0.3, 0.1, 0.4), None),
        (person(0.9, 0.7, 0.3, 0.1, 0.3), "still_thing"),
        (person(0.9, 0.4, 0.3, 0.1, 0.05), "too_small"),
        (person(0.9, 0.4, 0.1, 0.1, 0.8), "too_large"),
        (person(0.9, 0.0, 0.3, 0.1, 0.4), "outside_region"),
        (person(0.5, 0.4, 0.3, 0.1, 0.4), "not_sure"),
    ],
)
def test_the_reason_is_said(seen: PersonBox, why_not: str | None) -> None:
    [found] = judged([seen], VIEW, None)
    assert found.why_not == why_not


SIDES = st.floats(0.0, 1.0)
PEOPLE = st.builds(person, SIDES, SIDES, SIDES, SIDES, SIDES)


@given(st.lists(PEOPLE, max_size=5), st.sampled_from([None, Thresholds(sustain=0.3)]))
def test_reasons_and_rules_agree(people: list[PersonBox], model: Thresholds | None) -> None:
    least = VIEW.thresholds(model or Thresholds()).sustain
    rules = [item for item in counted(people, VIEW) if item.score >= least]
    told_so = [item.person for item in judged(people, VIEW, model) if item.why_not is None]
    assert sorted(map(repr, rules)) == sorted(map(repr, told_so))


async def test_people_read_it_in_sentences(hass) -> None:
    sentences = await load_sentences(hass)
    found = judged([person(0.5, 0.4, 0.3, 0.1, 0.4), person(0.876, 0.4, 0.3, 0.1, 0.4)], VIEW, None)
    assert told(found, VIEW, sentences).splitlines() == [
        "1. 88 % sure, 40 % of the picture's height: counts",
        "2. 50 % sure, 40 % of the picture's height: does not count: not sure enough",
        "",
        "Black areas are hidden by privacy masks (1); nobody is looked for in them.",
    ]
    assert labels(found, sentences)[0].startswith("1: 88 % sure")
    assert "Nobody is seen." in told((), VIEW, sentences)
    boxes = overlay(found, VIEW).boxes
    assert [(item.number, item.pale) for item in boxes] == [(1, False), (2, True)]


async def test_why_nobody_could_look_is_a_sentence(hass) -> None:
    assert "detection" in (await reason_of(hass, CouldNotLook("detection_off"))).lower()
    assert await reason_of(hass, CouldNotLook("brand_new")) == "brand_new"


def test_what_nobody_worded_is_its_key() -> None:
    assert Sentences({}).say("trial", "too_small") == "too small"
