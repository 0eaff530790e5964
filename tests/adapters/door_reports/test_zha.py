"""ZHA: every shape in which an operation event has been seen on the bus."""

from enum import IntEnum
from typing import Any

import pytest

from custom_components.verified_response.adapters.door_reports.zha import EVENT
from custom_components.verified_response.core.entries import DoorAct, EntryMethod

from .kit import CODE, Ear

LOCKED, UNLOCKED, REFUSED = DoorAct.LOCKED, DoorAct.UNLOCKED, DoorAct.REFUSED
KEYPAD, MANUAL, REMOTE = EntryMethod.KEYPAD, EntryMethod.MANUAL, EntryMethod.REMOTE
TAG, BIOMETRIC, AUTO = EntryMethod.TAG, EntryMethod.BIOMETRIC, EntryMethod.AUTO
UNKNOWN = EntryMethod.UNKNOWN


class Source(IntEnum):
    """As zigpy's enumerations are: numbers with names."""

    Keypad = 0
    RF = 1


class Operation(IntEnum):
    Unlock = 2
    UnlockFailureInvalidPINorID = 5


class YaleSource(IntEnum):
    PasswordUnlock = 0
    FingerprintUnlock = 4
    UnlockFailureInvalidPinOrId = 5


def happened(device_id: str, args: object, params: object = None) -> dict[str, Any]:
    """Return an event as ZHA fires it."""
    return {
        "device_ieee": "00:0d:6f:00:0b:90:57:f6",
        "device_id": device_id,
        "unique_id": "00:0d:6f:00:0b:90:57:f6:1:0x0101",
        "endpoint_id": 1,
        "cluster_id": 257,
        "command": "operation_event_notification",
        "args": args,
        "params": {} if params is None else params,
    }


def in_words(source: str, operation: str, slot: object = 7) -> dict[str, object]:
    return {"source": source, "operation": operation, "code_slot": slot}


@pytest.mark.parametrize(
    ("source", "operation", "told"),
    [
        ("Keypad", "Unlock", (UNLOCKED, KEYPAD, 7, "")),
        ("Keypad", "Lock", (LOCKED, KEYPAD, 7, "")),
        ("RF", "Unlock", (UNLOCKED, REMOTE, 7, "")),
        ("Manual", "Unlock", (UNLOCKED, MANUAL, 7, "")),
        ("RFID", "Unlock", (UNLOCKED, TAG, 7, "")),
        ("Indeterminate", "Unlock", (UNLOCKED, UNKNOWN, 7, "")),
        ("undefined_0x04", "Unlock", (UNLOCKED, UNKNOWN, 7, "")),
        ("Manual", "OnTouchLock", (LOCKED, MANUAL, 7, "")),
        ("Indeterminate", "KeyUnlock", (UNLOCKED, MANUAL, 7, "")),
        ("Manual", "AutoLock", (LOCKED, AUTO, 7, "")),
        ("Indeterminate", "ScheduleUnlock", (UNLOCKED, AUTO, 7, "")),
        ("Keypad", "Manual_Unlock", (UNLOCKED, MANUAL, 7, "")),
        ("Keypad", "UnlockFailureInvalidPINorID", (REFUSED, KEYPAD, None, "")),
        ("Keypad", "LockFailureInvalidPINorID", (REFUSED, KEYPAD, None, "")),
        ("Keypad", "UnlockFailureInvalidSchedule", (REFUSED, KEYPAD, 7, "")),
        ("FingerprintUnlock", "Unlock", (UNLOCKED, BIOMETRIC, 7, "")),
        ("PasswordUnlock", "Unlock", (UNLOCKED, KEYPAD, 7, "")),
        ("AutoLock", "UnknownOrMfgSpecific", (LOCKED, AUTO, 7, "")),
        ("UnlockFailureInvalidPinOrId", "Unlock", (REFUSED, UNKNOWN, None, "")),
    ],
)
async def test_in_zhas_own_words(
    ear: Ear, source: str, operation: str, told: tuple[object, ...]
) -> None:
    device_id = ear.add("zha")
    ear.listen()
    await ear.fire(EVENT, happened(device_id, in_words(source, operation)))
    assert ear.told == [told]


