"""What keeps one zone from alarming by itself: swinger shutdown and cross zoning (ANSI/SIA CP-01)."""

from datetime import timedelta

from .. import events as ev
from ..evidence import ZoneTrip
from ..incident import Incident
from ..premises import Zone
from .asking import tell_people
from .story import Story


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
    """Count the alarm for each zone whose trip led to it."""
    led = {
        item.zone_id for item in incident.evidence if isinstance(item, ZoneTrip) and item.observed
    }
    for zone_id in sorted(led):
        zone = story.premises.zones.get(zone_id)
        for area in zone.areas if zone else ():
            if area in incident.areas:
                story.tell(ev.ZoneAlarmed(area_id=area, zone_id=zone_id))


def waits_for_partner(
    story: Story, zone: Zone, areas: tuple[str, ...], lost: frozenset[str]
) -> bool:
    """Say whether another zone has to trip before this is an alarm, and none has."""
    able = [partner for partner in _partners(story, zone) if _able(story, partner, areas, lost)]
    since = story.now - timedelta(seconds=story.policy.cross_window_s)
    return bool(able) and not any(
        (at := story.state.waiting.get(partner.id)) is not None and since <= at <= story.now
        for partner in able
    )


def is_partner(story: Story, zone: Zone) -> bool:
    """Say whether some zone waits for this one."""
    return any(zone.id in other.cross for other in story.premises.zones.values())


def _partners(story: Story, zone: Zone) -> list[Zone]:
    zones = story.premises.zones
    return [zones[key] for key in zone.cross if key in zones and key != zone.id]


def _able(story: Story, partner: Zone, areas: tuple[str, ...], lost: frozenset[str]) -> bool:
    """Say whether a partner can speak: one that is away, left out or shut down must not silence the other."""
    if partner.id in lost:
        return False
    known = [story.state.area(area) for area in partner.areas]
    counting = [
        area
        for area in known
        if area.mode is not None
        and partner.counts_in(area.mode)
        and partner.id not in area.bypassed
    ]
    return bool(counting) and not is_shut_down(story, partner, areas)
