"""One keypad behind each adapter: the real adapter, real Home Assistant around it, a made-up lock at the end."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import override

from homeassistant.components.lock import LockEntity
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockEntityPlatform

from custom_components.verified_response.adapters.locks import HomeLocks
from custom_components.verified_response.adapters.locks.base import Patience
from custom_components.verified_response.core.premises import Door, LockFamily
from custom_components.verified_response.engine.lock_ports import Locks
from tests.fakes.locks import FakeLocks

LOCK = "lock.shed"
KEY = b"k" * 32
HASTE = Patience(read_s=0.1, write_s=0.1, settle_s=0.1, poll_s=0.005, script_s=0.2)


@dataclass
class Keypad:
    """What the lock itself knows and how it misbehaves."""

    slots: int = 10
    codes: dict[int, str] = field(default_factory=dict)
    history: list[tuple[str, int]] = field(default_factory=list)
    reads_fail: bool = False
    writes_lost: bool = False
    write_error: str | None = None
    hang_s: float = 0
    mask: str | None = None
    lag: int = 0
    """So many readings still show what was there before the last write."""
    old: dict[int, str] = field(default_factory=dict)

    async def write(self, slot: int, code: str | None) -> None:
        self.history.append(("clear" if code is None else "set", slot))
        if self.hang_s:
            await asyncio.sleep(self.hang_s)
        self.old = dict(self.codes)
        if not self.writes_lost:
            if code is None:
                self.codes.pop(slot, None)
            else:
                self.codes[slot] = code
        if self.write_error:
            raise HomeAssistantError(f"{self.write_error} {code}")

    def read(self, slot: int) -> tuple[bool | None, str]:
        if self.reads_fail:
            return None, ""
        codes = self.codes
        if self.lag:
            self.lag -= 1
            codes = self.old
        code = codes.get(slot, "")
        return bool(code), self.mask if code and self.mask else code

    def memory(self, slot: int | None) -> dict[str, dict[str, object]]:
        asked = range(1, self.slots + 1) if slot is None else [slot]
        answers = {n: self.read(n) for n in asked}
        return {str(n): {"in_use": used, "usercode": code} for n, (used, code) in answers.items()}


class Rig(ABC):
    """The same verbs for each adapter."""

    reads_back = True
    keypad: Keypad
    locks: Locks

    @property
    def control(self):
        return self.locks.of("shed")

    @abstractmethod
    async def start(self, hass: HomeAssistant) -> None: ...

    @abstractmethod
    def go_unavailable(self) -> None: ...


class FakeRig(Rig):
    """The in-memory fake, so that what engine tests believe is what adapters do."""

    @override
    async def start(self, hass):
        self.locks = FakeLocks(["shed"])
        self.keypad = self.locks.of("shed")

    @override
    def go_unavailable(self):
        self.keypad.unavailable = True


class FakeWriteOnlyRig(FakeRig):
    """The fake of a lock that cannot be read."""

    reads_back = False

    @override
    async def start(self, hass):
        await super().start(hass)
        self.locks.locks["shed"].read_back = False


class ManualRig(Rig):
    """Two real scripts that call a service of the owner's."""

    reads_back = False
    mode = "single"

    @override
    async def start(self, hass):
        self.hass = hass
        self.keypad = Keypad()

        async def own_write(call):
            await self.keypad.write(int(call.data["slot"]), str(call.data["code"]) or None)

        hass.services.async_register("owners_lock", "write", own_write)
        step = {
            "action": "owners_lock.write",
            "data": {"slot": "{{ slot }}", "code": "{{ code ~ '' }}"},
        }
        stop = {"stop": "the door is open", "error": True}
        scripts = {
            "shed_set": {"sequence": [step], "mode": self.mode},
            "shed_clear": {"sequence": [{**step, "data": {"slot": "{{ slot }}", "code": ""}}]},
            "gives_up": {"sequence": [stop]},
        }
        assert await async_setup_component(hass, "script", {"script": scripts})
        hass.states.async_set(LOCK, "locked")
        door = Door(
            id="shed",
            name="Shed",
            source=LOCK,
            family=LockFamily.MANUAL,
            set_script="script.shed_set",
            clear_script="script.shed_clear",
        )
        self.doors = {"shed": door}
        self.locks = HomeLocks(hass, self.doors, key=KEY, patience=HASTE)

    @override
    def go_unavailable(self):
        self.hass.states.async_set(LOCK, "unavailable")


class ZwaveEntity(LockEntity):
    """Where zwave_js keeps its node, with the entity methods its services call."""

    _attr_should_poll = False
    _attr_is_locked = True
    _attr_unique_id = "home.7.shed"
    _attr_name = "Shed"

    def __init__(self, keypad: Keypad) -> None:
        self.keypad = keypad
        self.info = SimpleNamespace(
            node=SimpleNamespace(status=4, async_invoke_cc_api=self._over_the_radio)
        )

    async def _over_the_radio(self, command_class, method, slot, *, wait_for_result):
        assert (int(command_class), method, wait_for_result) == (99, "get", True)
        used, code = self.keypad.read(slot)
        return None if used is None else {"userIdStatus": int(used), "userCode": code}

    async def async_get_lock_usercode(self, code_slot=None):
        """Say what the driver remembers: nothing, as before its first poll."""
        known = self.keypad.memory(code_slot)
        return {slot: {"in_use": None, "usercode": None} for slot in known}

    async def async_set_lock_usercode(self, code_slot, usercode):
        await self.keypad.write(code_slot, usercode)

    async def async_clear_lock_usercode(self, code_slot):
        await self.keypad.write(code_slot, None)

    async def async_get_credential_capabilities(self):
        pin = {"num_slots": 10, "min_length": 5, "max_length": 7, "supports_learn": False}
        return {"supported_credential_types": {"pin_code": pin}}


class ZwaveRig(Rig):
    """The entity's own methods and the node behind it."""

    @override
    async def start(self, hass):
        self.keypad = Keypad()
        assert await async_setup_component(hass, "lock", {})
        self.entity = ZwaveEntity(self.keypad)
        platform = MockEntityPlatform(hass, domain="lock", platform_name="zwave_js")
        await platform.async_add_entities([self.entity])
        door = Door(id="shed", name="Shed", source=LOCK, family=LockFamily.ZWAVE_JS)
        assert self.entity.entity_id == LOCK
        self.locks = HomeLocks(hass, {"shed": door}, key=KEY, patience=HASTE)

    @override
    def go_unavailable(self):
        self.entity._attr_available = False
        self.entity.async_write_ha_state()


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
            await keypad.write(call.data["code_slot"], call.data["usercode"])

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
