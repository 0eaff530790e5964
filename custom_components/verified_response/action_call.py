"""What every action reads from its call: who asks, and which incident is meant."""

from collections.abc import Callable, Coroutine
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse

from .core.errors import InvalidRequestError
from .core.incident import Incident
from .core.rules.dispatch import is_visible
from .runtime import VerifiedResponseRuntime

type Answer = Coroutine[Any, Any, ServiceResponse]
type Handler = Callable[[VerifiedResponseRuntime, ServiceCall], Answer]


def caller(call: ServiceCall) -> str:
    """Return who asks, as it is journalled."""
    return f"user:{call.context.user_id}" if call.context.user_id else "automation"


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
