"""The premises at a glance: what is armed, what nobody can see, what happened; for whatever speaks of it.

It may be said aloud, so nothing is in it that may not appear by itself (duress, covert and silent calls
for help), no code, address or person, and no text that somebody else wrote, such as a responder's note.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .core.detection import DetectorInfo, Trust
from .core.incident import HAS_LEVEL, Incident, IncidentKind, Stage
from .core.premises import ArmMode, Premises, ResponderKind, ResponderMode
from .core.rules.arming import LEFT_BY, blocks
from .core.rules.dispatch import is_on_screens
from .core.signals import TroubleKind, ZoneStatus
from .core.state import Phase
from .engine.feed import Snapshot

LOOK_COUNTS_FOR = timedelta(seconds=30)
"""A look says something about now for this long, then nothing is known."""
NOBODY_LOOKS = "none"
"""The engine that stands for none."""


class Hindrance(StrEnum):
    """Why arming has to wait for a zone."""

    OPEN = "open"
    NOT_REPORTING = "not_reporting"


class Sight(StrEnum):
    """What is known of a camera now."""

    SEES = "sees"
    BLIND = "blind"
    NOT_LOOKED = "not_looked"
    """Nobody looks at present: while nothing is armed and nothing happens, that is as it should be."""


class Looking(StrEnum):
    """How well people are looked for on the cameras."""

    ABLE = "able"
    REDUCED = "reduced"
    """Not with the best engine: less is noticed, or it is trusted less."""
    UNABLE = "unable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaFacts:
    """One area; zones by name."""

    name: str
    phase: Phase
    mode: ArmMode | None
    linked: bool
    """Another integration's panel arms it."""
    bypassed: tuple[str, ...] = ()
    not_armed_for: tuple[str, ...] = ()
    """Open zones for which the last arming failed, until somebody acknowledges that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitsFor:
    """A zone that keeps from arming, and in which ways of arming."""

    zone: str
    why: Hindrance
    modes: tuple[ArmMode, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraFacts:
    """One camera; `reason` is why it could not see when it was looked at last."""

    name: str
    sight: Sight
    reason: str | None = None
    looked_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneFacts:
    """What is wrong with a zone; `missed_since` only while it is missed in an armed area."""

    name: str
    silent: bool
    """It does not say whether it is open or closed."""
    missed_since: datetime | None = None
    troubles: tuple[TroubleKind, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LockFacts:
    """What is wrong with a lock."""

    name: str
    troubles: tuple[TroubleKind, ...]

    @property
    def unreachable(self) -> bool:
        """Say whether it does not answer, so that no code can be made or removed."""
        return TroubleKind.OFFLINE in self.troubles


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectorFacts:
    """What looks for people; `reason` is a key why nothing better does."""

    looking: Looking
    engine: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponderFacts:
    """The way to a responder that is not off, unnamed; `reachable` None until it was tested."""

    kind: ResponderKind
    exercise: bool
    reachable: bool | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """What could not be known, as a key, and where when it has a place."""

    what: str
    where: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentFacts:
    """An incident that may appear by itself; reasons are keys, in the order of the assessment.

    What held or lowered the level is left out: it may say who is at home, to a burglar in earshot.
    """

    id: str
    kind: IncidentKind
    stage: Stage
    is_open: bool
    opened_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    level: int | None
    """None where the kind has no level."""
    areas: tuple[str, ...]
    raised_by: tuple[str, ...]
    unknowns: tuple[Unknown, ...]
    confirmed: bool
    """A human confirmed it."""
    answers_differ: bool
    held: bool
    """A restart held it back: a person decides."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything that may be said of one premises; incidents oldest first."""

    name: str
    """Said only where several run: whoever hears it need not learn whose house it is."""
    areas: tuple[AreaFacts, ...]
    waits_for: tuple[WaitsFor, ...]
    cameras: tuple[CameraFacts, ...]
    zones: tuple[ZoneFacts, ...]
    """Only those with which something is wrong."""
    locks: tuple[LockFacts, ...]
    """Only those with which something is wrong."""
    detector: DetectorFacts
    responders: tuple[ResponderFacts, ...]
    recorded: bool
    """False while the journal cannot be written, so that nothing is shared and no code is made."""
    incidents: tuple[IncidentFacts, ...]

    @property
    def armed(self) -> tuple[AreaFacts, ...]:
        """Return the areas that are not disarmed, those in their exit delay included."""
        return tuple(area for area in self.areas if area.phase is not Phase.DISARMED)

    @property
    def blind_cameras(self) -> tuple[CameraFacts, ...]:
        """Return the cameras that are looked at and cannot see."""
        return tuple(camera for camera in self.cameras if camera.sight is Sight.BLIND)

    @property
    def unreachable_responders(self) -> tuple[ResponderFacts, ...]:
        """Return the responders whose last test failed."""
        return tuple(item for item in self.responders if item.reachable is False)

    @property
    def open_incidents(self) -> tuple[IncidentFacts, ...]:
        """Return the incidents that no person has ended."""
        return tuple(item for item in self.incidents if item.is_open)

    @property
    def last_incident(self) -> IncidentFacts | None:
        """Return the newest open incident, else the newest one, None when there was none."""
        return (self.open_incidents or self.incidents or (None,))[-1]

    @property
    def all_seen(self) -> bool:
        """Say whether nothing is known to be blind, silent, unreachable or in trouble."""
        return self.recorded and not (
            self.blind_cameras
            or self.zones
            or self.locks
            or self.unreachable_responders
            or (self.cameras and self.detector.looking is Looking.UNABLE)
        )

    @property
    def is_well(self) -> bool:
        """Say whether nothing is open, nothing failed to arm and nothing is known to be wrong."""
        failed = any(area.not_armed_for for area in self.areas)
        return self.all_seen and not failed and not self.open_incidents


