"""Actions that read what was written down."""

from collections.abc import Sequence

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util import dt as dt_util

from .action_call import incident_meant
from .core.errors import InvalidRequestError
from .core.events import POLICY
from .core.rules.dispatch import is_visible
from .core.rules.replay import read, replay
from .engine.ports import Record
from .runtime import VerifiedResponseRuntime
from .serialize import exported, incident_summary, replay_summary, timeline


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
    """Return one incident with its timeline, and the records to replay it by where they are asked for."""
    incident = incident_meant(runtime, call, ended=True)
    records = await runtime.journal.read(subject=incident.id)
    premises = runtime.desk.premises
    answer = incident_summary(incident, premises) | {"timeline": timeline(records, premises)}
    if call.data["records"]:
        answer["records"] = exported(await _with_numbers(runtime, records))
    return answer


async def replay_incident(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Feed one incident through the rules and numbers of today; nothing is changed."""
    incident = incident_meant(runtime, call, ended=True)
    records = await runtime.journal.read(subject=incident.id)
    reading = read(exported(await _with_numbers(runtime, records)))
    if not reading.recordings:
        raise InvalidRequestError("incident_not_recorded")
    premises = runtime.desk.premises
    played = replay(reading.recordings[0], premises.policy)
    return replay_summary(played, reading, premises)


async def _with_numbers(
    runtime: VerifiedResponseRuntime, records: Sequence[Record]
) -> list[Record]:
    """Return the records of an incident with those of the numbers that were in force."""
    numbers = await runtime.journal.read(subject=POLICY)
    if not records:
        return []
    first, last = records[0].seq, records[-1].seq
    before = [item for item in numbers if item.seq < first][-1:]
    meanwhile = [item for item in numbers if first < item.seq < last]
    return sorted((*before, *records, *meanwhile), key=lambda item: item.seq)


async def verify_journal(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Recompute the chain of the journal."""
    del call
    result = await runtime.journal.verify()
    return {
        "records": result.records,
        "intact": result.intact,
        "first_broken": result.first_broken,
    }
