"""Everything known, as one frozen value; folds/ says how events change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .access import AccessGrant, Passage
from .calls import Cry
from .effects import PendingEffect
from .entries import DoorReport
from .evidence import EvidenceItem
from .incident import Incident
from .premises import ArmMode, Policy
from .signals import TroubleKind

KEPT_ENDED = 50
"""Ended incidents and gone grants kept at hand for lists; older ones are read from the journal."""
KEPT_REPORTS = 256
"""Webhook event ids remembered against replays."""
KEPT_RECENT = 40
KEPT_OUTCOMES = 50
"""Per zone and camera: more than a month of false alarms in the worst of houses."""
KEPT_SPENT = 200
KEPT_ATTEMPTS = 100
KEPT_PER_SOURCE = 40
"""Evidence of one zone or camera in one incident: the first half and the newest half stay."""

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
class Exit:
    """What happens in an exit delay."""

    not_closed: tuple[str, ...] = ()
    """Zones that have to close before it ends."""
    attended: bool = False
    left: bool = False
    """An entry zone opened."""
    restarted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmFailure:
    """An area that could not be armed after people left; told until somebody acknowledges."""

    mode: ArmMode
    zones: tuple[str, ...]
    told_at: datetime
    rounds: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkTest:
    """Sensors are tried: `noted` has what each would have done, by zone, the last time it tripped."""

    until: datetime
    by: str
    noted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How an incident ended in which a zone or a camera had spoken."""

    at: datetime
    false: bool
    doubted: bool = False
    """Said under duress: shown like any other until the silent call for help is ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaState:
    """One area; `mode` None while disarmed."""

    phase: Phase = Phase.DISARMED
    mode: ArmMode | None = None
    until: datetime | None = None
    changed_by: str | None = None
    incident_id: str | None = None
    bypassed: tuple[str, ...] = ()
    """Zones that do not count in this armed period."""
    alarms: Mapping[str, int] = field(default_factory=dict)
    """How many alarms each zone raised in this armed period."""
    exit: Exit | None = None
    """Only while ARMING."""
    failure: ArmFailure | None = None
    """The last attempt to arm failed, and nobody has acknowledged that."""


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
    blind_until: datetime | None = None
    """When the hub ran again after its last pause."""
    last_alive: datetime | None = None
    wrong_codes: int = 0
    keypad_locked_until: datetime | None = None
    outside_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each camera warned early, for as long as that keeps it from warning again."""
    recent: tuple[EvidenceItem, ...] = ()
    """What was noted while armed and nothing was open, newest last."""
    waiting: Mapping[str, datetime] = field(default_factory=dict)
    """Zones that tripped and wait for their partner (cross zoning)."""
    history: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    """How the incidents of each zone and camera ended, newest last."""
    troubles: Mapping[str, tuple[TroubleKind, ...]] = field(default_factory=dict)
    lost_at: Mapping[str, datetime] = field(default_factory=dict)
    """Zones that were missed while armed, since when."""
    spent_codes: tuple[str, ...] = ()
    walk_test: WalkTest | None = None
    door_attempts: Mapping[str, datetime] = field(default_factory=dict)
    """When an attempt at each door was told last."""
    refused: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    """Wrong codes in a row at each door."""
    door_said: Mapping[str, DoorReport] = field(default_factory=dict)
    """What each lock said last."""
    passages: Mapping[str, Passage] = field(default_factory=dict)
    """Doors unlocked from afar, by door."""
    cry: Cry | None = None
    """Asked back about just now."""

    def area(self, area_id: str) -> AreaState:
        """Return an area's state, disarmed when it was never touched."""
        return self.areas.get(area_id, AreaState())

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return the incidents that no person has ended, oldest first."""
        return tuple(item for item in self.incidents.values() if item.is_open)
