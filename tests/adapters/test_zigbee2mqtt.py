"""Locks of Zigbee2MQTT: the port's promises, then what the broker and hidden PINs do to them."""

import json
import logging
from dataclasses import replace
from itertools import cycle

import pytest
from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL

from custom_components.verified_response.adapters.locks import HomeLocks, family_of
from custom_components.verified_response.adapters.locks.zigbee2mqtt import device_topic
from custom_components.verified_response.adapters.locks.zigbee2mqtt_users import (
    UserReading,
    UserStatus,
    users_in,
)
from custom_components.verified_response.core.errors import LockFailedError
from custom_components.verified_response.core.premises import Door, LockFamily
from custom_components.verified_response.engine.lock_ports import WriteOutcome

from . import test_locks as port
from .lock_rigs import KEY, LOCK
from .test_locks import FOREIGN, PIN, fails
from .z2m_rig import ANNOUNCEMENT, TOPIC, HiddenZigbeeRig, ZigbeeRig

CLEARED = {"user": 3, "user_enabled": False, "pin_code": None}


@pytest.fixture
def expected_lingering_timers():
    """The made-up client never closes its socket, on which Home Assistant's timer hangs."""
    return True


@pytest.fixture
async def start(hass, mqtt_mock, mqtt_client_mock):
    async def started(make, **changes):
        rig = make(mqtt_client_mock)
        for name, value in changes.items():
            setattr(rig, name, value)
        await rig.start(hass)
        await hass.async_block_till_done()
        return rig

    return started


@pytest.fixture(params=[ZigbeeRig, HiddenZigbeeRig], ids=lambda make: make.__name__)
async def rig(request, start):
    return await start(request.param)


@pytest.fixture
async def readable(start):
    return await start(ZigbeeRig)


@pytest.fixture
async def numbered(rig):
    return rig


@pytest.fixture
async def many(readable):
    return readable


@pytest.fixture
async def hidden(start):
    return await start(HiddenZigbeeRig)


def taken(rig):
    """Return why such a lock's place in use cannot be written."""
    return "lock_place_hidden" if isinstance(rig, HiddenZigbeeRig) else "lock_slot_taken"


# --- what every lock and every readable lock promises

test_a_code_comes_and_goes = port.test_a_code_comes_and_goes
test_an_unavailable_lock_is_told = port.test_an_unavailable_lock_is_told_before_anything_is_sent
test_slots_in_use_are_avoided = port.test_slots_in_use_by_grants_are_avoided_until_none_is_left
test_clearing_an_empty_slot_is_done = port.test_clearing_an_empty_slot_is_done_already
test_cancelled_in_the_middle = port.test_cancelled_in_the_middle_the_lock_can_be_used_again
test_a_lost_write = port.test_a_write_that_is_lost_is_never_confirmed
test_a_failed_read = port.test_a_failed_read_is_never_empty
test_a_foreign_code = port.test_a_foreign_code_is_neither_overwritten_nor_cleared
test_a_free_slot_is_the_highest = port.test_a_free_slot_is_the_highest_that_holds_nothing
test_a_full_lock = port.test_a_full_lock
test_the_same_code_again = port.test_the_same_code_again_is_confirmed_without_a_write


# --- what is published


async def test_a_code_is_text_and_goes_out_once_and_not_retained(rig):
    """A number would lose the zero in front; the broker must keep no code."""
    await rig.control.set_code(3, "0473", name="x")
    await rig.control.clear_code(3, fingerprint=rig.locks.fingerprint("0473"))
    written = {"user": 3, "user_type": "unrestricted", "user_enabled": True, "pin_code": "0473"}
    sets = [sent for sent in rig.sent if sent[0] == f"{TOPIC}/set"]
    assert [json.loads(payload)["pin_code"] for _, payload, _, _ in sets] == [written, CLEARED]
    assert {topic for topic, *_ in rig.sent} == {f"{TOPIC}/set", f"{TOPIC}/get"}
    assert {(qos, retain) for _, _, qos, retain in rig.sent} == {(1, False)}


