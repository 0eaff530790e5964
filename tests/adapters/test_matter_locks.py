"""Matter locks: users with our label, and locks that keep no names."""

import pytest

from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import FOREIGN, LABEL, PIN, MatterRig, MatterServiceRig, fails, started
from .lock_rigs.matter import FIRST_USER


@pytest.fixture(params=[MatterRig, MatterServiceRig], ids=lambda make: make.__name__)
async def matter(request, hass):
    return await started(request.param, hass)


async def test_the_bounds_are_the_locks_own(matter):
    bounds = await matter.control.capabilities()
    assert (bounds.slots, bounds.min_length, bounds.max_length) == (10, 5, 7)
    assert not bounds.names_user
    matter.end.info |= {"min_pin_length": None, "max_pin_length": None}
    bounds = await matter.control.capabilities()
    assert (bounds.min_length, bounds.max_length) == (4, 8)


async def test_the_user_that_the_lock_made_bears_our_label(matter):
    assert await matter.write() is WriteOutcome.CONFIRMED
    assert matter.keypad.names == {3: LABEL}


@pytest.mark.parametrize(
    "told",
    [{"supports_user_management": False}, {"supported_credential_types": ["rfid"]}],
    ids=["no users", "no codes"],
)
async def test_a_lock_without_codes_refuses(matter, told):
    matter.end.info |= told
    await fails(matter.control.capabilities(), "lock_cannot_take_codes")
    await fails(matter.control.free_slot(frozenset()), "lock_cannot_take_codes")


async def test_a_lock_that_does_not_tell_how_many_places_it_has_is_unreadable(matter):
    matter.end.info["max_pin_users"] = None
    await fails(matter.control.free_slot(frozenset()), "lock_unreadable")


async def test_only_the_place_that_is_chosen_is_asked_for(matter):
    matter.put(10, FOREIGN, "Anna")
    assert await matter.control.free_slot(frozenset({9})) == 8
    assert matter.end.asked == [8]


async def test_a_place_that_its_users_do_not_tell_of_is_not_free(hass):
    """The status of the place itself counts: a list of users may be cut short."""
    rig = await started(MatterRig, hass)

    async def nobody():
        return {"max_users": 20, "users": []}

    rig.put(10, FOREIGN, "Anna")
    rig.entity.async_get_lock_users = nobody
    assert await rig.control.free_slot(frozenset()) == 9


async def test_a_credential_of_a_user_that_is_not_told_is_unreadable(hass):
    rig = await started(MatterRig, hass)

    async def nobody():
        return {"max_users": 20, "users": []}

    rig.put(3, PIN)
    rig.entity.async_get_lock_users = nobody
    await fails(rig.write(), "lock_unreadable")
    await fails(rig.clear(), "lock_unreadable")
    assert rig.keypad.history == []


async def test_a_lock_that_keeps_no_names_is_confirmed_by_its_status(matter):
    matter.keypad.keeps_names = False
    assert await matter.write() is WriteOutcome.CONFIRMED
    assert matter.keypad.names == {}
    assert await matter.clear() is WriteOutcome.CONFIRMED
    assert matter.keypad.codes == {}


async def test_nobodys_code_in_our_place_may_be_an_earlier_attempt_of_ours(matter):
    matter.put(3, PIN)
    await fails(matter.write(), "lock_write_unknown")
    assert matter.keypad.history == []
    await matter.clear()
    assert matter.keypad.codes == {}


async def test_a_name_that_the_lock_chose_itself_is_replaced_by_ours(matter):
    write = matter.keypad.write

    async def name_it(slot, code, name=""):
        await write(slot, code, "Guest 1" if code else "")

    matter.keypad.write = name_it
    assert await matter.write() is WriteOutcome.CONFIRMED
    assert matter.keypad.names == {3: LABEL}


