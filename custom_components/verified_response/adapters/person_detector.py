"""PersonDetector port: looks through a worker process that is started on demand and ends when idle.

    absent ──look──▶ starting ──hello──▶ ready ──idle──▶ absent
       ▲                │ crash, no hello   │ crash, hang, broken protocol
       └────────────────┴───────────────────┘   5 ends in 60 s: resting for 60 s, then absent

At most one worker takes requests; at most one picture is in flight; the others wait in order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, override

from ..core.detection import (
    Box,
    Detection,
    DetectorInfo,
    Glance,
    PersonBox,
    Polygon,
    Trust,
)
from ..core.errors import CouldNotLook, FrameRefused
from ..engine.ports import PersonDetector
from ..vision.client import (
    Answer,
    Command,
    WorkerClient,
    WorkerGone,
    WorkerUnfit,
    worker_command,
)
from ..vision.frame import MAX_BYTES, TOO_LARGE, PictureRefused
from ..vision.plan import SELF_TEST_FAILED, EngineKind, EnginePlan

_LOGGER = logging.getLogger(__name__)

STARTING: Final = "detector_starting"
CRASHED: Final = "detector_crashed"
TIMEOUT: Final = "detector_timeout"
UNAVAILABLE: Final = "detector_unavailable"

START_S: Final = 30.0  # a Raspberry Pi with a slow card imports for about 8 s
MIN_HANG_S: Final = 1.0  # a 4K still takes a busy Raspberry Pi 4 about 0.6 s
STORM_ENDS: Final = 5
STORM_WINDOW_S: Final = 60.0
REST_S: Final = 60.0
ONNX_CHANCES: Final = 2  # native code that dies at start-up (no AVX, for one) will die again

type Resolve = Callable[[], Awaitable[EnginePlan]]


class WorkerPersonDetector(PersonDetector):
    """The parent side of the worker: deadlines, restarts, rest after a restart storm."""

    def __init__(
        self, resolve: Resolve, *, threads: int, idle_s: float, command: Command = worker_command
    ) -> None:
        self._resolve = resolve
        self._threads = threads
        self._idle_s = idle_s
        self._command = command
        self._plan: EnginePlan | None = None
        self._info: DetectorInfo | None = None
        self._worker: WorkerClient | None = None
        self._starting: asyncio.Task[None] | None = None
        self._start_failure = UNAVAILABLE
        self._failed_starts = 0
        self._turn = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._ends: deque[float] = deque(maxlen=STORM_ENDS)
        self._rests_until = 0.0
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False
        self._awake = False

    @property
    @override
    def info(self) -> DetectorInfo | None:
        return self._info

    @property
    def worker_pid(self) -> int | None:
        """Return the running worker's process id."""
        return self._worker.pid if self._worker is not None else None

    @override
    async def glance(
        self, picture: bytes, *, timeout_s: float, camera: str = "", masks: Sequence[Polygon] = ()
    ) -> Glance:
        raise NotImplementedError

    @override
    async def look(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = "",
        masks: Sequence[Polygon] = (),
        urgent: bool = True,
    ) -> Detection:
        if len(picture) > MAX_BYTES:
            raise FrameRefused(TOO_LARGE)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        try:
            async with asyncio.timeout_at(deadline):
                await self._turn.acquire()
        except TimeoutError:
            raise CouldNotLook(STARTING if self._is_starting else TIMEOUT) from None
        try:
            worker = await self._ready(deadline)
            return await self._ask(worker, picture, deadline)
        finally:
            self._turn.release()
            self._await_idle()

    async def prepare(self) -> DetectorInfo | None:
        """Find the best engine now instead of at the first look; retries what was missing before."""
        if self._info is not None and self._info.reason is None:
            return self._info
        plan = await self._resolve()
        async with self._turn:
            if plan != self._plan:
                self._plan, self._failed_starts = plan, 0
                self._retire()
            try:
                await self._ready(None)
            except CouldNotLook as error:
                _LOGGER.debug("not ready to look: %s", error.code)
        self._await_idle()
        return self._info

    @override
    async def stay(self, *, awake: bool) -> None:
        self._awake = awake
        if awake and not self._closed:
            async with self._turn:
                try:
                    await self._ready(None)
                except CouldNotLook as error:
                    _LOGGER.debug("not ready to look: %s", error.code)
        self._await_idle()

    @override
    async def close(self) -> None:
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        self._retire()
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    @property
    def _is_starting(self) -> bool:
        return self._starting is not None and not self._starting.done()

    async def _ready(self, deadline: float | None) -> WorkerClient:
        """Return a worker that is free, starting one if need be; raises CouldNotLook."""
        loop = asyncio.get_running_loop()

        def left() -> float | None:
            return None if deadline is None else max(0.0, deadline - loop.time())

        worker = self._worker
        if worker is not None and worker.outstanding is not None:
            # Somebody left before the answer came; the watchdog bounds how long this takes.
            await asyncio.wait({worker.outstanding}, timeout=left())
            if worker.outstanding is not None:
                raise CouldNotLook(TIMEOUT)
        if worker is not None and not worker.alive:
            self._note_end()
        if self._worker is None:
            starting = self._begin_start()
            await asyncio.wait({starting}, timeout=left())
            if not starting.done():
                raise CouldNotLook(STARTING)
        if self._worker is None or self._closed:
            raise CouldNotLook(UNAVAILABLE if self._closed else self._start_failure)
        return self._worker

    async def _ask(self, worker: WorkerClient, picture: bytes, deadline: float) -> Detection:
        """Send one picture and wait for its people."""
        loop = asyncio.get_running_loop()
        sent = loop.time()
        try:
            waiting = worker.ask(picture, hang_s=max(deadline - sent, MIN_HANG_S))
            done, _ = await asyncio.wait({waiting}, timeout=max(0.0, deadline - sent))
            if not done and worker.alive:
                raise CouldNotLook(TIMEOUT)
            answer = await waiting
        except PictureRefused as refused:
            raise FrameRefused(refused.code) from None
        except WorkerGone as gone:
            if self._closed:
                raise CouldNotLook(UNAVAILABLE) from None
            _LOGGER.warning("The person detector's worker ended: %s", gone)
            self._note_end()
            if loop.time() >= self._rests_until:
                self._begin_start()  # the next frame of this burst finds it ready
            raise CouldNotLook(TIMEOUT if gone.hung else CRASHED) from None
        return _detection(answer, worker, took_ms=(loop.time() - sent) * 1000)

    def _begin_start(self) -> asyncio.Task[None]:
        """Start a worker in the background, unless one is on its way; raises CouldNotLook."""
        loop = asyncio.get_running_loop()
        if self._closed or loop.time() < self._rests_until:
            raise CouldNotLook(UNAVAILABLE)
        if self._starting is None or self._starting.done():
            self._starting = loop.create_task(self._start())
        return self._starting

    async def _start(self) -> None:
        """Bring up a worker; what went wrong is left in `_start_failure`."""
        try:
            if self._plan is None:
                self._plan = await self._resolve()
            plan = self._plan
            if plan.engine is None:
                self._give_up(plan.reason)
                return
            if plan.engine is EngineKind.ONNX and self._failed_starts >= ONNX_CHANCES:
                plan = replace(
                    plan, engine=EngineKind.BASIC, files=(), card=None, reason=SELF_TEST_FAILED
                )
            self._worker = worker = await WorkerClient.start(
                plan, threads=self._threads, timeout_s=START_S, command=self._command
            )
            hello = worker.hello
            self._info = DetectorInfo(
                engine=hello.engine,
                model=hello.model,
                trust=Trust(hello.trust),
                reason=hello.reason,
            )
        except WorkerUnfit as unfit:
            self._give_up(unfit.reason)
        except WorkerGone as gone:
            _LOGGER.warning("The person detector's worker did not start: %s", gone)
            self._failed_starts += 1
            self._start_failure = CRASHED
            self._note_end()
        except Exception:
            # Whatever resolving does, the next look may try again after a rest.
            _LOGGER.exception("The person detector could not be planned")
            self._give_up(None)

    def _give_up(self, reason: str | None) -> None:
        """Rest: nothing here can look now; planned anew afterwards."""
        self._info = DetectorInfo(engine="none", model="none", trust=Trust.LOW, reason=reason)
        self._start_failure = UNAVAILABLE
        self._plan = None
        self._rests_until = asyncio.get_running_loop().time() + REST_S

    def _note_end(self) -> None:
        """Count a worker that ended by itself; too many within a minute mean a rest."""
        self._retire()
        now = asyncio.get_running_loop().time()
        self._ends.append(now)
        if len(self._ends) == STORM_ENDS and now - self._ends[0] < STORM_WINDOW_S:
            _LOGGER.error("The person detector's worker ended %d times; resting", STORM_ENDS)
            self._ends.clear()
            self._rests_until = now + REST_S

    def _retire(self) -> None:
        """Let go of the worker and end it in the background."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        task = asyncio.get_running_loop().create_task(worker.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _await_idle(self) -> None:
        """End the worker once nobody has looked for a while, unless it shall stay awake."""
        if self._idle is not None:
            self._idle.cancel()
        if not self._closed and not self._awake:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._idle_s, self._end_idle)

    def _end_idle(self) -> None:
        """Stop unless somebody is looking right now."""
        if self._turn.locked() or self._is_starting:
            self._await_idle()
        elif not self._awake:
            self._retire()


def _detection(answer: Answer, worker: WorkerClient, *, took_ms: float) -> Detection:
    """Turn the wire's numbers into the core's values."""
    people = tuple(
        PersonBox(
            score=person.score,
            box=Box(x=person.x, y=person.y, width=person.width, height=person.height),
        )
        for person in answer.people
    )
    return Detection(
        people=people,
        width=answer.size.width,
        height=answer.size.height,
        engine=worker.hello.engine,
        model=worker.hello.model,
        trust=Trust(worker.hello.trust),
        took_ms=took_ms,
    )
