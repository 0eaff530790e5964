"""The one entrance: decide() turns a command into events; next_deadline() says when to ask again."""

from collections.abc import Sequence
from datetime import datetime

from .. import commands as cmd
from .. import events as ev
from ..errors import InvalidRequestError
from ..incident import DeliveryStatus, Stage
from ..premises import Premises
from ..state import Phase, PremisesState
from .alarm import report_distress, see_signal, settle
from .arming import arm, disarm, finish_exit_delays
from .dispatch import (
    confirm,
    dismiss,
    next_step,
    responder_says,
    share_with,
    tell_responders,
)
from .grants import end_due_grants, request_grant, revoke_grant, see_credential
from .outcomes import effect_done, effect_failed, effect_starts, hub_started
from .seeing import report_detection, report_look, report_outside
from .story import Story

__all__ = ["decide", "next_deadline"]


def decide(
    state: PremisesState, premises: Premises, command: cmd.Command, now: datetime
) -> Sequence[ev.Event]:
    """Return what happens; raises InvalidRequestError and changes nothing when it may not."""
    story = Story(state, premises, now)
    if state.policy != premises.policy:
        story.tell(ev.PolicySet(policy=premises.policy))
    finish_exit_delays(story)  # first: a trip at the very end of the delay already counts
    _follow(story, command)
    settle(story)
    _tell_news(state, story)
    _mark_shared(story)
    end_due_grants(story)
    return story.events


def _follow(story: Story, command: cmd.Command) -> None:  # noqa: C901, PLR0912 - one row per command
    match command:
        case cmd.TimePassed():
            pass
        case cmd.HubStarted():
            hub_started(story, command)
        case cmd.Arm():
            arm(story, command)
        case cmd.Disarm():
            disarm(story, command)
        case cmd.SeeSignal():
            see_signal(story, command)
        case cmd.ReportPerson() | cmd.ReportNobody() | cmd.ReportBlind():
            report_look(story, command)
        case cmd.ReportOutside():
            report_outside(story, command)
        case cmd.ReportDetection():
            report_detection(story, command)
        case cmd.ReportDistress():
            report_distress(story, command)
        case cmd.Confirm():
            confirm(story, command)
        case cmd.Dismiss():
            dismiss(story, command)
        case cmd.ShareWith():
            share_with(story, command)
        case cmd.RespondersSay():
            responder_says(story, command)
        case cmd.RequestGrant():
            request_grant(story, command)
        case cmd.RevokeGrant():
            revoke_grant(story, command)
        case cmd.CredentialSeen():
            see_credential(story, command)
        case cmd.EffectStarts():
            effect_starts(story, command)
        case cmd.EffectDone():
            effect_done(story, command)
        case cmd.EffectFailed():
            effect_failed(story, command)
        case cmd.NoteWrongCode():
            if command.area_id is not None and command.area_id not in story.premises.areas:
                raise InvalidRequestError("area_unknown")
            story.tell(ev.WrongCode(area_id=command.area_id, by=command.by))


def _tell_news(before: PremisesState, story: Story) -> None:
    """Tell responders when the level rose after they got the incident."""
    for incident in story.state.open_incidents():
        old = before.incidents.get(incident.id)
        if old is None or any(isinstance(event, ev.VerdictGiven) for event in story.events):
            continue
        if (incident.assessment.level or 0) > (old.assessment.level or 0):
            tell_responders(story, incident.id)


def _mark_shared(story: Story) -> None:
    """Move to SHARED once any responder has it."""
    for incident in story.state.open_incidents():
        if incident.stage in {Stage.VERIFYING, Stage.AWAITING_CONFIRMATION} and any(
            delivery.status is DeliveryStatus.DELIVERED for delivery in incident.deliveries.values()
        ):
            story.tell(ev.StageChanged(incident_id=incident.id, stage=Stage.SHARED))


def next_deadline(state: PremisesState, premises: Premises) -> datetime | None:
    """Return the next moment at which decide() may have something to say by itself."""
    moments = [
        area.until
        for area in state.areas.values()
        if area.phase is Phase.ARMING and area.until is not None
    ]
    for incident in state.open_incidents():
        if incident.until is not None:
            moments.append(incident.until)
        elif (step := next_step(incident, premises)) is not None:
            moments.append(step)
    moments.extend(grant.expires_at for grant in state.grants.values() if grant.is_active)
    return min(moments, default=None)
