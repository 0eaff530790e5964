"""The port's promises, kept by every adapter and by the fake; then what is special to each family."""

import asyncio
import logging
import stat
from itertools import cycle

import pytest
from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.verified_response.adapters.locks import HomeLocks, family_of, load_key
from custom_components.verified_response.adapters.locks.zwave_reading import (
    EMPTY,
    HIDDEN,
    UNKNOWN,
    from_lock,
    from_memory,
)
from custom_components.verified_response.core.errors import LockFailedError
from custom_components.verified_response.core.premises import Door, LockFamily
from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import (
    KEY,
    LOCK,
    FakeRig,
    FakeWriteOnlyRig,
    ManualRig,
    ZwaveRig,
    ZwaveServiceRig,
)

PIN = "473916"
FOREIGN = "850273"
READABLE = [FakeRig, ZwaveRig, ZwaveServiceRig]
ALL = [*READABLE, FakeWriteOnlyRig, ManualRig]
QUIET = [ManualRig, ZwaveRig]


async def started(make, hass):
    rig = make()
    await rig.start(hass)
    await hass.async_block_till_done()
    return rig


@pytest.fixture(params=ALL, ids=lambda make: make.__name__)
async def rig(request, hass):
    return await started(request.param, hass)


@pytest.fixture(params=READABLE, ids=lambda make: make.__name__)
async def readable(request, hass):
    return await started(request.param, hass)


@pytest.fixture(params=[ZwaveRig, ZwaveServiceRig], ids=lambda make: make.__name__)
async def zwave(request, hass):
    return await started(request.param, hass)


@pytest.fixture
async def manual(hass):
    return await started(ManualRig, hass)


async def fails(work, code):
    with pytest.raises(LockFailedError) as failed:
        await work
    assert failed.value.code == code
    assert PIN not in f"{failed.value!r}{failed.value.placeholders}"
    return failed.value


# --- every lock


async def test_a_code_comes_and_goes(rig):
    bounds = await rig.control.capabilities()
    assert bounds.read_back is rig.reads_back
    assert 4 <= bounds.min_length <= bounds.max_length
    slot = await rig.control.free_slot(frozenset())
    assert 1 <= slot <= bounds.slots
    expected = WriteOutcome.CONFIRMED if rig.reads_back else WriteOutcome.UNVERIFIED
    assert await rig.control.set_code(slot, PIN, name="Engine 5") is expected
    assert rig.keypad.codes == {slot: PIN}
    mine = rig.locks.fingerprint(PIN)
    assert await rig.control.clear_code(slot, fingerprint=mine) is expected
    assert rig.keypad.codes == {}


async def test_an_unavailable_lock_is_told_before_anything_is_sent(rig):
    rig.go_unavailable()
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_unavailable")
    await fails(rig.control.clear_code(3, fingerprint=None), "lock_unavailable")
    assert rig.keypad.history == []


async def test_slots_in_use_by_grants_are_avoided_until_none_is_left(rig):
    bounds = await rig.control.capabilities()
    avoid = frozenset(range(1, bounds.slots + 1))
    assert await rig.control.free_slot(avoid - {4}) == 4
    await fails(rig.control.free_slot(avoid), "lock_full")


async def test_clearing_an_empty_slot_is_done_already(rig):
    await rig.control.clear_code(3, fingerprint=rig.locks.fingerprint(PIN))
    assert rig.keypad.codes == {}


async def test_cancelled_in_the_middle_the_lock_can_be_used_again(rig):
    if isinstance(rig, FakeRig):
        rig.keypad.delay_s = 60
    else:
        rig.keypad.hang_s = 60
    task = asyncio.create_task(rig.control.set_code(3, PIN, name="x"))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rig.keypad.delay_s = rig.keypad.hang_s = 0
    await rig.control.set_code(3, PIN, name="x")
    assert rig.keypad.codes == {3: PIN}


def test_unknown_door(hass):
    with pytest.raises(LockFailedError) as failed:
        HomeLocks(hass, {}, key=KEY).of("gate")
    assert failed.value.code == "lock_unknown"


# --- locks that can be read


