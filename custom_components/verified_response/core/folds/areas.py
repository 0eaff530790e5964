"""Areas: armed, in alarm, disarmed."""

from dataclasses import replace
from datetime import datetime

from .. import events as ev
from ..state import PROTECTING, AreaState, ArmFailure, Exit, Phase, PremisesState
from .fold import fold, with_area


@fold.register
def _(event: ev.AreaArming, state: PremisesState, _at: datetime) -> PremisesState:
    area = AreaState(
        phase=Phase.ARMING,
        mode=event.mode,
        until=event.until,
        changed_by=event.by,
        bypassed=event.bypassed,
        exit=Exit(
            not_closed=event.not_closed,
            attended=event.attended,
            left=event.left,
            restarted=event.restarted,
        ),
    )
    return with_area(state, event.area_id, area)


@fold.register
def _(event: ev.ExitSeen, state: PremisesState, _at: datetime) -> PremisesState:
    area = state.area(event.area_id)
    seen = replace(area.exit or Exit(), left=True)
    if event.until is None:
        return with_area(state, event.area_id, replace(area, exit=seen))
    seen = replace(seen, restarted=True)
    return with_area(state, event.area_id, replace(area, exit=seen, until=event.until))


@fold.register
def _(event: ev.ArmingZoneChanged, state: PremisesState, _at: datetime) -> PremisesState:
    area = state.area(event.area_id)
    known = area.exit or Exit()
    left = tuple(zone for zone in known.not_closed if zone != event.zone_id)
    not_closed = left if event.closed else (*left, event.zone_id)
    return with_area(
        state, event.area_id, replace(area, exit=replace(known, not_closed=not_closed))
    )


@fold.register
def _(event: ev.AreaArmed, state: PremisesState, _at: datetime) -> PremisesState:
    before = state.area(event.area_id)
    area = AreaState(
        phase=Phase.ARMED,
        mode=event.mode,
        changed_by=event.by,
        bypassed=event.bypassed,
        alarms=before.alarms if before.phase in PROTECTING else {},
        failure=before.failure if before.phase in {Phase.PENDING, Phase.TRIGGERED} else None,
    )
    return with_area(state, event.area_id, area)


@fold.register
def _(event: ev.ArmingFailed, state: PremisesState, at: datetime) -> PremisesState:
    failure = ArmFailure(mode=event.mode, zones=event.zones, told_at=at)
    before = state.area(event.area_id)
    stays = before if before.phase in PROTECTING else AreaState(changed_by=event.by)
    return with_area(state, event.area_id, replace(stays, failure=failure))


@fold.register
def _(event: ev.FailureTold, state: PremisesState, at: datetime) -> PremisesState:
    area = state.area(event.area_id)
    if area.failure is None:
        return state
    failure = replace(area.failure, rounds=event.round, told_at=at)
    return with_area(state, event.area_id, replace(area, failure=failure))


@fold.register
def _(event: ev.FailureAcknowledged, state: PremisesState, _at: datetime) -> PremisesState:
    return with_area(state, event.area_id, replace(state.area(event.area_id), failure=None))


@fold.register
def _(event: ev.ZoneBypassed, state: PremisesState, _at: datetime) -> PremisesState:
    area = state.area(event.area_id)
    left = tuple(zone for zone in area.bypassed if zone != event.zone_id)
    bypassed = (*left, event.zone_id) if event.on else left
    return with_area(state, event.area_id, replace(area, bypassed=bypassed))


@fold.register
def _(event: ev.ZoneAlarmed, state: PremisesState, _at: datetime) -> PremisesState:
    area = state.area(event.area_id)
    alarms = {**area.alarms, event.zone_id: area.alarms.get(event.zone_id, 0) + 1}
    return with_area(state, event.area_id, replace(area, alarms=alarms))


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
    if event.by != "configuration":
        state = replace(state, wrong_codes=0)  # a person proved who they are
    state = with_area(state, event.area_id, AreaState(changed_by=event.by))
    if any(area.phase in PROTECTING for area in state.areas.values()):
        return state
    return replace(state, recent=(), waiting={})
