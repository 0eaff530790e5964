"""Clock port: aware UTC time and timers of Home Assistant."""

from collections.abc import Callable
from datetime import datetime
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..engine.ports import Clock


class HomeClock(Clock):
    """The hub's clock; a moment that is past comes at once."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    @override
    def now(self) -> datetime:
        return dt_util.utcnow()

    @override
    def call_at(self, when: datetime, action: Callable[[], None]) -> Callable[[], None]:
        @callback
        def due(_: datetime) -> None:
            action()

        return async_track_point_in_utc_time(self._hass, due, when)
