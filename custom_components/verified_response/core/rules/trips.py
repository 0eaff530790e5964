"""A zone's trip as evidence: in order, without chatter, with what was known just before it."""

from datetime import datetime, timedelta

from .. import events as ev
from ..evidence import EvidenceItem, GroupTrip, HouseholdPresent, ZoneTrip
from ..incident import Incident
from ..premises import NOBODY_HOME, Zone
from ..state import KEPT_PER_SOURCE
from .story import Story

CHATTER_S = 5
"""Trips of one zone closer than this are one trip: a loose contact must not fill the record."""
CHATTER_LONG_S = 60
"""The same once a zone has filled half its share of the evidence: what goes on for hours is known."""
GROUP_S = 3
GROUP_PLACES = 3
"""Nobody opens three places in three seconds: wind, or power that came back."""


def trip_of(story: Story, zone: Zone, *, observed: bool = True) -> ZoneTrip:
    """Return the trip of a zone now, with the false alarms it raised lately."""
    since = story.after(-86400 * story.policy.false_alarm_days)
    ended = story.state.history.get(zone.id, ())
    return ZoneTrip(
        at=story.now,
        zone_id=zone.id,
        zone_type=zone.type,
        device=zone.device or zone.source,
        place=zone.place or zone.id,
        forced_entry=zone.forced_entry,
        observed=observed,
        false_alarms=sum(
            outcome.false and not outcome.doubted and outcome.at > since for outcome in ended
        ),
    )


def add_evidence(
    story: Story,
    incident_id: str,
    item: EvidenceItem,
    *,
    look_until: datetime | None = None,
    areas: tuple[str, ...] = (),
) -> None:
    """Add one item; a trip gets its place in the order of all trips."""
    if isinstance(item, ZoneTrip):
        known = story.state.incidents[incident_id].evidence
        last = max((trip.order for trip in known if isinstance(trip, ZoneTrip)), default=0)
        item = ZoneTrip(**{name: getattr(item, name) for name in _KEPT}, order=last + 1)
    story.tell(
        ev.EvidenceAdded(incident_id=incident_id, item=item, look_until=look_until, areas=areas)
    )


_KEPT = tuple(name for name in ZoneTrip.__slots__ if name != "order")


def look_until(story: Story, zone: Zone) -> datetime | None:
    """Return how long the zone's cameras are looked at hard from now on."""
    return story.after(story.policy.look_s) if zone.cameras else None


def chatters(story: Story, zone: Zone, incident: Incident, areas: tuple[str, ...]) -> bool:
    """Say whether the zone told the same a moment ago: no further evidence, however often it does."""
    return set(areas) <= set(incident.areas) and _tripped_lately(story, zone, incident.evidence)


def _tripped_lately(story: Story, zone: Zone, known: tuple[EvidenceItem, ...]) -> bool:
    trips = [
        item.at
        for item in known
        if isinstance(item, ZoneTrip) and item.zone_id == zone.id and item.observed
    ]
    pause = CHATTER_LONG_S if len(trips) >= KEPT_PER_SOURCE // 2 else CHATTER_S
    return any(abs(story.now - at) < timedelta(seconds=pause) for at in trips)  # clocks jump back


def note_trip(story: Story, zone: Zone, *, waits: bool = False) -> None:
    """Keep a trip that raises no alarm, for the incident that may come."""
    if waits or not _tripped_lately(story, zone, story.state.recent):
        story.tell(ev.EvidenceNoted(item=trip_of(story, zone), waits=waits))


def add_trip(story: Story, zone: Zone, incident: Incident, areas: tuple[str, ...] = ()) -> bool:
    """Keep a trip unless it chatters; say whether it was news."""
    until = look_until(story, zone)
    if chatters(story, zone, incident, areas):
        if until is not None:
            story.tell(ev.LookExtended(incident_id=incident.id, look_until=until))
        return False
    add_evidence(story, incident.id, trip_of(story, zone), look_until=until, areas=areas)
    _group(story, incident.id)
    return True


def _group(story: Story, incident_id: str) -> None:
    """Notice more places at once than anybody can walk through."""
    span = timedelta(seconds=GROUP_S)
    items = story.state.incidents[incident_id].evidence
    trips = [item for item in items if isinstance(item, ZoneTrip) and item.observed]
    recent = [item for item in trips if abs(story.now - item.at) <= span]
    known = any(isinstance(item, GroupTrip) and abs(story.now - item.at) <= span for item in items)
    if not known and len({trip.place for trip in recent}) >= GROUP_PLACES:
        zones = tuple(dict.fromkeys(trip.zone_id for trip in recent))
        add_evidence(story, incident_id, GroupTrip(at=story.now, zones=zones))


def recent_evidence(story: Story) -> tuple[EvidenceItem, ...]:
    """Return what was noted shortly before: it belongs to an incident that opens now."""
    since = story.after(-story.policy.recent_s)
    return tuple(item for item in story.state.recent if item.at >= since)


def join_recent(
    story: Story,
    incident_id: str,
    recent: tuple[EvidenceItem, ...],
    present: frozenset[str],
) -> None:
    """Add what was noted before, and who is known to be at home where nobody is expected."""
    alone = nobody_expected(story, story.state.incidents[incident_id])
    for item in recent:
        if alone or not isinstance(item, HouseholdPresent):
            add_evidence(story, incident_id, item)
    if alone:
        told = {item.who for item in recent if isinstance(item, HouseholdPresent)}
        for who in sorted(present - told):
            add_evidence(story, incident_id, HouseholdPresent(at=story.now, who=who))


def nobody_expected(story: Story, incident: Incident) -> bool:
    """Say whether an area of the incident is armed as if nobody were in: only then presence says something."""
    return any(story.state.area(area).mode in NOBODY_HOME for area in incident.areas)
