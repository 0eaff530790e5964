"""Values as plain dictionaries for actions and diagnostics; what must not be shown is left out here."""

from collections.abc import Sequence
from typing import Any

from .core.access import AccessGrant
from .core.detection import PersonBox
from .core.incident import Incident
from .core.premises import Premises
from .core.rules.dispatch import as_shown
from .engine.ports import Record

RECALL_KINDS = frozenset(
    {"DeliveryChanged", "EffectDelayed", "EffectFinished", "EffectRequested", "EffectStarted"}
)
HIDDEN_FIELDS = frozenset({"fingerprint", "box", "plate", "recall"})


def incident_summary(incident: Incident, premises: Premises) -> dict[str, Any]:
    """Return an incident as people and automations read it."""
    incident = as_shown(incident)
    assessment = incident.assessment
    return {
        "incident_id": incident.id,
        "kind": str(incident.kind),
        "stage": str(incident.stage),
        "opened_at": incident.opened_at.isoformat(),
        "ended_at": incident.ended_at.isoformat() if incident.ended_at else None,
        "end_reason": incident.end_reason,
        "held": incident.held,
        "areas": [premises.areas[area].name for area in incident.areas if area in premises.areas],
        "assessment": {
            "level": assessment.level,
            "raised_by": list(assessment.raised_by),
            "held_by": list(assessment.held_by),
            "unknowns": [_named(item, premises) for item in assessment.unknowns],
            "proposed_by": assessment.proposed_by,
            "policy_version": assessment.policy_version,
        },
        "deliveries": [
            {
                "responder": _name(premises.responders, delivery.responder_id),
                "status": str(delivery.status),
                "number": delivery.number,
                "responder_status": delivery.responder_status,
                "ground": delivery.ground,
                "reason": delivery.reason,
            }
            for delivery in incident.deliveries.values()
        ],
    }


def _name(things: Any, key: str) -> str:
    found = things.get(key)
    return str(found.name) if found is not None else key


def _named(unknown: str, premises: Premises) -> dict[str, str]:
    key, _, whom = unknown.partition(":")
    return {"what": key, "where": _name({**premises.zones, **premises.cameras}, whom)}


def timeline(records: Sequence[Record], premises: Premises) -> list[dict[str, Any]]:
    """Return journal records as a timeline: what happened, when, and where by name.

    How a recall went after the end is told by the deliveries: under duress there is none, and a
    timeline without it would show that.
    """
    ended = next((record.seq for record in records if record.kind == "IncidentEnded"), None)
    return [
        {
            "at": record.at.isoformat(),
            "seq": record.seq,
            "what": record.kind,
            **_details(record.payload, premises),
        }
        for record in records
        if ended is None or record.seq <= ended or record.kind not in RECALL_KINDS
    ]


def _details(payload: Any, premises: Premises) -> dict[str, Any]:
    parts = (premises.areas, premises.zones, premises.cameras, premises.doors)
    people = (premises.contacts, premises.responders)
    names = {key: str(item.name) for things in (*parts, *people) for key, item in things.items()}

    def shown(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shown(item) for key, item in value.items() if key not in HIDDEN_FIELDS}
        if isinstance(value, (list, tuple)):
            return [shown(item) for item in value]
        if isinstance(value, str) and value in names:
            return names[value]
        return value

    return {key: item for key, item in shown(dict(payload)).items() if item not in (None, [], {})}


def grant_summary(grant: AccessGrant, premises: Premises) -> dict[str, Any]:
    """Return a grant, never its code."""
    return {
        "grant_id": grant.id,
        "recipient": grant.recipient,
        "created_at": grant.created_at.isoformat(),
        "expires_at": grant.expires_at.isoformat(),
        "incident_id": grant.incident_id,
        "uses": grant.uses,
        "max_uses": grant.max_uses,
        "active": grant.is_active,
        "gone": grant.is_gone,
        "end_reason": grant.end_reason,
        "locks": [
            {
                "entity_id": _source(premises, credential.door_id),
                "outcome": str(credential.status),
                "reason": credential.reason,
            }
            for credential in grant.credentials.values()
        ],
    }


def person_summary(person: PersonBox) -> dict[str, Any]:
    """Return one person of a look; the box is relative to the frame, 0–1."""
    box = person.box
    return {
        "score": round(person.score, 4),
        "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
    }


def _source(premises: Premises, door_id: str) -> str:
    door = premises.doors.get(door_id)
    return door.source if door else door_id
