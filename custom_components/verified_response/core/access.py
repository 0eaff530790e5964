"""Grants: who may open which door, until when, and whether the code is proved gone.

REQUESTED ─▶ CONFIRMED | UNVERIFIED | FAILED ─▶ REMOVING ─▶ REMOVED
                                                    ▲   │ (retried for as long as the lock exists)
                                                    └───┘
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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


GONE = frozenset(
    {CredentialStatus.FAILED, CredentialStatus.REMOVED, CredentialStatus.REMOVED_UNVERIFIED}
)
OPENS = frozenset({CredentialStatus.CONFIRMED, CredentialStatus.UNVERIFIED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Credential:
    """The grant's code on one lock."""

    door_id: str
    slot: int
    status: CredentialStatus = CredentialStatus.REQUESTED
    reason: str | None = None


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

    @property
    def label(self) -> str:
        """Return the name our code carries on a lock."""
        return f"VR {self.id[-6:]}"

    @property
    def is_active(self) -> bool:
        """Say whether nobody and nothing has ended it."""
        return self.end_reason is None

    @property
    def is_gone(self) -> bool:
        """Say whether no lock can still hold the code."""
        return not self.is_active and all(
            credential.status in GONE for credential in self.credentials.values()
        )
