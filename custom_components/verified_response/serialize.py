"""Values as plain dictionaries for actions and diagnostics; what must not be shown is left out here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .core.access import AccessGrant, LockRef, Passage
from .core.assessment import Assessment
from .core.detection import PersonBox
from .core.entry_history import DoorEntry
from .core.incident import Attempt, Incident
from .core.premises import Door, Premises
from .core.rules.dispatch import as_shown
from .core.rules.replay import Reading, Replay
from .core.state import WalkTest
from .engine.desk import Desk
from .engine.feed import Snapshot
from .engine.ports import Record

type House = Desk | Snapshot
"""The premises and what is known of them."""
RECALL_KINDS = frozenset(
    {"DeliveryChanged", "EffectDelayed", "EffectFinished", "EffectRequested", "EffectStarted"}
)
HIDDEN_FIELDS = frozenset({"box", "fingerprint", "recall"})
NEVER_EXPORTED = frozenset({"fingerprint", "plate", "recall"})
"""An export travels to whoever replays it; a number plate is told to an administrator who asks, only."""


def incident_summary(incident: Incident, premises: Premises) -> dict[str, Any]:
    """Return an incident as people and automations read it."""
    incident = as_shown(incident)
    return {
        "incident_id": incident.id,
        "kind": str(incident.kind),
        "stage": str(incident.stage),
        "opened_at": incident.opened_at.isoformat(),
        "ended_at": incident.ended_at.isoformat() if incident.ended_at else None,
        "end_reason": incident.end_reason,
        "held": incident.held,
        "areas": [premises.areas[area].name for area in incident.areas if area in premises.areas],
        "assessment": _assessed(incident.assessment, premises),
        "answers": [
            {
                "at": verdict.at.isoformat(),
                "by": _who(verdict.by, premises),
                "threat": str(verdict.threat) if verdict.threat is not None else None,
                "false_alarm": verdict.threat is None,
                "note": verdict.note,
            }
            for verdict in incident.verdicts
        ],
        "answers_differ": incident.contradicted,
        "attempts": [
            {
                "at": attempt.at.isoformat(),
                "contact": name_of(premises.contacts, attempt.contact_id),
                "channel": _channel(attempt.channel) or _first_channel(attempt, premises),
                "round": attempt.round,
                "outcome": attempt.outcome,
            }
            for attempt in incident.attempts
        ],
        "deliveries": [
            {
                "responder": name_of(premises.responders, delivery.responder_id),
                "status": str(delivery.status),
                "number": delivery.number,
                "responder_status": delivery.responder_status,
                "ground": delivery.ground,
                "reason": delivery.reason,
            }
            for delivery in incident.deliveries.values()
        ],
    }


def _assessed(assessment: Assessment, premises: Premises) -> dict[str, Any]:
    return {
        "level": assessment.level,
        "raised_by": list(assessment.raised_by),
        "held_by": list(assessment.held_by),
        "lowered_by": list(assessment.lowered_by),
        "unknowns": [_named(item, premises) for item in assessment.unknowns],
        "proposed_by": assessment.proposed_by,
        "policy_version": assessment.policy_version,
    }


def zone_names(premises: Premises, zone_ids: Iterable[str]) -> list[str]:
    """Return zones by name."""
    return [name_of(premises.zones, zone_id) for zone_id in zone_ids]


def walk_test_summary(test: WalkTest, premises: Premises) -> dict[str, Any]:
    """Return what each zone would have done when it was tried, and which were not tried."""
    return {
        "tried": {name_of(premises.zones, key): would for key, would in test.noted.items()},
        "missing": zone_names(premises, (key for key in premises.zones if key not in test.noted)),
    }


def name_of(things: Mapping[str, Any], key: str) -> str:
    """Return a configured thing's name; what was removed meanwhile keeps its id."""
    found = things.get(key)
    return str(found.name) if found is not None else key


def _who(by: str, premises: Premises) -> str:
    """Return a person by name; a user of Home Assistant, an automation or the hub stays as it is."""
    contact = premises.contacts.get(by.removeprefix("contact:"))
    return contact.name if contact is not None else by


def _channel(key: str) -> str:
    """Return what kind of channel it was: its target names a person's telephone."""
    return key.partition(":")[0]


def _first_channel(attempt: Attempt, premises: Premises) -> str | None:
    """Return what older records left out: the first channel of the person."""
    contact = premises.contacts.get(attempt.contact_id)
    return contact.channels[0].kind.value if contact is not None and contact.channels else None


def _named(unknown: str, premises: Premises) -> dict[str, str]:
    key, _, whom = unknown.partition(":")
    return {"what": key, "where": _names(premises).get(whom.removeprefix("contact:"), whom)}


def timeline(records: Sequence[Record], premises: Premises) -> list[dict[str, Any]]:
    """Return journal records as a timeline: what happened, when, and where by name.

    How a recall went after the end is told by the deliveries: under duress there is none, and a
    timeline without it would show that.
    """
    return [
        {
            "at": record.at.isoformat(),
            "seq": record.seq,
            "what": record.kind,
            **_details(record.payload, premises),
        }
        for record in _shown(records)
    ]


def _shown(records: Sequence[Record]) -> list[Record]:
    ended = next((record.seq for record in records if record.kind == "IncidentEnded"), None)
    return [
        record
        for record in records
        if ended is None or record.seq <= ended or record.kind not in RECALL_KINDS
    ]


