"""The hub itself: its pauses, its numbers, its keypads."""

from dataclasses import dataclass
from datetime import datetime

from ..premises import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class HubRestarted:
    """The hub was blind from `blind_since` until now, and ignores power-up chatter until `quiet_until`."""

    blind_since: datetime | None
    quiet_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicySet:
    """The numbers in force from here on."""

    policy: Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongCode:
    """Somebody typed a code that is nobody's."""

    area_id: str | None
    by: str
