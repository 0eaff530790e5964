"""Base entities and devices: one for the premises, each area, and each responder."""

from collections.abc import Iterable

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device import async_entity_id_to_device
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import VerifiedResponseCoordinator
from .core.incident import Incident, Stage
from .core.rules.dispatch import is_on_screens
from .engine.feed import Snapshot
from .runtime import VerifiedResponseConfigEntry

MANUFACTURER = "Verified Response"


class VerifiedResponseEntity(CoordinatorEntity[VerifiedResponseCoordinator]):
    """Reads the newest snapshot; hangs on the premises' own device."""

    _attr_has_entity_name = True

    def __init__(self, entry: VerifiedResponseConfigEntry, key: str) -> None:
        super().__init__(entry.runtime_data.coordinator)
        self._runtime = entry.runtime_data
        self._attr_unique_id = f"{entry.entry_id}_{key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            manufacturer=MANUFACTURER,
            model="Premises",
            entry_type=DeviceEntryType.SERVICE,
        )

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest snapshot."""
        return self.coordinator.data


class PartEntity(VerifiedResponseEntity):
    """Hangs on a device of its own: an area or a responder."""

    def __init__(
        self,
        entry: VerifiedResponseConfigEntry,
        part_id: str,
        *,
        key: str,
        name: str,
        model: str,
    ) -> None:
        super().__init__(entry, f"{part_id}_{key}")
        self._part_id = part_id
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, part_id)},
            name=name,
            manufacturer=MANUFACTURER,
            model=model,
            entry_type=DeviceEntryType.SERVICE,
            via_device_id=dr.async_get_device_id_by_identifier(
                self.coordinator.hass, (DOMAIN, entry.entry_id), config_entry_id=entry.entry_id
            ),
        )


class SourceEntity(PartEntity):
    """Hangs on the source's own device (camera, lock); on one of ours when it has none."""

    _attr_entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC

    def __init__(
        self,
        entry: VerifiedResponseConfigEntry,
        part_id: str,
        *,
        key: str,
        name: str,
        model: str,
        source: str,
    ) -> None:
        super().__init__(entry, part_id, key=key, name=name, model=model)
        device = async_entity_id_to_device(self.coordinator.hass, source)
        if device is not None:
            self._attr_device_info = None
            self.device_entry = device


def ours(hass: HomeAssistant, entity_ids: Iterable[str], translation_key: str) -> set[str]:
    """Return those of these entities that are of this integration and of one sort."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entity_ids
        if (found := registry.async_get(entity_id)) is not None
        and found.platform == DOMAIN
        and found.translation_key == translation_key
    }


def shown_incidents(snapshot: Snapshot) -> tuple[Incident, ...]:
    """Return the open incidents that may be shown, the newest last."""
    return tuple(item for item in snapshot.state.open_incidents() if is_on_screens(item))


def told_incidents(snapshot: Snapshot) -> tuple[Incident, ...]:
    """Return those that were told as opened: while the entry delay runs, somebody may just come home."""
    return tuple(item for item in shown_incidents(snapshot) if item.stage is not Stage.ENTRY_DELAY)


def current_incident(snapshot: Snapshot) -> Incident | None:
    """Return the newest open incident that may be shown, else None."""
    shown = shown_incidents(snapshot)
    return shown[-1] if shown else None


def last_incident(snapshot: Snapshot) -> Incident | None:
    """Return the newest incident that may be shown, open or ended."""
    shown = [item for item in snapshot.state.incidents.values() if is_on_screens(item)]
    return current_incident(snapshot) or (shown[-1] if shown else None)
