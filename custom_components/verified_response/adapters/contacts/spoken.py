"""What is said aloud: by text to speech on a loudspeaker, or announced by a voice satellite."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from ...core.errors import WorkFailedError
from .calling import call, reachable

SPEAK = "tts.speak"
ANNOUNCE = "assist_satellite.announce"
AGAIN_S = 10.0
"""Two people may share a loudspeaker: the same words right after each other are said once."""


class Voices:
    """Loudspeakers and satellites; one word at a time on each."""

    def __init__(self, hass: HomeAssistant, *, voice: str | None) -> None:
        self._hass = hass
        self._voice = voice
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._said: dict[str, tuple[str, float]] = {}

    async def speak(self, player: str, text: str) -> None:
        """Say it on a loudspeaker; raises WorkFailedError."""
        reachable(self._hass, player)
        data = {
            ATTR_ENTITY_ID: self._engine(),
            "media_player_entity_id": player,
            "message": text,
            "cache": False,  # no file of it stays behind
        }
        await self._once(player, text, lambda: call(self._hass, SPEAK, data))

    async def announce(self, satellite: str, text: str) -> None:
        """Let a satellite announce it; raises WorkFailedError."""
        reachable(self._hass, satellite)
        data = {ATTR_ENTITY_ID: satellite, "message": text}
        await self._once(satellite, text, lambda: call(self._hass, ANNOUNCE, data))

    def _engine(self) -> str:
        """Return the chosen voice, else any that is there: a wrong voice is better than silence."""
        there = sorted(self._hass.states.async_entity_ids("tts"))
        for entity_id in ([self._voice] if self._voice else []) + there:
            state = self._hass.states.get(entity_id)
            if state is not None and state.state != STATE_UNAVAILABLE:
                return entity_id
        raise WorkFailedError("no_voice")

    async def _once(self, target: str, text: str, say: Callable[[], Awaitable[None]]) -> None:
        async with self._turns[target]:
            words, at = self._said.get(target, ("", 0.0))
            if words == text and self._hass.loop.time() - at < AGAIN_S:
                return
            await say()
            self._said[target] = (text, self._hass.loop.time())
