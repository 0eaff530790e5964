"""What the hub, the areas, zones and cameras ask."""

from dataclasses import dataclass
from datetime import datetime

from ..detection import Box, Trust
from ..evidence import DetectedKind, Noted
from ..premises import ArmMode
from ..signals import Signal, TroubleKind
from ..state import Phase


@dataclass(frozen=True, kw_only=True, slots=True)
class HubStarted:
    """The hub runs again; `last_alive` is when the journal was last written.

    `resumed`: only the configuration was taken anew within the same run, nothing was missed.
    """

    last_alive: datetime | None
    resumed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteJump:
    """The hub's clock was set forward or, negative, back by this much."""

    by_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TimePassed:
    """A due moment came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """Arm an area; `open_zones` are the zones not known to be closed now."""

    area_id: str
    mode: ArmMode
    by: str
    open_zones: frozenset[str] = frozenset()
    bypass: frozenset[str] = frozenset()
    """Zones that shall not count while it is armed."""
    at_once: bool = False
    """Without exit delay: whoever arms is outside already."""
    attended: bool = False
    """A person arms who may still be inside; an automation does not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bypass:
    """Leave a zone out while its area stays armed, or let it count again."""

    area_id: str
    zone_id: str
    on: bool
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AcknowledgeFailure:
    """Somebody heard that an area could not be armed."""

    area_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Disarm:
    """Disarm an area with a code that was verified; under duress it looks the same and reports."""

    area_id: str
    by: str
    duress: bool = False
    new_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeeSignal:
    """A zone changed; `lost` are the zones that do not report now, `present` who is known to be at home."""

    signal: Signal
    new_id: str
    lost: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class SeePanel:
    """The panel that arms an area instead of ours changed; `mode` None while it is disarmed."""

    area_id: str
    phase: Phase
    mode: ArmMode | None
    by: str
    new_id: str
    present: frozenset[str] = frozenset()
    person: bool = False
    """The panel names who did it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteEvidence:
    """A sound, a lock, a vehicle, the weather or a person at home: evidence, and never an alarm."""

    item: Noted


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportLost:
    """Zones have not reported for longer than a sensor may be away."""

    zones: frozenset[str]
    new_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportTrouble:
    """A sensor's or a lock's battery runs low, it is open, stuck or away, or that is over.

    `zone_id` names a zone or a door.
    """

    zone_id: str
    kind: TroubleKind
    on: bool
    new_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartWalkTest:
    """Every sensor may be tried: nothing alarms and nothing is sent."""

    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EndWalkTest:
    """Enough tried."""

    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportPerson:
    """Enough of the last frames of a camera showed a person."""

    incident_id: str
    camera_id: str
    trust: Trust
    engine: str
    scores: tuple[float, ...]
    box: Box | None
    count: int = 1
    dwell_s: float = 0.0
    direction: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportOutside:
    """The early-warning watch saw a person on a camera that looks outdoors."""

    camera_id: str
    trust: Trust
    engine: str
    scores: tuple[float, ...]
    box: Box | None
    count: int = 1
    dwell_s: float = 0.0
    direction: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDetection:
    """Another integration began to see something on a camera, at the moment `at` that this hub saw it."""

    camera_id: str
    kind: DetectedKind
    at: datetime
    source_family: str
    devices: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportNobody:
    """A camera was looked at for the whole burst without a person."""

    incident_id: str
    camera_id: str
    engine: str
    scores: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportBlind:
    """A camera could not be looked at."""

    incident_id: str
    camera_id: str
    reason: str
