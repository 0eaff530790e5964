"""Satellites port: Assist satellites ask and announce by Home Assistant's own actions."""

import asyncio
import logging
from typing import Any, Final, override

from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    STATE_IDLE,
    STATE_UNAVAILABLE,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from ...core.errors import WorkFailedError
from ...engine.voice_ports import Satellites

_LOGGER = logging.getLogger(__name__)

DOMAIN: Final = "assist_satellite"
ANNOUNCES: Final = 1
CONVERSES: Final = 2
"""Bits of its supported features."""
IDLE_WITHIN_S = 8.0
"""It stops listening, and says what it is saying; asked earlier, it would cut that off."""
ANSWER_WITHIN_S = 45.0
"""To say a question and listen; a satellite that never ends must not be waited for."""


class HomeSatellites(Satellites):
    """By entity id; the question stays in Home Assistant's list of called actions, the answer does not."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    @override
    def can_ask(self, satellite: str) -> bool:
        return self._features(satellite) & CONVERSES != 0

    @override
    async def ask(self, satellite: str, question: str) -> str:
        if not self.can_ask(satellite):
            raise WorkFailedError("satellite_missing")
        data = {ATTR_ENTITY_ID: satellite, "question": question}
        answer = await self._call("ask_question", data, respond=True)
        sentence = answer.get("sentence") if isinstance(answer, dict) else None
        if not isinstance(sentence, str) or not sentence.strip():
            raise WorkFailedError("satellite_failed")
        return sentence

    @override
    async def announce(self, satellite: str, text: str) -> None:
        if self._features(satellite) & ANNOUNCES == 0:
            raise WorkFailedError("satellite_missing")
        await self._call("announce", {ATTR_ENTITY_ID: satellite, "message": text}, respond=False)

    def _features(self, satellite: str) -> int:
        state = self._hass.states.get(satellite) if satellite else None
        if state is None or state.state == STATE_UNAVAILABLE:
            return 0
        features = state.attributes.get(ATTR_SUPPORTED_FEATURES)
        return features if isinstance(features, int) else 0

    async def _call(self, action: str, data: dict[str, Any], *, respond: bool) -> Any:
        await self._until_idle(data[ATTR_ENTITY_ID])
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._hass.services.async_call(
                    DOMAIN, action, data, blocking=True, return_response=respond
                )
        except Exception as err:  # noqa: BLE001 - another integration's satellite may raise anything, and quote what was said
            _LOGGER.debug("%s ended with %s", action, type(err).__name__)
            raise WorkFailedError("satellite_failed") from None

    async def _until_idle(self, satellite: str) -> None:
        idle = asyncio.Event()

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            new = event.data["new_state"]
            if new is None or new.state in {STATE_IDLE, STATE_UNAVAILABLE}:
                idle.set()

        unsubscribe = async_track_state_change_event(self._hass, satellite, changed)
        try:
            state = self._hass.states.get(satellite)
            if state is not None and state.state != STATE_IDLE:
                async with asyncio.timeout(IDLE_WITHIN_S):
                    await idle.wait()
        except TimeoutError:
            _LOGGER.debug("%s is busy; asking all the same", satellite)
        finally:
            unsubscribe()
