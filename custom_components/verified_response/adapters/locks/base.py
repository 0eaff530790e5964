"""What every lock adapter shares: the door, the patience, and errors that hold no code."""

from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from ...core.errors import LockFailedError
from ...core.premises import Door
from ...engine.lock_ports import LockControl, WriteOutcome
from .bolt import Bolt


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long a lock may take, in seconds; every wait of an adapter has its bound here."""

    read_s: float = 10  # a battery lock that must be woken over the radio answers in 2-4 s
    list_s: float = 15  # a list of users is one such question after another
    write_s: float = 15
    settle_s: float = 20  # reading back until two readings in a row agree
    poll_s: float = 1
    script_s: float = 60
    bolt_s: float = 20
    """A motor takes 2-5 s, a battery lock that must be woken as long again, a cloud a poll more."""


class HomeLock(LockControl, ABC):
    """One door's lock, reached through Home Assistant."""

    def __init__(
        self,
        hass: HomeAssistant,
        door: Door,
        *,
        fingerprint: Callable[[str], str],
        patience: Patience,
        unseal: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._hass = hass
        self._door = door
        self._fingerprint = fingerprint
        self._patience = patience
        self._unseal = unseal

    @override
    async def known_codes(self) -> frozenset[str]:
        """Return nothing: most locks show no codes."""
        return frozenset()

    @override
    async def standing_code(self) -> str | None:
        """Return None: any code can be written."""
        return None

    @override
    async def unlock(self) -> WriteOutcome:
        """Draw the bolt."""
        return await self._bolt().unlock()

    @override
    async def lock(self, *, surely: bool = False) -> WriteOutcome:
        """Throw the bolt, never at an open door."""
        return await self._bolt().lock(surely=surely)

    def _bolt(self) -> Bolt:
        return Bolt(self._hass, self._door, patience_s=self._patience.bolt_s, failed=self._failed)

    def _failed(self, code: str) -> LockFailedError:
        """Return the error for this door; raise it `from None`: causes may quote the door code."""
        return LockFailedError(code, lock=self._door.name)

    def _available(self) -> bool:
        """Say whether the entity is there; services skip an unavailable one without a word."""
        state = self._hass.states.get(self._door.source)
        return state is not None and state.state != STATE_UNAVAILABLE

    def _require_available(self) -> None:
        if not self._available():
            raise self._failed("lock_unavailable")
