"""Values survive storage, across versions, and nothing of a wrong type gets in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.core import (
    codec,
    events,
    evidence,
    incident,
    premises,
    state,
)
from custom_components.verified_response.core.codec import from_plain, to_plain

AT = datetime(2026, 11, 1, 2, 3, 4, 5, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Dog:
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cat:
    lives: int = 9


type Pet = Dog | Cat


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    type: Colour
    score: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    name: str
    count: int = 0
    ok: bool = True
    level: Level | None = None
    note: str | None = None
    number: int | str = 0
    at: datetime = AT
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    colours: frozenset[Colour] = frozenset()
    named: Mapping[str, Leaf] = field(default_factory=dict)
    by_colour: dict[Colour, int] = field(default_factory=dict)
    pets: tuple[Pet, ...] = ()
    pet: Pet | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    branches: tuple[Tree, ...] = ()


LEAVES = st.builds(
    Leaf, type=st.sampled_from(Colour), score=st.floats(allow_nan=False, allow_infinity=False)
)
PETS = st.builds(Dog, name=st.text()) | st.builds(Cat, lives=st.integers())
TIMES = st.datetimes(timezones=st.just(UTC))
TREES = st.recursive(
    st.builds(Tree, name=st.text()),
    lambda inner: st.builds(
        Tree,
        name=st.text(),
        count=st.integers(),
        ok=st.booleans(),
        level=st.none() | st.just(Level.LOW),
        note=st.none() | st.text(),
        number=st.integers() | st.text(),
        at=TIMES,
        leaf=st.none() | LEAVES,
        leaves=st.lists(LEAVES, max_size=3).map(tuple),
        colours=st.frozensets(st.sampled_from(Colour)),
        named=st.dictionaries(st.text(), LEAVES, max_size=2),
        by_colour=st.dictionaries(st.sampled_from(Colour), st.integers()),
        pets=st.lists(PETS, max_size=3).map(tuple),
        pet=st.none() | PETS,
        extra=st.dictionaries(st.text(), st.integers() | st.lists(st.text()), max_size=2),
        branches=st.lists(inner, max_size=2).map(tuple),
    ),
    max_leaves=4,
)


@given(TREES)
def test_every_value_survives_json(tree):
    back = from_plain(Tree, json.loads(json.dumps(to_plain(tree))))
    assert back == tree
    assert isinstance(back.leaves, tuple)
    assert isinstance(back.colours, frozenset)


def test_plain_form_is_what_people_expect():
    tree = Tree(name="a", colours=frozenset(Colour), pet=Cat(), leaf=Leaf(type=Colour.RED))
    plain = to_plain(tree)
    assert plain["colours"] == ["blue", "red"]
    assert plain["pet"] == {"type": "Cat", "lives": 9}
    assert plain["leaf"] == {"type": "red", "score": 0.0}
    assert plain["at"] == "2026-11-01T02:03:04.000005+00:00"
    assert "type" not in plain


def test_times_are_stored_in_utc():
    local = AT.astimezone(timezone(timedelta(hours=-5)))
    assert to_plain(Tree(name="a", at=local))["at"] == AT.isoformat()
    with pytest.raises(ValueError, match="time zone"):
        to_plain(Tree(name="a", at=AT.replace(tzinfo=None)))


def test_fields_may_come_and_go():
    assert from_plain(Tree, {"name": "a", "from_the_future": {"x": 1}}) == Tree(name="a")
    with pytest.raises(ValueError, match=r"^name: missing"):
        from_plain(Tree, {})


def test_whole_numbers_are_floats_where_floats_are_declared():
    score = from_plain(Leaf, {"type": "red", "score": 1}).score
    assert (score, type(score)) == (1.0, float)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": 1}, "name: expected str, got int"),
        ({"name": None}, "name: expected str, got NoneType"),
        ({"count": True}, "count: expected int, got bool"),
        ({"count": 1.0}, "count: expected int, got float"),
        ({"ok": 1}, "ok: expected bool, got int"),
        ({"level": True}, "level: not a Level"),
        ({"level": 7}, "level: not a Level"),
        ({"number": 1.5}, "number: expected int or str, got float"),
        ({"at": "yesterday"}, "at: not a time"),
        ({"at": 5}, "at: not a time"),
        ({"at": "2026-11-01T02:03:04"}, "at: a time needs a time zone"),
        ({"leaf": []}, "leaf: expected dict, got list"),
        ({"leaf": {"type": "green"}}, "leaf.type: not a Colour"),
        ({"leaf": {}}, "leaf.type: missing"),
        ({"leaves": {}}, "leaves: expected list, got dict"),
        ({"leaves": [{"type": "red"}, {"type": []}]}, "leaves.1.type: not a Colour"),
        ({"leaves": [{"type": "red", "score": True}]}, "leaves.0.score: expected float, got bool"),
        ({"colours": ["red", "green"]}, "colours.1: not a Colour"),
        ({"named": {"x": None}}, "named.x: expected dict, got NoneType"),
        ({"by_colour": {"green": 1}}, "by_colour: not a Colour"),
        ({"pet": {"lives": 1}}, "pet.type: no known class"),
        ({"pet": {"type": ["Cat"]}}, "pet.type: no known class"),
        ({"pets": [{"type": "Leaf"}]}, "pets.0.type: no known class"),
        ({"pets": [{"type": "Cat", "lives": "9"}]}, "pets.0.lives: expected int, got str"),
        ({"branches": [{"name": "b", "branches": [{}]}]}, "branches.0.branches.0.name: missing"),
    ],
)
def test_wrong_types_are_refused_with_the_field(change, where):
    with pytest.raises(ValueError, match=r".") as raised:
        from_plain(Tree, {"name": "a"} | change)
    assert str(raised.value) == where


def test_union_is_read_through_its_tag():
    plain = to_plain(Dog(name="rex"), Pet)
    assert plain == {"type": "Dog", "name": "rex"}
    assert from_plain(Pet, plain) == Dog(name="rex")
    assert to_plain(Dog(name="rex")) == {"name": "rex"}
    with pytest.raises(ValueError, match="type: no known class"):
        from_plain(Pet, {"name": "rex"})
    with pytest.raises(TypeError, match="Leaf"):
        to_plain(Leaf(type=Colour.RED), Pet)


def test_a_subclass_never_loses_its_fields_without_a_word():
    @dataclass(frozen=True, kw_only=True)
    class Puppy(Dog):
        weeks: int

    @dataclass(frozen=True, kw_only=True)
    class Home:
        dog: Dog

    with pytest.raises(TypeError, match="Puppy where Dog"):
        to_plain(Home(dog=Puppy(name="rex", weeks=3)))


def test_types_that_cannot_be_stored_are_refused_at_once():
    @dataclass(frozen=True)
    class Odd:
        value: bytes

    @dataclass(frozen=True)
    class Clash:
        value: Leaf | Dog

    for cls in (Odd, Clash):
        with pytest.raises(TypeError):
            from_plain(cls, {"value": ""})


@pytest.mark.parametrize("cls", [*codec._members(events.Event), state.PremisesState])
def test_every_type_of_the_product_can_be_stored(cls):
    assert len(codec._fields(cls)) == len(fields(cls))
    assert is_dataclass(cls)


def test_state_of_the_product_survives():
    held = incident.Incident(
        id="i1", kind=incident.IncidentKind.FIRE, opened_at=AT, stage=incident.Stage.SHARED
    )
    before = state.PremisesState(incidents={"i1": held}, policy=premises.Policy(), last_alive=AT)
    assert from_plain(state.PremisesState, json.loads(json.dumps(to_plain(before)))) == before


def test_evidence_of_a_version_before_counts_is_still_read():
    written = {
        "incident_id": "i1",
        "item": {
            "type": "PersonSeen",
            "at": "2026-11-01T02:03:04+00:00",
            "camera_id": "hall",
            "outdoor": False,
            "trust": "full",
            "engine": "onnx/nanodet_plus_m_416",
            "scores": [0.4, 0.81],
            "box": {"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.4},
        },
        "look_until": None,
        "areas": [],
    }
    read = from_plain(events.EvidenceAdded, written)
    assert isinstance(read.item, evidence.PersonSeen)
    assert (read.item.count, read.item.dwell_s, read.item.direction) == (1, 0.0, "")
    assert read.item.scores == (0.4, 0.81)


def test_a_policy_of_a_version_before_reports_is_still_read():
    written = {"policy": {"version": "2026.11-1", "look_s": 12}}
    assert from_plain(events.PolicySet, written).policy.report_age_s == 30
