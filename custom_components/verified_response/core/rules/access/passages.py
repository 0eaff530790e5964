"""Doors unlocked from afar for a while, and locked again; never by an alarm alone, never late."""

from datetime import timedelta

from ... import commands as cmd
from ... import events as ev
from ...access import AccessGrant, Passage, PassageStatus, Preset
from ...effects import LockDoor, PendingEffect, UnlockDoor
from ...errors import InvalidRequestError
from ...evidence import LockReported, LockSign
from ...incident import Incident
from ..asking import tell_people
from ..dispatch import is_on_screens, tell_responders
from ..noting import note
from ..story import Story
from .removal import RETRY_ASKED
from .responders import have_left

HOLD_S = range(10, 3601)
TOO_LATE_S = 120
"""A door that was to be opened two minutes ago is not opened now by itself."""
TELL_AFTER = 3
SURELY_UNMOVED = frozenset(
    {
        "lock_asleep",
        "lock_gone",
        "lock_needs_code",
        "lock_unavailable",
        "lock_unknown",
        "too_late",
        "withdrawn",
    }
)
NOT_CLOSED = frozenset({"door_open", "door_unknown"})
IS_OPEN = frozenset({PassageStatus.OPENING, PassageStatus.OPEN})
_HOLDS_FIRST_S = 3
"""Within this long after it was opened, a lock that reports locked means the moment before."""


def open_door(story: Story, command: cmd.OpenDoor) -> None:
    """Write it down and have the bolt drawn; a door that is open already is held anew."""
    door = story.premises.doors.get(command.door_id)
    if door is None:
        raise InvalidRequestError("lock_unknown")
    if command.preset is Preset.FIRE and not door.fire_unlock:
        raise InvalidRequestError("fire_unlock_not_allowed", name=door.name)
    if command.preset is not Preset.FIRE and not door.remote_unlock:
        raise InvalidRequestError("remote_unlock_not_allowed", name=door.name)
    hold_s = command.hold_s
    if hold_s is None and command.preset is not Preset.FIRE:
        hold_s = story.policy.hold_s
    if hold_s is not None and hold_s not in HOLD_S:
        raise InvalidRequestError(
            "hold_out_of_range", minimum=str(HOLD_S[0]), maximum=str(HOLD_S[-1])
        )
    if command.incident_id is not None:
        story.incident(command.incident_id)
    before, waiting = story.state.passages.get(door.id), _locking(story, door.id)
    for pending in waiting:
        story.tell(ev.EffectFinished(effect_id=pending.id, code="withdrawn"))
    passage = Passage(
        id=command.new_id,
        door_id=command.door_id,
        by=command.by,
        recipient=command.recipient,
        opened_at=story.now,
        until=None if hold_s is None else story.after(hold_s),
        preset=command.preset,
        incident_id=command.incident_id,
        was_open=bool(waiting) or (before is not None and before.status in IS_OPEN),
    )
    story.tell(ev.PassageAsked(passage=passage))
    story.request(UnlockDoor(door_id=command.door_id, passage_id=passage.id))


def close_door(story: Story, command: cmd.CloseDoor) -> None:
    """Lock it again now; asking twice is harmless."""
    passage = story.state.passages.get(command.door_id)
    if passage is None:
        raise InvalidRequestError("door_not_held")
    if passage.status is not PassageStatus.CLOSING:  # one that failed may have moved
        _close(story, passage, by=command.by)


def close_due_passages(story: Story) -> None:
    """Lock what was open long enough, or for an incident or responder that is gone."""
    for passage in list(story.state.passages.values()):
        if passage.status not in IS_OPEN:
            continue
        incident = story.state.incidents.get(passage.incident_id or "")
        over = passage.until is not None and story.now >= passage.until
        if over or (incident is not None and (not incident.is_open or _all_left(incident))):
            _close(story, passage, by="hub")


def _all_left(incident: Incident) -> bool:
    return bool(incident.deliveries) and have_left(incident, incident.deliveries.keys())


def _close(story: Story, passage: Passage, *, by: str) -> None:
    _move(story, passage, PassageStatus.CLOSING, by=by)
    surely = passage.status is not PassageStatus.OPEN
    lock_again(story, passage.door_id, passage.incident_id, surely=surely)


def lock_again(
    story: Story, door_id: str, incident_id: str | None, *, surely: bool = False
) -> None:
    """Have a bolt thrown once the door is closed."""
    if not _locking(story, door_id):
        story.request(LockDoor(door_id=door_id, incident_id=incident_id, surely=surely))


def _locking(story: Story, door_id: str) -> list[PendingEffect]:
    return [
        pending
        for pending in story.state.effects.values()
        if isinstance(pending.effect, LockDoor) and pending.effect.door_id == door_id
    ]


def _move(
    story: Story,
    passage: Passage,
    status: PassageStatus | None,
    *,
    reason: str | None = None,
    by: str = "hub",
) -> None:
    story.tell(
        ev.PassageChanged(
            door_id=passage.door_id,
            passage_id=passage.id,
            status=status,
            reason=reason,
            by=by,
        )
    )


def unlock_starts(story: Story, pending: PendingEffect, effect: UnlockDoor) -> bool:
    """Say whether it is still to be done; what comes too late is not done by itself."""
    passage = story.state.passages.get(effect.door_id)
    if (
        passage is None
        or passage.id != effect.passage_id
        or passage.status is not PassageStatus.OPENING
    ):
        story.tell(ev.EffectFinished(effect_id=pending.id, code="withdrawn"))
        return False
    if story.now - pending.requested_at >= timedelta(seconds=TOO_LATE_S):
        story.tell(ev.EffectFinished(effect_id=pending.id, code="too_late"))
        unlock_failed(story, effect, code="too_late", attempts=pending.attempts + 1)
        return False
    return True


