"""From a zone's trip to an incident, and from its evidence to its next stage."""

from datetime import datetime

from .. import commands as cmd
from .. import events as ev
from ..assessment import AlarmLevel
from ..effects import Push, Siren
from ..evidence import CouldNotSee, NobodySeen, PersonSeen, ZoneLost, ZoneTrip
from ..incident import HAS_LEVEL, Incident, IncidentKind, Stage
from ..premises import ALWAYS_ON, Zone, ZoneType
from ..signals import SignalKind
from ..state import Phase
from .dispatch import ask_people, ask_people_when_due, share_when_due
from .story import Story
from .validation import assess

TECHNICAL = {
    ZoneType.FIRE: IncidentKind.FIRE,
    ZoneType.CARBON_MONOXIDE: IncidentKind.CARBON_MONOXIDE,
    ZoneType.WATER: IncidentKind.WATER,
    ZoneType.TAMPER: IncidentKind.TAMPER,
}
CALLED = {ZoneType.PANIC: IncidentKind.PANIC, ZoneType.MEDICAL: IncidentKind.MEDICAL}
PROTECTING = frozenset({Phase.ARMED, Phase.PENDING, Phase.TRIGGERED})


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
    current = _open_incident(story, IncidentKind.BURGLARY)
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


def _open_incident(story: Story, kind: IncidentKind) -> Incident | None:
    return next((item for item in story.state.open_incidents() if item.kind is kind), None)


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
    if current is not None:
        item = _trip(story, zone, observed=False)
        story.tell(ev.EvidenceAdded(incident_id=current.id, item=item))
    if armed and zone.type not in ALWAYS_ON:
        for contact in story.premises.contacts.values():
            if contact.notify:
                story.request(
                    Push(incident_id=None, contact_id=contact.id, prompt="zone_found_open")
                )


def _technical(story: Story, zone: Zone, new_id: str) -> None:
    """Open or extend a fire, gas, water or tamper incident: people first, after the abort window."""
    kind = TECHNICAL[zone.type]
    current = _open_incident(story, kind)
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
        if kind in {IncidentKind.FIRE, IncidentKind.CARBON_MONOXIDE} and story.policy.siren:
            story.request(Siren(on=True))
    incident_id = current.id if current else new_id
    story.tell(
        ev.EvidenceAdded(
            incident_id=incident_id, item=_trip(story, zone), look_until=_look_until(story, zone)
        )
    )


def _look_until(story: Story, zone: Zone) -> datetime | None:
    return story.after(story.policy.look_s) if zone.cameras else None


def _intrusion(
    story: Story, zone: Zone, areas: tuple[str, ...], current: Incident | None, new_id: str
) -> None:
    pending = {area for area in areas if story.state.area(area).phase is Phase.PENDING}
    delayed = zone.type is ZoneType.ENTRY_EXIT and story.policy.entry_delay_s > 0
    follows = zone.type is ZoneType.INTERIOR and bool(pending)
    if zone.type is ZoneType.OUTDOOR:
        if current is None:
            return  # early warning only: an outdoor detector never opens an alarm
        areas = ()
    elif delayed or follows:
        calm = [area for area in areas if story.state.area(area).phase is Phase.ARMED]
        if current is None:
            _open(story, new_id, areas, Stage.ENTRY_DELAY, story.policy.entry_delay_s)
        for area in (
            calm if delayed and (current is None or current.stage is Stage.ENTRY_DELAY) else ()
        ):
            story.tell(ev.AreaPending(area_id=area, incident_id=current.id if current else new_id))
    elif current is None:
        _open(story, new_id, areas, Stage.ABORT_WINDOW, story.policy.abort_window_s)
        _trigger(story, new_id, areas)
    incident = current or story.state.incidents[new_id]
    story.tell(
        ev.EvidenceAdded(
            incident_id=incident.id,
            item=_trip(story, zone),
            look_until=_look_until(story, zone),
            areas=areas,
        )
    )
    instant = bool(areas) and not (delayed or follows)
    if instant and current is not None:
        if current.stage is Stage.ENTRY_DELAY:
            _raise_alarm(story, current.id)
        else:
            _trigger(story, current.id, areas)


def _open(
    story: Story, incident_id: str, areas: tuple[str, ...], stage: Stage, seconds: float
) -> None:
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
    if fresh and story.policy.siren:
        story.request(Siren(on=True))


def _raise_alarm(story: Story, incident_id: str) -> None:
    """End the entry delay: the alarm is there, and the abort window begins."""
    story.tell(
        ev.StageChanged(
            incident_id=incident_id,
            stage=Stage.ABORT_WINDOW,
            until=story.after(story.policy.abort_window_s),
        )
    )
    _trigger(story, incident_id, story.state.incidents[incident_id].areas)


def report_distress(story: Story, command: cmd.ReportDistress) -> None:
    """Open a call for help; a second call of the same kind joins the first."""
    current = _open_incident(story, command.kind)
    if current is not None and current.is_distress:
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
    if not command.silent and story.policy.siren:
        story.request(Siren(on=True))


def report_look(
    story: Story, command: cmd.ReportPerson | cmd.ReportNobody | cmd.ReportBlind
) -> None:
    """Keep what a camera showed; a look that comes after the end is dropped."""
    incident = story.state.incidents.get(command.incident_id)
    camera = story.premises.cameras.get(command.camera_id)
    if incident is None or not incident.is_open or camera is None:
        return
    item: PersonSeen | NobodySeen | CouldNotSee
    match command:
        case cmd.ReportPerson():
            item = PersonSeen(
                at=story.now,
                camera_id=camera.id,
                outdoor=camera.outdoor,
                trust=command.trust,
                engine=command.engine,
                scores=command.scores,
                box=command.box,
            )
        case cmd.ReportNobody():
            item = NobodySeen(
                at=story.now, camera_id=camera.id, engine=command.engine, scores=command.scores
            )
        case cmd.ReportBlind():
            item = CouldNotSee(at=story.now, camera_id=camera.id, reason=command.reason)
    story.tell(ev.EvidenceAdded(incident_id=incident.id, item=item))


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
        ask_people_when_due(story, incident.id)
        share_when_due(story, story.state.incidents[known.id])


def _is_due(story: Story, incident: Incident) -> bool:
    return incident.until is not None and story.now >= incident.until


def _assess(story: Story, incident: Incident) -> None:
    if incident.kind not in HAS_LEVEL:
        return
    assessment = assess(incident.evidence, incident.verdicts, story.policy)
    if assessment != incident.assessment:
        story.tell(ev.Assessed(incident_id=incident.id, assessment=assessment))
