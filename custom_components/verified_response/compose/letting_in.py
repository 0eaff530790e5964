"""Somebody of the household taps to let responders in: a code, or doors unlocked; never without an answer."""

import logging
from collections.abc import Mapping

from ..core.access import Preset
from ..core.commands import OpenDoor, TellNotLetIn
from ..core.errors import InvalidRequestError, WorkFailedError
from ..core.incident import Incident, IncidentKind
from ..core.premises import Door
from ..core.rules.access.responders import who_is_let_in
from ..engine.desk import Desk
from ..engine.granting import wait_for
from ..runtime import VerifiedResponseRuntime

_LOGGER = logging.getLogger(__name__)


async def let_in(runtime: VerifiedResponseRuntime, incident_id: str, contact_id: str) -> None:
    """Make a code for those who come; whoever tapped hears when no door took it."""
    desk = runtime.desk
    if _is_made(desk, incident_id):
        return  # two people tapped
    try:
        grant_id = await runtime.granting.let_in(incident_id, by=f"contact:{contact_id}")
    except (InvalidRequestError, WorkFailedError) as err:
        _LOGGER.warning("No code was made for those who come: %s", err.code)
        await desk.submit(TellNotLetIn(contact_id=contact_id, incident_id=incident_id))
        return
    await wait_for(desk, lambda: desk.state.grants[grant_id].is_answered)
    grant = desk.state.grants[grant_id]
    if not grant.opens and grant.end_reason in {None, "no_lock_took_it"}:
        await desk.submit(TellNotLetIn(contact_id=contact_id, incident_id=incident_id))


def _is_made(desk: Desk, incident_id: str) -> bool:
    """Say whether somebody tapped before, and the code is for all who come."""
    coming = who_is_let_in(desk.state, desk.premises, incident_id)
    return any(
        grant.incident_id == incident_id
        and grant.is_active
        and grant.preset is Preset.RESPONDER
        and grant.by.startswith("contact:")
        and set(coming) <= set(grant.responders)
        and (grant.opens or not grant.is_answered)
        for grant in desk.state.grants.values()
    )


async def unlock_now(runtime: VerifiedResponseRuntime, incident_id: str, contact_id: str) -> None:
    """Unlock the doors by which responders come; in a fire those that the owner allowed for it."""
    desk = runtime.desk
    incident = desk.state.incidents.get(incident_id)
    doors = _doors(incident, desk.premises.doors) if incident is not None else {}
    refused: list[str] = []
    for door_id, preset in doors.items():
        try:
            await desk.submit(
                OpenDoor(
                    new_id=runtime.ids.new_id(),
                    door_id=door_id,
                    by=f"contact:{contact_id}",
                    preset=preset,
                    incident_id=incident_id,
                )
            )
        except (InvalidRequestError, WorkFailedError) as err:
            _LOGGER.warning("A door was not unlocked for those who come: %s", err.code)
            refused.append(door_id)
    if refused or not doors:
        await desk.submit(
            TellNotLetIn(contact_id=contact_id, incident_id=incident_id, doors=tuple(refused))
        )


def _doors(incident: Incident, doors: Mapping[str, Door]) -> dict[str, Preset]:
    """Return the doors to be unlocked, and as what: held in a fire, for a while else."""
    fire = incident.kind is IncidentKind.FIRE
    return {
        door.id: Preset.FIRE if fire and door.fire_unlock else Preset.RESPONDER
        for door in doors.values()
        if (fire and door.fire_unlock) or (door.for_responders and door.remote_unlock)
    }