def unlock_done(story: Story, effect: UnlockDoor) -> None:
    """The bolt is drawn; when the passage ended meanwhile, it is being thrown again already."""
    passage = story.state.passages.get(effect.door_id)
    if passage is None or passage.id != effect.passage_id:
        if passage is None:
            lock_again(story, effect.door_id, None)
        return
    if passage.status is PassageStatus.OPENING:
        _move(story, passage, PassageStatus.OPEN)


def unlock_failed(story: Story, effect: UnlockDoor, *, code: str, attempts: int) -> None:
    """Say so; where the bolt may have moved, it is thrown again, except in a fire."""
    passage = story.state.passages.get(effect.door_id)
    if passage is None or passage.id != effect.passage_id:
        return
    unmoved = code in SURELY_UNMOVED and attempts <= 1 and not passage.was_open
    if passage.preset is Preset.FIRE or unmoved:
        _move(story, passage, PassageStatus.FAILED, reason=code)
    else:
        _move(story, passage, PassageStatus.CLOSING, reason=code)
        lock_again(story, passage.door_id, passage.incident_id, surely=True)
    tell_people(
        story,
        "door_not_unlocked",
        incident_id=_shown(story, passage.incident_id),
        about=(effect.door_id,),
    )
    if code == "lock_jammed":
        tell_jam(story, effect.door_id)


def lock_done(story: Story, effect: LockDoor, *, reason: str | None = None) -> None:
    """The bolt is thrown, or the door is not ours any more."""
    passage = story.state.passages.get(effect.door_id)
    if passage is not None and passage.status is PassageStatus.CLOSING:
        _move(story, passage, None, reason=reason)


def lock_delayed(story: Story, pending: PendingEffect, effect: LockDoor, *, code: str) -> None:
    """Tell a jam at once, a door that stays open after a while."""
    if code == "lock_jammed" and pending.last_error != code:
        tell_people(story, "lock_jammed", about=(effect.door_id,))
        tell_jam(story, effect.door_id)
    elif code in NOT_CLOSED and pending.attempts == TELL_AFTER:
        tell_people(story, "door_left_open", about=(effect.door_id,))


def door_locked(story: Story, door_id: str) -> None:
    """Somebody threw the bolt of a door that was held open: then it is not held any more.

    The report may be late and tell of the moment before, so the lock is asked; never in a fire.
    """
    passage = story.state.passages.get(door_id)
    if passage is None or passage.status is not PassageStatus.OPEN:
        return
    if story.now - passage.opened_at < timedelta(seconds=_HOLDS_FIRST_S):
        return
    if passage.preset is Preset.FIRE:
        _move(story, passage, None, by="lock")
    else:
        _close(story, passage, by="lock")


def door_closed(story: Story, command: cmd.DoorClosed) -> None:
    """Throw a bolt that waits, at once."""
    for pending in _locking(story, command.door_id):
        if pending.not_before is not None and pending.not_before > story.now:
            story.tell(ev.EffectDelayed(effect_id=pending.id, code=RETRY_ASKED, retry_at=story.now))


def tell_jam(story: Story, door_id: str) -> None:
    """Keep it as evidence, and tell the desks whose people stand before that door."""
    note(story, LockReported(at=story.now, door_id=door_id, kind=LockSign.JAMMED))
    tell_desks_of(story, door_id)


def tell_desks_of(story: Story, door_id: str) -> None:
    """Send news of the open incidents for which this door was to be opened."""
    waiting = {
        grant.incident_id
        for grant in story.state.grants.values()
        if grant.opens and door_id in grant.credentials
    }
    passage = story.state.passages.get(door_id)
    if passage is not None:
        waiting.add(passage.incident_id)
    for incident in story.state.open_incidents():
        if incident.id in waiting:
            tell_responders(story, incident.id)


def relock_after_grants(story: Story) -> None:
    """Lock the doors that a responder's code opened, once they have left."""
    for grant in list(story.state.grants.values()):
        if not wants_relock(grant):
            continue
        incident = story.state.incidents.get(grant.incident_id or "")
        if _may_be_inside(story, grant, incident):
            continue
        doors = tuple(
            dict.fromkeys(use.door_id for use in grant.used if _is_relocked(story, use.door_id))
        )
        story.tell(ev.RelockAsked(grant_id=grant.id, doors=doors))
        for door_id in doors:
            lock_again(story, door_id, grant.incident_id)


def wants_relock(grant: AccessGrant) -> bool:
    """Say whether doors that it opened are still to be locked; a guest comes and goes by day."""
    if grant.is_active or grant.relocked or not grant.used:
        return False
    return grant.preset is Preset.RESPONDER or grant.incident_id is not None


def _may_be_inside(story: Story, grant: AccessGrant, incident: Incident | None) -> bool:
    """Say whether the last use was an entry, and nothing says that they are out again."""
    if grant.end_reason != "used_up" or story.now >= grant.expires_at:
        return False
    open_still = incident is None or incident.is_open
    return open_still and not have_left(incident, grant.responders)


def _is_relocked(story: Story, door_id: str) -> bool:
    door = story.premises.doors.get(door_id)
    passage = story.state.passages.get(door_id)
    held = passage is not None and passage.status in IS_OPEN
    return door is not None and door.relock and not held


def _shown(story: Story, incident_id: str | None) -> str | None:
    incident = story.state.incidents.get(incident_id or "")
    return incident.id if incident is not None and is_on_screens(incident) else None
