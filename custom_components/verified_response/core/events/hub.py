"""The hub itself: its pauses, its numbers, its keypads."""

from dataclasses import dataclass
from datetime import datetime

from ..premises import Policy
from ..signals import TroubleKind


@dataclass(frozen=True, kw_only=True, slots=True)
class HubRestarted:
    """The hub was blind from `blind_since` until now, and ignores power-up chatter until `quiet_until`."""

    blind_since: datetime | None
    quiet_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockJumped:
    """The hub's clock was set: what waits goes on waiting for as long as it would have."""

    by_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicySet:
    """The numbers in force from here on."""

    policy: Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongCode:
    """Somebody typed a code that is nobody's."""

    area_id: str | None
    by: str
    contact_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeSpent:
    """A code that was good once is not any more."""

    code_id: str
    contact_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TroubleChanged:
    """Something is wrong with a sensor or a lock, or is no more; `zone_id` names a zone or a door."""

    zone_id: str
    kind: TroubleKind
    on: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkTestStarted:
    """Until then nothing alarms and nothing is sent."""

    until: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkTestNoted:
    """A sensor did something in the walk test; `would` is a key of what it would have done."""

    zone_id: str
    would: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkTestEnded:
    """The sensors protect again."""

    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryForgotten:
    """The false alarms of a zone or camera do not count any more."""

    subject_id: str
    by: str
