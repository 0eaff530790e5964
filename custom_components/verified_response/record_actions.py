"""Actions that read what was written down."""

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util import dt as dt_util

from .action_call import incident_meant
from .core.rules.dispatch import is_visible
from .runtime import VerifiedResponseRuntime
from .serialize import incident_summary, timeline


async def list_incidents(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """List the incidents that may be shown, the newest first."""
    since = call.data.get("since")
    return {
        "incidents": [
            incident_summary(incident, runtime.desk.premises)
            for incident in reversed(list(runtime.desk.state.incidents.values()))
            if is_visible(incident)
            and (incident.is_open or not call.data["open_only"])
            and (since is None or incident.opened_at >= dt_util.as_utc(since))
        ]
    }


async def get_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Return one incident with its timeline."""
    incident = incident_meant(runtime, call, ended=True)
    records = await runtime.journal.read(subject=incident.id)
    premises = runtime.desk.premises
    return incident_summary(incident, premises) | {"timeline": timeline(records, premises)}


async def verify_journal(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Recompute the chain of the journal."""
    del call
    result = await runtime.journal.verify()
    return {
        "records": result.records,
        "intact": result.intact,
        "first_broken": result.first_broken,
    }
