"""Other integrations' person, vehicle and animal entities in: only edges that this hub saw count."""

from collections.abc import Callable
from datetime import datetime

from homeassistant.components.event import ATTR_EVENT_TYPE
from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
    split_entity_id,
)
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..core.commands import ReportDetection
from ..core.evidence import DetectedKind
from ..core.other_detectors import kind_of_entity, kind_of_event
from ..core.premises import CameraView, Premises
from .edges import Settling, is_known, is_new_event, rises

type Say = Callable[[ReportDetection], None]


def listen(
    hass: HomeAssistant,
    premises: Premises,
    say: Say,
    *,
    now: Callable[[], datetime] = dt_util.utcnow,
) -> Callable[[], None]:
    """Say what the detectors of the cameras begin to see; return what ends it."""
    cameras: dict[str, list[CameraView]] = {}
    for camera in premises.cameras.values():
        for entity_id in camera.detections:
            cameras.setdefault(entity_id, []).append(camera)
    settling = Settling(cameras, now)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        entity_id = event.data["entity_id"]
        before, after = event.data["old_state"], event.data["new_state"]
        settled = settling.settled(entity_id, silent=not is_known(before))
        if split_entity_id(entity_id)[0] == EVENT_DOMAIN:
            kind = _event_kind(before, after, event.time_fired)
        elif settled and rises(before, after):
            kind = _kind_of(hass, entity_id) or DetectedKind.PERSON  # the owner chose the entity
        else:
            return
        if kind is None:
            return
        for camera in cameras[entity_id]:
            devices, places = _where(hass, entity_id, camera.source)
            say(
                ReportDetection(
                    camera_id=camera.id,
                    kind=kind,
                    at=now(),
                    source_family=_family(hass, entity_id),
                    devices=devices,
                    places=places,
                )
            )

    return async_track_state_change_event(hass, list(cameras), changed)


def _event_kind(
    before: State | None, after: State | None, heard_at: datetime
) -> DetectedKind | None:
    """Return what a new event is about; None for one that is old, restored, or no detection."""
    if after is None or not is_new_event(before, after, heard_at):
        return None
    return kind_of_event(str(after.attributes.get(ATTR_EVENT_TYPE, "")))


def _kind_of(hass: HomeAssistant, entity_id: str) -> DetectedKind | None:
    entry = er.async_get(hass).async_get(entity_id)
    if entry is None:
        return None
    return kind_of_entity(
        entry.platform,
        unique_id=entry.unique_id,
        translation_key=entry.translation_key,
        name=entry.original_name,
    )


def _family(hass: HomeAssistant, entity_id: str) -> str:
    entry = er.async_get(hass).async_get(entity_id)
    return entry.platform if entry else "unknown"


def _where(
    hass: HomeAssistant, entity_id: str, camera_entity_id: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the devices and places of the entity and of the camera; an unknown place is left out."""
    entities, devices = er.async_get(hass), dr.async_get(hass)
    found_devices: dict[str, None] = {}
    found_places: dict[str, None] = {}
    for source in (entity_id, camera_entity_id):
        entry = entities.async_get(source)
        device = devices.async_get(entry.device_id) if entry and entry.device_id else None
        found_devices[device.id if device else source] = None
        place = entry.area_id if entry else None
        if place is None and device is not None:
            place = dr.async_get_effective_area_id(hass, device)
        if place is not None:
            found_places[place] = None
    return tuple(found_devices), tuple(found_places)
