"""What could not be known: said beside every level."""

from datetime import datetime

from ...evidence import (
    CouldNotSee,
    CouldNotTell,
    DevicesLost,
    HubWasBlind,
    NobodySeen,
    PersonSeen,
    ZoneLost,
)
from .known import Known


def unknowns(known: Known) -> tuple[str, ...]:
    """Return what could not be known as "what:whom", each once, by name: the order means nothing."""
    lost = {item.zone_id for item in known.of(ZoneLost)}
    lost |= {zone for item in known.of(DevicesLost) for zone in item.zones}
    found = {f"zone_lost:{zone}" for zone in lost}
    found |= {f"could_not_look:{camera}" for camera in _not_looked(known)}
    found |= {f"person_cannot_tell:{by}" for by in _cannot_tell(known)}
    if known.of(HubWasBlind):
        found.add("hub_was_blind")
    return tuple(sorted(found))


def _not_looked(known: Known) -> list[str]:
    """Return the cameras that have not been looked at since they could not be."""
    looked: dict[str, datetime] = {}
    looks: tuple[PersonSeen | NobodySeen, ...] = (*known.of(PersonSeen), *known.of(NobodySeen))
    for look in looks:
        looked[look.camera_id] = max(look.at, looked.get(look.camera_id, look.at))
    return [
        item.camera_id
        for item in known.of(CouldNotSee)
        if item.camera_id not in looked or looked[item.camera_id] <= item.at
    ]


def _cannot_tell(known: Known) -> list[str]:
    """Return who could not tell, and has not told since."""
    return [
        item.by
        for item in known.of(CouldNotTell)
        if not any(verdict.by == item.by and verdict.at >= item.at for verdict in known.verdicts)
    ]
