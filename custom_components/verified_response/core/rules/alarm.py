"""From a zone's trip to an incident."""

from datetime import datetime, timedelta

from .. import commands as cmd
from .. import events as ev
from ..effects import Siren
from ..evidence import EvidenceItem, ZoneLost, ZoneTrip
from ..incident import BEFORE_SENDING, LOUD, Incident, IncidentKind, Stage
from ..premises import ALWAYS_ON, Zone, ZoneType
from ..signals import SignalKind
from ..state import Phase
from .arming import MAY_BE_OPEN, follow_exit
from .asking import ask_people, tell_everybody
from .distress import report_distress
from .restraint import (
    count_alarm,
    counting_areas,
    is_partner,
    is_shut_down,
    tell_shut_down,
    waits_for_partner,
)
from .story import Story
from .trips import add_evidence, add_trip, join_recent, note_trip, recent_evidence, trip_of
from .walk_test import note_try

TECHNICAL = {
    ZoneType.FIRE: IncidentKind.FIRE,
    ZoneType.CARBON_MONOXIDE: IncidentKind.CARBON_MONOXIDE,
    ZoneType.WATER: IncidentKind.WATER,
    ZoneType.TAMPER: IncidentKind.TAMPER,
}
CALLED = {ZoneType.PANIC: IncidentKind.PANIC, ZoneType.MEDICAL: IncidentKind.MEDICAL}


def see_signal(story: Story, command: cmd.SeeSignal) -> None:
    """Follow one signal of one zone; signals of unknown zones mean nothing."""
    signal = command.signal
    zone = story.premises.zones.get(signal.zone_id)
    if zone is None:
        return
    follow_exit(story, zone, signal)
    if signal.kind is SignalKind.RESTORED:
        return
    if story.state.walk_test is not None:
        note_try(story, zone, signal)
        return
    areas = counting_areas(story, zone)
    current = story.open_incident(IncidentKind.BURGLARY)
    if signal.kind is SignalKind.UNAVAILABLE:
        if current is not None and areas:
            add_evidence(story, current.id, ZoneLost(at=story.now, zone_id=zone.id))
    elif signal.kind is SignalKind.REPORTED_OPEN:
        _found_open(story, zone, current if areas else None, armed=bool(areas))
    elif zone.type in CALLED:
        report_distress(
            story,
            cmd.ReportDistress(
                new_id=command.new_id, kind=CALLED[zone.type], silent=False, by=f"zone:{zone.id}"
            ),
        )
    elif zone.type in TECHNICAL:
        technical(story, zone, TECHNICAL[zone.type], command.new_id)
    elif areas:
        _intrusion(story, zone, areas, current, command)


def _found_open(story: Story, zone: Zone, current: Incident | None, *, armed: bool) -> None:
    """Tell people and keep it as evidence; it never alarms."""
    always = zone.type in ALWAYS_ON
    item = trip_of(story, zone, observed=False)
    known = current.evidence if current is not None else story.state.recent
    if _found_lately(story, zone, known):
        return  # a contact that comes and goes
    if current is not None and not always:
        add_evidence(story, current.id, item)
    elif armed or always:
        story.tell(ev.EvidenceNoted(item=item))
    early = current is not None and current.stage in BEFORE_SENDING  # then nothing leaves the house
    if always or (armed and not early and zone.type not in MAY_BE_OPEN):
        tell_everybody(story, "zone_found_open", about=(zone.id,))


def _found_lately(story: Story, zone: Zone, known: tuple[EvidenceItem, ...]) -> bool:
    span = timedelta(seconds=story.policy.recent_s)
    return any(
        isinstance(item, ZoneTrip)
        and item.zone_id == zone.id
        and not item.observed
        and abs(story.now - item.at) < span
        for item in known
    )


def technical(story: Story, zone: Zone, kind: IncidentKind, new_id: str) -> None:
    """Open or extend a fire, gas, water or tamper incident: people first, after the abort window."""
    current = story.open_incident(kind)
    if current is None:
        story.tell(
            ev.IncidentOpened(
                incident_id=new_id,
                kind=kind,
                stage=Stage.ABORT_WINDOW,
                until=story.after(story.policy.abort_window_s),
                areas=(),
                by="hub",
            )
        )
        if kind in LOUD:
            sound(story)
        current = story.state.incidents[new_id]
    _follow_trip(story, zone, current)


def sound(story: Story) -> None:
    """Sound the siren, where there is one."""
    if story.policy.siren:
        story.request(Siren(on=True))


def _follow_trip(
    story: Story,
    zone: Zone,
    incident: Incident,
    areas: tuple[str, ...] = (),
    *,
    held: bool = False,
) -> None:
    """Keep a trip; after a long silence it is news again, even when nobody ever ended the incident."""
    trips = [item.at for item in incident.evidence if isinstance(item, ZoneTrip) and item.observed]
    if not add_trip(story, zone, incident, () if held else areas):
        return
    silence = timedelta(seconds=story.policy.corroboration_window_s)
    last = trips[-1] if trips else incident.opened_at
    if incident.stage in BEFORE_SENDING or story.now - last < silence:
        return
    if held:
        if is_shut_down(story, zone, areas):
            tell_shut_down(story, zone, areas)
        return
    for area in areas:
        story.tell(ev.ZoneAlarmed(area_id=area, zone_id=zone.id))
    if incident.kind in LOUD or areas:
        sound(story)
    ask_people(story, incident.id, anew=True)


