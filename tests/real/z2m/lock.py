"""A keypad lock and the Zigbee2MQTT in front of it, as one process: `lock.py PORT USERS_FILE`.

Written after what Zigbee2MQTT 2.14 and zigbee-herdsman-converters 26.112 do. The lock keeps its users
in the file, so that they outlive this process; what Zigbee2MQTT remembers does not. Orders come as
lines of JSON on the standard input and are answered with one line each.
"""

import json
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

BASE, NAME, ADDRESS = "zigbee2mqtt", "Front door", "0x00158d0001ab12cd"
TOPIC = f"{BASE}/{NAME}"
USERS = 30
"""Numbers 0-29; another one is an error in the log of Zigbee2MQTT, and nothing is answered."""
KEYPAD = {"action_source": 0, "action_source_name": "keypad"}
NOBODY = 0xFFFF
REPUBLISH_S = 1.0
"""After Home Assistant has started; Zigbee2MQTT waits 30 s before it repeats what it remembers."""
MOTOR_S = 0.2


@dataclass(frozen=True)
class Manners:
    """How it behaves from now on."""

    expose_pin: bool = False
    delay_s: float = 0.05
    """Between a command over the radio and its answer."""
    asleep: bool = False
    """Commands wait until it wakes up."""
    lost_sets: int = 0
    lost_gets: int = 0
    """So many commands of each kind get lost on the radio."""
    capacity: int = USERS
    """A code more is refused, as is one that another user has."""
    tells: str | None = None
    """The status that it claims for every user, whatever is true."""
    flickers: bool = False
    """Every other answer claims the opposite."""


