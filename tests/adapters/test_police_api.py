"""Documents of the Police API, and the reports that come back."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.verified_response.adapters.police_api import documents, reports
from custom_components.verified_response.adapters.police_api.access import Access
from custom_components.verified_response.adapters.wording import HomeWording
from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.calls import Call
from custom_components.verified_response.core.commands import RespondersSay
from custom_components.verified_response.core.errors import ShareRejectedError
from custom_components.verified_response.core.evidence import (
    CouldNotSee,
    DetectedKind,
    HelpCalled,
    NobodySeen,
    PersonReported,
    Threat,
    Verdict,
    ZoneTrip,
)
from custom_components.verified_response.core.incident import Incident, IncidentKind, Stage
from custom_components.verified_response.core.premises import ResponderMode, ZoneType
from custom_components.verified_response.engine.ports import IncidentRecord
from custom_components.verified_response.public_safety import schema as wire
from custom_components.verified_response.public_safety.signing import SIGNATURE_HEADER, sign
from tests import builders

NOW = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)

ACCESS = Access(
    base_url="https://desk.example.org",
    client_id="house-7",
    client_secret="s3cr3t",
    address="7 Quiet Lane",
    callback_phone="+1 202 555 0142",
    webhook_url="https://home.example.org/api/webhook/x",
)
SAY = HomeWording({})


def record(mode: ResponderMode = ResponderMode.EXERCISE, **changes: Any) -> IncidentRecord:
    incident = Incident(
        **{
            "id": "i1",
            "kind": IncidentKind.BURGLARY,
            "opened_at": NOW,
            "stage": Stage.AWAITING_CONFIRMATION,
            "assessment": Assessment(
                level=2, raised_by=("person_seen",), unknowns=("could_not_look:hall",)
            ),
            "evidence": (
                ZoneTrip(
                    at=NOW,
                    zone_id="gone",
                    zone_type=ZoneType.PERIMETER,
                    device="d",
                    place="p",
                    forced_entry=False,
                    observed=True,
                ),
                NobodySeen(at=NOW, camera_id="hall", engine="e", scores=(0.1,)),
                CouldNotSee(at=NOW, camera_id="hall", reason="camera_no_picture"),
            ),
            **changes,
        }
    )
    people = builders.by_id([builders.responder("desk", mode=mode)])
    premises = builders.premises(responders=people)
    return IncidentRecord(incident=incident, premises=premises, sequence=3, at=NOW)


def test_a_responder_that_is_off_gets_no_document() -> None:
    off = record(ResponderMode.OFF)
    for make in (
        lambda: documents.incident_document(off, "desk", ACCESS, SAY),
        lambda: documents.update_document(off, "desk", SAY),
        lambda: documents.cancel_document(off, "desk"),
    ):
        with pytest.raises(ShareRejectedError, match="responder_off"):
            make()


@pytest.mark.parametrize(
    ("mode", "marked"),
    [(ResponderMode.EXERCISE, wire.Mode.EXERCISE), (ResponderMode.LIVE, wire.Mode.LIVE)],
)
def test_the_mode_is_marked(mode: ResponderMode, marked: wire.Mode) -> None:
    document = documents.incident_document(record(mode), "desk", ACCESS, SAY)
    assert document.mode is marked
    assert document.premises.address == "7 Quiet Lane"
    assert document.sequence == 3


def test_a_person_that_another_detector_reports_is_said_and_a_vehicle_is_not() -> None:
    evidence = tuple(
        PersonReported(at=NOW, camera_id="hall", source_family="frigate", kind=kind, outdoor=False)
        for kind in DetectedKind
    )
    [told] = documents.situation(record(evidence=evidence), SAY, "desk").timeline
    assert (told.what, told.place) == ("person reported", "Hall")


def test_what_is_not_known_is_said_by_name() -> None:
    situation = documents.situation(record(), SAY, "desk")
    assert situation.level == 2
    assert len(situation.unknowns) == 1
    assert [item.what for item in situation.timeline] == [
        "zone tripped",
        "nobody seen",
        "could not look",
    ]


@pytest.mark.parametrize(
    ("kind", "wired"),
    [
        (IncidentKind.PANIC, wire.Kind.PANIC_POLICE),
        (IncidentKind.DURESS, wire.Kind.PANIC_POLICE),
        (IncidentKind.FIRE, wire.Kind.FIRE),
        (IncidentKind.MEDICAL, wire.Kind.MEDICAL),
    ],
)
def test_calls_for_help_have_no_level(kind: IncidentKind, wired: wire.Kind) -> None:
    situation = documents.situation(record(kind=kind), SAY, "desk")
    assert situation.kind is wired
    assert situation.level is None
    assert situation.level_proposed_by is None


@pytest.mark.parametrize(
    ("reason", "wired"),
    [
        ("dismissed", wire.CancelReason.FALSE_ALARM),
        ("disarmed", wire.CancelReason.DISARMED),
    ],
)
def test_a_recall_says_why_and_who(reason: str, wired: wire.CancelReason) -> None:
    by = Verdict(at=NOW, by="contact:owner", threat=None)
    ended = record(stage=Stage.CANCELLED, end_reason=reason, verdicts=(by,))
    document = documents.cancel_document(ended, "desk")
    assert document.reason is wired
    assert document.by_role is wire.Role.OWNER


def test_confirmations_carry_roles_never_names() -> None:
    verdicts = (
        Verdict(at=NOW, by="contact:owner", threat=Threat.LIFE),
        Verdict(at=NOW, by="user:abc", threat=None),
    )
    told = documents.situation(record(verdicts=verdicts), SAY, "desk").confirmations
    assert [item.by_role for item in told] == [wire.Role.OWNER, wire.Role.RESIDENT]
    assert [item.verdict for item in told] == [
        wire.Verdict.THREAT_TO_LIFE,
        wire.Verdict.FALSE_ALARM,
    ]


SECRET = "s3cr3t"
REPORT = {
    "event_id": "e1",
    "incident_reference": "i1",
    "number": "EX-2026-000001",
    "status": "dispatched",
    "at": "2026-11-20T10:00:00+00:00",
    "note": "two cars",
}


@pytest.fixture
async def said(hass: HomeAssistant) -> AsyncIterator[list[RespondersSay]]:
    assert await async_setup_component(hass, "webhook", {})
    heard: list[RespondersSay] = []

    async def say(command: RespondersSay) -> None:
        heard.append(command)

    end = reports.listen(
        hass,
        domain=DOMAIN,
        webhook_id="hook",
        responder_id="desk",
        secret=SECRET,
        say=say,
        is_stored=lambda: not full_disk,
    )
    yield heard
    end()
    full_disk.clear()


full_disk: list[bool] = []


async def post(client: Any, body: bytes, *, secret: str = SECRET, at: float | None = None) -> int:
    header = sign(secret, body, time.time() if at is None else at)
    answer = await client.post("/api/webhook/hook", data=body, headers={SIGNATURE_HEADER: header})
    return int(answer.status)


async def test_a_signed_report_is_taken(
    said: list[RespondersSay], hass_client_no_auth: Any
) -> None:
    client = await hass_client_no_auth()
    assert await post(client, json.dumps(REPORT).encode()) == 200
    assert said == [
        RespondersSay(
            responder_id="desk",
            incident_id="i1",
            status="dispatched",
            number="EX-2026-000001",
            event_id="e1",
            note="two cars",
        )
    ]


async def test_what_is_not_on_disk_has_to_come_again(
    said: list[RespondersSay], hass_client_no_auth: Any
) -> None:
    client = await hass_client_no_auth()
    full_disk.append(True)
    assert await post(client, json.dumps(REPORT).encode()) == 503


@pytest.mark.parametrize(
    ("body", "secret", "late", "status"),
    [
        (json.dumps(REPORT).encode(), "other", 0, 403),
        (json.dumps(REPORT).encode(), SECRET, 301, 403),
        (json.dumps(REPORT).encode(), SECRET, -301, 403),
        (b"no json", SECRET, 0, 400),
        (b"[]", SECRET, 0, 400),
        (json.dumps(REPORT | {"status": "partying"}).encode(), SECRET, 0, 400),
        (b"\xff\xfe", SECRET, 0, 400),
        (b"{" + b" " * reports.MAX_BYTES + b"}", SECRET, 0, 413),
    ],
)
async def test_what_is_refused_changes_nothing(
    said: list[RespondersSay],
    hass_client_no_auth: Any,
    body: bytes,
    secret: str,
    late: float,
    status: int,
) -> None:
    client = await hass_client_no_auth()
    assert await post(client, body, secret=secret, at=time.time() - late) == status
    assert not said


async def test_without_a_signature_nothing_is_taken(
    said: list[RespondersSay], hass_client_no_auth: Any
) -> None:
    client = await hass_client_no_auth()
    answer = await client.post("/api/webhook/hook", data=json.dumps(REPORT).encode())
    assert answer.status == 403
    answer = await client.get("/api/webhook/hook")
    assert answer.status == 405
    assert not said


@pytest.mark.parametrize("typed", ["back\tdoor", "line\r\nline", "nul\x00", "half \ud800 pair"])
def test_no_text_of_people_makes_a_document_that_a_desk_refuses(typed: str) -> None:
    called = record(kind=IncidentKind.PANIC, by="user:1", message=typed)
    summary = documents.incident_document(called, "desk", ACCESS, SAY).situation.summary
    assert typed[:3] in summary


CALLED_FOR = {"police": Call.POLICE, "fire": Call.FIRE, "medical": Call.MEDICAL}


@pytest.mark.parametrize(
    ("answers", "kind", "joined", "code"),
    [
        ({"police"}, IncidentKind.PANIC, (), "panic_police"),
        ({"police"}, IncidentKind.DURESS, (), "panic_police"),
        ({"fire"}, IncidentKind.FIRE, (), "fire"),
        ({"medical"}, IncidentKind.MEDICAL, (), "medical"),
        ({"fire"}, IncidentKind.PANIC, (IncidentKind.FIRE,), "fire"),
        ({"police", "fire"}, IncidentKind.PANIC, (IncidentKind.FIRE,), "panic_police"),
        ({"medical"}, IncidentKind.PANIC, (), "panic_police"),  # a person sent it by hand
    ],
)
def test_each_call_has_its_code_and_each_responder_its_own(
    answers: set[str], kind: IncidentKind, joined: tuple[IncidentKind, ...], code: str
) -> None:
    calls = frozenset(CALLED_FOR[name] for name in answers)
    made = record(kind=kind, joined=joined, by="owner", assessment=Assessment(level=None))
    premises = replace(
        made.premises,
        responders={"desk": replace(made.premises.responders["desk"], calls=calls)},
    )
    told = documents.situation(replace(made, premises=premises), SAY, "desk")
    assert (told.kind, told.level) == (code, None)


def test_a_call_by_voice_says_where_and_by_what_it_was_heard() -> None:
    heard = HelpCalled(at=NOW, call=Call.MEDICAL, device="Speaker", place="Kitchen")
    made = record(
        kind=IncidentKind.MEDICAL, by="voice", evidence=(heard,), ha_area="Kitchen",
        assessment=Assessment(level=None),
    )  # fmt: skip
    told = documents.situation(made, SAY, "desk")
    assert [(item.place, item.what) for item in told.timeline] == [
        ("Kitchen", SAY.sentence("what", "help_called_medical"))
    ]
