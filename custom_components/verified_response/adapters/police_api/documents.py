"""An incident as wire documents: pure functions of the incident record."""

from ...core.access import OPENS, CredentialStatus
from ...core.errors import ShareRejectedError
from ...core.evidence import Threat, Verdict
from ...core.incident import Incident, IncidentKind, Stage, call_of
from ...core.premises import Premises, Responder, ResponderMode
from ...core.rules.validation.assess import in_short
from ...engine.ports import DoorAccess, IncidentRecord, Wording
from ...public_safety import schema as wire
from ...public_safety.bounds import LIST_MAX, LONG_TEXT_MAX, TEXT_MAX
from .access import Access
from .timeline import name_of, printable, timeline

KINDS = {
    IncidentKind.BURGLARY: wire.Kind.BURGLARY,
    IncidentKind.PANIC: wire.Kind.PANIC_POLICE,
    IncidentKind.DURESS: wire.Kind.PANIC_POLICE,
    IncidentKind.FIRE: wire.Kind.FIRE,
    IncidentKind.MEDICAL: wire.Kind.MEDICAL,
}
"""The event code of each call; one for the police by hand and one under threat look the same."""
ROLES = {
    "owner": wire.Role.OWNER,
    "household": wire.Role.RESIDENT,
    "neighbour": wire.Role.CONTACT,
}
THREATS = {
    None: wire.Verdict.FALSE_ALARM,
    Threat.NONE: wire.Verdict.CONFIRMED,
    Threat.PROPERTY: wire.Verdict.THREAT_TO_PROPERTY,
    Threat.LIFE: wire.Verdict.THREAT_TO_LIFE,
}


def mode_of(premises: Premises, responder_id: str) -> wire.Mode:
    """Return how a message to a responder is marked; raises ShareRejectedError when it is off."""
    mode = premises.responders[responder_id].mode
    if mode is ResponderMode.OFF:
        raise ShareRejectedError("responder_off")
    return wire.Mode.LIVE if mode is ResponderMode.LIVE else wire.Mode.EXERCISE


def update_document(
    record: IncidentRecord, responder_id: str, wording: Wording
) -> wire.UpdateDocument:
    """Return the news of an incident for one responder."""
    return wire.UpdateDocument(
        mode=mode_of(record.premises, responder_id),
        reference=record.incident.id,
        sequence=record.sequence,
        at=record.at,
        situation=situation(record, wording, responder_id),
        entry_instructions=entry_instructions(record, wording),
    )


def entry_instructions(record: IncidentRecord, wording: Wording) -> str | None:
    """Return how the responder gets in, door by door; a code only where this message hands it over.

    None when nothing is new: what the desk has stays as it is.
    """
    if all(item.code is None and item.status in OPENS for item in record.access):
        return None
    lines = [_entry(item, record, wording) for item in record.access]
    return printable("\n".join(lines))[:LONG_TEXT_MAX]


def _entry(item: DoorAccess, record: IncidentRecord, wording: Wording) -> str:
    door = name_of(record.premises, item.door_id)
    if item.code is not None:
        key = "code" if item.uses_left is None else "code_counted"
    else:
        key = "open" if item.status in OPENS else "closed"
    return wording.sentence(
        "entry",
        key,
        door=door,
        code=item.code or "",
        until=item.expires_at.strftime("%H:%M UTC"),
        uses=str(item.uses_left),
        proof=""
        if item.status is not CredentialStatus.UNVERIFIED
        else wording.sentence("entry", "unverified"),
    ).strip()


def cancel_document(record: IncidentRecord, responder_id: str) -> wire.CancelDocument:
    """Return the recall of an incident for one responder."""
    incident = record.incident
    by = next((item.by for item in reversed(incident.verdicts) if item.threat is None), "")
    dismissed = incident.end_reason == "dismissed"
    false = wire.CancelReason.OTHER if incident.is_distress else wire.CancelReason.FALSE_ALARM
    return wire.CancelDocument(
        mode=mode_of(record.premises, responder_id),
        reference=incident.id,
        sequence=record.sequence,
        at=record.at,
        by_role=_role(record.premises, by),
        reason=false if dismissed else wire.CancelReason.DISARMED,
    )


