"""Locks in memory, with switches for everything that real ones do wrong."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterable
from typing import override

from custom_components.verified_response.core.access import LockRef
from custom_components.verified_response.core.errors import LockFailedError, WorkFailedError
from custom_components.verified_response.engine.lock_ports import (
    CodeVault,
    LockCapabilities,
    LockControl,
    Locks,
    WriteOutcome,
)

KEY = b"the fake's own key"


class FakeLock(LockControl):
    """One lock; `codes` is what its keypad would accept."""

    def __init__(self, *, slots: int = 10, read_back: bool = True) -> None:
        self.slots = slots
        self.read_back = read_back
        self.codes: dict[int, str] = {}
        self.names: dict[int, str] = {}
        self.shows_codes = True
        """Without it only labels can be read."""
        self.standing: str | None = None
        self.bolt = "locked"
        self.jams = False
        self.unlocks_late = False
        """An unlock is on its way, and nothing shows it."""
        self.moves: list[str] = []
        self.door = "closed"
        self.history: list[tuple[str, int]] = []
        """Every write that reached the lock: ("set" or "clear", slot)."""
        self.unavailable = False
        self.reads_fail = False
        self.writes_lost = False
        """Writes are accepted and never done."""
        self.delay_s = 0.0

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return the lock's own bounds."""
        await self._reach()
        return LockCapabilities(
            slots=self.slots, min_length=4, max_length=8, read_back=self.read_back
        )

    @override
    async def known_codes(self) -> frozenset[str]:
        """Return every code."""
        await self._reach()
        if not (self.read_back and self.shows_codes):
            return frozenset()
        self._require_readable()
        return frozenset(self.codes.values())

    @override
    async def standing_code(self) -> str | None:
        """Return the only code it can enable."""
        return self.standing

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the highest empty slot."""
        await self._reach()
        if not self.read_back:
            free = [slot for slot in range(1, self.slots + 1) if slot not in avoid]
        else:
            self._require_readable()
            taken = avoid | self.codes.keys()
            free = [slot for slot in range(1, self.slots + 1) if slot not in taken]
        if not free:
            raise LockFailedError("lock_full")
        return free[-1]

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Write into an empty slot; the same code again is confirmed."""
        await self._reach()
        if self.read_back:
            self._require_readable()
            if self.codes.get(slot) == code:
                return WriteOutcome.CONFIRMED
            if code in self.codes.values():
                raise LockFailedError("lock_code_duplicate")
            if slot in self.codes:
                raise LockFailedError("lock_slot_taken")
        self.history.append(("set", slot))
        if not self.writes_lost:
            self.codes[slot] = code
            self.names[slot] = name
        if not self.read_back:
            return WriteOutcome.UNVERIFIED
        if self.codes.get(slot) != code:
            raise LockFailedError("lock_refused_code")
        return WriteOutcome.CONFIRMED

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Remove our code; a foreign one stays."""
        await self._reach()
        if self.read_back:
            self._require_readable()
            held = self.codes.get(slot)
            if held is None or self._is_foreign(slot, fingerprint, name):
                return WriteOutcome.CONFIRMED
        self.history.append(("clear", slot))
        if not self.writes_lost:
            self.codes.pop(slot, None)
            self.names.pop(slot, None)
        if not self.read_back:
            return WriteOutcome.UNVERIFIED
        if slot in self.codes:
            raise LockFailedError("lock_kept_code")
        return WriteOutcome.CONFIRMED

    def _is_foreign(self, slot: int, fingerprint: str | None, name: str) -> bool:
        if not self.shows_codes:
            return self.names.get(slot, "") not in {"", name}
        return fingerprint is not None and digest(self.codes[slot]) != fingerprint

    @override
    async def unlock(self) -> WriteOutcome:
        """Draw the bolt."""
        await self._reach()
        if self.jams:
            raise LockFailedError("lock_jammed")
        self.moves.append("unlock")
        if self.unlocks_late:
            raise LockFailedError("lock_move_unknown")
        self.bolt = "unlocked"
        return WriteOutcome.CONFIRMED

    @override
    async def lock(self, *, surely: bool = False) -> WriteOutcome:
        """Throw the bolt, unless the door is open."""
        await self._reach()
        if self.bolt == "locked" and not surely:
            return WriteOutcome.CONFIRMED
        if self.door != "closed":
            raise LockFailedError("door_open" if self.door == "open" else "door_unknown")
        if self.jams:
            raise LockFailedError("lock_jammed")
        self.moves.append("lock")
        self.bolt = "locked"
        return WriteOutcome.CONFIRMED

    async def _reach(self) -> None:
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.unavailable:
            raise LockFailedError("lock_unavailable")

    def _require_readable(self) -> None:
        if self.reads_fail:
            raise LockFailedError("lock_unreadable")


class FakeLocks(Locks):
    """Doors by id; `locks[door_id]` is the lock with its switches."""

    def __init__(self, doors: Iterable[str] = ("front",)) -> None:
        self.locks = {door_id: FakeLock() for door_id in doors}
        self.before: dict[str, FakeLock] = {}
        """Locks by their entity, whose doors have others now."""

    @override
    def of(self, door_id: str, written: LockRef | None = None) -> FakeLock:
        """Return the lock; raises LockFailedError("lock_unknown")."""
        if written is not None and written.source in self.before:
            return self.before[written.source]
        if door_id not in self.locks:
            raise LockFailedError("lock_unknown")
        return self.locks[door_id]

    @override
    def fingerprint(self, code: str) -> str:
        """Return a keyed digest."""
        return digest(code)


def digest(code: str) -> str:
    return hmac.new(KEY, code.encode(), hashlib.sha256).hexdigest()[:32]


class FakeVault(CodeVault):
    """Codes in memory; survives what holds it, like a file."""

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.fails = False

    @override
    async def keep(self, grant_id: str, code: str) -> None:
        """Keep it."""
        if self.fails:
            raise WorkFailedError("code_not_kept")
        self.codes[grant_id] = code

    @override
    async def code_of(self, grant_id: str) -> str | None:
        """Return it."""
        return self.codes.get(grant_id)

    @override
    async def drop(self, grant_id: str) -> None:
        """Forget it."""
        if self.fails:
            raise WorkFailedError("code_not_kept")
        self.codes.pop(grant_id, None)

    @override
    async def kept(self) -> frozenset[str]:
        """Return whose there are."""
        return frozenset(self.codes)
