"""Z-Wave JS: which notification means what, and which of its words are kept."""

from dataclasses import replace
from typing import Any

import pytest
from homeassistant.helpers import entity_registry as er
from zwave_js_server.const.command_class.notification import (
    AccessControlNotificationEvent as Access,
)
from zwave_js_server.const.command_class.notification import HomeSecurityNotificationEvent as Home
from zwave_js_server.const.command_class.notification import NotificationType

from custom_components.verified_response.adapters.door_reports.zwave import EVENT, TOLD
from custom_components.verified_response.core.entries import DoorAct, EntryMethod

from .kit import CODE, HOUSE, Ear

LOCKED, UNLOCKED = DoorAct.LOCKED, DoorAct.UNLOCKED
REFUSED, LOCKED_OUT = DoorAct.REFUSED, DoorAct.LOCKED_OUT
KEYPAD, MANUAL, REMOTE = EntryMethod.KEYPAD, EntryMethod.MANUAL, EntryMethod.REMOTE
AUTO, UNKNOWN = EntryMethod.AUTO, EntryMethod.UNKNOWN


def notice(device_id: str, event: int = 6, **changes: Any) -> dict[str, Any]:
    """Return a notification as Home Assistant's Z-Wave JS fires it."""
    return {
        "domain": "zwave_js",
        "node_id": 12,
        "home_id": 3245146787,
        "endpoint": 0,
        "device_id": device_id,
        "command_class": 113,
        "command_class_name": "Notification",
        "label": "Access Control",
        "type": 6,
        "event": event,
        "event_label": "Keypad unlock operation",
        "parameters": {"userId": 7},
        **changes,
    }


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Access.MANUAL_LOCK_OPERATION, (LOCKED, MANUAL, 7, "")),
        (Access.MANUAL_UNLOCK_OPERATION, (UNLOCKED, MANUAL, 7, "")),
        (Access.RF_LOCK_OPERATION, (LOCKED, REMOTE, 7, "")),
        (Access.RF_UNLOCK_OPERATION, (UNLOCKED, REMOTE, 7, "")),
        (Access.KEYPAD_LOCK_OPERATION, (LOCKED, KEYPAD, 7, "")),
        (Access.KEYPAD_UNLOCK_OPERATION, (UNLOCKED, KEYPAD, 7, "")),
        (Access.AUTO_LOCK_LOCKED_OPERATION, (LOCKED, AUTO, 7, "")),
        (Access.KEYPAD_STATE_KEYPAD_TEMPORARY_DISABLED, (LOCKED_OUT, KEYPAD, None, "")),
        (
            Access.MANUALLY_ENTER_USER_ACCESS_CODE_EXCEEDS_CODE_LIMIT,
            (LOCKED_OUT, KEYPAD, None, ""),
        ),
        (Access.UNLOCK_BY_RF_WITH_INVALID_USER_CODE, (REFUSED, REMOTE, None, "")),
        (Access.LOCKED_BY_RF_WITH_INVALID_USER_CODE, (REFUSED, REMOTE, None, "")),
        (Access.LOCK_OPERATION_WITH_USER_CODE, (LOCKED, KEYPAD, 7, "")),
        (Access.UNLOCK_OPERATION_WITH_USER_CODE, (UNLOCKED, KEYPAD, 7, "")),
        (Access.CREDENTIAL_LOCK_OPEN_OPERATION, (LOCKED, UNKNOWN, 7, "")),
        (Access.CREDENTIAL_UNLOCK_CLOSE_OPERATION, (UNLOCKED, UNKNOWN, 7, "")),
        (Access.INVALID_CREDENTIAL_USED, (REFUSED, UNKNOWN, None, "")),
    ],
)
async def test_what_was_done_by_what_and_by_whom(
    ear: Ear, event: Access, told: tuple[object, ...]
) -> None:
    device_id = ear.add("zwave_js")
    ear.listen()
    await ear.fire(EVENT, notice(device_id, event.value))
    assert ear.told == [told]
    assert ear.said[0].at == ear.clock.now()


async def test_a_wrong_code_told_as_tampering(ear: Ear) -> None:
    device_id = ear.add("zwave_js")
    ear.listen()
    wrong = Home.TAMPERING_INVALID_CODE
    await ear.fire(EVENT, notice(device_id, wrong.value, type=7))
    assert ear.told == [(REFUSED, KEYPAD, None, "")]


def test_every_notification_has_a_name_in_the_registry_of_zwave() -> None:
    for kind, event in TOLD:
        known = Access if kind == NotificationType.ACCESS_CONTROL else Home
        assert event in {item.value for item in known}


