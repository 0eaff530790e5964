"""The port's promises, kept by every adapter and by the fake."""

import asyncio
import logging

import pytest
from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from homeassistant.setup import async_setup_component

from custom_components.verified_response.adapters.locks import HomeLocks
from custom_components.verified_response.core.errors import LockFailedError
from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import (
    FOREIGN,
    KEY,
    PIN,
    FakeLabelRig,
    FakeRig,
    FakeWriteOnlyRig,
    ManualRig,
    MatterRig,
    MatterServiceRig,
    SchlageRig,
    SchlageServiceRig,
    StandingRig,
    ZhaRig,
    ZhaServiceRig,
    ZwaveRig,
    ZwaveServiceRig,
    ZwaveUsersRig,
    ZwaveUsersServiceRig,
    fails,
    started,
)

BY_CODE = [FakeRig, ZwaveRig, ZwaveServiceRig]
BY_LABEL = [FakeLabelRig, ZwaveUsersRig, ZwaveUsersServiceRig, MatterRig, MatterServiceRig]
NUMBERED = [*BY_CODE, *BY_LABEL]
READABLE = [*NUMBERED, SchlageRig, SchlageServiceRig]
WRITE_ONLY = [FakeWriteOnlyRig, ManualRig, StandingRig, ZhaRig, ZhaServiceRig]
ALL = [*READABLE, *WRITE_ONLY]
QUIET = [ManualRig, StandingRig, ZwaveRig, ZwaveUsersRig, MatterRig, ZhaRig, SchlageRig]
FAKES = (FakeRig,)


def of(makes):
    return pytest.fixture(params=makes, ids=lambda make: make.__name__)


@of(ALL)
async def rig(request, hass):
    return await started(request.param, hass)


@of([make for make in ALL if make.numbered])
async def numbered(request, hass):
    return await started(request.param, hass)


@of(READABLE)
async def readable(request, hass):
    return await started(request.param, hass)


@of(NUMBERED)
async def many(request, hass):
    """A readable lock with ten places."""
    return await started(request.param, hass)


# --- every lock


async def test_a_code_comes_and_goes(rig):
    bounds = await rig.control.capabilities()
    assert bounds.read_back is rig.reads_back
    assert 4 <= bounds.min_length <= len(PIN) <= bounds.max_length
    assert await rig.control.known_codes() == frozenset()
    slot = await rig.control.free_slot(frozenset())
    assert (1 <= slot <= bounds.slots) if rig.numbered else (slot, bounds.slots) == (0, None)
    expected = WriteOutcome.CONFIRMED if rig.reads_back else WriteOutcome.UNVERIFIED
    assert await rig.control.set_code(slot, PIN, name="VR 4f2a9c") is expected
    assert rig.keypad.codes == {slot: PIN}
    cleared = rig.control.clear_code(slot, fingerprint=rig.mine(), name="VR 4f2a9c")
    assert await cleared is expected
    assert rig.keypad.codes == {}
    assert rig.keypad.history == [("set", slot), ("clear", slot)]


async def test_only_a_standing_code_is_told_beforehand(rig):
    told = await rig.control.standing_code()
    assert told == (PIN if isinstance(rig, StandingRig) else None)


async def test_an_unavailable_lock_is_told_before_anything_is_sent(rig):
    rig.go_unavailable()
    await fails(rig.write(), "lock_unavailable")
    await fails(rig.clear(), "lock_unavailable")
    assert rig.keypad.history == []


async def test_slots_in_use_by_grants_are_avoided_until_none_is_left(numbered):
    bounds = await numbered.control.capabilities()
    avoid = frozenset(range(1, bounds.slots + 1))
    spot = numbered.spot
    assert await numbered.control.free_slot(avoid - {spot}) == spot
    await fails(numbered.control.free_slot(avoid), "lock_full")


async def test_clearing_an_empty_slot_is_done_already(rig):
    await rig.clear()
    assert rig.keypad.codes == {}


