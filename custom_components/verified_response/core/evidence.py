"""What speaks for or against an intrusion: items that are only ever added."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .calls import Call
from .detection import Box, Trust
from .premises import SignKind, ZoneType


class Threat(StrEnum):
    """What a human says is there."""

    NONE = "none"
    """Somebody is there who should not be; no threat seen."""
    PROPERTY = "property"
    LIFE = "life"


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneTrip:
    """A zone tripped; two trips are independent when device and place both differ."""

    at: datetime
    zone_id: str
    zone_type: ZoneType
    device: str
    place: str
    forced_entry: bool = False
    observed: bool = True
    """False: found open after a silence, told and kept but never an alarm."""
    order: int = 0
    """1 for the first trip of the incident: where somebody went, and when."""
    false_alarms: int = 0
    """How often this zone raised a false alarm lately; a zone that cries wolf confirms nothing."""


class DetectedKind(StrEnum):
    """What another detector says it saw; only people are evidence of a presence."""

    PERSON = "person"
    VEHICLE = "vehicle"
    ANIMAL = "animal"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonSeen:
    """A person was seen in enough of the last frames; one score per frame looked at."""

    at: datetime
    camera_id: str
    outdoor: bool
    trust: Trust
    engine: str
    scores: tuple[float, ...]
    box: Box | None = None
    count: int = 1
    """People at once."""
    dwell_s: float = 0.0
    """How long the one seen longest has been there."""
    direction: str = ""
    """"in", "out", or "" when it is not known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonReported:
    """Another integration watches the same camera and began to see somebody, or something.

    Nobody knows how it looks or how often it is wrong: a detector among others, never a confirmation.
    `devices` and `places` are those of the camera and of what reported; empty ones are not known.
    """

    at: datetime
    camera_id: str
    source_family: str
    kind: DetectedKind
    outdoor: bool
    trust: Trust = Trust.LOW
    devices: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NobodySeen:
    """A camera was looked at for its full time and nobody was seen; absence proves little."""

    at: datetime
    camera_id: str
    engine: str
    scores: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CouldNotSee:
    """A camera or the detector could not be used: unknown, never "nobody there"."""

    at: datetime
    camera_id: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneLost:
    """A zone stopped reporting during the incident."""

    at: datetime
    zone_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelTriggered:
    """The alarm panel that arms this area instead of ours says alarm: one detector, no more."""

    at: datetime
    area_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SoundHeard:
    """An entity the owner named heard glass, a shot, a scream or a smoke alarm."""

    at: datetime
    sign_id: str
    kind: SignKind
    device: str = ""
    place: str = ""


class LockSign(StrEnum):
    """What a lock says of itself."""

    FORCED = "forced"
    JAMMED = "jammed"
    TAMPER = "tamper"
    WRONG_CODES = "wrong_codes"
    """Several in a row at its keypad."""
    CREDENTIAL_USED = "credential_used"
    """Opened with a code that somebody was given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LockReported:
    """A protected lock reported something; `who` names the credential only when it is proven."""

    at: datetime
    door_id: str
    kind: LockSign
    who: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class VehicleReported:
    """A vehicle or its number plate was reported: kept, and never anybody's identity."""

    at: datetime
    sign_id: str
    plate: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseholdPresent:
    """Somebody who lives here, or was let in, is at home: lowers what could be them, hides nothing."""

    at: datetime
    who: str
    """Id of the contact or of the sign."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StormReported:
    """Weather that moves doors and trees, by an entity the owner named."""

    at: datetime
    sign_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PowerReturned:
    """Mains power came back: sensors that start up trip by themselves."""

    at: datetime
    sign_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupTrip:
    """More zones in more places at one moment than anybody can walk through: a storm, or power."""

    at: datetime
    zones: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DevicesLost:
    """Several devices stopped reporting at once: suspected jamming, or somebody cut something."""

    at: datetime
    zones: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HubWasBlind:
    """The hub did not run for a while, and what happened then is not known."""

    at: datetime
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CouldNotTell:
    """A person was asked, looked, and cannot say."""

    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HelpCalled:
    """Somebody called for help aloud; nothing of what was said is kept, and nobody is known by voice."""

    at: datetime
    call: Call
    device: str = ""
    """Name of the satellite or phone that heard it."""
    place: str = ""


type EvidenceItem = (
    ZoneTrip
    | PanelTriggered
    | PersonSeen
    | PersonReported
    | NobodySeen
    | CouldNotSee
    | ZoneLost
    | DevicesLost
    | SoundHeard
    | LockReported
    | VehicleReported
    | HouseholdPresent
    | StormReported
    | PowerReturned
    | GroupTrip
    | HubWasBlind
    | CouldNotTell
    | HelpCalled
)

type Noted = (
    SoundHeard | LockReported | VehicleReported | HouseholdPresent | StormReported | PowerReturned
)
"""What comes by itself, with or without an alarm."""

AGAINST = (HouseholdPresent, StormReported, PowerReturned, GroupTrip)
"""Kinds that may lower and never raise; all others never lower."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a human said, when, and on which ground; never overridden by a rule."""

    at: datetime
    by: str
    threat: Threat | None
    """None: false alarm."""
    note: str = ""
