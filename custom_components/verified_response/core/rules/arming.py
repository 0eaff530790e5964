"""Areas: arm, exit delay, disarm.

    DISARMED ─arm▶ ARMING ─exit delay▶ ARMED ─entry zone▶ PENDING ─entry delay▶ TRIGGERED
        ▲             │                  │ └────instant zone────────────────────▶ │
        ├── failed ───┤                  │                                        │
        └─────────────┴── a person ──────┴────────────────────────────────────────┘
Nothing but a person leads from ARMED, PENDING or TRIGGERED to DISARMED. An arming that fails is told
until a person acknowledges it. An area with a linked panel follows that panel instead (panels).
"""

from datetime import datetime, timedelta

from .. import commands as cmd
from .. import events as ev
from ..errors import InvalidRequestError
from ..incident import IncidentKind, Stage
from ..premises import ALWAYS_ON, ArmMode, Zone, ZoneType
from ..signals import Signal, SignalKind
from ..state import AreaState, ArmFailure, Exit, Phase
from .asking import tell_people
from .dispatch import end_incident
from .distress import open_duress
from .story import Story

MAY_BE_OPEN = ALWAYS_ON | {ZoneType.OUTDOOR, ZoneType.INTERIOR}
"""Zones whose state is no reason not to arm: what they watch, or that somebody walks past them."""
LEFT_BY = frozenset({ZoneType.ENTRY_EXIT})
"""Zones that may be open while people still leave, not any more at the end of the exit delay."""
TOLD_HOURLY_FROM = 4
"""Rounds after which a failed arming is told at a slower pace, an hour at most."""


def blocks(zone: Zone, mode: ArmMode) -> bool:
    """Say whether this zone has to be closed before its area protects in this mode."""
    return zone.type not in MAY_BE_OPEN and zone.counts_in(mode)


def arm(story: Story, command: cmd.Arm) -> None:
    """Start the exit delay, or arm at once; what is open is refused, left out, or told."""
    area = _armable(story, command)
    bypassed = (*area.bypassed, *sorted(_refused_bypass(story, command) - {*area.bypassed}))
    delayed = (
        story.policy.exit_delay_s > 0 and not command.at_once and area.phase is not Phase.ARMED
    )
    not_closed = [
        zone
        for zone in story.premises.zones_of(command.area_id)
        if zone.id in command.open_zones and blocks(zone, command.mode)
    ]
    leaving = LEFT_BY if delayed else frozenset()
    open_now = tuple(
        zone.id for zone in not_closed if zone.id not in bypassed and zone.type not in leaving
    )
    if open_now and story.policy.auto_bypass:
        bypassed = (*bypassed, *open_now)
        tell_people(story, "zone_bypassed", about=open_now)
    elif open_now and command.attended:
        names = ", ".join(story.premises.zones[key].name for key in open_now)
        raise InvalidRequestError("area_not_ready", zones=names)
    elif open_now:
        _fail(story, command.area_id, command.mode, open_now, by=command.by)
        return
    if not delayed:
        story.tell(
            ev.AreaArmed(
                area_id=command.area_id, mode=command.mode, by=command.by, bypassed=bypassed
            )
        )
        return
    story.tell(
        ev.AreaArming(
            area_id=command.area_id,
            mode=command.mode,
            until=story.after(story.policy.exit_delay_s),
            by=command.by,
            not_closed=tuple(zone.id for zone in not_closed),
            bypassed=bypassed,
            attended=command.attended and _can_tell_who_leaves(story, command),
        )
    )


def _armable(story: Story, command: cmd.Arm) -> AreaState:
    configured = story.premises.areas.get(command.area_id)
    if configured is None:
        raise InvalidRequestError("area_unknown")
    if configured.panel is not None:
        raise InvalidRequestError("area_is_linked", panel=configured.panel)
    if story.state.walk_test is not None:
        raise InvalidRequestError("walk_test_running")
    area = story.state.area(command.area_id)
    if area.phase in {Phase.PENDING, Phase.TRIGGERED}:
        raise InvalidRequestError("area_in_alarm")
    return area


def _refused_bypass(story: Story, command: cmd.Arm) -> frozenset[str]:
    for zone_id in command.bypass:
        _bypassable(story, command.area_id, zone_id)
    return command.bypass


