"""A drawn porch, empty and with a person: an engine that cannot tell them apart must not be believed."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from .card import Drawn
from .decode import Person
from .pixels.drawing import HEIGHT, WIDTH, porch, porch_with_person

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["measure", "passes", "porch", "porch_with_person"]

SEEN: Final = 0.5
EMPTY: Final = 0.3
# Half precision and other processors move scores by up to 0.03 and boxes by a pixel or two.
SCORE_MAY_DIFFER: Final = 0.1
EDGE_MAY_DIFFER: Final = 6.0  # pixels of the drawing
LEAST_OVERLAP: Final = 0.5
# Where nothing was measured for a model: anywhere over the drawn body, sure enough to raise an alarm.
ANYWHERE: Final = ((350, 440, 300), (330, 460, 380))
DRAWN_WIDTH: Final = 0.35  # of the height, arms and stride included


class Testable(Protocol):
    """What is tested."""

    @property
    def drawn(self) -> Sequence[Drawn]:
        """Return what it is known to find in drawings; empty when nobody has measured."""
        ...

    def look(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Person]]:
        """Return the people in each BGR frame."""
        ...


def passes(engine: Testable) -> bool:
    """Say whether the engine sees the drawn person where it stands, and nobody on the empty porch."""
    return measure(engine) is not None


def measure(engine: Testable) -> float | None:
    """Test an engine; return its milliseconds per frame, or None when it must not be believed."""
    people, _ = _look(engine, porch())
    if any(person.score >= EMPTY for person in people):
        return None
    places = [(each.left, each.feet, each.tall) for each in engine.drawn] or ANYWHERE
    expected = [_as_expected(each) for each in engine.drawn] or [
        _anywhere(*each) for each in ANYWHERE
    ]
    times: list[float] = []
    for place, holds in zip(places, expected, strict=True):
        scene = porch_with_person(*place)
        people, ms = _look(engine, scene)
        sure = [person for person in people if person.score >= SEEN]
        if len(sure) != 1 or not holds(sure[0]):
            return None
        times += [ms, _look(engine, scene)[1]]
    return statistics.median(times)


def _look(engine: Testable, scene: NDArray[np.uint8]) -> tuple[list[Person], float]:
    """Look at one drawing; say how many milliseconds that took."""
    began = time.perf_counter()
    (people,) = engine.look([scene])
    return people, (time.perf_counter() - began) * 1000


def _as_expected(known: Drawn) -> Callable[[Person], bool]:
    """Return the question whether score and box are what was measured."""

    def holds(person: Person) -> bool:
        edges = zip(_corners(*person[1:]), _corners(*known.box), 2 * (WIDTH, HEIGHT), strict=True)
        return abs(person.score - known.score) <= SCORE_MAY_DIFFER and all(
            abs(found - wanted) * side <= EDGE_MAY_DIFFER for found, wanted, side in edges
        )

    return holds


def _anywhere(left: int, feet: int, tall: int) -> Callable[[Person], bool]:
    """Return the question whether somebody is seen where the drawn body is."""
    wide = DRAWN_WIDTH * tall
    body = Person(1, (left - wide / 2) / WIDTH, (feet - tall) / HEIGHT, wide / WIDTH, tall / HEIGHT)
    return lambda person: _overlap(person, body) >= LEAST_OVERLAP


def _corners(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom."""
    return x, y, x + width, y + height


def _overlap(one: Person, other: Person) -> float:
    """Return intersection over union."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(wide, 0.0) * max(high, 0.0)
    return both / (one.width * one.height + other.width * other.height - both)
