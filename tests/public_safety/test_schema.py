"""Documents cannot be invalid, keep docs/police-api.yaml, and come back unchanged."""

import dataclasses
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.public_safety.answers import (
    DeskStatus,
    PingReply,
    Receipt,
    StatusEvent,
)
from custom_components.verified_response.public_safety.errors import InvalidDocumentError
from custom_components.verified_response.public_safety.schema import (
    CancelDocument,
    CancelReason,
    Confirmation,
    Ground,
    IncidentDocument,
    Kind,
    Mode,
    Premises,
    ProposedBy,
    Reason,
    Role,
    Situation,
    Trigger,
    UpdateDocument,
    Verdict,
    Webhook,
)
from sandbox.police_desk.validation import validator

from .samples import AT, cancel, incident, situation, update

text = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60
)
instants = st.integers(-(10**11), 10**12).map(lambda ms: AT + timedelta(milliseconds=ms))
roles = st.sampled_from(Role)


@st.composite
def situations(draw):
    kind = draw(st.sampled_from(Kind))
    level = draw(st.integers(0, 4)) if kind is Kind.BURGLARY else None
    proposers = [ProposedBy.HUMAN] if level == 4 else list(ProposedBy)
    return Situation(
        kind=kind,
        level=level,
        level_proposed_by=None if level is None else draw(st.sampled_from(proposers)),
        summary=draw(text),
        reasons=tuple(
            draw(st.lists(st.builds(Reason, rule=st.just("r_1"), sentence=text), max_size=3))
        ),
        unknowns=tuple(draw(st.lists(text, max_size=3))),
        timeline=tuple(
            draw(st.lists(st.builds(Trigger, at=instants, place=text, what=text), max_size=3))
        ),
        confirmations=tuple(
            draw(
                st.lists(
                    st.builds(
                        Confirmation, by_role=roles, at=instants, verdict=st.sampled_from(Verdict)
                    ),
                    max_size=3,
                )
            )
        ),
    )


heads = {
    "mode": st.sampled_from(Mode),
    "reference": st.from_regex(r"[A-Za-z0-9._:-]{1,64}", fullmatch=True),
    "sequence": st.integers(0, 2**31 - 1),
}
incidents = st.builds(
    IncidentDocument,
    **heads,
    situation=situations(),
    premises=st.builds(Premises, name=text, address=text, entry_instructions=st.none() | text),
    callback_phone=st.just("+1 555 010 0199"),
    ground=st.sampled_from(Ground),
    webhook=st.none() | st.just(Webhook(url="https://home.example/api/webhook/a1", secret_id="k1")),
)
updates = st.builds(
    UpdateDocument,
    **heads,
    at=instants,
    situation=situations(),
    entry_instructions=st.none() | text,
)
cancels = st.builds(
    CancelDocument,
    **heads,
    at=instants,
    by_role=roles,
    reason=st.sampled_from(CancelReason),
    note=st.none() | text,
)


@pytest.mark.parametrize(
    ("documents", "schema"),
    [(incidents, "IncidentCreate"), (updates, "IncidentUpdate"), (cancels, "IncidentCancel")],
)
def test_every_document_keeps_the_specification_and_comes_back(documents, schema):
    @given(documents)
    def holds(document):
        wire = document.to_json()
        validator(schema).validate(wire)
        assert type(document).from_json(wire) == document

    holds()


@pytest.mark.parametrize("make", [incident, update, cancel])
def test_missing_extra_and_mistyped_fields_are_refused(make):
    wire = make().to_json()
    optional = {"webhook", "entry_instructions", "note"}
    for name in wire.keys() - optional:
        # Null is the level's own value for what has none, so it stands for "missing" there too.
        for broken in ({**wire, name: object()}, {k: v for k, v in wire.items() if k != name}):
            with pytest.raises(InvalidDocumentError):
                type(make()).from_json(broken)
    with pytest.raises(InvalidDocumentError):
        type(make()).from_json({**wire, "suspect": "x"})
    with pytest.raises(InvalidDocumentError):
        type(make()).from_json([wire])


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 4},
        {"level": 5, "level_proposed_by": ProposedBy.HUMAN},
        {"level": -1},
        {"level": True},
        {"level": None},
        {"level_proposed_by": None},
        {"kind": Kind.PANIC_POLICE},
        {"kind": Kind.FIRE},
        {"summary": ""},
        {"summary": "x" * 2001},
        {"summary": "bell\x07"},
        {"summary": "half \ud800"},
        {"unknowns": ("x",) * 33},
        {"timeline": (Trigger(at=AT, place="p", what="w"),) * 201},
    ],
)
def test_situation_refuses(changes):
    with pytest.raises(InvalidDocumentError):
        situation(**changes)


def test_level_four_is_a_humans_and_panic_has_none():
    assert situation(level=4, level_proposed_by=ProposedBy.HUMAN).level == 4
    panic = situation(kind=Kind.PANIC_POLICE, level=None, level_proposed_by=None)
    validator("IncidentCreate").validate(incident(situation=panic).to_json())


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "a b"},
        {"reference": "x" * 65},
        {"reference": "x\n"},
        {"sequence": -1},
        {"sequence": 2**31},
        {"callback_phone": "call me"},
    ],
)
def test_incident_refuses(changes):
    with pytest.raises(InvalidDocumentError):
        incident(**changes)


def test_times_need_an_offset_and_travel_as_utc():
    with pytest.raises(InvalidDocumentError):
        Trigger(at=datetime(2026, 1, 1), place="p", what="w")  # noqa: DTZ001 - the point of the test
    east = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert Trigger(at=east, place="p", what="w").to_json()["at"] == "2026-11-20T21:14:03.250Z"


@pytest.mark.parametrize(
    "url", ["http://home.example/x", "https://911.example", "https://u:p@home.example", "x"]
)
def test_webhook_refuses(url):
    with pytest.raises(InvalidDocumentError):
        Webhook(url=url, secret_id="k1")


def test_private_values_are_in_no_repr_and_no_error():
    shown = repr(incident()) + repr(update()) + repr(cancel(note="by the green door"))
    for private in ("Example", "green", "555", "hall", "Glass", "Front"):
        assert private not in shown
    wire = {**incident().to_json(), "mode": "very private"}
    with pytest.raises(InvalidDocumentError) as refused:
        IncidentDocument.from_json(wire)
    assert str(refused.value) == "invalid_document: $.mode (enum)"


def test_documents_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        incident().sequence = 2


def test_answers_ignore_what_they_do_not_know():
    at = "2026-11-20T21:14:03.250Z"
    receipt = {"number": "EX-2026-000001", "status": "received", "received_at": at, "new": 1}
    assert Receipt.from_json(receipt).status is DeskStatus.RECEIVED
    ping = PingReply.from_json({"desk": "d", "modes": ["exercise", "later"], "time": at})
    assert ping.modes == {Mode.EXERCISE}
    event = {
        "event_id": "e1",
        "incident_reference": "r",
        "number": "EX-2026-000001",
        "status": "closed",
        "at": at,
        "disposition": "false_alarm",
        "new": {},
    }
    assert StatusEvent.from_json(event).at == AT
    for name, wrong in [
        ("number", "EX-1"),
        ("status", "lost"),
        ("at", "yesterday"),
        ("at", "2026-02-30T00:00:00Z"),
        ("event_id", ""),
        ("event_id", "../x"),
        ("note", "\x00"),
        ("disposition", "shrug"),
    ]:
        with pytest.raises(InvalidDocumentError):
            StatusEvent.from_json({**event, name: wrong})
