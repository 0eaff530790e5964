"""Signals in: zone states are kept in memory, changes go to the desk."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..core.commands import SeeSignal
from ..core.events import WalkTestEnded
from ..core.premises import ZoneType
from ..core.rules.arming import MAY_BE_OPEN
from ..core.signals import Signal, SignalKind, ZoneStatus
from ..core.state import PROTECTING, Phase
from .desk import Desk
from .feed import Snapshot
from .ports import Clock, IdSource
from .waiting import pause

LASTING = frozenset({ZoneType.FIRE, ZoneType.CARBON_MONOXIDE, ZoneType.WATER})
"""Dangers that are still there when they are found; a pressed button or a tamper contact may be old."""
STATUS = {
    SignalKind.TRIPPED: ZoneStatus.OPEN,
    SignalKind.REPORTED_OPEN: ZoneStatus.OPEN,
    SignalKind.RESTORED: ZoneStatus.CLOSED,
    SignalKind.UNAVAILABLE: ZoneStatus.UNAVAILABLE,
}


FOUND = {
    ZoneStatus.OPEN: SignalKind.REPORTED_OPEN,
    ZoneStatus.CLOSED: SignalKind.RESTORED,
    ZoneStatus.UNAVAILABLE: SignalKind.UNAVAILABLE,
}


class Intake:
    """Remembers what each zone last said, and hands on what may matter."""

    def __init__(
        self, desk: Desk, ids: IdSource, *, present: Callable[[], frozenset[str]] = frozenset
    ) -> None:
        self._desk = desk
        self._ids = ids
        self._present = present
        self._unheard: dict[str, ZoneStatus] = {}
        self._closed = False
        self._stop = desk.feed.subscribe(self._on_change)
        self.dropped = 0

    @property
    def zones(self) -> Mapping[str, ZoneStatus]:
        """Return what is known of each zone."""
        return self._desk.feed.latest.zones

    @property
    def heard(self) -> Mapping[str, ZoneStatus]:
        """Return the same without what the desk was never told: it has to be noticed again."""
        return {**self.zones, **self._unheard}

    def close(self) -> None:
        """Take nothing more; who comes next finds what changed."""
        self._closed = True
        self._stop()

    def learn(self, zones: Mapping[str, ZoneStatus]) -> None:
        """Take over the states found at start; they are no signals."""
        self._desk.show(zones={**self.zones, **zones})

    def find(self, zones: Mapping[str, ZoneStatus]) -> None:
        """Take over the states found after a pause, and say what is open that has to be closed.

        Nobody saw it open, so it is told and never an alarm. Where people are just leaving, every state is
        told: what was open or closed before the pause says nothing any more.
        """
        self.learn(zones)
        state = self._desk.state
        for zone in self._desk.premises.zones.values():
            phases = {state.area(area_id).phase for area_id in zone.areas}
            status = zones.get(zone.id, ZoneStatus.UNAVAILABLE)
            stands_open = status is ZoneStatus.OPEN and zone.type not in MAY_BE_OPEN
            if Phase.ARMING in phases or (stands_open and not phases.isdisjoint(PROTECTING)):
                signal = Signal(zone_id=zone.id, kind=FOUND[status], at=self._desk.now())
                self._desk.run(self._submit(self._command(signal)), name="found")

    def not_closed(self) -> frozenset[str]:
        """Return the zones not known to be closed."""
        return frozenset(
            zone_id
            for zone_id in self._desk.premises.zones
            if self.zones.get(zone_id) is not ZoneStatus.CLOSED
        )

    def accept(self, signal: Signal) -> None:
        """Take one signal; zones nobody configured are counted and dropped."""
        if self._closed:
            return
        if signal.zone_id not in self._desk.premises.zones:
            self.dropped += 1
            return
        before = self.zones.get(signal.zone_id)
        if signal.kind is SignalKind.TRIPPED and before is ZoneStatus.OPEN:
            self.dropped += 1  # the same opening told twice
            return
        if signal.kind is SignalKind.TRIPPED and before is None:
            signal = replace(signal, kind=SignalKind.REPORTED_OPEN)
        self._desk.show(zones={**self.zones, signal.zone_id: STATUS[signal.kind]})
        if signal.kind is SignalKind.REPORTED_OPEN and self._lasting(signal):
            signal = replace(signal, kind=SignalKind.TRIPPED)
        if signal.kind is SignalKind.TRIPPED and before is not None:
            self._unheard.setdefault(signal.zone_id, before)
        self._desk.run(self._submit(self._command(signal)), name="signal")

    async def recheck(self, clock: Clock) -> None:
        """Once the start has settled, smoke and gas that are there count, though nobody saw them begin."""
        quiet_until = self._desk.state.quiet_until
        if quiet_until is not None:
            await pause(clock, (quiet_until - clock.now()).total_seconds())
        await self._look_for_dangers()

    def _on_change(self, snapshot: Snapshot) -> None:
        if any(isinstance(event, WalkTestEnded) for event in snapshot.news):
            self._desk.run(self._look_for_dangers(), name="dangers after a walk test")

    async def _look_for_dangers(self) -> None:
        for zone in self._desk.premises.zones.values():
            if zone.type in LASTING and self.zones.get(zone.id) is ZoneStatus.OPEN:
                signal = Signal(zone_id=zone.id, kind=SignalKind.TRIPPED, at=self._desk.now())
                await self._desk.submit(self._command(signal))

    def _command(self, signal: Signal) -> SeeSignal:
        """Return what the rules need to know beside the signal: who is missed, who is at home."""
        lost = frozenset(
            zone_id for zone_id, status in self.zones.items() if status is ZoneStatus.UNAVAILABLE
        )
        return SeeSignal(
            signal=signal, new_id=self._ids.new_id(), lost=lost, present=self._present()
        )

    def _lasting(self, signal: Signal) -> bool:
        """Smoke that was there before the hub was is still smoke, once the hub is settled."""
        quiet_until = self._desk.state.quiet_until
        settled = quiet_until is None or signal.at >= quiet_until
        return settled and self._desk.premises.zones[signal.zone_id].type in LASTING

    async def _submit(self, command: SeeSignal) -> None:
        await self._desk.submit(command)
        if command.signal.kind is SignalKind.TRIPPED:
            self._unheard.pop(command.signal.zone_id, None)
