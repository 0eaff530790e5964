"""Actions about codes on locks, and the look at a camera."""

from homeassistant.core import ServiceCall, ServiceResponse

from .action_call import caller, incident_meant
from .camera_trial import judged
from .core.commands import RevokeGrant
from .core.errors import InvalidRequestError
from .engine.granting import Asked, wait_until_gone
from .runtime import VerifiedResponseRuntime
from .serialize import grant_summary, person_summary

OUTCOMES = {"removed": "confirmed", "removed_unverified": "unverified"}


async def grant_access(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Make a code for some locks; the only place where it is shown is the answer."""
    doors = {door.source: door.id for door in runtime.desk.premises.doors.values()}
    unknown = [entity for entity in call.data["lock"] if entity not in doors]
    if unknown:
        raise InvalidRequestError("lock_not_configured", entity_id=unknown[0])
    incident_id = incident_meant(runtime, call).id if call.data.get("incident_id") else None
    result = await runtime.granting.grant(
        Asked(
            doors=[doors[entity] for entity in dict.fromkeys(call.data["lock"])],
            expires_at=runtime.desk.now() + call.data["duration"],
            recipient=call.data["recipient"],
            by=caller(call),
            incident_id=incident_id,
            max_uses=call.data.get("max_uses"),
            code=call.data.get("code"),
        )
    )
    sources = {door_id: source for source, door_id in doors.items()}
    return {
        "grant_id": result.grant_id,
        "code": result.code,
        "expires_at": result.expires_at.isoformat(),
        "locks": [
            {
                "entity_id": sources[item.door_id],
                "outcome": item.status if item.status in {"confirmed", "unverified"} else "failed",
                "reason": item.reason,
            }
            for item in result.locks.values()
        ],
    }


async def revoke_access(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """End a grant, and wait a while for its removal from the locks."""
    grant_id = call.data["grant_id"]
    await runtime.desk.submit(RevokeGrant(grant_id=grant_id, by=caller(call)))
    await wait_until_gone(runtime.desk, grant_id)
    grant = grant_summary(runtime.desk.state.grants[grant_id], runtime.desk.premises)
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
    """List the grants, never their codes."""
    return {
        "grants": [
            grant_summary(grant, runtime.desk.premises)
            for grant in runtime.desk.state.grants.values()
            if call.data["include_ended"] or not grant.is_gone
        ]
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
