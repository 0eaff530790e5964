"""Areas, and what is typed at them."""

from dataclasses import dataclass
from datetime import datetime

from ..premises import ArmMode


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaArming:
    """The exit delay runs."""

    area_id: str
    mode: ArmMode
    until: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaArmed:
    """The area is armed, or protects again after a dismissed alarm."""

    area_id: str
    mode: ArmMode
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaPending:
    """The entry delay runs."""

    area_id: str
    incident_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaTriggered:
    """Alarm; only a person ends it."""

    area_id: str
    incident_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaDisarmed:
    """A person disarmed."""

    area_id: str
    by: str
