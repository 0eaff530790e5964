"""What locks say about doors: who opened or locked which one, how, and whether that is proven."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DoorAct(StrEnum):
    """What was done, or tried, at a door."""

    UNLOCKED = "unlocked"
    LOCKED = "locked"
    REFUSED = "refused"
    """A code or tag that the lock does not know."""
    LOCKED_OUT = "locked_out"
    """Too many of those: the keypad is off for a while."""


class EntryMethod(StrEnum):
    """By what it was done; unknown is a value."""

    KEYPAD = "keypad"
    TAG = "tag"
    """Card, tag, phone held to the lock."""
    BIOMETRIC = "biometric"
    REMOTE = "remote"
    """Over the radio or the network: an app, an automation, us."""
    MANUAL = "manual"
    """Key or thumb-turn."""
    AUTO = "auto"
    """The lock by itself."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorReport:
    """One thing that a lock said; `slot` and `name` only as the lock itself gave them.

    `raw` is the lock's own event, without codes: text by text, kept as it came.
    """

    at: datetime
    door_id: str
    act: DoorAct
    method: EntryMethod = EntryMethod.UNKNOWN
    slot: int | None = None
    name: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)
