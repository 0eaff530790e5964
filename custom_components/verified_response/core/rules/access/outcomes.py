"""Effects at doors and locks: whether they are still to be done, and what became of them."""

from ... import events as ev
from ...effects import (
    ClearCredential,
    GiveAccess,
    LockDoor,
    PendingEffect,
    SetCredential,
    UnlockDoor,
)
from ..story import Story
from .passages import lock_delayed, lock_done, unlock_done, unlock_failed, unlock_starts
from .removal import clear_outcome, set_outcome
from .responders import access_not_given, still_to_be_let_in, tell_unopened

AT_DOORS = (SetCredential, ClearCredential, GiveAccess, UnlockDoor, LockDoor)


def still_wanted(story: Story, pending: PendingEffect) -> bool:
    """Say whether an attempt makes sense; what does not is finished here."""
    match pending.effect:
        case SetCredential(grant_id=grant_id):
            grant = story.state.grants.get(grant_id)
            if grant is None or not grant.is_active:
                story.tell(ev.EffectFinished(effect_id=pending.id, code="grant_ended"))
                return False
        case GiveAccess() as effect if not still_to_be_let_in(story, effect):
            story.tell(ev.EffectFinished(effect_id=pending.id, code="withdrawn"))
            return False
        case UnlockDoor() as effect:
            return unlock_starts(story, pending, effect)
    return True


def done(story: Story, pending: PendingEffect, *, outcome: str) -> None:
    """Keep what an effect came to."""
    match pending.effect:
        case SetCredential() as effect:
            set_outcome(story, effect, outcome=outcome, code="", attempts=pending.attempts)
        case ClearCredential() as effect:
            clear_outcome(story, effect, outcome=outcome)
        case UnlockDoor() as effect:
            unlock_done(story, effect)
        case LockDoor() as effect:
            lock_done(story, effect)


def delayed(story: Story, pending: PendingEffect, *, code: str) -> None:
    """Tell what people should hear while it is tried again."""
    if isinstance(pending.effect, LockDoor):
        lock_delayed(story, pending, pending.effect, code=code)


def failed(story: Story, pending: PendingEffect, *, code: str) -> None:
    """Keep that it is not tried any more."""
    match pending.effect:
        case SetCredential() as effect:
            set_outcome(story, effect, outcome=None, code=code, attempts=pending.attempts)
            tell_unopened(story, effect.grant_id)
        case GiveAccess() as effect:
            access_not_given(story, effect)
        case UnlockDoor() as effect:
            unlock_failed(story, effect, code=code, attempts=pending.attempts)
        case LockDoor() as effect:
            lock_done(story, effect, reason=code)
