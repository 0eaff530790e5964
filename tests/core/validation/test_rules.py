"""The table of levels, row by row: when a rule speaks, where, and what the level is."""

import pytest

from custom_components.verified_response.core.assessment import AlarmLevel, Assessment
from custom_components.verified_response.core.rules.validation.rule import RuleKind
from custom_components.verified_response.core.rules.validation.table import RULES

from .cases import CASES, rule_of
from .given import judge

BY_NAME = {rule.name: rule for rule in RULES}


def spoken(found: Assessment, kind: RuleKind) -> tuple[str, ...]:
    return {
        RuleKind.RAISES: found.raised_by,
        RuleKind.CAPS: found.lowered_by,
        RuleKind.HOLDS: found.held_by,
    }[kind]


@pytest.mark.parametrize("name", CASES)
def test_a_rule_speaks_when_it_should_and_the_level_follows(name: str):
    case, rule = CASES[name], BY_NAME[rule_of(name)]
    found = judge(*case.items, words=case.words)
    assert (rule.name in spoken(found, rule.kind)) is case.speaks
    assert found.level == case.level


@pytest.mark.parametrize("name", CASES)
def test_what_simultaneous_things_were_told_first_does_not_matter(name: str):
    case = CASES[name]
    there = judge(*case.items, words=case.words)
    back = judge(*reversed(case.items), words=tuple(reversed(case.words)))
    assert there == back


@pytest.mark.parametrize("name", CASES)
def test_the_level_rests_on_what_raised_it(name: str):
    case = CASES[name]
    found = judge(*case.items, words=case.words)
    levels = [int(BY_NAME[raised].level or 0) for raised in found.raised_by]
    capped = [held for held in found.held_by if BY_NAME[held].kind is RuleKind.RAISES]
    assert bool(capped) is bool(found.lowered_by)
    if "dismissed_by_person" not in found.held_by:
        assert found.level == max(levels, default=0)
    assert found.proposed_by == ("person" if case.words else "hub")


def test_names_are_told_apart():
    assert len(BY_NAME) == len(RULES)
    assert all(rule.level is not None for rule in RULES if rule.kind is not RuleKind.HOLDS)


def test_only_a_human_reaches_level_4():
    highest = {rule.name for rule in RULES if rule.level is AlarmLevel.LIFE}
    assert highest == {"human_confirmed_life"}
    everything = [item for case in CASES.values() for item in case.items]
    assert judge(*everything).level == 3


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.kind is RuleKind.CAPS])
def test_a_cap_lowers_rules_that_it_names_and_never_hides_a_detector(rule):
    for name in rule.lowers:
        assert BY_NAME[name].kind is RuleKind.RAISES
        assert (BY_NAME[name].level or 0) > (rule.level or 0)
    assert rule.level == AlarmLevel.LIMITED
    assert not {"detector_tripped", "panel_triggered", "suspected_jamming"} & set(rule.lowers)
    assert not any(name.startswith("human_") for name in rule.lowers)


def test_a_rule_that_holds_gives_way_to_rules_that_exist():
    assert all(name in BY_NAME for rule in RULES for name in rule.unless)
