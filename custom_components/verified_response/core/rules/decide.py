"""The one entrance: decide() turns a command into events; next_deadline() says when to ask again."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .. import commands as cmd
from .. import events as ev
from ..errors import InvalidRequestError
from ..evidence import LockReported, LockSign
from ..incident import DeliveryStatus, Stage
from ..premises import Premises
from ..state import Phase, PremisesState
from .access import follow_up
from .access.codes import show_code
from .access.doors import hear_evidence, report_door
from .access.grants import request_grant, revoke_grant
from .access.passages import IS_OPEN, close_door, door_closed, open_door, wants_relock
from .access.removal import settle_removal
from .access.responders import hear_responder, tell_not_let_in
from .alarm import see_signal
from .arming import (
    acknowledge_failure,
    arm,
    bypass,
    disarm,
    failure_due,
    finish_exit_delays,
    tell_failures_again,
)
from .cries import answer_cry, cry_for_help, finish_cry
from .dispatch import next_step, share_with, tell_responders
from .distress import report_distress, report_duress
from .noting import note
from .outcomes import effect_done, effect_failed, effect_starts, hub_started
from .panels import see_panel
from .seeing import report_detection, report_look, report_outside
from .settling import settle
from .story import Story
from .supervision import report_lost, report_trouble
from .verdicts import cannot_see, confirm, dismiss, forget_history
from .walk_test import end_walk_test, finish_walk_test, start_walk_test

__all__ = ["decide", "next_deadline"]


def decide(
    state: PremisesState, premises: Premises, command: cmd.Command, now: datetime
) -> Sequence[ev.Event]:
    """Return what happens; raises InvalidRequestError and changes nothing when it may not."""
    story = Story(state, premises, now)
    if state.policy != premises.policy:
        story.tell(ev.PolicySet(policy=premises.policy))
    if isinstance(command, cmd.NoteJump):  # before anything is judged by the new time
        story.tell(ev.ClockJumped(by_s=command.by_s))
    if not isinstance(command, cmd.HubStarted):  # the sensors have yet to be read again
        finish_exit_delays(story)  # first: a trip at the very end of the delay already counts
    finish_walk_test(story)
    _follow(story, command)
    finish_cry(story)
    tell_failures_again(story)
    settle(story)
    _tell_news(state, story)
    _mark_shared(story)
    follow_up(story)
    return story.events


def _follow(story: Story, command: cmd.Command) -> None:
    HANDLERS[type(command)](story, command)


def _nothing(_story: Story, _command: object) -> None:
    """Time passed: what is due follows by itself."""


def _note_wrong_code(story: Story, command: cmd.NoteWrongCode) -> None:
    if command.area_id is not None and command.area_id not in story.premises.areas:
        raise InvalidRequestError("area_unknown")
    story.tell(
        ev.WrongCode(
            area_id=command.area_id,
            by=command.by,
            contact_id=command.contact_id,
            reason=command.reason,
        )
    )
    attempts = story.state.wrong_codes
    if command.area_id is not None and attempts % story.policy.lock_attempts == 0:
        note(
            story,
            LockReported(at=story.now, door_id=command.area_id, kind=LockSign.WRONG_CODES),
        )


def _spend_code(story: Story, command: cmd.SpendCode) -> None:
    story.tell(ev.CodeSpent(code_id=command.code_id, contact_id=command.contact_id))


HANDLERS: Mapping[type, Callable[[Story, Any], None]] = {
    cmd.TimePassed: _nothing,
    cmd.NoteJump: _nothing,
    cmd.HubStarted: hub_started,
    cmd.Arm: arm,
    cmd.Disarm: disarm,
    cmd.Bypass: bypass,
    cmd.AcknowledgeFailure: acknowledge_failure,
    cmd.SeeSignal: see_signal,
    cmd.SeePanel: see_panel,
    cmd.NoteEvidence: hear_evidence,
    cmd.ReportLost: report_lost,
    cmd.ReportTrouble: report_trouble,
    cmd.StartWalkTest: start_walk_test,
    cmd.EndWalkTest: end_walk_test,
    cmd.ReportPerson: report_look,
    cmd.ReportNobody: report_look,
    cmd.ReportBlind: report_look,
    cmd.ReportOutside: report_outside,
    cmd.ReportDetection: report_detection,
    cmd.ReportDistress: report_distress,
    cmd.ReportDuress: report_duress,
    cmd.CryForHelp: cry_for_help,
    cmd.AnswerCry: answer_cry,
    cmd.Confirm: confirm,
    cmd.Dismiss: dismiss,
    cmd.CannotSee: cannot_see,
    cmd.ForgetHistory: forget_history,
    cmd.SpendCode: _spend_code,
    cmd.ShareWith: share_with,
    cmd.RespondersSay: hear_responder,
    cmd.RequestGrant: request_grant,
    cmd.RevokeGrant: revoke_grant,
    cmd.ShowCode: show_code,
    cmd.TellNotLetIn: tell_not_let_in,
    cmd.SettleRemoval: settle_removal,
    cmd.ReportDoor: report_door,
    cmd.OpenDoor: open_door,
    cmd.CloseDoor: close_door,
    cmd.DoorClosed: door_closed,
    cmd.EffectStarts: effect_starts,
    cmd.EffectDone: effect_done,
    cmd.EffectFailed: effect_failed,
    cmd.NoteWrongCode: _note_wrong_code,
}
"""Who follows which command; a test compares it with `Command`."""


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
    moments.extend(
        failure_due(area.failure, premises.policy.arm_failed_again_s)
        for area in state.areas.values()
        if area.failure is not None
    )
    if state.cry is not None:
        moments.append(state.cry.until)
    if state.walk_test is not None:
        moments.append(state.walk_test.until)
    moments.extend(
        grant.expires_at
        for grant in state.grants.values()
        if grant.is_active or wants_relock(grant)
    )
    moments.extend(
        passage.until
        for passage in state.passages.values()
        if passage.until is not None and passage.status in IS_OPEN
    )
    return min(moments, default=None)
