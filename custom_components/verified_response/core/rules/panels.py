"""An area that another integration's panel arms and triggers instead of ours.

Zones of such an area are evidence and never alarm by themselves. A panel that goes back to disarmed
long after its alarm, without naming a person, ends nothing: some do that by themselves when the siren
time is over.
"""

from datetime import timedelta

from .. import commands as cmd
from .. import events as ev
from ..evidence import PanelTriggered
from ..incident import BEFORE_SENDING, IncidentKind, Stage
from ..premises import ArmMode
from ..state import PROTECTING, Phase
from .alarm import open_burglary, raise_alarm, sound, trigger
from .arming import disarm_area
from .asking import ask_people, tell_people
from .story import Story
from .trips import add_evidence

LONGEST_ENTRY_S = 300
"""Four minutes, CP-01's longest, and one: a panel that was smashed in its entry delay says no more."""


def see_panel(story: Story, command: cmd.SeePanel) -> None:
    """Follow the panel."""
    area = story.premises.areas.get(command.area_id)
    if area is None or area.panel is None:
        return
    if story.state.walk_test is not None and command.phase is not Phase.DISARMED:
        story.tell(ev.WalkTestEnded(by=command.by))  # from here on the house protects
    match command.phase:
        case Phase.DISARMED:
            _disarmed(story, command)
        case Phase.ARMING:
            if story.state.area(area.id).phase is Phase.DISARMED and command.mode is not None:
                story.tell(
                    ev.AreaArming(area_id=area.id, mode=command.mode, until=None, by=command.by)
                )
        case Phase.ARMED:
            _armed(story, command)
        case _:  # pending or triggered
            _alarmed(story, command)


def _armed(story: Story, command: cmd.SeePanel) -> None:
    area = story.state.area(command.area_id)
    if command.mode is None or area.phase in {Phase.PENDING, Phase.TRIGGERED}:
        return  # alarm memory: only a person ends it
    if (area.phase, area.mode) != (Phase.ARMED, command.mode):
        _arm(story, command, command.mode)


def _arm(story: Story, command: cmd.SeePanel, mode: ArmMode) -> None:
    bypassed = story.state.area(command.area_id).bypassed
    story.tell(ev.AreaArmed(area_id=command.area_id, mode=mode, by=command.by, bypassed=bypassed))


def _alarmed(story: Story, command: cmd.SeePanel) -> None:
    area_id, areas = command.area_id, (command.area_id,)
    current = story.open_incident(IncidentKind.BURGLARY)
    known = story.state.area(area_id)
    if command.phase is Phase.PENDING and known.phase not in PROTECTING:
        return  # some panels call their exit delay so; an alarm that follows still counts
    if known.phase in {Phase.DISARMED, Phase.ARMING}:  # armed while nobody was listening
        _arm(story, command, command.mode or known.mode or ArmMode.AWAY)
    if command.phase is Phase.PENDING:
        if current is None:
            until = story.after(LONGEST_ENTRY_S)
            open_burglary(
                story, command.new_id, areas, Stage.ENTRY_DELAY, until, present=command.present
            )
            story.tell(ev.AreaPending(area_id=area_id, incident_id=command.new_id))
        return
    if current is None:
        until = story.after(story.policy.abort_window_s)
        open_burglary(
            story, command.new_id, areas, Stage.ABORT_WINDOW, until, present=command.present
        )
    incident = current or story.state.incidents[command.new_id]
    told = [item.at for item in incident.evidence if isinstance(item, PanelTriggered)]
    silence = timedelta(seconds=story.policy.corroboration_window_s)
    anew = known.phase is not Phase.TRIGGERED
    news = anew or story.now - (told[-1] if told else incident.opened_at) >= silence
    item = PanelTriggered(at=story.now, area_id=area_id)
    add_evidence(story, incident.id, item, areas=areas)
    if incident.stage is Stage.ENTRY_DELAY:
        raise_alarm(story, incident.id, areas)
    else:
        trigger(story, incident.id, areas)
        if current is not None and news and incident.stage not in BEFORE_SENDING:
            if not anew:  # else it sounds already
                sound(story)
            ask_people(story, incident.id, anew=True)


def _disarmed(story: Story, command: cmd.SeePanel) -> None:
    area = story.state.area(command.area_id)
    if area.phase is Phase.DISARMED:
        return
    incident = story.open_incident(IncidentKind.BURGLARY)
    by_a_person = (
        command.person
        or incident is None
        or command.area_id not in incident.areas
        or incident.stage in BEFORE_SENDING
        or incident.confirmed
    )
    disarm_area(story, command.area_id, by=command.by, ends=by_a_person)
    if not by_a_person and incident is not None:
        tell_people(story, "panel_disarmed", incident_id=incident.id, actions=("false_alarm",))
