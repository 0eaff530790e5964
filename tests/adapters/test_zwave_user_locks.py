"""Z-Wave locks with the User Credential command class."""

from types import SimpleNamespace

import pytest

from custom_components.verified_response.adapters.locks.zwave_credentials import (
    ZwaveCredentialsLock,
)
from custom_components.verified_response.adapters.locks.zwave_js import ZwaveJsLock
from custom_components.verified_response.adapters.locks.zwave_node import keeps_credentials
from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import (
    FOREIGN,
    LABEL,
    PIN,
    ZwaveRig,
    ZwaveUsersRig,
    ZwaveUsersServiceRig,
    fails,
    started,
)


@pytest.fixture(params=[ZwaveUsersRig, ZwaveUsersServiceRig], ids=lambda make: make.__name__)
async def zwave(request, hass):
    return await started(request.param, hass)


async def test_the_node_decides_which_way_codes_go(hass):
    assert isinstance((await started(ZwaveUsersRig, hass)).control, ZwaveCredentialsLock)


async def test_a_lock_with_user_codes_alone_is_read_with_its_codes(hass):
    assert isinstance((await started(ZwaveRig, hass)).control, ZwaveJsLock)


@pytest.mark.parametrize(
    ("classes", "values", "expected"),
    [
        ([131], [], True),
        ([99, 131], [], True),
        ([99, 131], [98], True),
        ([99, 131], [99], False),
        ([99], [99], False),
        ([], [], False),
    ],
)
def test_which_command_class_keeps_the_codes(classes, values, expected):
    node = SimpleNamespace(
        command_classes=[SimpleNamespace(id=number) for number in classes],
        values={str(number): SimpleNamespace(command_class=number) for number in values},
    )
    assert keeps_credentials(node) is expected


def test_without_a_node_nothing_is_known_of_credentials():
    assert not keeps_credentials(None)


async def test_the_bounds_are_the_locks_own(zwave):
    bounds = await zwave.control.capabilities()
    assert (bounds.slots, bounds.min_length, bounds.max_length) == (10, 5, 7)
    assert bounds.names_user


async def test_the_user_and_the_credential_have_one_number(zwave):
    """A lock reports uses by user id."""
    assert await zwave.write() is WriteOutcome.CONFIRMED
    assert zwave.keypad.names == {3: LABEL}


@pytest.mark.parametrize("name", ["Anna", None])
async def test_a_user_without_a_code_has_his_number_all_the_same(zwave, name):
    zwave.keypad.empty_users[10] = name
    assert await zwave.control.free_slot(frozenset()) == 9
    zwave.keypad.empty_users[3] = name
    await fails(zwave.write(), "lock_slot_taken")
    assert await zwave.clear() is WriteOutcome.CONFIRMED
    assert zwave.keypad.empty_users == {10: name, 3: name}
    assert zwave.keypad.history == []


async def test_another_credential_of_the_same_number_is_no_code(zwave):
    zwave.end.others[12] = [{"type": "rfid_code", "slot": 10}]
    assert await zwave.control.free_slot(frozenset()) == 10


async def test_a_write_that_failed_halfway_leaves_no_user(zwave):
    zwave.keypad.writes_lost = True
    zwave.keypad.write_error = "the lock rejected"

    async def delete(**kwargs):
        zwave.keypad.empty_users.pop(kwargs["user_id"])

    zwave.entity.async_delete_user = delete
    await fails(zwave.write(), "lock_refused_code")
    assert zwave.keypad.empty_users == {}


async def test_our_user_without_a_code_is_used_again_and_removed_in_the_end(zwave):
    zwave.keypad.empty_users[3] = LABEL
    assert await zwave.write() is WriteOutcome.CONFIRMED
    del zwave.keypad.codes[3]
    zwave.keypad.empty_users[3] = LABEL
    assert await zwave.clear() is WriteOutcome.CONFIRMED
    assert zwave.keypad.empty_users == {}


@pytest.mark.parametrize("longest", [0, 5])
async def test_a_lock_that_keeps_no_names_so_long_leaves_our_record(zwave, longest):
    zwave.end.longest_name = longest
    assert await zwave.write() is WriteOutcome.CONFIRMED
    assert zwave.keypad.names == {}
    assert await zwave.clear() is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}


async def test_a_user_of_ours_who_was_given_more_keeps_it(zwave):
    zwave.put(3, PIN, LABEL)
    zwave.end.others[3] = [{"type": "rfid_code", "slot": 1}]
    assert await zwave.clear() is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}
    users = await zwave.end.async_get_users()
    assert [user["user_id"] for user in users["users"]] == [3]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("credential_rejected_duplicate", "lock_code_duplicate"),
        ("credential_rejected_manufacturer_rules", "lock_refused_code"),
        ("no_available_user_slots", "lock_full"),
        ("no_available_credential_slots", "lock_full"),
        ("credential_rejected_unknown", "lock_refused_code"),
    ],
)
async def test_why_a_code_was_refused(zwave, key, code):
    from .lock_rigs.zwave_users import rejected

    async def refuse(slot, digits, name=""):
        raise rejected(key)

    zwave.keypad.write = refuse
    await fails(zwave.write(), code)


async def test_a_lock_without_access_control(hass):
    from .lock_rigs.zwave_users import rejected

    async def refuse():
        raise rejected("access_control_not_supported")

    rig = await started(ZwaveUsersRig, hass)
    rig.entity.async_get_credential_capabilities = refuse
    await fails(rig.control.capabilities(), "lock_cannot_take_codes")


async def test_a_sleeping_lock_is_told_before_anything_is_sent(zwave):
    zwave.entity.info.node.status = 1
    await fails(zwave.write(), "lock_asleep")
    await fails(zwave.control.capabilities(), "lock_asleep")
    assert zwave.keypad.history == []


async def test_the_lock_itself_is_asked_before_the_drivers_memory_is_believed(hass):
    rig = await started(ZwaveUsersRig, hass)
    asked = []

    class Access:
        async def get_credential(self, kind, slot):
            asked.append((int(kind), slot))
            rig.put(3, FOREIGN, "Anna")
            return SimpleNamespace(user_id=3, data=FOREIGN)

        async def get_user(self, user_id):
            asked.append(user_id)

    rig.entity.info.node.access_control = Access()
    await fails(rig.write(), "lock_slot_taken")
    assert asked[:2] == [(1, 3), 3]


async def test_a_lock_that_does_not_answer_is_unreadable_whatever_the_driver_remembers(hass):
    rig = await started(ZwaveUsersRig, hass)

    class Access:
        async def get_credential(self, kind, slot):
            raise RuntimeError("no answer")

    rig.entity.info.node.access_control = Access()
    await fails(rig.control.free_slot(frozenset()), "lock_unreadable")
    await fails(rig.write(), "lock_unreadable")


async def test_a_write_that_never_answers_ends_as_unknown(zwave):
    zwave.keypad.hang_s = 60
    await fails(zwave.write(), "lock_write_unknown")


@pytest.mark.parametrize("lag", [1, 3])
async def test_old_answers_after_a_write_decide_nothing(zwave, lag):
    write = zwave.keypad.write

    async def write_then_lag(slot, code, name=""):
        await write(slot, code, name)
        zwave.keypad.lag = lag

    zwave.keypad.write = write_then_lag
    assert await zwave.write() is WriteOutcome.CONFIRMED
    assert await zwave.clear() is WriteOutcome.CONFIRMED
    assert zwave.keypad.codes == {}
