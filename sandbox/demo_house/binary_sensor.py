"""Contacts and detectors of the house."""

from typing import Final

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType

from .house import HOUSE, DemoHouse, Thing

SENSORS: Final = {
    "front_door": ("Front door", BinarySensorDeviceClass.DOOR),
    "back_door": ("Back door", BinarySensorDeviceClass.DOOR),
    "kitchen_window": ("Kitchen window", BinarySensorDeviceClass.WINDOW),
    "hall_motion": ("Hall motion", BinarySensorDeviceClass.MOTION),
    "kitchen_smoke": ("Kitchen smoke", BinarySensorDeviceClass.SMOKE),
    "yard_motion": ("Yard motion", BinarySensorDeviceClass.MOTION),
}


async def async_setup_platform(
    hass: HomeAssistant,
    config: ConfigType,  # noqa: ARG001 - the signature is Home Assistant's
    async_add_entities: AddEntitiesCallback,
    discovery_info: DiscoveryInfoType | None = None,  # noqa: ARG001 - as above
) -> None:
    """Add every sensor of the house."""
    house = hass.data[HOUSE]
    async_add_entities(HouseSensor(house, key, name, kind) for key, (name, kind) in SENSORS.items())


class HouseSensor(Thing, BinarySensorEntity):
    """One contact or detector; at rest until the director trips it."""

    def __init__(
        self, house: DemoHouse, key: str, name: str, kind: BinarySensorDeviceClass
    ) -> None:
        super().__init__(house, f"binary_sensor.{key}", name)
        self._attr_device_class = kind
        self._attr_is_on: bool | None = False

    def _take(self, state: str) -> None:
        if state not in {"on", "off", "unknown"}:
            raise ValueError(state)
        self._attr_is_on = None if state == "unknown" else state == "on"
