"""Actions about incidents: calls for help, answers, sharing."""

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.helpers import area_registry as ar

from .action_call import caller, incident_meant
from .core.commands import Confirm, Dismiss, ReportDistress, ShareWith
from .core.errors import InvalidRequestError
from .core.evidence import Threat
from .core.incident import IncidentKind
from .runtime import VerifiedResponseRuntime

DISTRESS = {
    "police": IncidentKind.PANIC,
    "fire": IncidentKind.FIRE,
    "medical": IncidentKind.MEDICAL,
}


async def report_distress(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Call for help, at once."""
    kind = DISTRESS[call.data["kind"]]
    await runtime.desk.submit(
        ReportDistress(
            new_id=runtime.ids.new_id(),
            kind=kind,
            silent=call.data["silent"],
            by=caller(call),
            message=call.data["message"],
            ha_area=_area_name(call),
        )
    )
    called = [
        item
        for item in runtime.desk.state.open_incidents()
        if kind in item.kinds and item.is_distress
    ]
    return {"incident_id": called[-1].id}


async def confirm_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Keep a human's word that it is real."""
    incident = incident_meant(runtime, call)
    await runtime.desk.submit(
        Confirm(
            incident_id=incident.id,
            threat=Threat(call.data["threat"]),
            by=caller(call),
            note=call.data["note"],
        )
    )
    return {"level": runtime.desk.state.incidents[incident.id].assessment.level}


async def dismiss_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Keep a human's word that it is none, after their code."""
    # A hidden call for help is ended by its id only: its existence is not given away.
    incident_id = call.data.get("incident_id") or incident_meant(runtime, call).id
    verdict = await runtime.keypad.check(call.data.get("code"), area_id=None, by=caller(call))
    await runtime.desk.submit(
        Dismiss(
            incident_id=incident_id,
            by=f"contact:{verdict.contact_id}" if verdict else caller(call),
            duress=bool(verdict and verdict.duress),
            new_id=runtime.ids.new_id(),
        )
    )
    return None


async def share_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Send an incident to one responder because a person decided so."""
    incident = incident_meant(runtime, call)
    wanted = call.data["responder"]
    responders = runtime.desk.premises.responders
    responder_id = next(
        (item.id for item in responders.values() if wanted in {item.id, item.name}), wanted
    )
    await runtime.desk.submit(
        ShareWith(
            incident_id=incident.id,
            responder_id=responder_id,
            ground=call.data["ground"],
            by=caller(call),
        )
    )
    delivery = runtime.desk.state.incidents[incident.id].deliveries[responder_id]
    return {"delivery_id": f"{incident.id}-{responder_id}-{delivery.sequence}"}


def _area_name(call: ServiceCall) -> str | None:
    area_id = call.data.get("area_id")
    area = ar.async_get(call.hass).async_get_area(area_id) if area_id else None
    if area_id and area is None:
        raise InvalidRequestError("ha_area_unknown")
    return area.name if area else None
