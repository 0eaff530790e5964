"""Watch over the doors' locks: their firmware, their batteries, bolts that are stuck, locks that are away.

Which entities a lock's device has is looked up when the entry is loaded; one that is added later
counts from the next reload on.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.lock import LockState
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from ...core.premises import Door, Premises
from ...core.signals import TroubleKind
from ...engine.ports import Clock
from ..doors import Doors
from ..edges import is_known
from .watched import Known, Reads, Say, Watched, below, follow, is_on

ZWAVE: Final = "zwave_js"
ZWAVE_EVENT: Final = "zwave_js_notification"
ACCESS_CONTROL: Final = 6
JAMMED: Final = 11
MOVED: Final = frozenset({1, 2, 3, 4, 5, 6, 9, 33, 34, 35, 36})
"""Locked or unlocked, in whichever way: the bolt is free (node-zwave-js, registries/Notifications.ts)."""
JAM_SENSOR: Final = "Access Control-Lock state"
"""In the unique id of the binary sensor that Z-Wave JS makes of these notifications."""
BATTERIES: Final = frozenset(
    {
        ("binary_sensor", BinarySensorDeviceClass.BATTERY),
        ("sensor", SensorDeviceClass.BATTERY),
    }
)


def _is_jammed(state: State | None, _was_on: bool) -> bool | None:
    return state.state == LockState.JAMMED if state is not None and is_known(state) else None


def _never_known(_state: State | None, _was_on: bool) -> bool | None:
    """Read what has no state: it speaks in notifications alone."""
    return None


class LockWatch:
    """Follows the doors' locks and what is on their devices, and says what changes from what is known."""

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
        self._doors = Doors(hass, premises)
        self._battery = below(premises.policy.battery_low)
        self._watched = [watched for door in self._doors for watched in self._of_door(door, known)]
        self._bolts = {
            watched.part_id: watched for watched in self._watched if ZWAVE_EVENT in watched.sources
        }
        """Doors whose stuck bolt is told by a notification only."""
        self._absences = {
            door.id: _Absence(
                door.id,
                say,
                on=TroubleKind.OFFLINE in known.get(door.id, ()),
                clock=clock,
                lost_after_s=premises.policy.lost_after_s,
                quiet_until=quiet_until,
            )
            for door in self._doors
        }

    def listen(self) -> Callable[[], None]:
        """Say what is so now, and what changes from here on; return what ends it."""
        locks: dict[str, list[str]] = {}
        for door in self._doors:
            entity_id = self._doors.entity_of(door)
            locks.setdefault(entity_id, []).append(door.id)
            self._absences[door.id].hears(self._hass.states.get(entity_id))

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            before, after = event.data["old_state"], event.data["new_state"]
            for door_id in locks[event.data["entity_id"]]:
                self._absences[door_id].hears(after)
                if before and after and before.state != after.state and is_known(before):
                    self._moves(door_id, after)

        ends = [
            follow(self._hass, self._watched, self._tell),
            async_track_state_change_event(self._hass, list(locks), changed),
            self._hass.bus.async_listen(ZWAVE_EVENT, self._notified),
        ]

        def end() -> None:
            for stop in ends:
                stop()
            for absence in self._absences.values():
                absence.close()

        return end

    def _tell(self, watched: Watched, _seen: bool) -> None:
        self._say(watched.part_id, watched.kind, watched.on)

    def _moves(self, door_id: str, state: State) -> None:
        """Take that a lock went from one known state to another: then its bolt is not stuck."""
        if is_known(state) and state.state != LockState.JAMMED:
            self._sticks(door_id, stuck=False)

    @callback
    def _notified(self, event: Event) -> None:
        data = event.data
        if data.get("type") != ACCESS_CONTROL or data.get("event") not in {JAMMED, *MOVED}:
            return
        for door_id in self._doors.on_device(data.get("device_id"), ZWAVE):
            self._sticks(door_id, stuck=data.get("event") == JAMMED)

    def _sticks(self, door_id: str, *, stuck: bool) -> None:
        watched = self._bolts.get(door_id)
        if watched is not None and watched.takes(ZWAVE_EVENT, stuck):
            self._tell(watched, True)

    def _of_door(self, door: Door, known: Known) -> Iterator[Watched]:
        """Yield each kind of trouble with the entities that report it for this lock."""
        found: dict[TroubleKind, dict[str, Reads]] = {
            TroubleKind.FIRMWARE: {},
            TroubleKind.LOW_BATTERY: {},
            TroubleKind.JAMMED: {self._doors.entity_of(door): _is_jammed},
        }
        lock = self._doors.entry_of(door)
        for other in _beside(self._hass, lock):
            measures = other.device_class or other.original_device_class
            if other.domain == "update":
                found[TroubleKind.FIRMWARE][other.entity_id] = is_on
            elif (other.domain, measures) in BATTERIES:
                found[TroubleKind.LOW_BATTERY][other.entity_id] = self._battery
            elif _tells_jams(other, measures):
                found[TroubleKind.JAMMED][other.entity_id] = is_on
        jams = found[TroubleKind.JAMMED]
        if lock is not None and lock.platform == ZWAVE and len(jams) == 1:
            jams[ZWAVE_EVENT] = _never_known
        for kind, sources in found.items():
            on = kind in known.get(door.id, ())
            yield Watched(part_id=door.id, kind=kind, on=on, sources=sources)


class _Absence:
    """How long one lock is away; late is trouble, and there again is its end.

    A lock that is there and knows nothing of its bolt is neither away nor back.
    """

    def __init__(
        self,
        door_id: str,
        say: Say,
        *,
        on: bool,
        clock: Clock,
        lost_after_s: float,
        quiet_until: datetime | None,
    ) -> None:
        self._door_id = door_id
        self._say = say
        self._on = on
        self._clock = clock
        self._lost_after = timedelta(seconds=lost_after_s)
        left = quiet_until - clock.now() if quiet_until is not None else timedelta()
        self._settled_s = clock.elapsed() + max(0.0, left.total_seconds())
        self._cancel: Callable[[], None] | None = None

    def hears(self, state: State | None) -> None:
        """Take what the lock says now."""
        if state is None or state.state == STATE_UNAVAILABLE:
            self._leaves()
        else:
            self.close()
            if is_known(state):
                self._changes(on=False)

    def close(self) -> None:
        """Wait no more."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _leaves(self) -> None:
        if self._on or self._cancel is not None:
            return
        quiet = timedelta(seconds=max(0.0, self._settled_s - self._clock.elapsed()))
        due = self._clock.now() + quiet + self._lost_after
        self._cancel = self._clock.call_at(due, self._is_late)

    def _is_late(self) -> None:
        self._cancel = None
        self._changes(on=True)

    def _changes(self, *, on: bool) -> None:
        if on is not self._on:
            self._on = on
            self._say(self._door_id, TroubleKind.OFFLINE, on)


def _beside(hass: HomeAssistant, lock: er.RegistryEntry | None) -> Iterator[er.RegistryEntry]:
    """Yield the other entities on a lock's device."""
    if lock is None or lock.device_id is None:
        return
    for other in er.async_entries_for_device(er.async_get(hass), lock.device_id):
        if other.entity_id != lock.entity_id:
            yield other


def _tells_jams(entry: er.RegistryEntry, measures: str | None) -> bool:
    return (
        entry.platform == ZWAVE
        and measures == BinarySensorDeviceClass.PROBLEM
        and JAM_SENSOR in entry.unique_id
    )
