"""Walk test: every sensor may be tried; nothing alarms, nothing is sent, and it is said what each would do."""

from .. import commands as cmd
from .. import events as ev
from ..errors import InvalidRequestError
from ..premises import ALWAYS_ON, ArmMode, Zone, ZoneType
from ..signals import Signal, SignalKind
from ..state import Phase
from .dispatch import is_on_screens
from .story import Story

WOULD = {ZoneType.OUTDOOR: "early_warning"}


def start_walk_test(story: Story, command: cmd.StartWalkTest) -> None:
    """Begin; only while nothing is armed and no alarm is open."""
    state = story.state
    armed = any(area.phase is not Phase.DISARMED for area in state.areas.values())
    if armed or any(is_on_screens(incident) for incident in state.open_incidents()):
        raise InvalidRequestError("walk_test_needs_disarmed")
    story.tell(ev.WalkTestStarted(until=story.after(story.policy.walk_test_s), by=command.by))


def end_walk_test(story: Story, command: cmd.EndWalkTest) -> None:
    """End it before its time."""
    if story.state.walk_test is None:
        raise InvalidRequestError("no_walk_test")
    story.tell(ev.WalkTestEnded(by=command.by))


def finish_walk_test(story: Story) -> None:
    """End it by itself: a house must not stay untended because somebody forgot."""
    test = story.state.walk_test
    if test is not None and story.now >= test.until:
        story.tell(ev.WalkTestEnded(by="hub"))


def note_try(story: Story, zone: Zone, signal: Signal) -> None:
    """Keep what a sensor would have done."""
    if signal.kind is SignalKind.TRIPPED:
        story.tell(ev.WalkTestNoted(zone_id=zone.id, would=what_it_would_do(story, zone)))


def what_it_would_do(story: Story, zone: Zone) -> str:
    """Return the key of what a trip would do while armed away."""
    if zone.type in ALWAYS_ON:
        return zone.type.value
    if not zone.counts_in(ArmMode.AWAY):
        return "not_when_armed_away"
    if zone.type in WOULD:
        return WOULD[zone.type]
    if any(key in story.premises.zones for key in zone.cross):
        return "waits_for_partner"
    return "entry_delay" if story.premises.entry_delay_of(zone) > 0 else "alarm_at_once"
