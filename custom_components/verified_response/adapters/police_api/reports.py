"""Responders' words in: signed webhooks, answered only after they are written down."""

import json
import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from homeassistant.components import webhook
from homeassistant.core import HomeAssistant

from ...core.commands import RespondersSay
from ...public_safety.answers import StatusEvent
from ...public_safety.errors import InvalidDocumentError
from ...public_safety.signing import SIGNATURE_HEADER, verify

_LOGGER = logging.getLogger(__name__)

MAX_BYTES = 16 * 1024


def listen(
    hass: HomeAssistant,
    *,
    domain: str,
    webhook_id: str,
    responder_id: str,
    secret: str,
    say: Callable[[RespondersSay], Awaitable[object]],
    is_stored: Callable[[], bool],
) -> Callable[[], None]:
    """Take a responder's reports at a webhook; return what ends it.

    200 means stored, 503 that it has to come again. A wrong signature, a stale one or another shape is refused and changes nothing.
    """

    async def handle(_: HomeAssistant, __: str, request: web.Request) -> web.Response:
        if (request.content_length or 0) > MAX_BYTES:
            return web.Response(status=413)
        body = await request.read()
        header = request.headers.get(SIGNATURE_HEADER, "")
        if len(body) > MAX_BYTES or not verify(secret, header, body, time.time()):
            _LOGGER.warning("A report with a wrong or stale signature was refused")
            return web.Response(status=403)
        try:
            event = StatusEvent.from_json(json.loads(body))
        except ValueError, InvalidDocumentError:
            return web.Response(status=400)
        await say(
            RespondersSay(
                responder_id=responder_id,
                incident_id=event.incident_reference,
                status=event.status,
                number=event.number,
                event_id=event.event_id,
                note=event.note or "",
            )
        )
        return web.Response(status=200 if is_stored() else 503)

    webhook.async_register(
        hass, domain, "Verified Response", webhook_id, handle, allowed_methods=["POST"]
    )

    def end() -> None:
        webhook.async_unregister(hass, webhook_id)

    return end