def _bypassable(story: Story, area_id: str, zone_id: str) -> Zone:
    zone = story.premises.zones.get(zone_id)
    if zone is None:
        raise InvalidRequestError("zone_unknown")
    if zone.type in ALWAYS_ON:
        raise InvalidRequestError("zone_always_on", zone=zone.name)
    if area_id not in zone.areas:
        raise InvalidRequestError("zone_not_in_area", zone=zone.name)
    return zone


def _can_tell_who_leaves(story: Story, command: cmd.Arm) -> bool:
    """Say whether there is a door to leave by, and every such door is known to be closed now."""
    doors = [
        zone.id
        for zone in story.premises.zones_of(command.area_id)
        if zone.type is ZoneType.ENTRY_EXIT
    ]
    return bool(doors) and command.open_zones.isdisjoint(doors)


def follow_exit(story: Story, zone: Zone, signal: Signal) -> None:
    """Keep who leaves and what is not closed yet, in every area of the zone that is arming."""
    for area_id in zone.areas:
        area = story.state.area(area_id)
        if area.until is None or area.exit is None or area.mode is None:
            continue  # not arming, or another panel decides when it is
        if blocks(zone, area.mode):
            closed = signal.kind is SignalKind.RESTORED
            if closed is (zone.id in area.exit.not_closed):
                story.tell(ev.ArmingZoneChanged(area_id=area_id, zone_id=zone.id, closed=closed))
        if zone.type is ZoneType.ENTRY_EXIT:
            _follow_door(story, area_id, area.exit, zone, signal.kind)


def _follow_door(story: Story, area_id: str, known: Exit, zone: Zone, kind: SignalKind) -> None:
    """A door that opens or closes is somebody who leaves; one that opens again is a way back (CP-01)."""
    if kind is SignalKind.TRIPPED and known.left and not known.restarted:
        until = story.after(story.policy.exit_delay_s)
        story.tell(ev.ExitSeen(area_id=area_id, zone_id=zone.id, until=until))
    elif kind in {SignalKind.TRIPPED, SignalKind.RESTORED} and not known.left:
        story.tell(ev.ExitSeen(area_id=area_id, zone_id=zone.id))


def finish_exit_delays(story: Story) -> None:
    """Arm the areas whose exit delay is over, or say that they cannot be."""
    for area_id, area in list(story.state.areas.items()):
        if area.phase is Phase.ARMING and area.until is not None and story.now >= area.until:
            _finish(story, area_id, area)


def resume_exit_delays(story: Story) -> None:
    """After a restart let an exit delay run until the sensors have had time to report again.

    Who left meanwhile was not seen, so it does not arm home because nobody was seen to leave.
    """
    quiet_until = story.state.quiet_until
    for area_id, area in list(story.state.areas.items()):
        if area.phase is not Phase.ARMING or area.until is None or area.mode is None:
            continue
        known = area.exit or Exit()
        story.tell(
            ev.AreaArming(
                area_id=area_id,
                mode=area.mode,
                until=max(area.until, quiet_until or area.until),
                by=area.changed_by or "hub",
                not_closed=known.not_closed,
                bypassed=area.bypassed,
                left=known.left,
                restarted=known.restarted,
            )
        )


def _finish(story: Story, area_id: str, area: AreaState) -> None:
    known, by = area.exit or Exit(), area.changed_by or "hub"
    stays = area_id in story.premises.areas and _stays(story, area, known)
    mode = ArmMode.HOME if stays else area.mode or ArmMode.AWAY
    still_open = tuple(
        key
        for key in known.not_closed
        if key not in area.bypassed
        and (zone := story.premises.zones.get(key)) is not None
        and blocks(zone, mode)
    )
    if still_open and not story.policy.auto_bypass:
        _fail(story, area_id, mode, still_open, by=by)
        return
    story.tell(
        ev.AreaArmed(
            area_id=area_id,
            mode=mode,
            by=by,
            bypassed=(*area.bypassed, *still_open),
            reason="nobody_left" if stays else "",
        )
    )
    if still_open:
        tell_people(story, "zone_bypassed", about=still_open)
    if stays:
        tell_people(story, "armed_home", about=(area_id,))


