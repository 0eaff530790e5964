"""What every fold needs: the dispatch by event, and small changes of frozen values."""

from dataclasses import replace
from datetime import datetime
from functools import singledispatch

from .. import events as ev
from ..effects import ClearCredential, SetCredential
from ..state import AreaState, PremisesState


@singledispatch
def fold(event: ev.Event, state: PremisesState, at: datetime) -> PremisesState:
    """Return the state after an event, by its class; each fold registers itself here."""
    del event, at
    return state  # facts without effect on state


def with_area(state: PremisesState, area_id: str, area: AreaState) -> PremisesState:
    """Return the state with this area instead of its former self."""
    return replace(state, areas={**state.areas, area_id: area})


def with_incident(state: PremisesState, incident_id: str, **changes: object) -> PremisesState:
    """Return the state with one incident changed."""
    changed = replace(state.incidents[incident_id], **changes)  # type: ignore[arg-type]  # names checked by replace
    return replace(state, incidents={**state.incidents, incident_id: changed})


def subjects_of_effects(state: PremisesState) -> set[str | None]:
    """Return the incidents and grants that something is still to be done about."""
    return {
        item.effect.grant_id
        if isinstance(item.effect, SetCredential | ClearCredential)
        else getattr(item.effect, "incident_id", None)
        for item in state.effects.values()
    }