async def test_a_write_that_is_lost_is_never_confirmed(readable):
    readable.keypad.writes_lost = True
    await fails(readable.control.set_code(3, PIN, name="x"), "lock_refused_code")
    readable.keypad.codes[3] = PIN
    mine = readable.locks.fingerprint(PIN)
    await fails(readable.control.clear_code(3, fingerprint=mine), "lock_kept_code")


async def test_a_failed_read_is_never_empty(readable):
    readable.keypad.reads_fail = True
    await fails(readable.control.free_slot(frozenset()), "lock_unreadable")
    await fails(readable.control.set_code(3, PIN, name="x"), "lock_unreadable")
    await fails(readable.control.clear_code(3, fingerprint=None), "lock_unreadable")
    assert readable.keypad.history == []


async def test_a_foreign_code_is_neither_overwritten_nor_cleared(readable):
    readable.keypad.codes[3] = FOREIGN
    await fails(readable.control.set_code(3, PIN, name="x"), "lock_slot_taken")
    mine = readable.locks.fingerprint(PIN)
    assert await readable.control.clear_code(3, fingerprint=mine) is WriteOutcome.CONFIRMED
    assert readable.keypad.codes == {3: FOREIGN}
    assert readable.keypad.history == []


async def test_a_free_slot_is_the_highest_that_holds_nothing(readable):
    readable.keypad.codes.update({10: FOREIGN, 9: "1111", 1: "2222"})
    assert await readable.control.free_slot(frozenset({8})) == 7


async def test_a_full_lock(readable):
    readable.keypad.codes.update(dict.fromkeys(range(1, 11), FOREIGN))
    await fails(readable.control.free_slot(frozenset()), "lock_full")


async def test_the_same_code_again_is_confirmed_without_a_write(readable):
    readable.keypad.codes[3] = PIN
    assert await readable.control.set_code(3, PIN, name="x") is WriteOutcome.CONFIRMED
    assert readable.keypad.history == []


# --- Z-Wave


@pytest.mark.parametrize("lag", [1, 3])
async def test_old_answers_after_a_write_decide_nothing(zwave, lag):
    async def write_then_lag(slot, code):
        await plain_write(slot, code)
        zwave.keypad.lag = lag

    plain_write = zwave.keypad.write
    zwave.keypad.write = write_then_lag
    assert await zwave.control.set_code(3, PIN, name="x") is WriteOutcome.CONFIRMED
    mine = zwave.locks.fingerprint(PIN)
    assert await zwave.control.clear_code(3, fingerprint=mine) is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}
    assert [kind for kind, _ in zwave.keypad.history] == ["set", "clear"]


async def test_one_old_answer_before_a_clear_does_not_leave_our_code_behind(zwave):
    zwave.keypad.codes[3] = PIN
    zwave.keypad.lag = 1  # the first reading shows the slot as it was before our code: empty
    mine = zwave.locks.fingerprint(PIN)
    assert await zwave.control.clear_code(3, fingerprint=mine) is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}


async def test_a_single_stray_answer_does_not_leave_our_code_behind(zwave):
    zwave.keypad.codes[3] = PIN
    answers = iter([(True, PIN), (False, "")])
    read = zwave.keypad.read
    zwave.keypad.read = lambda slot: next(answers, None) or read(slot)
    mine = zwave.locks.fingerprint(PIN)
    assert await zwave.control.clear_code(3, fingerprint=mine) is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}


async def test_a_lock_that_contradicts_itself_is_unreadable(zwave):
    answers = cycle([(True, PIN), (False, "")])
    zwave.keypad.read = lambda slot: next(answers)
    await fails(zwave.control.set_code(3, PIN, name="x"), "lock_unreadable")
    await fails(zwave.control.clear_code(3, fingerprint=None), "lock_unreadable")
    assert zwave.keypad.history == []


async def test_without_a_fingerprint_the_record_of_the_slot_decides(zwave):
    zwave.keypad.codes[3] = PIN
    assert await zwave.control.clear_code(3, fingerprint=None) is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}


