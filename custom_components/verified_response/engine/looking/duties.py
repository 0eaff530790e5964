"""Which cameras are looked at, and why: read from what is known, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...core.evidence import ZoneTrip
from ...core.incident import Incident
from ...core.premises import Premises, Zone, ZoneType
from ...core.state import PROTECTING, PremisesState


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """Why one camera may have to be looked at; whether it is due now is a matter of time."""

    incidents: tuple[str, ...] = ()
    rank: int = 0
    """Place in the order of the first looks."""
    patrol: bool = False
    preroll: bool = False


def duties_of(premises: Premises, state: PremisesState) -> Mapping[str, Duty]:
    """Return the duty of each camera that has one; none has one where nothing is armed."""
    incidents: dict[str, list[str]] = {}
    for incident in state.open_incidents():
        for camera_id in cameras_of(incident, premises):
            if _may_be_seen(camera_id, premises, state):
                incidents.setdefault(camera_id, []).append(incident.id)
    patrolled: set[str] = set()
    kept: set[str] = set()
    for zone in premises.zones.values():
        if _is_armed(zone, state):
            cameras = {camera_id for camera_id in zone.cameras if camera_id in premises.cameras}
            kept |= {camera_id for camera_id in cameras if premises.cameras[camera_id].preroll}
            if zone.type is ZoneType.OUTDOOR:
                patrolled |= cameras
    others = [item for item in premises.cameras if item in patrolled | kept]
    ordered = dict.fromkeys((*incidents, *others))
    return {
        camera_id: Duty(
            incidents=tuple(incidents.get(camera_id, ())),
            rank=rank,
            patrol=camera_id in patrolled,
            preroll=camera_id in kept,
        )
        for rank, camera_id in enumerate(ordered)
    }


def cameras_of(incident: Incident, premises: Premises) -> Sequence[str]:
    """Return the cameras of the tripped zones, each once: the entry route, then as they tripped."""
    zones = [
        premises.zones[item.zone_id]
        for item in incident.evidence
        if isinstance(item, ZoneTrip) and item.zone_id in premises.zones
    ]
    route = sorted(zones, key=lambda zone: zone.type is not ZoneType.ENTRY_EXIT)
    cameras = (camera_id for zone in route for camera_id in zone.cameras)
    return tuple(dict.fromkeys(item for item in cameras if item in premises.cameras))


def _may_be_seen(camera_id: str, premises: Premises, state: PremisesState) -> bool:
    """Say whether anything around the camera is armed: smoke and tamper alarm while people are at home."""
    return any(
        state.area(area_id).phase in PROTECTING
        for zone in premises.zones.values()
        if camera_id in zone.cameras
        for area_id in (zone.areas or state.areas)
    )


def _is_armed(zone: Zone, state: PremisesState) -> bool:
    """Say whether one of the zone's areas is armed in a way in which the zone counts."""
    areas = [state.area(area_id) for area_id in zone.areas]
    return any(
        area.phase in PROTECTING and area.mode is not None and zone.counts_in(area.mode)
        for area in areas
    )
