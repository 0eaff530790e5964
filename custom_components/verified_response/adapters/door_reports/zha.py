"""ZHA: the lock's operation event, in any of the shapes in which ZHA has put it on the bus.

Places are counted as ZHA's own actions count them (`code_slot`): the lock's user number and one.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from homeassistant.core import Event, HomeAssistant, callback

from ...core.entries import DoorAct, DoorReport, EntryMethod
from ..doors import Doors
from .parts import Say, place

PLATFORM: Final = "zha"
EVENT: Final = "zha_event"
COMMAND: Final = "operation_event_notification"
OPERATIONS: Final = (
    "unknownormfgspecific",
    "lock",
    "unlock",
    "lockfailureinvalidpinorid",
    "lockfailureinvalidschedule",
    "unlockfailureinvalidpinorid",
    "unlockfailureinvalidschedule",
    "ontouchlock",  # as zigpy spells it
    "keylock",
    "keyunlock",
    "autolock",
    "schedulelock",
    "scheduleunlock",
    "manuallock",
    "manualunlock",
    "nonaccessuseroperationalevent",
)
"""By number (ZCL, Door Lock, operation event codes), without capitals and marks."""
SOURCES: Final = ("keypad", "rf", "manual", "rfid")
ACTS: Final[Mapping[str, tuple[DoorAct, EntryMethod | None]]] = {
    "lock": (DoorAct.LOCKED, None),
    "unlock": (DoorAct.UNLOCKED, None),
    "lockfailureinvalidpinorid": (DoorAct.REFUSED, None),
    "lockfailureinvalidschedule": (DoorAct.REFUSED, None),
    "unlockfailureinvalidpinorid": (DoorAct.REFUSED, None),
    "unlockfailureinvalidschedule": (DoorAct.REFUSED, None),
    "ontouchlock": (DoorAct.LOCKED, EntryMethod.MANUAL),
    "onetouchlock": (DoorAct.LOCKED, EntryMethod.MANUAL),
    "keylock": (DoorAct.LOCKED, EntryMethod.MANUAL),
    "keyunlock": (DoorAct.UNLOCKED, EntryMethod.MANUAL),
    "autolock": (DoorAct.LOCKED, EntryMethod.AUTO),
    "schedulelock": (DoorAct.LOCKED, EntryMethod.AUTO),
    "scheduleunlock": (DoorAct.UNLOCKED, EntryMethod.AUTO),
    "manuallock": (DoorAct.LOCKED, EntryMethod.MANUAL),
    "manualunlock": (DoorAct.UNLOCKED, EntryMethod.MANUAL),
}
"""What was done; None: by what its source says."""
METHODS: Final[Mapping[str, EntryMethod]] = {
    "keypad": EntryMethod.KEYPAD,
    "rf": EntryMethod.REMOTE,
    "manual": EntryMethod.MANUAL,
    "rfid": EntryMethod.TAG,
    "passwordunlock": EntryMethod.KEYPAD,  # this and the next two: Yale's own sources
    "rfidunlock": EntryMethod.TAG,
    "fingerprintunlock": EntryMethod.BIOMETRIC,
}
NAMES_NOBODY: Final = frozenset({"lockfailureinvalidpinorid", "unlockfailureinvalidpinorid"})
RAW_FIELDS: Final = 3
"""Source, operation and user come first; the code that was typed may come right behind them."""


class _Operation(NamedTuple):
    source: str
    name: str
    slot: int | None


def listen(
    hass: HomeAssistant, doors: Doors, say: Say, *, now: Callable[[], datetime]
) -> Callable[[], None]:
    """Say what the doors' ZHA locks report; return what ends it."""

    @callback
    def happened(event: Event) -> None:
        data = event.data
        if data.get("command") != COMMAND:
            return
        operation = _read(data)
        told = None if operation is None else ACTS.get(operation.name)
        if operation is None or told is None:
            return
        act, method = told
        slot = None if operation.name in NAMES_NOBODY else operation.slot
        raw = {"source": operation.source, "operation": operation.name}
        for door_id in doors.on_device(data.get("device_id"), PLATFORM):
            say(
                DoorReport(
                    at=now(),
                    door_id=door_id,
                    act=act,
                    method=method or METHODS.get(operation.source, EntryMethod.UNKNOWN),
                    slot=slot,
                    raw=raw if slot is None else raw | {"code_slot": str(slot)},
                )
            )

    return hass.bus.async_listen(EVENT, happened)


def _read(data: Mapping[str, object]) -> _Operation | None:
    """Return the operation from ZHA's own words, or from the lock's raw ones."""
    for said in (data.get("params"), data.get("args")):
        if isinstance(said, Mapping):
            if "operation" in said:
                return _operation(
                    said.get("source"), said["operation"], place(said.get("code_slot"), first=1)
                )
            if "operation_event_code" in said:
                return _raw(
                    said.get("operation_event_source"),
                    said["operation_event_code"],
                    said.get("user_id"),
                )
        elif isinstance(said, list | tuple) and len(said) >= RAW_FIELDS:
            return _raw(*said[:RAW_FIELDS])
    return None


def _raw(source: object, operation: object, user: object) -> _Operation:
    number = place(user, first=0)
    return _operation(source, operation, None if number is None else number + 1)


def _operation(source: object, operation: object, slot: int | None) -> _Operation:
    by, name = _word(source, SOURCES), _word(operation, OPERATIONS)
    if by in ACTS and (name not in ACTS or ACTS[by][0] is DoorAct.REFUSED):
        name = by  # Yale: what was done is in its source, too
    return _Operation(by, name, slot)


def _word(value: object, numbered: tuple[str, ...]) -> str:
    """Return an enumeration's member, its number or its name as one word."""
    name = getattr(value, "name", value)
    if isinstance(name, int) and not isinstance(name, bool):
        return numbered[name] if 0 <= name < len(numbered) else ""
    return "".join(filter(str.isalpha, name.casefold())) if isinstance(name, str) else ""
