"""Batteries and covers in: what is wrong with the devices of the zones, besides being away.

A battery that does not report is not known: what was known last stays. Which entities a zone's device
has is looked up when the entry is loaded; one that is added later counts from the next reload on.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..core.premises import Premises, Zone
from ..core.signals import TroubleKind
from ..engine.ports import Clock
from .edges import is_known
from .siblings import siblings_of

HYSTERESIS: Final = 5
"""Per cent above the limit from which on a battery is good again: cold nights must not flap."""
KINDS: Final[Mapping[tuple[str, str], TroubleKind]] = {
    ("binary_sensor", BinarySensorDeviceClass.BATTERY): TroubleKind.LOW_BATTERY,
    ("binary_sensor", BinarySensorDeviceClass.TAMPER): TroubleKind.TAMPER,
    ("sensor", SensorDeviceClass.BATTERY): TroubleKind.LOW_BATTERY,
}
"""Domain and device class of what reports a trouble."""

type Say = Callable[[str, TroubleKind, bool], None]
type Known = Mapping[str, tuple[TroubleKind, ...]]


@dataclass(kw_only=True, slots=True, eq=False)
class _Watched:
    """One kind of trouble of one zone, and what each of its reporters said last."""

    zone_id: str
    kind: TroubleKind
    on: bool
    sources: tuple[str, ...]
    said: dict[str, bool] = field(default_factory=dict)

    def begins(self, state_of: Callable[[str], State | None], limit: int) -> bool:
        """Take what all its reporters say at first; say whether that changes what was known.

        Without any reporter left nothing is wrong any more: nobody could ever say that it is over.
        """
        values = {key: _value(state_of(key), limit, was_on=self.on) for key in self.sources}
        blamed = self.on and True not in values.values()  # then who is silent now said it
        self.said = {key: blamed if value is None else value for key, value in values.items()}
        return self._changes()

    def hears(self, source: str, state: State | None, limit: int) -> bool:
        """Take what a reporter says now; say whether that changes anything."""
        value = _value(state, limit, was_on=self.said[source])
        if value is None:
            return False
        self.said[source] = value
        return self._changes()

    def _changes(self) -> bool:
        before, self.on = self.on, any(self.said.values())
        return self.on is not before


class DeviceTroubles:
    """Follows the batteries and covers of the zones' devices, and says what changes from what is known.

    A cover that is only found open in the quiet time of a start is told when that is over.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        premises: Premises,
        say: Say,
        *,
        known: Known,
        clock: Clock,
        quiet_until: datetime | None,
    ) -> None:
        self._hass = hass
        self._say = say
        self._limit = premises.policy.battery_low
        self._clock = clock
        self._quiet_until = quiet_until if quiet_until and clock.now() < quiet_until else None
        self._watched = [
            watched for zone in premises.zones.values() for watched in _of_zone(hass, zone, known)
        ]
        self._found: list[_Watched] = []

    def listen(self) -> Callable[[], None]:
        """Say what is so now, and what changes from here on; return what ends it."""
        reporters: dict[str, list[_Watched]] = {}
        for watched in self._watched:
            for source in watched.sources:
                reporters.setdefault(source, []).append(watched)
            if watched.begins(self._hass.states.get, self._limit):
                self._follow(watched, seen=False)

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            source, seen = event.data["entity_id"], is_known(event.data["old_state"])
            for watched in reporters[source]:
                if watched.hears(source, event.data["new_state"], self._limit):
                    self._follow(watched, seen=seen)

        stop = async_track_state_change_event(self._hass, list(reporters), changed)
        settled = self._when_settled()

        def end() -> None:
            stop()
            settled()

        return end

    def _when_settled(self) -> Callable[[], None]:
        if self._quiet_until is None:
            return lambda: None
        return self._clock.call_at(self._quiet_until, self._tell_found)

    def _tell_found(self) -> None:
        self._quiet_until = None
        for watched in self._found:
            self._say(watched.zone_id, watched.kind, True)
        self._found.clear()

    def _follow(self, watched: _Watched, *, seen: bool) -> None:
        if watched in self._found:
            self._found.remove(watched)  # closed again before anybody was told
            return
        quiet = self._quiet_until is not None
        if watched.on and watched.kind is TroubleKind.TAMPER and quiet and not seen:
            self._found.append(watched)
            return
        self._say(watched.zone_id, watched.kind, watched.on)


def _of_zone(hass: HomeAssistant, zone: Zone, known: Known) -> Iterator[_Watched]:
    """Yield each kind of trouble with the entities that report it for this zone."""
    found: dict[TroubleKind, list[str]] = {TroubleKind.LOW_BATTERY: [], TroubleKind.TAMPER: []}
    for sibling in siblings_of(hass, zone.source):
        kind = KINDS.get((sibling.domain, sibling.device_class or ""))
        if kind is not None:
            found[kind].append(sibling.entity_id)
    for kind, sources in found.items():
        on = kind in known.get(zone.id, ())
        yield _Watched(zone_id=zone.id, kind=kind, on=on, sources=tuple(sources))


def _value(state: State | None, limit: int, *, was_on: bool) -> bool | None:
    """Return whether a reporter tells of trouble, None when it is not known."""
    if state is None:
        return None
    if state.state in {STATE_ON, STATE_OFF}:
        return state.state == STATE_ON
    try:
        level = float(state.state)
    except ValueError:
        return None
    if not math.isfinite(level):
        return None
    return level < (limit + HYSTERESIS if was_on else limit)
