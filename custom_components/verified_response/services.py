"""Actions: the table of what can be called, with which fields, and by whom."""

from collections.abc import Callable
from typing import Any

import voluptuous as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry, async_register_admin_service

from . import access_actions, alarm_actions, door_actions, incident_actions, record_actions
from .action_call import Answer, Handler
from .const import DOMAIN
from .core.access import Preset
from .core.entries import EntryMethod
from .core.evidence import Threat
from .core.premises import ArmMode
from .core.rules.dispatch import GROUNDS
from .ha_errors import translated

ENTRY = {vol.Optional("config_entry_id"): cv.string}
INCIDENT = {vol.Optional("incident_id"): cv.string}
WHO = vol.All(cv.string, vol.Length(max=100))
PANEL = {vol.Optional("panel"): cv.entity_id}


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
            vol.Optional("preset"): vol.In(tuple(Preset)),
            vol.Optional("duration"): cv.positive_time_period,
            vol.Optional("recipient", default=""): WHO,
            vol.Optional("max_uses"): vol.All(vol.Coerce(int), vol.Range(min=1, max=100)),
            vol.Optional("code"): cv.string,
            vol.Optional("send_to_responders", default=False): cv.boolean,
        },
        SupportsResponse.OPTIONAL,
        True,
    ),
    "show_access_code": (
        access_actions.show_access_code,
        {vol.Required("grant_id"): cv.string},
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
    "unlock_door": (
        door_actions.unlock_door,
        INCIDENT
        | {
            vol.Required("lock"): cv.entity_ids,
            vol.Optional("duration"): cv.positive_time_period,
            vol.Optional("recipient", default=""): WHO,
        },
        SupportsResponse.OPTIONAL,
        True,
    ),
    "relock_door": (
        door_actions.relock_door,
        {vol.Required("lock"): cv.entity_ids},
        SupportsResponse.OPTIONAL,
        True,
    ),
    "list_entries": (
        door_actions.list_entries,
        {
            vol.Optional("door"): cv.entity_id,
            vol.Optional("since"): cv.datetime,
            vol.Optional("until"): cv.datetime,
            vol.Optional("method"): vol.In(tuple(EntryMethod)),
            vol.Optional("who", default=""): WHO,
            vol.Optional("proven"): cv.boolean,
            vol.Optional("limit", default=100): vol.All(
                vol.Coerce(int), vol.Range(min=1, max=10_000)
            ),
            vol.Optional("format", default="json"): vol.In(("json", "csv")),
        },
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
    "get_incident": (
        record_actions.get_incident,
        INCIDENT | {vol.Optional("records", default=False): cv.boolean},
        SupportsResponse.ONLY,
        True,
    ),
    "replay_incident": (record_actions.replay_incident, INCIDENT, SupportsResponse.ONLY, True),
    "arm": (
        alarm_actions.arm,
        PANEL
        | {
            vol.Required("mode"): vol.In(tuple(ArmMode)),
            vol.Optional("skip_exit_delay", default=False): cv.boolean,
            vol.Optional("bypass", default=list): vol.All(cv.ensure_list, [cv.string]),
        },
        SupportsResponse.OPTIONAL,
        False,
    ),
    "bypass_zone": (
        alarm_actions.bypass_zone,
        {vol.Required("zone"): cv.string, vol.Optional("bypassed", default=True): cv.boolean},
        SupportsResponse.NONE,
        True,
    ),
    "acknowledge": (alarm_actions.acknowledge, PANEL, SupportsResponse.NONE, False),
    "start_walk_test": (alarm_actions.start_walk_test, {}, SupportsResponse.OPTIONAL, True),
    "end_walk_test": (alarm_actions.end_walk_test, {}, SupportsResponse.OPTIONAL, False),
    "forget_false_alarms": (
        alarm_actions.forget_false_alarms,
        {vol.Required("zone_or_camera"): cv.string},
        SupportsResponse.NONE,
        True,
    ),
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
