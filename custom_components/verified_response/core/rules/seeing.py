"""What cameras showed, and what other detectors say they see, becomes evidence of an incident."""

from datetime import datetime, timedelta

from .. import commands as cmd
from .. import events as ev
from ..detection import Trust
from ..evidence import CouldNotSee, NobodySeen, PersonReported, PersonSeen, ZoneTrip
from ..incident import Incident, IncidentKind
from ..premises import NOBODY_HOME, CameraView
from ..state import KEPT_PER_SOURCE, OUTSIDE_AGAIN_S, PROTECTING, Phase
from .asking import tell_people
from .story import Story
from .trips import CHATTER_LONG_S

REPORTED_AGAIN_S = 30
"""What is said of one camera and one kind closer than this is one report, whoever says it."""


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
            item = _seen(story, command, outdoor=camera.outdoor)
        case cmd.ReportNobody():
            item = NobodySeen(
                at=story.now, camera_id=camera.id, engine=command.engine, scores=command.scores
            )
        case cmd.ReportBlind():
            item = CouldNotSee(at=story.now, camera_id=camera.id, reason=command.reason)
    story.tell(ev.EvidenceAdded(incident_id=incident.id, item=item))


def _seen(
    story: Story, command: cmd.ReportPerson | cmd.ReportOutside, *, outdoor: bool
) -> PersonSeen:
    return PersonSeen(
        at=story.now,
        camera_id=command.camera_id,
        outdoor=outdoor,
        trust=command.trust,
        engine=command.engine,
        scores=command.scores,
        box=command.box,
        count=command.count,
        dwell_s=command.dwell_s,
        direction=command.direction,
    )


def report_outside(story: Story, command: cmd.ReportOutside) -> None:
    """Warn early while nothing has tripped; in a burglary it is evidence, as seen from outdoors."""
    if command.camera_id not in story.premises.cameras:
        return
    incident = story.open_incident(IncidentKind.BURGLARY)
    if incident is not None:
        if not _seen_lately(story, incident, command.camera_id):
            item = _seen(story, command, outdoor=True)
            story.tell(ev.EvidenceAdded(incident_id=incident.id, item=item))
        return
    warned = story.state.outside_at.get(command.camera_id)
    if warned is not None and _lately(story, warned):
        return
    if any(area.phase is Phase.ARMED for area in story.state.areas.values()):
        story.tell(
            ev.PersonOutside(
                at=story.now,
                camera_id=command.camera_id,
                trust=command.trust,
                engine=command.engine,
                scores=command.scores,
                box=command.box,
                count=command.count,
                dwell_s=command.dwell_s,
                direction=command.direction,
            )
        )
        if command.dwell_s >= story.policy.loiter_s:
            tell_people(story, "loitering", about=(command.camera_id,))


def _seen_lately(story: Story, incident: Incident, camera_id: str) -> bool:
    """Say whether it is known already; what goes on for hours is taken down once a minute."""
    seen = [
        item.at
        for item in incident.evidence
        if isinstance(item, PersonSeen) and item.camera_id == camera_id
    ]
    pause = CHATTER_LONG_S if len(seen) >= KEPT_PER_SOURCE // 2 else OUTSIDE_AGAIN_S
    return any(abs(story.now - at) < timedelta(seconds=pause) for at in seen)


def _lately(story: Story, at: datetime) -> bool:
    return abs(story.now - at) < timedelta(seconds=OUTSIDE_AGAIN_S)  # clocks jump back, too


def report_detection(story: Story, command: cmd.ReportDetection) -> None:
    """Keep what another detector began to see during a burglary, or shortly before a trip of it."""
    incident = story.open_incident(IncidentKind.BURGLARY)
    camera = story.premises.cameras.get(command.camera_id)
    if incident is None or camera is None or not _watches(story, incident, camera):
        return
    trips = [item.at for item in incident.evidence if isinstance(item, ZoneTrip)]
    oldest = max(trips, default=incident.opened_at) - timedelta(seconds=story.policy.report_age_s)
    if not oldest <= command.at <= story.now or _reported_already(incident, command):
        return
    item = PersonReported(
        at=command.at,
        camera_id=camera.id,
        source_family=command.source_family,
        kind=command.kind,
        outdoor=camera.outdoor,
        trust=Trust.LOW,  # nobody here has tested how that integration looks
        devices=command.devices,
        places=command.places,
    )
    story.tell(ev.EvidenceAdded(incident_id=incident.id, item=item))


def _watches(story: Story, incident: Incident, camera: CameraView) -> bool:
    """Say whether nobody of the house should be there: its zone tripped, or is armed away.

    Whoever is at home while the doors are armed walks past the cameras inside.
    """
    tripped = {item.zone_id for item in incident.evidence if isinstance(item, ZoneTrip)}
    for zone in story.premises.zones.values():
        if camera.id not in zone.cameras:
            continue
        areas = [story.state.area(area_id) for area_id in zone.areas]
        if zone.id in tripped or any(
            area.phase in PROTECTING and area.mode in NOBODY_HOME for area in areas
        ):
            return True
    return False


def _reported_already(incident: Incident, command: cmd.ReportDetection) -> bool:
    """Say whether the same was said a moment ago, by this or by another integration."""
    apart = timedelta(seconds=REPORTED_AGAIN_S)
    return any(
        isinstance(item, PersonReported)
        and (item.camera_id, item.kind) == (command.camera_id, command.kind)
        and abs(item.at - command.at) < apart
        for item in incident.evidence
    )
