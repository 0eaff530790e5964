"""Every other lock: its state says what was done, and `changed_by` beside it by whom or by what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.lock import LockState
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_call_later, async_track_state_change_event

from ...core.entries import DoorAct, DoorReport
from ...core.premises import Door
from ..doors import Doors
from ..edges import Settling, is_known
from .names import read
from .parts import Say

ACTS: Final = {
    LockState.LOCKED: DoorAct.LOCKED,
    LockState.UNLOCKED: DoorAct.UNLOCKED,
    LockState.OPEN: DoorAct.UNLOCKED,
}
"""States in which it has been done; while it is moving nothing is certain yet."""
LATE: Final = frozenset({"matter", "august", "yale"})
"""These write who or what it was, or the sensor that knows, a moment after the state."""
MOMENT: Final = timedelta(seconds=2)


@dataclass(kw_only=True, slots=True, eq=False)
class _Lock:
    """One door's lock: what was known of it, and what waits for a name."""

    door: Door
    act: DoorAct | None = None
    """None: not known since it was silent."""
    held: tuple[datetime, State] | None = None
    cancel: Callable[[], None] | None = None


@dataclass(kw_only=True, slots=True, eq=False)
class NamedLocks:
    """Follows the states of the doors' locks that no other source speaks for."""

    hass: HomeAssistant
    doors: Doors
    say: Say
    now: Callable[[], datetime]
    speaks_for_itself: Callable[[Door], bool]
    _locks: list[_Lock] = field(default_factory=list)

    def listen(self) -> Callable[[], None]:
        """Begin with what is so now; return what ends it."""
        entities: dict[str, list[_Lock]] = {}
        for door in self.doors:
            lock = _Lock(door=door)
            state = self.hass.states.get(self.doors.entity_of(door))
            lock.act = None if state is None else _act(state)
            self._locks.append(lock)
            entities.setdefault(self.doors.entity_of(door), []).append(lock)
        settling = Settling(entities, self.now)

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            entity_id, after = event.data["entity_id"], event.data["new_state"]
            settled = settling.settled(entity_id, silent=not is_known(event.data["old_state"]))
            for lock in entities[entity_id]:
                self._follow(lock, after, settled=settled)

        stop = async_track_state_change_event(self.hass, list(entities), changed)

        def end() -> None:
            stop()
            for lock in self._locks:
                self._forget(lock)

        return end

    def _follow(self, lock: _Lock, after: State | None, *, settled: bool) -> None:
        if after is None or not is_known(after):
            lock.act = None
            return
        act = _act(after)
        if act is None:
            return
        before, lock.act = lock.act, act
        if before in {None, act} or not settled or self.speaks_for_itself(lock.door):
            return
        self._release(lock)
        lock.held = (self.now(), after)
        if self.doors.platform_of(lock.door) in LATE:
            lock.cancel = async_call_later(self.hass, MOMENT, lambda _: self._release(lock))
        else:
            self._release(lock)

    @callback
    def _release(self, lock: _Lock) -> None:
        """Say what was held, with the name that has come since, if it is still in that state."""
        if lock.held is None:
            return
        at, then = lock.held
        self._forget(lock)
        latest = self.hass.states.get(then.entity_id)
        state = latest if latest is not None and latest.state == then.state else then
        told = read(self.hass, state, self.doors.platform_of(lock.door))
        self.say(
            DoorReport(
                at=at,
                door_id=lock.door.id,
                act=ACTS[LockState(then.state)],
                method=told.method,
                name=told.name,
                raw=told.raw,
            )
        )

    @staticmethod
    def _forget(lock: _Lock) -> None:
        if lock.cancel is not None:
            lock.cancel()
        lock.held = lock.cancel = None


def _act(state: State) -> DoorAct | None:
    return next((act for known, act in ACTS.items() if state.state == known), None)
