"""Zigbee locks of ZHA: codes are written and cleared, and nothing can be read back.

ZHA counts places from 1 as its services do, and sends one less over the radio; reports of codes that
were used count from 1 again. It waits for the lock's answer and looks at none, so nothing is confirmed.
"""

from typing import ClassVar, override

from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .entity_calls import EntityLock, Heard

SHORTEST, LONGEST = 4, 8  # what keypads of all makers take: ZHA tells no bounds


class ZhaLock(EntityLock):
    """A lock whose places the owner set apart for us; outcomes are always unverified."""

    domain: ClassVar[str] = "zha"

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return cautious bounds; the places are the owner's."""
        return LockCapabilities(
            slots=max(self._door.places, default=None),
            min_length=SHORTEST,
            max_length=LONGEST,
            read_back=False,
            names_user=True,
        )

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the first of the places set apart that is not in use."""
        if not self._door.places:
            raise self._failed("lock_places_needed")
        for slot in self._door.places:
            if slot not in avoid:
                return slot
        raise self._failed("lock_full")

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Write; without an answer nobody knows whether it was written."""
        return await self._send("set_lock_user_code", code_slot=slot, user_code=code)

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Clear the recorded place, even where the owner has taken the places back."""
        return await self._send("clear_lock_user_code", code_slot=slot)

    async def _send(self, service: str, **data: object) -> WriteOutcome:
        self._require_ready()
        written = await self._write(service, **data)
        if written.heard is not Heard.ACCEPTED:
            raise self._failed(written.reason or "lock_write_unknown")
        return WriteOutcome.UNVERIFIED