def _intrusion(
    story: Story,
    zone: Zone,
    areas: tuple[str, ...],
    current: Incident | None,
    command: cmd.SeeSignal,
) -> None:
    """Raise, delay, or only keep a trip of an armed zone."""
    ours = tuple(area for area in areas if not _is_linked(story, area))
    if zone.type is ZoneType.OUTDOOR or not ours:
        _keep(story, zone, current)  # early warning, or another panel decides
        return
    if is_shut_down(story, zone, ours):
        _hold(story, zone, current, ours)
        return
    if waits_for_partner(story, zone, command.lost):
        _hold(story, zone, current, ours, waits=True)
        return
    delay = story.premises.entry_delay_of(zone)
    follows = zone.type is ZoneType.INTERIOR and any(
        story.state.area(area).phase is Phase.PENDING for area in ours
    )
    waits = (delay > 0 or follows) and (current is None or current.stage is Stage.ENTRY_DELAY)
    if current is None:
        until = story.after(delay if waits else story.policy.abort_window_s)
        stage = Stage.ENTRY_DELAY if waits else Stage.ABORT_WINDOW
        open_burglary(story, command.new_id, ours, stage, until, present=command.present)
    incident = current or story.state.incidents[command.new_id]
    _follow_trip(story, zone, incident, ours)
    if waits:
        _wait(story, incident, ours, delay)
    elif incident.stage is Stage.ENTRY_DELAY:
        raise_alarm(story, incident.id, ours)
    else:
        trigger(story, incident.id, ours)
        if current is None:
            count_alarm(story, story.state.incidents[incident.id])


def _hold(
    story: Story,
    zone: Zone,
    current: Incident | None,
    areas: tuple[str, ...],
    *,
    waits: bool = False,
) -> None:
    """Keep a trip that may not alarm by itself: shut down, or without its partner."""
    if current is not None:
        _follow_trip(story, zone, current, areas, held=True)
        return
    note_trip(story, zone, waits=waits)
    if not waits:
        tell_shut_down(story, zone, areas)


def _wait(story: Story, incident: Incident, areas: tuple[str, ...], delay: int) -> None:
    """Let the entry delay run, no longer than the shortest of the doors that opened."""
    until = story.after(delay)
    if delay and incident.until is not None and until < incident.until:
        story.tell(ev.StageChanged(incident_id=incident.id, stage=incident.stage, until=until))
    for area in areas:
        if story.state.area(area).phase is Phase.ARMED:
            story.tell(ev.AreaPending(area_id=area, incident_id=incident.id))


def _is_linked(story: Story, area_id: str) -> bool:
    area = story.premises.areas.get(area_id)
    return area is not None and area.panel is not None


def _keep(story: Story, zone: Zone, current: Incident | None) -> None:
    if current is not None:
        _follow_trip(story, zone, current)
    elif zone.type is not ZoneType.OUTDOOR or is_partner(story, zone):
        note_trip(story, zone, waits=is_partner(story, zone))


def open_burglary(
    story: Story,
    incident_id: str,
    areas: tuple[str, ...],
    stage: Stage,
    until: datetime | None,
    *,
    present: frozenset[str],
) -> None:
    """Open a burglary with what was noted just before it."""
    recent: tuple[EvidenceItem, ...] = recent_evidence(story)
    story.tell(
        ev.IncidentOpened(
            incident_id=incident_id,
            kind=IncidentKind.BURGLARY,
            stage=stage,
            until=until,
            areas=areas,
            by="hub",
        )
    )
    join_recent(story, incident_id, recent, present)


def trigger(story: Story, incident_id: str, areas: tuple[str, ...]) -> None:
    """Put areas into alarm and sound the siren for those that were not."""
    fresh = [area for area in areas if story.state.area(area).phase is not Phase.TRIGGERED]
    for area in fresh:
        story.tell(ev.AreaTriggered(area_id=area, incident_id=incident_id))
    if fresh:
        sound(story)


def raise_alarm(story: Story, incident_id: str, areas: tuple[str, ...] = ()) -> None:
    """End the entry delay where it still runs, and begin the abort window."""
    story.tell(
        ev.StageChanged(
            incident_id=incident_id,
            stage=Stage.ABORT_WINDOW,
            until=story.after(story.policy.abort_window_s),
        )
    )
    pending = (
        area
        for area in story.state.incidents[incident_id].areas
        if story.state.area(area).phase is Phase.PENDING
    )
    trigger(story, incident_id, tuple(dict.fromkeys((*pending, *areas))))
    count_alarm(story, story.state.incidents[incident_id])
