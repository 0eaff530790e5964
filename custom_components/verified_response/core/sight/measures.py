"""One picture as a whole, in numbers."""

from dataclasses import dataclass
from typing import Final

from ..detection import Glance
from .grey import edges, mean, spread

WHITE: Final = 250
_STEADYING: Final = 25.0
"""Keeps crispness finite where there is no contrast at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measures:
    """What a glance says about light, contrast and focus."""

    mean: float
    spread: float
    detail: float
    """Spread of the edges: near 0 where a lens is covered, whatever light falls through."""
    glare: float
    """Share of the picture that is as white as it can be."""
    crispness: float
    """Sharpness for its contrast: falls with focus, much less with the light; noise raises it."""
    edges: tuple[float, ...]


def measured(glance: Glance) -> Measures:
    """Return one picture in numbers."""
    luma = glance.luma
    sticking_out = edges(luma)
    varied = spread(luma)
    return Measures(
        mean=mean(luma),
        spread=varied,
        detail=spread(sticking_out),
        glare=sum(cell >= WHITE for cell in luma) / max(len(luma), 1),
        crispness=glance.sharpness / (varied * varied + _STEADYING),
        edges=sticking_out,
    )
