"""Every household in trouble, as its file tells it, and what they are about together."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.scenarios.play.happenings import Deny, Disarm
from tests.scenarios.play.player import Played, play
from tests.scenarios.play.scenario import Scenario, files, scenarios

FOLDER = Path(__file__).with_name("households")
TESTS = Path(__file__).parents[1]
HOUSEHOLDS = [item for path in files([FOLDER]) for item in scenarios(path)]
ALARM_LOGIC = {1, 2, 3, 4, 5, 6, 7, 11, 16}
"""Rows of the study of failure classes (peers, 3.2) that concern alarm logic."""


def named(name: str) -> Scenario:
    return next(item for item in HOUSEHOLDS if item.name == name)


@pytest.mark.parametrize("scenario", HOUSEHOLDS, ids=[item.name for item in HOUSEHOLDS])
def test_it_goes_as_expected(scenario: Scenario) -> None:
    played = play(scenario)
    assert not played.failures, "\n".join(map(str, played.failures))


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    names = Counter(item.name for item in HOUSEHOLDS)
    assert len(names) >= 60
    assert not [name for name, count in names.items() if count > 1]


def test_no_two_tell_the_same() -> None:
    stories = Counter(
        (tuple((step.at, step.after, step.written) for step in item.steps), item.house.premises)
        for item in HOUSEHOLDS
        if True
    )
    assert max(stories.values()) == 1


def test_every_one_expects_something() -> None:
    empty = [
        item.name
        for item in HOUSEHOLDS
        if item.end is None and not any(step.expect for step in item.steps)
    ]
    assert not empty


@pytest.mark.parametrize("row", sorted(ALARM_LOGIC))
def test_every_failure_class_of_alarm_logic_is_named(row: int) -> None:
    assert [item.name for item in HOUSEHOLDS if row in item.peers], f"peers 3.2 class {row}"


def test_a_class_that_is_shown_is_said() -> None:
    silent = [
        item.name
        for item in HOUSEHOLDS
        if item.peers and "peers 3.2" not in item.why and item.peers != (1,)
    ]
    assert not silent


def told(played: Played) -> list[object]:
    """What a house shows of itself: areas, the incident, people, the siren; not what goes to responders."""
    return [
        (line.passed, line.areas, line.stage, line.assessment, list(map(str, line.effects)))
        for line in played.lines
    ]
