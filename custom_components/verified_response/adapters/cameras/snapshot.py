"""Camera port: stills through Home Assistant's camera platform."""

import asyncio
from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...core.errors import CouldNotLook
from ...engine.ports import Camera, Frame


class HomeCamera(Camera):
    """Any camera entity; the picture counts as taken when it was asked for, never later."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    @override
    async def still(self, source: str, *, timeout_s: float) -> Frame:
        # Imported late: without any camera in the house its libraries are not installed.
        from homeassistant.components.camera import async_get_image

        asked_at = dt_util.utcnow()
        try:
            async with asyncio.timeout(timeout_s + 1):
                image = await async_get_image(self._hass, source, timeout=max(1, int(timeout_s)))
        except HomeAssistantError as err:
            raise CouldNotLook("camera_no_picture") from err
        except TimeoutError as err:
            raise CouldNotLook("camera_too_slow") from err
        if not image.content:
            raise CouldNotLook("camera_no_picture")
        return Frame(picture=image.content, captured_at=asked_at)

    @override
    async def rest(self, source: str) -> None:
        """Keep nothing: a still opens nothing."""
