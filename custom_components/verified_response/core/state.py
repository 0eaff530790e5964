"""Everything known, as one frozen value; folds/ says how events change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .access import AccessGrant
from .effects import PendingEffect
from .incident import Incident
from .premises import ArmMode, Policy

KEPT_ENDED = 50
"""Ended incidents and gone grants kept at hand for lists; older ones are read from the journal."""
KEPT_REPORTS = 256
"""Webhook event ids remembered against replays."""


OUTSIDE_AGAIN_S = 10
"""The same camera warns early at most this often."""
WRONG_CODES_IN_A_ROW = 5
LOCKOUT_S = 60
LOCKOUT_MAX_S = 900
"""Five wrong codes cost a minute, each further five twice as long: all 10 000 take three weeks."""


class Phase(StrEnum):
    """Where an area stands."""

    DISARMED = "disarmed"
    ARMING = "arming"
    ARMED = "armed"
    PENDING = "pending"
    TRIGGERED = "triggered"


PROTECTING = frozenset({Phase.ARMED, Phase.PENDING, Phase.TRIGGERED})


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaState:
    """One area; `mode` None while disarmed."""

    phase: Phase = Phase.DISARMED
    mode: ArmMode | None = None
    until: datetime | None = None
    changed_by: str | None = None
    incident_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PremisesState:
    """The whole memory; `effects_made` numbers the effects."""

    areas: Mapping[str, AreaState] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    grants: Mapping[str, AccessGrant] = field(default_factory=dict)
    effects: Mapping[str, PendingEffect] = field(default_factory=dict)
    effects_made: int = 0
    reports_seen: tuple[str, ...] = ()
    policy: Policy | None = None
    quiet_until: datetime | None = None
    blind_since: datetime | None = None
    last_alive: datetime | None = None
    wrong_codes: int = 0
    keypad_locked_until: datetime | None = None
    outside_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each camera warned early, for as long as that keeps it from warning again."""

    def area(self, area_id: str) -> AreaState:
        """Return an area's state, disarmed when it was never touched."""
        return self.areas.get(area_id, AreaState())

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return the incidents that no person has ended, oldest first."""
        return tuple(item for item in self.incidents.values() if item.is_open)
