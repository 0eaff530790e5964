"""What is wrong with a part, by what entities say of it: for zones and for locks alike.

What does not report is not known: what was known last stays.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

from ...core.signals import TroubleKind
from ..edges import is_known

HYSTERESIS: Final = 5
"""Per cent above the limit from which on a battery is good again: cold nights must not flap."""

type Say = Callable[[str, TroubleKind, bool], None]
type Known = Mapping[str, tuple[TroubleKind, ...]]
type Reads = Callable[[State | None, bool], bool | None]
"""From a state, and whether it told of trouble before: whether it does, None when it is not known."""


@dataclass(kw_only=True, slots=True, eq=False)
class Watched:
    """One kind of trouble of one part, and what each of its reporters said last."""

    part_id: str
    kind: TroubleKind
    on: bool
    sources: Mapping[str, Reads]
    said: dict[str, bool] = field(default_factory=dict)

    def begins(self, state_of: Callable[[str], State | None]) -> bool:
        """Take what all its reporters say at first; say whether that changes what was known.

        Without any reporter left nothing is wrong any more: nobody could ever say that it is over.
        """
        values = {key: reads(state_of(key), self.on) for key, reads in self.sources.items()}
        blamed = self.on and True not in values.values()  # then who is silent now said it
        self.said = {key: blamed if value is None else value for key, value in values.items()}
        return self._changes()

    def hears(self, source: str, state: State | None) -> bool:
        """Take what a reporter says now; say whether that changes anything."""
        value = self.sources[source](state, self.said[source])
        return value is not None and self.takes(source, value)

    def takes(self, source: str, value: bool) -> bool:
        """Take what is known of a reporter; say whether that changes anything."""
        self.said[source] = value
        return self._changes()

    def _changes(self) -> bool:
        before, self.on = self.on, any(self.said.values())
        return self.on is not before


def follow(
    hass: HomeAssistant, parts: Iterable[Watched], changed: Callable[[Watched, bool], None]
) -> Callable[[], None]:
    """Tell what differs from what was known, now and from here on; return what ends it.

    `changed` gets what differs, and whether its reporter was seen to change.
    """
    reporters: dict[str, list[Watched]] = {}
    for watched in parts:
        for source in watched.sources:
            reporters.setdefault(source, []).append(watched)
        if watched.begins(hass.states.get):
            changed(watched, False)

    @callback
    def heard(event: Event[EventStateChangedData]) -> None:
        source, seen = event.data["entity_id"], is_known(event.data["old_state"])
        for watched in reporters[source]:
            if watched.hears(source, event.data["new_state"]):
                changed(watched, seen)

    return async_track_state_change_event(hass, list(reporters), heard)


def is_on(state: State | None, _was_on: bool) -> bool | None:
    """Read what is on or off."""
    if state is None or state.state not in {STATE_ON, STATE_OFF}:
        return None
    return state.state == STATE_ON


def below(limit: int) -> Reads:
    """Return what reads a battery: a flag that it is low, or its level against the limit."""

    def read(state: State | None, was_on: bool) -> bool | None:
        flag = is_on(state, was_on)
        if flag is not None or state is None:
            return flag
        try:
            level = float(state.state)
        except ValueError:
            return None
        if not math.isfinite(level):
            return None
        return level < (limit + HYSTERESIS if was_on else limit)

    return read
