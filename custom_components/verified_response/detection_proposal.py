"""Which entities of other integrations watch the same camera: proposed when a camera is set up."""

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.core import HomeAssistant, split_entity_id
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import slugify

from .core.other_detectors import frigate_camera, kind_of_entity

BINARY_SENSOR = "binary_sensor"
EVENTS_WITH_KINDS = {("unifiprotect", "smart_detection")}
"""Event entities whose event type says what was seen."""


def proposed_detections(hass: HomeAssistant, camera_entity_id: str) -> list[str]:
    """Return the person, vehicle and animal entities that watch what a camera sees, by entity id.

    Those of the camera's own device and of its lenses; and those of a Frigate camera of the same
    name in the same Home Assistant area. Disabled entities are left out.
    """
    entities = er.async_get(hass)
    camera = entities.async_get(camera_entity_id)
    if camera is None:
        return []
    devices = _devices_of(hass, camera)
    place = _place(hass, camera)
    stems = _stems(hass, camera)
    return sorted(
        entry.entity_id
        for entry in entities.entities.values()
        if entry.disabled_by is None
        and _detects(entry)
        and (
            entry.device_id in devices
            or (
                _frigate_stem(entry) in stems and place is not None and place == _place(hass, entry)
            )
        )
    )


def _detects(entry: er.RegistryEntry) -> bool:
    if split_entity_id(entry.entity_id)[0] == EVENT_DOMAIN:
        return (entry.platform, entry.translation_key) in EVENTS_WITH_KINDS
    return split_entity_id(entry.entity_id)[0] == BINARY_SENSOR and (
        kind_of_entity(
            entry.platform,
            unique_id=entry.unique_id,
            translation_key=entry.translation_key,
            name=entry.original_name,
        )
        is not None
    )


def _devices_of(hass: HomeAssistant, camera: er.RegistryEntry) -> set[str]:
    """Return the camera's device and, where an integration has one device per lens, those."""
    if camera.device_id is None:
        return set()
    found = {camera.device_id}
    if camera.platform == "reolink":
        found |= {
            device.id
            for device in dr.async_get(hass).devices
            if device.via_device_id == camera.device_id
        }
    return found


def _place(hass: HomeAssistant, entry: er.RegistryEntry) -> str | None:
    if entry.area_id is not None or entry.device_id is None:
        return entry.area_id
    device = dr.async_get(hass).async_get(entry.device_id)
    return dr.async_get_effective_area_id(hass, device) if device else None


def _stems(hass: HomeAssistant, camera: er.RegistryEntry) -> set[str]:
    """Return the names under which Frigate may know the camera: its device's and its own."""
    stems = {split_entity_id(camera.entity_id)[1]}
    device = dr.async_get(hass).async_get(camera.device_id) if camera.device_id else None
    if device is not None:
        stems |= {slugify(name) for name in (device.name_by_user, device.name) if name}
    return stems


def _frigate_stem(entry: er.RegistryEntry) -> str | None:
    found = frigate_camera(entry.unique_id) if entry.platform == "frigate" else None
    return slugify(found[0]) if found else None
