"""Codes on locks."""

from dataclasses import dataclass

from ..access import AccessGrant, CredentialStatus, Passage, PassageStatus
from ..entries import DoorReport, EntryMethod


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
    by: str = "hub"


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantUsed:
    """Our code opened a door; how, and what the lock said, is in the DoorReported beside it."""

    grant_id: str
    door_id: str
    method: EntryMethod = EntryMethod.UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantEnded:
    """Expired, revoked, used up, or its incident ended; removal follows."""

    grant_id: str
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeShown:
    """Somebody was shown a grant's code."""

    grant_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSendingAsked:
    """A grant's code is to go to the responders who are let in."""

    grant_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeForgotten:
    """Nobody needs a grant's code any more: it is kept nowhere but on its locks."""

    grant_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorReported:
    """A lock said who did what at its door; `grant_id` when the code was ours, `proven` as the lock showed it."""

    report: DoorReport
    grant_id: str | None = None
    proven: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageAsked:
    """A door is to be unlocked from afar."""

    passage: Passage


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageChanged:
    """Where that door stands now; `status` None: locked again, and done with."""

    door_id: str
    passage_id: str
    status: PassageStatus | None
    reason: str | None = None
    by: str = "hub"


@dataclass(frozen=True, kw_only=True, slots=True)
class RelockAsked:
    """Whoever had a grant has left: the doors that it opened are to be locked."""

    grant_id: str
    doors: tuple[str, ...]
