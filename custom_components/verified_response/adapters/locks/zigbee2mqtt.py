"""Zigbee locks behind Zigbee2MQTT: users by number, written and asked over Home Assistant's mqtt.

What is said here has been read in zigbee-herdsman-converters 26.112 and Zigbee2MQTT 2.14:
users run from 0; a PIN is sent as text, so zeros in front stay; a PIN of null clears; nothing answers
a write, and a user number beyond the lock's own is not answered at all. Answers to `/get` come in the
state message, where the PIN shows only with the device's option `expose_pin`.

Outside our reach: the code crosses the broker as plain JSON. Home Assistant's mqtt client logs every
payload at level debug, Zigbee2MQTT names the code in its log, and on `bridge/logging`, when a write
fails. With `expose_pin` every code of the lock goes to every subscriber, Home Assistant's MQTT debug
information included. Without a connection the client keeps what it could not send and sends it later.
"""

import asyncio
import hmac
import json
import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.loader import async_get_loaded_integration

from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .base import HomeLock, Patience
from .zigbee2mqtt_users import UNKNOWN, UserReading, UserStatus, users_in

if TYPE_CHECKING:
    from homeassistant.components.mqtt import ReceiveMessage

LOGGER = logging.getLogger(__name__)
DOMAIN: Final = "mqtt"
SHORTEST, LONGEST = 4, 8  # Zigbee2MQTT does not tell the lock's own bounds; keypads take these
FIRST_USER: Final = 1
"""0 is the master of many locks, and no place in our contract."""
LAST_USER: Final = 19
"""Where the search begins: how many users a lock has is not told, and a number beyond is never
answered. All but one of the locks that the converters know have 20 or more; for that one, with 4,
and for a lock whose first 20 are taken, the owner sets places apart."""
ORIGIN, IDENTIFIER = "zigbee2mqtt", "zigbee2mqtt_"


class Zigbee2MqttLock(HomeLock):
    """A lock whose users can be read one by one, mostly without their PINs."""

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return the places that are searched, and cautious lengths."""
        self._topic()
        return LockCapabilities(
            slots=self._places()[0],
            min_length=SHORTEST,
            max_length=LONGEST,
            read_back=True,
            names_user=True,
        )

    @override
    async def known_codes(self) -> frozenset[str]:
        """Return the PINs of the users that Zigbee2MQTT remembers, if it shows PINs at all."""
        async with self._talk() as talk:
            users = await talk.ask(self._places()[0], self._patience.read_s)
        if users is None:
            raise self._failed("lock_unreadable")
        held = [user for user in users.values() if user.status is not UserStatus.AVAILABLE]
        return frozenset(user.code for user in held if user.code is not None)

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the highest user that the lock itself calls available; owners use the low ones."""
        unread = False
        deadline = self._hass.loop.time() + self._patience.settle_s
        async with self._talk() as talk:
            for slot in self._places():
                if slot in avoid:
                    continue
                left_s = deadline - self._hass.loop.time()
                reading = await talk.read(slot, min(self._patience.read_s, left_s))
                if reading.is_free:
                    return slot
                unread = unread or reading.status is UserStatus.UNKNOWN
                if self._hass.loop.time() >= deadline:
                    unread = True
                    break
        raise self._failed("lock_unreadable" if unread else "lock_full")

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Write into a free user and read back; where PINs are hidden "enabled" is the proof."""
        async with self._talk() as talk:
            before = await self._settle(talk, slot, _is_known)
            if before.holds(code):
                return WriteOutcome.CONFIRMED
            if not before.is_free:
                raise self._failed(_why_not_free(before))
            sent = await talk.send(
                "set",
                {"user": slot, "user_type": "unrestricted", "user_enabled": True, "pin_code": code},
            )
            after = await self._settle(talk, slot, _is_enabled)
        match after.status:
            case UserStatus.ENABLED if after.code is not None and after.code != code:
                raise self._failed("lock_slot_taken")
            case UserStatus.ENABLED:
                return WriteOutcome.CONFIRMED
            case UserStatus.AVAILABLE if sent:
                raise self._failed("lock_refused_code")
        raise self._failed("lock_write_unknown")

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Clear unless the user shows a foreign PIN; where PINs are hidden, our record decides."""

        def gone(user: UserReading) -> bool:
            return user.status is UserStatus.AVAILABLE or self._foreign(user, fingerprint)

        async with self._talk() as talk:
            before = await self._settle(talk, slot, _is_known)
            if gone(before):
                return WriteOutcome.CONFIRMED
            if before.status is UserStatus.UNKNOWN:
                raise self._failed("lock_unreadable")
            sent = await talk.send("set", {"user": slot, "user_enabled": False, "pin_code": None})
            after = await self._settle(talk, slot, gone)
        if gone(after):
            return WriteOutcome.CONFIRMED
        unknown = after.status is UserStatus.UNKNOWN or not sent
        raise self._failed("lock_write_unknown" if unknown else "lock_kept_code")

    def _foreign(self, user: UserReading, fingerprint: str | None) -> bool:
        if user.code is None or fingerprint is None:
            return False
        return not hmac.compare_digest(self._fingerprint(user.code), fingerprint)

    async def _settle(
        self, talk: _Talk, slot: int, wanted: Callable[[UserReading], bool]
    ) -> UserReading:
        """Read until two answers in a row agree on what is wanted; at the end, on anything.

        One message can be news of something else with old users in it, hardly two in a row.
        """
        loop = self._hass.loop
        deadline = loop.time() + self._patience.settle_s
        previous = await self._read(talk, slot)
        while True:
            await asyncio.sleep(self._patience.poll_s)
            reading = await self._read(talk, slot)
            if reading == previous and wanted(reading):
                return reading
            if loop.time() >= deadline:
                return reading if reading == previous else UNKNOWN
            previous = reading

    async def _read(self, talk: _Talk, slot: int) -> UserReading:
        if not self._available():
            return UNKNOWN
        return await talk.read(slot, self._patience.read_s)

    def _places(self) -> list[int]:
        """Return where codes may go, the highest first."""
        places = self._door.places or range(FIRST_USER, LAST_USER + 1)
        return sorted((place for place in places if place >= FIRST_USER), reverse=True)

    def _talk(self) -> _Talk:
        return _Talk(self._hass, self._topic(), self._patience)

    def _topic(self) -> str:
        """Return the device's topic; raises lock_unavailable, lock_cannot_take_codes."""
        self._require_available()
        if not _is_connected(self._hass):
            raise self._failed("lock_unavailable")
        topic = device_topic(self._hass, self._door.source)
        if topic is None:
            raise self._failed("lock_cannot_take_codes")
        return topic


