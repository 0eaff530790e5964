"""Actions at doors: unlocked from afar for a while, locked again, and who came in."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.util import dt as dt_util

from .action_call import caller, doors_meant, incident_meant
from .core.access import PassageStatus, Preset
from .core.commands import CloseDoor, OpenDoor
from .core.effects import LockDoor, UnlockDoor
from .core.entries import EntryMethod
from .core.entry_history import EntryQuery, as_csv, door_entries
from .core.errors import InvalidRequestError
from .core.events import Event
from .engine.desk import Desk, event_of
from .engine.granting import wait_for
from .engine.ports import Record
from .runtime import VerifiedResponseRuntime
from .serialize import door_source, entry_summary

AT_DOORS = frozenset({"DoorReported", "PassageAsked", "PassageChanged"})
PASSED = {PassageStatus.OPENING: "pending", PassageStatus.OPEN: "unlocked"}
COLUMNS = ("at", "lock", "act", "method", "who", "credential", "proven", "grant_id", "raw")


async def unlock_door(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Unlock doors for a while; they lock again by themselves."""
    incident_id = incident_meant(runtime, call).id if call.data.get("incident_id") else None
    return await open_doors(
        runtime,
        doors_meant(runtime, call),
        preset=Preset.GUEST if incident_id is None else Preset.RESPONDER,
        by=caller(call),
        recipient=call.data["recipient"],
        hold=call.data.get("duration"),
        incident_id=incident_id,
    )


async def open_doors(
    runtime: VerifiedResponseRuntime,
    doors: Sequence[str],
    *,
    preset: Preset,
    by: str,
    recipient: str,
    hold: timedelta | None,
    incident_id: str | None,
) -> dict[str, Any]:
    """Open what may be opened, and say what came of each; raises InvalidRequestError when none may."""
    desk = runtime.desk
    asked: dict[str, str] = {}
    refused: dict[str, InvalidRequestError] = {}
    for door_id in doors:
        passage_id = runtime.ids.new_id()
        try:
            await desk.submit(
                OpenDoor(
                    new_id=passage_id,
                    door_id=door_id,
                    by=by,
                    preset=preset,
                    recipient=recipient,
                    hold_s=None if hold is None else int(hold.total_seconds()),
                    incident_id=incident_id,
                )
            )
        except InvalidRequestError as err:
            refused[door_id] = err
        else:
            asked[door_id] = passage_id
    if not asked:
        raise next(iter(refused.values()), InvalidRequestError("no_lock_chosen"))
    await wait_for(desk, lambda: not any(_opens(desk, *item) for item in asked.items()))
    opened = next(iter(asked.items()))
    until = [item.until for key, item in desk.state.passages.items() if asked.get(key) == item.id]
    ends = [moment for moment in until if moment is not None]
    return {
        "grant_id": opened[1],
        "code": None,
        "expires_at": max(ends).isoformat() if ends else None,
        "locks": [
            _failed(desk, door_id, refused[door_id].code)
            if door_id in refused
            else _passed(desk, door_id, asked[door_id])
            for door_id in doors
        ],
    }


def _opens(desk: Desk, door_id: str, passage_id: str) -> bool:
    passage = desk.state.passages.get(door_id)
    return (
        passage is not None and passage.id == passage_id and passage.status is PassageStatus.OPENING
    )


def _failed(desk: Desk, door_id: str, reason: str | None) -> dict[str, Any]:
    return {"entity_id": door_source(desk, door_id), "outcome": "failed", "reason": reason}


def _passed(desk: Desk, door_id: str, passage_id: str) -> dict[str, Any]:
    passage = desk.state.passages.get(door_id)
    if passage is None or passage.id != passage_id:
        outcome, reason = "relocked", None  # somebody was quicker
    else:
        outcome = PASSED.get(passage.status, "failed")
        reason = passage.reason or _last_error(desk, door_id, UnlockDoor)
    return {"entity_id": door_source(desk, door_id), "outcome": outcome, "reason": reason}


def _last_error(desk: Desk, door_id: str, kind: type[UnlockDoor | LockDoor]) -> str | None:
    """Return why a bolt did not move yet."""
    for pending in desk.state.effects.values():
        if isinstance(pending.effect, kind) and pending.effect.door_id == door_id:
            return pending.last_error
    return None


async def relock_door(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Lock doors that were unlocked from afar, and wait a while for their bolts."""
    return await close_doors(runtime, doors_meant(runtime, call), by=caller(call))


async def close_doors(
    runtime: VerifiedResponseRuntime, doors: Sequence[str], *, by: str
) -> dict[str, Any]:
    """Lock each; raises InvalidRequestError for a door that nobody holds unlocked."""
    desk = runtime.desk
    for door_id in doors:
        await desk.submit(CloseDoor(door_id=door_id, by=by))
    await wait_for(desk, lambda: desk.state.passages.keys().isdisjoint(doors))
    return {"locks": [_closed(desk, door_id) for door_id in doors]}


def _closed(desk: Desk, door_id: str) -> dict[str, Any]:
    held = door_id in desk.state.passages
    return {
        "entity_id": door_source(desk, door_id),
        "outcome": "pending" if held else "locked",
        "reason": _last_error(desk, door_id, LockDoor) if held else None,
    }


async def list_entries(runtime: VerifiedResponseRuntime, call: ServiceCall) -> ServiceResponse:
    """Say who came in and how, the newest first; as a table, too, where that is asked for."""
    desk = runtime.desk
    if call.data.get("door"):
        doors = doors_meant(runtime, call, field="door")
    else:  # also those that were removed from the configuration
        doors = list({**desk.premises.doors, **desk.state.door_said})
    records = [item for door_id in doors for item in await _of_door(runtime, door_id)]
    events = _events(records)
    recipients = await _recipients(runtime, events)
    query = _query(call.data)
    found = [item for item in door_entries(events, recipients) if query.wants(item)]
    found.sort(key=attrgetter("at"))
    found.reverse()
    rows = [entry_summary(item, desk) for item in found[: call.data["limit"]]]
    answer: dict[str, Any] = {"entries": rows}
    if call.data["format"] == "csv":
        answer["csv"] = as_csv(COLUMNS, rows)
    return answer


def _query(asked: Mapping[str, Any]) -> EntryQuery:
    since, until = asked.get("since"), asked.get("until")
    method = asked.get("method")
    return EntryQuery(
        since=None if since is None else dt_util.as_utc(since),
        until=None if until is None else dt_util.as_utc(until),
        method=None if method is None else EntryMethod(method),
        who=asked["who"],
        proven=asked.get("proven"),
    )


async def _of_door(runtime: VerifiedResponseRuntime, door_id: str) -> list[Record]:
    records = await runtime.journal.read(subject=door_id)
    return [item for item in records if item.kind in AT_DOORS]


def _events(records: Sequence[Record]) -> list[tuple[datetime, Event]]:
    read = ((item.at, event_of(item)) for item in records)
    return [(at, event) for at, event in read if event is not None]


async def _recipients(
    runtime: VerifiedResponseRuntime, events: Sequence[tuple[datetime, Event]]
) -> dict[str, str]:
    """Return whom the grants are for; those long gone are read from the journal."""
    grants = runtime.desk.state.grants
    named: dict[str, str] = {}
    for _, event in events:
        grant_id = getattr(event, "grant_id", None)
        if grant_id is None or grant_id in named:
            continue
        if grant_id in grants:
            named[grant_id] = grants[grant_id].recipient
            continue
        for record in await runtime.journal.read(subject=grant_id, limit=1):
            written = record.payload.get("grant")
            named[grant_id] = str(written.get("recipient", "")) if written else ""
    return named