async def test_without_places_of_the_owners_the_search_begins_where_most_locks_answer(readable):
    readable.doors["shed"] = replace(readable.door, places=())
    readable.keypad.codes.update({19: FOREIGN, 18: FOREIGN})
    assert (await readable.control.capabilities()).slots == 19
    assert await readable.control.free_slot(frozenset({17})) == 16
    assert readable.asked == [19, 18, 16]


async def test_user_0_is_nobodys_place(readable):
    readable.doors["shed"] = replace(readable.door, places=(0, 1, 2))
    await fails(readable.control.free_slot(frozenset({1, 2})), "lock_full")
    assert readable.asked == []


async def test_places_of_the_owners_are_the_only_ones(readable):
    readable.doors["shed"] = replace(readable.door, places=(4, 5, 6))
    readable.keypad.codes.update({4: FOREIGN, 5: FOREIGN, 6: FOREIGN})
    await fails(readable.control.free_slot(frozenset()), "lock_full")
    assert readable.asked == [6, 5, 4]


async def test_the_codes_that_it_shows_are_known(readable):
    readable.keypad.codes.update({10: FOREIGN, 2: PIN})
    readable.say({"users": {"2": {"status": "enabled", "pin_code": PIN}}})
    readable.say({"users": {"1": {"status": "available", "pin_code": "1111"}}})
    assert await readable.control.known_codes() == {FOREIGN, PIN}


async def test_where_pins_are_hidden_no_code_is_known(hidden):
    hidden.keypad.codes[10] = FOREIGN
    assert await hidden.control.known_codes() == frozenset()


async def test_codes_are_not_known_while_nothing_answers(readable):
    readable.keypad.reads_fail = True
    await fails(readable.control.known_codes(), "lock_unreadable")


# --- hidden PINs


async def test_enabled_is_the_proof_where_pins_are_hidden(hidden):
    assert await hidden.control.set_code(3, PIN, name="x") is WriteOutcome.CONFIRMED
    await fails(hidden.control.set_code(3, PIN, name="x"), "lock_place_hidden")
    assert [kind for kind, _ in hidden.keypad.history] == ["set"]


async def test_our_record_decides_what_is_cleared_where_pins_are_hidden(hidden):
    hidden.keypad.codes[3] = PIN
    mine = hidden.locks.fingerprint(PIN)
    assert await hidden.control.clear_code(3, fingerprint=mine) is WriteOutcome.CONFIRMED
    assert hidden.keypad.codes == {}


async def test_without_a_fingerprint_the_record_decides_too(readable):
    readable.keypad.codes[3] = FOREIGN
    assert await readable.control.clear_code(3, fingerprint=None) is WriteOutcome.CONFIRMED
    assert readable.keypad.codes == {}


async def test_a_user_that_ends_up_disabled_may_hold_our_code(rig):
    rig.keypad.codes[4] = FOREIGN
    rig.statuses[4] = "disabled"
    await fails(rig.control.set_code(4, PIN, name="x"), taken(rig))

    async def write_disabled(slot, code):
        await plain_write(slot, code)
        rig.statuses[slot] = "disabled"

    plain_write = rig.keypad.write
    rig.keypad.write = write_disabled
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_write_unknown")


async def test_another_code_in_the_place_after_the_write_is_not_ours(readable):
    async def overtaken(slot, code):
        await plain_write(slot, FOREIGN)

    plain_write = readable.keypad.write
    readable.keypad.write = overtaken
    await fails(readable.control.set_code(3, PIN, name="x"), "lock_slot_taken")


# --- what is no answer


