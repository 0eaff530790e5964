"""The doors' locks, as the entity registry has them at this moment."""

from collections.abc import Iterator

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..core.premises import Door, Premises


class Doors:
    """The doors of the premises, and what the registry says of their locks at this moment."""

    def __init__(self, hass: HomeAssistant, premises: Premises) -> None:
        self._hass = hass
        self._doors = tuple(premises.doors.values())

    def __iter__(self) -> Iterator[Door]:
        """Yield each door."""
        return iter(self._doors)

    def entity_of(self, door: Door) -> str:
        """Return the lock's entity as it is called now."""
        entry = self.entry_of(door)
        return door.source if entry is None else entry.entity_id

    def platform_of(self, door: Door) -> str | None:
        """Return whose integration the lock is, None where no registry knows it."""
        entry = self.entry_of(door)
        return None if entry is None else entry.platform

    def entry_of(self, door: Door) -> er.RegistryEntry | None:
        """Return what the registry knows of a lock, None when it knows it not; by its id first."""
        registry = er.async_get(self._hass)
        known = registry.async_get(door.registry_id) if door.registry_id else None
        return known or registry.async_get(door.source)

    def on_device(self, device_id: object, platform: str) -> Iterator[str]:
        """Yield the ids of the doors whose lock is on this device of that integration."""
        for door in self._doors:
            entry = self.entry_of(door)
            if (
                entry is not None
                and entry.platform == platform
                and entry.device_id is not None
                and entry.device_id == device_id
            ):
                yield door.id
