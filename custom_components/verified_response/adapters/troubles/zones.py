"""Batteries and covers in: what is wrong with the devices of the zones, besides being away.

A battery that does not report is not known: what was known last stays. Which entities a zone's device
has is looked up when the entry is loaded; one that is added later counts from the next reload on.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.core import HomeAssistant

from ...core.premises import Premises, Zone
from ...core.signals import TroubleKind
from ...engine.ports import Clock
from ..siblings import siblings_of
from .watched import Known, Reads, Say, Watched, below, follow, is_on

KINDS: Final[Mapping[tuple[str, str], TroubleKind]] = {
    ("binary_sensor", BinarySensorDeviceClass.BATTERY): TroubleKind.LOW_BATTERY,
    ("binary_sensor", BinarySensorDeviceClass.TAMPER): TroubleKind.TAMPER,
    ("sensor", SensorDeviceClass.BATTERY): TroubleKind.LOW_BATTERY,
}
"""Domain and device class of what reports a trouble."""


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
        self._clock = clock
        self._quiet_until = quiet_until if quiet_until and clock.now() < quiet_until else None
        reads = {
            TroubleKind.LOW_BATTERY: below(premises.policy.battery_low),
            TroubleKind.TAMPER: is_on,
        }
        self._watched = [
            watched
            for zone in premises.zones.values()
            for watched in _of_zone(hass, zone, known, reads)
        ]
        self._found: list[Watched] = []

    def listen(self) -> Callable[[], None]:
        """Say what is so now, and what changes from here on; return what ends it."""
        stop = follow(self._hass, self._watched, self._follow)
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
            self._say(watched.part_id, watched.kind, True)
        self._found.clear()

    def _follow(self, watched: Watched, seen: bool) -> None:
        if watched in self._found:
            self._found.remove(watched)  # closed again before anybody was told
            return
        quiet = self._quiet_until is not None
        if watched.on and watched.kind is TroubleKind.TAMPER and quiet and not seen:
            self._found.append(watched)
            return
        self._say(watched.part_id, watched.kind, watched.on)


def _of_zone(
    hass: HomeAssistant, zone: Zone, known: Known, reads: Mapping[TroubleKind, Reads]
) -> Iterator[Watched]:
    """Yield each kind of trouble with the entities that report it for this zone."""
    found: dict[TroubleKind, dict[str, Reads]] = {kind: {} for kind in reads}
    for sibling in siblings_of(hass, zone.source):
        kind = KINDS.get((sibling.domain, sibling.device_class or ""))
        if kind is not None:
            found[kind][sibling.entity_id] = reads[kind]
    for kind, sources in found.items():
        on = kind in known.get(zone.id, ())
        yield Watched(part_id=zone.id, kind=kind, on=on, sources=sources)
