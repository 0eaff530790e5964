"""Codes on locks."""

from dataclasses import dataclass

from ..access import AccessGrant, CredentialStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantWritten:
    """A grant with its slots and expiry, before any lock is touched."""

    grant: AccessGrant


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialChanged:
    """What is known of the code on one lock."""

    grant_id: str
    door_id: str
    status: CredentialStatus
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantUsed:
    """Our code opened a door."""

    grant_id: str
    door_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantEnded:
    """Expired, revoked, used up, or its incident ended; removal follows."""

    grant_id: str
    reason: str
    by: str
