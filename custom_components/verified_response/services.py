"""Actions: the table of what can be called, with which fields, and by whom."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import voluptuous as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry, async_register_admin_service

from . import access_actions, incident_actions, record_actions
from .action_call import Answer, Handler
from .const import DOMAIN
from .core.evidence import Threat
from .core.rules.dispatch import GROUNDS
from .ha_errors import translated

ENTRY = {vol.Optional("config_entry_id"): cv.string}
INCIDENT = {vol.Optional("incident_id"): cv.string}


ACTIONS: dict[str, tuple[Handler, dict[Any, Any], SupportsResponse, bool]] = {
    "report_distress": (
        incident_actions.report_distress,
        {
            vol.Required("kind"): vol.In(tuple(incident_actions.DISTRESS)),
            vol.Optional("silent", default=False): cv.boolean,
            vol.Optional("message", default=""): vol.All(cv.string, vol.Length(max=500)),
            vol.Optional("area_id"): cv.string,
        },
        SupportsResponse.OPTIONAL,
        False,
    ),
    "confirm_incident": (
        incident_actions.confirm_incident,
        INCIDENT
        | {
            vol.Required("threat"): vol.In(tuple(Threat)),
            vol.Optional("note", default=""): vol.All(cv.string, vol.Length(max=500)),
        },
        SupportsResponse.OPTIONAL,
        False,
    ),
    "dismiss_incident": (
        incident_actions.dismiss_incident,
        INCIDENT | {vol.Optional("code"): cv.string},
        SupportsResponse.NONE,
        False,
    ),
    "share_incident": (
        incident_actions.share_incident,
        INCIDENT | {vol.Required("responder"): cv.string, vol.Required("ground"): vol.In(GROUNDS)},
        SupportsResponse.OPTIONAL,
        True,
    ),
    "grant_access": (
        access_actions.grant_access,
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
        access_actions.revoke_access,
        {vol.Required("grant_id"): cv.string},
        SupportsResponse.OPTIONAL,
        True,
    ),
    "list_grants": (
        access_actions.list_grants,
        {vol.Optional("include_ended", default=False): cv.boolean},
        SupportsResponse.ONLY,
        True,
    ),
    "detect_people": (
        access_actions.detect_people,
        {vol.Required("camera"): cv.entity_id},
        SupportsResponse.ONLY,
        True,
    ),
    "list_incidents": (
        record_actions.list_incidents,
        {
            vol.Optional("open_only", default=False): cv.boolean,
            vol.Optional("since"): cv.datetime,
        },
        SupportsResponse.ONLY,
        True,
    ),
    "get_incident": (record_actions.get_incident, INCIDENT, SupportsResponse.ONLY, True),
    "verify_journal": (record_actions.verify_journal, {}, SupportsResponse.ONLY, True),
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
