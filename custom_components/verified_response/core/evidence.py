"""What speaks for or against an intrusion: items that are only ever added."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .detection import Box, Trust
from .premises import ZoneType


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


type EvidenceItem = ZoneTrip | PersonSeen | PersonReported | NobodySeen | CouldNotSee | ZoneLost


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a human said, when, and on which ground; never overridden by a rule."""

    at: datetime
    by: str
    threat: Threat | None
    """None: false alarm."""
    note: str = ""