class _Talk:
    """One talk with a lock: listens as long as it is open, so that no answer is missed."""

    def __init__(self, hass: HomeAssistant, topic: str, patience: Patience) -> None:
        self._hass = hass
        self._mqtt = mqtt_of(hass)
        self._topic = topic
        self._patience = patience
        self._stop: CALLBACK_TYPE | None = None
        self._asked: tuple[str, asyncio.Future[Mapping[str, UserReading]]] | None = None

    async def __aenter__(self) -> Self:
        try:
            self._stop = await self._mqtt.async_subscribe(
                self._hass, self._topic, self._heard, qos=0
            )
        except Exception as error:  # noqa: BLE001 - unloaded meanwhile: then nothing will be heard
            self._note("listening to", error)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._stop is not None:
            try:
                self._stop()
            except Exception as err:  # noqa: BLE001 - what was unloaded cannot be left
                self._note("leaving", err)

    @callback
    def _heard(self, message: ReceiveMessage) -> None:
        """Hand on what answers the open question; what the broker kept is old."""
        if message.retain or self._asked is None:
            return
        slot, answer = self._asked
        users = users_in(message.payload)
        if users is not None and slot in users and not answer.done():
            answer.set_result(users)

    async def read(self, slot: int, patience_s: float) -> UserReading:
        """Ask the lock for one user; no answer is UNKNOWN."""
        users = await self.ask(slot, patience_s)
        return UNKNOWN if users is None else users[str(slot)]

    async def ask(self, slot: int, patience_s: float) -> Mapping[str, UserReading] | None:
        """Ask for one user; return all that the answer names, None without one."""
        answer: asyncio.Future[Mapping[str, UserReading]] = self._hass.loop.create_future()
        self._asked = str(slot), answer
        try:
            async with asyncio.timeout(patience_s):
                await self._publish("get", {"user": slot})
                return await answer
        except TimeoutError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing is known
            self._note("asking", error)
            return None
        finally:
            self._asked = None

    async def send(self, verb: str, pin_code: Mapping[str, object]) -> bool:
        """Publish; False when nobody knows whether it was, or will be, delivered."""
        try:
            async with asyncio.timeout(self._patience.write_s):
                await self._publish(verb, pin_code)
        except Exception as error:  # noqa: BLE001 - reading back decides
            self._note("telling", error)
            return False
        return True

    async def _publish(self, verb: str, pin_code: Mapping[str, object]) -> None:
        payload = json.dumps({"pin_code": pin_code})
        await self._mqtt.async_publish(
            self._hass, f"{self._topic}/{verb}", payload, qos=1, retain=False
        )

    def _note(self, what: str, error: Exception) -> None:
        LOGGER.debug("%s %s failed: %s", what, self._topic, type(error).__name__)


def device_topic(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the topic of the device behind the entity, None unless Zigbee2MQTT announced it.

    Reads the announcement where Home Assistant's mqtt keeps it, which is private to it.
    """
    try:
        known = hass.data[mqtt_of(hass).DATA_MQTT].debug_info_entities[entity_id]["discovery_data"]
        announced = known["discovery_payload"]
        origin = (announced.get("origin") or {}).get("name") or ""
        identifiers = (announced.get("device") or {}).get("identifiers") or ()
        topic, command = announced.get("state_topic"), announced.get("command_topic")
    except ImportError, AttributeError, TypeError, KeyError:
        return None
    ours = origin.casefold() == ORIGIN or any(
        str(identifier).startswith(IDENTIFIER) for identifier in identifiers
    )
    return topic if ours and isinstance(topic, str) and command == f"{topic}/set" else None


def mqtt_of(hass: HomeAssistant) -> Any:
    """Return Home Assistant's mqtt, None where it is not loaded: nothing is imported for us alone."""
    if DOMAIN not in hass.config.components:
        return None
    return async_get_loaded_integration(hass, DOMAIN).get_component()


def _is_connected(hass: HomeAssistant) -> bool:
    try:
        return bool(mqtt_of(hass).is_connected(hass))
    except AttributeError, KeyError:
        return False


def _is_known(user: UserReading) -> bool:
    return user.status is not UserStatus.UNKNOWN


def _is_enabled(user: UserReading) -> bool:
    return user.status is UserStatus.ENABLED


def _why_not_free(reading: UserReading) -> str:
    if reading.status is UserStatus.UNKNOWN:
        return "lock_unreadable"
    return "lock_slot_taken" if reading.code is not None else "lock_place_hidden"
