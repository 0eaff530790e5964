"""What every rig shares: the lock at the end, the verbs, and how a rig is started."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from homeassistant.components.lock import LockEntity
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockEntityPlatform

from custom_components.verified_response.adapters.locks import HomeLocks
from custom_components.verified_response.adapters.locks.base import Patience
from custom_components.verified_response.core.errors import LockFailedError
from custom_components.verified_response.core.premises import Door, LockFamily
from custom_components.verified_response.engine.lock_ports import Locks

LOCK = "lock.shed"
KEY = b"k" * 32
PIN = "473916"
FOREIGN = "850273"
LABEL = "VR 4f2a9c"
HASTE = Patience(
    read_s=0.1, list_s=0.1, write_s=0.1, settle_s=0.1, poll_s=0.005, script_s=0.2, bolt_s=0.2
)


class AlreadyThereError(Exception):
    """The lock has this code already; each rig says it as its integration does."""


@dataclass
class Keypad:
    """What the lock itself knows and how it misbehaves."""

    slots: int = 10
    codes: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    history: list[tuple[str, int]] = field(default_factory=list)
    reads_fail: bool = False
    writes_lost: bool = False
    write_error: str | None = None
    hang_s: float = 0
    mask: str | None = None
    lag: int = 0
    """So many readings still show what was there before the last write."""
    old: dict[int, str] = field(default_factory=dict)
    refuses_duplicates: bool = False
    keeps_names: bool = True
    empty_users: dict[int, str] = field(default_factory=dict)
    """Users without any code, by their number."""

    async def write(self, slot: int, code: str | None, name: str = "") -> None:
        self.history.append(("clear" if code is None else "set", slot))
        if self.hang_s:
            await asyncio.sleep(self.hang_s)
        if self.refuses_duplicates and code in self.codes.values():
            raise AlreadyThereError
        self.old = dict(self.codes)
        if not self.writes_lost:
            if code is None:
                self.codes.pop(slot, None)
                self.names.pop(slot, None)
            else:
                self.codes[slot] = code
                self.call(slot, name)
        if self.write_error:
            raise HomeAssistantError(f"{self.write_error} {code}")

    def call(self, slot: int, name: str) -> None:
        """Give the user of a place a name."""
        if name and self.keeps_names:
            self.names[slot] = name

    def read(self, slot: int) -> tuple[bool | None, str]:
        if self.reads_fail:
            return None, ""
        code = self.seen().get(slot, "")
        return bool(code), self.mask if code and self.mask else code

    def seen(self) -> dict[int, str]:
        """Return what the next reading is made of."""
        if self.reads_fail:
            raise HomeAssistantError("no answer")
        if self.lag:
            self.lag -= 1
            return self.old
        return self.codes

    def memory(self, slot: int | None) -> dict[str, dict[str, object]]:
        asked = range(1, self.slots + 1) if slot is None else [slot]
        answers = {n: self.read(n) for n in asked}
        return {str(n): {"in_use": used, "usercode": code} for n, (used, code) in answers.items()}


class Rig(ABC):
    """The same verbs for each adapter."""

    reads_back = True
    numbered = True
    spot = 3
    """A place for one code."""
    keypad: Keypad
    locks: Locks

    @property
    def control(self):
        return self.locks.of("shed")

    def mine(self, code=PIN):
        return self.locks.fingerprint(code)

    def put(self, slot, code, name=""):
        """Put a code on the keypad as somebody else would."""
        self.keypad.codes[slot] = code
        if name:
            self.keypad.names[slot] = name

    async def write(self, code=PIN, name=LABEL):
        return await self.control.set_code(self.spot, code, name=name)

    async def clear(self, code=PIN, name=LABEL):
        return await self.control.clear_code(self.spot, fingerprint=self.mine(code), name=name)

    @abstractmethod
    async def start(self, hass: HomeAssistant) -> None: ...

    @abstractmethod
    def go_unavailable(self) -> None: ...


class BareEntity(LockEntity):
    """A lock entity with none of the methods that its services call, as another release may have it."""

    _attr_should_poll = False
    _attr_is_locked = True
    _attr_unique_id = "shed-7"
    _attr_name = "Shed"


class EntityRig(Rig):
    """A lock entity of some integration; the far end answers its methods, or its services."""

    platform: str
    family: LockFamily
    prefix = "async_"
    responding: frozenset[str] = frozenset()
    by_service = False
    places: tuple[int, ...] = ()

    @abstractmethod
    def far_end(self) -> object:
        """Return what has the integration's methods, in front of `self.keypad`."""

    def bare(self) -> BareEntity:
        return BareEntity()

    async def start(self, hass):
        self.hass = hass
        self.keypad = Keypad()
        assert await async_setup_component(hass, "lock", {})
        self.end = self.far_end()
        self.entity = self.bare()
        for name in methods_of(self.end):
            if not self.by_service:
                setattr(self.entity, name, getattr(self.end, name))
            else:
                self._serve(name.removeprefix(self.prefix), getattr(self.end, name))
        platform = MockEntityPlatform(hass, domain="lock", platform_name=self.platform)
        await platform.async_add_entities([self.entity])
        assert self.entity.entity_id == LOCK
        self.doors = {
            "shed": Door(
                id="shed", name="Shed", source=LOCK, family=self.family, places=self.places
            )
        }
        self.locks = HomeLocks(hass, self.doors, key=KEY, patience=HASTE)

    def go_unavailable(self):
        self.entity._attr_available = False
        self.entity.async_write_ha_state()

    def _serve(self, service, method):
        responds = service.startswith("get_") or service in self.responding

        async def handle(call):
            data = dict(call.data)
            assert data.pop("entity_id") == LOCK
            answer = await method(**data)
            return {LOCK: answer} if responds else None

        how = SupportsResponse.ONLY if responds else SupportsResponse.NONE
        self.hass.services.async_register(self.platform, service, handle, supports_response=how)


def methods_of(end: object) -> list[str]:
    return [name for name in dir(end) if not name.startswith("_") and callable(getattr(end, name))]


def taking(*keys):
    """Mark a method that takes its arguments as **kwargs with those that the integration reads."""

    def mark(method):
        async def checked(self, **kwargs):
            assert kwargs.keys() <= set(keys), f"{method.__name__} does not read all of {kwargs}"
            return await method(self, **kwargs)

        checked.keys = frozenset(keys)
        checked.of = method.__name__
        return checked

    return mark


def node(**parts):
    return SimpleNamespace(node=SimpleNamespace(**parts))


async def started(make, hass):
    rig = make()
    await rig.start(hass)
    await hass.async_block_till_done()
    return rig


async def fails(work, code):
    with pytest.raises(LockFailedError) as failed:
        await work
    assert failed.value.code == code
    assert PIN not in f"{failed.value!r}{failed.value.placeholders}"
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__ or failed.value.__context__ is None
    return failed.value
