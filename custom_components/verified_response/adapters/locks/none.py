"""Locks that cannot take codes: said at once, for every request."""

from typing import Never, override

from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .base import HomeLock


class NoCodesLock(HomeLock):
    """Every method raises LockFailedError("lock_cannot_take_codes")."""

    @override
    async def capabilities(self) -> LockCapabilities:
        """Raise."""
        self._refuse()

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Raise."""
        self._refuse()

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Raise."""
        self._refuse()

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Raise."""
        self._refuse()

    def _refuse(self) -> Never:
        raise self._failed("lock_cannot_take_codes")
