"""Everything known, folded from events: evolve() is the only way it changes, also at replay."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import singledispatch

from . import events as ev
from .access import AccessGrant, Credential
from .effects import ClearCredential, PendingEffect, SetCredential
from .incident import Delivery, DeliveryStatus, Incident
from .premises import ArmMode, Policy

KEPT_ENDED = 50
"""Ended incidents and gone grants kept at hand for lists; older ones are read from the journal."""
KEPT_REPORTS = 256
"""Webhook event ids remembered against replays."""


OUTSIDE_AGAIN_S = 10
"""The same camera warns early at most this often."""
WRONG_CODES_IN_A_ROW = 5
LOCKOUT_S = 60
LOCKOUT_MAX_S = 900
"""Five wrong codes cost a minute, each further five twice as long: all 10 000 take three weeks."""


class Phase(StrEnum):
    """Where an area stands."""

    DISARMED = "disarmed"
    ARMING = "arming"
    ARMED = "armed"
    PENDING = "pending"
    TRIGGERED = "triggered"


PROTECTING = frozenset({Phase.ARMED, Phase.PENDING, Phase.TRIGGERED})


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaState:
    """One area; `mode` None while disarmed."""

    phase: Phase = Phase.DISARMED
    mode: ArmMode | None = None
    until: datetime | None = None
    changed_by: str | None = None
    incident_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PremisesState:
    """The whole memory; `effects_made` numbers the effects."""

    areas: Mapping[str, AreaState] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    grants: Mapping[str, AccessGrant] = field(default_factory=dict)
    effects: Mapping[str, PendingEffect] = field(default_factory=dict)
    effects_made: int = 0
    reports_seen: tuple[str, ...] = ()
    policy: Policy | None = None
    quiet_until: datetime | None = None
    blind_since: datetime | None = None
    last_alive: datetime | None = None
    wrong_codes: int = 0
    keypad_locked_until: datetime | None = None
    outside_at: Mapping[str, datetime] = field(default_factory=dict)
    """When each camera warned early, for as long as that keeps it from warning again."""

    def area(self, area_id: str) -> AreaState:
        """Return an area's state, disarmed when it was never touched."""
        return self.areas.get(area_id, AreaState())

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return the incidents that no person has ended, oldest first."""
        return tuple(item for item in self.incidents.values() if item.is_open)


def evolve(state: PremisesState, event: ev.Event, at: datetime) -> PremisesState:
    """Return the state after an event."""
    return replace(_fold(event, state, at), last_alive=at)


@singledispatch
def _fold(event: ev.Event, state: PremisesState, at: datetime) -> PremisesState:
    del event, at
    return state  # facts without effect on state


def _with_area(state: PremisesState, area_id: str, area: AreaState) -> PremisesState:
    return replace(state, areas={**state.areas, area_id: area})


def _with_incident(state: PremisesState, incident_id: str, **changes: object) -> PremisesState:
    changed = replace(state.incidents[incident_id], **changes)  # type: ignore[arg-type]  # names checked by replace
    return replace(state, incidents={**state.incidents, incident_id: changed})


def _subjects_of_effects(state: PremisesState) -> set[str | None]:
    """Return the incidents and grants that something is still to be done about."""
    return {
        item.effect.grant_id
        if isinstance(item.effect, SetCredential | ClearCredential)
        else getattr(item.effect, "incident_id", None)
        for item in state.effects.values()
    }


@_fold.register
def _(event: ev.HubRestarted, state: PremisesState, _at: datetime) -> PremisesState:
    held = {
        key: replace(item, held=True) if item.is_open else item
        for key, item in state.incidents.items()
    }
    return replace(
        state, incidents=held, quiet_until=event.quiet_until, blind_since=event.blind_since
    )


@_fold.register
def _(event: ev.PolicySet, state: PremisesState, _at: datetime) -> PremisesState:
    return replace(state, policy=event.policy)


@_fold.register
def _(event: ev.AreaArming, state: PremisesState, _at: datetime) -> PremisesState:
    area = AreaState(phase=Phase.ARMING, mode=event.mode, until=event.until, changed_by=event.by)
    return _with_area(state, event.area_id, area)


@_fold.register
def _(event: ev.AreaArmed, state: PremisesState, _at: datetime) -> PremisesState:
    area = AreaState(phase=Phase.ARMED, mode=event.mode, changed_by=event.by)
    return _with_area(state, event.area_id, area)


@_fold.register
def _(event: ev.AreaPending, state: PremisesState, _at: datetime) -> PremisesState:
    area = replace(
        state.area(event.area_id), phase=Phase.PENDING, incident_id=event.incident_id, until=None
    )
    return _with_area(state, event.area_id, area)


@_fold.register
def _(event: ev.AreaTriggered, state: PremisesState, _at: datetime) -> PremisesState:
    area = replace(
        state.area(event.area_id), phase=Phase.TRIGGERED, incident_id=event.incident_id, until=None
    )
    return _with_area(state, event.area_id, area)


@_fold.register
def _(event: ev.AreaDisarmed, state: PremisesState, _at: datetime) -> PremisesState:
    state = replace(state, wrong_codes=0)  # a person proved who they are
    return _with_area(state, event.area_id, AreaState(changed_by=event.by))


@_fold.register
def _(_event: ev.WrongCode, state: PremisesState, at: datetime) -> PremisesState:
    wrong = state.wrong_codes + 1
    if wrong % WRONG_CODES_IN_A_ROW:
        return replace(state, wrong_codes=wrong)
    rounds = wrong // WRONG_CODES_IN_A_ROW
    pause = timedelta(seconds=min(LOCKOUT_S * 2 ** (rounds - 1), LOCKOUT_MAX_S))
    return replace(state, wrong_codes=wrong, keypad_locked_until=at + pause)


@_fold.register
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
    busy = _subjects_of_effects(state)
    ended = [key for key, item in kept.items() if not item.is_open and key not in busy]
    for key in ended[: max(0, len(ended) - KEPT_ENDED + 1)]:
        del kept[key]
    return replace(state, incidents={**kept, incident.id: incident})


@_fold.register
def _(event: ev.EvidenceAdded, state: PremisesState, _at: datetime) -> PremisesState:
    incident = state.incidents[event.incident_id]
    areas = incident.areas + tuple(area for area in event.areas if area not in incident.areas)
    return _with_incident(
        state,
        event.incident_id,
        evidence=(*incident.evidence, event.item),
        look_until=event.look_until or incident.look_until,
        areas=areas,
    )


@_fold.register
def _(event: ev.PersonOutside, state: PremisesState, at: datetime) -> PremisesState:
    recent = at - timedelta(seconds=OUTSIDE_AGAIN_S)
    warned = {key: then for key, then in state.outside_at.items() if then > recent}
    return replace(state, outside_at={**warned, event.camera_id: at})


@_fold.register
def _(event: ev.LookExtended, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_incident(state, event.incident_id, look_until=event.look_until)


@_fold.register
def _(event: ev.Assessed, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_incident(state, event.incident_id, assessment=event.assessment)


@_fold.register
def _(event: ev.StageChanged, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_incident(state, event.incident_id, stage=event.stage, until=event.until)


@_fold.register
def _(event: ev.PeopleAsked, state: PremisesState, at: datetime) -> PremisesState:
    return _with_incident(state, event.incident_id, asked_at=at, asks=event.round)


@_fold.register
def _(event: ev.VerdictGiven, state: PremisesState, _at: datetime) -> PremisesState:
    verdicts = (*state.incidents[event.incident_id].verdicts, event.verdict)
    return _with_incident(state, event.incident_id, verdicts=verdicts, held=False)


@_fold.register
def _(event: ev.IncidentEnded, state: PremisesState, at: datetime) -> PremisesState:
    return _with_incident(
        state,
        event.incident_id,
        stage=event.stage,
        until=None,
        look_until=None,
        ended_at=at,
        end_reason=event.reason,
        recall=event.recall,
    )


@_fold.register
def _(event: ev.ShareRequested, state: PremisesState, _at: datetime) -> PremisesState:
    incident = state.incidents[event.incident_id]
    delivery = Delivery(
        responder_id=event.responder_id,
        status=DeliveryStatus.REQUESTED,
        ground=event.ground,
        by=event.by,
        sequence=event.sequence,
    )
    return _with_incident(
        state,
        event.incident_id,
        sequence=event.sequence,
        deliveries={**incident.deliveries, event.responder_id: delivery},
    )


def _with_delivery(
    state: PremisesState, incident_id: str, responder_id: str, **changes: object
) -> PremisesState:
    incident = state.incidents[incident_id]
    if responder_id not in incident.deliveries:
        return state
    changed = replace(incident.deliveries[responder_id], **changes)  # type: ignore[arg-type]  # names checked by replace
    return _with_incident(
        state, incident_id, deliveries={**incident.deliveries, responder_id: changed}
    )


@_fold.register
def _(event: ev.DeliveryChanged, state: PremisesState, _at: datetime) -> PremisesState:
    changes: dict[str, object] = {"status": event.status, "reason": event.reason}
    if event.number is not None:
        changes["number"] = event.number
    return _with_delivery(state, event.incident_id, event.responder_id, **changes)


@_fold.register
def _(event: ev.ResponderReported, state: PremisesState, _at: datetime) -> PremisesState:
    seen = (*state.reports_seen, event.event_id)[-KEPT_REPORTS:]
    state = replace(state, reports_seen=seen)
    return _with_delivery(
        state, event.incident_id, event.responder_id, responder_status=event.status
    )


@_fold.register
def _(event: ev.GrantWritten, state: PremisesState, _at: datetime) -> PremisesState:
    kept = dict(state.grants)
    busy = _subjects_of_effects(state)
    gone = [key for key, grant in kept.items() if grant.is_gone and key not in busy]
    for key in gone[: max(0, len(gone) - KEPT_ENDED + 1)]:
        del kept[key]
    return replace(state, grants={**kept, event.grant.id: event.grant})


def _with_grant(state: PremisesState, grant_id: str, **changes: object) -> PremisesState:
    changed = replace(state.grants[grant_id], **changes)  # type: ignore[arg-type]  # names checked by replace
    return replace(state, grants={**state.grants, grant_id: changed})


@_fold.register
def _(event: ev.CredentialChanged, state: PremisesState, _at: datetime) -> PremisesState:
    credentials = state.grants[event.grant_id].credentials
    changed: Credential = replace(
        credentials[event.door_id], status=event.status, reason=event.reason
    )
    return _with_grant(state, event.grant_id, credentials={**credentials, event.door_id: changed})


@_fold.register
def _(event: ev.GrantUsed, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_grant(state, event.grant_id, uses=state.grants[event.grant_id].uses + 1)


@_fold.register
def _(event: ev.GrantEnded, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_grant(state, event.grant_id, end_reason=event.reason)


@_fold.register
def _(event: ev.EffectRequested, state: PremisesState, at: datetime) -> PremisesState:
    pending = PendingEffect(id=event.effect_id, effect=event.effect, requested_at=at)
    return replace(
        state,
        effects={**state.effects, event.effect_id: pending},
        effects_made=state.effects_made + 1,
    )


def _with_effect(state: PremisesState, effect_id: str, **changes: object) -> PremisesState:
    if effect_id not in state.effects:
        return state
    changed = replace(state.effects[effect_id], **changes)  # type: ignore[arg-type]  # names checked by replace
    return replace(state, effects={**state.effects, effect_id: changed})


@_fold.register
def _(event: ev.EffectStarted, state: PremisesState, at: datetime) -> PremisesState:
    if event.effect_id not in state.effects:
        return state
    attempts = state.effects[event.effect_id].attempts + 1
    return _with_effect(state, event.effect_id, attempts=attempts, started_at=at)


@_fold.register
def _(event: ev.EffectDelayed, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_effect(
        state, event.effect_id, not_before=event.retry_at, last_error=event.code, started_at=None
    )


@_fold.register
def _(event: ev.EffectFinished, state: PremisesState, _at: datetime) -> PremisesState:
    left = {key: item for key, item in state.effects.items() if key != event.effect_id}
    return replace(state, effects=left)