@pytest.mark.parametrize("mask", ["****", "0000", "******"])
async def test_masked_codes_are_unverified_and_never_empty(zwave, mask):
    zwave.keypad.mask = mask
    assert await zwave.control.set_code(10, PIN, name="x") is WriteOutcome.UNVERIFIED
    assert zwave.keypad.codes == {10: PIN}
    assert await zwave.control.free_slot(frozenset()) == 9
    await fails(zwave.control.set_code(10, FOREIGN, name="x"), "lock_slot_taken")
    mine = zwave.locks.fingerprint(PIN)
    assert await zwave.control.clear_code(10, fingerprint=mine) is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}


@pytest.mark.parametrize("lost", [True, False])
async def test_after_an_error_the_lock_itself_is_asked(zwave, lost):
    zwave.keypad.write_error = "the lock rejected"
    zwave.keypad.writes_lost = lost
    work = zwave.control.set_code(3, PIN, name="x")
    if lost:
        failed = await fails(work, "lock_refused_code")
        assert failed.__cause__ is None
        assert failed.__suppress_context__ or failed.__context__ is None
    else:
        assert await work is WriteOutcome.CONFIRMED


async def test_a_write_that_never_answers_ends_as_unknown(zwave):
    zwave.keypad.hang_s = 60
    await fails(zwave.control.set_code(3, PIN, name="x"), "lock_write_unknown")


async def test_a_lock_that_vanishes_after_the_write_is_not_confirmed(zwave):
    async def write_and_vanish(slot, code):
        await plain_write(slot, code)
        zwave.go_unavailable()

    plain_write = zwave.keypad.write
    zwave.keypad.write = write_and_vanish
    assert await zwave.control.set_code(3, PIN, name="x") is WriteOutcome.UNVERIFIED


async def test_a_clear_whose_end_nobody_saw_is_not_taken_for_done(zwave):
    zwave.keypad.codes[3] = PIN

    async def write_and_vanish(slot, code):
        await plain_write(slot, code)
        zwave.go_unavailable()

    plain_write = zwave.keypad.write
    zwave.keypad.write = write_and_vanish
    mine = zwave.locks.fingerprint(PIN)
    await fails(zwave.control.clear_code(3, fingerprint=mine), "lock_write_unknown")


async def test_lengths_are_the_locks_own_where_it_tells_them(hass):
    rig = await started(ZwaveRig, hass)
    bounds = await rig.control.capabilities()
    assert (bounds.slots, bounds.min_length, bounds.max_length) == (10, 5, 7)


async def test_an_entity_with_other_arguments_is_served_by_the_service(hass):
    """A release that renames arguments must not break access."""
    rig = await started(ZwaveRig, hass)
    sent = []

    async def renamed(*, slot, pin):
        raise AssertionError("called with arguments it does not take")

    async def service(call):
        sent.append(call.data["code_slot"])
        rig.keypad.codes[call.data["code_slot"]] = call.data["usercode"]

    rig.entity.async_set_lock_usercode = renamed
    hass.services.async_register("zwave_js", "set_lock_usercode", service)
    assert await rig.control.set_code(3, PIN, name="x") is WriteOutcome.CONFIRMED
    assert sent == [3]


async def test_a_driver_that_is_asked_differently_leaves_its_memory_to_read(hass):
    rig = await started(ZwaveRig, hass)

    async def renamed(command):
        raise AssertionError("called with arguments it does not take")

    async def memory(code_slot=None):
        return rig.keypad.memory(code_slot)

    rig.entity.info.node.async_invoke_cc_api = renamed
    rig.entity.async_get_lock_usercode = memory
    assert await rig.control.set_code(3, PIN, name="x") is WriteOutcome.CONFIRMED
    assert rig.keypad.codes == {3: PIN}


async def test_a_sleeping_lock_is_told_before_anything_is_sent(hass):
    rig = await started(ZwaveRig, hass)
    rig.entity.info.node.status = 1
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_asleep")
    assert rig.keypad.history == []


async def test_a_lock_without_user_codes(zwave):
    zwave.keypad.slots = 0
    await fails(zwave.control.capabilities(), "lock_cannot_take_codes")


