"""What was measured of each camera's ways, kept over restarts; no address is in it."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .choice import Habit

SAVE_AFTER_S = 300.0
"""Measurements come with every frame; a disk of flash memory shall not see that."""
MAX_CAMERAS = 200


class CameraMemory:
    """Habits by entity id."""

    def __init__(self, hass: HomeAssistant, key: str) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, 1, key, private=True)
        self._habits: dict[str, Habit] = {}
        self._loaded = False
        self._unsaved = False
        self._closed = False

    async def load(self) -> None:
        """Read once; without it everything is measured again."""
        if self._loaded:
            return
        self._loaded = True
        try:
            raw = await self._store.async_load()
        except HomeAssistantError, NotImplementedError, ValueError:
            raw = None
        cameras = raw.get("cameras") if isinstance(raw, dict) else None
        if isinstance(cameras, dict):
            for source, habit in list(cameras.items())[:MAX_CAMERAS]:
                self._habits.setdefault(str(source), Habit.from_json(habit))

    def of(self, source: str) -> Habit:
        """Return what is known of a camera."""
        return self._habits.get(source, Habit())

    def keep(self, source: str, habit: Habit) -> None:
        """Keep what is known now, and save it by and by."""
        if self._closed or habit == self.of(source):
            return
        self._habits[source] = habit
        # Asked once: every further request would put the save off again.
        if not self._unsaved:
            self._unsaved = True
            self._store.async_delay_save(self._as_json, SAVE_AFTER_S)

    async def close(self) -> None:
        """Save now what was not saved yet; nothing is kept after that, for the house may be gone."""
        self._closed = True
        if self._unsaved:
            await self._store.async_save(self._as_json())

    def _as_json(self) -> dict[str, Any]:
        self._unsaved = False
        newest = list(self._habits.items())[-MAX_CAMERAS:]
        return {"cameras": {source: habit.to_json() for source, habit in newest}}
