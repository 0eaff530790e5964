"""Decisions about grants: written down first, ended by time, use, people or the incident's end."""

from ... import commands as cmd
from ... import events as ev
from ...access import GONE, AccessGrant, Credential, CredentialStatus
from ...effects import ClearCredential, SetCredential
from ...errors import InvalidRequestError
from ...evidence import LockReported, LockSign
from ..noting import note
from ..story import Story

SURELY_UNWRITTEN = frozenset(
    {"lock_cannot_take_codes", "lock_full", "lock_script_missing", "lock_unknown", "grant_ended"}
)
"""Failures before anything reached the lock; after any other the slot is cleared again."""
MAX_DURATION_S = 7 * 24 * 3600


def request_grant(story: Story, command: cmd.RequestGrant) -> None:
    """Write the grant down and ask for its code on every lock that has a free slot."""
    if command.expires_at <= story.now:
        raise InvalidRequestError("duration_not_positive")
    if (command.expires_at - story.now).total_seconds() > MAX_DURATION_S:
        raise InvalidRequestError("duration_too_long", days="7")
    if command.max_uses is not None and command.max_uses < 1:
        raise InvalidRequestError("uses_not_positive")
    if command.incident_id is not None:
        story.incident(command.incident_id)
    taken = {
        (credential.door_id, credential.slot)
        for grant in story.state.grants.values()
        for credential in grant.credentials.values()
        if credential.status not in GONE
    } | {
        (pending.effect.door_id, pending.effect.slot)
        for pending in story.state.effects.values()
        if isinstance(pending.effect, SetCredential | ClearCredential)
    }
    if any((door, slot) in taken for door, slot in command.slots.items()):
        raise InvalidRequestError("slot_taken")
    credentials = {
        door: Credential(door_id=door, slot=slot) for door, slot in command.slots.items()
    } | {
        door: Credential(door_id=door, slot=0, status=CredentialStatus.FAILED, reason=reason)
        for door, reason in command.failed.items()
    }
    grant = AccessGrant(
        id=command.new_id,
        recipient=command.recipient,
        by=command.by,
        created_at=story.now,
        expires_at=command.expires_at,
        fingerprint=command.fingerprint,
        incident_id=command.incident_id,
        max_uses=command.max_uses,
        credentials=credentials,
    )
    story.tell(ev.GrantWritten(grant=grant))
    for door, slot in command.slots.items():
        if door in command.failed:
            continue
        story.request(SetCredential(grant_id=grant.id, door_id=door, slot=slot))


def revoke_grant(story: Story, command: cmd.RevokeGrant) -> None:
    """End a grant now; asking twice is harmless."""
    grant = story.state.grants.get(command.grant_id)
    if grant is None:
        raise InvalidRequestError("grant_unknown")
    if grant.is_active:
        end_grant(story, grant, reason="revoked", by=command.by)


def end_grant(story: Story, grant: AccessGrant, *, reason: str, by: str) -> None:
    """End it and start removing its code from every lock that may hold it."""
    story.tell(ev.GrantEnded(grant_id=grant.id, reason=reason, by=by))
    for credential in grant.credentials.values():
        if credential.status not in GONE and credential.status is not CredentialStatus.REMOVING:
            remove_credential(story, grant.id, credential)


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


def end_due_grants(story: Story) -> None:
    """End what expired, what is used up, and what belonged to an incident that ended."""
    for grant in list(story.state.grants.values()):
        if not grant.is_active:
            continue
        incident = story.state.incidents.get(grant.incident_id) if grant.incident_id else None
        if story.now >= grant.expires_at:
            end_grant(story, grant, reason="expired", by="hub")
        elif grant.max_uses is not None and grant.uses >= grant.max_uses:
            end_grant(story, grant, reason="used_up", by="hub")
        elif incident is not None and not incident.is_open:
            end_grant(story, grant, reason="incident_ended", by="hub")
        elif all(credential.status in GONE for credential in grant.credentials.values()):
            end_grant(story, grant, reason="no_lock_took_it", by="hub")


def see_credential(story: Story, command: cmd.CredentialSeen) -> None:
    """Count a use of our own code; anybody else's is not our business."""
    for grant in story.state.grants.values():
        credential = grant.credentials.get(command.door_id)
        if credential is None or credential.status in GONE or credential.slot != command.slot:
            continue
        story.tell(ev.GrantUsed(grant_id=grant.id, door_id=command.door_id))
        note(
            story,
            LockReported(
                at=story.now,
                door_id=command.door_id,
                kind=LockSign.CREDENTIAL_USED,
                who=grant.id,
            ),
        )
        return


def set_outcome(story: Story, effect: SetCredential, *, outcome: str | None, code: str) -> None:
    """Keep what is known after a write; an unclear write is removed again."""
    grant = story.state.grants[effect.grant_id]
    credential = grant.credentials[effect.door_id]
    if credential.status is not CredentialStatus.REQUESTED:
        if credential.status in GONE and code not in SURELY_UNWRITTEN:
            remove_credential(story, grant.id, credential)  # written after it was cleared
        return
    if outcome is not None:
        proved = outcome == CredentialStatus.CONFIRMED
        status = CredentialStatus.CONFIRMED if proved else CredentialStatus.UNVERIFIED
    elif code in SURELY_UNWRITTEN:
        status = CredentialStatus.FAILED
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
