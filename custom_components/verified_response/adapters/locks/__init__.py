"""The locks of the premises: family → adapter, and the key by which our own codes are recognised."""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ...core.access import LockRef
from ...core.errors import LockFailedError
from ...core.premises import Door, LockFamily
from ...engine.lock_ports import LockControl, Locks
from .base import HomeLock, Patience
from .manual import ManualLock
from .matter import MatterLock
from .none import GoneLock, NoCodesLock
from .schlage import SchlageLock
from .standing import StandingLock
from .zha import ZhaLock
from .zigbee2mqtt import Zigbee2MqttLock, device_topic
from .zwave_credentials import ZwaveCredentialsLock
from .zwave_js import ZwaveJsLock
from .zwave_node import keeps_credentials, zwave_node

KEY_BYTES: Final = 32
FINGERPRINT_HEX: Final = 32  # 16 bytes
FAMILIES: Final[Mapping[LockFamily, type[HomeLock]]] = {
    LockFamily.ZWAVE_JS: ZwaveJsLock,
    LockFamily.MATTER: MatterLock,
    LockFamily.ZHA: ZhaLock,
    LockFamily.SCHLAGE: SchlageLock,
    LockFamily.ZIGBEE2MQTT: Zigbee2MqttLock,
    LockFamily.MANUAL: ManualLock,
    LockFamily.STANDING: StandingLock,
    LockFamily.NONE: NoCodesLock,
}
PLATFORMS: Final[Mapping[str, LockFamily]] = {
    "zwave_js": LockFamily.ZWAVE_JS,
    "matter": LockFamily.MATTER,
    "zha": LockFamily.ZHA,
    "schlage": LockFamily.SCHLAGE,
}
_PLATFORM_OF: Final = {family: platform for platform, family in PLATFORMS.items()}
_MAKING_KEY = threading.Lock()  # premises start side by side in the executor


class HomeLocks(Locks):
    """Locks that Home Assistant knows; `doors` is read live, so changed doors need no rebuild."""

    def __init__(
        self,
        hass: HomeAssistant,
        doors: Mapping[str, Door],
        *,
        key: bytes,
        patience: Patience | None = None,
        remembered: Callable[[str], LockRef | None] = lambda _: None,
        unseal: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._hass = hass
        self._doors = doors
        self._key = key
        self._remembered = remembered
        self._patience = patience or Patience()
        self._unseal = unseal

    @override
    def of(self, door_id: str, written: LockRef | None = None) -> LockControl:
        """Return the lock's adapter; raises LockFailedError("lock_unknown")."""
        door, ref = self._doors.get(door_id), written or self._remembered(door_id)
        if ref is not None and (door is None or (written and not _is_same(door, ref))):
            door = _recalled(door_id, ref)
        if door is None:
            raise LockFailedError("lock_unknown")
        door = _renamed(self._hass, door)
        lock = _adapter(self._hass, door)
        return lock(
            self._hass,
            door,
            fingerprint=self.fingerprint,
            patience=self._patience,
            unseal=self._unseal,
        )

    @override
    def fingerprint(self, code: str) -> str:
        """Return a keyed digest by which our own code is recognised, useless without the key."""
        return hmac.new(self._key, code.encode(), hashlib.sha256).hexdigest()[:FINGERPRINT_HEX]


def _is_same(door: Door, ref: LockRef) -> bool:
    """Say whether a door still has the lock that was written down, written in the same way."""
    if door.family is not ref.family:
        return False
    if door.registry_id and ref.registry_id:
        return door.registry_id == ref.registry_id
    return door.source == ref.source


def _recalled(door_id: str, ref: LockRef) -> Door:
    """Return a lock that the door has no more, from the grant whose code it may hold."""
    return Door(
        id=door_id,
        name=ref.name,
        source=ref.source,
        family=ref.family,
        registry_id=ref.registry_id,
        set_script=ref.set_script,
        clear_script=ref.clear_script,
    )


def _renamed(hass: HomeAssistant, door: Door) -> Door:
    """Return the door with the present name of its entity."""
    entry = er.async_get(hass).entities.get_entry(door.registry_id)
    return replace(door, source=entry.entity_id) if entry else door


def _adapter(hass: HomeAssistant, door: Door) -> type[HomeLock]:
    if _is_gone(hass, door):
        return GoneLock
    platform = _PLATFORM_OF.get(door.family)
    if platform is not None and platform_of(hass, door.source) not in {None, platform}:
        return NoCodesLock
    if door.family is LockFamily.ZWAVE_JS and keeps_credentials(zwave_node(hass, door.source)):
        return ZwaveCredentialsLock
    return FAMILIES.get(door.family, NoCodesLock)


def _is_gone(hass: HomeAssistant, door: Door) -> bool:
    """Say whether an entity that was registered exists no more, under any name."""
    registry = er.async_get(hass)
    return (
        bool(door.registry_id)
        and registry.entities.get_entry(door.registry_id) is None
        and registry.async_get(door.source) is None
        and hass.states.get(door.source) is None
    )


def platform_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the integration that made the entity, None for an unregistered one."""
    entry = er.async_get(hass).async_get(entity_id)
    return entry.platform if entry else None


def family_of(hass: HomeAssistant, entity_id: str) -> LockFamily:
    """Return which adapter can write codes to the entity by itself, NONE when none can."""
    if device_topic(hass, entity_id) is not None:
        return LockFamily.ZIGBEE2MQTT
    return PLATFORMS.get(platform_of(hass, entity_id) or "", LockFamily.NONE)


async def load_key(hass: HomeAssistant, path: Path) -> bytes:
    """Read the key, or make it on first use; raises OSError, ValueError for a file of another size."""
    return await hass.async_add_executor_job(_read_or_create, path)


def _read_or_create(path: Path) -> bytes:
    """Never replace a key that exists: every fingerprint written down depends on it."""
    with _MAKING_KEY:
        if not path.exists():
            _create(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError("the key file of the lock codes is damaged")
    return key


def _create(path: Path) -> None:
    """Write beside the final name first, so that a crash leaves no half key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
