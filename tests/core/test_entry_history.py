"""Who came in: nobody is named without proof, and a table computes nothing."""

import csv
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import Passage, PassageStatus, Preset
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.core.entry_history import (
    PASSAGE_ACTS,
    DoorEntry,
    EntryQuery,
    as_csv,
    door_entries,
)
from tests.core.house import START

RECIPIENTS = {"g1": "Officer Lee"}
REPORT = DoorReport(
    at=START, door_id="front", act=DoorAct.UNLOCKED, method=EntryMethod.KEYPAD, slot=18
)
PASSAGE = Passage(
    id="p1",
    door_id="front",
    by="user:ada",
    recipient="Plumber",
    opened_at=START,
    until=None,
    preset=Preset.GUEST,
)


def reported(*, proven: bool = True, grant_id: str | None = "g1", **changes: Any) -> DoorEntry:
    event = ev.DoorReported(report=replace(REPORT, **changes), grant_id=grant_id, proven=proven)
    [entry] = door_entries([(START, event)], RECIPIENTS)
    return entry


def test_a_proven_use_names_whom_the_code_was_for():
    entry = reported(raw={"user": "18"})
    assert entry == DoorEntry(
        at=START,
        door_id="front",
        act="unlocked",
        method=EntryMethod.KEYPAD,
        who="Officer Lee",
        credential="place 18",
        proven=True,
        grant_id="g1",
        raw={"user": "18"},
    )


def test_without_proof_nobody_is_named():
    entry = reported(proven=False)
    assert (entry.who, entry.grant_id, entry.credential) == ("", "g1", "place 18")


def test_somebody_elses_code_is_told_as_the_lock_named_it():
    entry = reported(proven=False, grant_id=None, slot=None, name="Mum")
    assert (entry.who, entry.grant_id, entry.credential) == ("", None, "Mum")
    assert reported(proven=False, grant_id=None, slot=2, name="Mum").credential == "place 2, Mum"
    assert reported(proven=False, grant_id=None, slot=None).credential == ""


def test_a_grant_that_nobody_remembers_names_nobody():
    assert reported(grant_id="long gone").who == ""


def test_the_life_of_a_passage_is_told_with_whom_it_was_for_and_proves_nobody():
    def changed(status: PassageStatus | None, **more: Any) -> ev.PassageChanged:
        return ev.PassageChanged(door_id="front", passage_id="p1", status=status, **more)

    steps = [
        ev.PassageAsked(passage=PASSAGE),
        changed(PassageStatus.OPEN),
        changed(PassageStatus.CLOSING, by="user:ben"),
        changed(None),
        changed(None, reason="lock_gone"),
        changed(PassageStatus.FAILED, reason="lock_jammed"),
    ]
    moments = [(START + timedelta(seconds=number), step) for number, step in enumerate(steps)]
    told = list(door_entries(moments, {}))
    assert [entry.act for entry in told] == [
        "unlock_asked",
        "held_unlocked",
        "relock_asked",
        "relocked",
        "not_relocked",
        "not_unlocked",
    ]
    assert {entry.who for entry in told} == {""}
    assert {entry.proven for entry in told} == {False}
    assert {entry.raw["recipient"] for entry in told} == {"Plumber"}
    assert told[2].raw["by"] == "user:ben"
    assert told[5].raw["reason"] == "lock_jammed"
    assert told[1].at == START + timedelta(seconds=1)


def test_every_step_of_a_passage_has_a_word():
    assert set(PASSAGE_ACTS) == {*PassageStatus, None}


def test_what_is_no_matter_of_doors_is_left_out():
    told = [(START, ev.CodeShown(grant_id="g1", by="ada"))]
    assert list(door_entries(told, RECIPIENTS)) == []


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, True),
        ({"since": START}, True),
        ({"since": START + timedelta(seconds=1)}, False),
        ({"until": START}, True),
        ({"until": START - timedelta(seconds=1)}, False),
        ({"method": EntryMethod.KEYPAD}, True),
        ({"method": EntryMethod.MANUAL}, False),
        ({"proven": True}, True),
        ({"proven": False}, False),
        ({"who": "lee"}, True),
        ({"who": "PLACE 18"}, True),
        ({"who": "ben"}, False),
    ],
)
def test_which_lines_are_wanted(query: dict[str, Any], wanted: bool):
    assert EntryQuery(**query).wants(reported()) is wanted


def test_a_filter_by_name_does_not_tell_what_the_line_hides():
    assert not EntryQuery(who="lee").wants(reported(proven=False))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start: str):
    text = as_csv(("who",), [{"who": f'{start}HYPERLINK("x")'}])
    [_, [cell]] = csv.reader(text.splitlines(keepends=True))
    assert cell == f'\'{start}HYPERLINK("x")'


def test_a_table_is_read_back_as_it_was_written():
    rows = [
        {"a": 'say "hi", now', "b": True, "c": None, "d": {"z": "1", "k": "é"}},
        {"a": "two\nlines", "b": False, "c": 3, "d": {}},
    ]
    read = list(csv.reader(as_csv(("a", "b", "c", "d"), rows).splitlines(keepends=True)))
    assert read == [
        ["a", "b", "c", "d"],
        ['say "hi", now', "yes", "", '{"k": "é", "z": "1"}'],
        ["two\nlines", "no", "3", ""],
    ]
