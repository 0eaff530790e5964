"""Grey bytes as numbers: how bright, how varied, how alike, where edges are."""

from collections.abc import Sequence
from math import isfinite, sqrt, sumprod
from typing import Final

from ..detection import LUMA_COLUMNS, LUMA_ROWS

FLAT: Final = 2.0
"""A spread below this many grey levels is no structure: only its brightness can be compared."""

type Cells = Sequence[int] | Sequence[float]


def mean(cells: Cells) -> float:
    """Return the average, 0 of nothing."""
    return sum(cells) / len(cells) if cells else 0.0


def spread(cells: Cells) -> float:
    """Return the standard deviation, 0 of nothing."""
    if not cells:
        return 0.0
    middle = mean(cells)
    return sqrt(max(sumprod(cells, cells) / len(cells) - middle * middle, 0.0))


def correlation(one: Cells, other: Cells) -> float:
    """Return how far two equally long rows go up and down together, -1 to 1; 0 where one is constant."""
    if len(one) != len(other) or not one:
        return 0.0
    together = sumprod(one, other) / len(one) - mean(one) * mean(other)
    both = spread(one) * spread(other)
    if both < 1e-9 or not isfinite(both):
        return 0.0
    return min(max(together / both, -1.0), 1.0)


def edges(luma: Cells) -> tuple[float, ...]:
    """Return what sticks out of its four neighbours, for all cells but the border.

    Light that grows or falls over the whole frame, or slowly across it, changes little here.
    """
    found: list[float] = []
    for start in range(LUMA_COLUMNS, LUMA_COLUMNS * (LUMA_ROWS - 1), LUMA_COLUMNS):
        row = luma[start : start + LUMA_COLUMNS]
        above = luma[start - LUMA_COLUMNS + 1 : start - 1]
        below = luma[start + LUMA_COLUMNS + 1 : start + 2 * LUMA_COLUMNS - 1]
        found.extend(
            here - (left + right + up + down) / 4
            for here, left, right, up, down in zip(
                row[1:-1], row, row[2:], above, below, strict=False
            )
        )
    return tuple(found)
