"""Calls for help: at once, without abort window, without anybody's confirmation."""

from .. import commands as cmd
from .. import events as ev
from ..effects import Siren
from ..incident import Stage
from .asking import UNLOCK_NOW, tell_everybody, unlocks_in
from .story import Story

CALLS_JOIN_S = 300
"""A second call for help within five minutes is the same call (standards, 8.8); later it is a new one."""


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
    if story.policy.siren:
        story.request(Siren(on=True))
    unlocks = unlocks_in(command.kind, story.premises)
    actions = ("false_alarm", UNLOCK_NOW) if unlocks else ("false_alarm",)
    tell_everybody(story, "help_called", incident_id=command.new_id, actions=actions)
