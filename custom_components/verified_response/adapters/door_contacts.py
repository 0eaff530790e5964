"""Doors that fall shut, and locks that are there again: what a waiting bolt waits for."""

from collections.abc import Callable

from homeassistant.const import STATE_OFF
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..core.premises import Premises
from .edges import is_there


def listen(
    hass: HomeAssistant, premises: Premises, closed: Callable[[str], None]
) -> Callable[[], None]:
    """Call `closed(door_id)` when a bolt may be thrown that could not be; return what ends it."""
    contacts: dict[str, list[str]] = {}
    locks: dict[str, list[str]] = {}
    for door in premises.doors.values():
        locks.setdefault(door.source, []).append(door.id)
        if door.contact is not None:
            contacts.setdefault(door.contact, []).append(door.id)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        before, after = event.data["old_state"], event.data["new_state"]
        source = event.data["entity_id"]
        if after is None or (before is not None and before.state == after.state):
            return
        if after.state == STATE_OFF:
            for door_id in contacts.get(source, ()):
                closed(door_id)
        if is_there(after) and not is_there(before):
            for door_id in locks.get(source, ()):
                closed(door_id)

    return async_track_state_change_event(hass, [*contacts, *locks], changed)
