"""How often a zone or a camera was wrong lately, and which zone cries wolf."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..premises import ALWAYS_ON, Policy, Zone
from ..state import Outcome, PremisesState


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How the incidents ended in which something had spoken."""

    false: int
    true: int

    @property
    def rate(self) -> float | None:
        """Return the share of false ones; None when it never spoke."""
        total = self.false + self.true
        return self.false / total if total else None


def lately(outcomes: Iterable[Outcome], policy: Policy, now: datetime) -> tuple[Outcome, ...]:
    """Return the outcomes that still count."""
    since = now - timedelta(days=policy.false_alarm_days)
    return tuple(item for item in outcomes if item.at >= since)


def tally(outcomes: Iterable[Outcome], policy: Policy, now: datetime) -> Tally:
    """Return how many of the outcomes that still count were false and true."""
    counted = lately(outcomes, policy, now)
    false = sum(item.false for item in counted)
    return Tally(false=false, true=len(counted) - false)


def false_alarms(state: PremisesState, policy: Policy, now: datetime) -> int:
    """Return how many false alarms there were: one that several zones raised is one."""
    return len(
        {
            item.at
            for outcomes in state.history.values()
            for item in lately(outcomes, policy, now)
            if item.false
        }
    )


def cries_wolf(
    zone: Zone,
    outcomes: tuple[Outcome, ...],
    policy: Policy,
    now: datetime,
    *,
    left_at: datetime | None = None,
) -> bool:
    """Say whether a zone's false alarms ask for repair; since the owner left it, only later ones do."""
    if zone.type in ALWAYS_ON:
        return False
    found = tally(outcomes, policy, now)
    later = [item for item in outcomes if left_at is None or item.at > left_at]
    asked = tally(later, policy, now).false >= policy.false_alarms_many
    return asked and found.false > found.true
