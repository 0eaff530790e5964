"""What the sensors said: one raw observation each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SignalKind(StrEnum):
    """What changed at a zone."""

    TRIPPED = "tripped"
    RESTORED = "restored"
    UNAVAILABLE = "unavailable"
    REPORTED_OPEN = "reported_open"
    """Open, but nobody saw it open: only reported again after a silence."""


class ZoneStatus(StrEnum):
    """What is known of a zone now; unavailable is neither open nor closed."""

    OPEN = "open"
    CLOSED = "closed"
    UNAVAILABLE = "unavailable"


class TroubleKind(StrEnum):
    """What is wrong with a sensor or a lock; trouble is separate from alarm."""

    OFFLINE = "offline"
    LOW_BATTERY = "low_battery"
    TAMPER = "tamper"
    FIRMWARE = "firmware"
    """An update waits."""
    JAMMED = "jammed"
    """Of a lock: the bolt is stuck."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """One observation of one zone, at the time the hub saw it."""

    zone_id: str
    kind: SignalKind
    at: datetime
