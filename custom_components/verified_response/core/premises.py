"""What is protected and by which rules: configuration as frozen values that never act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .detection import Box, Polygon, Thresholds
from .errors import InvalidRequestError

ENTRY_PLUS_ABORT_MAX_S = 60  # ANSI/SIA CP-01: entry delay and abort window together


class ArmMode(StrEnum):
    """How an area is armed."""

    AWAY = "away"
    HOME = "home"
    NIGHT = "night"


class ZoneType(StrEnum):
    """What a trip of the zone means (design, section 5)."""

    ENTRY_EXIT = "entry_exit"
    PERIMETER = "perimeter"
    INTERIOR = "interior"
    OUTDOOR = "outdoor"
    DAY_NIGHT = "day_night"
    TAMPER = "tamper"
    FIRE = "fire"
    CARBON_MONOXIDE = "carbon_monoxide"
    WATER = "water"
    PANIC = "panic"
    MEDICAL = "medical"


ALWAYS_ON = frozenset(
    {
        ZoneType.TAMPER,
        ZoneType.FIRE,
        ZoneType.CARBON_MONOXIDE,
        ZoneType.WATER,
        ZoneType.PANIC,
        ZoneType.MEDICAL,
    }
)
COUNTS_WHEN: Mapping[ZoneType, frozenset[ArmMode]] = {
    ZoneType.ENTRY_EXIT: frozenset(ArmMode),
    ZoneType.PERIMETER: frozenset(ArmMode),
    ZoneType.INTERIOR: frozenset({ArmMode.AWAY}),
    ZoneType.OUTDOOR: frozenset(ArmMode),
    ZoneType.DAY_NIGHT: frozenset(ArmMode),
}


class LockFamily(StrEnum):
    """Which adapter speaks to a lock."""

    ZWAVE_JS = "zwave_js"
    MANUAL = "manual"
    NONE = "none"


class ResponderKind(StrEnum):
    """Who answers at the other end; both have humans at a desk that agreed in writing."""

    POLICE_DESK = "police_desk"
    MONITORING_CENTER = "monitoring_center"


class ResponderMode(StrEnum):
    """Off, exercise (marked as such), live."""

    OFF = "off"
    EXERCISE = "exercise"
    LIVE = "live"


class Release(StrEnum):
    """What lets an incident go to a responder: a human's word, or two unanswered requests for it."""

    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """Zones armed as one (alarm partition)."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone:
    """One protected point; `device` and `place` decide whether two zones are independent."""

    id: str
    name: str
    type: ZoneType
    source: str
    areas: tuple[str, ...]
    cameras: tuple[str, ...] = ()
    device: str = ""
    place: str = ""
    forced_entry: bool = False
    """A trip is a sign of force (glass break, lock forced)."""

    def counts_in(self, mode: ArmMode) -> bool:
        """Say whether a trip counts while the area is armed this way."""
        return self.type in ALWAYS_ON or mode in COUNTS_WHEN[self.type]


@dataclass(frozen=True, kw_only=True, slots=True)
class StillThing:
    """What looks like a person and is none (statue, coat stand, poster): the owner said so."""

    box: Box
    patch: bytes = field(default=b"", repr=False)
    """As in PersonBox; empty: known by its place alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraView:
    """One camera and what counts in its picture; an outdoor view never confirms by itself."""

    id: str
    name: str
    source: str
    outdoor: bool = False
    masks: tuple[Polygon, ...] = ()
    """Privacy masks: blackened before anything looks at the picture, and wherever it is shown."""
    region: Polygon = ()
    """Where feet must stand for a person to count; empty: anywhere."""
    least_height: float = 0.0
    most_height: float = 1.0
    """Smaller and larger boxes do not count; heights relative to the frame."""
    score_offset: float = 0.0
    """Added to the model's thresholds for this camera."""
    still_things: tuple[StillThing, ...] = ()
    preroll: bool = False
    """Keep the last seconds before a trip in memory while armed."""
    keep_crops: bool = False
    """Keep what was seen in false alarms, to learn from it."""
    detections: tuple[str, ...] = ()
    """Person, vehicle and animal entities of other integrations that watch the same camera."""

    def thresholds(self, model: Thresholds) -> Thresholds:
        """Return the model's thresholds, moved for this camera and kept within 0–1."""
        return Thresholds(
            raise_=min(max(model.raise_ + self.score_offset, 0.0), 1.0),
            sustain=min(max(model.sustain + self.score_offset, 0.0), 1.0),
            confirm=min(max(model.confirm + self.score_offset, 0.0), 1.0),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One lock that can let a responder in."""

    id: str
    name: str
    source: str
    family: LockFamily
    set_script: str | None = None
    clear_script: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One person who may be asked; `notify` is a target without secrets, None for nobody to push."""

    id: str
    name: str
    role: str
    notify: str | None = None
    has_code: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Responder:
    """One party that comes or sends others; credentials live with the connector, not here."""

    id: str
    name: str
    kind: ResponderKind
    mode: ResponderMode
    release: Release = Release.CONFIRMED

    def __post_init__(self) -> None:
        """Refuse what must never be configured."""
        if self.release is Release.UNANSWERED and self.kind is not ResponderKind.MONITORING_CENTER:
            raise InvalidRequestError("release_needs_monitoring_center")


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The numbers people may tune, journalled with every change; seconds unless said."""

    version: str = "2026.11-2"
    exit_delay_s: int = 60
    entry_delay_s: int = 30
    abort_window_s: int = 30
    confirmation_window_s: int = 60
    corroboration_window_s: int = 1800  # BS 8243 / DD 243: 30–60 minutes, the shorter end
    startup_quiet_s: int = 60  # CP-01 4.4.3: ignore sensors for 60 s after total power loss
    look_s: int = 12
    sustain_s: int = 600  # looked on, slowly, after the last trip or sighting
    loiter_s: int = 20  # outdoors: from here on somebody stays, and does not just pass
    report_age_s: int = 30  # another detector may be this much ahead of the first trip
    frames_needed: int = 2
    frames_window: int = 3
    siren: str | None = None

    def __post_init__(self) -> None:
        """Enforce the CP-01 sum rule and sane ranges."""
        if self.entry_delay_s + self.abort_window_s > ENTRY_PLUS_ABORT_MAX_S:
            raise InvalidRequestError(
                "entry_and_abort_too_long", maximum=str(ENTRY_PLUS_ABORT_MAX_S)
            )
        if min(self.entry_delay_s, self.exit_delay_s, self.abort_window_s) < 0:
            raise InvalidRequestError("delay_negative")


@dataclass(frozen=True, kw_only=True, slots=True)
class Premises:
    """Everything under one contract and one address; the address itself stays with the connector."""

    id: str
    name: str
    policy: Policy = field(default_factory=Policy)
    areas: Mapping[str, Area] = field(default_factory=dict)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    cameras: Mapping[str, CameraView] = field(default_factory=dict)
    doors: Mapping[str, Door] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    responders: Mapping[str, Responder] = field(default_factory=dict)

    def zones_of(self, area_id: str) -> tuple[Zone, ...]:
        """Return the zones of an area, in the order of the configuration."""
        return tuple(zone for zone in self.zones.values() if area_id in zone.areas)
