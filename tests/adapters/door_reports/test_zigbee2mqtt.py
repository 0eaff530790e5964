"""Zigbee2MQTT: the action fields of a lock's own topic, through Home Assistant's MQTT."""

import json
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import async_fire_mqtt_message
from pytest_homeassistant_custom_component.typing import MqttMockHAClient

from custom_components.verified_response.adapters.mqtt_topics import device_topic
from custom_components.verified_response.core.entries import DoorAct, EntryMethod

from .kit import CODE, Ear

LOCKED, UNLOCKED, REFUSED = DoorAct.LOCKED, DoorAct.UNLOCKED, DoorAct.REFUSED
KEYPAD, MANUAL, REMOTE = EntryMethod.KEYPAD, EntryMethod.MANUAL, EntryMethod.REMOTE
TAG, BIOMETRIC, AUTO = EntryMethod.TAG, EntryMethod.BIOMETRIC, EntryMethod.AUTO
UNKNOWN = EntryMethod.UNKNOWN
TOPIC = "zigbee2mqtt/Front lock"
CONFIG = "homeassistant/lock/0x00158d0001a2b3c4/lock/config"
ORIGIN = {"name": "Zigbee2MQTT", "sw": "2.6.0", "url": "https://www.zigbee2mqtt.io"}


def discovery(topic: str = TOPIC, **changes: Any) -> dict[str, Any]:
    """Return the message by which Zigbee2MQTT makes a lock known."""
    return {
        "availability": [{"topic": "zigbee2mqtt/bridge/state"}],
        "command_topic": f"{topic}/set",
        "state_topic": topic,
        "default_entity_id": "lock.front",
        "device": {
            "identifiers": ["zigbee2mqtt_0x00158d0001a2b3c4"],
            "manufacturer": "Yale",
            "name": "Front lock",
        },
        "name": None,
        "origin": ORIGIN,
        "payload_lock": "LOCK",
        "payload_unlock": "UNLOCK",
        "state_locked": "LOCK",
        "state_unlocked": "UNLOCK",
        "unique_id": "0x00158d0001a2b3c4_lock_zigbee2mqtt",
        "value_template": "{{ value_json.state }}",
        **changes,
    }


class Lock:
    """A lock that Zigbee2MQTT speaks for."""

    def __init__(self, hass: HomeAssistant, ear: Ear) -> None:
        self.hass = hass
        self.ear = ear

    async def is_known(self, **changes: Any) -> None:
        await self.publish(CONFIG, discovery(**changes))
        await self.publish("zigbee2mqtt/bridge/state", {"state": "online"})
        assert self.hass.states.get("lock.front") is not None

    async def publish(self, topic: str, payload: object, *, retain: bool = False) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        if topic == "zigbee2mqtt/bridge/state" and isinstance(payload, dict):
            text = payload["state"]
        async_fire_mqtt_message(self.hass, topic, text, retain=retain)
        await self.hass.async_block_till_done()

    async def says(self, action: str | None = None, *, retain: bool = False, **more: Any) -> None:
        said = {"battery": 87, "linkquality": 120, "state": "LOCK", "lock_state": "locked"}
        if action is not None:
            said |= {"action": action}
        await self.publish(TOPIC, said | more, retain=retain)

    async def begins(self) -> None:
        """Known, locked, and listened to since a while."""
        await self.is_known()
        await self.says()
        self.ear.listen()


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Home Assistant's MQTT client keeps one of its own."""
    return True


@pytest.fixture
async def lock(hass: HomeAssistant, mqtt_mock: MqttMockHAClient, ear: Ear) -> Lock:
    return Lock(hass, ear)


@pytest.mark.parametrize(
    ("action", "source", "told"),
    [
        ("unlock", "keypad", (UNLOCKED, KEYPAD, 7, "")),
        ("lock", "keypad", (LOCKED, KEYPAD, 7, "")),
        ("unlock", "rf", (UNLOCKED, REMOTE, 7, "")),
        ("unlock", "rfid", (UNLOCKED, TAG, 7, "")),
        ("unlock", "fingerprint", (UNLOCKED, BIOMETRIC, 7, "")),
        ("unlock", None, (UNLOCKED, UNKNOWN, 7, "")),
        ("manual_unlock", "manual", (UNLOCKED, MANUAL, 7, "")),
        ("key_unlock", None, (UNLOCKED, MANUAL, 7, "")),
        ("one_touch_lock", None, (LOCKED, MANUAL, 7, "")),
        ("auto_lock", "manual", (LOCKED, AUTO, 7, "")),
        ("schedule_unlock", None, (UNLOCKED, AUTO, 7, "")),
        ("keypad_unlock", None, (UNLOCKED, KEYPAD, 7, "")),
        ("rfid_unlock", None, (UNLOCKED, TAG, 7, "")),
        ("fingerprint_lock", None, (LOCKED, BIOMETRIC, 7, "")),
        ("zigbee_unlock", None, (UNLOCKED, REMOTE, 7, "")),
        ("unlock_failure_invalid_pin_or_id", "keypad", (REFUSED, KEYPAD, None, "")),
        ("lock_failure_invalid_pin_or_id", "rfid", (REFUSED, TAG, None, "")),
        ("unlock_failure_invalid_schedule", "keypad", (REFUSED, KEYPAD, 7, "")),
    ],
)
async def test_what_was_done(
    lock: Lock, action: str, source: str | None, told: tuple[object, ...]
) -> None:
    await lock.begins()
    await lock.says(action, action_user=7, action_source_name=source, action_source=0)
    assert lock.ear.told == [told]


