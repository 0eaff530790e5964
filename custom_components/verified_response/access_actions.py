"""Actions about codes on locks, and the look at a camera."""

from datetime import timedelta

from homeassistant.core import ServiceCall, ServiceResponse

from .action_call import caller, doors_meant, incident_meant
from .camera_trial import judged
from .core.access import TERMS, Preset, Terms
from .core.commands import RevokeGrant
from .core.errors import InvalidRequestError
from .core.rules.access.responders import who_is_let_in
from .door_actions import close_doors, open_doors
from .engine.granting import Asked, wait_until_gone
from .runtime import VerifiedResponseRuntime
from .serialize import door_source, grant_summary, name_of, passage_summary, person_summary

OUTCOMES = {"removed": "confirmed", "removed_unverified": "unverified"}
NO_PRESET = Terms(duration_s=1800, max_uses=None)


async def grant_access(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Make a code for some locks; the answer, where one is taken, shows it. In a fire the doors are unlocked."""
    doors = doors_meant(runtime, call)
    sends = call.data["send_to_responders"]
    about = sends or call.data.get("incident_id")
    incident_id = incident_meant(runtime, call).id if about else None
    preset = Preset(call.data["preset"]) if call.data.get("preset") else None
    if preset is Preset.FIRE:
        if call.data.get("code"):
            raise InvalidRequestError("fire_needs_no_code")
        return await open_doors(
            runtime,
            doors,
            preset=preset,
            by=caller(call),
            recipient=call.data["recipient"],
            hold=call.data.get("duration"),
            incident_id=incident_id,
        )
    desk = runtime.desk
    terms = NO_PRESET if preset is None else TERMS[preset]
    responders: tuple[str, ...] = ()
    if sends and incident_id is not None:
        responders = who_is_let_in(desk.state, desk.premises, incident_id)
    result = await runtime.granting.grant(
        Asked(
            doors=doors,
            expires_at=desk.now() + call.data.get("duration", timedelta(seconds=terms.duration_s)),
            recipient=call.data["recipient"],
            by=caller(call),
            incident_id=incident_id,
            max_uses=call.data.get("max_uses", terms.max_uses),
            code=call.data.get("code"),
            preset=preset,
            responders=responders,
            shown=call.return_response,
        )
    )
    return {
        "grant_id": result.grant_id,
        "code": result.code,
        "expires_at": result.expires_at.isoformat(),
        "responders": [name_of(desk.premises.responders, key) for key in responders],
        "locks": [
            {
                "entity_id": door_source(desk, item.door_id),
                "outcome": item.status if item.status in {"confirmed", "unverified"} else "failed",
                "reason": item.reason,
            }
            for item in result.locks.values()
        ],
    }


async def show_access_code(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Show the code of a grant that nobody has seen yet, once."""
    return {"code": await runtime.granting.show(call.data["grant_id"], by=caller(call))}


async def revoke_access(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """End a grant, and wait a while for its removal from the locks; a door that is held is locked."""
    grant_id = call.data["grant_id"]
    desk = runtime.desk
    held = [item.door_id for item in desk.state.passages.values() if item.id == grant_id]
    if held:
        return await close_doors(runtime, held, by=caller(call))
    await desk.submit(RevokeGrant(grant_id=grant_id, by=caller(call)))
    await wait_until_gone(desk, grant_id)
    grant = grant_summary(desk.state.grants[grant_id], desk.premises)
    return {
        "locks": [
            {
                "entity_id": item["entity_id"],
                "outcome": OUTCOMES.get(item["outcome"], "pending"),
                "reason": item["reason"],
            }
            for item in grant["locks"]
        ]
    }


async def list_grants(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """List the grants, never their codes, and the doors that are held unlocked."""
    desk = runtime.desk
    return {
        "grants": [
            grant_summary(grant, desk.premises)
            for grant in desk.state.grants.values()
            if call.data["include_ended"] or not grant.is_gone
        ],
        "doors": [passage_summary(item, desk) for item in desk.state.passages.values()],
    }


async def detect_people(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Look once at a camera, and say who counts in its picture."""
    cameras = {view.source: view.id for view in runtime.desk.premises.cameras.values()}
    entity_id = call.data["camera"]
    if entity_id not in cameras:
        raise InvalidRequestError("camera_not_configured", entity_id=entity_id)
    detection, captured_at, _ = await runtime.watch.look(cameras[entity_id])
    info = runtime.detector.info if runtime.detector is not None else None
    view = runtime.desk.premises.cameras[cameras[entity_id]]
    found = judged(detection.people, view, info.thresholds if info else None)
    return {
        "people": [person_summary(item.person) for item in found if item.why_not is None],
        "frame": {
            "captured_at": captured_at.isoformat(),
            "width": detection.width,
            "height": detection.height,
        },
        "model": detection.model,
        "took_ms": round(detection.took_ms, 1),
    }