def _details(payload: Any, premises: Premises) -> dict[str, Any]:
    names = _names(premises)

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(item) for key, item in value.items()}
        if isinstance(value, list):
            return [named(item) for item in value]
        if isinstance(value, str):
            return names.get(value.removeprefix("contact:"), value)
        return value

    told = named(_masked(dict(payload), HIDDEN_FIELDS))
    return {key: item for key, item in told.items() if item not in (None, [], {})}


def _names(premises: Premises) -> dict[str, str]:
    parts = (premises.areas, premises.zones, premises.cameras, premises.doors, premises.signs)
    people = (premises.contacts, premises.responders)
    return {key: str(item.name) for things in (*parts, *people) for key, item in things.items()}


def _masked(value: Any, hidden: frozenset[str]) -> Any:
    """Return a payload without what is hidden, in which channels are named by their kind alone."""
    if isinstance(value, dict):
        return {
            key: _channel(item) if key == "channel" else _masked(item, hidden)
            for key, item in value.items()
            if key not in hidden
        }
    return [_masked(item, hidden) for item in value] if isinstance(value, (list, tuple)) else value


def exported(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return journal records for replaying elsewhere: as written, but for what may not be shown.

    Without the digests, which would show that something is left out under duress.
    """
    return [
        {
            "seq": record.seq,
            "at": record.at.isoformat(),
            "kind": record.kind,
            "subject": record.subject,
            "payload": _masked(dict(record.payload), NEVER_EXPORTED),
        }
        for record in _shown(records)
    ]


def replay_summary(played: Replay, reading: Reading, premises: Premises) -> dict[str, Any]:
    """Return what the rules of today make of an incident, beside what was made of it."""
    names = _names(premises)
    return {
        "incident_id": played.recording.incident_id,
        "differs": played.differs,
        "policy_version": played.policy.version,
        "numbers": {
            name: {"then": then, "now": now} for name, (then, now) in played.numbers.items()
        },
        "numbers_known": played.recording.policy is not None,
        "left_out": dict(reading.skipped),
        "unknown_fields": reading.unknown_fields,
        "stages": [{"at": at.isoformat(), "stage": stage.value} for at, stage in played.stages],
        "steps": [
            {
                "at": step.at.isoformat(),
                "what": [
                    {"what": item.kind, "about": names.get(item.subject, item.subject)}
                    for item in step.what
                ],
                "recorded": _assessed(step.recorded, premises) if step.recorded else None,
                "present": _assessed(step.present, premises),
                "differs": list(step.differs),
            }
            for step in played.steps
        ],
    }


def grant_summary(grant: AccessGrant, premises: Premises) -> dict[str, Any]:
    """Return a grant, never its code."""

    def source(door_id: str) -> str:
        door = premises.doors.get(door_id) or grant.locks.get(door_id)
        return door.source if door else door_id

    return {
        "grant_id": grant.id,
        "recipient": grant.recipient,
        "preset": str(grant.preset) if grant.preset is not None else None,
        "created_at": grant.created_at.isoformat(),
        "expires_at": grant.expires_at.isoformat(),
        "incident_id": grant.incident_id,
        "responders": [name_of(premises.responders, key) for key in grant.responders],
        "uses": grant.uses,
        "max_uses": grant.max_uses,
        "used": [
            {"at": use.at.isoformat(), "lock": source(use.door_id), "method": str(use.method)}
            for use in grant.used
        ],
        "active": grant.is_active,
        "gone": grant.is_gone,
        "code_available": grant.code_kept and not grant.shown,
        "end_reason": grant.end_reason,
        "locks": [
            {
                "entity_id": source(credential.door_id),
                "outcome": str(credential.status),
                "reason": credential.reason,
            }
            for credential in grant.credentials.values()
        ],
    }


def passage_summary(passage: Passage, desk: Desk) -> dict[str, Any]:
    """Return a door that is held unlocked."""
    return {
        "grant_id": passage.id,
        "entity_id": door_source(desk, passage.door_id),
        "recipient": passage.recipient,
        "preset": str(passage.preset),
        "status": str(passage.status),
        "opened_at": passage.opened_at.isoformat(),
        "until": passage.until.isoformat() if passage.until else None,
        "incident_id": passage.incident_id,
        "reason": passage.reason,
    }


def entry_summary(entry: DoorEntry, desk: Desk) -> dict[str, Any]:
    """Return one line of who came in."""
    return {
        "at": entry.at.isoformat(),
        "lock": door_source(desk, entry.door_id),
        "act": entry.act,
        "method": str(entry.method),
        "who": entry.who,
        "credential": entry.credential,
        "proven": entry.proven,
        "grant_id": entry.grant_id,
        "raw": dict(entry.raw),
    }


def door_source(house: House, door_id: str) -> str:
    """Return a door's lock; one that nobody configures any more as its grant remembers it, else its id."""
    found = _door(house, door_id)
    return found.source if found is not None else door_id


def door_name(house: House, door_id: str) -> str:
    """Return what people call a door, also when nobody configures it any more."""
    found = _door(house, door_id)
    return found.name if found is not None else door_id


def _door(house: House, door_id: str) -> Door | LockRef | None:
    remembered = (
        grant.locks[door_id] for grant in house.state.grants.values() if door_id in grant.locks
    )
    return house.premises.doors.get(door_id) or next(remembered, None)


def person_summary(person: PersonBox) -> dict[str, Any]:
    """Return one person of a look; the box is relative to the frame, 0–1."""
    box = person.box
    return {
        "score": round(person.score, 4),
        "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
    }
