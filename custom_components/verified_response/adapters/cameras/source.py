"""Where a camera's stream is, and whether it may be opened. Addresses hold passwords: they are never logged."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.loader import IntegrationNotFound, async_get_integration

from ...vision.streams.live import SCHEMES

ASK_S = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamSource:
    """An address and how it wants to be opened."""

    url: str = field(repr=False)
    options: Mapping[str, str]


async def find_stream(hass: HomeAssistant, source: str) -> StreamSource | None:
    """Return a camera's live stream, None when it has none that can be read here."""
    from homeassistant.components.camera import CameraEntityFeature
    from homeassistant.components.camera.helper import get_camera_from_entity_id

    try:
        camera = get_camera_from_entity_id(hass, source)
        if CameraEntityFeature.STREAM not in camera.supported_features:
            return None
        if await _is_far(hass, camera.platform.platform_name):
            return None
        async with asyncio.timeout(ASK_S):
            url = await camera.stream_source()
    except HomeAssistantError, TimeoutError:
        return None
    except Exception:  # noqa: BLE001 - any integration's own code; its text could hold the address
        return None
    scheme, is_address, _ = (url or "").partition("://")
    if not url or not is_address or scheme.lower() not in SCHEMES:
        return None
    return StreamSource(url=url, options=_options(camera.stream_options))


async def _is_far(hass: HomeAssistant, platform: str) -> bool:
    """Say whether the stream would come over the internet, where opening it may cost, or wake a battery."""
    try:
        integration = await async_get_integration(hass, platform)
    except IntegrationNotFound:
        return False
    return (integration.iot_class or "").startswith("cloud")


def _options(given: Mapping[str, str | bool | float]) -> dict[str, str]:
    """Return what Home Assistant's own stream reader tells libav."""
    options = {"tls_verify": "1" if given.get("verify_ssl") else "0"}
    if transport := given.get("rtsp_transport"):
        options["rtsp_transport"] = str(transport)
    if given.get("use_wallclock_as_timestamps"):
        options["use_wallclock_as_timestamps"] = "1"
    return options