async def test_cancelled_in_the_middle_the_lock_can_be_used_again(rig):
    if isinstance(rig, FAKES):
        rig.keypad.delay_s = 60
    else:
        rig.keypad.hang_s = 60
    task = asyncio.create_task(rig.write())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rig.keypad.delay_s = rig.keypad.hang_s = 0
    await rig.write()
    assert rig.keypad.codes == {rig.spot: PIN}


def test_unknown_door(hass):
    with pytest.raises(LockFailedError) as failed:
        HomeLocks(hass, {}, key=KEY).of("gate")
    assert failed.value.code == "lock_unknown"


# --- locks that can be read


async def test_a_write_that_is_lost_is_never_confirmed(readable):
    readable.keypad.writes_lost = True
    await fails(readable.write(), "lock_refused_code")
    readable.put(readable.spot, PIN, "VR 4f2a9c")
    await fails(readable.clear(), "lock_kept_code")


async def test_a_failed_read_is_never_empty(readable):
    readable.keypad.reads_fail = True
    await fails(readable.control.free_slot(frozenset()), "lock_unreadable")
    await fails(readable.write(), "lock_unreadable")
    await fails(readable.clear(), "lock_unreadable")
    assert readable.keypad.history == []


async def test_a_foreign_code_is_neither_overwritten_nor_cleared(many):
    many.put(3, FOREIGN, "Anna")
    await fails(many.write(), "lock_slot_taken")
    assert await many.clear() is WriteOutcome.CONFIRMED
    assert many.keypad.codes == {3: FOREIGN}
    assert many.keypad.history == []


async def test_a_free_slot_is_the_highest_that_holds_nothing(many):
    for slot, code in {10: FOREIGN, 9: "1111", 1: "2222"}.items():
        many.put(slot, code, f"Anna {slot}")
    assert await many.control.free_slot(frozenset({8})) == 7


async def test_a_full_lock(many):
    for slot in range(1, 11):
        many.put(slot, f"85027{slot}", f"Anna {slot}")
    await fails(many.control.free_slot(frozenset()), "lock_full")


async def test_the_same_code_again_is_confirmed_without_a_write(readable):
    readable.put(readable.spot, PIN, "VR 4f2a9c")
    assert await readable.write() is WriteOutcome.CONFIRMED
    assert readable.keypad.history == []


async def test_a_code_that_somebody_has_already_is_told_as_such(readable):
    readable.put(7, PIN, "Anna")
    readable.keypad.refuses_duplicates = True
    if isinstance(readable, ZwaveRig):
        readable.end.remembers = True
    await fails(readable.write(), "lock_code_duplicate")
    assert readable.keypad.codes == {7: PIN}
    assert getattr(readable.keypad, "empty_users", {}) == {}


# --- nothing tells the code


@pytest.mark.parametrize("make", QUIET, ids=lambda make: make.__name__)
async def test_our_part_puts_no_code_on_the_bus_in_a_trace_or_a_log(hass, caplog, make):
    assert await async_setup_component(hass, "trace", {})
    rig = await started(make, hass)
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    events = []
    stop = hass.bus.async_listen(MATCH_ALL, events.append)
    await rig.write()
    await rig.clear()
    rig.keypad.write_error = "the lock rejected"
    rig.keypad.writes_lost = True
    with pytest.raises(LockFailedError):
        await rig.write()
    await hass.async_block_till_done()
    stop()
    assert rig.keypad.history[:2] == [("set", rig.spot), ("clear", rig.spot)]
    assert [e for e in events if PIN in str(e.data) and not _is_the_owners(e)] == []
    assert PIN not in str(hass.data[DATA_TRACE])
    ours = [r for r in caplog.records if not r.name.startswith("homeassistant")]
    assert PIN not in "".join(map(logging.Formatter().format, ours))
    if make not in {ManualRig, StandingRig}:
        assert PIN not in caplog.text
        assert not any(e.event_type == EVENT_CALL_SERVICE for e in events)


def _is_the_owners(event):
    """Say whether it is the call that the owner's script makes, which is outside our reach."""
    return event.event_type == EVENT_CALL_SERVICE and event.data["domain"] == "owners_lock"
