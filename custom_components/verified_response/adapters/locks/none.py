"""Locks that cannot take codes, and locks that are gone: said at once, for every request."""

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


class GoneLock(NoCodesLock):
    """Every method raises LockFailedError("lock_gone"): the entity was removed."""

    @override
    async def known_codes(self) -> frozenset[str]:
        """Raise."""
        self._refuse()

    @override
    async def standing_code(self) -> str | None:
        """Raise."""
        self._refuse()

    @override
    async def unlock(self) -> WriteOutcome:
        """Raise."""
        self._refuse()

    @override
    async def lock(self, *, surely: bool = False) -> WriteOutcome:
        """Raise."""
        self._refuse()

    @override
    def _refuse(self) -> Never:
        raise self._failed("lock_gone")
