"""Codes on locks, and doors; ids and places are chosen outside and passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..access import CredentialStatus, LockRef, Preset
from ..entries import DoorReport


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestGrant:
    """Write down a grant; `slots` were free a moment ago, `failed` locks could not even be read."""

    new_id: str
    recipient: str
    by: str
    expires_at: datetime
    fingerprint: str
    slots: Mapping[str, int]
    failed: Mapping[str, str] = field(default_factory=dict)
    incident_id: str | None = None
    max_uses: int | None = None
    preset: Preset | None = None
    locks: Mapping[str, LockRef] = field(default_factory=dict)
    request: str = ""
    responders: tuple[str, ...] = ()
    code_kept: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeGrant:
    """End a grant now."""

    grant_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShowCode:
    """Somebody is shown a grant's code; only once."""

    grant_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SettleRemoval:
    """A person says what became of a code that could not be removed; None: try again now."""

    grant_id: str
    door_id: str
    by: str
    settled: CredentialStatus | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDoor:
    """A lock said who did what at its door."""

    report: DoorReport


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDoor:
    """Unlock a door from afar; `hold_s` None: as the preset has it, a fire until somebody ends it."""

    new_id: str
    door_id: str
    by: str
    preset: Preset
    recipient: str = ""
    hold_s: int | None = None
    incident_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseDoor:
    """Lock a door that was unlocked from afar."""

    door_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TellNotLetIn:
    """Somebody tapped to let responders in, and nothing came of it: that person must hear so."""

    contact_id: str
    incident_id: str
    doors: tuple[str, ...] = ()
    """Doors that were to be unlocked; empty: a code was to be made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorClosed:
    """A door fell shut, or its lock is there again: a bolt that waits for that is thrown now."""

    door_id: str
