"""A recorded incident through the rules of today."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.codec import to_plain
from custom_components.verified_response.core.evidence import SoundHeard, Threat
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.premises import Policy, SignKind
from custom_components.verified_response.core.rules.replay import (
    Reading,
    Replay,
    Step,
    read,
    replay,
)
from custom_components.verified_response.core.rules.validation.assess import assess
from tests.core.house import House

OLD = Policy(version="2025.1-1", corroboration_window_s=10)
"""Numbers by which two trips a minute apart confirmed nothing."""


def records_of(house: House) -> list[dict[str, Any]]:
    """Return what the house's journal would hold, as an export."""
    return [
        {
            "seq": seq,
            "at": at.isoformat(),
            "kind": type(event).__name__,
            "subject": ev.subject_of(event),
            "payload": to_plain(event),
        }
        for seq, (event, at) in enumerate(house.log, start=1)
    ]


def burglary(house: House | None = None) -> House:
    """Two rooms, a person seen, a human's word, and the end."""
    house = house or House()
    house.arm()
    house.trip("kitchen_window")
    house.wait(60)
    house.trip("hall")
    house.wait(1)
    house.person()
    house.wait(60)
    house.confirm(Threat.PROPERTY)
    house.wait(5)
    house.disarm()
    return house


def only(reading: Reading) -> Any:
    [recording] = reading.recordings
    return recording


def played(house: House, policy: Policy | None = None) -> Replay:
    return replay(only(read(records_of(house))), policy)


def names(steps: Sequence[Step]) -> list[list[tuple[str, str]]]:
    return [[(item.kind, item.subject) for item in step.what] for step in steps]


def test_what_the_present_rules_recorded_does_not_differ() -> None:
    house = burglary()
    shown = played(house, house.premises.policy)
    assert not shown.differs
    assert names(shown.steps) == [
        [("ZoneTrip", "kitchen_window")],
        [("ZoneTrip", "hall")],
        [("PersonSeen", "hall")],
        [("Verdict", "property")],
    ]
    levels = [step.present.level for step in shown.steps]
    assert levels == sorted(levels)
    assert levels[-1] == 3
    assert [step.recorded for step in shown.steps] == [step.present for step in shown.steps]
    assert shown.numbers == {}


def test_the_stages_are_those_recorded() -> None:
    house = burglary()
    stages = [stage for _, stage in played(house).stages]
    assert stages[0] is Stage.ABORT_WINDOW
    assert stages[-1] is Stage.CLOSED
    times = [at for at, _ in played(house).stages]
    assert times == sorted(times)


def test_an_older_policy_is_shown_to_differ_and_why() -> None:
    house = House()
    house.premises = replace(house.premises, policy=OLD)
    house.arm()
    house.trip("kitchen_window")
    house.wait(60)
    house.trip("hall")
    today = Policy()
    shown = played(house, today)
    assert shown.differs
    first, second = shown.steps
    assert first.differs == ()
    assert second.differs == ("level", "raised_by", "held_by")
    assert second.recorded is not None
    assert (second.recorded.level, second.present.level) == (1, 2)
    assert (second.recorded.policy_version, second.present.policy_version) == (
        "2025.1-1",
        today.version,
    )
    assert shown.numbers["corroboration_window_s"] == (10, 1800)


def test_by_the_numbers_of_its_time_only_the_rules_are_of_today() -> None:
    house = House()
    house.premises = replace(house.premises, policy=OLD)
    burglary(house)
    shown = played(house)
    assert not shown.differs
    assert shown.policy.corroboration_window_s == 10
    assert shown.policy.version == Policy().version
    assert shown.numbers == {}


def test_numbers_that_changed_meanwhile_are_followed() -> None:
    house = House()
    house.premises = replace(house.premises, policy=OLD)
    house.arm()
    house.trip("kitchen_window")
    house.wait(60)
    house.trip("hall")
    house.premises = replace(house.premises, policy=replace(OLD, corroboration_window_s=600))
    house.do(cmd.TimePassed())
    shown = played(house)
    assert not shown.differs
    assert names(shown.steps)[-1] == []
    assert [step.present.level for step in shown.steps] == [1, 1, 2]


def test_what_was_known_at_one_moment_is_one_step() -> None:
    house = House()
    house.arm()
    for zone in ("kitchen_window", "study", "hall"):
        house.trip(zone)
    shown = played(house)
    assert not shown.differs
    assert len({step.at for step in shown.steps}) == 1
    kinds = [kind for step in names(shown.steps) for kind, _ in step]
    assert kinds.count("ZoneTrip") == 3


def test_the_word_that_ends_it_is_assessed_and_a_later_one_is_not() -> None:
    house = House()
    house.arm()
    house.trip("kitchen_window")
    house.wait(5)
    house.dismiss()
    house.wait(5)
    house.confirm(Threat.LIFE)  # too late to change anything, kept and told
    shown = played(house)
    assert names(shown.steps)[1:] == [[("Verdict", "false_alarm")], [("Verdict", "life")]]
    assert not shown.differs
    assert [step.present.level for step in shown.steps] == [1, 0, 0]


def test_incidents_without_a_level_have_none() -> None:
    house = House()
    house.distress(IncidentKind.FIRE)
    house.confirm(Threat.LIFE)
    shown = played(house)
    assert [step.present.level for step in shown.steps] == [None]
    assert not shown.differs


def test_several_incidents_of_one_export_are_apart() -> None:
    house = burglary()
    house.wait(600)
    house.arm()
    house.trip("study")
    reading = read(records_of(house))
    first, second = (replay(item) for item in reading.recordings)
    assert (len(first.steps), len(second.steps)) == (4, 1)
    assert first.recording.opened_at < second.recording.opened_at
    assert not first.differs
    assert not second.differs


