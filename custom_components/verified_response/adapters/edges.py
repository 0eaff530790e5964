"""What a change of another integration's entity says: an edge that this hub saw, or nothing.

A state that is merely on says nothing about now, and neither does what is told at start-up or after
a silence: an event entity shows its restored moment, an MQTT sensor is off for an instant before the
broker repeats what it kept.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import State
from homeassistant.util import dt as dt_util

SETTLE: Final = timedelta(seconds=5)
"""What an entity says this soon after it came back was there before."""
FRESH: Final = timedelta(seconds=5)
"""An event whose own moment is older is an old one, shown again."""


def is_known(state: State | None) -> bool:
    """Say whether a state says anything at all."""
    return state is not None and state.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}


def is_there(state: State | None) -> bool:
    """Say whether the entity reports, if only that it knows nothing."""
    return state is not None and state.state != STATE_UNAVAILABLE


def rises(before: State | None, after: State | None) -> bool:
    """Say whether it went from off to on, or a count of things rose."""
    if before is None or after is None:
        return False
    if before.state == STATE_OFF:
        return after.state == STATE_ON
    try:
        return int(before.state) < int(after.state)
    except ValueError:
        return False


def is_new_event(before: State | None, after: State | None, heard_at: datetime) -> bool:
    """Say whether an event entity fired now; False for an event that is old or restored."""
    if before is None or after is None or before.state == STATE_UNAVAILABLE:
        return False
    moment = dt_util.parse_datetime(after.state)
    return moment is not None and before.state != after.state and abs(heard_at - moment) <= FRESH


class Settling:
    """Knows which entities came back, or were first heard, only a moment ago."""

    def __init__(self, entity_ids: Iterable[str], now: Callable[[], datetime]) -> None:
        self._now = now
        self._back_at = dict.fromkeys(entity_ids, now())

    def settled(self, entity_id: str, *, silent: bool) -> bool:
        """Take a change, before which it was silent or not; say whether its edges count by now."""
        if silent:
            self._back_at[entity_id] = self._now()
        return not timedelta() <= self._now() - self._back_at[entity_id] < SETTLE
