"""Asks an inference server whether it speaks the Open Inference Protocol and has the model."""

from typing import Final
from urllib.parse import quote

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

# Why a server cannot be used; each is a translation key.
SERVER_UNREACHABLE: Final = "server_unreachable"
SERVER_NOT_READY: Final = "server_not_ready"
SERVER_MODEL_UNKNOWN: Final = "server_model_unknown"
TIMEOUT: Final = aiohttp.ClientTimeout(total=10, connect=5)


async def refuse_server(hass: HomeAssistant, url: str, model: str) -> str | None:
    """Return why it cannot be used, None when it is ready for the model."""
    base = f"{url.rstrip('/')}/v2"
    try:
        if await _status(hass, f"{base}/health/ready") != 200:
            return SERVER_NOT_READY
        ready = await _status(hass, f"{base}/models/{quote(model, safe='')}/ready")
    except TimeoutError, aiohttp.ClientError, ValueError:
        return SERVER_UNREACHABLE
    if ready == 200:
        return None
    return SERVER_MODEL_UNKNOWN if 400 <= ready < 500 else SERVER_NOT_READY


async def _status(hass: HomeAssistant, url: str) -> int:
    session = async_get_clientsession(hass)
    async with session.get(url, timeout=TIMEOUT, allow_redirects=False) as response:
        return response.status
