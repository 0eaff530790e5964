"""Where Zigbee2MQTT speaks of a device: read from what MQTT keeps of an entity's discovery.

Nothing of MQTT is imported unless it runs, and what it keeps is its own affair: anything unexpected
means that no topic is known.
"""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant

MQTT: Final = "mqtt"
BRIDGE: Final = "zigbee2mqtt"


def mqtt_runs(hass: HomeAssistant) -> bool:
    """Say whether MQTT is set up, so that it can be imported and subscribed to."""
    return MQTT in hass.config.components


def device_topic(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return `<base>/<name>` of the Zigbee2MQTT device behind an entity, None where it is none."""
    payload = _discovery(hass, entity_id)
    topic = payload.get("state_topic")
    if not _is_of_the_bridge(payload) or not isinstance(topic, str):
        return None
    return None if not topic or {"+", "#"} & set(topic) else topic


def _discovery(hass: HomeAssistant, entity_id: str) -> Mapping[str, object]:
    """Return the discovery message by which MQTT made an entity, empty where there is none."""
    if not mqtt_runs(hass):
        return {}
    try:
        from homeassistant.components.mqtt.models import DATA_MQTT

        known = hass.data[DATA_MQTT].debug_info_entities[entity_id]
        found: object = known["discovery_data"]["discovery_payload"]
    except AttributeError, ImportError, KeyError, TypeError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _is_of_the_bridge(payload: Mapping[str, object]) -> bool:
    """Say whether Zigbee2MQTT wrote it: by its own name, or by how it names devices."""
    origin, device = payload.get("origin"), payload.get("device")
    if isinstance(origin, Mapping) and str(origin.get("name", "")).casefold() == BRIDGE:
        return True
    ids = device.get("identifiers") if isinstance(device, Mapping) else None
    named = [ids] if isinstance(ids, str) else ids
    return isinstance(named, list) and any(str(item).startswith(f"{BRIDGE}_") for item in named)