def incident_document(
    record: IncidentRecord, responder_id: str, access: Access, wording: Wording
) -> wire.IncidentDocument:
    """Return the create document of an incident for one responder."""
    delivery = record.incident.deliveries.get(responder_id)
    webhook = (
        wire.Webhook(url=access.webhook_url, secret_id=access.client_id)
        if access.webhook_url
        else None
    )
    return wire.IncidentDocument(
        mode=mode_of(record.premises, responder_id),
        reference=record.incident.id,
        sequence=record.sequence,
        situation=situation(record, wording, responder_id),
        premises=wire.Premises(
            name=printable(record.premises.name)[:TEXT_MAX],
            address=printable(access.address)[:TEXT_MAX],
        ),
        callback_phone=access.callback_phone,
        ground=wire.Ground(delivery.ground if delivery else "emergency"),
        webhook=webhook,
    )


def situation(record: IncidentRecord, wording: Wording, responder_id: str) -> wire.Situation:
    """Return the picture of an incident now: facts seen, and what is not known; never identity."""
    incident, premises = record.incident, record.premises
    kind = KINDS[_kind_for(incident, premises.responders[responder_id])]
    graded = kind is wire.Kind.BURGLARY
    assessment = incident.assessment
    return wire.Situation(
        kind=kind,
        level=(assessment.level or 0) if graded else None,
        level_proposed_by=_proposer(assessment.proposed_by) if graded else None,
        summary=_summary(incident, wording),
        reasons=tuple(
            wire.Reason(rule=name, sentence=wording.sentence("reason", name))
            for name in (*assessment.raised_by, *assessment.lowered_by, *assessment.held_by)
        )[:LIST_MAX],
        unknowns=_unknowns(assessment.unknowns, premises, wording),
        timeline=timeline(incident, premises, wording),
        confirmations=tuple(_confirmation(item, premises) for item in incident.verdicts)[:LIST_MAX],
    )


def _kind_for(incident: Incident, responder: Responder) -> IncidentKind:
    """Return what a responder comes for: of several calls in one incident, the first of its own."""
    own = (kind for kind in incident.kinds if call_of(kind) in responder.calls)
    return next(own, incident.kind)


def _proposer(by: str) -> wire.ProposedBy:
    return wire.ProposedBy.HUMAN if by == "person" else wire.ProposedBy.AUTOMATION


def _summary(incident: Incident, wording: Wording) -> str:
    parts = [wording.sentence("kind", kind) for kind in incident.kinds]
    parts += [wording.sentence("reason", name) for name in in_short(incident.assessment)]
    if incident.ha_area:
        parts.append(wording.sentence("prompt", "called_from", place=incident.ha_area))
    if incident.message:
        parts.append(incident.message[:300])
    if incident.stage is Stage.CLOSED:
        parts.append(wording.sentence("prompt", "closed_by_person"))
    return printable(" ".join(parts))[:LONG_TEXT_MAX]


def _unknowns(items: tuple[str, ...], premises: Premises, wording: Wording) -> tuple[str, ...]:
    """Return each once: two people who cannot tell are one sentence, and are not named."""
    told: dict[str, None] = {}
    for item in items:
        key, _, whom = item.partition(":")
        name = printable(name_of(premises, whom))
        told[wording.sentence("unknown", key, name=name)[:TEXT_MAX]] = None
    return tuple(told)[:LIST_MAX]


def _confirmation(verdict: Verdict, premises: Premises) -> wire.Confirmation:
    return wire.Confirmation(
        by_role=_role(premises, verdict.by), at=verdict.at, verdict=THREATS[verdict.threat]
    )


def _role(premises: Premises, by: str) -> wire.Role:
    contact = premises.contacts.get(by.removeprefix("contact:"))
    return ROLES.get(contact.role, wire.Role.CONTACT) if contact else wire.Role.RESIDENT
