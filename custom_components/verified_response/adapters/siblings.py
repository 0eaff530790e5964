"""Entities on the same device as another one, as the registry has them now."""

from collections.abc import Iterator
from typing import NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er


class Sibling(NamedTuple):
    """An enabled entity and what it measures."""

    entity_id: str
    domain: str
    device_class: str | None


def siblings_of(hass: HomeAssistant, entity_id: str) -> Iterator[Sibling]:
    """Yield the other entities of an entity's device; none when no registry knows it."""
    registry = er.async_get(hass)
    entry = registry.async_get(entity_id)
    if entry is None or entry.device_id is None:
        return
    for other in er.async_entries_for_device(registry, entry.device_id):
        if other.entity_id != entity_id:
            yield Sibling(
                other.entity_id, other.domain, other.device_class or other.original_device_class
            )