RAW = {"operation_event_source": 0, "operation_event_code": 2, "user_id": 6, "pin": CODE}


@pytest.mark.parametrize(
    ("args", "params", "told"),
    [
        ([0, 2, 6, CODE, 0, ""], None, (UNLOCKED, KEYPAD, 7, "")),
        ((0, 2, 6), None, (UNLOCKED, KEYPAD, 7, "")),
        ([0, 2, 6, CODE], RAW, (UNLOCKED, KEYPAD, 7, "")),
        (RAW, None, (UNLOCKED, KEYPAD, 7, "")),
        ([Source.Keypad, Operation.Unlock, 6, CODE], None, (UNLOCKED, KEYPAD, 7, "")),
        ([Source.RF, Operation.Unlock, 0xFFFF, ""], None, (UNLOCKED, REMOTE, None, "")),
        ([YaleSource.FingerprintUnlock, 2, 1], None, (UNLOCKED, BIOMETRIC, 2, "")),
        (
            [Source.Keypad, Operation.UnlockFailureInvalidPINorID, 6, CODE],
            None,
            (REFUSED, KEYPAD, None, ""),
        ),
        ([99, 2, None], None, (UNLOCKED, UNKNOWN, None, "")),
    ],
)
async def test_in_the_locks_raw_ones(
    ear: Ear, args: object, params: object, told: tuple[object, ...]
) -> None:
    """The user's number of the lock and one is the place by ZHA's own actions."""
    device_id = ear.add("zha")
    ear.listen()
    await ear.fire(EVENT, happened(device_id, args, params))
    assert ear.told == [told]
    assert CODE not in repr(ear.said), "the typed code comes right behind the user"


@pytest.mark.parametrize(
    "args",
    [
        in_words("Keypad", "UnknownOrMfgSpecific"),
        in_words("Keypad", "Non_Access_User_Operational_Event"),
        in_words("Keypad", "something new"),
        [0, 99, 6],
        [0, 2],
        [0, None, 6],
        {},
        None,
        "Unlock",
    ],
)
async def test_what_says_nothing_of_the_door(ear: Ear, args: object) -> None:
    device_id = ear.add("zha")
    ear.listen()
    await ear.fire(EVENT, happened(device_id, args))
    await ear.fire(EVENT, happened(device_id, [0, 2, 6]) | {"command": "toggle"})
    assert ear.said == []


@pytest.mark.parametrize("slot", [0, 65536, "7", None, True])
async def test_a_place_that_is_none(ear: Ear, slot: object) -> None:
    device_id = ear.add("zha")
    ear.listen()
    await ear.fire(EVENT, happened(device_id, in_words("Keypad", "Unlock", slot)))
    assert ear.told == [(UNLOCKED, KEYPAD, None, "")]


async def test_only_named_words_are_kept(ear: Ear) -> None:
    device_id = ear.add("zha")
    ear.listen()
    said = in_words("Keypad", "Unlock") | {"pin": CODE}
    await ear.fire(EVENT, happened(device_id, said))
    assert ear.said[0].raw == {"source": "keypad", "operation": "unlock", "code_slot": "7"}


async def test_each_event_once_and_of_its_own_lock_alone(ear: Ear) -> None:
    device_id = ear.add("zha")
    other = ear.add("zha", "shed")
    await ear.state("locked")
    ear.listen()
    await ear.fire(EVENT, happened(other, [0, 2, 6]))
    await ear.fire(EVENT, happened(device_id, [0, 2, 6]))
    await ear.state("unlocked")
    assert ear.told == [(UNLOCKED, KEYPAD, 7, "")]
    ear.end()
    await ear.fire(EVENT, happened(device_id, [0, 2, 6]))
    assert len(ear.told) == 1