@pytest.mark.parametrize(
    "event",
    [
        Access.IDLE,
        Access.AUTO_LOCK_NOT_FULLY_LOCKED_OPERATION,
        Access.MANUAL_NOT_FULLY_LOCKED_OPERATION,
        Access.RF_NOT_FULLY_LOCKED_OPERATION,
        Access.LOCK_STATE_LOCK_JAMMED,
        Access.NEW_USER_CODE_ADDED,
        Access.SINGLE_USER_CODE_DELETED,
        Access.NON_ACCESS_CREDENTIAL_ENTERED_VIA_LOCAL_INTERFACE,
        Access.DOOR_STATE_WINDOW_DOOR_IS_OPEN,
    ],
)
async def test_what_is_neither_entry_nor_attempt(ear: Ear, event: Access) -> None:
    device_id = ear.add("zwave_js")
    ear.listen()
    await ear.fire(EVENT, notice(device_id, event.value))
    assert ear.said == []


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        {},
        {"userId": "7"},
        {"userId": 0},
        {"userId": True},
        {"userId": -1},
        {"type": "Buffer", "data": [7]},
        [7],
    ],
)
async def test_whose_code_it_was_may_be_unknown(ear: Ear, parameters: object) -> None:
    device_id = ear.add("zwave_js")
    ear.listen()
    await ear.fire(EVENT, notice(device_id, parameters=parameters))
    assert ear.told == [(UNLOCKED, KEYPAD, None, "")]


async def test_only_named_words_of_the_event_are_kept_and_never_a_code(ear: Ear) -> None:
    device_id = ear.add("zwave_js")
    ear.listen()
    parameters = {"userId": 7, "userCode": CODE, "code": int(CODE)}
    await ear.fire(EVENT, notice(device_id, parameters=parameters, event_data=CODE))
    [report] = ear.said
    assert report.raw == {
        "type": "6",
        "event": "6",
        "event_label": "Keypad unlock operation",
        "user_id": "7",
    }
    assert CODE not in repr(report)


async def test_a_label_that_is_a_code_is_not_kept(ear: Ear) -> None:
    device_id = ear.add("zwave_js")
    ear.listen()
    await ear.fire(EVENT, notice(device_id, event_label=CODE))
    assert CODE not in repr(ear.said)
    assert len(ear.said) == 1


async def test_a_lock_that_was_renamed_is_found_by_what_it_is(ear: Ear) -> None:
    """Its entity is looked up when it speaks, not when the entry was loaded."""
    ear.listen()
    device_id = ear.add("zwave_js")
    await ear.fire(EVENT, notice(device_id))
    assert len(ear.told) == 1


async def test_of_other_devices_and_after_the_end_nothing_is_said(ear: Ear) -> None:
    device_id = ear.add("zwave_js")
    other = ear.add("zwave_js", "shed")
    ear.listen()
    await ear.fire(EVENT, notice(other))
    await ear.fire(EVENT, notice(device_id) | {"device_id": None})
    ear.end()
    await ear.fire(EVENT, notice(device_id))
    assert ear.said == []


async def test_a_lock_without_a_device_is_not_every_devices(ear: Ear) -> None:
    er.async_get(ear.hass).async_get_or_create(
        "lock", "zwave_js", "front", suggested_object_id="front"
    )
    ear.listen()
    await ear.fire(EVENT, notice("") | {"device_id": None})
    assert ear.said == []


async def test_states_of_a_zwave_lock_are_not_counted_beside_its_notifications(ear: Ear) -> None:
    device_id = ear.add("zwave_js")
    await ear.state("locked")
    ear.listen()
    await ear.fire(EVENT, notice(device_id))
    await ear.state("unlocked")
    assert ear.told == [(UNLOCKED, KEYPAD, 7, "")]


async def test_the_notifications_of_another_integration_are_nobodys(ear: Ear) -> None:
    device_id = ear.add("matter")
    ear.listen()
    await ear.fire(EVENT, notice(device_id))
    assert ear.said == []


async def test_a_door_is_found_by_its_registry_id_after_its_entity_was_renamed(ear: Ear) -> None:
    device_id = ear.add("zwave_js")
    registry = er.async_get(ear.hass)
    entry = registry.async_get("lock.front")
    assert entry is not None
    door = replace(HOUSE.doors["front"], registry_id=entry.id)
    house = replace(HOUSE, doors={"front": door})
    ear.listen(house)
    registry.async_update_entity("lock.front", new_entity_id="lock.entrance")
    await ear.fire(EVENT, notice(device_id))
    assert ear.told == [(UNLOCKED, KEYPAD, 7, "")]
