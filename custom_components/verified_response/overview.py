"""The house in short, as it may be told aloud: what is armed, what says nothing, what happened."""

from dataclasses import dataclass

from .core.incident import Incident
from .core.premises import ArmMode
from .core.rules.dispatch import as_shown, is_on_screens
from .core.signals import TroubleKind, ZoneStatus
from .core.state import Phase
from .engine.feed import Snapshot


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaNow:
    """One area as it is now; `mode` is None while it is disarmed."""

    name: str
    phase: Phase
    mode: ArmMode | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """What everybody in earshot may hear: nothing hidden, nobody's name, no place outside."""

    areas: tuple[AreaNow, ...]
    unseen: tuple[str, ...]
    """Names of zones, cameras and locks that say nothing now, or cannot see."""
    open: tuple[Incident, ...]
    ended: tuple[Incident, ...]
    """Oldest first, as far as they are at hand."""

    @property
    def armed(self) -> tuple[str, ...]:
        """Return the names of the areas that protect, or are about to."""
        return tuple(area.name for area in self.areas if area.phase is not Phase.DISARMED)

    @property
    def last(self) -> Incident | None:
        """Return the newest incident, an open one before all others."""
        return (*self.ended, *self.open)[-1] if self.ended or self.open else None


def overview(snapshot: Snapshot) -> Overview:
    """Return the house in short; silent and covert calls are not in it."""
    state = snapshot.state
    shown = [as_shown(item) for item in state.incidents.values() if is_on_screens(item)]
    return Overview(
        areas=tuple(_area(snapshot, key) for key in snapshot.premises.areas),
        unseen=_unseen(snapshot),
        open=tuple(item for item in shown if item.is_open),
        ended=tuple(item for item in shown if not item.is_open),
    )


def _area(snapshot: Snapshot, area_id: str) -> AreaNow:
    area = snapshot.state.area(area_id)
    disarmed = area.phase is Phase.DISARMED
    name = snapshot.premises.areas[area_id].name
    return AreaNow(name=name, phase=area.phase, mode=None if disarmed else area.mode)


def _unseen(snapshot: Snapshot) -> tuple[str, ...]:
    premises, troubles = snapshot.premises, snapshot.state.troubles
    names = [
        zone.name
        for key, zone in premises.zones.items()
        if snapshot.zones.get(key) is ZoneStatus.UNAVAILABLE
        or TroubleKind.OFFLINE in troubles.get(key, ())
    ]
    names += [
        view.name
        for key, view in premises.cameras.items()
        if (look := snapshot.cameras.get(key)) is not None and look.blind is not None
    ]
    names += [
        door.name
        for key, door in premises.doors.items()
        if TroubleKind.OFFLINE in troubles.get(key, ())
    ]
    return tuple(dict.fromkeys(names))