async def test_under_a_name_that_cannot_be_replaced_no_code_is_left(matter):
    """Later it could not be shown to be ours, and would stay for good."""
    write = matter.keypad.write

    async def name_it(slot, code, name=""):
        await write(slot, code)
        if code:
            matter.keypad.names[slot] = "Guest 1"

    matter.keypad.write = name_it
    matter.keypad.keeps_names = False
    await fails(matter.write(), "lock_refused_code")
    assert matter.keypad.codes == {}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("duplicate", "lock_code_duplicate"),
        ("occupied", "lock_slot_taken"),
        ("unknown(137)", "lock_full"),
        ("failure", "lock_refused_code"),
    ],
)
async def test_why_a_code_was_refused(matter, status, code):
    matter.end.status = status
    await fails(matter.write(), code)


async def test_a_refused_write_whose_place_is_taken_meanwhile_is_not_ours(hass):
    rig = await started(MatterRig, hass)

    async def taken(slot, code, name=""):
        rig.put(slot, FOREIGN, "Anna")
        raise RuntimeError("occupied")

    rig.keypad.write = taken
    await fails(rig.write(), "lock_slot_taken")
    assert rig.keypad.codes == {3: FOREIGN}


@pytest.mark.parametrize("lost", [True, False])
async def test_after_an_error_the_lock_itself_is_asked(matter, lost):
    matter.keypad.write_error = "the lock rejected"
    matter.keypad.writes_lost = lost
    if lost:
        await fails(matter.write(), "lock_refused_code")
    else:
        assert await matter.write() is WriteOutcome.CONFIRMED
        assert matter.keypad.names == {3: LABEL}


async def test_a_write_that_never_answers_ends_as_unknown(matter):
    matter.keypad.hang_s = 60
    await fails(matter.write(), "lock_write_unknown")


@pytest.mark.parametrize("lag", [1, 3])
async def test_old_answers_after_a_write_decide_nothing(hass, lag):
    rig = await started(MatterRig, hass)
    write = rig.keypad.write

    async def write_then_lag(slot, code, name=""):
        await write(slot, code, name)
        rig.keypad.lag = lag

    rig.keypad.write = write_then_lag
    assert await rig.write() is WriteOutcome.CONFIRMED
    assert await rig.clear() is WriteOutcome.CONFIRMED
    assert rig.keypad.codes == {}
    assert [kind for kind, _ in rig.keypad.history] == ["set", "clear"]


async def test_a_lock_that_vanishes_after_the_write_is_not_confirmed(matter):
    write = matter.keypad.write

    async def write_and_vanish(slot, code, name=""):
        await write(slot, code, name)
        matter.go_unavailable()

    matter.keypad.write = write_and_vanish
    assert await matter.write() is WriteOutcome.UNVERIFIED
    matter.entity._attr_available = True
    matter.entity.async_write_ha_state()
    matter.keypad.names[3] = LABEL
    await fails(matter.clear(), "lock_write_unknown")


@pytest.mark.parametrize("name", ["", LABEL])
async def test_a_user_that_is_left_without_any_credential_goes_as_well(matter, name):
    matter.put(3, PIN, name)
    matter.end.removes_users = False
    assert await matter.clear() is WriteOutcome.CONFIRMED
    assert matter.keypad.empty_users == {}


async def test_a_user_who_has_other_credentials_stays(matter):
    matter.put(3, PIN, LABEL)
    matter.end.removes_users = False
    matter.end.others[FIRST_USER + 3] = [{"type": "rfid", "index": 1}]
    assert await matter.clear() is WriteOutcome.CONFIRMED
    assert matter.keypad.empty_users == {FIRST_USER + 3: LABEL}


async def test_another_credential_of_the_same_number_is_no_code(matter):
    """Credential indexes count per type: a tag with index 10 does not take the tenth place."""
    matter.end.others[FIRST_USER + 30] = [{"type": "rfid", "index": 10}]
    assert await matter.control.free_slot(frozenset()) == 10


async def test_codes_are_never_known(matter):
    matter.put(3, PIN, "Anna")
    assert await matter.control.known_codes() == frozenset()
