"""Whether two pictures show the same scene in the same frame: masks and regions are drawn for one of them."""

from collections.abc import Sequence
from math import sqrt
from typing import Final

WIDTH: Final = 32
HEIGHT: Final = 18
FLAT: Final = 3.0
"""Grey levels: below it there is noise and nothing to compare, as in the dark."""


def likeness(one: Sequence[int], other: Sequence[int]) -> float | None:
    """Return the correlation of two thumbnails, None when one of them shows nothing."""
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    spread_one = sqrt(sum((value - mean_one) ** 2 for value in one) / len(one))
    spread_other = sqrt(sum((value - mean_other) ** 2 for value in other) / len(other))
    if min(spread_one, spread_other) < FLAT:
        return None
    shared = sum(
        (left - mean_one) * (right - mean_other) for left, right in zip(one, other, strict=True)
    )
    return shared / len(one) / (spread_one * spread_other)
