"""Areas: armed, in alarm, disarmed."""

from dataclasses import replace
from datetime import datetime

from .. import events as ev
from ..state import AreaState, Phase, PremisesState
from .fold import fold, with_area


@fold.register
def _(event: ev.AreaArming, state: PremisesState, _at: datetime) -> PremisesState:
    area = AreaState(phase=Phase.ARMING, mode=event.mode, until=event.until, changed_by=event.by)
    return with_area(state, event.area_id, area)


@fold.register
def _(event: ev.AreaArmed, state: PremisesState, _at: datetime) -> PremisesState:
    area = AreaState(phase=Phase.ARMED, mode=event.mode, changed_by=event.by)
    return with_area(state, event.area_id, area)


@fold.register
def _(event: ev.AreaPending, state: PremisesState, _at: datetime) -> PremisesState:
    area = replace(
        state.area(event.area_id), phase=Phase.PENDING, incident_id=event.incident_id, until=None
    )
    return with_area(state, event.area_id, area)


@fold.register
def _(event: ev.AreaTriggered, state: PremisesState, _at: datetime) -> PremisesState:
    area = replace(
        state.area(event.area_id), phase=Phase.TRIGGERED, incident_id=event.incident_id, until=None
    )
    return with_area(state, event.area_id, area)


@fold.register
def _(event: ev.AreaDisarmed, state: PremisesState, _at: datetime) -> PremisesState:
    state = replace(state, wrong_codes=0)  # a person proved who they are
    return with_area(state, event.area_id, AreaState(changed_by=event.by))
