"""Sensors and locks that went silent, run out of battery, were opened: trouble, sometimes an attack."""

from datetime import timedelta

from .. import commands as cmd
from .. import events as ev
from ..evidence import DevicesLost, ZoneLost
from ..incident import BEFORE_SENDING, IncidentKind, Stage
from ..premises import Zone
from ..signals import TroubleKind
from .alarm import technical
from .asking import ask_people, tell_people
from .restraint import counting_areas
from .story import Story
from .trips import add_evidence

FEW_ZONES = 2
"""Where fewer zones are armed than jamming needs, all of them at once are enough."""


def report_lost(story: Story, command: cmd.ReportLost) -> None:
    """Keep who is missed; several devices at once are suspected jamming, one is trouble."""
    missed = [
        story.premises.zones[key]
        for key in sorted(command.zones)
        if key in story.premises.zones
        and TroubleKind.OFFLINE not in story.state.troubles.get(key, ())
    ]
    for zone in missed:
        story.tell(ev.TroubleChanged(zone_id=zone.id, kind=TroubleKind.OFFLINE, on=True))
    armed = [zone for zone in missed if counting_areas(story, zone)]
    if not armed or story.state.walk_test is not None:
        return
    at_once = _lost_together(story)
    if _is_jamming(story, at_once):
        _suspect_jamming(story, tuple(zone.id for zone in at_once), command.new_id)
    elif not _before_sending(story):
        tell_people(story, "zone_silent", about=tuple(zone.id for zone in armed))
    current = story.open_incident(IncidentKind.BURGLARY)
    if current is not None:
        for zone in armed:
            add_evidence(story, current.id, ZoneLost(at=story.now, zone_id=zone.id))


def _before_sending(story: Story) -> bool:
    burglary = story.open_incident(IncidentKind.BURGLARY)
    return burglary is not None and burglary.stage in BEFORE_SENDING


def _lost_together(story: Story) -> list[Zone]:
    """Return the armed zones that were missed within the same short time."""
    span = timedelta(seconds=story.policy.lost_after_s)
    return [
        zone
        for key, at in story.state.lost_at.items()
        if abs(story.now - at) <= span  # clocks jump back, too
        and (zone := story.premises.zones.get(key)) is not None
        and counting_areas(story, zone)
    ]


def _is_jamming(story: Story, zones: list[Zone]) -> bool:
    devices = {zone.device or zone.source for zone in zones}
    every = {
        zone.device or zone.source
        for zone in story.premises.zones.values()
        if counting_areas(story, zone)
    }
    all_of_few = len(devices) >= FEW_ZONES and devices == every
    return len(devices) >= story.policy.jammed_zones or all_of_few


def _suspect_jamming(story: Story, zones: tuple[str, ...], new_id: str) -> None:
    """Ask people after the abort window; in a burglary it is evidence, too."""
    item = DevicesLost(at=story.now, zones=zones)
    burglary = story.open_incident(IncidentKind.BURGLARY)
    if burglary is not None:
        add_evidence(story, burglary.id, item)
        if burglary.stage not in BEFORE_SENDING:  # before that, nothing leaves the house
            tell_people(story, "suspected_jamming", incident_id=burglary.id, about=zones)
        return
    current = story.open_incident(IncidentKind.TAMPER)
    if current is None:
        story.tell(
            ev.IncidentOpened(
                incident_id=new_id,
                kind=IncidentKind.TAMPER,
                stage=Stage.ABORT_WINDOW,
                until=story.after(story.policy.abort_window_s),
                areas=(),
                by="hub",
            )
        )
    told = [i.at for i in current.evidence if isinstance(i, DevicesLost)] if current else []
    silence = timedelta(seconds=story.policy.corroboration_window_s)
    add_evidence(story, current.id if current else new_id, item)
    again = bool(told) and story.now - told[-1] < silence
    if current is not None and current.stage not in BEFORE_SENDING and not again:
        ask_people(story, current.id, anew=True)  # an old alarm nobody ended must not cover it up


def report_trouble(story: Story, command: cmd.ReportTrouble) -> None:
    """Keep what is wrong with a sensor or a lock; a cover that opens while it protects is an attack.

    A lock protects nothing: what is wrong with it is never more than trouble.
    """
    zone = story.premises.zones.get(command.zone_id)
    known = story.state.troubles.get(command.zone_id, ())
    nobodys = zone is None and command.zone_id not in story.premises.doors
    if nobodys or command.on is (command.kind in known):
        return
    story.tell(ev.TroubleChanged(zone_id=command.zone_id, kind=command.kind, on=command.on))
    if zone is None:
        return
    protects = bool(counting_areas(story, zone)) and story.state.walk_test is None
    if command.on and command.kind is TroubleKind.TAMPER and protects:
        technical(story, zone, IncidentKind.TAMPER, command.new_id)
