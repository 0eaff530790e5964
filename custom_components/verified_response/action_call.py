"""What is read from every call: who asks, whether they are there, and which incident or area is meant."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from homeassistant.core import Context, ServiceCall, ServiceResponse
from homeassistant.helpers import entity_registry as er

from .core.errors import InvalidRequestError
from .core.events import ArmingFailed, Event
from .core.incident import Incident
from .core.premises import Area, Premises, Zone
from .core.rules.dispatch import is_visible
from .runtime import VerifiedResponseRuntime

type Answer = Coroutine[Any, Any, ServiceResponse]
type Handler = Callable[[VerifiedResponseRuntime, ServiceCall], Answer]


def actor(context: Context | None) -> str:
    """Return who acts, as it is journalled."""
    user = context.user_id if context else None
    return f"user:{user}" if user else "automation"


def is_attended(context: Context | None) -> bool:
    """Say whether a person acts now: what an automation does has no user, or follows from something."""
    return context is not None and context.user_id is not None and context.parent_id is None


def caller(call: ServiceCall) -> str:
    """Return who calls an action, as it is journalled."""
    return actor(call.context)


def incident_meant(
    runtime: VerifiedResponseRuntime, call: ServiceCall, *, ended: bool = False
) -> Incident:
    """Return the incident meant: by id, else the only one open."""
    incidents = runtime.desk.state.incidents
    incident_id = call.data.get("incident_id")
    if incident_id is not None:
        incident = incidents.get(incident_id)
        if incident is None or not is_visible(incident):
            raise InvalidRequestError("incident_unknown")
        return incident
    shown = [item for item in incidents.values() if is_visible(item) and (ended or item.is_open)]
    if not shown:
        raise InvalidRequestError("no_incident_open")
    if len(shown) > 1 and not ended:
        raise InvalidRequestError("several_incidents_open")
    return shown[-1]


def area_meant(runtime: VerifiedResponseRuntime, call: ServiceCall) -> Area:
    """Return the area meant: by its panel, else the only one."""
    areas = runtime.desk.premises.areas
    panel = call.data.get("panel")
    if panel is None:
        if len(areas) != 1:
            raise InvalidRequestError("several_areas")
        return next(iter(areas.values()))
    entry = er.async_get(call.hass).async_get(panel)
    area = areas.get(entry.config_subentry_id or "") if entry is not None else None
    if area is None:
        raise InvalidRequestError("panel_not_configured", entity_id=panel)
    return area


def doors_meant(
    runtime: VerifiedResponseRuntime, call: ServiceCall, *, field: str = "lock"
) -> list[str]:
    """Return the doors of the locks that were named, each once; raises InvalidRequestError."""
    doors = {door.source: door.id for door in runtime.desk.premises.doors.values()}
    named = call.data[field]
    wanted = dict.fromkeys([named] if isinstance(named, str) else named)
    for entity_id in wanted:
        if entity_id not in doors:
            raise InvalidRequestError("lock_not_configured", entity_id=entity_id)
    return [doors[entity_id] for entity_id in wanted]


def refuse_failed(events: Sequence[Event], premises: Premises) -> None:
    """Tell whoever armed what the record says: it is not armed, and why; raises InvalidRequestError."""
    for event in events:
        if isinstance(event, ArmingFailed):
            names = ", ".join(premises.zones[zone_id].name for zone_id in event.zones)
            raise InvalidRequestError("area_not_ready", zones=names)


def refuse_linked(premises: Premises, area_id: str) -> None:
    """Say which panel arms the area instead of ours; raises InvalidRequestError."""
    area = premises.areas.get(area_id)
    if area is not None and area.panel is not None:
        raise InvalidRequestError("area_is_linked", panel=area.panel)


def zone_meant(runtime: VerifiedResponseRuntime, wanted: str) -> Zone:
    """Return a zone by its sensor's entity id, its name or its id."""
    for zone in runtime.desk.premises.zones.values():
        if wanted in {zone.source, zone.name, zone.id}:
            return zone
    raise InvalidRequestError("zone_not_configured", name=wanted)
