"""How often a zone was wrong lately, and from when on it cries wolf."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.verified_response.core.premises import ALWAYS_ON, Policy, ZoneType
from custom_components.verified_response.core.rules.history import (
    cries_wolf,
    false_alarms,
    tally,
)
from custom_components.verified_response.core.state import Outcome, PremisesState
from tests import builders

NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
POLICY = Policy()
WINDOW = builders.zone("window", ZoneType.PERIMETER)


def ended(words: str, *, days_ago: float = 1) -> tuple[Outcome, ...]:
    """F for each false alarm, T for each true one, a minute apart."""
    start = NOW - timedelta(days=days_ago)
    return tuple(
        Outcome(at=start + timedelta(minutes=count), false=word == "F")
        for count, word in enumerate(words)
    )


@pytest.mark.parametrize(
    ("words", "false", "true", "rate"),
    [("", 0, 0, None), ("F", 1, 0, 1.0), ("T", 0, 1, 0.0), ("FTTF", 2, 2, 0.5)],
)
def test_tally(words: str, false: int, true: int, rate: float | None) -> None:
    found = tally(ended(words), POLICY, NOW)
    assert (found.false, found.true, found.rate) == (false, true, rate)


@pytest.mark.parametrize(("days", "counted"), [(29.9, 1), (30, 1), (30.01, 0)])
def test_what_is_long_ago_counts_no_more(days: float, counted: int) -> None:
    assert tally(ended("F", days_ago=days), POLICY, NOW).false == counted


def test_one_alarm_of_several_zones_is_one() -> None:
    together = ended("F")
    state = PremisesState(
        history={
            "window": (*together, *ended("F", days_ago=2)),
            "door": together,
            "hall": ended("T"),
        }
    )
    assert false_alarms(state, POLICY, NOW) == 2
    assert false_alarms(PremisesState(), POLICY, NOW) == 0


@pytest.mark.parametrize(
    ("words", "asked"),
    [("FF", False), ("FFF", True), ("FFFTT", True), ("FFFTTT", False), ("FFFFTTT", True)],
)
def test_three_false_alarms_and_more_than_true_ones(words: str, asked: bool) -> None:
    assert cries_wolf(WINDOW, ended(words), POLICY, NOW) is asked


def test_how_many_is_the_owners_number() -> None:
    patient = replace(POLICY, false_alarms_many=5)
    assert not cries_wolf(WINDOW, ended("FFFF"), patient, NOW)
    assert cries_wolf(WINDOW, ended("FFFFF"), patient, NOW)


@pytest.mark.parametrize("kind", list(ZoneType))
def test_what_always_protects_is_not_asked_about(kind: ZoneType) -> None:
    zone = builders.zone("z", kind)
    assert cries_wolf(zone, ended("FFF"), POLICY, NOW) is (kind not in ALWAYS_ON)


def test_what_the_owner_left_is_asked_again_after_three_more() -> None:
    early = ended("FFFF", days_ago=3)
    left_at = early[-1].at
    assert not cries_wolf(WINDOW, early, POLICY, NOW, left_at=left_at)
    assert not cries_wolf(WINDOW, (*early, *ended("FF")), POLICY, NOW, left_at=left_at)
    assert cries_wolf(WINDOW, (*early, *ended("FFF")), POLICY, NOW, left_at=left_at)