@pytest.mark.parametrize("status", ["not_supported_255", "not_supported_2", "sleeping"])
async def test_a_status_that_nobody_knows_is_never_free(rig, status):
    rig.statuses.update(dict.fromkeys(range(1, 11), status))
    await fails(rig.control.free_slot(frozenset()), "lock_unreadable")
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_unreadable")
    await fails(rig.control.clear_code(3, fingerprint=None), "lock_unreadable")
    assert rig.keypad.history == []


async def test_what_the_broker_kept_is_no_answer(hass, rig):
    rig.keypad.reads_fail = True
    rig.remembered["users"] = {"3": {"status": "available"}}

    def keep_for_a_new_listener(slot):
        hass.data["mqtt"].client.return_value._retained_topics.clear()
        rig.say({}, retain=True)

    rig.before_answer = keep_for_a_new_listener
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_unreadable")
    assert rig.keypad.history == []


async def test_the_news_of_an_opened_door_is_no_answer(rig):
    """Zigbee2MQTT adds what it remembers: here a user that has been taken since."""
    rig.keypad.reads_fail = True
    rig.remembered["users"] = {"3": {"status": "available"}}
    rig.before_answer = lambda slot: rig.say({"action": "unlock", "action_user": 2})
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_unreadable")


async def test_the_answer_about_another_user_is_no_answer(rig):
    rig.keypad.reads_fail = True
    rig.before_answer = lambda slot: rig.say({"users": {"4": {"status": "available"}}})
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_unreadable")


async def test_one_message_with_an_old_user_in_it_does_not_overwrite_the_owner(rig):
    """A battery report between question and answer still calls the place free."""
    rig.keypad.codes[3] = FOREIGN
    rig.remembered["users"] = {"3": {"status": "available"}}
    reports = iter([{"battery": 79}])

    def report(slot):
        if news := next(reports, None):
            rig.say(news)

    rig.before_answer = report
    await fails(rig.control.set_code(3, PIN, name="x"), taken(rig))
    assert rig.keypad.codes == {3: FOREIGN}


async def test_nor_does_one_after_a_question_that_was_lost(rig):
    rig.keypad.codes[3] = FOREIGN
    rig.keypad.reads_fail = True
    rig.remembered["users"] = {"3": {"status": "available"}}

    def report_at_the_second(slot):
        if len(rig.asked) > 1:
            rig.keypad.reads_fail = False
            rig.before_answer = lambda slot: None
            rig.say({"battery": 79})

    rig.before_answer = report_at_the_second
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_unreadable")
    assert rig.keypad.codes == {3: FOREIGN}


async def test_a_lock_that_contradicts_itself_is_unreadable(rig):
    """An end of waiting with the last word is no agreement either."""
    words = cycle(["available", "enabled"])
    rig.before_answer = lambda slot: rig.statuses.update({slot: next(words)})
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_unreadable")
    await fails(rig.control.clear_code(3, fingerprint=None), "lock_unreadable")
    assert rig.keypad.history == []


async def test_an_old_pin_beside_available_keeps_the_place_from_being_used(readable):
    """Zigbee2MQTT remembers a PIN that is no longer shown; written there, ours would look foreign."""
    readable.shows_pins = False
    readable.remembered["users"] = {"10": {"status": "available", "pin_code": FOREIGN}}
    assert await readable.control.free_slot(frozenset()) == 9
    await fails(readable.control.set_code(10, PIN, name="x"), "lock_slot_taken")
    mine = readable.locks.fingerprint(PIN)
    assert await readable.control.clear_code(10, fingerprint=mine) is WriteOutcome.CONFIRMED
    assert readable.keypad.history == []


