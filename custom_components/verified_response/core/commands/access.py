"""Codes on locks, and doors; ids and places are chosen outside and passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


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


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeGrant:
    """End a grant now."""

    grant_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialSeen:
    """A lock reported that our code opened it."""

    door_id: str
    slot: int
