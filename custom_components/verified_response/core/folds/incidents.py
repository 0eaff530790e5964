"""Incidents, from opening to their end."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import events as ev
from ..incident import Incident
from ..state import KEPT_ENDED, OUTSIDE_AGAIN_S, PremisesState
from .fold import fold, subjects_of_effects, with_incident


@fold.register
def _(event: ev.IncidentOpened, state: PremisesState, at: datetime) -> PremisesState:
    incident = Incident(
        id=event.incident_id,
        kind=event.kind,
        opened_at=at,
        stage=event.stage,
        until=event.until,
        areas=event.areas,
        covert=event.covert,
        silent=event.silent,
        message=event.message,
        ha_area=event.ha_area,
        by=event.by,
    )
    kept = dict(state.incidents)
    busy = subjects_of_effects(state)
    ended = [key for key, item in kept.items() if not item.is_open and key not in busy]
    for key in ended[: max(0, len(ended) - KEPT_ENDED + 1)]:
        del kept[key]
    return replace(state, incidents={**kept, incident.id: incident})


@fold.register
def _(event: ev.EvidenceAdded, state: PremisesState, _at: datetime) -> PremisesState:
    incident = state.incidents[event.incident_id]
    areas = incident.areas + tuple(area for area in event.areas if area not in incident.areas)
    return with_incident(
        state,
        event.incident_id,
        evidence=(*incident.evidence, event.item),
        look_until=event.look_until or incident.look_until,
        areas=areas,
    )


@fold.register
def _(event: ev.PersonOutside, state: PremisesState, at: datetime) -> PremisesState:
    recent = at - timedelta(seconds=OUTSIDE_AGAIN_S)
    warned = {key: then for key, then in state.outside_at.items() if then > recent}
    return replace(state, outside_at={**warned, event.camera_id: at})


@fold.register
def _(event: ev.LookExtended, state: PremisesState, _at: datetime) -> PremisesState:
    return with_incident(state, event.incident_id, look_until=event.look_until)


@fold.register
def _(event: ev.Assessed, state: PremisesState, _at: datetime) -> PremisesState:
    return with_incident(state, event.incident_id, assessment=event.assessment)


@fold.register
def _(event: ev.StageChanged, state: PremisesState, _at: datetime) -> PremisesState:
    return with_incident(state, event.incident_id, stage=event.stage, until=event.until)


@fold.register
def _(event: ev.PeopleAsked, state: PremisesState, at: datetime) -> PremisesState:
    return with_incident(state, event.incident_id, asked_at=at, asks=event.round)


@fold.register
def _(event: ev.VerdictGiven, state: PremisesState, _at: datetime) -> PremisesState:
    verdicts = (*state.incidents[event.incident_id].verdicts, event.verdict)
    return with_incident(state, event.incident_id, verdicts=verdicts, held=False)


@fold.register
def _(event: ev.IncidentEnded, state: PremisesState, at: datetime) -> PremisesState:
    return with_incident(
        state,
        event.incident_id,
        stage=event.stage,
        until=None,
        look_until=None,
        ended_at=at,
        end_reason=event.reason,
        recall=event.recall,
    )
