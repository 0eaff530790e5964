"""The table of levels is whole: each rule has a sentence, a source and a test, and docs/levels.md says the same."""

import re

import pytest

from custom_components.verified_response.core.assessment import AlarmLevel
from custom_components.verified_response.core.rules.validation.rule import Rule, RuleKind
from custom_components.verified_response.core.rules.validation.table import RULES
from tests.core.validation import cases
from tests.core.validation.given import asleep, blind, judge, lost, unsure

from .repository import english, text

by_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
CASES_OF = {
    RuleKind.RAISES: cases.RAISES,
    RuleKind.CAPS: cases.CAPS,
    RuleKind.HOLDS: cases.HOLDS,
}


def sentences(group: str) -> dict[str, str]:
    return english()["config_panel"]["sentences"][group]


@by_rule
def test_a_rule_has_a_sentence_for_people(rule: Rule) -> None:
    sentence = sentences("reason").get(rule.name, "")
    assert re.fullmatch(r"[A-Z].{20,160}\.", sentence), f"{rule.name}: {sentence!r}"
    assert "{" not in sentence, f"{rule.name}: nothing is filled in"


@by_rule
def test_a_rule_has_a_source(rule: Rule) -> None:
    """A clause of a standard, or "own": what is ours must not look like a standard's."""
    parts = re.split(r"; ", rule.source)
    known = r"(own: |AVS-01 (level [0-4]|scope)|BS 8243 \d|CP-01 \d|DD 243|CLC/TS 50131-9|call verification)"
    assert rule.source.strip()
    assert all(re.match(known, part) for part in parts), rule.source
    assert "complian" not in rule.source.lower()


@by_rule
def test_a_rule_has_a_test_that_names_it(rule: Rule) -> None:
    known = CASES_OF[rule.kind]
    assert rule.name in known, f"tests/core/validation/cases.py has no case {rule.name!r}"
    assert known[rule.name].speaks


def test_no_case_and_no_sentence_is_about_a_rule_that_is_gone() -> None:
    names = {rule.name for rule in RULES}
    assert {cases.rule_of(case) for case in cases.CASES} == names
    assert set(sentences("reason")) == names


def test_the_sensor_words_what_its_attributes_may_hold() -> None:
    attributes = english()["entity"]["sensor"]["alarm_level"]["state_attributes"]
    raising = {rule.name for rule in RULES if rule.kind is RuleKind.RAISES}
    caps = {rule.name for rule in RULES if rule.kind is RuleKind.CAPS}
    holding = {rule.name for rule in RULES if rule.kind is RuleKind.HOLDS}
    may_be_lowered = {name for rule in RULES for name in rule.lowers}
    reason = sentences("reason")
    assert attributes["reasons"]["state"] == {name: reason[name] for name in raising}
    assert attributes["lowered_by"]["state"] == {name: reason[name] for name in caps}
    held = attributes["held_by"]["state"]
    assert holding | may_be_lowered <= set(held)
    assert held.items() <= reason.items()


def test_every_unknown_has_a_sentence() -> None:
    found = judge(asleep(), blind(), lost(), unsure()).unknowns
    assert {item.partition(":")[0] for item in found} == set(sentences("unknown"))


WORDS = {RuleKind.RAISES: "raises to", RuleKind.CAPS: "lowers to", RuleKind.HOLDS: "holds"}


def row(rule: Rule) -> tuple[str, ...]:
    does = WORDS[rule.kind]
    if rule.level is not None:
        does += f" {int(rule.level)}"
    if rule.lowers:
        does += ": " + ", ".join(f"`{name}`" for name in rule.lowers)
    return (f"`{rule.name}`", does, sentences("reason")[rule.name], rule.source)


def test_the_page_shows_the_table() -> None:
    page = text("docs", "levels.md")
    shown = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in page.splitlines()
        if line.startswith("| `")
    ]
    expected = [row(rule) for rule in RULES]
    printed = "\n".join("| " + " | ".join(each) + " |" for each in expected)
    assert shown == expected, f"docs/levels.md should show:\n{printed}"


def test_the_page_promises_no_standard() -> None:
    page = text("docs", "levels.md")
    assert "modelled on ANSI/TMA-AVS-01 levels" in page
    assert not re.search(r"(?<!not )(?<!never )\b(complies|certified)\b", page, re.IGNORECASE)
    assert all(f"| {int(level)} |" in page for level in AlarmLevel)
