"""The siren under the roof; it makes no sound."""

from homeassistant.components.siren import SirenEntity
from homeassistant.components.siren.const import SirenEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType

from .house import HOUSE, DemoHouse, Thing


async def async_setup_platform(
    hass: HomeAssistant,
    config: ConfigType,  # noqa: ARG001 - the signature is Home Assistant's
    async_add_entities: AddEntitiesCallback,
    discovery_info: DiscoveryInfoType | None = None,  # noqa: ARG001 - as above
) -> None:
    """Add the siren."""
    async_add_entities([HouseSiren(hass.data[HOUSE])])


class HouseSiren(Thing, SirenEntity):
    """A siren that only shows whether it would sound."""

    _attr_supported_features = SirenEntityFeature.TURN_ON | SirenEntityFeature.TURN_OFF

    def __init__(self, house: DemoHouse) -> None:
        super().__init__(house, "siren.house", "House siren")
        self._attr_is_on = False

    async def async_turn_on(self, **_kwargs: object) -> None:
        """Sound."""
        self._attr_is_on = True
        self.async_write_ha_state()

    async def async_turn_off(self, **_kwargs: object) -> None:
        """Fall silent."""
        self._attr_is_on = False
        self.async_write_ha_state()
