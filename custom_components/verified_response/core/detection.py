"""When boxes over time mean "a person is here"."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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
    """One person in one frame; score 0–1."""

    score: float
    box: Box


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

    @property
    def best_score(self) -> float:
        """Return the highest score, 0 when nobody was seen."""
        return max((person.score for person in self.people), default=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectorInfo:
    """Which engine looks; `reason` is a key why nothing better does, None when this is the best."""

    engine: str
    model: str
    trust: Trust
    reason: str | None


def seen_in(
    frames: Sequence[Detection], *, needed: int, window: int, threshold: float, overlap: float = 0.1
) -> bool:
    """Say whether one person was seen in `needed` of the last `window` frames.

    A person moves between frames, so boxes need to overlap only a little; two unrelated blips in
    opposite corners are not one person.
    """
    recent = [
        [person.box for person in frame.people if person.score >= threshold]
        for frame in frames[-window:]
    ]
    for index, boxes in enumerate(recent):
        for box in boxes:
            last, votes = box, 1
            for later in recent[index + 1 :]:
                match = max(later, key=last.overlap, default=None)
                if match is not None and last.overlap(match) >= overlap:
                    last, votes = match, votes + 1
            if votes >= needed:
                return True
    return False