@pytest.mark.parametrize(
    "action",
    [
        None,
        "",
        "unknown",
        "non_access_user_operational_event",
        "pin_code_added",
        "pin_code_deleted",
        "error_jammed",
    ],
)
async def test_what_is_no_entry(lock: Lock, action: str | None) -> None:
    await lock.begins()
    await lock.says(action, action_user=7)
    await lock.publish(TOPIC, "online")
    await lock.publish(TOPIC, "[1]")
    assert lock.ear.said == []


async def test_the_lock_itself_speaks_and_its_state_is_not_counted_beside_it(lock: Lock) -> None:
    await lock.begins()
    await lock.says("unlock", action_user=7, action_source_name="keypad", state="UNLOCK")
    assert lock.hass.states.get("lock.front").state == "unlocked"  # type: ignore[union-attr]
    await lock.says(state="UNLOCK")
    assert lock.ear.told == [(UNLOCKED, KEYPAD, 7, "")]


async def test_what_the_broker_kept_is_no_entry(lock: Lock) -> None:
    await lock.begins()
    await lock.says("unlock", retain=True, action_user=7)
    assert lock.ear.said == []


async def test_an_action_that_is_repeated_with_other_news_counts_once(lock: Lock) -> None:
    await lock.begins()
    unlock: dict[str, Any] = {"action_user": 7, "action_source_name": "keypad"}
    await lock.says("unlock", **unlock)
    await lock.says("unlock", **unlock, battery=86)
    await lock.says("unlock", **unlock, state="UNLOCK")
    assert len(lock.ear.told) == 1
    await lock.says("lock", **unlock)
    await lock.says("unlock", **unlock)
    assert [told[0] for told in lock.ear.told] == [UNLOCKED, LOCKED, UNLOCKED]


async def test_once_actions_are_known_not_to_be_kept_each_one_counts(lock: Lock) -> None:
    """Three wrong codes in a row are three, though nothing else was said between them."""
    await lock.begins()
    wrong = "unlock_failure_invalid_pin_or_id"
    await lock.says(wrong, action_user=0)
    await lock.says()
    for _ in range(3):
        await lock.says(wrong, action_user=0)
    assert [told[0] for told in lock.ear.told] == [REFUSED] * 4


async def test_nothing_of_a_code_is_kept(lock: Lock) -> None:
    await lock.begins()
    users = {"7": {"status": "enabled", "pin_code": CODE}}
    pin = {"user": 7, "pin_code": CODE}
    await lock.says("unlock", action_user=7, pin_code=pin, users=users, action_source_name=CODE)
    [report] = lock.ear.said
    assert report.raw == {"action": "unlock", "action_user": "7"}
    assert CODE not in repr(report)


async def test_a_field_that_is_more_than_a_word_is_not_kept(lock: Lock) -> None:
    await lock.begins()
    await lock.says("unlock", action_user={"id": 7, "pin": CODE}, action_source_name=[CODE])
    assert lock.ear.told == [(UNLOCKED, UNKNOWN, None, "")]
    assert lock.ear.said[0].raw == {"action": "unlock"}


@pytest.mark.parametrize(("user", "slot"), [(0, 0), (250, 250), (65535, None), ("7", None)])
async def test_the_place_as_the_lock_counts_it(lock: Lock, user: object, slot: int | None) -> None:
    await lock.begins()
    await lock.says("unlock", action_user=user)
    assert [told[2] for told in lock.ear.told] == [slot]


async def test_class_1_what_is_repeated_when_the_bridge_comes_back_is_no_entry(lock: Lock) -> None:
    """Peers' failure class 1: a restart is no intrusion."""
    await lock.begins()
    await lock.publish("zigbee2mqtt/bridge/state", {"state": "offline"})
    await lock.publish("zigbee2mqtt/bridge/state", {"state": "online"})
    await lock.says("unlock", action_user=7)
    assert lock.ear.said == []
    lock.ear.clock.tick(6)
    await lock.says()
    await lock.says("unlock", action_user=7)
    assert len(lock.ear.told) == 1


