"""What people say: confirmed, denied, cannot see. The first answer wins, every answer is kept."""

from datetime import timedelta

from .. import commands as cmd
from .. import events as ev
from ..errors import InvalidRequestError
from ..evidence import CouldNotTell, Verdict
from ..incident import DeliveryStatus, Incident, Stage
from ..premises import ArmMode, ResponderMode
from ..state import Phase
from .asking import ask_people, groups_of, next_ask, note_answer, tell_everybody
from .dispatch import (
    end_incident,
    is_on_screens,
    may_share,
    request_create,
    tell_responders,
)
from .distress import open_duress
from .restraint import tell_shut_down
from .settling import reassess
from .story import Story

LATE_ANSWER_S = 600
"""A confirmation so soon after somebody's denial is a conflict that people must hear of."""


def confirm(story: Story, command: cmd.Confirm) -> None:
    """Keep a human's word, which nothing lowers; lifts what a restart held, and tells responders."""
    ended = story.state.incidents.get(command.incident_id)
    verdict = Verdict(at=story.now, by=command.by, threat=command.threat, note=command.note)
    if ended is not None and _denied_lately(story, ended):
        story.tell(ev.VerdictGiven(incident_id=ended.id, verdict=verdict))
        note_answer(story, ended.id, command.by, "confirmed")
        _tell_difference(story, ended)
        return
    incident = story.incident(command.incident_id)
    story.tell(ev.VerdictGiven(incident_id=incident.id, verdict=verdict))
    note_answer(story, incident.id, command.by, "confirmed")
    for delivery in incident.deliveries.values():
        if delivery.status is DeliveryStatus.HELD and may_share(story.state.incidents[incident.id]):
            responder = story.premises.responders.get(delivery.responder_id)
            if responder is not None and responder.mode is not ResponderMode.OFF:
                request_create(story, incident.id, responder, ground=delivery.ground, by=command.by)
    tell_responders(story, incident.id)


def _denied_lately(story: Story, incident: Incident) -> bool:
    return (
        incident.stage is Stage.CANCELLED
        and incident.end_reason == "dismissed"
        and incident.ended_at is not None
        and abs(story.now - incident.ended_at) < timedelta(seconds=LATE_ANSWER_S)
    )


def _tell_difference(story: Story, incident: Incident) -> None:
    if is_on_screens(incident):
        tell_everybody(story, "answers_differ", incident_id=incident.id)


def dismiss(story: Story, command: cmd.Dismiss) -> None:
    """A person says false alarm: recall everywhere; the areas protect on.

    It never erases what a human confirmed: then both answers are kept and told, and the incident goes
    on until its areas are disarmed. Where none is in alarm it ends as dealt with.
    """
    incident = story.incident(command.incident_id)
    verdict = Verdict(at=story.now, by=command.by, threat=None)
    story.tell(ev.VerdictGiven(incident_id=incident.id, verdict=verdict))
    note_answer(story, incident.id, command.by, "denied")
    reassess(story, incident.id)  # now: what has ended is not looked at any more
    in_alarm = [
        area
        for area in incident.areas
        if story.state.area(area).phase in {Phase.PENDING, Phase.TRIGGERED}
    ]
    if incident.confirmed and in_alarm:
        _tell_difference(story, incident)
        tell_responders(story, incident.id)
    else:
        end_incident(
            story,
            incident,
            stage=Stage.CLOSED if incident.confirmed else Stage.CANCELLED,
            reason="dismissed",
            by=command.by,
            recall=not command.duress,
        )
        for area_id in in_alarm:
            _protect_again(story, area_id, by=command.by)
    if command.duress:
        open_duress(story, command.new_id, by=command.by)


def _protect_again(story: Story, area_id: str, *, by: str) -> None:
    area = story.state.area(area_id)
    story.tell(
        ev.AreaArmed(
            area_id=area_id,
            mode=area.mode or ArmMode.AWAY,
            by=by,
            bypassed=area.bypassed,
            reason="dismissed",
        )
    )
    for zone_id in area.alarms:
        zone = story.premises.zones.get(zone_id)
        if zone is not None:
            tell_shut_down(story, zone, (area_id,))


def cannot_see(story: Story, command: cmd.CannotSee) -> None:
    """Keep that somebody looked and cannot tell, and ask the next ones at once."""
    incident = story.incident(command.incident_id)
    item = CouldNotTell(at=story.now, by=command.by)
    story.tell(ev.EvidenceAdded(incident_id=incident.id, item=item))
    note_answer(story, incident.id, command.by, "cannot_see")
    asked = story.state.incidents[incident.id]
    others = len(groups_of(story.premises)) > asked.asks  # not the same person again at once
    if others and next_ask(asked, story.policy) is not None:
        ask_people(story, incident.id)


def forget_history(story: Story, command: cmd.ForgetHistory) -> None:
    """The owner mended it: what it did before does not count any more."""
    known = {**story.premises.zones, **story.premises.cameras}
    if command.subject_id not in known:
        raise InvalidRequestError("zone_unknown")
    if command.subject_id in story.state.history:
        story.tell(ev.HistoryForgotten(subject_id=command.subject_id, by=command.by))
