"""One camera: snapshot and stream, the quicker one first, each the other's fallback.

The snapshot answers while the stream is being opened and measured: no look ever waits for a measurement.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...core.errors import CouldNotLook
from ...engine.ports import Frame, Way
from .choice import LONGEST_S, Habit, Stopwatch
from .memory import CameraMemory
from .snapshot import NO_PICTURE, TOO_SLOW, take_snapshot
from .streams import CameraStream

TRY_AGAIN_S: Final = 7 * 86400.0
"""A stream that was slower than the snapshots is measured again after this time."""
PATROL_S: Final = (0.6, 3.0)
"""Somebody who asks at such a pace, and steadily, is content with keyframes."""
STEADY: Final = 0.5
"""Of the pause before: waiting for a keyframe makes it uneven, the first question of a burst much shorter."""
PATIENCE_S: Final = (0.5, 2.0)
"""Least and most time before the other way is asked too."""
THRIFTY_PATIENCE_S: Final = 2.5
SAMPLE_S: Final = 2.0
CHECK_S: Final = 5.0
STREAM_WAIT_S: Final = 3.0
"""A question to the reader holds up the next one; where there are snapshots they answer meanwhile."""

type Take = Callable[[], Awaitable[Frame]]


class Ways:
    """Both ways to one camera."""

    def __init__(
        self, hass: HomeAssistant, source: str, *, stream: CameraStream, memory: CameraMemory
    ) -> None:
        self._hass = hass
        self._source = source
        self._stream = stream
        self._memory = memory
        self._watches = {way: Stopwatch() for way in Way}
        self._tasks: set[asyncio.Task[Frame]] = set()
        self._sampling: asyncio.Task[None] | None = None
        self._asking = 0
        self._asked_at = 0.0
        self._gap_s = 0.0
        self._snapshot_failed = False

    @property
    def habit(self) -> Habit:
        """Return what is known of both ways."""
        return self._memory.of(self._source)

    async def still(self, *, timeout_s: float) -> Frame:
        """Return a still by the better way, or by the other one; raises CouldNotLook."""
        thrifty = self._is_thrifty()
        if self._wants_stream():
            self._stream.want()
        self._asking += 1
        try:
            async with asyncio.timeout(timeout_s):
                return await self._by_either(timeout_s, thrifty=thrifty)
        except TimeoutError:
            raise CouldNotLook(TOO_SLOW) from None
        finally:
            self._asking -= 1

    def rest(self) -> None:
        """Let go of the stream: nobody looks for now."""
        if self._asking == 0:
            self._stop_sampling()
            self._stream.let_go()

    async def close(self) -> None:
        """End what still runs."""
        self._stop_sampling()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            # An integration may hold on to a cancelled still; that must not hold us.
            await asyncio.wait(self._tasks, timeout=1)

    def _is_thrifty(self) -> bool:
        """Say whether whoever asks keeps to a slow, steady pace, as a patrol does; a burst does not."""
        now = self._hass.loop.time()
        gap, self._asked_at = now - self._asked_at, now
        steady = gap >= STEADY * self._gap_s and PATROL_S[0] <= gap <= PATROL_S[1]
        self._gap_s = gap
        return steady and self._asking == 0

    def _wants_stream(self) -> bool:
        """Say whether the stream is used, has to be measured, or is all that is left."""
        habit = self.habit
        if habit.way is Way.STREAM or not habit.snapshots or self._snapshot_failed:
            return True
        if 0 < habit.tried_at < dt_util.utcnow().timestamp() - TRY_AGAIN_S:
            self._memory.keep(self._source, habit.untried())
        return not self.habit.tried_at

    def _is_trusted(self) -> bool:
        """Say whether the stream shows what the masks were drawn for."""
        habit = self.habit
        return bool(self._stream.matches) or (
            self._stream.matches is None and (habit.alike or not habit.snapshots)
        )

    async def _by_either(self, timeout_s: float, *, thrifty: bool) -> Frame:
        async def snapshot() -> Frame:
            return await self._timed_snapshot(timeout_s)

        async def stream() -> Frame:
            return await self._timed_stream(timeout_s, thrifty=thrifty)

        trusted = self._is_trusted()
        if self.habit.way is Way.STREAM and self._stream.is_live and trusted:
            if self._stream.matches is None:
                self._beside(self._check())
            patience = THRIFTY_PATIENCE_S if thrifty else self._patience(Way.STREAM, 3)
            return await self._race(stream, snapshot, patience_s=patience)
        can_help = trusted and self._stream.is_open
        frame = await self._race(
            snapshot,
            stream if can_help else None,
            patience_s=self._patience(Way.SNAPSHOT, 2),
        )
        if frame.way is Way.SNAPSHOT and self._stream.is_live:
            self._beside(self._measure(frame.picture))
        return frame

    def _patience(self, way: Way, times: int) -> float:
        """Return how long one way may take before the other is asked too."""
        typical = self.habit.typical(way) or PATIENCE_S[1]
        return min(max(times * typical, PATIENCE_S[0]), PATIENCE_S[1])

    async def _race(self, first: Take, second: Take | None, *, patience_s: float) -> Frame:
        """Return what comes first; the second starts when the first has failed or takes long."""
        running = {self._begin(first)}
        failed: CouldNotLook | None = None
        try:
            done, _ = await asyncio.wait(running, timeout=patience_s if second else None)
            if second is not None and not any(map(_has_frame, done)):
                running.add(self._begin(second))
            while running:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if _has_frame(task):
                        return task.result()
                    failed = failed or _failure(task)
            raise failed or CouldNotLook(NO_PICTURE)
        finally:
            for task in running:
                task.cancel()

    def _begin(self, take: Take) -> asyncio.Task[Frame]:
        async def taken() -> Frame:
            return await take()

        task = self._hass.loop.create_task(taken())
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Frame]) -> None:
        """Forget a task; a still that nobody waits for any more is no error."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def _timed_snapshot(self, timeout_s: float) -> Frame:
        self._snapshot_failed = True  # until it has not
        frame = await self._timed(
            Way.SNAPSHOT, lambda: take_snapshot(self._hass, self._source, timeout_s=timeout_s)
        )
        self._snapshot_failed = False
        return frame

    async def _timed_stream(self, timeout_s: float, *, thrifty: bool) -> Frame:
        if not self._stream.is_live and not await self._stream.opened():
            raise CouldNotLook(NO_PICTURE)
        wait_s = min(timeout_s, STREAM_WAIT_S) if self.habit.snapshots else timeout_s
        if thrifty:  # waiting for a keyframe says nothing about the way
            return await self._stream.still(wait_s=wait_s, thrifty=True)
        return await self._timed(Way.STREAM, lambda: self._stream.still(wait_s=wait_s))

    async def _timed(self, way: Way, take: Take) -> Frame:
        """Take a still and remember how long a changed one took; a failed one took long."""
        loop, watch = self._hass.loop, self._watches[way]
        watch.asked(began := loop.time())
        try:
            frame = await take()
        except CouldNotLook:
            self._note(way, LONGEST_S)
            raise
        except asyncio.CancelledError:
            # The other way was quicker, or nobody waits any more: so it takes at least as long as this.
            if (waited := loop.time() - began) > (self.habit.typical(way) or LONGEST_S):
                self._note(way, waited)
            raise
        if (took := watch.answered(loop.time(), frame.picture)) is not None:
            self._note(way, took)
        return frame

    def _note(self, way: Way, seconds: float) -> None:
        self._memory.keep(self._source, self.habit.took(way, seconds, worked=seconds < LONGEST_S))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do one thing at a time beside the looks; whoever looks never waits for it."""
        if self._sampling is not None and not self._sampling.done():
            work.close()
            return
        self._sampling = self._hass.async_create_background_task(
            work, f"measure the stream of {self._source}", eager_start=False
        )

    async def _check(self) -> None:
        """Make sure, once per opening, that the stream still shows what the snapshots show."""
        try:
            frame = await take_snapshot(self._hass, self._source, timeout_s=CHECK_S)
        except CouldNotLook:
            return
        await self._compare(frame.picture)

    async def _compare(self, snapshot: bytes) -> None:
        await self._stream.compare(snapshot)
        if self._stream.matches is not None:
            self._memory.keep(self._source, self.habit.compared(alike=self._stream.matches))

    async def _measure(self, snapshot: bytes) -> None:
        """Take one picture from the stream; enough of them settle which way is better."""
        await self._compare(snapshot)
        if not self._stream.matches:
            return
        try:
            await self._timed(Way.STREAM, lambda: self._stream.still(wait_s=SAMPLE_S))
        except CouldNotLook:
            return
        habit = self.habit
        if habit.way is Way.SNAPSHOT and habit.typical(Way.STREAM) and habit.typical(Way.SNAPSHOT):
            self._memory.keep(self._source, habit.tried(dt_util.utcnow().timestamp()))
            self._stream.let_go()

    def _stop_sampling(self) -> None:
        if self._sampling is not None:
            self._sampling.cancel()
            self._sampling = None


def _has_frame(task: asyncio.Task[Frame]) -> bool:
    return not task.cancelled() and task.exception() is None


def _failure(task: asyncio.Task[Frame]) -> CouldNotLook:
    """Return why a task gave no frame; raises what nobody foresaw. A cancelled one was closed."""
    error = None if task.cancelled() else task.exception()
    if error is None:
        return CouldNotLook(NO_PICTURE)
    if isinstance(error, CouldNotLook):
        return error
    raise error
