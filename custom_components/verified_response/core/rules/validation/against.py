"""What explains an alarm away: the time in which people who belong here, weather or power may be behind it.

A cap takes what falls into that time away from the rules that it names; what lies outside still counts.
So the level of what has happened does not fall because of what happens later on, unless later evidence
explains it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from ...evidence import (
    AGAINST,
    EvidenceItem,
    GroupTrip,
    HouseholdPresent,
    LockReported,
    LockSign,
    PowerReturned,
    StormReported,
)
from ...state import KEPT_PER_SOURCE
from .known import Known, Span

PRESENCE_LATE_S = 180
"""A phone tells up to three minutes late that somebody came home."""
CREDENTIAL_LATE_S = 30
"""A lock tells at once; the door may be open before its radio is through."""
STORM_LATE_S = 300
"""The first gust moves a door before the weather station calls it a storm."""
GROUP_REACH_S = 3
"""What trips in the same three seconds belongs to the group."""
TOLD_LATE_S = 5
"""Two things of one moment may be told one after the other, and the later one first."""


def speaks_against(item: EvidenceItem) -> bool:
    """Say whether an item may lower and never raises."""
    return isinstance(item, AGAINST) or _let_in(item)


def _let_in(item: EvidenceItem) -> bool:
    return isinstance(item, LockReported) and item.kind is LockSign.CREDENTIAL_USED


def household_present(known: Known) -> tuple[Span, ...]:
    """From when somebody was at home on, it may have been them; nobody tells when they left."""
    return _from_then_on(known.of(HouseholdPresent), PRESENCE_LATE_S)


def credential_used(known: Known) -> tuple[Span, ...]:
    """From when somebody came in with a code of their own on, it may have been them."""
    used = [item for item in known.of(LockReported) if _let_in(item)]
    return _from_then_on(used, CREDENTIAL_LATE_S)


def _from_then_on(items: Sequence[EvidenceItem], late_s: float) -> tuple[Span, ...]:
    return ((items[0].at - timedelta(seconds=late_s), None),) if items else ()


def storm_reported(known: Known) -> tuple[Span, ...]:
    """As long as one thing may confirm another, a storm may have moved both."""
    return _around(known.of(StormReported), STORM_LATE_S, known.policy.corroboration_window_s)


def power_returned(known: Known) -> tuple[Span, ...]:
    """What starts up trips by itself (CP-01 4.4.3: the first minute)."""
    return _around(known.of(PowerReturned), 0, known.policy.startup_quiet_s)


def group_trip(known: Known) -> tuple[Span, ...]:
    """More places at one moment than anybody can walk through."""
    return _around(known.of(GroupTrip), GROUP_REACH_S, GROUP_REACH_S)


def _around(items: Sequence[EvidenceItem], late_s: float, lasts_s: float) -> tuple[Span, ...]:
    """Return the time around each; where so many came that the middle is not kept, it went on all the while."""
    late, lasts = timedelta(seconds=late_s), timedelta(seconds=lasts_s)
    spans: list[Span] = [(item.at - late, item.at + lasts) for item in items]
    half = KEPT_PER_SOURCE // 2
    if len(items) >= KEPT_PER_SOURCE:
        spans.append((items[half - 1].at, items[-half].at))
    return tuple(spans)


def before_the_newest(known: Known) -> Known:
    """Return the same without what was told against it only now."""
    newest = max((item.at for item in known.items()), default=None)
    if newest is None:
        return known
    since = newest - timedelta(seconds=TOLD_LATE_S)
    kinds = {
        kind: tuple(item for item in items if item.at < since or not speaks_against(item))
        for kind, items in known.kinds.items()
    }
    return replace(known, kinds=kinds)
