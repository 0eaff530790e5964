"""A real Z-Wave JS server and driver with a simulated lock, under Home Assistant's own zwave_js."""

import asyncio
import secrets

import pytest
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.adapters.locks import HomeLocks, family_of
from custom_components.verified_response.adapters.locks.zwave_credentials import (
    ZwaveCredentialsLock,
)
from custom_components.verified_response.core.errors import LockFailedError
from custom_components.verified_response.core.premises import Door, LockFamily
from custom_components.verified_response.engine.lock_ports import WriteOutcome

pytestmark = [pytest.mark.real, pytest.mark.slow]

OWNERS_CODE, PIN = "850273", "473916"


@pytest.fixture
async def lock(hass, zwave_server):
    """The lock entity that the real integration makes of the node."""
    entry = MockConfigEntry(
        domain="zwave_js",
        title="Z-Wave",
        data={"url": zwave_server, "use_addon": False, "integration_created_addon": False},
        unique_id=str(0x5EED0001),
        minor_version=1,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for _ in range(300):
        if hass.states.async_entity_ids("lock"):
            break
        await asyncio.sleep(0.2)
    [entity_id] = hass.states.async_entity_ids("lock")
    yield entity_id
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def usercode(hass, entity_id, slot):
    """What Home Assistant's own service says."""
    answer = await hass.services.async_call(
        "zwave_js",
        "get_lock_usercode",
        {"code_slot": slot},
        target={"entity_id": entity_id},
        blocking=True,
        return_response=True,
    )
    return answer[entity_id][str(slot)]


async def becomes(hass, entity_id, slot, expected):
    """Poll the service: the driver's memory lags behind the lock."""
    for _ in range(60):
        if await usercode(hass, entity_id, slot) == expected:
            return
        await asyncio.sleep(0.3)
    assert await usercode(hass, entity_id, slot) == expected


async def test_a_code_lives_and_is_gone_and_nobody_else_heard_it(hass, lock, caplog):
    assert family_of(hass, lock) is LockFamily.ZWAVE_JS
    door = Door(id="front", name="Front door", source=lock, family=LockFamily.ZWAVE_JS)
    locks = HomeLocks(hass, {"front": door}, key=secrets.token_bytes(32))
    control = locks.of("front")
    bounds = await control.capabilities()
    assert (bounds.slots, bounds.read_back) == (20, True)
    assert bounds.min_length <= len(PIN) <= bounds.max_length

    # The owner's own code, written by other hands, sits in the highest slot.
    assert await control.set_code(20, OWNERS_CODE, name="x") is WriteOutcome.CONFIRMED
    slot = await control.free_slot(frozenset({19}))
    assert slot == 18

    events = []
    stop = hass.bus.async_listen(MATCH_ALL, events.append)
    assert await control.set_code(slot, PIN, name="Engine 5") is WriteOutcome.CONFIRMED
    await becomes(hass, lock, slot, {"usercode": PIN, "in_use": True})

    mine = locks.fingerprint(PIN)
    assert await control.clear_code(20, fingerprint=mine) is WriteOutcome.CONFIRMED
    await becomes(hass, lock, 20, {"usercode": OWNERS_CODE, "in_use": True})

    assert await control.clear_code(slot, fingerprint=mine) is WriteOutcome.CONFIRMED
    await becomes(hass, lock, slot, {"usercode": "", "in_use": False})
    assert await control.free_slot(frozenset({19})) == slot
    assert await usercode(hass, lock, 20) == {"usercode": OWNERS_CODE, "in_use": True}
    stop()

    assert [event for event in events if PIN in str(event.data)] == []
    called = [e.data["service"] for e in events if e.event_type == EVENT_CALL_SERVICE]
    assert set(called) == {"get_lock_usercode"}
    own = [r for r in caplog.records if not r.name.startswith("zwave_js_server")]
    assert PIN not in "".join(record.getMessage() for record in own)


async def users(hass, entity_id):
    """What Home Assistant's own service says: names and slots by user id."""
    answer = await hass.services.async_call(
        "zwave_js",
        "get_users",
        {},
        target={"entity_id": entity_id},
        blocking=True,
        return_response=True,
    )
    return {
        user["user_id"]: (user["user_name"], [item["slot"] for item in user["credentials"]])
        for user in answer[entity_id]["users"]
    }


@pytest.mark.parametrize("keypad", ["users.cjs"])
async def test_a_user_of_ours_lives_and_is_gone_and_nobody_else_heard_the_code(hass, lock, caplog):
    door = Door(id="front", name="Front door", source=lock, family=LockFamily.ZWAVE_JS)
    locks = HomeLocks(hass, {"front": door}, key=secrets.token_bytes(32))
    control = locks.of("front")
    assert isinstance(control, ZwaveCredentialsLock)
    bounds = await control.capabilities()
    assert (bounds.slots, bounds.min_length, bounds.max_length) == (10, 4, 10)

    # The owner's own user, written by other hands, sits in the highest place.
    assert await control.set_code(10, OWNERS_CODE, name="Anna") is WriteOutcome.CONFIRMED
    slot = await control.free_slot(frozenset({9}))
    assert slot == 8

    events = []
    stop = hass.bus.async_listen(MATCH_ALL, events.append)
    with pytest.raises(LockFailedError) as failed:
        await control.set_code(slot, OWNERS_CODE, name="VR 4f2a9c")
    assert failed.value.code == "lock_code_duplicate"
    assert await users(hass, lock) == {10: ("Anna", [10])}

    assert await control.set_code(slot, PIN, name="VR 4f2a9c") is WriteOutcome.CONFIRMED
    assert await users(hass, lock) == {8: ("VR 4f2a9c", [8]), 10: ("Anna", [10])}
    assert await control.set_code(slot, PIN, name="VR 4f2a9c") is WriteOutcome.CONFIRMED

    mine = locks.fingerprint(PIN)
    cleared = await control.clear_code(10, fingerprint=mine, name="VR 4f2a9c")
    assert cleared is WriteOutcome.CONFIRMED
    assert 10 in await users(hass, lock)
    cleared = await control.clear_code(slot, fingerprint=mine, name="VR 4f2a9c")
    assert cleared is WriteOutcome.CONFIRMED
    assert await users(hass, lock) == {10: ("Anna", [10])}
    assert await control.free_slot(frozenset({9})) == slot
    stop()

    assert [event for event in events if PIN in str(event.data)] == []
    called = [e.data["service"] for e in events if e.event_type == EVENT_CALL_SERVICE]
    assert set(called) == {"get_users"}
    own = [r for r in caplog.records if not r.name.startswith("zwave_js_server")]
    assert PIN not in "".join(record.getMessage() for record in own)
