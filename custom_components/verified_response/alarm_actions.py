"""Actions about areas and their zones: arming, leaving out, the walk test, false alarms forgotten."""

from homeassistant.core import ServiceCall, ServiceResponse

from .action_call import area_meant, caller, is_attended, refuse_failed, zone_meant
from .core.commands import (
    AcknowledgeFailure,
    Arm,
    Bypass,
    EndWalkTest,
    ForgetHistory,
    StartWalkTest,
)
from .core.errors import InvalidRequestError
from .core.premises import ALWAYS_ON, ArmMode, CameraView, Premises, Zone
from .core.state import PROTECTING, Phase
from .runtime import VerifiedResponseRuntime
from .serialize import walk_test_summary


async def arm(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Arm an area, as its panel does, with what a panel cannot ask."""
    area = area_meant(runtime, call)
    bypass = frozenset(zone_meant(runtime, wanted).id for wanted in call.data["bypass"])
    if bypass and runtime.desk.state.area(area.id).phase in PROTECTING:
        # Whoever arms needs no code: what protects already must not be thinned out by arming anew.
        raise InvalidRequestError("bypass_while_armed")
    events = await runtime.desk.submit(
        Arm(
            area_id=area.id,
            mode=ArmMode(call.data["mode"]),
            by=caller(call),
            open_zones=runtime.intake.not_closed(),
            bypass=bypass,
            at_once=call.data["skip_exit_delay"],
            attended=is_attended(call.context),
        )
    )
    refuse_failed(events, runtime.desk.premises)
    state = runtime.desk.state.area(area.id)
    return {
        "phase": state.phase.value,
        "until": state.until.isoformat() if state.until else None,
        "bypassed": [runtime.desk.premises.zones[zone_id].name for zone_id in state.bypassed],
    }


async def bypass_zone(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Leave a zone out of every armed area that it protects, or let it count again."""
    zone = zone_meant(runtime, call.data["zone"])
    if not zone.areas:
        always = zone.type in ALWAYS_ON
        code = "zone_always_on" if always else "zone_not_in_area"
        raise InvalidRequestError(code, zone=zone.name)
    state = runtime.desk.state
    armed = [area for area in zone.areas if state.area(area).phase is not Phase.DISARMED]
    for area_id in armed or zone.areas[:1]:  # where none is armed, the rule says so
        await runtime.desk.submit(
            Bypass(area_id=area_id, zone_id=zone.id, on=call.data["bypassed"], by=caller(call))
        )
    return None


async def acknowledge(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Say that a failed arming was heard: of one area, else of all."""
    failed = [key for key, area in runtime.desk.state.areas.items() if area.failure is not None]
    if "panel" in call.data:
        failed = [area_meant(runtime, call).id]
    if not failed:
        raise InvalidRequestError("no_failure")
    for area_id in failed:
        await runtime.desk.submit(AcknowledgeFailure(area_id=area_id, by=caller(call)))
    return None


async def start_walk_test(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Let every sensor be tried; nothing alarms and nothing is sent until it ends."""
    await runtime.desk.submit(StartWalkTest(by=caller(call)))
    test = runtime.desk.state.walk_test
    return {"until": test.until.isoformat() if test else None}


async def end_walk_test(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """End the walk test, and say what each zone did in it and which were never tried."""
    test = runtime.desk.state.walk_test
    await runtime.desk.submit(EndWalkTest(by=caller(call)))
    if test is None:
        raise InvalidRequestError("no_walk_test")
    return walk_test_summary(test, runtime.desk.premises)


async def forget_false_alarms(
    runtime: VerifiedResponseRuntime, call: ServiceCall
) -> ServiceResponse:
    """Let the false alarms of a zone or camera that was mended count no more."""
    premises = runtime.desk.premises
    subject_id = _zone_or_camera(premises, call.data["zone_or_camera"])
    await runtime.desk.submit(ForgetHistory(subject_id=subject_id, by=caller(call)))
    return None


def _zone_or_camera(premises: Premises, wanted: str) -> str:
    things: tuple[Zone | CameraView, ...] = (*premises.zones.values(), *premises.cameras.values())
    for thing in things:
        if wanted in {thing.id, thing.name, thing.source}:
            return thing.id
    raise InvalidRequestError("zone_or_camera_unknown", name=wanted)
