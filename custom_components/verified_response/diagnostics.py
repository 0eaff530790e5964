"""Diagnostics: shapes and troubles, no secrets, addresses, names or sources."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from .const import (
    CONF_AGREEMENT_REFERENCE,
    CONF_BASE_URL,
    CONF_CALLBACK_PHONE,
    CONF_CLEAR_SCRIPT,
    CONF_CLIENT_ID,
    CONF_DETECTIONS,
    CONF_ENTITY_ID,
    CONF_MESSAGES,
    CONF_MODELS_PATH,
    CONF_NAME,
    CONF_NOTIFY,
    CONF_PANEL,
    CONF_PERSON,
    CONF_SATELLITES,
    CONF_SERVER_MODEL,
    CONF_SERVER_URL,
    CONF_SET_SCRIPT,
    CONF_SIREN,
    CONF_SPEAKERS,
    CONF_STILL_THINGS,
    CONF_TTS,
    CONF_VERIFIED_PHONE,
    SECRET_FIELDS,
)
from .core.premises import CameraView, Door
from .core.rules.dispatch import is_visible
from .core.state import PremisesState
from .engine.feed import CameraLook
from .runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime
from .serialize import incident_summary

TO_REDACT = SECRET_FIELDS | {
    CONF_DETECTIONS,
    CONF_ENTITY_ID,
    CONF_NAME,
    CONF_NOTIFY,
    CONF_MESSAGES,
    CONF_SPEAKERS,
    CONF_SATELLITES,
    CONF_PERSON,
    CONF_PANEL,
    CONF_SIREN,
    CONF_TTS,
    CONF_STILL_THINGS,
    CONF_SET_SCRIPT,
    CONF_CLEAR_SCRIPT,
    CONF_MODELS_PATH,
    CONF_SERVER_MODEL,
    CONF_SERVER_URL,
    CONF_CALLBACK_PHONE,
    CONF_VERIFIED_PHONE,
    CONF_AGREEMENT_REFERENCE,
    CONF_BASE_URL,
    CONF_CLIENT_ID,
    "responder",
    "where",
    "areas",
    "by",
    "contact",
    "note",
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
            "frame_ms": detector.frame_ms,
            "at_once": detector.at_once,
            "thresholds": asdict(detector.thresholds),
        }
        if detector
        else None,
        "cameras": [
            _camera(camera, snapshot.cameras.get(camera.id), entry.runtime_data)
            for camera in snapshot.premises.cameras.values()
        ],
        "doors": [_door(door, snapshot.state) for door in snapshot.premises.doors.values()],
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


def _camera(
    view: CameraView, look: CameraLook | None, runtime: VerifiedResponseRuntime
) -> dict[str, Any]:
    """Return how a camera does: no picture, no name, nothing of what it shows."""
    kept = runtime.learning.kept(view.id)
    return {
        "looked": look is not None,
        "reason": look.reason if look else None,
        "blind": look.blind if look else None,
        "size": [look.detection.width, look.detection.height] if look and look.detection else None,
        "took_ms": round(look.detection.took_ms, 1) if look and look.detection else None,
        "ways": dict(runtime.camera_ways().get(view.source, {})),
        "masks": len(view.masks),
        "has_region": bool(view.region),
        "still_things": len(view.still_things),
        "other_detectors": len(view.detections),
        "sightings": len(kept.sightings),
        "declined": len(kept.declined),
    }


def _door(door: Door, state: PremisesState) -> dict[str, Any]:
    """Return how a lock is spoken to, and how its codes do: no name, no place, no code."""
    passage = state.passages.get(door.id)
    return {
        "family": door.family,
        "in_registry": bool(door.registry_id),
        "has_contact": door.contact is not None,
        "has_scripts": door.set_script is not None and door.clear_script is not None,
        "has_standing_code": door.standing_code is not None,
        "places": len(door.places),
        "for_responders": door.for_responders,
        "remote_unlock": door.remote_unlock,
        "fire_unlock": door.fire_unlock,
        "relock": door.relock,
        "codes": [
            str(grant.credentials[door.id].status)
            for grant in state.grants.values()
            if door.id in grant.credentials
        ],
        "held": str(passage.status) if passage is not None else None,
        "wrong_codes": len(state.refused.get(door.id, ())),
    }


def _hidden(incidents: Any, effect: object) -> bool:
    incident = incidents.get(getattr(effect, "incident_id", None))
    return incident is not None and not is_visible(incident)
