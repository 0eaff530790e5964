"""What protected locks say of themselves: jammed, forced, tampered with. Evidence, no alarm.

Who opened it, and who typed wrong codes, door_reports/ says.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.lock import LockState
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from ..core.evidence import LockReported, LockSign
from ..core.premises import Door, Premises
from .edges import Settling, is_known, rises
from .siblings import siblings_of

ZWAVE_EVENT: Final = "zwave_js_notification"
ACCESS_CONTROL: Final = 6
HOME_SECURITY: Final = 7
SIGNS: Final[Mapping[tuple[object, object], LockSign]] = {
    (ACCESS_CONTROL, 11): LockSign.JAMMED,
    (HOME_SECURITY, 1): LockSign.FORCED,  # intrusion, place given
    (HOME_SECURITY, 2): LockSign.FORCED,  # intrusion
    (HOME_SECURITY, 3): LockSign.TAMPER,  # cover removed
    (HOME_SECURITY, 9): LockSign.TAMPER,  # product moved
    (HOME_SECURITY, 11): LockSign.TAMPER,  # magnetic field
}
"""Type and event of Z-Wave notifications (node-zwave-js, registries/Notifications.ts)."""
TAMPER_CONTACT: Final = ("binary_sensor", BinarySensorDeviceClass.TAMPER)
ONCE: Final = timedelta(seconds=10)
"""A notification and the binary sensor beside it are one report."""

type Say = Callable[[LockReported], None]


class LockReports:
    """Follows the locks of the doors, and the tamper contacts on their devices.

    Which device a lock has, and which contacts, is looked up once: later ones count from the next
    reload on.
    """

    def __init__(
        self, hass: HomeAssistant, premises: Premises, say: Say, *, now: Callable[[], datetime]
    ) -> None:
        self._hass = hass
        self._say = say
        self._now = now
        self._told_at: dict[tuple[str, LockSign], datetime] = {}
        self._locks: dict[str, list[str]] = {}
        self._contacts: dict[str, list[str]] = {}
        self._devices: dict[str, list[str]] = {}
        for door in premises.doors.values():
            self._look_up(door)

    def _look_up(self, door: Door) -> None:
        self._locks.setdefault(door.source, []).append(door.id)
        for sibling in siblings_of(self._hass, door.source):
            if (sibling.domain, sibling.device_class) == TAMPER_CONTACT:
                self._contacts.setdefault(sibling.entity_id, []).append(door.id)
        entry = er.async_get(self._hass).async_get(door.source)
        if entry is not None and entry.device_id is not None:
            self._devices.setdefault(entry.device_id, []).append(door.id)

    def listen(self) -> Callable[[], None]:
        """Begin; return what ends it."""
        sources = list({**self._locks, **self._contacts})
        settling = Settling(sources, self._now)

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            before, after = event.data["old_state"], event.data["new_state"]
            source, silent = event.data["entity_id"], not is_known(before)
            if settling.settled(source, silent=silent) and before and after:
                self._follow(source, before, after)

        ends = [
            self._hass.bus.async_listen(ZWAVE_EVENT, self._notified),
            async_track_state_change_event(self._hass, sources, changed),
        ]

        def end() -> None:
            for stop in ends:
                stop()

        return end

    def _follow(self, source: str, before: State, after: State) -> None:
        if after.state == LockState.JAMMED and before.state != LockState.JAMMED:
            for door_id in self._locks.get(source, ()):
                self._tell(door_id, LockSign.JAMMED)
        if rises(before, after):
            for door_id in self._contacts.get(source, ()):
                self._tell(door_id, LockSign.TAMPER)

    @callback
    def _notified(self, event: Event) -> None:
        notice = (event.data.get("type"), event.data.get("event"))
        for door_id in self._devices.get(str(event.data.get("device_id")), ()):
            if (kind := SIGNS.get(notice)) is not None:
                self._tell(door_id, kind)

    def _tell(self, door_id: str, kind: LockSign) -> None:
        """Hand it on, unless it was told a moment ago."""
        now = self._now()
        told_at = self._told_at.get((door_id, kind))
        if told_at is not None and timedelta() <= now - told_at < ONCE:
            return
        self._told_at[door_id, kind] = now
        self._say(LockReported(at=now, door_id=door_id, kind=kind))
