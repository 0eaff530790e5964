"""Clock port: aware UTC time, and timers that a clock which is set neither stretches nor shortens."""

from collections.abc import Callable
from datetime import datetime
from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..engine.ports import Clock


class HomeClock(Clock):
    """The hub's clock and its event loop's; a moment that is past comes at once."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass

    @override
    def now(self) -> datetime:
        return dt_util.utcnow()

    @override
    def elapsed(self) -> float:
        return self._hass.loop.time()

    @override
    def call_at(self, when: datetime, action: Callable[[], None]) -> Callable[[], None]:
        delay = max(0.0, (when - dt_util.utcnow()).total_seconds())
        return self._hass.loop.call_later(delay, action).cancel