@pytest.mark.parametrize(
    ("report", "reading"),
    [
        (None, UNKNOWN),
        ({}, UNKNOWN),
        ({"userIdStatus": 0, "userCode": ""}, EMPTY),
        ({"userIdStatus": 0, "userCode": "0000"}, EMPTY),
        ({"userIdStatus": 0, "userCode": "4739"}, HIDDEN),
        ({"userIdStatus": 1, "userCode": "0000"}, HIDDEN),
        ({"userIdStatus": 1, "userCode": "****"}, HIDDEN),
        ({"userIdStatus": 1, "userCode": ""}, HIDDEN),
        ({"userIdStatus": 1, "userCode": {"type": "Buffer", "data": [1]}}, HIDDEN),
        ({"userIdStatus": 254, "userCode": ""}, UNKNOWN),
        ({"userCode": ""}, UNKNOWN),
    ],
)
def test_what_a_report_of_the_lock_proves(report, reading):
    assert from_lock(report) == reading


def test_a_disabled_code_still_occupies_its_slot():
    assert from_lock({"userIdStatus": 2, "userCode": "4739"}).holds("4739")


@pytest.mark.parametrize(
    ("entry", "reading"),
    [
        ({"in_use": None, "usercode": None}, UNKNOWN),
        ({"in_use": False, "usercode": ""}, EMPTY),
        ({"in_use": False, "usercode": None}, EMPTY),
        ({"in_use": False, "usercode": "4739"}, UNKNOWN),
        ({"in_use": False, "usercode": "0000"}, UNKNOWN),
        ({"in_use": True, "usercode": "0000"}, HIDDEN),
        ({"in_use": True, "usercode": "****"}, HIDDEN),
    ],
)
def test_what_the_drivers_memory_proves(entry, reading):
    assert from_memory(entry) == reading


def test_a_reading_shows_no_code_in_its_repr():
    assert "4739" not in repr(from_lock({"userIdStatus": 1, "userCode": "4739"}))


# --- scripts of the owner


@pytest.mark.parametrize("script", [None, "script.nowhere"])
async def test_without_a_script_nothing_is_called(manual, script):
    manual.doors["shed"] = _with_scripts(manual, script)
    code = "lock_script_missing" if script else "lock_cannot_take_codes"
    await fails(manual.control.set_code(3, PIN, name="x"), code)
    await fails(manual.control.clear_code(3, fingerprint=None), code)


async def test_a_script_that_fails_or_gives_up_leaves_the_outcome_unknown(manual, caplog):
    manual.keypad.write_error = "rejected"
    caplog.set_level(logging.CRITICAL, "homeassistant.components.script")
    failed = await fails(manual.control.set_code(3, PIN, name="x"), "lock_write_unknown")
    assert failed.__suppress_context__
    assert failed.__cause__ is None
    manual.doors["shed"] = _with_scripts(manual, "script.gives_up")
    await fails(manual.control.set_code(3, PIN, name="x"), "lock_write_unknown")


async def test_a_script_that_hangs_is_stopped_in_time(manual):
    manual.keypad.hang_s = 60
    await fails(manual.control.set_code(3, PIN, name="x"), "lock_write_unknown")
    assert manual.hass.states.get("script.shed_set").state == "off"


async def test_a_script_that_is_running_already_was_not_run(manual):
    manual.keypad.hang_s = 0.1
    first = asyncio.create_task(manual.control.set_code(3, PIN, name="x"))
    await asyncio.sleep(0.02)
    await fails(manual.control.set_code(4, FOREIGN, name="y"), "lock_script_busy")
    await first
    assert manual.keypad.codes == {3: PIN}


def _with_scripts(rig, script):
    return Door(
        id="shed",
        name="Shed",
        source=LOCK,
        family=LockFamily.MANUAL,
        set_script=script,
        clear_script=script,
    )


# --- nothing tells the code


