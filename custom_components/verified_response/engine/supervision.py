"""Zones that fall silent: told once they have been away for too long, together, and when they are back.

    away ──(back)──▶ nothing: a flap
    away ──(lost_after_s, not in the quiet time of a start)──▶ late
    late ──(no other zone of the same moment is still only away)──▶ told: lost while anything
                                         protects, else a trouble ──(back)──▶ the trouble is over

Zones that vanished within `lost_after_s` of the first late one are waited for: together they may be
jamming. A zone that is late and comes back before is told all the same: it was away for too long.
Each absence is measured by a timer of its own, so that a clock that is set makes nobody late.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ..core.commands import Command, ReportLost, ReportTrouble
from ..core.signals import TroubleKind, ZoneStatus
from ..core.state import PROTECTING
from .desk import Desk
from .feed import Snapshot
from .ports import Clock, IdSource


@dataclass(kw_only=True, slots=True)
class _Absence:
    """One zone that does not report, by the clock's elapsed time; `late` from `lost_after_s` on."""

    since_s: float
    cancel: Callable[[], None]
    late: bool = False


class Supervision:
    """Watches in the feed what each zone says, and tells the desk who is missed."""

    def __init__(self, desk: Desk, clock: Clock, ids: IdSource) -> None:
        self._desk = desk
        self._clock = clock
        self._ids = ids
        self._heard: Mapping[str, ZoneStatus] = {}
        self._settled_s = 0.0
        self._away: dict[str, _Absence] = {}
        self._told: set[str] = set()
        """Zones that people know to be away, from this run or from an earlier one."""
        self._stop: Callable[[], None] = desk.feed.subscribe(self._on_change)

    def close(self) -> None:
        """Watch no more; who is missed then is missed anew by the next run."""
        self._stop()
        for absence in self._away.values():
            absence.cancel()
        self._away.clear()

    def _on_change(self, snapshot: Snapshot) -> None:
        if snapshot.zones is self._heard or not snapshot.zones:
            return
        if not self._heard:
            known = snapshot.state.troubles.items()
            self._told |= {zone_id for zone_id, kinds in known if TroubleKind.OFFLINE in kinds}
            self._settled_s = self._clock.elapsed() + self._quiet_s(snapshot)
        changed = [
            (zone_id, status)
            for zone_id, status in snapshot.zones.items()
            if self._heard.get(zone_id) is not status
        ]
        self._heard = snapshot.zones
        for zone_id, status in changed:
            if status is not ZoneStatus.UNAVAILABLE:
                self._returns(zone_id)
            elif zone_id not in self._told:
                self._leaves(zone_id)

    def _leaves(self, zone_id: str) -> None:
        since_s = max(self._clock.elapsed(), self._settled_s)
        late_s = since_s + self._desk.premises.policy.lost_after_s - self._clock.elapsed()
        due = self._clock.now() + timedelta(seconds=late_s)
        cancel = self._clock.call_at(due, lambda: self._is_late(zone_id))
        self._away[zone_id] = _Absence(since_s=since_s, cancel=cancel)

    def _quiet_s(self, snapshot: Snapshot) -> float:
        """Return what is left of the quiet time of the start."""
        quiet_until = snapshot.state.quiet_until
        if quiet_until is None:
            return 0.0
        return max(0.0, (quiet_until - self._clock.now()).total_seconds())

    def _is_late(self, zone_id: str) -> None:
        self._away[zone_id].late = True
        self._tell_when_complete()

    def _returns(self, zone_id: str) -> None:
        absence = self._away.get(zone_id)
        if absence is not None and absence.late:
            self._tell()
        if zone_id in self._told:
            self._told.discard(zone_id)
            self._submit(ReportTrouble(zone_id=zone_id, kind=TroubleKind.OFFLINE, on=False))
        elif absence is not None:
            absence.cancel()
            del self._away[zone_id]
            self._tell_when_complete()

    def _tell_when_complete(self) -> None:
        """Tell who is late, unless one that vanished with the first of them is not late yet."""
        late = [absence.since_s for absence in self._away.values() if absence.late]
        if not late:
            return
        last_s = min(late) + self._desk.premises.policy.lost_after_s
        if not any(item.since_s <= last_s for item in self._away.values() if not item.late):
            self._tell()

    def _tell(self) -> None:
        late = [zone_id for zone_id, absence in self._away.items() if absence.late]
        for zone_id in late:
            del self._away[zone_id]
        self._told.update(late)
        areas = self._desk.state.areas.values()
        if any(area.phase in PROTECTING for area in areas):
            self._submit(ReportLost(zones=frozenset(late), new_id=self._ids.new_id()))
            return
        for zone_id in late:
            self._submit(ReportTrouble(zone_id=zone_id, kind=TroubleKind.OFFLINE, on=True))

    def _submit(self, command: Command) -> None:
        async def submit() -> None:
            await self._desk.submit(command)

        self._desk.run(submit(), name="supervision")
