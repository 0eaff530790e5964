"""Grants: written down before any lock is touched; ended by time, use, people or the incident's end."""

from ... import commands as cmd
from ... import events as ev
from ...access import GONE, AccessGrant, Credential, CredentialStatus
from ...effects import ClearCredential, SetCredential
from ...errors import InvalidRequestError
from ..dispatch import tell_responders
from ..story import Story
from .removal import remove_credential
from .responders import have_left, tell_unopened

MAX_DURATION_S = 7 * 24 * 3600


def request_grant(story: Story, command: cmd.RequestGrant) -> None:
    """Write the grant down and ask for its code on every lock that has a free slot."""
    _refuse(story, command)
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
        preset=command.preset,
        locks=command.locks,
        request=command.request,
        responders=command.responders,
        code_kept=command.code_kept,
    )
    story.tell(ev.GrantWritten(grant=grant))
    for door, slot in command.slots.items():
        if door in command.failed:
            continue
        story.request(SetCredential(grant_id=grant.id, door_id=door, slot=slot))
    tell_unopened(story, grant.id)  # where no lock could even be asked


def _refuse(story: Story, command: cmd.RequestGrant) -> None:
    if command.expires_at <= story.now:
        raise InvalidRequestError("duration_not_positive")
    if (command.expires_at - story.now).total_seconds() > MAX_DURATION_S:
        raise InvalidRequestError("duration_too_long", days="7")
    if command.max_uses is not None and command.max_uses < 1:
        raise InvalidRequestError("uses_not_positive")
    if command.incident_id is not None:
        story.incident(command.incident_id)
    if command.request and any(
        grant.request == command.request for grant in story.state.grants.values()
    ):
        raise InvalidRequestError("grant_exists")
    taken = taken_slots(story)
    if any((door, slot) in taken for door, slot in command.slots.items()):
        raise InvalidRequestError("slot_taken")


def taken_slots(story: Story) -> frozenset[tuple[str, int]]:
    """Return the places of doors that hold, or may come to hold, a code of ours; 0 is no place."""
    places = {
        (credential.door_id, credential.slot)
        for grant in story.state.grants.values()
        for credential in grant.credentials.values()
        if credential.status not in GONE
    } | {
        (pending.effect.door_id, pending.effect.slot)
        for pending in story.state.effects.values()
        if isinstance(pending.effect, SetCredential | ClearCredential)
    }
    return frozenset((door, slot) for door, slot in places if slot)


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
    incident = story.state.incidents.get(grant.incident_id or "")
    if grant.sent and incident is not None and incident.is_open:
        tell_responders(story, incident.id)  # the code that they have is good no more


def end_due_grants(story: Story) -> None:
    """End what expired, is used up, or belonged to an incident or a responder that is gone."""
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
        elif have_left(incident, grant.responders):
            end_grant(story, grant, reason="responder_left", by="hub")
        elif all(credential.status in GONE for credential in grant.credentials.values()):
            end_grant(story, grant, reason="no_lock_took_it", by="hub")
