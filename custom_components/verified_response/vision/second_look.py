"""Whoever is uncertain is looked at once more, in the mirror: networks are not symmetric, people nearly are.

Measured on labelled pictures: the mean of both looks finds more people at the same share of false pictures
(docs/benchmarks.md). The second look costs one more frame, only when somebody is uncertain.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .card import Drawn, ModelCard, Thresholds
from .decode import Person
from .engine import Engine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]

CANDIDATE: Final = 0.25
"""The engine below must tell people from this score on: the mean may lift them over the report floor."""
CERTAIN: Final = 0.60
RAMP: Final = 0.10
"""Over this width the second look gains its full weight: a hair's difference must not make a jump."""
SAME: Final = 0.5
"""Overlap from which a person in the mirror is the same one."""


def with_candidates(card: ModelCard) -> ModelCard:
    """Return the card for an engine that tells candidates too."""
    return replace(card, thresholds=replace(card.thresholds, report=CANDIDATE))


class SecondLook:
    """An engine that asks another one twice about the uncertain."""

    def __init__(self, engine: Engine, *, thresholds: Thresholds) -> None:
        """Wrap an engine that tells people from CANDIDATE on; `thresholds` are those of the model."""
        self._engine = engine
        self._thresholds = thresholds

    @property
    def name(self) -> str:
        """Return the engine's key."""
        return self._engine.name

    @property
    def model(self) -> str:
        """Return the model's name."""
        return self._engine.model

    @property
    def trust(self) -> str:
        """Return how far its word carries."""
        return self._engine.trust

    @property
    def enough(self) -> int:
        """Return how many pixels of the longer side it can use."""
        return self._engine.enough

    @property
    def at_once(self) -> int:
        """Return how many frames it takes together."""
        return self._engine.at_once

    @property
    def thresholds(self) -> Thresholds:
        """Return what its scores mean."""
        return self._thresholds

    @property
    def drawn(self) -> Sequence[Drawn]:
        """Return what it is known to find in the drawings of the self-test."""
        return self._engine.drawn

    def look(self, frames: Sequence[Pixels]) -> list[list[Person]]:
        """Return the people in each BGR frame, best first."""
        seen = self._engine.look(frames)
        uncertain = [number for number, people in enumerate(seen) if any(map(weight, people))]
        if uncertain:
            mirrored = self._engine.look([mirror(frames[number]) for number in uncertain])
            for number, people in zip(uncertain, mirrored, strict=True):
                seen[number] = blend(seen[number], [turned(person) for person in people])
        floor = self._thresholds.report
        return [
            sorted((one for one in people if one.score >= floor), key=lambda one: -one.score)
            for people in seen
        ]


def weight(person: Person) -> float:
    """Return how much the second look counts for a person, 0–1."""
    rising, falling = (person.score - CANDIDATE) / RAMP, (CERTAIN - person.score) / RAMP
    return min(1.0, max(0.0, min(rising, falling)))


def mirror(pixels: Pixels) -> Pixels:
    """Return the frame as seen in a mirror."""
    import numpy as np

    return np.ascontiguousarray(pixels[:, ::-1])


def turned(person: Person) -> Person:
    """Return where a person of the mirror stands in the frame."""
    return person._replace(x=max(0.0, 1 - person.x - person.width))


def blend(people: Sequence[Person], again: Sequence[Person]) -> list[Person]:
    """Return the people of the first look with scores of both; whoever the mirror alone shows is nobody."""
    left = list(again)
    blended = []
    for person in people:
        same = max(left, key=lambda other: _overlap(person, other), default=None)
        other = 0.0
        if same is not None and _overlap(person, same) >= SAME:
            left.remove(same)
            other = same.score
        change = (other - person.score) / 2
        blended.append(person._replace(score=person.score + weight(person) * change))
    return blended


def _overlap(one: Person, other: Person) -> float:
    """Return intersection over union."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    return both / (one.width * one.height + other.width * other.height - both)
