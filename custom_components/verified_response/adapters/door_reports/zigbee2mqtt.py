"""Zigbee2MQTT: what the lock did stands in the `action` fields of its device's topic.

Zigbee2MQTT itself leaves actions out of the state that it keeps and repeats. Where something does keep
them (the broker, another bridge), a message that repeats the last action tells nothing new. A message
without the action that the one before had proves that they are not kept: from then on each one counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util.json import json_loads_object

from ...core.entries import DoorAct, DoorReport, EntryMethod
from ...core.premises import Door
from ..doors import Doors
from ..edges import Settling, is_known
from ..mqtt_topics import device_topic
from .parts import Say, as_text, place

if TYPE_CHECKING:
    from homeassistant.components.mqtt.models import ReceiveMessage

PLATFORM: Final = "mqtt"
ACTION: Final = "action"
KEPT: Final = (ACTION, "action_source_name", "action_user")
METHODS: Final[Mapping[str, EntryMethod]] = {
    "keypad": EntryMethod.KEYPAD,
    "rfid": EntryMethod.TAG,
    "fingerprint": EntryMethod.BIOMETRIC,
    "rf": EntryMethod.REMOTE,
    "zigbee": EntryMethod.REMOTE,
    "manual": EntryMethod.MANUAL,
    "key": EntryMethod.MANUAL,
    "one_touch": EntryMethod.MANUAL,
    "auto": EntryMethod.AUTO,
    "schedule": EntryMethod.AUTO,
}
"""What an action begins with, or its source (zigbee-herdsman-converters, `lock_operation_event`)."""
FAILURE: Final = "lock_failure_"
NAMES_NOBODY: Final = "invalid_pin_or_id"


@dataclass(kw_only=True, slots=True, eq=False)
class _Topic:
    """What was heard of one device."""

    door: Door
    topic: str = ""
    end: Callable[[], None] | None = None
    last: Mapping[str, str] = field(default_factory=dict)
    keeps_actions: bool = True
    """As long as nothing has proved the contrary."""


class Topics:
    """Follows the topics of the doors' locks; which topic is whose may change while it runs."""

    def __init__(
        self, hass: HomeAssistant, doors: Doors, say: Say, *, now: Callable[[], datetime]
    ) -> None:
        self._hass = hass
        self._doors = doors
        self._say = say
        self._now = now
        self._topics = {door.id: _Topic(door=door) for door in doors}
        self._settling = Settling((door.source for door in doors), now)
        self._ended = False

    def hears(self, door_id: str) -> bool:
        """Say whether this door's lock speaks for itself on a topic."""
        return self._topics[door_id].end is not None

    def listen(self) -> Callable[[], None]:
        """Begin; return what ends it. Topics that are not known yet are found with the first state."""

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            silent = not is_known(event.data["old_state"])
            for item in self._topics.values():
                if self._doors.entity_of(item.door) == event.data["entity_id"]:
                    self._settling.settled(item.door.source, silent=silent)
                    self._follow(item)

        entities = [self._doors.entity_of(door) for door in self._doors]
        stop = async_track_state_change_event(self._hass, entities, changed)
        for item in self._topics.values():
            self._follow(item)

        def end() -> None:
            self._ended = True
            stop()
            for item in self._topics.values():
                self._leave(item)

        return end

    def _follow(self, item: _Topic) -> None:
        """Subscribe to the topic of a door's lock, if that is known and another than before."""
        if self._doors.platform_of(item.door) != PLATFORM:
            return
        topic = device_topic(self._hass, self._doors.entity_of(item.door))
        if topic is None or topic == item.topic:
            return
        self._leave(item)
        item.topic, item.last = topic, {}
        self._hass.async_create_task(self._subscribe(item, topic), eager_start=True)

    async def _subscribe(self, item: _Topic, topic: str) -> None:
        from homeassistant.components import mqtt

        @callback
        def received(message: ReceiveMessage) -> None:
            if item.topic == topic:  # MQTT that is reloaded restores subscriptions, ended ones too
                self._hear(item, message)

        try:
            end = await mqtt.async_subscribe(self._hass, topic, received)
        except HomeAssistantError:
            item.topic = ""  # tried again with the lock's next state
            return
        if self._ended or item.topic != topic:
            end()
        else:
            item.end = end

    @staticmethod
    def _leave(item: _Topic) -> None:
        if item.end is not None:
            item.end()
        item.end, item.topic = None, ""

    def _hear(self, item: _Topic, message: ReceiveMessage) -> None:
        try:
            said = json_loads_object(message.payload)
        except ValueError:
            return
        before, item.last = item.last, as_text(said, KEPT) if said.get(ACTION) else {}
        if before and not item.last:
            item.keeps_actions = False
        repeated = item.keeps_actions and item.last == before
        settled = self._settling.settled(item.door.source, silent=False)
        if item.last and settled and not repeated and not message.retain:
            self._tell(item.door.id, said, item.last)

    def _tell(self, door_id: str, said: Mapping[str, object], raw: Mapping[str, str]) -> None:
        action = raw.get(ACTION, "")
        begins, _, act = action.rpartition("_")
        by = EntryMethod.UNKNOWN
        if FAILURE in action:
            told = DoorAct.REFUSED
        elif act in {"lock", "unlock"}:
            told = DoorAct.LOCKED if act == "lock" else DoorAct.UNLOCKED
            by = METHODS.get(begins, EntryMethod.UNKNOWN)
        else:
            return  # codes written, nobody's business, unknown
        if by is EntryMethod.UNKNOWN:
            by = METHODS.get(raw.get("action_source_name", ""), EntryMethod.UNKNOWN)
        nobody = action.endswith(NAMES_NOBODY)
        self._say(
            DoorReport(
                at=self._now(),
                door_id=door_id,
                act=told,
                method=by,
                slot=None if nobody else place(said.get("action_user"), first=0),
                raw=raw,
            )
        )
