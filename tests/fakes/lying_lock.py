"""A lock that does everything real ones do wrong; what is physically on it is known to the test alone."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import override

from custom_components.verified_response.core.errors import LockFailedError
from custom_components.verified_response.engine.lock_ports import LockCapabilities, WriteOutcome
from tests.fakes.locks import FakeLock


class Mood(StrEnum):
    """How it behaves now."""

    WELL = "well"
    UNAVAILABLE = "lock_unavailable"
    ASLEEP = "lock_asleep"
    UNREADABLE = "lock_unreadable"
    REMOVED = "lock_gone"
    """Its entity is not there; the lock hangs on the door as before."""
    LOSES = "loses"
    """Writes are accepted and never done."""
    ANSWERS_LOST = "answers_lost"
    """Writes are done, and nobody hears it."""
    HANGS_BEFORE = "hangs_before"
    """The next write waits before it reaches the lock."""
    HANGS_AFTER = "hangs_after"
    """The next write is done, and its answer waits."""


class LyingLock(FakeLock):
    """A fake with moods; `alive` says whether the run that speaks to it still exists."""

    def __init__(self, *, read_back: bool = True, shows_codes: bool = True) -> None:
        super().__init__(slots=4, read_back=read_back)
        self.shows_codes = shows_codes
        self.mood = Mood.WELL
        self.foreign: dict[int, str] = {}
        self.released = asyncio.Event()

    def heal(self) -> None:
        """Be a good lock from now on."""
        self.mood = Mood.WELL
        self.released.set()
        self.released = asyncio.Event()

    def program(self, slot: int, code: str) -> None:
        """Put a code of the owner's on it, at its own keypad."""
        self.foreign[slot] = self.codes[slot] = code
        self.names[slot] = "Anna"

    @property
    def ours(self) -> dict[int, str]:
        """Return the codes that are not the owner's."""
        return {slot: code for slot, code in self.codes.items() if slot not in self.foreign}

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return the bounds."""
        self._refuse()
        return await super().capabilities()

    @override
    async def known_codes(self) -> frozenset[str]:
        """Return every code, when it feels like it."""
        self._refuse()
        return await super().known_codes()

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return a place; one that cannot be read has its places set apart from the owner's."""
        self._refuse()
        if self.read_back:
            return await super().free_slot(avoid)
        return await super().free_slot(avoid | self.foreign.keys())

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Write, in its mood."""
        return await self._in_mood(lambda: super(LyingLock, self).set_code(slot, code, name=name))

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Clear, in its mood."""
        return await self._in_mood(
            lambda: super(LyingLock, self).clear_code(slot, fingerprint=fingerprint, name=name)
        )

    async def _in_mood(self, write: Callable[[], object]) -> WriteOutcome:
        self._refuse()
        mood, released = self.mood, self.released
        if mood is Mood.HANGS_BEFORE:
            await released.wait()
        self.writes_lost = mood is Mood.LOSES
        try:
            outcome = await write()  # type: ignore[misc]  # a coroutine of the fake's
        finally:
            self.writes_lost = False
        if mood is Mood.HANGS_AFTER:
            await released.wait()
        if mood is Mood.ANSWERS_LOST:
            raise LockFailedError("lock_write_unknown")
        return outcome

    def _refuse(self) -> None:
        if self.mood in {Mood.UNAVAILABLE, Mood.ASLEEP, Mood.UNREADABLE, Mood.REMOVED}:
            raise LockFailedError(self.mood.value)