def overview(snapshot: Snapshot, *, now: datetime) -> Overview:
    """Return what may be said of the premises at this moment."""
    return Overview(
        name=snapshot.premises.name,
        areas=tuple(_areas(snapshot)),
        waits_for=tuple(_waits_for(snapshot)),
        cameras=tuple(_cameras(snapshot, now)),
        zones=tuple(_zones(snapshot)),
        locks=tuple(_locks(snapshot)),
        detector=_detector(snapshot.detector),
        responders=tuple(_responders(snapshot)),
        recorded=snapshot.durable,
        incidents=tuple(
            _incident(item, snapshot.premises)
            for item in snapshot.state.incidents.values()
            if is_on_screens(item)
        ),
    )


def hindrances(snapshot: Snapshot, mode: ArmMode) -> Mapping[str, Hindrance]:
    """Return why arming this way has to wait, by zone id: open, or nobody knows."""
    premises, state = snapshot.premises, snapshot.state
    left_by = LEFT_BY if premises.policy.exit_delay_s else frozenset()
    ours = {area.id for area in premises.areas.values() if area.panel is None}
    found: dict[str, Hindrance] = {}
    for zone in premises.zones.values():
        counting = [
            area for area in zone.areas if area in ours and zone.id not in state.area(area).bypassed
        ]
        status = snapshot.zones.get(zone.id)
        if not counting or not blocks(zone, mode) or status is ZoneStatus.CLOSED:
            continue
        if status is not ZoneStatus.OPEN:
            found[zone.id] = Hindrance.NOT_REPORTING
        elif zone.type not in left_by:  # people leave by it, and shut it behind them
            found[zone.id] = Hindrance.OPEN
    return found


def _waits_for(snapshot: Snapshot) -> Iterator[WaitsFor]:
    by_mode = {mode: hindrances(snapshot, mode) for mode in ArmMode}
    for zone in snapshot.premises.zones.values():
        modes = tuple(mode for mode, found in by_mode.items() if zone.id in found)
        if modes:
            yield WaitsFor(zone=zone.name, why=by_mode[modes[0]][zone.id], modes=modes)


