"""Whose frame the detector looks at next: bursts before patrol, cameras in fair rotation."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

PATIENCE: Final = 8
"""Urgent turns in a row after which one that is not urgent gets its own: early warning never ends."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Waiting:
    camera_id: str
    urgent: bool
    rank: int
    number: int
    granted: asyncio.Future[None] = field(repr=False)


class Turns:
    """At most `at_once` looks under way; who waited longest since its last turn comes next."""

    def __init__(self, at_once: Callable[[], int]) -> None:
        self._at_once = at_once
        self._waiting: list[_Waiting] = []
        self._last: dict[str, int] = {}
        self._count = 0
        self._urgent_in_a_row = 0
        self.under_way = 0

    @asynccontextmanager
    async def turn(self, camera_id: str, *, urgent: bool, rank: int = 0) -> AsyncIterator[None]:
        """Wait for a turn of this camera; it ends with the block.

        `rank` orders cameras that had no turn yet: the entry route is looked at first.
        """
        waiting = _Waiting(
            camera_id=camera_id,
            urgent=urgent,
            rank=rank,
            number=self._next_number(),
            granted=asyncio.get_running_loop().create_future(),
        )
        self._waiting.append(waiting)
        self._grant()
        try:
            await waiting.granted
        except asyncio.CancelledError:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif not waiting.granted.cancelled():  # it was granted in the same moment
                self._end()
            raise
        try:
            yield
        finally:
            self._end()

    def forget(self, camera_id: str) -> None:
        """Let a camera begin anew."""
        self._last.pop(camera_id, None)

    def _end(self) -> None:
        self.under_way -= 1
        self._grant()

    def _grant(self) -> None:
        while self._waiting and self.under_way < max(1, self._at_once()):
            chosen = self._choose()
            self._waiting.remove(chosen)
            if chosen.granted.cancelled():
                continue
            self._last[chosen.camera_id] = self._next_number()
            self._urgent_in_a_row = self._urgent_in_a_row + 1 if chosen.urgent else 0
            self.under_way += 1
            chosen.granted.set_result(None)

    def _choose(self) -> _Waiting:
        urgent = [item for item in self._waiting if item.urgent]
        others = [item for item in self._waiting if not item.urgent]
        patient = bool(others) and self._urgent_in_a_row >= PATIENCE
        return min(urgent if urgent and not patient else others, key=self._order)

    def _order(self, item: _Waiting) -> tuple[int, int, int]:
        return self._last.get(item.camera_id, 0), item.rank, item.number

    def _next_number(self) -> int:
        self._count += 1
        return self._count
