"""Calls for help: at once, without abort window, without anybody's confirmation."""

from datetime import timedelta

from .. import commands as cmd
from .. import events as ev
from ..calls import Heard
from ..effects import Siren
from ..evidence import HelpCalled
from ..incident import Incident, IncidentKind, Stage, call_of
from .asking import UNLOCK_NOW, tell_everybody, unlocks_in
from .dispatch import tell_responders
from .story import Story

CALLS_JOIN_S = 300
"""A second call for help within five minutes is the same call (standards, 8.8); later it is a new one."""


def report_distress(story: Story, command: cmd.ReportDistress) -> None:
    """Open a call for help; one that is open takes in another kind, and the same kind soon after."""
    current = open_call(story, command.kind, silent=command.silent)
    if current is None:
        _open(story, command)
        current = story.state.incidents[command.new_id]
    elif command.kind in current.kinds:
        return
    else:
        story.tell(
            ev.CallJoined(
                incident_id=current.id, kind=command.kind, by=command.by, message=command.message
            )
        )
    if command.heard is not None:
        keep_heard(story, current.id, command.kind, command.heard)
    tell_responders(story, current.id)
    if not command.silent:
        _sound_and_tell(story, current.id, command.kind)


def open_call(story: Story, kind: IncidentKind, *, silent: bool) -> Incident | None:
    """Return the newest open call that one of this kind belongs to; a hidden one takes in no open one."""
    return next(
        (
            item
            for item in reversed(story.state.open_incidents())
            if item.is_distress
            and not item.covert
            and item.kind is not IncidentKind.DURESS
            and not item.held
            and item.silent is silent
            and (kind not in item.kinds or was_lately(story, item))
        ),
        None,
    )


def was_lately(story: Story, incident: Incident) -> bool:
    """Say whether help was called for so short a time ago that more of it is the same call."""
    called = incident.called_at or incident.opened_at
    return story.now - called < timedelta(seconds=CALLS_JOIN_S)


def _open(story: Story, command: cmd.ReportDistress) -> None:
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


def _sound_and_tell(story: Story, incident_id: str, kind: IncidentKind) -> None:
    if story.policy.siren:
        story.request(Siren(on=True))
    unlocks = unlocks_in(kind, story.premises)
    actions = ("false_alarm", UNLOCK_NOW) if unlocks else ("false_alarm",)
    tell_everybody(story, "help_called", incident_id=incident_id, actions=actions)


def keep_heard(story: Story, incident_id: str, kind: IncidentKind, heard: Heard) -> None:
    """Keep by which device and where help was called for aloud."""
    item = HelpCalled(at=story.now, call=call_of(kind), device=heard.device, place=heard.place)
    story.tell(ev.EvidenceAdded(incident_id=incident_id, item=item))


def report_duress(story: Story, command: cmd.ReportDuress) -> None:
    """Call for help where nobody may see it."""
    open_duress(story, command.new_id, by=command.by, heard=command.heard)


def open_duress(story: Story, incident_id: str, *, by: str, heard: Heard | None = None) -> None:
    """Call for help where nobody may see it: at once, never shown; soon after, it is the same call."""
    current = next(
        (
            item
            for item in story.state.open_incidents()
            if item.kind is IncidentKind.DURESS and not item.held and was_lately(story, item)
        ),
        None,
    )
    if current is None:
        _open_hidden(story, incident_id, by=by, heard=heard)
    elif heard is not None and not _is_known_from(current, heard):
        keep_heard(story, current.id, IncidentKind.DURESS, heard)
        tell_responders(story, current.id)


def _is_known_from(incident: Incident, heard: Heard) -> bool:
    """Say whether it was called for from there before: nothing new to tell."""
    return any(
        isinstance(item, HelpCalled) and (item.device, item.place) == (heard.device, heard.place)
        for item in incident.evidence
    )


def _open_hidden(story: Story, incident_id: str, *, by: str, heard: Heard | None) -> None:
    story.tell(
        ev.IncidentOpened(
            incident_id=incident_id,
            kind=IncidentKind.DURESS,
            stage=Stage.VERIFYING,
            until=None,
            areas=(),
            by=by,
            covert=True,
            silent=True,
            ha_area=(heard.place or None) if heard is not None else None,
        )
    )
    if heard is not None:
        keep_heard(story, incident_id, IncidentKind.DURESS, heard)
