"""The entrance: what is known after an event."""

from dataclasses import replace
from datetime import datetime

from .. import events as ev
from ..state import PremisesState
from . import (  # noqa: F401 - each registers its folds
    areas,
    deliveries,
    doors,
    effects,
    grants,
    hub,
    incidents,
)
from .fold import fold

__all__ = ["evolve"]


def evolve(state: PremisesState, event: ev.Event, at: datetime) -> PremisesState:
    """Return the state after an event."""
    return replace(fold(event, state, at), last_alive=at)
