"""What is asked of the house; ids and slots are chosen outside and passed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .detection import Box, Trust
from .evidence import DetectedKind, Noted, Threat
from .incident import IncidentKind
from .premises import ArmMode
from .signals import Signal, TroubleKind
from .state import Phase


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDistress:
    """Somebody calls for help: at once, no abort window."""

    new_id: str
    kind: IncidentKind
    silent: bool
    by: str
    message: str = ""
    ha_area: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDuress:
    """A duress code was typed where it could do nothing else; nobody may see it."""

    new_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirm:
    """A human says somebody is there."""

    incident_id: str
    threat: Threat
    by: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismiss:
    """A human says it was a false alarm; the areas stay armed. Under duress it only looks so."""

    incident_id: str
    by: str
    duress: bool = False
    new_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CannotSee:
    """A human was asked, looked, and cannot say."""

    incident_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgetHistory:
    """The owner mended a zone or camera: its false alarms do not count any more."""

    subject_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SpendCode:
    """A code that is good once was used."""

    code_id: str
    contact_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareWith:
    """A human sends an incident to one responder."""

    incident_id: str
    responder_id: str
    ground: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RespondersSay:
    """A responder reported back; `event_id` makes it count once."""

    responder_id: str
    incident_id: str
    status: str
    number: str
    event_id: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestGrant:
    """Write down a grant; `slots` were free a moment ago, `failed` locks could not even be read."""

    new_id: str
    recipient: str
    by: str
    expires_at: datetime
    fingerprint: str
    slots: Mapping[str, int]
    failed: Mapping[str, str] = field(default_factory=dict)
    incident_id: str | None = None
    max_uses: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeGrant:
    """End a grant now."""

    grant_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialSeen:
    """A lock reported that our code opened it."""

    door_id: str
    slot: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectStarts:
    """An attempt begins: on disk before the first byte leaves."""

    effect_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectDone:
    """The effect happened; `outcome` and `number` say how."""

    effect_id: str
    outcome: str = ""
    number: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectFailed:
    """An attempt failed; `final` ends it, else it is tried again at `retry_at`."""

    effect_id: str
    code: str
    final: bool
    retry_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteWrongCode:
    """Somebody typed a code that is nobody's, or no longer good; the code itself is never kept."""

    area_id: str | None
    by: str
    contact_id: str | None = None
    """Whose it was, when it was good once."""
    reason: str = ""
    """"expired" or "spent", when it was good once."""


type Command = (
    HubStarted
    | NoteJump
    | TimePassed
    | Arm
    | Disarm
    | Bypass
    | AcknowledgeFailure
    | SeeSignal
    | SeePanel
    | NoteEvidence
    | ReportLost
    | ReportTrouble
    | StartWalkTest
    | EndWalkTest
    | ReportPerson
    | ReportOutside
    | ReportDetection
    | ReportNobody
    | ReportBlind
    | ReportDistress
    | ReportDuress
    | Confirm
    | Dismiss
    | CannotSee
    | ForgetHistory
    | SpendCode
    | ShareWith
    | RespondersSay
    | RequestGrant
    | RevokeGrant
    | CredentialSeen
    | EffectStarts
    | EffectDone
    | EffectFailed
    | NoteWrongCode
)