async def test_a_lock_that_becomes_known_later_is_heard(lock: Lock) -> None:
    lock.ear.listen()
    await lock.is_known()
    await lock.says()
    lock.ear.clock.tick(6)
    await lock.says("unlock", action_user=7)
    assert len(lock.ear.told) == 1


async def test_a_lock_that_is_renamed_in_zigbee2mqtt_is_heard_on(lock: Lock) -> None:
    await lock.begins()
    await lock.is_known(topic="zigbee2mqtt/Entrance")
    await lock.publish("zigbee2mqtt/Entrance", {"state": "LOCK"})
    await lock.publish("zigbee2mqtt/Entrance", {"state": "UNLOCK"})
    await lock.publish("zigbee2mqtt/Entrance", {"state": "LOCK"})
    lock.ear.clock.tick(6)
    await lock.publish("zigbee2mqtt/Entrance", {"action": "unlock", "action_user": 7})
    await lock.says("unlock", action_user=8)
    assert [told[2] for told in lock.ear.told] == [7]


async def test_a_lock_that_is_renamed_there_and_back_is_heard_once(lock: Lock) -> None:
    await lock.begins()
    for topic in ("zigbee2mqtt/Entrance", TOPIC):
        await lock.is_known(topic=topic)
        for state in ("UNLOCK", "LOCK"):
            await lock.publish(topic, {"state": state})
    lock.ear.clock.tick(6)
    await lock.says("unlock", action_user=7)
    await lock.says()
    await lock.says("unlock", action_user=7)
    assert len(lock.ear.told) == 2


async def test_a_reloaded_mqtt_is_heard_on_and_not_after_the_end(lock: Lock) -> None:
    """MQTT hands what was subscribed to from its old client to the new one."""
    await lock.begins()
    [entry] = lock.hass.config_entries.async_entries("mqtt")
    mqtt = lock.hass.data["mqtt"]
    mqtt.client = mqtt.client.return_value  # the double in front of it has no subscriptions
    assert await lock.hass.config_entries.async_reload(entry.entry_id)
    await lock.is_known()
    await lock.says()
    lock.ear.clock.tick(6)
    await lock.says("unlock", action_user=7)
    assert len(lock.ear.told) == 1
    lock.ear.end()
    await lock.says("lock", action_user=7)
    assert len(lock.ear.told) == 1


async def test_after_the_end_nothing_is_heard(lock: Lock) -> None:
    await lock.begins()
    lock.ear.end()
    await lock.says("unlock", action_user=7)
    assert lock.ear.said == []


async def test_another_lock_by_mqtt_is_known_by_its_state(lock: Lock) -> None:
    plain = {"origin": {"name": "tasmota"}, "device": {"identifiers": ["shed"]}}
    await lock.is_known(**plain)
    assert device_topic(lock.hass, "lock.front") is None
    await lock.says()
    lock.ear.listen()
    await lock.says("unlock", state="UNLOCK", action_user=7)
    assert lock.ear.told == [(UNLOCKED, UNKNOWN, None, "")]


@pytest.mark.parametrize(
    ("changes", "topic"),
    [
        ({}, TOPIC),
        ({"origin": {"name": "zigbee2mqtt"}, "device": {"identifiers": "else"}}, TOPIC),
        ({"origin": {"name": "else"}, "device": {"identifiers": "zigbee2mqtt_0x1"}}, TOPIC),
        ({"origin": {"name": "else"}, "device": {"identifiers": ["else"]}}, None),
        ({"state_topic": "~/Front", "~": "zigbee2mqtt"}, "zigbee2mqtt/Front"),
        ({"state_topic": "zigbee2mqtt/+"}, None),
    ],
)
async def test_where_a_device_speaks(
    lock: Lock, changes: dict[str, Any], topic: str | None
) -> None:
    await lock.is_known(**changes)
    assert device_topic(lock.hass, "lock.front") == topic


async def test_the_topic_follows_a_renamed_entity(lock: Lock) -> None:
    await lock.is_known()
    er.async_get(lock.hass).async_update_entity("lock.front", new_entity_id="lock.entrance")
    await lock.hass.async_block_till_done()
    assert device_topic(lock.hass, "lock.entrance") == TOPIC
    assert device_topic(lock.hass, "lock.front") is None


async def test_without_mqtt_there_is_no_topic(hass: HomeAssistant, ear: Ear) -> None:
    ear.add("mqtt")
    await ear.state("locked")
    ear.listen()
    assert device_topic(hass, "lock.front") is None
    await ear.state("unlocked")
    assert ear.told == [(UNLOCKED, UNKNOWN, None, "")]
