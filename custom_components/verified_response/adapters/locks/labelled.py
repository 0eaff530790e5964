"""Locks that show who holds a place, never with which code: ours are known by the label of their user.

A lock that keeps no names leaves only our own record of the place.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import override

from ...engine.lock_ports import WriteOutcome
from .entity_calls import EntityLock, Heard, Written


class Occupancy(StrEnum):
    """What is known about a place."""

    EMPTY = "empty"
    HELD = "held"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who holds a place; an empty one may still have a `user`, who has no code there."""

    occupancy: Occupancy
    user: int | None = None
    name: str = ""
    alone: bool = True
    """Whether the user has nothing but this place."""

    @property
    def is_known(self) -> bool:
        """Say whether the lock answered."""
        return self.occupancy is not Occupancy.UNKNOWN

    @property
    def is_held(self) -> bool:
        """Say whether there is a code."""
        return self.occupancy is Occupancy.HELD

    @property
    def is_empty(self) -> bool:
        """Say whether the lock said that there is no code."""
        return self.occupancy is Occupancy.EMPTY

    def is_foreign(self, label: str) -> bool:
        """Say whether the place bears a name that is not ours."""
        return bool(self.name) and self.name != label


UNKNOWN = Holder(occupancy=Occupancy.UNKNOWN)
EMPTY = Holder(occupancy=Occupancy.EMPTY)


class LabelledLock(EntityLock, ABC):
    """A lock with numbered places and named users."""

    @abstractmethod
    async def _places(self) -> tuple[int, Collection[int]]:
        """Return how many places there are, and which are taken; raises LockFailedError."""

    @abstractmethod
    async def _holder(self, slot: int) -> Holder:
        """Ask who holds a place; a failure is UNKNOWN."""

    @abstractmethod
    async def _put(self, slot: int, code: str, name: str) -> Written:
        """Write the code."""

    @abstractmethod
    async def _label(self, holder: Holder, name: str) -> Written:
        """Name the user."""

    @abstractmethod
    async def _take(self, slot: int, holder: Holder) -> Written:
        """Remove the code."""

    @abstractmethod
    async def _tidy(self, holder: Holder, name: str) -> None:
        """Remove our user where one is left without any code."""

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the highest place that the lock itself calls empty; owners use the low ones."""
        self._require_ready()
        last, taken = await self._places()
        unread = False
        deadline = self._hass.loop.time() + self._patience.settle_s
        for slot in range(last, 0, -1):
            if slot in avoid or slot in taken:
                continue
            if self._hass.loop.time() >= deadline:
                unread = True
                break
            holder = await self._holder(slot)
            if holder.is_empty and holder.user is None:
                return slot
            unread = unread or not holder.is_known
        raise self._failed("lock_unreadable" if unread else "lock_full")

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Write into an empty place, name its user, and read both back."""
        self._require_ready()
        before = await self._settled(slot, lambda holder: holder.is_known)
        if not before.is_known:
            raise self._failed("lock_unreadable")
        if before.is_held and before.name == name:
            return WriteOutcome.CONFIRMED
        if before.is_foreign(name) or (before.is_empty and before.user and before.name != name):
            raise self._failed("lock_slot_taken")
        if before.is_held:  # nobody's name: an earlier attempt of ours may have ended here
            raise self._failed("lock_write_unknown")
        written = await self._put(slot, code, name)
        after = await self._settled(
            slot,
            lambda holder: holder.is_held or (holder.is_empty and written.reason is not None),
        )
        if after.is_held and after.name != name and self._is_our_write(written, after):
            named = await self._label(after, name)
            after = await self._settled(
                slot,
                lambda holder: holder.name == name or named.heard is Heard.REFUSED,
            )
            if after.is_held and after.is_foreign(name):
                await self._take_back(slot, after)
        return await self._judged(written, after, name)

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Clear unless the place bears another name; where names are not kept, the record decides."""
        self._require_ready()

        def gone(holder: Holder) -> bool:
            return holder.is_empty or holder.is_foreign(name)

        before = await self._settled(slot, lambda holder: holder.is_known)
        if not before.is_known:
            raise self._failed("lock_unreadable")
        if before.is_foreign(name):
            return WriteOutcome.CONFIRMED
        if before.is_empty:
            await self._tidy(before, name)
            return WriteOutcome.CONFIRMED
        written = await self._take(slot, before)
        after = await self._settled(slot, gone)
        if gone(after):
            await self._tidy(before, name)
            return WriteOutcome.CONFIRMED
        unknown = not after.is_known or written.heard is Heard.LATE
        raise self._failed("lock_write_unknown" if unknown else "lock_kept_code")

    def _is_our_write(self, written: Written, after: Holder) -> bool:
        """Say whether what appeared in the empty place can only be what we wrote."""
        return written.heard is Heard.ACCEPTED or (not after.name and written.reason is None)

    async def _judged(self, written: Written, after: Holder, name: str) -> WriteOutcome:
        """Return what is known after a write; raises LockFailedError."""
        if after.is_held:
            if after.name == name or (not after.name and written.heard is Heard.ACCEPTED):
                return WriteOutcome.CONFIRMED
            ours = self._is_our_write(written, after)
            raise self._failed("lock_write_unknown" if ours else "lock_slot_taken")
        if after.is_empty and not after.is_foreign(name):
            await self._tidy(after, after.name)  # whoever is left there was made by this attempt
        if written.reason is not None:
            raise self._failed(written.reason)
        if after.is_empty and written.heard is not Heard.LATE:
            raise self._failed("lock_refused_code")
        if written.heard is Heard.ACCEPTED:
            return WriteOutcome.UNVERIFIED
        raise self._failed("lock_write_unknown")

    async def _take_back(self, slot: int, after: Holder) -> None:
        """Raise: under a name that the lock chose itself our code could never be shown to be ours."""
        await self._take(slot, after)
        last = await self._settled(slot, lambda holder: holder.is_empty)
        raise self._failed("lock_refused_code" if last.is_empty else "lock_write_unknown")

    async def _settled(self, slot: int, wanted: Callable[[Holder], bool]) -> Holder:
        return await self._settle(lambda: self._holder(slot), wanted, unknown=UNKNOWN)
