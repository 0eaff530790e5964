"""Locks' reports in: which of our codes opened which door."""

from collections.abc import Callable, Iterable

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from ..core.access import GONE, AccessGrant
from ..core.premises import Premises

ZWAVE_EVENT = "zwave_js_notification"
ACCESS_CONTROL, KEYPAD_UNLOCK = 6, 6
OPENED = frozenset({"unlocked", "open", "unlocking", "opening"})


def listen(
    hass: HomeAssistant,
    premises: Premises,
    grants: Callable[[], Iterable[AccessGrant]],
    used: Callable[[str, int], None],
) -> Callable[[], None]:
    """Call `used(door_id, slot)` when a lock names a code; return what ends it.

    Z-Wave JS tells the user number in its notification. Other locks name the code in `changed_by`,
    which is compared with the label that our code carries.
    """
    doors = {door.source: door.id for door in premises.doors.values()}

    @callback
    def notified(event: Event) -> None:
        data = event.data
        if data.get("type") != ACCESS_CONTROL or data.get("event") != KEYPAD_UNLOCK:
            return
        slot = (data.get("parameters") or {}).get("userId")
        registry = er.async_get(hass)
        for source, door_id in doors.items():
            entry = registry.async_get(source)
            if entry and entry.device_id == data.get("device_id") and isinstance(slot, int):
                used(door_id, slot)

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        after, before = event.data["new_state"], event.data["old_state"]
        if after is None or before is None or after.state not in OPENED or before.state in OPENED:
            return
        door_id = doors[event.data["entity_id"]]
        for grant in grants():
            credential = grant.credentials.get(door_id)
            if (
                credential is not None
                and credential.status not in GONE
                and after.attributes.get("changed_by") == grant.label
            ):
                used(door_id, credential.slot)
                return

    ends = [
        hass.bus.async_listen(ZWAVE_EVENT, notified),
        async_track_state_change_event(hass, list(doors), changed),
    ]

    def end() -> None:
        for stop in ends:
            stop()

    return end
