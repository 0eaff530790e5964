"""What locks answered to our writes; a code is not given up before it is proved gone."""

from ... import commands as cmd
from ... import events as ev
from ...access import GONE, SETTLED_BY_PEOPLE, Credential, CredentialStatus
from ...effects import ClearCredential, PendingEffect, SetCredential
from ...errors import InvalidRequestError
from ..story import Story

SURELY_UNWRITTEN = frozenset(
    {
        "grant_ended",
        "lock_asleep",
        "lock_cannot_take_codes",
        "lock_code_duplicate",
        "lock_full",
        "lock_gone",
        "lock_place_hidden",
        "lock_places_needed",
        "lock_script_missing",
        "lock_slot_taken",
        "lock_unknown",
        "lock_unreadable",
    }
)
"""Failures of a first attempt before anything reached the lock; after any other the slot is cleared."""
OCCUPIED = "lock_place_hidden"
"""Something is in the place, and the lock shows nobody what."""
RETRY_ASKED = "retry_asked"


def remove_credential(
    story: Story, grant_id: str, credential: Credential, *, reason: str | None = None
) -> None:
    """Have one lock cleared; it is not given up until it is proved gone."""
    story.tell(
        ev.CredentialChanged(
            grant_id=grant_id,
            door_id=credential.door_id,
            status=CredentialStatus.REMOVING,
            reason=reason,
        )
    )
    story.request(
        ClearCredential(grant_id=grant_id, door_id=credential.door_id, slot=credential.slot)
    )


def set_outcome(
    story: Story, effect: SetCredential, *, outcome: str | None, code: str, attempts: int
) -> None:
    """Keep what is known after a write; an unclear write is removed again."""
    grant = story.state.grants[effect.grant_id]
    credential = grant.credentials[effect.door_id]
    unwritten = code in SURELY_UNWRITTEN and attempts <= 1  # an earlier attempt may have written
    if credential.status is not CredentialStatus.REQUESTED:
        if credential.status in GONE and not unwritten:
            remove_credential(story, grant.id, credential)  # written after it was cleared
        return
    if outcome is not None:
        proved = outcome == CredentialStatus.CONFIRMED
        status = CredentialStatus.CONFIRMED if proved else CredentialStatus.UNVERIFIED
    elif unwritten:
        status = CredentialStatus.FAILED
    elif code == OCCUPIED:  # it was empty before our first attempt: most likely that one wrote
        status = CredentialStatus.UNVERIFIED
    else:
        remove_credential(story, grant.id, credential, reason=code)
        return
    story.tell(
        ev.CredentialChanged(
            grant_id=grant.id, door_id=effect.door_id, status=status, reason=code or None
        )
    )


def clear_outcome(story: Story, effect: ClearCredential, *, outcome: str) -> None:
    """Keep the proof, or the lack of it, that the code is gone."""
    status = (
        CredentialStatus.REMOVED if outcome == "confirmed" else CredentialStatus.REMOVED_UNVERIFIED
    )
    story.tell(
        ev.CredentialChanged(grant_id=effect.grant_id, door_id=effect.door_id, status=status)
    )


def settle_removal(story: Story, command: cmd.SettleRemoval) -> None:
    """Take a person's word for a code that no lock would give up, or try at once again."""
    if command.settled is not None and command.settled not in SETTLED_BY_PEOPLE:
        raise InvalidRequestError("settlement_unknown")
    pending = _clearing(story, command)
    if pending is None:
        raise InvalidRequestError("nothing_to_remove")
    if command.settled is None:
        story.tell(ev.EffectDelayed(effect_id=pending.id, code=RETRY_ASKED, retry_at=story.now))
        return
    story.tell(ev.EffectFinished(effect_id=pending.id, code=command.settled))
    story.tell(
        ev.CredentialChanged(
            grant_id=command.grant_id,
            door_id=command.door_id,
            status=command.settled,
            by=command.by,
        )
    )


def _clearing(story: Story, command: cmd.SettleRemoval) -> PendingEffect | None:
    for pending in story.state.effects.values():
        match pending.effect:
            case ClearCredential(grant_id=command.grant_id, door_id=command.door_id):
                return pending
    return None
