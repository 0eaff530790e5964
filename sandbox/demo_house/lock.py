"""The two keypad locks."""

from typing import Any, Final

from homeassistant.components.lock import LockEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType

from .house import EVENT_KEYPAD, HOUSE, DemoHouse, Thing

LOCKS: Final = {"front_door": "Front door lock", "back_door": "Back door lock"}


async def async_setup_platform(
    hass: HomeAssistant,
    config: ConfigType,  # noqa: ARG001 - the signature is Home Assistant's
    async_add_entities: AddEntitiesCallback,
    discovery_info: DiscoveryInfoType | None = None,  # noqa: ARG001 - as above
) -> None:
    """Add both locks."""
    house = hass.data[HOUSE]
    async_add_entities(KeypadLock(house, key, name) for key, name in LOCKS.items())


class KeypadLock(Thing, LockEntity):
    """A lock that opens to any code of its own table."""

    def __init__(self, house: DemoHouse, key: str, name: str) -> None:
        super().__init__(house, f"lock.{key}", name)
        self._attr_is_locked = True

    async def async_lock(self, **_kwargs: object) -> None:
        """Throw the bolt."""
        self._turn(locked=True, by="remote")

    async def async_unlock(self, **_kwargs: object) -> None:
        """Draw the bolt."""
        self._turn(locked=False, by="remote")

    def type_code(self, code: str) -> bool:
        """Somebody types at the keypad; true if the door opened. The code goes nowhere else."""
        found = self._house.keypads.find(self.entity_id, code)
        told: dict[str, Any] = {"entity_id": self.entity_id, "result": "wrong_code"}
        if found:
            slot, entry = found
            told |= {"result": "unlocked", "slot": slot, "name": entry.name}
            self._turn(locked=False, by=entry.name or f"slot {slot}")
        self.hass.bus.async_fire(EVENT_KEYPAD, told)
        return found is not None

    def _turn(self, *, locked: bool, by: str) -> None:
        self._attr_is_locked = locked
        self._attr_changed_by = by
        self.async_write_ha_state()

    def _take(self, state: str) -> None:
        if state not in {"locked", "unlocked"}:
            raise ValueError(state)
        self._attr_is_locked = state == "locked"
