"""Schlage locks: names instead of places, and a cloud that lags, masks and counts in numbers."""

import pytest

from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import FOREIGN, LABEL, PIN, SchlageRig, SchlageServiceRig, fails, started


@pytest.fixture(params=[SchlageRig, SchlageServiceRig], ids=lambda make: make.__name__)
async def schlage(request, hass):
    return await started(request.param, hass)


async def test_all_codes_have_the_length_of_those_that_are_there(schlage):
    bounds = await schlage.control.capabilities()
    assert (bounds.slots, bounds.min_length, bounds.max_length) == (None, 4, 8)
    assert bounds.names_user
    schlage.put(0, "02750", "Anna")  # shown without its zero
    schlage.put(1, "85027", "Ben")
    bounds = await schlage.control.capabilities()
    assert (bounds.min_length, bounds.max_length) == (5, 5)


async def test_codes_that_the_cloud_shows_are_known(schlage):
    schlage.put(0, FOREIGN, "Anna")
    assert await schlage.control.known_codes() == {FOREIGN}
    schlage.keypad.mask = "******"
    assert await schlage.control.known_codes() == frozenset()


@pytest.mark.parametrize("mask", ["****", "0000", "", "••••"])
async def test_masked_codes_are_ours_by_their_label(schlage, mask):
    schlage.keypad.mask = mask or " "
    assert await schlage.write() is WriteOutcome.CONFIRMED
    assert await schlage.write() is WriteOutcome.CONFIRMED
    assert await schlage.clear() is WriteOutcome.CONFIRMED
    assert schlage.keypad.codes == {}


async def test_leading_zeros_are_lost_on_the_way(schlage):
    code = "047391"
    assert await schlage.write(code) is WriteOutcome.CONFIRMED
    assert await schlage.write(code) is WriteOutcome.CONFIRMED
    assert await schlage.clear(code) is WriteOutcome.CONFIRMED
    assert schlage.keypad.codes == {}
    assert schlage.keypad.history == [("set", 0), ("clear", 0)]


async def test_our_label_over_another_code_is_left_alone(schlage):
    schlage.put(0, FOREIGN, LABEL)
    await fails(schlage.write(), "lock_slot_taken")
    assert await schlage.clear() is WriteOutcome.CONFIRMED
    assert schlage.keypad.codes == {0: FOREIGN}
    assert schlage.keypad.history == []


async def test_our_code_under_another_name_is_left_alone(schlage):
    schlage.put(0, PIN, "Anna")
    assert await schlage.clear() is WriteOutcome.CONFIRMED
    assert schlage.keypad.codes == {0: PIN}


async def test_without_a_label_nothing_is_ours(schlage):
    schlage.put(0, PIN, LABEL)
    assert await schlage.clear(name="") is WriteOutcome.CONFIRMED
    assert schlage.keypad.codes == {0: PIN}


async def test_a_name_that_the_cloud_takes_for_ours_is_told_as_taken(schlage):
    """It compares names without regard to case."""
    add = schlage.end.add_code

    async def exists(name, code, notify_on_use=True):
        schlage.keypad.names[5] = name
        try:
            await add(name, code, notify_on_use)
        finally:
            del schlage.keypad.names[5]

    schlage.entity.add_code = exists
    await fails(schlage.write(), "lock_slot_taken")


@pytest.mark.parametrize("lag", [1, 3])
async def test_old_answers_after_a_write_decide_nothing(schlage, lag):
    write = schlage.keypad.write

    async def write_then_lag(slot, code, name=""):
        await write(slot, code, name)
        schlage.keypad.lag = lag

    schlage.keypad.write = write_then_lag
    assert await schlage.write() is WriteOutcome.CONFIRMED
    schlage.keypad.lag = 1  # the first answer still shows the list as it was before our code
    assert await schlage.clear() is WriteOutcome.CONFIRMED
    assert schlage.keypad.codes == {}


@pytest.mark.parametrize("lost", [True, False])
async def test_after_an_error_the_cloud_is_asked(schlage, lost):
    schlage.keypad.write_error = "the cloud rejected"
    schlage.keypad.writes_lost = lost
    if lost:
        await fails(schlage.write(), "lock_refused_code")
    else:
        assert await schlage.write() is WriteOutcome.CONFIRMED


async def test_a_write_that_never_answers_ends_as_unknown(schlage):
    schlage.keypad.hang_s = 60
    await fails(schlage.write(), "lock_write_unknown")


async def test_a_reading_shows_no_code_in_its_repr():
    from custom_components.verified_response.adapters.locks.schlage import _Codes

    assert PIN not in repr(_Codes(by_name={"Anna": PIN}))


async def test_the_owner_is_told_of_uses_by_the_cloud_as_well(hass):
    rig = await started(SchlageRig, hass)
    given = []

    async def add(name, code, notify_on_use=True):
        given.append((name, code, notify_on_use))
        await rig.end.add_code(name, code, notify_on_use)

    rig.entity.add_code = add
    await rig.write()
    assert given == [(LABEL, PIN, True)]
