"""The life of the one worker: which engine it shall run, when it starts, rests, is replaced and ends.

    absent ──wanted──▶ starting ──hello──▶ ready ──idle──▶ absent
       ▲                  │ crash, no hello  │ crash, hang, too large, broken protocol
       └──────────────────┴──────────────────┘   5 ends in 60 s: resting for 60 s, then absent

A worker that ends while it is asked, or while it shall stay awake, is replaced at once.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Final

from ...core.detection import DetectorInfo, Thresholds, Trust
from ...core.errors import CouldNotLook
from ...vision.client import Command, WorkerClient, WorkerGone, WorkerUnfit, worker_command
from ...vision.limits import MEMORY_MB, Limits
from ...vision.plan import FROM_FILES, SELF_TEST_FAILED, SERVER_UNREACHABLE, EngineKind, EnginePlan

_LOGGER = logging.getLogger(__name__)

CRASHED: Final = "detector_crashed"
UNAVAILABLE: Final = "detector_unavailable"

START_S: Final = 30.0  # a Raspberry Pi with a slow card imports for about 8 s
STORM_ENDS: Final = 5
STORM_WINDOW_S: Final = 60.0
REST_S: Final = 60.0
CHANCES: Final = 2  # native code that dies at start-up (no AVX, for one) will die again
UNREACHABLE_LOOKS: Final = 3  # in a row; then it is planned anew, once within REST_S
LOST_LOOKS: Final = 12  # in a row; then a new worker asks, which has more time to test the server
MEDIAN_OF: Final = 31  # looks; some seconds of a burst

type Resolve = Callable[[], Awaitable[EnginePlan]]
type Measured = Callable[[EnginePlan, float], Awaitable[bool]]


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectorSettings:
    """What the owner chose; `measured` says whether another model suits a hub of this speed better."""

    resolve: Resolve
    threads: int
    idle_s: float
    memory_mb: int = MEMORY_MB
    measured: Measured | None = None

    @property
    def limits(self) -> Limits:
        """Return what the worker may use."""
        return Limits(threads=self.threads, memory_mb=self.memory_mb)


class WorkerLife:
    """One worker at most; `changed` is called when one is ready, has answered, or could not be started."""

    def __init__(
        self,
        settings: DetectorSettings,
        changed: Callable[[], None],
        command: Command = worker_command,
    ) -> None:
        self.settings = settings
        self.info: DetectorInfo | None = None
        self.worker: WorkerClient | None = None
        self.start_failure: str | None = None
        self.closed = False
        self._changed = changed
        self._command = command
        self._plan: EnginePlan | None = None
        self._runs: tuple[EnginePlan, Limits] | None = None
        self._measured: EnginePlan | None = None
        self._planning = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None
        self._failed_starts = 0
        self._ends: deque[float] = deque(maxlen=STORM_ENDS)
        self._rests_until = 0.0
        self._closing: set[asyncio.Task[None]] = set()
        self._replanning: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._awake = False
        self._times: deque[float] = deque(maxlen=MEDIAN_OF)
        self._unreachable = 0
        self._plans_from = 0.0

    @property
    def starting(self) -> bool:
        """Say whether a worker is on its way."""
        return self._starting is not None and not self._starting.done()

    def want(self) -> None:
        """See to it that a worker is there soon; raises CouldNotLook when none can be."""
        if self.closed:
            raise CouldNotLook(UNAVAILABLE)
        if self.worker is None and not self.starting:
            self._begin_start()

    async def prepare(self) -> DetectorInfo | None:
        """Plan anew unless the best engine works; keep the worker when that changes nothing."""
        async with self._planning:
            if self.closed or (self.info is not None and self._is_best()):
                return self.info
            await self._follow_settings()
            if await self._has_better():
                await self._follow_settings()
                self._measured = self._plan  # chosen for this hub's speed, so not asked again
        return self.info

    async def _follow_settings(self) -> None:
        """Plan and start; settings that change meanwhile, and a start that was begun before, are no end."""
        while not self.closed:
            settings = self.settings
            plan = await settings.resolve()
            if settings is not self.settings:
                continue
            late = self.starting
            self._take_plan(plan)
            await self.started()
            older = late and self._runs != (plan, settings.limits)
            if settings is self.settings and not older:
                return

    def _is_best(self) -> bool:
        """Say whether nothing would come of planning anew."""
        assert self.info is not None
        measured = self.settings.measured is None or self._measured == self._plan
        return self.info.reason is None and self._plan is not None and measured

    async def _has_better(self) -> bool:
        """Ask once for each plan whether the hub's speed speaks for another model."""
        worker, plan, measured = self.worker, self._plan, self.settings.measured
        if worker is None or plan is None or measured is None or plan == self._measured:
            return False
        self._measured = plan
        if worker.hello.engine != plan.engine or worker.hello.frame_ms is None:
            return False
        return await measured(plan, worker.hello.frame_ms)

    def _take_plan(self, plan: EnginePlan) -> None:
        """Let the worker go when another shall run, or when it could not run what was planned."""
        if self._plan is None and plan.engine is not None:
            self._rests_until = 0.0  # it rested for want of a plan only
        self._plan = plan
        lost = self._unreachable >= LOST_LOOKS
        fell_back = self.worker is not None and (
            self.worker.hello.engine != plan.engine
            or (
                plan.engine is EngineKind.REMOTE
                and (lost or self.worker.hello.reason == SERVER_UNREACHABLE)
            )
        )
        if fell_back or self._runs != (plan, self.settings.limits):
            self._failed_starts = 0
            self.retire()

    def adopt(self, settings: DetectorSettings) -> None:
        """Follow other settings: at once when a worker runs, else from the next start on."""
        self.settings = settings
        self._plan = None
        if self.worker is not None or self.starting:
            self._plan_anew()

    def _plan_anew(self) -> None:
        """Plan in the background; whoever looks meanwhile is looked for with what there is."""
        if self._replanning is None or self._replanning.done():
            self._replanning = asyncio.get_running_loop().create_task(self._replan())

    async def _replan(self) -> None:
        """Plan until the settings stay as they are."""
        settings = None
        while settings is not self.settings and not self.closed:
            settings = self.settings
            try:
                await self.prepare()
            except Exception:
                _LOGGER.exception("The person detector could not be planned")

    async def stay(self, *, awake: bool) -> None:
        """Keep a worker, or let it go when idle."""
        self._awake = awake
        if awake and not self.closed:
            await self.started()

    async def started(self) -> None:
        """Wait until a worker is ready or could not be started."""
        try:
            self.want()
        except CouldNotLook as error:
            _LOGGER.debug("not ready to look: %s", error.code)
        if self._starting is not None:
            await asyncio.wait({self._starting})

    def _begin_start(self) -> None:
        """Start a worker in the background; raises CouldNotLook while resting."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rests_until:
            raise CouldNotLook(UNAVAILABLE)
        self.start_failure = None
        self._starting = loop.create_task(self._start())
        self._starting.add_done_callback(self._start_ended)

    def _start_ended(self, _: asyncio.Task[None]) -> None:
        """Let those who wait know; what shall stay awake is tried again."""
        self._changed()
        if self.start_failure == CRASHED:
            self._stay_awake()

    def _stay_awake(self) -> None:
        """Start what shall stay awake; while it rests that waits for the end of the rest."""
        if self._awake and not self.closed:
            with contextlib.suppress(CouldNotLook):
                self.want()

    async def _start(self) -> None:
        """Bring up a worker; what went wrong is left in `start_failure`."""
        try:
            while self._plan is None:
                settings = self.settings
                found = await settings.resolve()
                if settings is self.settings:
                    self._plan = self._plan or found
            plan, limits = self._plan, self.settings.limits
            if plan.engine is None:
                self._give_up(plan.reason)
                return
            self._runs = (plan, limits)
            if plan.engine in FROM_FILES and self._failed_starts >= CHANCES:
                plan = replace(
                    plan, engine=EngineKind.BASIC, files=(), card=None, reason=SELF_TEST_FAILED
                )
            worker = await WorkerClient.start(
                plan, limits=limits, timeout_s=START_S, command=self._command
            )
        except WorkerUnfit as unfit:
            self._give_up(unfit.reason)
        except WorkerGone as gone:
            _LOGGER.warning("The person detector's worker did not start: %s", gone)
            self._failed_starts += 1
            self.start_failure = CRASHED
            self._note_end()
        except Exception:
            # Whatever resolving does, the next look may try again after a rest.
            _LOGGER.exception("The person detector could not be planned")
            self._give_up(None)
        else:
            self._welcome(worker)

    def _welcome(self, worker: WorkerClient) -> None:
        """Take a worker that is ready."""
        hello = worker.hello
        raise_, sustain, confirm = hello.thresholds
        self.worker = worker
        self._times.clear()
        self._unreachable = 0
        if self._runs is not None and hello.engine == self._runs[0].engine:
            self._failed_starts = 0
        self.info = DetectorInfo(
            engine=hello.engine,
            model=hello.model,
            trust=Trust(hello.trust),
            reason=hello.reason,
            thresholds=Thresholds(raise_=raise_, sustain=sustain, confirm=confirm),
            at_once=hello.at_once,
            frame_ms=hello.frame_ms,
        )
        worker.heard = self._changed
        worker.ended.add_done_callback(partial(self._ended, worker))

    def _give_up(self, reason: str | None) -> None:
        """Rest: nothing here can look now; planned anew afterwards."""
        self.info = DetectorInfo(engine="none", model="none", trust=Trust.LOW, reason=reason)
        self.start_failure = UNAVAILABLE
        self._plan = None
        self._rests_until = asyncio.get_running_loop().time() + REST_S

    def note_look(self, ms: float) -> None:
        """Keep the median time of a frame, and that a server answers again."""
        self._times.append(ms)
        self._unreachable = 0
        if self.info is not None:
            reason = None if self.info.engine == EngineKind.REMOTE else self.info.reason
            self.info = replace(self.info, frame_ms=round(median(self._times), 1), reason=reason)

    def note_unreachable(self) -> None:
        """Keep that the server does not answer; every look tries again, and soon an engine of the hub may."""
        self._unreachable += 1
        now = asyncio.get_running_loop().time()
        if self._unreachable >= UNREACHABLE_LOOKS and now >= self._plans_from:
            self._plans_from = now + REST_S
            self._plan_anew()
        if self.info is not None and self.info.reason is None:
            _LOGGER.warning("The inference server does not answer")
            self.info = replace(self.info, reason=SERVER_UNREACHABLE)

    def _ended(self, worker: WorkerClient, _: asyncio.Future[None]) -> None:
        """Count a worker that ended by itself, and replace it where it is missed."""
        if worker is not self.worker:
            return
        _LOGGER.warning("The person detector's worker ended: %s", worker.why)
        self._note_end()
        if (worker.missed or self._awake) and not self.closed:
            try:
                self.want()
            except CouldNotLook as error:
                self.start_failure = error.code
        elif not worker.answered:
            self.start_failure = CRASHED
        self._changed()

    def _note_end(self) -> None:
        """Count an end; too many within a minute, or starts that fail in a row, mean a rest."""
        self.retire()
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._ends.append(now)
        storm = len(self._ends) == STORM_ENDS and now - self._ends[0] < STORM_WINDOW_S
        if storm or self._failed_starts >= STORM_ENDS:
            _LOGGER.error("The person detector's worker ended again and again; resting")
            self._ends.clear()
            self._rests_until = now + REST_S
            self.info = DetectorInfo(
                engine="none", model="none", trust=Trust.LOW, reason=SELF_TEST_FAILED
            )
            if self._rest is not None:
                self._rest.cancel()
            self._rest = loop.call_later(REST_S, self._stay_awake)

    def retire(self) -> None:
        """Let go of the worker and end it in the background; what it was asked it may still answer."""
        worker, self.worker = self.worker, None
        if worker is None:
            return
        task = asyncio.get_running_loop().create_task(worker.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def await_idle(self) -> None:
        """End the worker once nobody has looked for a while, unless it shall stay awake."""
        if self._idle is not None:
            self._idle.cancel()
        if not self.closed and not self._awake:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self.settings.idle_s, self._end_idle)

    def _end_idle(self) -> None:
        """Stop unless somebody is looking right now."""
        if self.starting or (self.worker is not None and self.worker.outstanding):
            self.await_idle()
        elif not self._awake:
            self.retire()

    async def close(self) -> None:
        """End everything; idempotent."""
        self.closed = True
        for timer in (self._idle, self._rest):
            if timer is not None:
                timer.cancel()
        for task in (self._replanning, self._starting):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self.retire()
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)