class Memory:
    """The lock's own users, by number: status and PIN."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, dict[str, str]]:
        return json.loads(self.path.read_text()) if self.path.exists() else {}

    def write(self, user: int, pin: str | None, status: str = "enabled") -> None:
        users = self.read()
        users.pop(str(user), None)
        if pin is not None:
            users[str(user)] = {"status": status, "pin_code": pin}
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(users))
        draft.replace(self.path)


class Lock:
    """The device and its bridge; radio commands are done one after the other."""

    def __init__(self, port: int, memory: Memory) -> None:
        self.memory = memory
        self.manners = Manners()
        self.remembered: dict[str, Any] = {"state": "LOCK", "lock_state": "locked", "battery": 80}
        self.answers = 0
        self.turn = threading.Condition()
        self.radio: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()
        self.subscribed = threading.Event()
        self.client = Client(CallbackAPIVersion.VERSION2, client_id="zigbee2mqtt")
        self.client.on_connect = self.connected
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_message = self.told
        self.client.will_set(f"{BASE}/bridge/state", json.dumps({"state": "offline"}), retain=True)
        self.client.reconnect_delay_set(1, 2)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        threading.Thread(target=self.work, daemon=True).start()

    # --- Zigbee2MQTT

    def connected(self, *_: object) -> None:
        self.client.subscribe([(f"{BASE}/#", 0), ("homeassistant/status", 0)])
        self.publish(f"{BASE}/bridge/state", {"state": "online"}, retain=True)
        self.publish(f"{TOPIC}/availability", {"state": "online"}, retain=True)
        for domain, key, more in (("lock", "lock", LOCK), ("sensor", "battery", BATTERY)):
            topic = f"homeassistant/{domain}/{ADDRESS}/{key}/config"
            announcement = COMMON | more | {"unique_id": f"{ADDRESS}_{key}_{BASE}"}
            self.publish(topic, announcement, retain=True)
        self.tell({})

    def publish(self, topic: str, payload: object, *, retain: bool = False) -> None:
        self.client.publish(topic, json.dumps(payload), qos=1 if retain else 0, retain=retain)

    def tell(self, news: dict[str, Any]) -> None:
        """Publish the news merged into all that is remembered; only actions are not remembered."""
        with self.turn:
            message = merged(self.remembered, news)
            self.remembered = {
                key: value for key, value in message.items() if not key.startswith("action")
            }
        self.publish(TOPIC, message | {"linkquality": 120})

    def told(self, _client: object, _data: object, message: MQTTMessage) -> None:
        if message.topic == "homeassistant/status" and message.payload == b"online":
            threading.Timer(REPUBLISH_S, self.tell, [{}]).start()
            return
        if message.topic not in {f"{TOPIC}/set", f"{TOPIC}/get"}:
            return
        verb = message.topic.rpartition("/")[2]
        if message.payload in {b"LOCK", b"UNLOCK"}:
            self.radio.put(("bolt", {"state": message.payload.decode()}))
            return
        command = json.loads(message.payload)["pin_code"]
        if 0 <= command["user"] < USERS:
            self.radio.put((verb, command))
            return
        failed = f"Publish '{verb}' 'pin_code' to '{NAME}' failed: 'user must be in range'"
        self.publish(f"{BASE}/bridge/logging", {"level": "error", "message": failed})

    # --- the lock

    def work(self) -> None:
        while True:
            verb, command = self.radio.get()
            with self.turn:
                self.turn.wait_for(lambda: not self.manners.asleep)
            time.sleep(MOTOR_S if verb == "bolt" else self.manners.delay_s)
            if verb == "bolt":
                self.move(command["state"])
            elif not self.loses(verb):
                {"set": self.set, "get": self.get}[verb](command)

    def loses(self, verb: str) -> bool:
        name = f"lost_{verb}s"
        with self.turn:
            left = getattr(self.manners, name)
            self.manners = replace(self.manners, **{name: max(left - 1, 0)})
        return left > 0

    def set(self, command: dict[str, Any]) -> None:
        user, pin = command["user"], command.get("pin_code")
        others = [one for key, one in self.memory.read().items() if key != str(user)]
        if pin is None:
            self.memory.write(user, None)
        elif len(others) < self.manners.capacity and str(pin) not in {
            one["pin_code"] for one in others
        }:
            enabled = command.get("user_enabled", True)
            self.memory.write(user, str(pin), "enabled" if enabled else "disabled")

    def get(self, command: dict[str, Any]) -> None:
        held = self.memory.read().get(str(command["user"]))
        status = self.manners.tells or (held["status"] if held else "available")
        self.answers += 1
        if self.manners.flickers and self.answers % 2:
            status = "enabled" if status == "available" else "available"
        user = {"status": status}
        if self.manners.expose_pin:
            user["pin_code"] = held["pin_code"] if held else ""
        self.tell({"users": {str(command["user"]): user}})

    def move(self, state: str) -> None:
        self.tell({"state": state, "lock_state": "locked" if state == "LOCK" else "unlocked"})

    # --- orders

    def behave(self, **changes: Any) -> None:
        with self.turn:
            self.manners = replace(self.manners, **changes)
            self.turn.notify_all()

    def reachable(self, yes: bool) -> None:
        state = "online" if yes else "offline"
        self.publish(f"{TOPIC}/availability", {"state": state}, retain=True)

    def keypad(self, code: str) -> bool:
        """Somebody types a code; say whether the door opened."""
        for number, user in self.memory.read().items():
            if user == {"status": "enabled", "pin_code": code}:
                self.tell({"action": "unlock", "action_user": int(number), **KEYPAD})
                self.move("UNLOCK")
                return True
        refused = "unlock_failure_invalid_pin_or_id"
        self.tell({"action": refused, "action_user": NOBODY, **KEYPAD})
        return False

    def program(self, user: int, code: str) -> None:
        """The owner sets a code at the keypad; Zigbee2MQTT hears of it and does not read it."""
        self.memory.write(user, code)
        self.tell({"action": "pin_code_added", "action_user": user, **KEYPAD})

    def report(self, **news: Any) -> None:
        """The lock reports something of its own accord."""
        self.tell(news)


COMMON = {
    "state_topic": TOPIC,
    "availability": [
        {"topic": f"{BASE}/bridge/state", "value_template": "{{ value_json.state }}"},
        {"topic": f"{TOPIC}/availability", "value_template": "{{ value_json.state }}"},
    ],
    "availability_mode": "all",
    "origin": {"name": "Zigbee2MQTT", "sw": "2.14.1", "url": "https://www.zigbee2mqtt.io"},
    "device": {
        "identifiers": [f"zigbee2mqtt_{ADDRESS}"],
        "name": NAME,
        "manufacturer": "Nobody",
        "model": "Keypad lock of the tests",
        "model_id": "TEST-LOCK",
        "via_device": "zigbee2mqtt_bridge_0x00124b0001cd34ef",
    },
}
LOCK = {
    "name": None,
    "command_topic": f"{TOPIC}/set",
    "value_template": '{{ value_json["state"] }}',
    "state_locked": "LOCK",
    "state_unlocked": "UNLOCK",
    "default_entity_id": "lock.front_door",
}
BATTERY = {
    "device_class": "battery",
    "unit_of_measurement": "%",
    "value_template": "{{ value_json.battery }}",
    "default_entity_id": "sensor.front_door_battery",
}


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Lay `new` over `old`, objects into objects."""
    both = dict(old)
    for key, value in new.items():
        before = both.get(key)
        nested = isinstance(value, dict) and isinstance(before, dict)
        both[key] = merged(before, value) if nested else value
    return both


def main() -> None:
    lock = Lock(int(sys.argv[1]), Memory(Path(sys.argv[2])))
    lock.subscribed.wait()
    print(json.dumps("ready"), flush=True)
    with suppress(KeyboardInterrupt):
        for line in sys.stdin:
            [(order, arguments)] = json.loads(line).items()
            print(json.dumps(getattr(lock, order)(**arguments)), flush=True)


if __name__ == "__main__":
    main()
