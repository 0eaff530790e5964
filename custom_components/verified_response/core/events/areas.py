"""Areas, and what is typed at them."""

from dataclasses import dataclass
from datetime import datetime

from ..premises import ArmMode


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaArming:
    """The exit delay runs."""

    area_id: str
    mode: ArmMode
    until: datetime | None
    """None while another panel decides when."""
    by: str
    not_closed: tuple[str, ...] = ()
    """Zones that have to close before the delay ends."""
    bypassed: tuple[str, ...] = ()
    attended: bool = False
    left: bool = False
    """Told anew after a restart: somebody had left, and `restarted` had come back, already."""
    restarted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ExitSeen:
    """An entry zone opened in the exit delay: somebody left, or came back; `until` the delay runs anew."""

    area_id: str
    zone_id: str
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmingZoneChanged:
    """A zone that has to be closed by the end of the exit delay opened, closed, or went silent."""

    area_id: str
    zone_id: str
    closed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaArmed:
    """The area is armed, or protects again after a dismissed alarm."""

    area_id: str
    mode: ArmMode
    by: str
    bypassed: tuple[str, ...] = ()
    reason: str = ""
    """"nobody_left" when armed home instead of away, "dismissed" after a false alarm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmingFailed:
    """Zones that have to be closed were not at the end of the exit delay: it is not armed."""

    area_id: str
    mode: ArmMode
    zones: tuple[str, ...]
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureTold:
    """People were told, for the n-th time, that an area could not be armed."""

    area_id: str
    round: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureAcknowledged:
    """Somebody heard it."""

    area_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneBypassed:
    """A zone does not count while its area stays armed, or counts again (`on` False)."""

    area_id: str
    zone_id: str
    on: bool
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneAlarmed:
    """A zone raised an alarm in this armed period; `shut_down` when it may raise no further one."""

    area_id: str
    zone_id: str
    shut_down: bool = False


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
