"""What a responder is told of each kind of evidence: when, where and what; nobody's name, no plate."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.verified_response.adapters.police_api import documents
from custom_components.verified_response.adapters.wording import ROOT, HomeWording
from custom_components.verified_response.core import evidence as e
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.calls import Call
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.incident import Incident, IncidentKind, Stage
from custom_components.verified_response.core.premises import SOUNDS, Sign, SignKind, ZoneType
from custom_components.verified_response.engine.ports import IncidentRecord
from custom_components.verified_response.public_safety.bounds import LIST_MAX, TIMELINE_MAX
from tests import builders
from tests.contracts.repository import english, leaves

NOW = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)
PLATE, NAME, WHO = "AB 123 CD", "Wilhelmina", "who-1"
SAY = HomeWording(
    {f"{ROOT}.{key}": sentence for key, sentence in leaves(english()["config_panel"]["sentences"])}
)
SIGNS = (
    Sign(id="mic", name="Kitchen microphone", kind=SignKind.GLASS_BREAK, source="x.mic"),
    Sign(id="drive", name="Drive", kind=SignKind.NUMBER_PLATE, source="x.drive"),
    Sign(id=WHO, name=NAME, kind=SignKind.PRESENCE, source="x.who"),
    Sign(id="wind", name="Weather station", kind=SignKind.STORM, source="x.wind"),
)


def zone(name: str = "front_door", **changes: Any) -> e.ZoneTrip:
    trip = {
        "at": NOW,
        "zone_id": name,
        "zone_type": ZoneType.ENTRY_EXIT,
        "device": "d",
        "place": "p",
    }
    return e.ZoneTrip(**(trip | changes))


def sound(kind: SignKind) -> e.SoundHeard:
    return e.SoundHeard(at=NOW, sign_id="mic", kind=kind)


def lock(kind: e.LockSign) -> e.LockReported:
    return e.LockReported(at=NOW, door_id="front", kind=kind, who=WHO)


def reported(kind: e.DetectedKind) -> e.PersonReported:
    return e.PersonReported(
        at=NOW, camera_id="hall", source_family="frigate", kind=kind, outdoor=False
    )


def called(call: Call, device: str = "Speaker", place: str = "") -> e.HelpCalled:
    return e.HelpCalled(at=NOW, call=call, device=device, place=place)


SEEN = e.PersonSeen(
    at=NOW, camera_id="hall", outdoor=False, trust=Trust.FULL, engine="nano", scores=(0.9,)
)
TOLD: list[tuple[Any, str, str]] = [
    (zone(), "Front Door", "tripped"),
    (zone(observed=False), "Front Door", "found open after a silence"),
    (zone("gone"), "gone", "tripped"),
    (e.ZoneLost(at=NOW, zone_id="hall"), "Hall", "stopped reporting"),
    (e.DevicesLost(at=NOW, zones=("hall", "study")), "Hall, Study", "stopped reporting at once"),
    (e.GroupTrip(at=NOW, zones=("hall", "gone")), "Hall, gone", "tripped at one moment"),
    (e.PanelTriggered(at=NOW, area_id="garage"), "Garage", "the alarm panel says alarm"),
    (SEEN, "Hall", "a person was seen"),
    (reported(e.DetectedKind.PERSON), "Hall", "a person was reported by another detector"),
    (e.NobodySeen(at=NOW, camera_id="hall", engine="n", scores=()), "Hall", "nobody was seen"),
    (e.CouldNotSee(at=NOW, camera_id="hall", reason="x"), "Hall", "could not be looked at"),
    (sound(SignKind.GLASS_BREAK), "Kitchen microphone", "breaking glass was heard"),
    (sound(SignKind.GUNSHOT), "Kitchen microphone", "a shot was heard"),
    (sound(SignKind.SCREAM), "Kitchen microphone", "a scream was heard"),
    (sound(SignKind.SMOKE_ALARM), "Kitchen microphone", "a smoke alarm was heard"),
    (lock(e.LockSign.FORCED), "Front door", "was forced"),
    (lock(e.LockSign.TAMPER), "Front door", "was tampered with"),
    (lock(e.LockSign.JAMMED), "Front door", "could not move its bolt"),
    (lock(e.LockSign.WRONG_CODES), "Front door", "wrong codes were typed, several in a row"),
    (
        lock(e.LockSign.CREDENTIAL_USED),
        "Front door",
        "was opened with a code that somebody was given",
    ),
    (
        e.LockReported(at=NOW, door_id="house", kind=e.LockSign.WRONG_CODES),
        "House",
        "wrong codes were typed, several in a row",
    ),
    (e.VehicleReported(at=NOW, sign_id="drive", plate=PLATE), "Drive", "a vehicle was reported"),
    (e.HouseholdPresent(at=NOW, who=WHO), "Home", "somebody who belongs here is at home"),
    (e.StormReported(at=NOW, sign_id="wind"), "Home", "a storm was reported"),
    (e.PowerReturned(at=NOW, sign_id="mains"), "Home", "power came back"),
    (e.HubWasBlind(at=NOW, since=None), "Home", "the hub runs again after a pause"),
    (
        e.CouldNotTell(at=NOW, by=f"contact:{WHO}"),
        "Home",
        "somebody who was asked looked and cannot tell",
    ),
    (called(Call.POLICE, place="Kitchen"), "Kitchen", "help from the police was called for aloud"),
    (called(Call.FIRE), "Speaker", "the fire brigade was called for aloud"),
    (called(Call.MEDICAL, device=""), "Home", "medical help was called for aloud"),
]
NOT_TOLD = [reported(e.DetectedKind.VEHICLE), reported(e.DetectedKind.ANIMAL)]


def record(*items: Any, **assessment: Any) -> IncidentRecord:
    incident = Incident(
        id="i1",
        kind=IncidentKind.BURGLARY,
        opened_at=NOW,
        stage=Stage.AWAITING_CONFIRMATION,
        evidence=items,
        assessment=Assessment(**({"level": 1} | assessment)),
    )
    people = [builders.contact("owner"), builders.contact(WHO, name=NAME)]
    premises = builders.premises(
        signs=builders.by_id(SIGNS),
        contacts=builders.by_id(people),
        responders=builders.by_id([builders.responder("desk")]),
    )
    return IncidentRecord(incident=incident, premises=premises, sequence=1, at=NOW)


@pytest.mark.parametrize(("item", "place", "what"), TOLD)
def test_each_kind_is_told_by_name_of_its_place(item: Any, place: str, what: str) -> None:
    [line] = documents.situation(record(item), SAY, "desk").timeline
    assert (line.at, line.place, line.what) == (NOW, place, what)


def test_every_kind_of_evidence_is_thought_of() -> None:
    told = {type(item) for item, _, _ in TOLD}
    assert told == set(e.EvidenceItem.__value__.__args__)
    assert {i.kind for i, _, _ in TOLD if isinstance(i, e.SoundHeard)} == SOUNDS
    assert {i.kind for i, _, _ in TOLD if isinstance(i, e.LockReported)} == set(e.LockSign)


def test_every_word_is_used() -> None:
    words = set(english()["config_panel"]["sentences"]["what"].values())
    assert words == {what for _, _, what in TOLD}


def test_what_is_no_person_is_not_told() -> None:
    assert documents.situation(record(*NOT_TOLD), SAY, "desk").timeline == ()


def test_nobody_is_named_and_no_plate_is_told() -> None:
    items = [item for item, _, _ in TOLD]
    unknowns = (f"person_cannot_tell:contact:{WHO}", "person_cannot_tell:owner", "hub_was_blind")
    told = documents.situation(record(*items, unknowns=unknowns), SAY, "desk")
    sent = str(told.to_json())
    assert "Drive" in sent
    for secret in (PLATE, NAME, WHO, "owner", "Owner"):
        assert secret not in sent, secret
    assert [field.name for field in fields(e.VehicleReported) if not field.repr] == ["plate"]


def test_two_who_cannot_tell_are_one_sentence() -> None:
    unknowns = ("could_not_look:hall", "person_cannot_tell:a", "person_cannot_tell:b")
    assert documents.situation(record(unknowns=unknowns), SAY, "desk").unknowns == (
        "The camera Hall could not be looked at.",
        "Somebody was asked, looked, and cannot tell.",
    )


def test_lines_stand_in_order_of_time() -> None:
    late = e.ZoneLost(at=NOW + timedelta(seconds=9), zone_id="hall")
    lines = documents.situation(record(late, zone()), SAY, "desk").timeline
    assert [line.what for line in lines] == ["tripped", "stopped reporting"]


def test_of_too_much_how_it_began_and_the_newest_is_told() -> None:
    trips = [zone(at=NOW + timedelta(seconds=n)) for n in range(TIMELINE_MAX + 50)]
    lines = documents.situation(record(*trips), SAY, "desk").timeline
    assert len(lines) == TIMELINE_MAX
    assert (lines[0].at, lines[-1].at) == (trips[0].at, trips[-1].at)


def test_what_lowered_it_is_told_beside_what_raised_it() -> None:
    told = documents.situation(
        record(
            raised_by=("detector_tripped",),
            lowered_by=("household_present",),
            held_by=("person_seen",),
        ),
        SAY,
        "desk",
    )
    assert [reason.rule for reason in told.reasons] == [
        "detector_tripped",
        "household_present",
        "person_seen",
    ]
    assert told.reasons[1].sentence.startswith("Somebody who lives here")
    assert told.summary == (
        "Burglary alarm. A detector tripped while the area was armed. "
        "A person was seen inside in several pictures while the area was armed. "
        "Somebody who lives here or was let in is at home, and it could be them."
    )


def test_what_lowered_it_is_never_what_is_left_out() -> None:
    many = tuple(f"rule_{number}" for number in range(LIST_MAX))
    told = documents.situation(
        record(raised_by=("detector_tripped",), lowered_by=("storm_reported",), held_by=many),
        SAY,
        "desk",
    )
    assert len(told.reasons) == LIST_MAX
    assert told.reasons[1].rule == "storm_reported"
