"""Sensor states in: binary sensors of the zones become signals; only what this hub saw change trips."""

from collections.abc import Callable, Mapping

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..core.premises import Premises
from ..core.signals import Signal, SignalKind, ZoneStatus

STATUS = {STATE_ON: ZoneStatus.OPEN, STATE_OFF: ZoneStatus.CLOSED}


def status_of(state: State | None) -> ZoneStatus:
    """Return what a state says; anything but on and off is not known."""
    if state is None:
        return ZoneStatus.UNAVAILABLE
    return STATUS.get(state.state, ZoneStatus.UNAVAILABLE)


def statuses(hass: HomeAssistant, premises: Premises) -> Mapping[str, ZoneStatus]:
    """Return what every zone says now."""
    return {zone.id: status_of(hass.states.get(zone.source)) for zone in premises.zones.values()}


def kind_of(before: State | None, after: State | None) -> SignalKind | None:
    """Return what a change of state means; None when the zone did not change."""
    old, new = status_of(before), status_of(after)
    if old is new:
        return None
    if new is ZoneStatus.UNAVAILABLE:
        return SignalKind.UNAVAILABLE
    if new is ZoneStatus.CLOSED:
        return SignalKind.RESTORED
    return SignalKind.TRIPPED if old is ZoneStatus.CLOSED else SignalKind.REPORTED_OPEN


def listen(
    hass: HomeAssistant, premises: Premises, accept: Callable[[Signal], None]
) -> Callable[[], None]:
    """Hand on the signals of every zone; return what ends it."""
    zones: dict[str, list[str]] = {}
    for zone in premises.zones.values():
        zones.setdefault(zone.source, []).append(zone.id)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        kind = kind_of(event.data["old_state"], event.data["new_state"])
        if kind is None:
            return
        for zone_id in zones[event.data["entity_id"]]:
            accept(Signal(zone_id=zone_id, kind=kind, at=event.time_fired))

    return async_track_state_change_event(hass, list(zones), changed)
