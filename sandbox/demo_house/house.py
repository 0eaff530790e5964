"""What the house remembers while it runs."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from homeassistant.helpers.entity import Entity
from homeassistant.util.hass_dict import HassKey

from .keypads import KeypadTable

DOMAIN: Final = "demo_house"
EVENT_KEYPAD: Final = "demo_house_keypad"


class Settable(Protocol):
    """Something whose state the director of a play may set."""

    def set_state(self, state: str) -> None:
        """Take the state, or raise ValueError."""


@dataclass(kw_only=True, slots=True)
class Stage:
    """What plays before one camera, and since when (monotonic seconds)."""

    scene: str = "empty"
    since: float = field(default_factory=time.monotonic)


@dataclass(kw_only=True, slots=True)
class DemoHouse:
    """Keypads, stages, messages and the entities by their id."""

    keypads: KeypadTable
    night: bool
    clip: Path | None
    clip_start: float
    stages: dict[str, Stage] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    things: dict[str, Settable] = field(default_factory=dict)
    keypad_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


HOUSE: HassKey[DemoHouse] = HassKey(DOMAIN)


class Thing(Entity):
    """An entity of the house that can be made unavailable."""

    _attr_should_poll = False

    def __init__(self, house: DemoHouse, entity_id: str, name: str) -> None:
        self._house = house
        self.entity_id = entity_id
        self._attr_unique_id = entity_id.replace(".", "_")
        self._attr_name = name

    async def async_added_to_hass(self) -> None:
        """Become reachable for the director."""
        self._house.things[self.entity_id] = self

    def set_state(self, state: str) -> None:
        """Take `available`, `unavailable` or a state of the entity's own."""
        if state in {"available", "unavailable"}:
            self._attr_available = state == "available"
        else:
            self._take(state)
            self._attr_available = True
        self.async_write_ha_state()

    def _take(self, state: str) -> None:
        raise ValueError(state)