@pytest.mark.parametrize(
    ("payload", "users"),
    [
        ("", None),
        ("LOCK", None),
        ("[1]", None),
        ("\ufffd{", None),
        ("[" * 5000, None),
        ('{"state": "LOCK"}', None),
        ('{"users": [1]}', None),
        ('{"users": {"3": {"status": "available"}}, "action": "unlock"}', None),
        ('{"users": {"3": "available"}}', {}),
        ('{"users": {"3": {}}}', {"3": UserStatus.UNKNOWN}),
        ('{"users": {"3": {"status": 1}}}', {"3": UserStatus.UNKNOWN}),
        ('{"users": {"3": {"status": "available"}}, "action": ""}', {"3": UserStatus.AVAILABLE}),
        (b'{"users": {"0": {"status": "disabled"}}}', {"0": UserStatus.DISABLED}),
        ('{"users": {"' + "9" * 9000 + '": 1, "3": {"status": "enabled"}}}', {"3": "enabled"}),
    ],
)
def test_what_a_message_tells(payload, users):
    """Whatever comes: an error would have Home Assistant log the payload."""
    found = users_in(payload)
    assert users == (None if found is None else {n: user.status for n, user in found.items()})


@pytest.mark.parametrize(
    ("shown", "code", "free"),
    [
        ("", None, True),
        ("0000", None, True),
        ("\0\0", None, True),
        ("\ufffd\ufffd", None, True),
        (None, None, True),
        ("****", None, False),
        ("4739", "4739", False),
    ],
)
def test_what_stands_beside_available(shown, code, free):
    payload = {"users": {"3": {"status": "available", "pin_code": shown}}}
    user = users_in(json.dumps(payload))["3"]
    assert (user.code, user.is_free) == (code, free)


def test_a_reading_shows_no_code_in_its_repr():
    assert "4739" not in repr(UserReading(status=UserStatus.ENABLED, shown="4739"))


# --- broken off


async def test_without_mqtt_nothing_can_be_reached(hass):
    hass.states.async_set(LOCK, "locked")
    door = Door(id="shed", name="Shed", source=LOCK, family=LockFamily.ZIGBEE2MQTT)
    control = HomeLocks(hass, {"shed": door}, key=KEY).of("shed")
    await fails(control.capabilities(), "lock_unavailable")
    await fails(control.set_code(3, PIN, name="x"), "lock_unavailable")
    assert family_of(hass, LOCK) is LockFamily.NONE


async def test_without_the_broker_nothing_is_sent(rig, mqtt_mock):
    mqtt_mock.connected = False
    for work in (
        rig.control.capabilities(),
        rig.control.known_codes(),
        rig.control.free_slot(frozenset()),
        rig.control.set_code(3, PIN, name="x"),
        rig.control.clear_code(3, fingerprint=None),
    ):
        await fails(work, "lock_unavailable")
    assert rig.sent == []


async def test_a_connection_lost_with_the_write_leaves_it_unknown(rig):
    """The client keeps the message and sends it when the broker is back."""

    def lose_it_at_the_write(topic, *rest):
        rig.broken = rig.broken or topic.endswith("/set")
        return publish(topic, *rest)

    publish = rig.broker.publish.side_effect
    rig.broker.publish.side_effect = lose_it_at_the_write
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_write_unknown")
    rig.broken = False
    rig.keypad.codes[3] = PIN

    def lose_it_once(topic, *rest):
        rig.broken = topic.endswith("/set")
        return publish(topic, *rest)

    rig.broker.publish.side_effect = lose_it_once
    await fails(rig.control.clear_code(3, fingerprint=None), "lock_write_unknown")
    assert rig.keypad.codes == {3: PIN}
    await fails(rig.control.set_code(4, FOREIGN, name="x"), "lock_write_unknown")


async def test_a_write_that_failed_on_the_way_and_shows_up_all_the_same_is_confirmed(rig):
    rig.keypad.write_error = "timeout"
    assert await rig.control.set_code(3, PIN, name="x") is WriteOutcome.CONFIRMED


async def test_an_unacknowledged_write_that_never_shows_is_unknown(rig):
    rig.keypad.hang_s = 60
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_write_unknown")


