"""What one frame showed: people, the picture as a whole, and the engine that looked."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LUMA_COLUMNS: Final = 32
LUMA_ROWS: Final = 18
PATCH_COLUMNS: Final = 8
PATCH_ROWS: Final = 16

type Point = tuple[float, float]
"""Relative to the frame, 0–1, origin top left."""
type Polygon = tuple[Point, ...]
"""Closed by itself; the empty one means the whole frame, or nothing where it would hide something."""


class Trust(StrEnum):
    """How far an engine's word carries: low trust alone never makes level 2."""

    FULL = "full"
    LOW = "low"


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A rectangle relative to the frame, 0–1, origin top left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def feet(self) -> Point:
        """Return the point where a person stands: the middle of the lower side."""
        return self.x + self.width / 2, self.y + self.height

    def overlap(self, other: Box) -> float:
        """Return intersection over union, 0–1."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        if wide <= 0 or high <= 0:
            return 0.0
        both = wide * high
        return both / (self.width * self.height + other.width * other.height - both)


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonBox:
    """One person in one frame; score 0–1.

    `patch` is what is in the box as PATCH_COLUMNS x PATCH_ROWS grey bytes, row by row; empty when the
    engine gives none. It recognises things that are always there, never people.
    """

    score: float
    box: Box
    patch: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Glance:
    """A frame as a whole, without looking for anybody: enough to notice change and blindness.

    `luma`: LUMA_COLUMNS x LUMA_ROWS grey bytes, row by row, of the whole frame squeezed to that shape.
    `sharpness`: variance of the Laplacian of the grey picture at 320 pixels width.
    """

    luma: bytes = field(repr=False)
    sharpness: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """Scores from which a person counts, by use."""

    raise_: float = 0.50
    """Nothing else speaks for a person: early warning."""
    sustain: float = 0.45
    """A zone has tripped."""
    confirm: float = 0.35
    """The alarm is already verified: is somebody still there?"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """What one frame showed; width and height in pixels, took_ms including the way to the worker."""

    people: tuple[PersonBox, ...]
    width: int
    height: int
    engine: str
    model: str
    trust: Trust
    took_ms: float
    glance: Glance | None = None

    @property
    def best_score(self) -> float:
        """Return the highest score, 0 when nobody was seen."""
        return max((person.score for person in self.people), default=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectorInfo:
    """Which engine looks; `reason` is a key why nothing better does, None when this is the best.

    `at_once`: how many frames it takes together; `frame_ms`: median time of one frame, None until known.
    """

    engine: str
    model: str
    trust: Trust
    reason: str | None
    thresholds: Thresholds = field(default_factory=Thresholds)
    at_once: int = 1
    frame_ms: float | None = None
