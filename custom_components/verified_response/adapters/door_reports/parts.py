"""What every source of door reports rests on: whose lock it is, and what of its words may be kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ...core.entries import DoorReport
from ...core.premises import Door, Premises

BY_NAME: Final = " - "
"""Between how a lock was opened and whose code it was, in the words of some integrations."""
LIKE_A_CODE: Final = re.compile(r"[\s*#-]*(?:\d[\s*#-]*){4,}")
NO_USER: Final = 0xFFFF
"""Zigbee locks say this where they mean nobody."""

type Say = Callable[[DoorReport], None]


class Doors:
    """The doors of the premises, and what the registry says of their locks at this moment."""

    def __init__(self, hass: HomeAssistant, premises: Premises) -> None:
        self._hass = hass
        self._doors = tuple(premises.doors.values())

    def __iter__(self) -> Iterator[Door]:
        """Yield each door."""
        return iter(self._doors)

    def entity_of(self, door: Door) -> str:
        """Return the lock's entity as it is called now."""
        entry = self._entry(door)
        return door.source if entry is None else entry.entity_id

    def platform_of(self, door: Door) -> str | None:
        """Return whose integration the lock is, None where no registry knows it."""
        entry = self._entry(door)
        return None if entry is None else entry.platform

    def on_device(self, device_id: object, platform: str) -> Iterator[str]:
        """Yield the ids of the doors whose lock is on this device of that integration."""
        for door in self._doors:
            entry = self._entry(door)
            if (
                entry is not None
                and entry.platform == platform
                and entry.device_id is not None
                and entry.device_id == device_id
            ):
                yield door.id

    def _entry(self, door: Door) -> er.RegistryEntry | None:
        registry = er.async_get(self._hass)
        known = registry.async_get(door.registry_id) if door.registry_id else None
        return known or registry.async_get(door.source)


def as_text(values: Mapping[str, object], keys: Iterable[str]) -> dict[str, str]:
    """Return these keys as text, so far as they say anything; what looks like a code is left out."""
    return {
        key: text
        for key in keys
        if isinstance(value := values.get(key), str | int) and (text := without_code(str(value)))
    }


def without_code(said: str, *, parted: str = BY_NAME) -> str:
    """Return what a lock said of who it was, empty where that could be a code: digits and no name."""
    return "" if any(LIKE_A_CODE.fullmatch(part) for part in said.split(parted)) else said


def place(number: object, *, first: int) -> int | None:
    """Return a place for codes from a lock's own number, None for what is none."""
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return int(number) if first <= number < NO_USER else None
