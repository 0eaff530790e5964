"""What became of effects, and what a restart means for the unfinished ones."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import commands as cmd
from .. import events as ev
from ..effects import (
    ClearCredential,
    PendingEffect,
    Push,
    Share,
    ShareAction,
    Siren,
)
from ..evidence import HubWasBlind
from ..incident import HAS_LEVEL, STAYS_AT_HOME, Delivery, DeliveryStatus
from ..state import PROTECTING, AreaState, Phase
from .access.outcomes import AT_DOORS, delayed, done, failed, still_wanted
from .access.responders import code_not_sent
from .arming import resume_exit_delays
from .asking import tell_everybody, tell_people
from .cries import ask_again
from .dispatch import GAVE_UP, TAKES_NEWS, recall_delivery
from .story import Story
from .trips import add_evidence

GIVE_UP_S = 600
"""An alarm that could not be handed over for ten minutes is not sent late by itself."""
TELL_AFTER = 3
"""Attempts, about 14 s, after which people hear that nobody was reached yet."""
RETRY_S = 600
BLIND_TOLD_S = 120
"""A restart takes a minute or two; whoever armed the house should hear of a longer gap."""
TOO_LATE_S = 120
"""Older than this, a message about a moment is history (standards 8, rule 9)."""
QUESTION = "ask_confirmation"
"""The prompt by which people are asked for their word: each attempt counts as one of the verification."""
SENT = "sent"


def effect_starts(story: Story, command: cmd.EffectStarts) -> None:
    """Write the attempt down, unless it has become pointless meanwhile."""
    pending = story.state.effects.get(command.effect_id)
    if pending is None or not still_wanted(story, pending):
        return
    match pending.effect:
        case Share(action=ShareAction.CREATE) as effect:
            incident = story.state.incidents.get(effect.incident_id)
            if incident is None or not incident.is_open:
                _withdraw(story, pending, effect)
                return
            if story.now - pending.requested_at >= timedelta(seconds=GIVE_UP_S):
                _hold(story, pending, effect)
                return
            _delivery(story, effect, DeliveryStatus.STARTED)
        case Share(action=ShareAction.UPDATE) as effect:
            delivery = _copy(story, effect)
            if delivery is None or delivery.status not in TAKES_NEWS:
                story.tell(ev.EffectFinished(effect_id=pending.id, code="withdrawn"))
                return
        case Push(prompt=prompt) as effect if prompt == QUESTION:
            incident = story.state.incidents.get(effect.incident_id or "")
            if incident is None or not incident.is_open:  # nobody is asked about what is over
                story.tell(ev.EffectFinished(effect_id=pending.id, code="withdrawn"))
                if pending.last_error is not None:
                    _attempt_made(story, effect, pending.last_error)
                return
    story.tell(ev.EffectStarted(effect_id=pending.id))


def _copy(story: Story, effect: Share) -> Delivery | None:
    incident = story.state.incidents.get(effect.incident_id)
    return incident.deliveries.get(effect.responder_id) if incident else None


def _hold(story: Story, pending: PendingEffect, effect: Share) -> None:
    """Leave a late alarm to a person: a full disk or a sleeping hub is no reason to send it now."""
    story.tell(ev.EffectFinished(effect_id=pending.id, code=GAVE_UP))
    tried = pending.attempts > 0 or not effect.fresh
    _delivery(story, effect, DeliveryStatus.HELD, reason=GAVE_UP if tried else "too_late")
    _tell_unsent(story, effect.incident_id)


def _withdraw(story: Story, pending: PendingEffect, effect: Share) -> None:
    """Send no alarm that is over; an earlier attempt may have arrived, so it is recalled."""
    story.tell(ev.EffectFinished(effect_id=pending.id, code="withdrawn"))
    if _copy(story, effect) is None:
        return
    if pending.attempts == 0:
        _delivery(story, effect, DeliveryStatus.WITHDRAWN)
    else:
        recall_delivery(story, effect.incident_id, effect.responder_id, attempted=True)


def _delivery(
    story: Story,
    effect: Share,
    status: DeliveryStatus,
    *,
    number: str | None = None,
    reason: str | None = None,
) -> None:
    story.tell(
        ev.DeliveryChanged(
            incident_id=effect.incident_id,
            responder_id=effect.responder_id,
            status=status,
            number=number,
            reason=reason,
        )
    )


def effect_done(story: Story, command: cmd.EffectDone) -> None:
    """Keep the outcome; an incident that ended while it was being sent is recalled at once."""
    pending = story.state.effects.get(command.effect_id)
    if pending is None:
        return
    story.tell(ev.EffectFinished(effect_id=pending.id))
    match pending.effect:
        case Share(action=ShareAction.CREATE) as effect:
            _delivery(story, effect, DeliveryStatus.DELIVERED, number=command.number)
            if not story.state.incidents[effect.incident_id].is_open:
                recall_delivery(story, effect.incident_id, effect.responder_id)
        case Share(action=ShareAction.UPDATE) as effect:
            delivery = _copy(story, effect)
            if delivery is not None and delivery.status is DeliveryStatus.STARTED:
                _delivery(story, effect, DeliveryStatus.DELIVERED, number=command.number)
        case Share(action=ShareAction.CANCEL) as effect:
            _delivery(story, effect, DeliveryStatus.CANCELLED)
        case Push() as effect:
            _attempt_made(story, effect, SENT)
        case _ if isinstance(pending.effect, AT_DOORS):
            done(story, pending, outcome=command.outcome)


def _attempt_made(story: Story, effect: Push, outcome: str) -> None:
    """Keep that a person was asked by one channel, and how that ended."""
    incident = story.state.incidents.get(effect.incident_id or "")
    if incident is None or effect.prompt != QUESTION:
        return
    story.tell(
        ev.AttemptMade(
            incident_id=incident.id,
            contact_id=effect.contact_id,
            channel=effect.channel or _first_channel(story, effect.contact_id),
            round=incident.asks,
            outcome=outcome,
        )
    )


def _first_channel(story: Story, contact_id: str) -> str:
    """Return what a push without a channel was sent by."""
    contact = story.premises.contacts.get(contact_id)
    return contact.channels[0].key if contact is not None and contact.channels else ""


def effect_failed(story: Story, command: cmd.EffectFailed) -> None:
    """Keep the failure and whether another attempt follows."""
    pending = story.state.effects.get(command.effect_id)
    if pending is None:
        return
    effect = pending.effect
    if isinstance(effect, Share) and effect.action is ShareAction.CREATE and not command.final:
        if story.now - pending.requested_at >= timedelta(seconds=GIVE_UP_S):
            command = replace(command, final=True, code=GAVE_UP)
        elif pending.attempts == TELL_AFTER:
            _tell_unsent(story, effect.incident_id)
    if not command.final or isinstance(effect, ClearCredential):  # a removal is never given up
        delayed(story, pending, code=command.code)
        retry_at = story.after(RETRY_S) if command.final else command.retry_at
        story.tell(ev.EffectDelayed(effect_id=pending.id, code=command.code, retry_at=retry_at))
        return
    story.tell(ev.EffectFinished(effect_id=pending.id, code=command.code))
    match effect:
        case Share(action=ShareAction.CREATE):
            _create_failed(story, pending, effect, command.code)
        case Share(action=ShareAction.UPDATE) as effect if effect.codes:
            code_not_sent(story, effect.incident_id)
        case Share(action=ShareAction.CANCEL):
            gone = command.code == "not_arrived"
            status = DeliveryStatus.WITHDRAWN if gone else DeliveryStatus.CANCELLING
            _delivery(story, effect, status, reason=command.code)
        case Push():
            _attempt_made(story, effect, command.code)
        case _ if isinstance(effect, AT_DOORS):
            failed(story, pending, code=command.code)


def _create_failed(story: Story, pending: PendingEffect, effect: Share, code: str) -> None:
    """Hold, reject or recall; a refusal now says nothing about an attempt before it."""
    tried_before = pending.attempts > 1 or not effect.fresh
    reason = GAVE_UP if tried_before and code != "not_arrived" else code
    is_open = story.state.incidents[effect.incident_id].is_open
    if not is_open and reason == GAVE_UP:
        recall_delivery(story, effect.incident_id, effect.responder_id, attempted=True)
    elif not is_open:
        _delivery(story, effect, DeliveryStatus.WITHDRAWN, reason=reason)
    else:
        held = reason in {"not_arrived", GAVE_UP}
        status = DeliveryStatus.HELD if held else DeliveryStatus.REJECTED
        _delivery(story, effect, status, reason=reason)
        _tell_unsent(story, effect.incident_id)


def _tell_unsent(story: Story, incident_id: str) -> None:
    incident = story.state.incidents[incident_id]
    if incident.covert or incident.silent:
        return  # a screen that lights up could betray who called
    tell_everybody(
        story, "not_delivered", incident_id=incident_id, actions=("confirm", "false_alarm")
    )


def hub_started(story: Story, command: cmd.HubStarted) -> None:
    """Keep the blind interval; hold what was unsent, finish what makes no sense any more."""
    _forget_removed_areas(story)
    ask_again(story, story.now if command.resumed else command.last_alive)
    if command.resumed:
        return
    story.tell(
        ev.HubRestarted(
            blind_since=command.last_alive, quiet_until=story.after(story.policy.startup_quiet_s)
        )
    )
    resume_exit_delays(story)
    _tell_blindness(story, command.last_alive)
    for pending in list(story.state.effects.values()):
        _after_restart(story, pending)
    for incident in story.state.open_incidents():
        if incident.confirmed and not incident.deliveries and incident.kind not in STAYS_AT_HOME:
            _tell_unsent(story, incident.id)  # confirmed while the abort window still ran
    if (
        story.policy.siren
        and any(area.phase is Phase.TRIGGERED for area in story.state.areas.values())
        and not any(isinstance(item.effect, Siren) for item in story.state.effects.values())
    ):
        story.request(Siren(on=True))


def _forget_removed_areas(story: Story) -> None:
    """Let go of areas that a person removed: nobody could disarm or acknowledge them any more."""
    for area_id, area in list(story.state.areas.items()):
        if area_id not in story.premises.areas and area != AreaState(changed_by=area.changed_by):
            story.tell(ev.AreaDisarmed(area_id=area_id, by="configuration"))


def _tell_blindness(story: Story, since: datetime | None) -> None:
    """Keep with every open alarm that nobody watched for a while, and tell people when it was long."""
    for incident in story.state.open_incidents():
        if incident.kind in HAS_LEVEL:
            add_evidence(story, incident.id, HubWasBlind(at=story.now, since=since))
    armed = any(area.phase in PROTECTING for area in story.state.areas.values())
    if armed and since is not None and story.now - since >= timedelta(seconds=BLIND_TOLD_S):
        tell_people(story, "hub_was_blind")


def _after_restart(story: Story, pending: PendingEffect) -> None:
    late = story.now - pending.requested_at > timedelta(seconds=TOO_LATE_S)
    match pending.effect:
        case Share(action=ShareAction.CREATE) as effect:
            incident = story.state.incidents.get(effect.incident_id)
            if pending.attempts > 0 or incident is None or not incident.is_open:
                return  # asked about before anything is sent again, or withdrawn when it starts
            if (incident.covert or incident.silent) and not late:
                return  # nobody may be shown it, and it is not yet history
            story.tell(ev.EffectFinished(effect_id=pending.id, code="held_after_restart"))
            _delivery(story, effect, DeliveryStatus.HELD, reason="held_after_restart")
            _tell_unsent(story, effect.incident_id)
        case Push() if late:
            story.tell(ev.EffectFinished(effect_id=pending.id, code="too_late"))
        case Siren(on=True) if late:
            story.tell(ev.EffectFinished(effect_id=pending.id, code="too_late"))
