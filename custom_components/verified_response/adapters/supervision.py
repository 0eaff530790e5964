"""Batteries and covers in: what is wrong with the devices of the zones, besides being away.

A battery that does not report is not known: what was known last stays. Which entities a zone's device
has is looked up when the entry is loaded; one that is added later counts from the next reload on.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..core.commands import ReportTrouble
from ..core.premises import Premises
from ..core.signals import TroubleKind
from .siblings import siblings_of

HYSTERESIS: Final = 5
"""Per cent above the limit from which on a battery is good again: cold nights must not flap."""
KINDS: Final[Mapping[tuple[str, str], TroubleKind]] = {
    ("binary_sensor", BinarySensorDeviceClass.BATTERY): TroubleKind.LOW_BATTERY,
    ("binary_sensor", BinarySensorDeviceClass.TAMPER): TroubleKind.TAMPER,
    ("sensor", SensorDeviceClass.BATTERY): TroubleKind.LOW_BATTERY,
}
"""Domain and device class of what reports a trouble."""

type Say = Callable[[ReportTrouble], None]
type Known = Mapping[str, tuple[TroubleKind, ...]]


@dataclass(kw_only=True, slots=True)
class _Watched:
    """One kind of trouble of one zone, and what each of its reporters said last."""

    zone_id: str
    kind: TroubleKind
    on: bool
    said: dict[str, bool] = field(default_factory=dict)

    def begins(self, states: Mapping[str, State | None], limit: int) -> bool:
        """Take what all its reporters say at first; say whether that changes what was known."""
        values = {key: _value(state, limit, was_on=self.on) for key, state in states.items()}
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


def listen(
    hass: HomeAssistant, premises: Premises, say: Say, *, known: Known
) -> Callable[[], None]:
    """Say what changes from what is known, now and from here on; return what ends it."""
    limit = premises.policy.battery_low
    reporters: dict[str, list[_Watched]] = {}
    for zone_id in premises.zones:
        for watched, sources in _of_zone(hass, premises, zone_id, known):
            for source in sources:
                reporters.setdefault(source, []).append(watched)
            if watched.begins({source: hass.states.get(source) for source in sources}, limit):
                _tell(say, watched)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        source = event.data["entity_id"]
        for watched in reporters[source]:
            if watched.hears(source, event.data["new_state"], limit):
                _tell(say, watched)

    return async_track_state_change_event(hass, list(reporters), changed)


def _of_zone(
    hass: HomeAssistant, premises: Premises, zone_id: str, known: Known
) -> Iterator[tuple[_Watched, list[str]]]:
    """Yield each kind of trouble with the entities that report it for this zone."""
    found: dict[TroubleKind, list[str]] = {TroubleKind.LOW_BATTERY: [], TroubleKind.TAMPER: []}
    for sibling in siblings_of(hass, premises.zones[zone_id].source):
        kind = KINDS.get((sibling.domain, sibling.device_class or ""))
        if kind is not None:
            found[kind].append(sibling.entity_id)
    for kind, sources in found.items():
        on = kind in known.get(zone_id, ())
        yield _Watched(zone_id=zone_id, kind=kind, on=on), sources


def _tell(say: Say, watched: _Watched) -> None:
    say(ReportTrouble(zone_id=watched.zone_id, kind=watched.kind, on=watched.on))


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