def _stays(story: Story, area: AreaState, known: Exit) -> bool:
    """Say whether nobody left (CP-01 auto-stay); a door that is not known to be closed cannot tell."""
    zones = story.premises.zones
    doors = [key for key in known.not_closed if key in zones and zones[key].type in LEFT_BY]
    away = area.mode is ArmMode.AWAY and known.attended and not known.left
    return story.policy.auto_stay and away and not doors


def _fail(story: Story, area_id: str, mode: ArmMode, zones: tuple[str, ...], *, by: str) -> None:
    story.tell(ev.ArmingFailed(area_id=area_id, mode=mode, zones=zones, by=by))
    _tell_failure(story, area_id, zones, rounds=1)


def _tell_failure(story: Story, area_id: str, zones: tuple[str, ...], *, rounds: int) -> None:
    """Tell one more group of people than before."""
    story.tell(ev.FailureTold(area_id=area_id, round=rounds))
    about = (area_id, *zones)
    tell_people(story, "arm_failed", about=about, actions=("acknowledge",), groups=rounds)


def failure_due(failure: ArmFailure, again_s: int) -> datetime:
    """Return when a failed arming is told again."""
    slower = max(0, failure.rounds - TOLD_HOURLY_FROM)
    return failure.told_at + timedelta(seconds=min(again_s * 2**slower, max(again_s, 3600)))


def tell_failures_again(story: Story) -> None:
    """Tell what nobody has acknowledged."""
    for area_id, area in list(story.state.areas.items()):
        failure = area.failure
        if failure is not None and story.now >= failure_due(
            failure, story.policy.arm_failed_again_s
        ):
            _tell_failure(story, area_id, failure.zones, rounds=failure.rounds + 1)


def acknowledge_failure(story: Story, command: cmd.AcknowledgeFailure) -> None:
    """Stop telling it."""
    if command.area_id not in story.premises.areas:
        raise InvalidRequestError("area_unknown")
    if story.state.area(command.area_id).failure is None:
        raise InvalidRequestError("no_failure")
    story.tell(ev.FailureAcknowledged(area_id=command.area_id, by=command.by))


def bypass(story: Story, command: cmd.Bypass) -> None:
    """Leave a zone out until its area is disarmed, or let it count again."""
    if command.area_id not in story.premises.areas:
        raise InvalidRequestError("area_unknown")
    zone = _bypassable(story, command.area_id, command.zone_id)
    area = story.state.area(command.area_id)
    if area.phase is Phase.DISARMED:
        raise InvalidRequestError("area_not_armed")
    if command.on is (zone.id in area.bypassed):
        return
    story.tell(
        ev.ZoneBypassed(area_id=command.area_id, zone_id=zone.id, on=command.on, by=command.by)
    )
    if command.on:
        tell_people(story, "zone_bypassed", about=(zone.id,))


def disarm(story: Story, command: cmd.Disarm) -> None:
    """Disarm; ends the incidents of the area unless another area of theirs is still in alarm."""
    configured = story.premises.areas.get(command.area_id)
    if configured is None:
        raise InvalidRequestError("area_unknown")
    if configured.panel is not None:
        if not command.duress:
            raise InvalidRequestError("area_is_linked", panel=configured.panel)
        open_duress(story, command.new_id, by=command.by)  # whatever panel it was meant for
        return
    disarm_area(story, command.area_id, by=command.by, recall=not command.duress)
    if command.duress:
        open_duress(story, command.new_id, by=command.by)


def disarm_area(
    story: Story, area_id: str, *, by: str, recall: bool = True, ends: bool = True
) -> None:
    """Disarm one area; `ends` False leaves its incidents open: nobody knows that a person did it."""
    story.tell(ev.AreaDisarmed(area_id=area_id, by=by))
    for incident in story.state.open_incidents() if ends else ():
        if area_id not in incident.areas or incident.kind is not IncidentKind.BURGLARY:
            continue
        still = [
            area
            for area in incident.areas
            if story.state.area(area).phase in {Phase.PENDING, Phase.TRIGGERED}
        ]
        if not still:
            stage = Stage.CLOSED if incident.confirmed else Stage.CANCELLED
            end_incident(story, incident, stage=stage, reason="disarmed", by=by, recall=recall)
