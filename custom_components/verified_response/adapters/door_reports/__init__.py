"""What locks say of their doors, as one kind of value: each lock by the one source that knows it best."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant

from ...core.premises import Door, Premises
from ..doors import Doors
from . import zha, zwave
from .named import NamedLocks
from .parts import Say
from .zigbee2mqtt import Topics

__all__ = ["listen"]

BY_THEIR_EVENTS: Final = frozenset({zwave.PLATFORM, zha.PLATFORM})


def listen(
    hass: HomeAssistant, premises: Premises, say: Say, *, now: Callable[[], datetime]
) -> Callable[[], None]:
    """Say who or what opened, locked or tried a door, and how far a lock tells; return what ends it.

    A lock that comes back from a silence, or is heard for the first time, says nothing about now.
    """
    doors = Doors(hass, premises)
    topics = Topics(hass, doors, say, now=now)

    def speaks_for_itself(door: Door) -> bool:
        return doors.platform_of(door) in BY_THEIR_EVENTS or topics.hears(door.id)

    named = NamedLocks(
        hass=hass, doors=doors, say=say, now=now, speaks_for_itself=speaks_for_itself
    )
    ends = [
        zwave.listen(hass, doors, say, now=now),
        zha.listen(hass, doors, say, now=now),
        topics.listen(),
        named.listen(),
    ]

    def end() -> None:
        for stop in ends:
            stop()

    return end
