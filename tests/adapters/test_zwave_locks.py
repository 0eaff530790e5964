"""Z-Wave locks with user codes: what one reading proves, and what lags."""

from itertools import cycle

import pytest

from custom_components.verified_response.adapters.locks.zwave_reading import (
    EMPTY,
    HIDDEN,
    UNKNOWN,
    from_lock,
    from_memory,
)
from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import FOREIGN, PIN, ZwaveRig, ZwaveServiceRig, fails, started


@pytest.fixture(params=[ZwaveRig, ZwaveServiceRig], ids=lambda make: make.__name__)
async def zwave(request, hass):
    return await started(request.param, hass)


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
    await fails(zwave.control.set_code(10, FOREIGN, name="x"), "lock_place_hidden")
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
