"""What must be done outside: recorded before it is tried, kept until it is done or given up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShareAction(StrEnum):
    """What a responder is sent."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Send an incident, news of it, or its recall to one responder."""

    incident_id: str
    responder_id: str
    action: ShareAction
    sequence: int
    fresh: bool = True
    """False: an earlier create may have arrived, so the responder is asked first."""
    codes: tuple[str, ...] = ()
    """Grants whose codes go along; the codes themselves are never part of an effect."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Push:
    """Ask or tell one contact by one of its channels; `prompt` is a translated key."""

    incident_id: str | None
    contact_id: str
    prompt: str
    actions: tuple[str, ...] = ()
    channel: str = ""
    """Key of the channel; "" is the first one, as older records have it."""
    about: tuple[str, ...] = ()
    """Ids of the areas, zones, cameras or doors that the sentence names, or whom a button calls."""
    place: str = ""
    """Where it was heard, when it was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Siren:
    """Sound or silence the siren."""

    on: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCredential:
    """Write the grant's code to one lock; the code itself is never part of an effect."""

    grant_id: str
    door_id: str
    slot: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ClearCredential:
    """Remove the grant's code from one lock; tried until it is proved gone."""

    grant_id: str
    door_id: str
    slot: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GiveAccess:
    """Make a code for a responder who took on the incident; the owner allowed that beforehand."""

    incident_id: str
    responder_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnlockDoor:
    """Draw a bolt from afar; asked for a moment ago, never done late."""

    door_id: str
    passage_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LockDoor:
    """Throw a bolt once the door is closed; tried until it is done."""

    door_id: str
    incident_id: str | None = None
    surely: bool = False
    """Though the lock says locked: an unlock before it may still be on its way."""


type Effect = (
    Share | Push | Siren | SetCredential | ClearCredential | GiveAccess | UnlockDoor | LockDoor
)

NEEDS_RECORD = (Share, SetCredential, GiveAccess, UnlockDoor)
"""Never done without a durable record first; the others still work when the disk does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingEffect:
    """An effect without a final outcome; `not_before` delays the next attempt."""

    id: str
    effect: Effect
    requested_at: datetime
    attempts: int = 0
    started_at: datetime | None = None
    not_before: datetime | None = None
    last_error: str | None = None
