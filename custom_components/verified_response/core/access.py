"""Grants: who may open which door, until when, and whether the code is proved gone.

REQUESTED ─▶ CONFIRMED | UNVERIFIED | FAILED ─▶ REMOVING ─▶ REMOVED
                                                    ▲   │ (retried for as long as the lock exists)
                                                    └───┘
A passage is a door that was unlocked from afar for a while:

OPENING ─▶ OPEN ─▶ CLOSING ─▶ (gone when the bolt is thrown)
      └──────────────┴─ FAILED
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .entries import EntryMethod
from .premises import LockFamily


class Preset(StrEnum):
    """What a grant is for."""

    RESPONDER = "responder"
    """A responder is on the way: half an hour, three uses, locked again afterwards."""
    FIRE = "fire"
    """The main door is unlocked and stays so; with the owner's own consent for that door."""
    GUEST = "guest"
    """A day, as often as wanted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """For how long and how often, where nobody says otherwise; seconds."""

    duration_s: int
    max_uses: int | None


TERMS: Mapping[Preset, Terms] = {
    Preset.RESPONDER: Terms(duration_s=1800, max_uses=3),
    Preset.GUEST: Terms(duration_s=86_400, max_uses=None),
}


class CredentialStatus(StrEnum):
    """What is known of the code on one lock."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"
    FAILED = "failed"
    """Surely never written."""
    REMOVING = "removing"
    REMOVED = "removed"
    REMOVED_UNVERIFIED = "removed_unverified"
    REMOVED_BY_HAND = "removed_by_hand"
    """A person says that it is gone; nothing could be read."""
    LOCK_GONE = "lock_gone"
    """A person says that the lock is not there any more, and its codes with it."""


GONE = frozenset(
    {
        CredentialStatus.FAILED,
        CredentialStatus.REMOVED,
        CredentialStatus.REMOVED_UNVERIFIED,
        CredentialStatus.REMOVED_BY_HAND,
        CredentialStatus.LOCK_GONE,
    }
)
SETTLED_BY_PEOPLE = frozenset({CredentialStatus.REMOVED_BY_HAND, CredentialStatus.LOCK_GONE})
OPENS = frozenset({CredentialStatus.CONFIRMED, CredentialStatus.UNVERIFIED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """The grant's code on one lock."""

    door_id: str
    slot: int
    status: CredentialStatus = CredentialStatus.REQUESTED
    reason: str | None = None
    proved: bool = False
    """The lock once showed that our code is there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LockRef:
    """How a lock is found again, though nobody configures it any more; no code."""

    name: str
    source: str
    family: LockFamily
    registry_id: str = ""
    set_script: str | None = None
    clear_script: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One opening with a grant's code."""

    at: datetime
    door_id: str
    method: EntryMethod = EntryMethod.UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessGrant:
    """Written down before any lock is touched; `fingerprint` recognises our code without showing it."""

    id: str
    recipient: str
    by: str
    created_at: datetime
    expires_at: datetime
    fingerprint: str
    incident_id: str | None = None
    max_uses: int | None = None
    uses: int = 0
    end_reason: str | None = None
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    preset: Preset | None = None
    locks: Mapping[str, LockRef] = field(default_factory=dict)
    used: tuple[Use, ...] = ()
    """The newest ones."""
    request: str = ""
    """Effect that asked for it: makes a repeated request count once."""
    responders: tuple[str, ...] = ()
    """Who is sent the code, once the locks have answered."""
    sent: bool = False
    """Asked for once; the outbox sees to it."""
    code_kept: bool = False
    """The code is still kept, encrypted, because it has to be set, shown or sent."""
    shown: bool = False
    relocked: bool = False
    """The doors that it opened were told to lock again."""

    @property
    def label(self) -> str:
        """Return the name our code carries on a lock."""
        return f"VR {self.id[-6:]}"

    @property
    def is_active(self) -> bool:
        """Say whether nobody and nothing has ended it."""
        return self.end_reason is None

    @property
    def is_answered(self) -> bool:
        """Say whether every lock has answered, one way or the other."""
        return all(
            credential.status is not CredentialStatus.REQUESTED
            for credential in self.credentials.values()
        )

    @property
    def opens(self) -> bool:
        """Say whether some lock takes the code now."""
        return self.is_active and any(item.status in OPENS for item in self.credentials.values())

    @property
    def is_gone(self) -> bool:
        """Say whether no lock can still hold the code."""
        return not self.is_active and all(
            credential.status in GONE for credential in self.credentials.values()
        )


class PassageStatus(StrEnum):
    """Where a door stands that is unlocked from afar."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    FAILED = "failed"
    """It could not be unlocked, and nothing is to be locked again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One door unlocked for somebody; `until` None: held until a person or its incident ends it."""

    id: str
    door_id: str
    by: str
    recipient: str
    opened_at: datetime
    until: datetime | None
    preset: Preset
    incident_id: str | None = None
    was_open: bool = False
    """The door was held, or waited for its bolt, when this was asked."""
    status: PassageStatus = PassageStatus.OPENING
    reason: str | None = None
