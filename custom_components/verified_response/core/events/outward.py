"""What must be done outside, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from ..effects import Effect
from ..incident import DeliveryStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareRequested:
    """Who asked that a responder gets the incident, and on what ground."""

    incident_id: str
    responder_id: str
    ground: str
    by: str
    sequence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryChanged:
    """A responder's copy came further, or did not."""

    incident_id: str
    responder_id: str
    status: DeliveryStatus
    number: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponderReported:
    """A responder's own status."""

    incident_id: str
    responder_id: str
    status: str
    number: str
    event_id: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectRequested:
    """An outward act that must happen."""

    effect_id: str
    effect: Effect


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectStarted:
    """An attempt began."""

    effect_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectFinished:
    """The effect needs no more attempts: `code` None when it happened."""

    effect_id: str
    code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectDelayed:
    """An attempt failed and another follows."""

    effect_id: str
    code: str
    retry_at: datetime | None
