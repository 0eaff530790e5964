"""Responders' copies of incidents."""

from dataclasses import replace
from datetime import datetime

from .. import events as ev
from ..incident import Delivery, DeliveryStatus
from ..state import KEPT_REPORTS, PremisesState
from .fold import fold, with_incident


@fold.register
def _(event: ev.ShareRequested, state: PremisesState, _at: datetime) -> PremisesState:
    incident = state.incidents[event.incident_id]
    delivery = Delivery(
        responder_id=event.responder_id,
        status=DeliveryStatus.REQUESTED,
        ground=event.ground,
        by=event.by,
        sequence=event.sequence,
    )
    return with_incident(
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
    return with_incident(
        state, incident_id, deliveries={**incident.deliveries, responder_id: changed}
    )


@fold.register
def _(event: ev.DeliveryChanged, state: PremisesState, _at: datetime) -> PremisesState:
    changes: dict[str, object] = {"status": event.status, "reason": event.reason}
    if event.number is not None:
        changes["number"] = event.number
    return _with_delivery(state, event.incident_id, event.responder_id, **changes)


@fold.register
def _(event: ev.ResponderReported, state: PremisesState, _at: datetime) -> PremisesState:
    seen = (*state.reports_seen, event.event_id)[-KEPT_REPORTS:]
    state = replace(state, reports_seen=seen)
    return _with_delivery(
        state, event.incident_id, event.responder_id, responder_status=event.status
    )
