"""Locks that the owner's own scripts write, each code anew."""

from typing import Final, override

from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .scripted import ScriptedLock

SLOTS: Final = range(1, 11)  # ten codes at once; the script maps numbers to places of its lock
SHORTEST, LONGEST = 4, 8  # what keypads of all makers take


class ManualLock(ScriptedLock):
    """A lock behind a set script and a clear script; outcomes are always unverified."""

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return cautious bounds; a keypad of unknown make tells none."""
        return LockCapabilities(
            slots=len(SLOTS), min_length=SHORTEST, max_length=LONGEST, read_back=False
        )

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the first of our numbers that is not in use; the numbers belong to us alone."""
        for slot in SLOTS:
            if slot not in avoid:
                return slot
        raise self._failed("lock_full")

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Run the set script with `slot`, `code` and `name`."""
        await self._run(self._door.set_script, {"slot": slot, "code": code, "name": name})
        return WriteOutcome.UNVERIFIED

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Run the clear script with `slot`; an empty `code` and `name` go along."""
        await self._run(self._door.clear_script, {"slot": slot, "code": "", "name": ""})
        return WriteOutcome.UNVERIFIED