def _areas(snapshot: Snapshot) -> Iterator[AreaFacts]:
    zones = snapshot.premises.zones
    for area in snapshot.premises.areas.values():
        known = snapshot.state.area(area.id)
        failed = known.failure.zones if known.failure else ()
        yield AreaFacts(
            name=area.name,
            phase=known.phase,
            mode=known.mode,
            linked=area.panel is not None,
            bypassed=tuple(zones[key].name for key in known.bypassed if key in zones),
            not_armed_for=tuple(zones[key].name for key in failed if key in zones),
        )


def _cameras(snapshot: Snapshot, now: datetime) -> Iterator[CameraFacts]:
    for camera in snapshot.premises.cameras.values():
        look = snapshot.cameras.get(camera.id)
        if look is None:
            yield CameraFacts(name=camera.name, sight=Sight.NOT_LOOKED)
            continue
        sight = Sight.SEES if look.blind is None else Sight.BLIND
        if now - look.at > LOOK_COUNTS_FOR:
            sight = Sight.NOT_LOOKED
        yield CameraFacts(name=camera.name, sight=sight, reason=look.blind, looked_at=look.at)


def _zones(snapshot: Snapshot) -> Iterator[ZoneFacts]:
    for zone in snapshot.premises.zones.values():
        troubles = snapshot.state.troubles.get(zone.id, ())
        missed_since = snapshot.state.lost_at.get(zone.id)
        silent = snapshot.zones.get(zone.id) not in {ZoneStatus.OPEN, ZoneStatus.CLOSED}
        if troubles or missed_since or silent:
            yield ZoneFacts(
                name=zone.name, silent=silent, missed_since=missed_since, troubles=troubles
            )


def _locks(snapshot: Snapshot) -> Iterator[LockFacts]:
    for door in snapshot.premises.doors.values():
        if troubles := snapshot.state.troubles.get(door.id, ()):
            yield LockFacts(name=door.name, troubles=troubles)


def _detector(info: DetectorInfo | None) -> DetectorFacts:
    if info is None:
        return DetectorFacts(looking=Looking.UNKNOWN)
    looking = Looking.ABLE
    if info.engine == NOBODY_LOOKS:
        looking = Looking.UNABLE
    elif info.trust is Trust.LOW or info.reason is not None:
        looking = Looking.REDUCED
    return DetectorFacts(looking=looking, engine=info.engine, reason=info.reason)


def _responders(snapshot: Snapshot) -> Iterator[ResponderFacts]:
    for responder in snapshot.premises.responders.values():
        if responder.mode is ResponderMode.OFF:
            continue
        tested = responder.id in snapshot.chain
        reason = snapshot.chain.get(responder.id)
        yield ResponderFacts(
            kind=responder.kind,
            exercise=responder.mode is ResponderMode.EXERCISE,
            reachable=reason is None if tested else None,
            reason=reason,
        )


def _incident(incident: Incident, premises: Premises) -> IncidentFacts:
    assessment = incident.assessment
    return IncidentFacts(
        id=incident.id,
        kind=incident.kind,
        stage=incident.stage,
        is_open=incident.is_open,
        opened_at=incident.opened_at,
        ended_at=incident.ended_at,
        end_reason=incident.end_reason,
        level=assessment.level if incident.kind in HAS_LEVEL else None,
        areas=tuple(premises.areas[key].name for key in incident.areas if key in premises.areas),
        raised_by=assessment.raised_by,
        unknowns=tuple(_unknown(item, premises) for item in assessment.unknowns),
        confirmed=incident.confirmed,
        answers_differ=incident.contradicted,
        held=incident.held,
    )


def _unknown(item: str, premises: Premises) -> Unknown:
    """Return it with its zone or camera by name; a person who cannot tell is not named."""
    what, _, whom = item.partition(":")
    found = premises.cameras.get(whom) or premises.zones.get(whom)
    return Unknown(what=what, where=found.name if found is not None else None)
