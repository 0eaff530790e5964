"""From a zone's trip to an incident, and from its evidence to its next stage."""

from datetime import datetime, timedelta

from .. import commands as cmd
from .. import events as ev
from ..assessment import AlarmLevel
from ..effects import Push, Siren
from ..evidence import ZoneLost, ZoneTrip
from ..incident import BEFORE_SENDING, HAS_LEVEL, LOUD, Incident, IncidentKind, Stage
from ..premises import ALWAYS_ON, Zone, ZoneType
from ..signals import SignalKind
from ..state import PROTECTING, Phase
from .dispatch import ask_people, ask_people_when_due, share_when_due
from .story import Story
from .validation.assess import assess

TECHNICAL = {
    ZoneType.FIRE: IncidentKind.FIRE,
    ZoneType.CARBON_MONOXIDE: IncidentKind.CARBON_MONOXIDE,
    ZoneType.WATER: IncidentKind.WATER,
    ZoneType.TAMPER: IncidentKind.TAMPER,
}
CALLED = {ZoneType.PANIC: IncidentKind.PANIC, ZoneType.MEDICAL: IncidentKind.MEDICAL}
CHATTER_S = 5
"""Trips of one zone closer than this are one trip: a loose contact must not fill the record."""
CALLS_JOIN_S = 300
"""A second call for help within five minutes is the same call (standards, 8.8); later it is a new one."""


def see_signal(story: Story, command: cmd.SeeSignal) -> None:
    """Follow one signal of one zone; signals of unknown zones mean nothing."""
    signal = command.signal
    zone = story.premises.zones.get(signal.zone_id)
    if zone is None or signal.kind is SignalKind.RESTORED:
        return
    areas = tuple(
        area_id
        for area_id in zone.areas
        if (area := story.state.area(area_id)).phase in PROTECTING
        and area.mode is not None
        and zone.counts_in(area.mode)
    )
    current = story.open_incident(IncidentKind.BURGLARY)
    if signal.kind is SignalKind.UNAVAILABLE:
        if current is not None and areas:
            story.tell(
                ev.EvidenceAdded(
                    incident_id=current.id, item=ZoneLost(at=story.now, zone_id=zone.id)
                )
            )
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
        _technical(story, zone, command.new_id)
    elif areas:
        _intrusion(story, zone, areas, current, command.new_id)


def _trip(story: Story, zone: Zone, *, observed: bool = True) -> ZoneTrip:
    return ZoneTrip(
        at=story.now,
        zone_id=zone.id,
        zone_type=zone.type,
        device=zone.device or zone.source,
        place=zone.place or zone.id,
        forced_entry=zone.forced_entry,
        observed=observed,
    )


def _found_open(story: Story, zone: Zone, current: Incident | None, *, armed: bool) -> None:
    """Tell people and keep it as evidence; it never alarms."""
    always = zone.type in ALWAYS_ON
    if current is not None and not always:
        item = _trip(story, zone, observed=False)
        story.tell(ev.EvidenceAdded(incident_id=current.id, item=item))
    if armed or always:
        for contact in story.premises.contacts.values():
            if contact.notify:
                story.request(
                    Push(incident_id=None, contact_id=contact.id, prompt="zone_found_open")
                )


def _technical(story: Story, zone: Zone, new_id: str) -> None:
    """Open or extend a fire, gas, water or tamper incident: people first, after the abort window."""
    kind = TECHNICAL[zone.type]
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
            _sound(story)
        current = story.state.incidents[new_id]
    _add_trip(story, zone, current)


def _sound(story: Story) -> None:
    if story.policy.siren:
        story.request(Siren(on=True))


def _add_trip(story: Story, zone: Zone, incident: Incident, areas: tuple[str, ...] = ()) -> None:
    """Keep a trip; after a long silence it is news again, even when nobody ever ended the incident."""
    if _chatters(story, zone, incident, areas):
        look_until = _look_until(story, zone)
        if look_until is not None:
            story.tell(ev.LookExtended(incident_id=incident.id, look_until=look_until))
        return
    trips = [item.at for item in incident.evidence if isinstance(item, ZoneTrip)]
    story.tell(
        ev.EvidenceAdded(
            incident_id=incident.id,
            item=_trip(story, zone),
            look_until=_look_until(story, zone),
            areas=areas,
        )
    )
    silence = timedelta(seconds=story.policy.corroboration_window_s)
    if incident.stage in BEFORE_SENDING or not trips or story.now - trips[-1] < silence:
        return
    if incident.kind in LOUD or areas:
        _sound(story)
    ask_people(story, incident.id, anew=True)


def _chatters(story: Story, zone: Zone, incident: Incident, areas: tuple[str, ...]) -> bool:
    """Say whether the zone told the same a moment ago: no further evidence, however often it does."""
    since = story.now - timedelta(seconds=CHATTER_S)
    return set(areas) <= set(incident.areas) and any(
        isinstance(item, ZoneTrip) and item.zone_id == zone.id and item.observed and item.at > since
        for item in incident.evidence
    )


