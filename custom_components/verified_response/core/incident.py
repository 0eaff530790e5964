"""One continuous happening at one premises.

    ENTRY_DELAY ─▶ ABORT_WINDOW ─▶ VERIFYING ⇄ AWAITING_CONFIRMATION ─▶ SHARED ─▶ ACKNOWLEDGED
         │              │              │                │                  │           │
         └──────────────┴──────────────┴── a person ────┴──────────────────┴───────────┘
                                       ▼
                            CANCELLED (false) or CLOSED (dealt with)

What a person calls for (panic, duress, medical, fire) starts at VERIFYING and is shared at once.
Invariants: only a person ends an incident; nothing is shared before ABORT_WINDOW ends, except distress.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .assessment import Assessment
from .calls import Call
from .evidence import EvidenceItem, Verdict


class IncidentKind(StrEnum):
    """What it is about; only burglary has an alarm level."""

    BURGLARY = "burglary"
    TAMPER = "tamper"
    PANIC = "panic"
    DURESS = "duress"
    FIRE = "fire"
    MEDICAL = "medical"
    CARBON_MONOXIDE = "carbon_monoxide"
    WATER = "water"


class Stage(StrEnum):
    """Where it stands; shown as the incident sensor."""

    ENTRY_DELAY = "entry_delay"
    ABORT_WINDOW = "abort_window"
    VERIFYING = "verifying"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    SHARED = "shared"
    ACKNOWLEDGED = "acknowledged"
    CANCELLED = "cancelled"
    CLOSED = "closed"


_ANSWERED_AS = {
    IncidentKind.FIRE: Call.FIRE,
    IncidentKind.CARBON_MONOXIDE: Call.FIRE,
    IncidentKind.WATER: Call.FIRE,
    IncidentKind.MEDICAL: Call.MEDICAL,
}
KIND_OF: Mapping[Call, IncidentKind] = {
    Call.POLICE: IncidentKind.PANIC,
    Call.FIRE: IncidentKind.FIRE,
    Call.MEDICAL: IncidentKind.MEDICAL,
}
"""What a person opens by a call."""


def call_of(kind: IncidentKind) -> Call:
    """Return who comes to an incident of a kind."""
    return _ANSWERED_AS.get(kind, Call.POLICE)


ENDED = frozenset({Stage.CANCELLED, Stage.CLOSED})
BEFORE_SENDING = frozenset({Stage.ENTRY_DELAY, Stage.ABORT_WINDOW})
HAS_LEVEL = frozenset({IncidentKind.BURGLARY, IncidentKind.TAMPER})
LOUD = frozenset({IncidentKind.FIRE, IncidentKind.CARBON_MONOXIDE})
"""Sounds the siren without anybody being armed."""
STAYS_AT_HOME = frozenset({IncidentKind.WATER, IncidentKind.CARBON_MONOXIDE, IncidentKind.TAMPER})
"""Told to people; a police desk has no use for it."""


class DeliveryStatus(StrEnum):
    """What is known of one responder having the incident."""

    REQUESTED = "requested"
    STARTED = "started"
    """Bytes may have left: only asking the responder can tell."""
    DELIVERED = "delivered"
    REJECTED = "rejected"
    HELD = "held"
    """Unsent when the hub stopped: a person decides, never sent late by itself."""
    WITHDRAWN = "withdrawn"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


LEFT_THE_HOUSE = frozenset(
    {DeliveryStatus.STARTED, DeliveryStatus.DELIVERED, DeliveryStatus.CANCELLING}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One responder's copy: who asked for it, on what ground, and how far it came."""

    responder_id: str
    status: DeliveryStatus
    ground: str
    by: str
    sequence: int
    number: str | None = None
    responder_status: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt to reach a person for their word (two-call verification); `outcome` is a key."""

    at: datetime
    contact_id: str
    channel: str
    round: int
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """Folded from its events; `held` is set by a restart and lifted by a person."""

    id: str
    kind: IncidentKind
    opened_at: datetime
    stage: Stage
    areas: tuple[str, ...] = ()
    until: datetime | None = None
    covert: bool = False
    silent: bool = False
    message: str = ""
    ha_area: str | None = None
    by: str = "hub"
    joined: tuple[IncidentKind, ...] = ()
    """Kinds of the calls for help that came later and belong to it."""
    called_at: datetime | None = None
    """When help was called for last, where that was not at the opening."""
    evidence: tuple[EvidenceItem, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    assessment: Assessment = field(default_factory=lambda: Assessment(level=None))
    asked_at: datetime | None = None
    asks: int = 0
    attempts: tuple[Attempt, ...] = ()
    look_until: datetime | None = None
    held: bool = False
    sequence: int = 0
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    ended_at: datetime | None = None
    end_reason: str | None = None
    recall: bool = True
    """False: ended under duress, so nobody is called back, and nobody may see that."""

    @property
    def is_open(self) -> bool:
        """Say whether no person has ended it."""
        return self.stage not in ENDED

    @property
    def kinds(self) -> tuple[IncidentKind, ...]:
        """Return what it is about: first what it was opened for, then what joined it."""
        return (self.kind, *self.joined)

    @property
    def calls(self) -> frozenset[Call]:
        """Return who comes to it."""
        return frozenset(call_of(kind) for kind in self.kinds)

    @property
    def is_distress(self) -> bool:
        """Say whether a person called for help: no abort window, no confirmation."""
        return self.kind in {IncidentKind.PANIC, IncidentKind.DURESS} or self.by != "hub"

    @property
    def confirmed(self) -> bool:
        """Say whether any human confirmed it; a later denial does not erase that."""
        return any(verdict.threat is not None for verdict in self.verdicts)

    @property
    def contradicted(self) -> bool:
        """Say whether people answered differently; both answers are kept."""
        return self.confirmed and any(verdict.threat is None for verdict in self.verdicts)
