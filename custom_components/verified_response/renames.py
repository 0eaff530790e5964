"""Entities that are renamed stay what they were: zones, cameras, locks, scripts, people and signs follow."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.entity_registry import (
    EVENT_ENTITY_REGISTRY_UPDATED,
    EventEntityRegistryUpdatedData,
)

from . import const as c

ENTITY_KEYS: Final = frozenset(
    {
        c.CONF_ENTITY_ID,
        c.CONF_PANEL,
        c.CONF_DETECTIONS,
        c.CONF_SET_SCRIPT,
        c.CONF_CLEAR_SCRIPT,
        c.CONF_CONTACT,
        c.CONF_MESSAGES,
        c.CONF_SPEAKERS,
        c.CONF_SATELLITES,
        c.CONF_PERSON,
        c.CONF_SIREN,
        c.CONF_TTS,
    }
)
"""Where the stored configuration names entities, one or a list of them."""


@callback
def follow_renames(hass: HomeAssistant) -> CALLBACK_TYPE:
    """Follow the registry for all premises, loaded or not; return what ends it."""

    @callback
    def renamed(event: Event[EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        if data["action"] != "update" or (before := data.get("old_entity_id")) is None:
            return
        for entry in hass.config_entries.async_entries(c.DOMAIN):
            _rename(hass, entry, before, data["entity_id"])

    return hass.bus.async_listen(EVENT_ENTITY_REGISTRY_UPDATED, renamed)


def _rename(hass: HomeAssistant, entry: ConfigEntry, before: str, after: str) -> None:
    """Change every place that names the entity; what changes takes effect through the listener."""
    for item in list(entry.subentries.values()):
        changed = _renamed(item.data, before, after)
        if changed != item.data:
            hass.config_entries.async_update_subentry(entry, item, data=changed)
    options = _renamed(entry.options, before, after)
    if options != entry.options:
        hass.config_entries.async_update_entry(entry, options=options)


def _renamed(data: Mapping[str, Any], before: str, after: str) -> dict[str, Any]:
    def told(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [told(item) for item in value]
        return after if value == before else value

    return {key: told(value) if key in ENTITY_KEYS else value for key, value in data.items()}
