"""Privacy masks: polygons that are black before anything looks."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]

type Polygons = Sequence[Sequence[tuple[float, float]]]
type _Polygon = tuple[tuple[float, float], ...]


def blackened(pixels: Pixels, polygons: Polygons) -> Pixels:
    """Return the frame with the polygons (corners 0-1, of the upright frame) filled with black."""
    shape = tuple(tuple((float(x), float(y)) for x, y in each) for each in polygons)
    covered = _covered(shape, *pixels.shape[:2])
    result = pixels if pixels.flags.writeable else pixels.copy()
    result[covered] = 0
    return result


@lru_cache(maxsize=32)
def _covered(polygons: tuple[_Polygon, ...], height: int, width: int) -> NDArray[np.bool_]:
    """Return which pixels a polygon touches; what it crosses itself around counts as inside."""
    import numpy as np

    covered = np.zeros((height, width), np.bool_)
    for polygon in polygons:
        covered |= _inside(polygon, height, width)
    # A pixel whose centre is just outside may still show a part of what is inside.
    grown = covered.copy()
    grown[1:] |= covered[:-1]
    grown[:-1] |= covered[1:]
    grown[:, 1:] |= covered[:, :-1]
    grown[:, :-1] |= covered[:, 1:]
    return grown


def _inside(polygon: _Polygon, height: int, width: int) -> NDArray[np.bool_]:
    """Return which pixel centres lie inside: each edge turns the count by one where it crosses a row."""
    import numpy as np

    turns = np.zeros((height, width + 1), np.int32)
    middles = np.arange(height) + 0.5
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], *polygon[:1]), strict=True):
        low, high = sorted((y1 * height, y2 * height))
        rows = np.flatnonzero((middles >= low) & (middles < high))
        if not len(rows):
            continue
        along = (middles[rows] - y1 * height) / ((y2 - y1) * height)
        crossing = (x1 + (x2 - x1) * along) * width
        first = np.ceil(crossing - 0.5).clip(0, width).astype(np.intp)
        turns[rows, first] += 1 if y2 > y1 else -1
    inside: NDArray[np.bool_] = turns[:, :width].cumsum(1) != 0
    return inside
