"""Actions of other integrations: waited for, and whatever they raise becomes one of our failures."""

import logging
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State

from ...core.errors import WorkFailedError

_LOGGER = logging.getLogger(__name__)


async def call(hass: HomeAssistant, action: str, data: dict[str, Any]) -> None:
    """Call an action and wait; raises WorkFailedError: channel_missing, channel_failed."""
    domain, _, service = action.partition(".")
    if not hass.services.has_service(domain, service):
        raise WorkFailedError("channel_missing")
    try:
        await hass.services.async_call(domain, service, data, blocking=True)
    except Exception as err:  # noqa: BLE001 - another integration may raise anything, and quote the message
        _LOGGER.debug("%s ended with %s", action, type(err).__name__)
        raise WorkFailedError("channel_failed") from None


def reachable(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity that can be called; raises channel_missing, channel_unavailable.

    Home Assistant itself calls nobody in either case and reports success. Unknown is no obstacle: a notify
    entity or a voice that was never used is unknown.
    """
    state = hass.states.get(entity_id)
    if state is None:
        raise WorkFailedError("channel_missing")
    if state.state == STATE_UNAVAILABLE:
        raise WorkFailedError("channel_unavailable")
    return state
