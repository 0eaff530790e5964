"""Camera port: every camera entity of this Home Assistant."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, override

from homeassistant.core import HomeAssistant

from ...core.errors import CouldNotLook
from ...engine.ports import Camera, Frame, Way
from .memory import CameraMemory
from .reader import Command, reader_command
from .source import find_stream
from .streams import Find, Streams
from .ways import Ways

_LOGGER = logging.getLogger(__name__)


class HomeCameras(Camera):
    """Stills of any camera entity, by what answers faster; `store_key` names what is remembered of them."""

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        store_key: str,
        find: Find = find_stream,
        command: Command = reader_command,
    ) -> None:
        self._hass = hass
        self._memory = CameraMemory(hass, store_key)
        self._streams = Streams(hass, find=find, command=command)
        self._ways: dict[str, Ways] = {}
        self._down: set[str] = set()

    @override
    async def still(self, source: str, *, timeout_s: float) -> Frame:
        await self._memory.load()
        try:
            frame = await self._of(source).still(timeout_s=timeout_s)
        except CouldNotLook as error:
            if source not in self._down:
                self._down.add(source)
                _LOGGER.warning("%s gives no picture: %s", source, error.code)
            raise
        if source in self._down:
            self._down.discard(source)
            _LOGGER.info("%s gives pictures again", source)
        return frame

    @override
    async def rest(self, source: str) -> None:
        if source in self._ways:
            self._ways[source].rest()

    @property
    def measured(self) -> Mapping[str, Mapping[str, Any]]:
        """Return each camera's way and what both typically take, for diagnostics."""
        return {
            source: {
                "way": ways.habit.way.value,
                **{f"{way.value}_s": ways.habit.typical(way) for way in Way},
                "stream_open": self._streams.of(source).is_open,
            }
            for source, ways in self._ways.items()
        }

    async def close(self) -> None:
        """End every reader and save what was measured; idempotent."""
        await asyncio.gather(*(ways.close() for ways in self._ways.values()))
        await self._streams.close()
        await self._memory.close()

    def _of(self, source: str) -> Ways:
        if source not in self._ways:
            self._ways[source] = Ways(
                self._hass, source, stream=self._streams.of(source), memory=self._memory
            )
        return self._ways[source]