def _look_until(story: Story, zone: Zone) -> datetime | None:
    return story.after(story.policy.look_s) if zone.cameras else None


def _intrusion(
    story: Story, zone: Zone, areas: tuple[str, ...], current: Incident | None, new_id: str
) -> None:
    if zone.type is ZoneType.OUTDOOR:
        if current is not None:  # early warning only: an outdoor detector never opens an alarm
            _add_trip(story, zone, current)
        return
    delayed = zone.type is ZoneType.ENTRY_EXIT and story.policy.entry_delay_s > 0
    follows = zone.type is ZoneType.INTERIOR and any(
        story.state.area(area).phase is Phase.PENDING for area in areas
    )
    waits = (delayed or follows) and (current is None or current.stage is Stage.ENTRY_DELAY)
    if current is None:
        _open(story, new_id, areas, Stage.ENTRY_DELAY if waits else Stage.ABORT_WINDOW)
    incident = current or story.state.incidents[new_id]
    _add_trip(story, zone, incident, areas)
    if not waits and incident.stage is Stage.ENTRY_DELAY:
        _raise_alarm(story, incident.id, areas)
    elif not waits:
        _trigger(story, incident.id, areas)
    for area in areas:
        if waits and story.state.area(area).phase is Phase.ARMED:
            story.tell(ev.AreaPending(area_id=area, incident_id=incident.id))


def _open(story: Story, incident_id: str, areas: tuple[str, ...], stage: Stage) -> None:
    policy = story.policy
    seconds = policy.entry_delay_s if stage is Stage.ENTRY_DELAY else policy.abort_window_s
    story.tell(
        ev.IncidentOpened(
            incident_id=incident_id,
            kind=IncidentKind.BURGLARY,
            stage=stage,
            until=story.after(seconds),
            areas=areas,
            by="hub",
        )
    )


def _trigger(story: Story, incident_id: str, areas: tuple[str, ...]) -> None:
    fresh = [area for area in areas if story.state.area(area).phase is not Phase.TRIGGERED]
    for area in fresh:
        story.tell(ev.AreaTriggered(area_id=area, incident_id=incident_id))
    if fresh:
        _sound(story)


def _raise_alarm(story: Story, incident_id: str, areas: tuple[str, ...] = ()) -> None:
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
    _trigger(story, incident_id, tuple(dict.fromkeys((*pending, *areas))))


def report_distress(story: Story, command: cmd.ReportDistress) -> None:
    """Open a call for help; a second call of the same kind soon after joins the first."""
    recent = story.after(-CALLS_JOIN_S)
    if any(
        item.kind is command.kind and item.is_distress and not item.held and item.opened_at > recent
        for item in story.state.open_incidents()
    ):
        return
    story.tell(
        ev.IncidentOpened(
            incident_id=command.new_id,
            kind=command.kind,
            stage=Stage.VERIFYING,
            until=None,
            areas=(),
            by=command.by,
            silent=command.silent,
            message=command.message,
            ha_area=command.ha_area,
        )
    )
    if command.silent:
        return
    _sound(story)
    for contact in story.premises.contacts.values():
        if contact.notify:
            story.request(
                Push(
                    incident_id=command.new_id,
                    contact_id=contact.id,
                    prompt="help_called",
                    actions=("false_alarm",),
                )
            )


def settle(story: Story) -> None:
    """Let every open incident draw its consequences from what is known now."""
    for known in story.state.open_incidents():
        _assess(story, known)
        incident = story.state.incidents[known.id]
        if incident.stage is Stage.ENTRY_DELAY and (incident.confirmed or _is_due(story, incident)):
            _raise_alarm(story, incident.id)
        incident = story.state.incidents[known.id]
        if incident.stage is Stage.ABORT_WINDOW and _is_due(story, incident):
            story.tell(ev.StageChanged(incident_id=incident.id, stage=Stage.VERIFYING))
        incident = story.state.incidents[known.id]
        if incident.stage is Stage.VERIFYING and (incident.assessment.level or 0) >= (
            AlarmLevel.PRESENCE
        ):
            story.tell(ev.StageChanged(incident_id=incident.id, stage=Stage.AWAITING_CONFIRMATION))
            if not incident.confirmed:
                ask_people(story, incident.id)
        share_when_due(story, story.state.incidents[known.id])  # before asking restarts the clock
        ask_people_when_due(story, incident.id)


def _is_due(story: Story, incident: Incident) -> bool:
    return incident.until is not None and story.now >= incident.until


def _assess(story: Story, incident: Incident) -> None:
    if incident.kind not in HAS_LEVEL:
        return
    assessment = assess(incident.evidence, incident.verdicts, story.policy)
    if assessment != incident.assessment:
        story.tell(ev.Assessed(incident_id=incident.id, assessment=assessment))
