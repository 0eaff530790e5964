"""Phones of the house: they show nothing and remember every message, privately."""

import time

from homeassistant.components.notify.legacy import BaseNotificationService
from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType

from .house import HOUSE, DemoHouse


async def async_get_service(
    hass: HomeAssistant,
    config: ConfigType,  # noqa: ARG001 - the signature is Home Assistant's
    discovery_info: DiscoveryInfoType | None = None,
) -> BaseNotificationService | None:
    """Return the phone that was discovered."""
    return Phone(hass.data[HOUSE], discovery_info["name"]) if discovery_info else None


class Phone(BaseNotificationService):
    """A phone with the companion app's kind of message: title, message, data with actions."""

    def __init__(self, house: DemoHouse, name: str) -> None:
        self._house = house
        self._name = name

    async def async_send_message(self, message: str, **kwargs: object) -> None:
        """Remember the message."""
        self._house.messages.append(
            {
                "phone": self._name,
                "at": time.time(),
                "title": kwargs.get("title"),
                "message": message,
                "data": kwargs.get("data") or {},
            }
        )