async def test_a_lock_that_vanishes_after_the_write_is_not_confirmed(rig):
    async def write_and_vanish(slot, code):
        await plain_write(slot, code)
        rig.go_unavailable()

    plain_write = rig.keypad.write
    rig.keypad.write = write_and_vanish
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_write_unknown")
    rig.say({"state": "online"}, topic="zigbee2mqtt/bridge/state")
    await fails(rig.control.clear_code(3, fingerprint=None), "lock_write_unknown")


async def test_after_each_talk_nobody_listens_on(rig, mqtt_mock):
    before = len(mqtt_mock.return_value.subscriptions)
    await rig.control.set_code(3, PIN, name="x")
    rig.keypad.reads_fail = True
    await fails(rig.control.free_slot(frozenset()), "lock_unreadable")
    assert len(mqtt_mock.return_value.subscriptions) == before


# --- whose lock it is


async def test_the_family_is_known_by_the_announcement(hass, rig):
    assert family_of(hass, LOCK) is LockFamily.ZIGBEE2MQTT
    assert device_topic(hass, LOCK) == TOPIC
    assert device_topic(hass, "lock.elsewhere") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": {"name": "Tasmota"}, "device": {"identifiers": ["x"], "name": "Shed"}},
        {"origin": {"name": "zigbee2mqttish"}, "device": {"identifiers": ["x"], "name": "Shed"}},
        {"command_topic": "zigbee2mqtt/Shed/left/set/state_left"},
        {"command_topic": "elsewhere/Shed/set"},
    ],
)
async def test_another_lock_behind_mqtt_takes_no_codes(hass, start, changes):
    rig = await start(ZigbeeRig, announcement=ANNOUNCEMENT | changes)
    assert family_of(hass, LOCK) is LockFamily.NONE
    for work in (rig.control.capabilities(), rig.control.set_code(3, PIN, name="x")):
        await fails(work, "lock_cannot_take_codes")
    assert rig.sent == []


async def test_a_renamed_device_is_spoken_to_by_its_new_topic(hass, readable):
    moved = {"state_topic": "zigbee2mqtt/Barn", "command_topic": "zigbee2mqtt/Barn/set"}
    readable.announce(ANNOUNCEMENT | moved)
    await hass.async_block_till_done()
    assert device_topic(hass, LOCK) == "zigbee2mqtt/Barn"


async def test_either_the_origin_or_the_device_says_that_it_is_zigbee2mqtt(hass, start):
    without = {name: value for name, value in ANNOUNCEMENT.items() if name != "origin"}
    await start(ZigbeeRig, announcement=without)
    assert device_topic(hass, LOCK) == TOPIC


async def test_a_release_that_keeps_announcements_elsewhere_takes_no_codes(hass, rig):
    hass.data["mqtt"].debug_info_entities.clear()
    await fails(rig.control.set_code(3, PIN, name="x"), "lock_cannot_take_codes")


# --- nothing tells the code


async def test_no_code_on_the_bus_or_in_our_log(hass, rig, caplog):
    caplog.set_level(logging.DEBUG)
    events = []
    stop = hass.bus.async_listen(MATCH_ALL, events.append)
    await rig.control.set_code(3, PIN, name="x")
    await rig.control.clear_code(3, fingerprint=rig.locks.fingerprint(PIN))
    rig.broken = True
    with pytest.raises(LockFailedError) as failed:
        await rig.control.set_code(3, PIN, name="x")
    await hass.async_block_till_done()
    stop()
    assert rig.keypad.history == [("set", 3), ("clear", 3)]
    assert [event for event in events if PIN in str(event.data)] == []
    assert not any(event.event_type == EVENT_CALL_SERVICE for event in events)
    assert failed.value.__cause__ is None
    told = {record.name for record in caplog.records if PIN in record.getMessage()}
    if isinstance(rig, HiddenZigbeeRig):
        assert told == {"homeassistant.components.mqtt.client"}  # at level debug: not in our reach
    assert not any("verified_response" in name for name in told)
