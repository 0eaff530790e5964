"""Z-Wave locks with user codes."""

from contextlib import suppress
from typing import override

from homeassistant.core import SupportsResponse
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.adapters.locks import HomeLocks
from custom_components.verified_response.core.premises import Door, LockFamily

from .keypad import HASTE, KEY, LOCK, AlreadyThereError, EntityRig, Keypad, Rig, node


class ZwaveMethods:
    """The entity methods that the services of zwave_js call, for user codes."""

    def __init__(self, keypad: Keypad) -> None:
        self.keypad = keypad
        self.remembers = False
        """Whether the driver has polled the codes before."""

    async def _over_the_radio(self, command_class, method, slot, *, wait_for_result):
        assert (int(command_class), method, wait_for_result) == (99, "get", True)
        used, code = self.keypad.read(slot)
        return None if used is None else {"userIdStatus": int(used), "userCode": code}

    async def async_get_lock_usercode(self, code_slot=None):
        """Say what the driver remembers: at first nothing."""
        known = self.keypad.memory(code_slot)
        if self.remembers:
            return known
        return {slot: {"in_use": None, "usercode": None} for slot in known}

    async def async_set_lock_usercode(self, code_slot, usercode):
        await _write(self.keypad, code_slot, usercode)

    async def async_clear_lock_usercode(self, code_slot):
        await _write(self.keypad, code_slot, None)

    async def async_get_credential_capabilities(self):
        pin = {"num_slots": 10, "min_length": 5, "max_length": 7, "supports_learn": False}
        return {"supported_credential_types": {"pin_code": pin}}


class ZwaveRig(EntityRig):
    """The entity's own methods and the node behind it."""

    platform = "zwave_js"
    family = LockFamily.ZWAVE_JS

    @override
    def far_end(self):
        return ZwaveMethods(self.keypad)

    @override
    def bare(self):
        entity = super().bare()
        entity.info = node(status=4, async_invoke_cc_api=self.end._over_the_radio)
        return entity


class ZwaveServiceRig(Rig):
    """A release whose entity has other methods: only the services are left."""

    @override
    async def start(self, hass):
        self.hass = hass
        keypad = self.keypad = Keypad()
        er.async_get(hass).async_get_or_create(
            "lock", "zwave_js", "home.7.shed", suggested_object_id="shed"
        )
        hass.states.async_set(LOCK, "locked")

        async def get_code(call):
            assert call.data["entity_id"] == LOCK
            return {LOCK: keypad.memory(call.data.get("code_slot"))}

        async def set_code(call):
            assert call.data["entity_id"] == LOCK
            await _write(keypad, call.data["code_slot"], call.data["usercode"])

        async def clear_code(call):
            await keypad.write(call.data["code_slot"], None)

        register = hass.services.async_register
        only = SupportsResponse.ONLY
        register("zwave_js", "get_lock_usercode", get_code, supports_response=only)
        register("zwave_js", "set_lock_usercode", set_code)
        register("zwave_js", "clear_lock_usercode", clear_code)
        door = Door(id="shed", name="Shed", source=LOCK, family=LockFamily.ZWAVE_JS)
        self.locks = HomeLocks(hass, {"shed": door}, key=KEY, patience=HASTE)

    @override
    def go_unavailable(self):
        self.hass.states.async_set(LOCK, "unavailable")


async def _write(keypad, slot, code):
    """Write as a lock with user codes does: it refuses a duplicate without a word."""
    with suppress(AlreadyThereError):
        await keypad.write(slot, code)
