"""Responders: who gets an incident, when, and when never; recall, and what they say."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import commands as cmd
from .. import events as ev
from ..assessment import AlarmLevel
from ..effects import Share, ShareAction, Siren
from ..errors import InvalidRequestError
from ..incident import (
    BEFORE_SENDING,
    LEFT_THE_HOUSE,
    LOUD,
    STAYS_AT_HOME,
    DeliveryStatus,
    Incident,
    IncidentKind,
    Stage,
)
from ..premises import Policy, Premises, Release, Responder, ResponderMode
from .asking import next_ask
from .story import Story

ASKS_BEFORE_UNANSWERED = 2  # the field's two-call verification
TAKES_NEWS = frozenset({DeliveryStatus.STARTED, DeliveryStatus.DELIVERED})
GAVE_UP = "gave_up"
"""Not handed over in time, but an attempt may have arrived."""
GROUNDS = ("consent", "emergency", "legal_request")


def _unanswered_at(incident: Incident, policy: Policy) -> datetime | None:
    """Return when silence releases it to those that take unanswered alarms, None when it never does."""
    if incident.verdicts or incident.asked_at is None or incident.asks < ASKS_BEFORE_UNANSWERED:
        return None
    if (incident.assessment.level or 0) < AlarmLevel.PRESENCE:
        return None
    return incident.asked_at + timedelta(seconds=policy.confirmation_window_s)


def next_step(incident: Incident, premises: Premises) -> datetime | None:
    """Return when people are asked, or silence counts as an answer; None when neither is to come."""
    waiting = may_share(incident) and any(
        responder.release is Release.UNANSWERED and _may_get(responder, incident)
        for responder in premises.responders.values()
    )
    silence = _unanswered_at(incident, premises.policy) if waiting else None
    asking = next_ask(incident, premises.policy)
    return min((moment for moment in (silence, asking) if moment is not None), default=None)


def _may_get(responder: Responder, incident: Incident) -> bool:
    """Say whether it is still to get it: the owner chose it for what this is about."""
    return (
        responder.mode is not ResponderMode.OFF
        and responder.id not in incident.deliveries
        and not responder.calls.isdisjoint(incident.calls)
    )


def may_share(incident: Incident) -> bool:
    """Say whether anything about this incident may leave the house now (design, rules 3 and 5)."""
    if not incident.is_open or incident.held or incident.kind in STAYS_AT_HOME:
        return False
    return incident.is_distress or incident.stage not in BEFORE_SENDING


def share_when_due(story: Story, incident: Incident) -> None:
    """Request what a human confirmed, what a human called for, or what two asks left unanswered."""
    if not may_share(incident):
        return
    silence = _unanswered_at(incident, story.policy)
    unanswered = silence is not None and story.now >= silence
    released = incident.confirmed or incident.is_distress
    for responder in story.premises.responders.values():
        if not _may_get(responder, incident):
            continue
        if released or (unanswered and responder.release is Release.UNANSWERED):
            ground = "emergency" if incident.is_distress or unanswered else "consent"
            request_create(story, incident.id, responder, ground=ground, by=_asker(incident))


def _asker(incident: Incident) -> str:
    confirming = [verdict.by for verdict in incident.verdicts if verdict.threat is not None]
    return confirming[-1] if confirming else incident.by


def request_create(
    story: Story, incident_id: str, responder: Responder, *, ground: str, by: str
) -> None:
    """Write down who asked that a responder gets it, and on what ground; then let it go."""
    sequence = story.state.effects_made + 1
    fresh = responder.id not in story.state.incidents[incident_id].deliveries
    story.tell(
        ev.ShareRequested(
            incident_id=incident_id,
            responder_id=responder.id,
            ground=ground,
            by=by,
            sequence=sequence,
        )
    )
    story.request(
        Share(
            incident_id=incident_id,
            responder_id=responder.id,
            action=ShareAction.CREATE,
            sequence=sequence,
            fresh=fresh,
        )
    )


def share_with(story: Story, command: cmd.ShareWith) -> None:
    """Send to one responder because a person says so; also releases what a restart held."""
    incident = story.incident(command.incident_id)
    responder = story.premises.responders.get(command.responder_id)
    if responder is None:
        raise InvalidRequestError("responder_unknown")
    if responder.mode is ResponderMode.OFF:
        raise InvalidRequestError("responder_off", responder=responder.name)
    if command.ground not in GROUNDS:
        raise InvalidRequestError("ground_unknown")
    if incident.kind in STAYS_AT_HOME:
        raise InvalidRequestError("incident_stays_at_home")
    if incident.stage in BEFORE_SENDING and not incident.is_distress:
        raise InvalidRequestError("abort_window_open")
    delivery = incident.deliveries.get(responder.id)
    if delivery is not None and delivery.status not in {
        DeliveryStatus.HELD,
        DeliveryStatus.REJECTED,
        DeliveryStatus.WITHDRAWN,
    }:
        raise InvalidRequestError("already_shared", responder=responder.name)
    request_create(story, incident.id, responder, ground=command.ground, by=command.by)


def tell_responders(story: Story, incident_id: str) -> None:
    """Send news to everybody who has the incident, or may be getting an older picture of it now."""
    for delivery in story.state.incidents[incident_id].deliveries.values():
        if delivery.status in TAKES_NEWS:
            _follow_up(story, incident_id, delivery.responder_id, ShareAction.UPDATE)


def _follow_up(story: Story, incident_id: str, responder_id: str, action: ShareAction) -> None:
    sequence = story.state.effects_made + 1
    story.request(
        Share(incident_id=incident_id, responder_id=responder_id, action=action, sequence=sequence)
    )


def end_incident(
    story: Story, incident: Incident, *, stage: Stage, reason: str, by: str, recall: bool
) -> None:
    """End it, silence the siren, end its grants, and recall or inform whoever has it."""
    story.tell(
        ev.IncidentEnded(incident_id=incident.id, stage=stage, reason=reason, by=by, recall=recall)
    )
    if story.policy.siren and not any(_sounds(other) for other in story.state.open_incidents()):
        story.request(Siren(on=False))
    for delivery in story.state.incidents[incident.id].deliveries.values():
        if delivery.reason == GAVE_UP and delivery.status is DeliveryStatus.HELD:
            recall_delivery(story, incident.id, delivery.responder_id)
        elif delivery.status in {DeliveryStatus.REQUESTED, DeliveryStatus.HELD}:
            _change(story, incident.id, delivery.responder_id, DeliveryStatus.WITHDRAWN)
        elif delivery.status in LEFT_THE_HOUSE:
            recall_delivery(story, incident.id, delivery.responder_id)


def _sounds(incident: Incident) -> bool:
    """Say whether the siren is on because of it."""
    if incident.is_distress:
        return not incident.silent
    if incident.kind is IncidentKind.BURGLARY:
        return incident.stage is not Stage.ENTRY_DELAY
    return incident.kind in LOUD


def recall_delivery(
    story: Story, incident_id: str, responder_id: str, *, attempted: bool = False
) -> None:
    """Cancel at a responder that has it, or inform it when the incident was real and is over."""
    incident = story.state.incidents[incident_id]
    delivery = incident.deliveries[responder_id]
    if not incident.recall:
        return  # under duress nobody is called back
    if delivery.status is DeliveryStatus.STARTED and not attempted:
        return  # the outcome of the running attempt decides, see outcomes
    if incident.stage is Stage.CLOSED:
        _follow_up(story, incident_id, responder_id, ShareAction.UPDATE)
        return
    _change(story, incident_id, responder_id, DeliveryStatus.CANCELLING)
    _follow_up(story, incident_id, responder_id, ShareAction.CANCEL)


def _change(story: Story, incident_id: str, responder_id: str, status: DeliveryStatus) -> None:
    story.tell(
        ev.DeliveryChanged(incident_id=incident_id, responder_id=responder_id, status=status)
    )


def responder_says(story: Story, command: cmd.RespondersSay) -> None:
    """Keep a responder's word once; it never ends an incident and never sends anything."""
    incident = story.state.incidents.get(command.incident_id)
    if incident is None or command.event_id in story.state.reports_seen:
        return
    if command.responder_id not in incident.deliveries:
        return
    story.tell(
        ev.ResponderReported(
            incident_id=incident.id,
            responder_id=command.responder_id,
            status=command.status,
            number=command.number,
            event_id=command.event_id,
            note=command.note,
        )
    )
    if incident.is_open and incident.stage is Stage.SHARED and command.status != "received":
        story.tell(ev.StageChanged(incident_id=incident.id, stage=Stage.ACKNOWLEDGED))


def as_shown(incident: Incident) -> Incident:
    """Return it as the house may show it: one ended under duress looks recalled like any other."""
    if incident.recall:
        return incident
    deliveries = {
        key: replace(item, status=DeliveryStatus.CANCELLED)
        if item.status is DeliveryStatus.DELIVERED and incident.stage is Stage.CANCELLED
        else item
        for key, item in incident.deliveries.items()
    }
    return replace(incident, recall=True, deliveries=deliveries)


def is_visible(incident: Incident) -> bool:
    """Say whether those who ask may see it: duress is never shown."""
    return incident.kind is not IncidentKind.DURESS and not incident.covert


def is_on_screens(incident: Incident) -> bool:
    """Say whether it may appear by itself: a silent call must not light up a screen."""
    return is_visible(incident) and not incident.silent