@pytest.mark.parametrize(
    ("record", "counted"),
    [
        ({"kind": "DragonSeen", "payload": {"heads": 3}}, {"DragonSeen": 1}),
        ({"kind": "EvidenceAdded", "payload": {"incident_id": 7}}, {"EvidenceAdded": 1}),
        ({"kind": "Assessed", "payload": None}, {"Assessed": 1}),
        ({"kind": "Assessed"}, {"Assessed": 1}),
        ({"kind": 7, "payload": {}}, {"unreadable": 1}),
        ({"kind": ""}, {"unreadable": 1}),
        ({}, {"unreadable": 1}),
        ("no record", {"unreadable": 1}),
        (None, {"unreadable": 1}),
    ],
)
def test_what_is_not_understood_is_left_out_and_counted(
    record: Any, counted: dict[str, int]
) -> None:
    house = burglary()
    if isinstance(record, dict):
        record = {"at": house.now.isoformat(), **record}
    records = records_of(house)
    reading = read([*records[:5], record, *records[5:]])
    assert reading.skipped == counted
    assert not replay(only(reading)).differs


@pytest.mark.parametrize("at", [None, "yesterday", "2026-11-20T22:00:00", 7])
def test_a_record_without_a_moment_is_left_out(at: Any) -> None:
    records = records_of(burglary())
    verdict = next(item for item in records if item["kind"] == "VerdictGiven")
    verdict["at"] = at
    assert read(records).skipped == {"VerdictGiven": 1}


def test_evidence_of_another_version_is_left_out() -> None:
    records = records_of(burglary())
    person = next(item for item in records if "PersonSeen" in str(item["payload"]))
    person["payload"]["item"]["type"] = "GhostSeen"
    reading = read(records)
    assert reading.skipped == {"EvidenceAdded": 1}
    assert replay(only(reading)).steps  # and says what it can


def test_fields_of_another_version_are_counted() -> None:
    records = records_of(burglary())
    for item in records:
        if item["kind"] == "EvidenceAdded":
            item["payload"]["item"]["mood"] = "grim"
            item["payload"]["weather"] = {"rain": True}
    reading = read(records)
    assert reading.unknown_fields == 6
    assert reading.skipped == {}
    assert not replay(only(reading)).differs


def test_fields_that_came_later_take_their_defaults() -> None:
    records = records_of(burglary())
    for item in records:
        if item["kind"] == "Assessed":
            del item["payload"]["assessment"]["lowered_by"]
        if item["kind"] == "EvidenceAdded" and "order" in item["payload"]["item"]:
            del item["payload"]["item"]["order"]
    assert not replay(only(read(records))).differs


def test_without_the_numbers_of_its_time_those_of_today_are_taken() -> None:
    records = [item for item in records_of(burglary()) if item["kind"] != "PolicySet"]
    recording = only(read(records))
    assert recording.policy is None
    shown = replay(recording)
    assert (shown.policy, shown.numbers) == (Policy(), {})


def test_what_was_not_recorded_is_not_said_to_differ() -> None:
    records = [item for item in records_of(burglary()) if item["kind"] != "Assessed"]
    shown = replay(only(read(records)))
    assert [step.recorded for step in shown.steps] == [None] * 4
    assert not shown.differs


def test_an_incident_whose_beginning_is_missing_is_none() -> None:
    records = [item for item in records_of(burglary()) if item["kind"] != "IncidentOpened"]
    assert read(records).recordings == ()


def hours(house: House, trips: int, between: int, what: Callable[[], object]) -> Replay:
    """Let one window trip for hours, and one other thing happen in between."""
    house.arm()
    for count in range(trips):
        house.trip("kitchen_window")
        house.wait(5)
        if count == between:
            what()
        house.wait(61)
    return played(house)


def test_what_raised_stands_though_its_evidence_was_thinned_out() -> None:
    house = House(corroboration_window_s=10)
    shown = hours(house, 82, 25, lambda: house.trip("hall"))
    assert len(shown.steps) == 83
    assert len(house.incident.evidence) < 83
    assert shown.steps[-1].present.level == 2
    assert not shown.differs


def test_evidence_is_thinned_out_as_it_was_then(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Sequence[Any]] = []

    def watched(evidence: Sequence[Any], *others: Any, **more: Any) -> Any:
        seen.append(evidence)
        return assess(evidence, *others, **more)

    monkeypatch.setattr(f"{read.__module__}.assess", watched)
    house = House()
    shown = hours(house, 82, 25, lambda: house.trip("hall"))
    assert len(shown.steps) == 83 > len(house.incident.evidence)
    assert tuple(seen[-1]) == house.incident.evidence
    assert not shown.differs


def test_what_one_decision_made_known_is_compared_once() -> None:
    """A sound from before joins the alarm that opens: assessed together, never one by one."""
    house = House()
    house.arm()
    heard = SoundHeard(at=house.now, sign_id="ears", kind=SignKind.GLASS_BREAK)
    house.do(cmd.NoteEvidence(item=heard))
    house.wait(5)
    house.trip("kitchen_window")
    shown = played(house)
    assert [sorted(step) for step in names(shown.steps)] == [
        [("SoundHeard", "ears"), ("ZoneTrip", "kitchen_window")]
    ]
    assert not shown.differs


def test_time_zones_of_an_export_do_not_matter() -> None:
    records = records_of(burglary())
    for item in records:
        item["at"] = item["at"].replace("+00:00", "Z")
    shown = replay(only(read(records)))
    assert not shown.differs
    assert shown.steps[0].at.utcoffset() == timedelta()
