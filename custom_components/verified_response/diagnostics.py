"""Diagnostics: shapes and troubles, no secrets, addresses, names or sources."""

from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from .const import (
    CONF_AGREEMENT_REFERENCE,
    CONF_BASE_URL,
    CONF_CALLBACK_PHONE,
    CONF_CLEAR_SCRIPT,
    CONF_CLIENT_ID,
    CONF_ENTITY_ID,
    CONF_MODELS_PATH,
    CONF_NAME,
    CONF_NOTIFY,
    CONF_SET_SCRIPT,
    CONF_SIREN,
    CONF_VERIFIED_PHONE,
    SECRET_FIELDS,
)
from .core.rules.dispatch import is_visible
from .runtime import VerifiedResponseConfigEntry
from .serialize import incident_summary

TO_REDACT = SECRET_FIELDS | {
    CONF_ENTITY_ID,
    CONF_NAME,
    CONF_NOTIFY,
    CONF_SIREN,
    CONF_SET_SCRIPT,
    CONF_CLEAR_SCRIPT,
    CONF_MODELS_PATH,
    CONF_CALLBACK_PHONE,
    CONF_VERIFIED_PHONE,
    CONF_AGREEMENT_REFERENCE,
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    "responder",
    "where",
    "areas",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry
) -> dict[str, Any]:
    """Return what helps to understand a trouble without telling where or whose it is."""
    snapshot = entry.runtime_data.desk.feed.latest
    verification = await entry.runtime_data.journal.verify()
    detector = snapshot.detector
    return {
        "data": async_redact_data(dict(entry.data), TO_REDACT),
        "options": async_redact_data(dict(entry.options), TO_REDACT),
        "subentries": [
            {
                "type": item.subentry_type,
                "data": async_redact_data(dict(item.data), TO_REDACT),
            }
            for item in entry.subentries.values()
        ],
        "journal": {
            "records": verification.records,
            "intact": verification.intact,
            "first_broken": verification.first_broken,
            "durable": snapshot.durable,
        },
        "detector": {
            "engine": detector.engine,
            "model": detector.model,
            "trust": detector.trust,
            "reason": detector.reason,
        }
        if detector
        else None,
        "signals_dropped": entry.runtime_data.intake.dropped,
        "zones": [str(status) for status in snapshot.zones.values()],
        "areas": [str(area.phase) for area in snapshot.state.areas.values()],
        "incidents": [
            async_redact_data(incident_summary(item, snapshot.premises), TO_REDACT)
            for item in snapshot.state.incidents.values()
            if is_visible(item)
        ],
        "pending_effects": [
            {
                "kind": type(item.effect).__name__,
                "attempts": item.attempts,
                "last_error": item.last_error,
            }
            for item in snapshot.state.effects.values()
            if not _hidden(snapshot.state.incidents, item.effect)
        ],
        "chain": sorted(str(error) for error in snapshot.chain.values()),
    }


def _hidden(incidents: Any, effect: object) -> bool:
    incident = incidents.get(getattr(effect, "incident_id", None))
    return incident is not None and not is_visible(incident)
