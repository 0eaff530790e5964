"""The strings by which a play moves the house."""

import time
from typing import Any

import probatio as vol
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType

from .house import DOMAIN, DemoHouse
from .lock import KeypadLock

SCENES = ("empty", "person", "cat", "covered", "frozen")
CODE = vol.All(cv.string, vol.Match(r"^\d{4,8}$"))
SLOT = vol.All(vol.Coerce(int), vol.Range(min=1, max=30))


def register_services(hass: HomeAssistant, house: DemoHouse) -> None:
    """Register every service of the house."""
    director = _Director(hass, house)
    entity = {vol.Required("entity_id"): cv.entity_id}
    none, optional, only = (
        SupportsResponse.NONE,
        SupportsResponse.OPTIONAL,
        SupportsResponse.ONLY,
    )
    slot = {vol.Required("slot"): SLOT}
    table: dict[str, tuple[Any, dict[Any, Any], SupportsResponse]] = {
        "set": (director.set, entity | {vol.Required("state"): cv.string}, none),
        "scene": (
            director.scene,
            {vol.Required("camera"): cv.entity_id, vol.Required("scene"): vol.In(SCENES)},
            none,
        ),
        "set_code": (
            director.set_code,
            entity
            | slot
            | {vol.Required("code"): CODE, vol.Optional("name", default=""): cv.string},
            none,
        ),
        "clear_code": (director.clear_code, entity | slot, none),
        "get_codes": (director.get_codes, entity, only),
        "type_code": (director.type_code, entity | {vol.Required("code"): CODE}, optional),
        "messages": (director.messages, {vol.Optional("clear", default=False): cv.boolean}, only),
        "answer": (
            director.answer,
            {vol.Required("action"): cv.string, vol.Optional("reply_text"): cv.string},
            none,
        ),
    }
    for name, (act, fields, response) in table.items():
        hass.services.async_register(
            DOMAIN, name, act, vol.Schema(fields), supports_response=response
        )


class _Director:
    """Does what the services ask."""

    def __init__(self, hass: HomeAssistant, house: DemoHouse) -> None:
        self._hass = hass
        self._house = house

    async def set(self, call: ServiceCall) -> None:
        """Put an entity into a state."""
        thing = self._house.things.get(call.data["entity_id"])
        try:
            if thing is None:
                raise ServiceValidationError("This house has no such entity")
            thing.set_state(call.data["state"])
        except ValueError as err:
            raise ServiceValidationError("This entity has no such state") from err

    async def scene(self, call: ServiceCall) -> None:
        """Begin a scene before a camera."""
        stage = self._house.stages.get(call.data["camera"])
        if stage is None:
            raise ServiceValidationError("This house has no such camera")
        stage.scene, stage.since = call.data["scene"], time.monotonic()

    async def set_code(self, call: ServiceCall) -> None:
        """Write a code into a keypad's slot."""
        lock = self._keypad(call)
        async with self._house.keypad_lock:
            try:
                self._house.keypads.put(
                    lock.entity_id, call.data["slot"], call.data["code"], call.data["name"]
                )
            except ValueError as err:
                raise HomeAssistantError("The keypad refuses the code") from err
            await self._hass.async_add_executor_job(self._house.keypads.save)

    async def clear_code(self, call: ServiceCall) -> None:
        """Empty a keypad's slot."""
        lock = self._keypad(call)
        async with self._house.keypad_lock:
            self._house.keypads.drop(lock.entity_id, call.data["slot"])
            await self._hass.async_add_executor_job(self._house.keypads.save)

    async def get_codes(self, call: ServiceCall) -> ServiceResponse:
        """Read a keypad's table."""
        slots = self._house.keypads.slots(self._keypad(call).entity_id)
        return {"slots": {slot: dict[str, JsonValueType](entry) for slot, entry in slots.items()}}

    async def type_code(self, call: ServiceCall) -> ServiceResponse:
        """Type at a keypad."""
        return {"unlocked": self._keypad(call).type_code(call.data["code"])}

    async def messages(self, call: ServiceCall) -> ServiceResponse:
        """Read what the phones received."""
        received: list[JsonValueType] = list(self._house.messages)
        if call.data["clear"]:
            self._house.messages.clear()
        return {"messages": received}

    async def answer(self, call: ServiceCall) -> None:
        """Press a button of a push message, as the companion app reports it."""
        self._hass.bus.async_fire("mobile_app_notification_action", dict(call.data))

    def _keypad(self, call: ServiceCall) -> KeypadLock:
        lock = self._house.things.get(call.data["entity_id"])
        if not isinstance(lock, KeypadLock):
            raise ServiceValidationError("This house has no such keypad")
        if not lock.available:
            raise HomeAssistantError("The lock does not answer")
        return lock
