"""The locks of the premises: family → adapter, and the key by which our own codes are recognised."""

import hashlib
import hmac
import os
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ...core.errors import LockFailedError
from ...core.premises import Door, LockFamily
from ...engine.lock_ports import LockControl, Locks
from .base import HomeLock, Patience
from .manual import ManualLock
from .none import NoCodesLock
from .zigbee2mqtt import Zigbee2MqttLock, device_topic
from .zwave_js import ZwaveJsLock

KEY_BYTES: Final = 32
FINGERPRINT_HEX: Final = 32  # 16 bytes
FAMILIES: Final[Mapping[LockFamily, type[HomeLock]]] = {
    LockFamily.ZWAVE_JS: ZwaveJsLock,
    LockFamily.ZIGBEE2MQTT: Zigbee2MqttLock,
    LockFamily.MANUAL: ManualLock,
    LockFamily.NONE: NoCodesLock,
}
_MAKING_KEY = threading.Lock()  # premises start side by side in the executor
PLATFORMS: Final[Mapping[str, LockFamily]] = {"zwave_js": LockFamily.ZWAVE_JS}


class HomeLocks(Locks):
    """Locks that Home Assistant knows; `doors` is read live, so changed doors need no rebuild."""

    def __init__(
        self,
        hass: HomeAssistant,
        doors: Mapping[str, Door],
        *,
        key: bytes,
        patience: Patience | None = None,
    ) -> None:
        self._hass = hass
        self._doors = doors
        self._key = key
        self._patience = patience or Patience()

    @override
    def of(self, door_id: str) -> LockControl:
        """Return the lock's adapter; raises LockFailedError("lock_unknown")."""
        door = self._doors.get(door_id)
        if door is None:
            raise LockFailedError("lock_unknown")
        lock = FAMILIES[door.family]
        if door.family is LockFamily.ZWAVE_JS and platform_of(self._hass, door.source) not in {
            None,
            "zwave_js",
        }:
            lock = NoCodesLock
        return lock(self._hass, door, fingerprint=self.fingerprint, patience=self._patience)

    @override
    def fingerprint(self, code: str) -> str:
        """Return a keyed digest by which our own code is recognised, useless without the key."""
        return hmac.new(self._key, code.encode(), hashlib.sha256).hexdigest()[:FINGERPRINT_HEX]


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
