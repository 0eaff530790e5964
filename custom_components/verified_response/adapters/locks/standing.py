"""Locks on which one code stands, disabled: the owner's scripts enable and disable it.

For keypads that no integration can write. The scripts are not given the code: they need none.
"""

import hmac
from typing import Final, override

from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .scripted import ScriptedLock

PLACE: Final = 1


class StandingLock(ScriptedLock):
    """A lock with one code, which serves one grant at a time; outcomes are always unverified."""

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return one place, and the length of the code that stands there."""
        length = len(self._standing())
        return LockCapabilities(slots=PLACE, min_length=length, max_length=length, read_back=False)

    @override
    async def standing_code(self) -> str | None:
        """Return the code, unsealed; raises lock_cannot_take_codes where that is impossible."""
        return self._standing()

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the one place; while a grant has it the lock is full."""
        self._standing()
        if PLACE in avoid:
            raise self._failed("lock_full")
        return PLACE

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Run the set script with `slot` and `name`; it enables the code, and no other."""
        if not hmac.compare_digest(code.encode(), self._standing().encode()):
            raise self._failed("lock_refused_code")
        await self._run(self._door.set_script, {"slot": slot, "name": name})
        return WriteOutcome.UNVERIFIED

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Run the clear script with `slot` and `name`; it disables the code, sealed or not."""
        await self._run(self._door.clear_script, {"slot": slot, "name": name})
        return WriteOutcome.UNVERIFIED

    def _standing(self) -> str:
        sealed = self._door.standing_code
        code = self._unseal(sealed) if sealed else None
        if not code:
            raise self._failed("lock_cannot_take_codes")
        return code