@pytest.mark.parametrize("make", QUIET, ids=lambda make: make.__name__)
async def test_our_part_puts_no_code_on_the_bus_in_a_trace_or_a_log(hass, caplog, make):
    assert await async_setup_component(hass, "trace", {})
    rig = await started(make, hass)
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    events = []
    stop = hass.bus.async_listen(MATCH_ALL, events.append)
    await rig.control.set_code(3, PIN, name="x")
    await rig.control.clear_code(3, fingerprint=rig.locks.fingerprint(PIN))
    rig.keypad.write_error = "the lock rejected"
    rig.keypad.writes_lost = True
    with pytest.raises(LockFailedError):
        await rig.control.set_code(3, PIN, name="x")
    await hass.async_block_till_done()
    stop()
    assert rig.keypad.history[:2] == [("set", 3), ("clear", 3)]
    assert [e for e in events if PIN in str(e.data) and not _is_the_owners(e)] == []
    assert PIN not in str(hass.data[DATA_TRACE])
    ours = [r for r in caplog.records if not r.name.startswith("homeassistant")]
    assert PIN not in "".join(map(logging.Formatter().format, ours))
    if make is ZwaveRig:
        assert PIN not in caplog.text
        assert not any(e.event_type == EVENT_CALL_SERVICE for e in events)


def _is_the_owners(event):
    """Say whether it is the call that the owner's script makes, which is outside our reach."""
    return event.event_type == EVENT_CALL_SERVICE and event.data["domain"] == "owners_lock"


async def test_run_by_an_automation_its_trace_holds_no_code_either(hass):
    """Set from inside a traced run: the caller's trace must not collect our script's steps."""
    from homeassistant.helpers.trace import trace_get

    rig = await started(ManualRig, hass)
    trace = trace_get(clear=True)
    await rig.control.set_code(3, PIN, name="x")
    assert rig.keypad.codes == {3: PIN}
    assert trace == {}


# --- families, fingerprints, the key


async def test_a_lock_of_no_family_refuses_everything(hass):
    door = Door(id="shed", name="Shed", source=LOCK, family=LockFamily.NONE)
    control = HomeLocks(hass, {"shed": door}, key=KEY).of("shed")
    for work in (
        control.capabilities(),
        control.free_slot(frozenset()),
        control.set_code(1, PIN, name="x"),
        control.clear_code(1, fingerprint=None),
    ):
        await fails(work, "lock_cannot_take_codes")


async def test_an_entity_of_another_integration_is_not_spoken_to_as_zwave(hass):
    er.async_get(hass).async_get_or_create("lock", "demo", "1", suggested_object_id="shed")
    hass.states.async_set(LOCK, "locked")
    door = Door(id="shed", name="Shed", source=LOCK, family=LockFamily.ZWAVE_JS)
    control = HomeLocks(hass, {"shed": door}, key=KEY).of("shed")
    await fails(control.set_code(1, PIN, name="x"), "lock_cannot_take_codes")
    assert family_of(hass, LOCK) is LockFamily.NONE


async def test_the_family_is_known_by_the_registry_platform(hass):
    await started(ZwaveServiceRig, hass)
    assert family_of(hass, LOCK) is LockFamily.ZWAVE_JS
    assert family_of(hass, "lock.elsewhere") is LockFamily.NONE


def test_fingerprints_need_the_key(hass):
    one, other = HomeLocks(hass, {}, key=KEY), HomeLocks(hass, {}, key=b"o" * 32)
    assert one.fingerprint(PIN) == HomeLocks(hass, {}, key=KEY).fingerprint(PIN)
    assert len({one.fingerprint(PIN), one.fingerprint(FOREIGN), other.fingerprint(PIN)}) == 3
    assert len(bytes.fromhex(one.fingerprint(PIN))) == 16


async def test_the_key_is_made_once_and_only_the_owner_reads_it(hass, tmp_path):
    path = tmp_path / "deep" / "lock.key"
    key = await load_key(hass, path)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert await load_key(hass, path) == key
    assert [file.name for file in path.parent.iterdir()] == ["lock.key"]
    assert await load_key(hass, tmp_path / "other.key") != key


async def test_two_starts_at_once_agree_on_one_key(hass, tmp_path):
    path = tmp_path / "lock.key"
    assert len(set(await asyncio.gather(*(load_key(hass, path) for _ in range(8))))) == 1


async def test_a_damaged_key_is_told_and_never_replaced(hass, tmp_path):
    path = tmp_path / "lock.key"
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="damaged"):
        await load_key(hass, path)
    assert path.read_bytes() == b"short"
