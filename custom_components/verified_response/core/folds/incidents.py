"""Incidents, from opening to their end."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import events as ev
from ..assessment import AlarmLevel
from ..evidence import EvidenceItem, PersonSeen, ZoneTrip
from ..incident import HAS_LEVEL, Attempt, Incident, IncidentKind, Stage
from ..state import (
    KEPT_ATTEMPTS,
    KEPT_ENDED,
    KEPT_OUTCOMES,
    KEPT_PER_SOURCE,
    KEPT_RECENT,
    OUTSIDE_AGAIN_S,
    Outcome,
    PremisesState,
)
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
    state = replace(state, incidents={**kept, incident.id: incident})
    if event.kind is IncidentKind.BURGLARY:  # what was noted before belongs to it now
        return replace(state, recent=(), waiting={})
    return state


@fold.register
def _(event: ev.CallJoined, state: PremisesState, at: datetime) -> PremisesState:
    incident = state.incidents[event.incident_id]
    return with_incident(
        state,
        event.incident_id,
        joined=(*incident.joined, event.kind),
        called_at=at,
        message=" ".join(text for text in (incident.message, event.message) if text),
    )


@fold.register
def _(event: ev.CryHeard, state: PremisesState, _at: datetime) -> PremisesState:
    return replace(state, cry=event.cry)


@fold.register
def _(_event: ev.CryEnded, state: PremisesState, _at: datetime) -> PremisesState:
    return replace(state, cry=None)


@fold.register
def _(event: ev.EvidenceAdded, state: PremisesState, _at: datetime) -> PremisesState:
    incident = state.incidents[event.incident_id]
    areas = incident.areas + tuple(area for area in event.areas if area not in incident.areas)
    return with_incident(
        state,
        event.incident_id,
        evidence=bounded((*incident.evidence, event.item)),
        look_until=event.look_until or incident.look_until,
        areas=areas,
    )


@fold.register
def _(event: ev.EvidenceNoted, state: PremisesState, at: datetime) -> PremisesState:
    recent = (*state.recent, event.item)[-KEPT_RECENT:]
    state = replace(state, recent=recent)
    if event.waits and isinstance(event.item, ZoneTrip):
        return replace(state, waiting={**state.waiting, event.item.zone_id: at})
    return state


@fold.register
def _(event: ev.AttemptMade, state: PremisesState, at: datetime) -> PremisesState:
    incident = state.incidents.get(event.incident_id)
    if incident is None:
        return state
    attempt = Attempt(
        at=at,
        contact_id=event.contact_id,
        channel=event.channel,
        round=event.round,
        outcome=event.outcome,
    )
    attempts = (*incident.attempts, attempt)[-KEPT_ATTEMPTS:]
    return with_incident(state, event.incident_id, attempts=attempts)


@fold.register
def _(event: ev.DoorAttempted, state: PremisesState, at: datetime) -> PremisesState:
    return replace(state, door_attempts={**state.door_attempts, event.door_id: at})


@fold.register
def _(event: ev.PersonOutside, state: PremisesState, at: datetime) -> PremisesState:
    recent = at - timedelta(seconds=OUTSIDE_AGAIN_S)
    warned = {key: then for key, then in state.outside_at.items() if then > recent}
    seen = PersonSeen(
        at=event.at,
        camera_id=event.camera_id,
        outdoor=True,
        trust=event.trust,
        engine=event.engine,
        scores=event.scores,
        box=event.box,
        count=event.count,
        dwell_s=event.dwell_s,
        direction=event.direction,
    )
    return replace(
        state,
        outside_at={**warned, event.camera_id: at},
        recent=(*state.recent, seen)[-KEPT_RECENT:],
    )


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
    incident = state.incidents[event.incident_id]
    held = incident.held and event.verdict.threat is None  # only a confirmation lets it go
    verdicts = (*incident.verdicts, event.verdict)
    return with_incident(state, event.incident_id, verdicts=verdicts, held=held)


@fold.register
def _(event: ev.IncidentEnded, state: PremisesState, at: datetime) -> PremisesState:
    incident = state.incidents[event.incident_id]
    if incident.kind in HAS_LEVEL and incident.stage is not Stage.ENTRY_DELAY:
        false = event.stage is Stage.CANCELLED
        state = _remembered(state, incident, Outcome(at=at, false=false, doubted=not event.recall))
    elif incident.kind is IncidentKind.DURESS:
        state = _without_doubted(state)
    assessment = incident.assessment
    if event.stage is Stage.CANCELLED and assessment.level is not None:
        assessment = replace(assessment, level=int(AlarmLevel.NO_CALL))  # AVS-01: cleared
    return with_incident(
        state,
        event.incident_id,
        assessment=assessment,
        stage=event.stage,
        until=None,
        look_until=None,
        ended_at=at,
        end_reason=event.reason,
        recall=event.recall,
    )


def source_of(item: EvidenceItem) -> tuple[str, str]:
    """Return kind and source of an item."""
    source = (
        getattr(item, "zone_id", None)
        or getattr(item, "camera_id", None)
        or getattr(item, "sign_id", None)
        or getattr(item, "door_id", None)
        or ""
    )
    return type(item).__name__, source


def _portion_of(item: EvidenceItem) -> tuple[str, ...]:
    """Return what shares one portion: wrong codes at a lock must not push out that it was forced."""
    says = ("kind", "trust", "outdoor", "observed", "forced_entry")
    return *source_of(item), *(str(getattr(item, name, "")) for name in says)


def bounded(items: tuple[EvidenceItem, ...]) -> tuple[EvidenceItem, ...]:
    """Return the evidence with the middle of the newest item's source thinned out.

    An incident may stay open for days; how it began and how it goes on is what people need.
    """
    newest = _portion_of(items[-1])
    places = [place for place, item in enumerate(items) if _portion_of(item) == newest]
    if len(places) <= KEPT_PER_SOURCE:
        return items
    dropped = places[KEPT_PER_SOURCE // 2]
    return (*items[:dropped], *items[dropped + 1 :])


def _remembered(state: PremisesState, incident: Incident, outcome: Outcome) -> PremisesState:
    """Keep how it ended for each zone that tripped and each camera that saw somebody."""
    spoke = {item.zone_id for item in incident.evidence if isinstance(item, ZoneTrip)} | {
        item.camera_id
        for item in incident.evidence
        if isinstance(item, PersonSeen) and item.at >= incident.opened_at
    }
    history = dict(state.history)
    for subject in sorted(spoke):
        history[subject] = (*history.get(subject, ()), outcome)[-KEPT_OUTCOMES:]
    return replace(state, history=history)


def _without_doubted(state: PremisesState) -> PremisesState:
    """Forget what was called false under a threat that is over."""
    history = {
        subject: tuple(item for item in outcomes if not item.doubted)
        for subject, outcomes in state.history.items()
    }
    return replace(state, history={key: kept for key, kept in history.items() if kept})
