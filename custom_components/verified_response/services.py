"""Actions: each handler reads the call, makes one call inwards, and answers."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import voluptuous as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry, async_register_admin_service
from homeassistant.util import dt as dt_util

from .camera_trial import judged
from .const import DOMAIN
from .core.commands import Confirm, Dismiss, ReportDistress, RevokeGrant, ShareWith
from .core.errors import InvalidRequestError
from .core.evidence import Threat
from .core.incident import Incident, IncidentKind
from .core.rules.dispatch import GROUNDS, is_visible
from .engine.granting import wait_until_gone
from .ha_errors import translated
from .runtime import VerifiedResponseRuntime
from .serialize import grant_summary, incident_summary, person_summary, timeline

ENTRY = {vol.Optional("config_entry_id"): cv.string}
INCIDENT = {vol.Optional("incident_id"): cv.string}
DISTRESS = {
    "police": IncidentKind.PANIC,
    "fire": IncidentKind.FIRE,
    "medical": IncidentKind.MEDICAL,
}
OUTCOMES = {"removed": "confirmed", "removed_unverified": "unverified"}

type Answer = Coroutine[Any, Any, ServiceResponse]
type Handler = Callable[[VerifiedResponseRuntime, ServiceCall], Answer]


def _by(call: ServiceCall) -> str:
    return f"user:{call.context.user_id}" if call.context.user_id else "automation"


def _incident(
    runtime: VerifiedResponseRuntime, call: ServiceCall, *, ended: bool = False
) -> Incident:
    """Return the incident meant: by id, else the only one open."""
    incidents = runtime.desk.state.incidents
    incident_id = call.data.get("incident_id")
    if incident_id is not None:
        incident = incidents.get(incident_id)
        if incident is None or not is_visible(incident):
            raise InvalidRequestError("incident_unknown")
        return incident
    shown = [item for item in incidents.values() if is_visible(item) and (ended or item.is_open)]
    if not shown:
        raise InvalidRequestError("no_incident_open")
    if len(shown) > 1 and not ended:
        raise InvalidRequestError("several_incidents_open")
    return shown[-1]


def _area_name(call: ServiceCall) -> str | None:
    area_id = call.data.get("area_id")
    area = ar.async_get(call.hass).async_get_area(area_id) if area_id else None
    if area_id and area is None:
        raise InvalidRequestError("ha_area_unknown")
    return area.name if area else None


async def _report_distress(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    kind = DISTRESS[call.data["kind"]]
    await runtime.desk.submit(
        ReportDistress(
            new_id=runtime.ids.new_id(),
            kind=kind,
            silent=call.data["silent"],
            by=_by(call),
            message=call.data["message"],
            ha_area=_area_name(call),
        )
    )
    called = [
        item
        for item in runtime.desk.state.open_incidents()
        if item.kind is kind and item.is_distress
    ]
    return {"incident_id": called[-1].id}


async def _confirm_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    incident = _incident(runtime, call)
    await runtime.desk.submit(
        Confirm(
            incident_id=incident.id,
            threat=Threat(call.data["threat"]),
            by=_by(call),
            note=call.data["note"],
        )
    )
    return {"level": runtime.desk.state.incidents[incident.id].assessment.level}


async def _dismiss_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    # A hidden call for help is ended by its id only: its existence is not given away.
    incident_id = call.data.get("incident_id") or _incident(runtime, call).id
    verdict = await runtime.keypad.check(call.data.get("code"), area_id=None, by=_by(call))
    await runtime.desk.submit(
        Dismiss(
            incident_id=incident_id,
            by=f"contact:{verdict.contact_id}" if verdict else _by(call),
            duress=bool(verdict and verdict.duress),
            new_id=runtime.ids.new_id(),
        )
    )
    return None


async def _share_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    incident = _incident(runtime, call)
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
            by=_by(call),
        )
    )
    delivery = runtime.desk.state.incidents[incident.id].deliveries[responder_id]
    return {"delivery_id": f"{incident.id}-{responder_id}-{delivery.sequence}"}


async def _grant_access(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    doors = {door.source: door.id for door in runtime.desk.premises.doors.values()}
    unknown = [entity for entity in call.data["lock"] if entity not in doors]
    if unknown:
        raise InvalidRequestError("lock_not_configured", entity_id=unknown[0])
    incident_id = _incident(runtime, call).id if call.data.get("incident_id") else None
    result = await runtime.granting.grant(
        [doors[entity] for entity in dict.fromkeys(call.data["lock"])],
        expires_at=runtime.desk.now() + call.data["duration"],
        recipient=call.data["recipient"],
        by=_by(call),
        incident_id=incident_id,
        max_uses=call.data.get("max_uses"),
        code=call.data.get("code"),
    )
    sources = {door_id: source for source, door_id in doors.items()}
    return {
        "grant_id": result.grant_id,
        "code": result.code,
        "expires_at": result.expires_at.isoformat(),
        "locks": [
            {
                "entity_id": sources[item.door_id],
                "outcome": item.status if item.status in {"confirmed", "unverified"} else "failed",
                "reason": item.reason,
            }
            for item in result.locks.values()
        ],
    }


async def _revoke_access(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    grant_id = call.data["grant_id"]
    await runtime.desk.submit(RevokeGrant(grant_id=grant_id, by=_by(call)))
    await wait_until_gone(runtime.desk, grant_id)
    grant = grant_summary(runtime.desk.state.grants[grant_id], runtime.desk.premises)
    return {
        "locks": [
            {
                "entity_id": item["entity_id"],
                "outcome": OUTCOMES.get(item["outcome"], "pending"),
                "reason": item["reason"],
            }
            for item in grant["locks"]
        ]
    }


async def _list_grants(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    return {
        "grants": [
            grant_summary(grant, runtime.desk.premises)
            for grant in runtime.desk.state.grants.values()
            if call.data["include_ended"] or not grant.is_gone
        ]
    }


async def _detect_people(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    cameras = {view.source: view.id for view in runtime.desk.premises.cameras.values()}
    entity_id = call.data["camera"]
    if entity_id not in cameras:
        raise InvalidRequestError("camera_not_configured", entity_id=entity_id)
    detection, captured_at, _ = await runtime.watch.look(cameras[entity_id])
    info = runtime.detector.info if runtime.detector is not None else None
    view = runtime.desk.premises.cameras[cameras[entity_id]]
    found = judged(detection.people, view, info.thresholds if info else None)
    return {
        "people": [person_summary(item.person) for item in found if item.why_not is None],
        "frame": {
            "captured_at": captured_at.isoformat(),
            "width": detection.width,
            "height": detection.height,
        },
        "model": detection.model,
        "took_ms": round(detection.took_ms, 1),
    }


async def _list_incidents(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    since = call.data.get("since")
    return {
        "incidents": [
            incident_summary(incident, runtime.desk.premises)
            for incident in reversed(list(runtime.desk.state.incidents.values()))
            if is_visible(incident)
            and (incident.is_open or not call.data["open_only"])
            and (since is None or incident.opened_at >= dt_util.as_utc(since))
        ]
    }


async def _get_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    incident = _incident(runtime, call, ended=True)
    records = await runtime.journal.read(subject=incident.id)
    premises = runtime.desk.premises
    return incident_summary(incident, premises) | {"timeline": timeline(records, premises)}


async def _verify_journal(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    del call
    result = await runtime.journal.verify()
    return {
        "records": result.records,
        "intact": result.intact,
        "first_broken": result.first_broken,
    }


ACTIONS: dict[str, tuple[Handler, dict[Any, Any], SupportsResponse, bool]] = {
    "report_distress": (
        _report_distress,
        {
            vol.Required("kind"): vol.In(tuple(DISTRESS)),
            vol.Optional("silent", default=False): cv.boolean,
            vol.Optional("message", default=""): vol.All(cv.string, vol.Length(max=500)),
            vol.Optional("area_id"): cv.string,
        },
        SupportsResponse.OPTIONAL,
        False,
    ),
    "confirm_incident": (
        _confirm_incident,
        INCIDENT
        | {
            vol.Required("threat"): vol.In(tuple(Threat)),
            vol.Optional("note", default=""): vol.All(cv.string, vol.Length(max=500)),
        },
        SupportsResponse.OPTIONAL,
        False,
    ),
    "dismiss_incident": (
        _dismiss_incident,
        INCIDENT | {vol.Optional("code"): cv.string},
        SupportsResponse.NONE,
        False,
    ),
    "share_incident": (
        _share_incident,
        INCIDENT | {vol.Required("responder"): cv.string, vol.Required("ground"): vol.In(GROUNDS)},
        SupportsResponse.OPTIONAL,
        True,
    ),
    "grant_access": (
        _grant_access,
        INCIDENT
        | {
            vol.Required("lock"): cv.entity_ids,
            vol.Optional("duration", default=timedelta(minutes=30)): cv.positive_time_period,
            vol.Optional("recipient", default=""): vol.All(cv.string, vol.Length(max=100)),
            vol.Optional("max_uses"): vol.All(vol.Coerce(int), vol.Range(min=1, max=100)),
            vol.Optional("code"): cv.string,
        },
        SupportsResponse.ONLY,
        True,
    ),
    "revoke_access": (
        _revoke_access,
        {vol.Required("grant_id"): cv.string},
        SupportsResponse.OPTIONAL,
        True,
    ),
    "list_grants": (
        _list_grants,
        {vol.Optional("include_ended", default=False): cv.boolean},
        SupportsResponse.ONLY,
        True,
    ),
    "detect_people": (
        _detect_people,
        {vol.Required("camera"): cv.entity_id},
        SupportsResponse.ONLY,
        True,
    ),
    "list_incidents": (
        _list_incidents,
        {
            vol.Optional("open_only", default=False): cv.boolean,
            vol.Optional("since"): cv.datetime,
        },
        SupportsResponse.ONLY,
        True,
    ),
    "get_incident": (_get_incident, INCIDENT, SupportsResponse.ONLY, True),
    "verify_journal": (_verify_journal, {}, SupportsResponse.ONLY, True),
}


def register_services(hass: HomeAssistant) -> None:
    """Register every action; those that touch codes or evidence are for admins and automations."""
    for name, (handler, schema, response, admin) in ACTIONS.items():
        full = vol.Schema(ENTRY | schema)
        run = _runner(hass, handler)
        if admin:
            async_register_admin_service(hass, DOMAIN, name, run, full, response)
        else:
            hass.services.async_register(DOMAIN, name, run, full, response)


def _runner(hass: HomeAssistant, handler: Handler) -> Callable[[ServiceCall], Answer]:
    async def run(call: ServiceCall) -> ServiceResponse:
        entry = async_get_config_entry(hass, DOMAIN, call.data.get("config_entry_id"))
        with translated():
            return await handler(entry.runtime_data, call)

    return run
