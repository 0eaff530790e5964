"""Every household in trouble, as its file tells it, and what they are about together."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.scenarios.play.happenings import Deny, Disarm
from tests.scenarios.play.outside import Handed
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
        (
            tuple((step.at, step.after, step.written) for step in item.steps),
            str(item.house.premises),
        )
        for item in HOUSEHOLDS
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


def shown(played: Played) -> list[object]:
    """What a house shows of itself, and tells its people: everything but what goes to responders."""
    found: list[object] = []
    before: object = None
    for line in played.lines:
        known = (line.areas, line.stage, line.assessment, line.refused)
        told = [item for item in line.effects if not isinstance(item, Handed)]
        if known != before or told:
            found.append((line.passed, known, told))
        before = known
    return found


def without_duress(scenario: Scenario) -> Scenario:
    """The same with the ordinary code."""
    steps = [
        replace(step, happening=replace(step.happening, duress=False))
        if isinstance(step.happening, Deny | Disarm)
        else step
        for step in scenario.steps
    ]
    return replace(scenario, steps=steps)


UNDER_THREAT = [
    item
    for item in HOUSEHOLDS
    if any(getattr(step.happening, "duress", False) for step in item.steps)
]


@pytest.mark.parametrize("scenario", UNDER_THREAT, ids=[item.name for item in UNDER_THREAT])
def test_duress_looks_like_any_other_code(scenario: Scenario) -> None:
    """Row 16 of peers 3.2: no difference in areas, incident, level, pushes or siren."""
    threatened, calm = play(scenario), play(without_duress(scenario))
    assert shown(threatened) == shown(calm)
    assert any(isinstance(item, Handed) for line in threatened.lines for item in line.effects)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/St_Johns", None])
def test_nothing_depends_on_the_clock_on_the_wall(zone: str | None) -> None:
    """The same moments make the same story wherever the clocks change, and where they do not."""
    for scenario in (item for item in HOUSEHOLDS if item.time_zone is not None):
        elsewhere = replace(scenario, time_zone=ZoneInfo(zone) if zone else None)
        assert play(elsewhere).lines == play(scenario).lines


def test_every_run_is_the_same() -> None:
    scenario = named("Burglary by night through two rooms")
    assert play(scenario).lines == play(scenario).lines
