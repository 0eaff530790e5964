"""Areas: arm, exit delay, disarm.

    DISARMED ─arm▶ ARMING ─exit delay▶ ARMED ─entry zone▶ PENDING ─entry delay▶ TRIGGERED
        ▲             │                  │ └────instant zone────────────────────▶ │
        └─────────────┴── a person ──────┴────────────────────────────────────────┘
Nothing but a person leads back to DISARMED.
"""

from .. import commands as cmd
from .. import events as ev
from ..errors import InvalidRequestError
from ..incident import IncidentKind, Stage
from ..premises import ALWAYS_ON, ZoneType
from ..state import Phase
from .dispatch import end_incident, report_duress
from .story import Story

MAY_BE_OPEN = ALWAYS_ON | {ZoneType.ENTRY_EXIT, ZoneType.OUTDOOR, ZoneType.INTERIOR}
"""Zones people pass on their way out; a window left open is another matter."""


def arm(story: Story, command: cmd.Arm) -> None:
    """Start the exit delay, or arm at once when there is none; refuse with the open zones' names."""
    if command.area_id not in story.premises.areas:
        raise InvalidRequestError("area_unknown")
    area = story.state.area(command.area_id)
    if area.phase in {Phase.PENDING, Phase.TRIGGERED}:
        raise InvalidRequestError("area_in_alarm")
    open_names = [
        zone.name
        for zone in story.premises.zones_of(command.area_id)
        if zone.id in command.open_zones
        and zone.type not in MAY_BE_OPEN
        and zone.counts_in(command.mode)
    ]
    if open_names:
        raise InvalidRequestError("area_not_ready", zones=", ".join(open_names))
    if story.policy.exit_delay_s and area.phase is not Phase.ARMED:
        story.tell(
            ev.AreaArming(
                area_id=command.area_id,
                mode=command.mode,
                until=story.after(story.policy.exit_delay_s),
                by=command.by,
            )
        )
    else:
        story.tell(ev.AreaArmed(area_id=command.area_id, mode=command.mode, by=command.by))


def finish_exit_delays(story: Story) -> None:
    """Arm the areas whose exit delay is over."""
    for area_id, area in list(story.state.areas.items()):
        if area.phase is not Phase.ARMING or area.until is None or area.mode is None:
            continue
        if story.now >= area.until:
            story.tell(ev.AreaArmed(area_id=area_id, mode=area.mode, by=area.changed_by or "hub"))


def disarm(story: Story, command: cmd.Disarm) -> None:
    """Disarm; ends the incidents of the area unless another area of theirs is still in alarm."""
    if command.area_id not in story.premises.areas:
        raise InvalidRequestError("area_unknown")
    story.tell(ev.AreaDisarmed(area_id=command.area_id, by=command.by))
    for incident in story.state.open_incidents():
        if command.area_id not in incident.areas or incident.kind is not IncidentKind.BURGLARY:
            continue
        still = [
            area
            for area in incident.areas
            if story.state.area(area).phase in {Phase.PENDING, Phase.TRIGGERED}
        ]
        if not still:
            stage = Stage.CLOSED if incident.confirmed else Stage.CANCELLED
            end_incident(
                story,
                incident,
                stage=stage,
                reason="disarmed",
                by=command.by,
                recall=not command.duress,
            )
    if command.duress:
        report_duress(story, command.new_id, by=command.by)
