"""A lock of Zigbee2MQTT under Home Assistant's own mqtt, whose broker is made up."""

import json
from contextlib import suppress
from types import SimpleNamespace
from typing import override

from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError
from pytest_homeassistant_custom_component.common import async_fire_mqtt_message

from custom_components.verified_response.adapters.locks import HomeLocks
from custom_components.verified_response.adapters.locks.base import Patience
from custom_components.verified_response.core.premises import Door, LockFamily

from .lock_rigs import KEY, LOCK, Keypad, Rig

HASTE = Patience(read_s=0.5, write_s=0.5, settle_s=0.5, poll_s=0.005)
"""Two answers in a row must come in time on a busy machine, too."""
TOPIC = "zigbee2mqtt/Shed"
ANNOUNCED = "homeassistant/lock/0x00158d0001ab12cd/lock/config"
ANNOUNCEMENT = {
    "name": None,
    "command_topic": f"{TOPIC}/set",
    "state_topic": TOPIC,
    "value_template": '{{ value_json["state"] }}',
    "state_locked": "LOCK",
    "state_unlocked": "UNLOCK",
    "default_entity_id": LOCK,
    "unique_id": "0x00158d0001ab12cd_lock_zigbee2mqtt",
    "origin": {"name": "Zigbee2MQTT", "sw": "2.14.1", "url": "https://www.zigbee2mqtt.io"},
    "device": {"identifiers": ["zigbee2mqtt_0x00158d0001ab12cd"], "name": "Shed"},
    "availability": [
        {"topic": "zigbee2mqtt/bridge/state", "value_template": "{{ value_json.state }}"}
    ],
}


class ZigbeeRig(Rig):
    """A lock whose PINs are shown (`expose_pin`); what it told once stays in every message."""

    shows_pins = True
    announcement = ANNOUNCEMENT

    def __init__(self, broker):
        self.broker = broker
        self.remembered = {"state": "LOCK", "battery": 80}
        self.statuses = {}
        """Statuses that are told instead of the true ones, by user."""
        self.sent = []
        """Everything published to the lock: topic, payload, qos, retain."""
        self.asked = []
        self.before_answer = lambda slot: None
        self.broken = False

    @override
    async def start(self, hass):
        self.hass = hass
        self.keypad = Keypad()
        self._deliver = self.broker.publish.side_effect
        self.broker.publish.side_effect = self._publish
        self.say({"state": "online"}, topic="zigbee2mqtt/bridge/state")
        self.announce(self.announcement)
        await hass.async_block_till_done()
        self.say({"state": "online"}, topic="zigbee2mqtt/bridge/state")
        self.say({})
        self.door = Door(
            id="shed",
            name="Shed",
            source=LOCK,
            family=LockFamily.ZIGBEE2MQTT,
            places=tuple(range(1, 11)),
        )
        self.doors = {"shed": self.door}
        self.locks = HomeLocks(hass, self.doors, key=KEY, patience=HASTE)

    def announce(self, announcement):
        async_fire_mqtt_message(self.hass, ANNOUNCED, json.dumps(announcement))

    def say(self, news, *, topic=TOPIC, retain=False):
        """Publish as Zigbee2MQTT does: the news, and beside it all that is remembered."""
        if topic == TOPIC:
            for number, user in news.get("users", {}).items():
                kept = self.remembered.setdefault("users", {})
                kept[number] = {**kept.get(number, {}), **user}
            self.remembered |= {
                key: value
                for key, value in news.items()
                if key != "users" and not key.startswith("action")
            }
            news = {**news, **self.remembered}
        async_fire_mqtt_message(self.hass, topic, json.dumps(news), retain=retain)

    @override
    def go_unavailable(self):
        self.say({"state": "offline"}, topic="zigbee2mqtt/bridge/state")

    @callback
    def _publish(self, topic, payload, qos=0, retain=False, properties=None):
        if not topic.startswith(f"{TOPIC}/"):
            return self._deliver(topic, payload, qos, retain, properties)
        self.sent.append((topic, payload, qos, retain))
        if self.broken:
            return SimpleNamespace(mid=0, rc=4)  # no connection; paho keeps it and sends it later
        if self.keypad.hang_s and topic.endswith("/set"):
            return SimpleNamespace(mid=100_000 + len(self.sent), rc=0)  # never acknowledged
        handle = self._set if topic.endswith("/set") else self._get
        self.hass.async_create_task(handle(json.loads(payload)["pin_code"]))
        return self._deliver(topic, payload, qos, retain, properties)

    async def _set(self, wanted):
        with suppress(HomeAssistantError):  # Zigbee2MQTT logs it and answers nothing
            await self.keypad.write(wanted["user"], wanted.get("pin_code"))

    async def _get(self, wanted):
        slot = wanted["user"]
        self.asked.append(slot)
        self.before_answer(slot)
        used, code = self.keypad.read(slot)
        if used is None:
            return
        user = {"status": self.statuses.get(slot, "enabled" if used else "available")}
        if self.shows_pins:
            user["pin_code"] = code
        self.say({"users": {str(slot): user}})


class HiddenZigbeeRig(ZigbeeRig):
    """As Zigbee2MQTT is set up by default: the status alone is told."""

    shows_pins = False
