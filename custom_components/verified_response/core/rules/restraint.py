"""What keeps one zone from alarming by itself: swinger shutdown and cross zoning (ANSI/SIA CP-01)."""

from datetime import timedelta

from .. import events as ev
from ..evidence import ZoneTrip
from ..incident import Incident, IncidentKind
from ..premises import Zone, ZoneType
from ..state import PROTECTING
from .asking import tell_people
from .story import Story


def counting_areas(story: Story, zone: Zone) -> tuple[str, ...]:
    """Return the areas that are armed so that the zone counts, and that have not left it out."""
    return tuple(
        area_id
        for area_id in zone.areas
        if (area := story.state.area(area_id)).phase in PROTECTING
        and area.mode is not None
        and zone.counts_in(area.mode)
        and zone.id not in area.bypassed
    )


def is_shut_down(story: Story, zone: Zone, areas: tuple[str, ...]) -> bool:
    """Say whether it raised as many alarms as one zone may in an armed period, in each of these areas."""
    most = story.policy.swinger_trips
    return bool(areas) and all(
        story.state.area(area).alarms.get(zone.id, 0) >= most for area in areas
    )


def tell_shut_down(story: Story, zone: Zone, areas: tuple[str, ...]) -> None:
    """Say once in an armed period that a zone raises no further alarm."""
    most = story.policy.swinger_trips
    if any(story.state.area(area).alarms.get(zone.id, 0) == most for area in areas):
        for area in areas:
            story.tell(ev.ZoneAlarmed(area_id=area, zone_id=zone.id, shut_down=True))
        tell_people(story, "zone_shut_down", about=(zone.id,))


def count_alarm(story: Story, incident: Incident) -> None:
    """Count the alarm for each zone whose trip led to it, not for what was noted before it opened."""
    led = {
        item.zone_id
        for item in incident.evidence
        if isinstance(item, ZoneTrip)
        and item.observed
        and item.zone_type is not ZoneType.OUTDOOR
        and item.at >= incident.opened_at
    }
    for zone_id in sorted(led):
        zone = story.premises.zones.get(zone_id)
        for area in zone.areas if zone else ():
            if area in incident.areas:
                story.tell(ev.ZoneAlarmed(area_id=area, zone_id=zone_id))


def waits_for_partner(story: Story, zone: Zone, lost: frozenset[str]) -> bool:
    """Say whether another zone has to trip before this is an alarm, and none has."""
    able = [partner for partner in _partners(story, zone) if _able(story, partner, lost)]
    return bool(able) and not any(_spoke(story, partner) for partner in able)


def _spoke(story: Story, partner: Zone) -> bool:
    """Say whether it tripped within the time that a zone waits for it, before the incident or in it."""
    incident = story.open_incident(IncidentKind.BURGLARY)
    tripped = [
        item.at
        for item in (incident.evidence if incident else ())
        if isinstance(item, ZoneTrip) and item.zone_id == partner.id and item.observed
    ]
    if partner.id in story.state.waiting:
        tripped.append(story.state.waiting[partner.id])
    window = timedelta(seconds=story.policy.cross_window_s)
    return any(abs(story.now - at) <= window for at in tripped)  # clocks jump back, too


def is_partner(story: Story, zone: Zone) -> bool:
    """Say whether some zone waits for this one."""
    return any(zone.id in other.cross for other in story.premises.zones.values())


def _partners(story: Story, zone: Zone) -> list[Zone]:
    zones = story.premises.zones
    return [zones[key] for key in zone.cross if key in zones and key != zone.id]


def _able(story: Story, partner: Zone, lost: frozenset[str]) -> bool:
    """Say whether a partner can speak: one that is away, left out or shut down must not silence the other."""
    areas = counting_areas(story, partner)
    return partner.id not in lost and bool(areas) and not is_shut_down(story, partner, areas)
