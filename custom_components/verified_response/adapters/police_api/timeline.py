"""What happened at the premises, line by line: when, where by name of zone or camera, and what.

Nobody is named and no number plate is told: who is at home is said, never by name.
"""

from datetime import datetime

from ...core.evidence import (
    CouldNotSee,
    CouldNotTell,
    DetectedKind,
    DevicesLost,
    EvidenceItem,
    GroupTrip,
    HelpCalled,
    HouseholdPresent,
    HubWasBlind,
    LockReported,
    NobodySeen,
    PanelTriggered,
    PersonReported,
    PersonSeen,
    PowerReturned,
    SoundHeard,
    StormReported,
    VehicleReported,
    ZoneLost,
    ZoneTrip,
)
from ...core.incident import Incident
from ...core.premises import Premises
from ...engine.ports import Wording
from ...public_safety import schema as wire
from ...public_safety.bounds import TEXT_MAX, TIMELINE_MAX

ABOUT_THE_HOUSE = {
    HouseholdPresent: "household_present",
    StormReported: "storm_reported",
    PowerReturned: "power_returned",
    HubWasBlind: "hub_was_blind",
    CouldNotTell: "person_cannot_tell",
}
"""Kinds that are about no place in it, or whose place would name somebody."""


def timeline(incident: Incident, premises: Premises, wording: Wording) -> tuple[wire.Trigger, ...]:
    """Return the evidence in order of time; how it began and the newest where it is too much."""
    lines = [
        wire.Trigger(at=at, place=printable(place)[:TEXT_MAX], what=wording.sentence("what", what))
        for item in sorted(incident.evidence, key=lambda item: item.at)
        if (line := _line(item, premises)) is not None
        for at, place, what in (line,)
    ]
    if len(lines) > TIMELINE_MAX:
        half = TIMELINE_MAX // 2
        lines = [*lines[:half], *lines[-half:]]
    return tuple(lines)


def _line(item: EvidenceItem, premises: Premises) -> tuple[datetime, str, str] | None:
    """Return when, where and the key of what; None for what a desk has no use for."""
    if (key := ABOUT_THE_HOUSE.get(type(item))) is not None:
        return item.at, premises.name, key
    match item:
        case ZoneTrip():
            key = "zone_tripped" if item.observed else "zone_found_open"
            return item.at, name_of(premises, item.zone_id), key
        case ZoneLost():
            return item.at, name_of(premises, item.zone_id), "zone_lost"
        case GroupTrip():
            return item.at, _names(premises, item.zones), "group_trip"
        case DevicesLost():
            return item.at, _names(premises, item.zones), "devices_lost"
        case PanelTriggered():
            return item.at, name_of(premises, item.area_id), "panel_triggered"
        case PersonSeen():
            return item.at, name_of(premises, item.camera_id), "person_seen"
        case NobodySeen():
            return item.at, name_of(premises, item.camera_id), "nobody_seen"
        case CouldNotSee():
            return item.at, name_of(premises, item.camera_id), "could_not_look"
    return _told_by_others(item, premises)


def _told_by_others(item: EvidenceItem, premises: Premises) -> tuple[datetime, str, str] | None:
    match item:
        case PersonReported(kind=DetectedKind.PERSON):
            return item.at, name_of(premises, item.camera_id), "person_reported"
        case SoundHeard():
            return item.at, name_of(premises, item.sign_id), f"heard_{item.kind}"
        case LockReported():
            return item.at, name_of(premises, item.door_id), f"lock_{item.kind}"
        case VehicleReported():
            return item.at, name_of(premises, item.sign_id), "vehicle_reported"
        case HelpCalled():
            return item.at, item.place or item.device or premises.name, f"help_called_{item.call}"
    return None


def name_of(premises: Premises, key: str) -> str:
    """Return how the owner calls a thing, its id where it is gone; never a person."""
    parts = (premises.zones, premises.cameras, premises.doors, premises.signs, premises.areas)
    return next((str(things[key].name) for things in parts if key in things), key)


def _names(premises: Premises, keys: tuple[str, ...]) -> str:
    return ", ".join(name_of(premises, key) for key in keys)


def printable(text: str) -> str:
    """Return the text without what a desk would refuse: people and templates type anything."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text) or "–"
