"""PersonDetector port: frames wait for their turn, go to the worker, and come back as what was seen."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, override

from ...core.detection import Box, Detection, DetectorInfo, Glance, PersonBox, Polygon, Trust
from ...core.errors import CouldNotLook, FrameRefused
from ...engine.ports import PersonDetector
from ...vision.client import (
    Answer,
    Command,
    LookFailed,
    WorkerClient,
    WorkerGone,
    worker_command,
)
from ...vision.frame import MAX_BYTES, TOO_LARGE, PictureRefused
from ...vision.glance import Glance as Whole
from ...vision.limits import MEMORY_MB
from ...vision.plan import SERVER_UNREACHABLE, EngineKind
from ...vision.wire import EXPIRED, Kind, Seen, WireError
from .blame import Blame
from .life import CRASHED, UNAVAILABLE, DetectorSettings, Measured, Resolve, WorkerLife
from .turns import NOBODY, Turns

STARTING: Final = "detector_starting"
TIMEOUT: Final = "detector_timeout"
FAILED: Final = "detector_failed"
SUPERSEDED: Final = "frame_superseded"

MIN_HANG_S: Final = 1.0  # a 4K still takes a busy Raspberry Pi 4 about 0.6 s
MAX_HANG_S: Final = 1.75  # however long anybody waits, unless that long is usual
HANG_SLACK_S: Final = 0.25  # an answer that came just in time is still on its way
HANG_FRAMES: Final = 4  # times the usual, where a frame takes long
MAX_FAILED: Final = 3  # looks in a row; native code that is damaged does not mend itself
PLACES: Final = 5  # decimals of a mask's corner: a tenth of a pixel of the largest picture


@dataclass(eq=False, kw_only=True, slots=True)
class _Frame:
    """A picture, what is asked about it, and who waits."""

    kind: Kind
    camera: str
    picture: bytes = field(repr=False)
    masks: tuple[tuple[tuple[float, float], ...], ...]
    urgent: bool
    until: float
    seen: asyncio.Future[tuple[Answer, WorkerClient, float]]
    sent_at: float = 0.0
    asked: asyncio.Future[Answer] | None = None

    def fail(self, error: Exception) -> None:
        """Tell who waits that there is no answer."""
        if not self.seen.done():
            self.seen.set_exception(error)


class WorkerPersonDetector(PersonDetector):
    """At most one frame per camera is in the worker; the newest of each camera waits, older ones give way."""

    def __init__(
        self,
        resolve: Resolve,
        *,
        threads: int,
        idle_s: float,
        memory_mb: int = MEMORY_MB,
        measured: Measured | None = None,
        command: Command = worker_command,
    ) -> None:
        settings = DetectorSettings(
            resolve=resolve,
            threads=threads,
            idle_s=idle_s,
            memory_mb=memory_mb,
            measured=measured,
        )
        self._life = WorkerLife(settings, self._go_on, command)
        self._turns: Turns[_Frame] = Turns()
        self._blame = Blame()
        self._failed = 0

    @property
    @override
    def info(self) -> DetectorInfo | None:
        return self._life.info

    @property
    def worker_pid(self) -> int | None:
        """Return the running worker's process id."""
        return self._life.worker.pid if self._life.worker is not None else None

    @override
    async def look(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = NOBODY,
        masks: Sequence[Polygon] = (),
        urgent: bool = True,
    ) -> Detection:
        frame = self._frame(Kind.LOOK, picture, timeout_s, camera, masks, urgent=urgent)
        answer, worker, took_s = await self._judge(frame)
        assert isinstance(answer, Seen)
        return _detection(answer, worker, took_ms=took_s * 1000)

    @override
    async def glance(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = NOBODY,
        masks: Sequence[Polygon] = (),
    ) -> Glance:
        frame = self._frame(Kind.GLANCE, picture, timeout_s, camera, masks, urgent=False)
        answer, _, _ = await self._judge(frame)
        assert isinstance(answer, Whole)
        return _glance(answer)

    @override
    async def prepare(self) -> DetectorInfo | None:
        info = await self._life.prepare()
        self._life.await_idle()
        return info

    @override
    async def stay(self, *, awake: bool) -> None:
        await self._life.stay(awake=awake)
        self._life.await_idle()

    def adopt(self, settings: DetectorSettings) -> None:
        """Follow other settings from the next `prepare` on."""
        self._life.adopt(settings)

    @override
    async def close(self) -> None:
        self._life.closed = True
        self._give_up(UNAVAILABLE)
        await self._life.close()

    def _frame(
        self,
        kind: Kind,
        picture: bytes,
        timeout_s: float,
        camera: str,
        masks: Sequence[Polygon],
        *,
        urgent: bool,
    ) -> _Frame:
        """Write down what is asked; raises FrameRefused."""
        if len(picture) > MAX_BYTES:
            raise FrameRefused(TOO_LARGE)
        loop = asyncio.get_running_loop()
        return _Frame(
            kind=kind,
            # A glance never takes the place of a look.
            camera=f"{kind}:{camera}" if camera != NOBODY else NOBODY,
            picture=picture,
            masks=tuple(
                tuple((round(x, PLACES), round(y, PLACES)) for x, y in mask) for mask in masks
            ),
            urgent=urgent,
            until=loop.time() + timeout_s,
            seen=loop.create_future(),
        )

    async def _judge(self, frame: _Frame) -> tuple[Answer, WorkerClient, float]:
        """Wait for the answer; raises FrameRefused, CouldNotLook."""
        self._life.want()
        if self._blame.shuns(frame.camera, asyncio.get_running_loop().time()):
            raise CouldNotLook(CRASHED)
        if (older := self._turns.put(frame.camera, frame, urgent=frame.urgent)) is not None:
            older.fail(CouldNotLook(SUPERSEDED))
        self._go_on()
        try:
            async with asyncio.timeout_at(frame.until):
                return await frame.seen
        except TimeoutError:
            raise CouldNotLook(STARTING if self._life.starting else TIMEOUT) from None
        finally:
            self._turns.remove(frame.camera, frame)
            if frame.asked is not None:
                frame.asked.cancel()
            self._life.await_idle()

    def _go_on(self) -> None:
        """Give the worker what it has room for; when none could be started, nobody waits for it."""
        worker = self._life.worker
        if worker is not None:
            # One batch is worked on while the next one is read.
            while worker.alive and worker.outstanding < 2 * worker.hello.at_once:
                if (turn := self._turns.take()) is None:
                    break
                self._send(worker, turn[1])
        elif self._turns and not self._life.starting:
            failure = self._life.start_failure
            try:
                if failure is None:
                    self._life.want()
            except CouldNotLook as error:
                failure = error.code
            if failure is not None:
                self._give_up(failure)

    def _give_up(self, code: str) -> None:
        """Tell all who wait that nobody can look."""
        for frame in self._turns.clear():
            frame.fail(CouldNotLook(code))

    def _send(self, worker: WorkerClient, frame: _Frame) -> None:
        """Hand a frame to the worker."""
        if frame.seen.done():
            self._turns.done(frame.camera)
            return
        loop = asyncio.get_running_loop()
        frame.sent_at = loop.time()
        left = max(0.0, frame.until - frame.sent_at)
        try:
            frame.asked = worker.ask(
                frame.picture,
                kind=frame.kind,
                masks=frame.masks,
                within_s=left,
                hang_s=self._patience(worker, left),
            )
        except WireError:  # more masks than a message holds: never look without them
            self._turns.done(frame.camera)
            frame.fail(CouldNotLook(FAILED))
            return
        frame.asked.add_done_callback(lambda asked: self._answered(frame, worker, asked))

    def _patience(self, worker: WorkerClient, left: float) -> float:
        """Return how long the worker may take for a frame; only a server may take what the caller allows."""
        usual = (self._life.info.frame_ms or 0.0) / 1000 if self._life.info else 0.0
        most = left if worker.hello.engine == EngineKind.REMOTE else min(left, MAX_HANG_S)
        return max(most, MIN_HANG_S, HANG_FRAMES * usual) + HANG_SLACK_S

    def _answered(self, frame: _Frame, worker: WorkerClient, asked: asyncio.Future[Answer]) -> None:
        """Hand on what came back, and let the next frame go."""
        self._turns.done(frame.camera)
        error = None if asked.cancelled() else asked.exception()
        if isinstance(error, WorkerGone):
            self._bereaved(frame, error, worker)
        elif error is not None:
            self._note_failure(worker, error)
            frame.fail(_told(error))
        elif not asked.cancelled():
            self._failed = 0
            self._blame.clear(frame.camera)
            if isinstance(answer := asked.result(), Seen):
                self._life.note_look(answer.ms)
            if not frame.seen.done():
                took_s = asyncio.get_running_loop().time() - frame.sent_at
                frame.seen.set_result((answer, worker, took_s))
        self._go_on()

    def _bereaved(self, frame: _Frame, gone: WorkerGone, worker: WorkerClient) -> None:
        """The frames that were being judged are lost; those behind them wait for the next worker."""
        if self._life.closed:
            frame.fail(CouldNotLook(UNAVAILABLE))
        elif gone.begun and worker is self._life.worker:
            self._blame.note(frame.camera, asyncio.get_running_loop().time())
            frame.fail(CouldNotLook(TIMEOUT if gone.hung else CRASHED))
        elif not frame.seen.done():
            frame.asked = None
            if not self._turns.put_back(frame.camera, frame, urgent=frame.urgent):
                frame.fail(CouldNotLook(SUPERSEDED))

    def _note_failure(self, worker: WorkerClient, error: BaseException) -> None:
        """Replace a worker that only fails; a server that does not answer is no fault of its own."""
        if not isinstance(error, LookFailed):
            return
        if error.code == SERVER_UNREACHABLE:
            self._life.note_unreachable()
        elif error.code == FAILED:
            self._failed += 1
            if self._failed >= MAX_FAILED:
                self._failed = 0
                worker.give_up("it fails again and again")


def _told(error: BaseException) -> Exception:
    """Sort what the worker said by what the caller can do."""
    if isinstance(error, PictureRefused):
        return FrameRefused(error.code)
    if isinstance(error, LookFailed):
        return CouldNotLook(TIMEOUT if error.code == EXPIRED else error.code)
    return CouldNotLook(FAILED)


def _glance(whole: Whole) -> Glance:
    """Turn the wire's value into the core's."""
    return Glance(luma=whole.luma, sharpness=whole.sharpness)


def _detection(seen: Seen, worker: WorkerClient, *, took_ms: float) -> Detection:
    """Turn the wire's numbers into the core's values."""
    people = tuple(
        PersonBox(
            score=person.score,
            box=Box(x=person.x, y=person.y, width=person.width, height=person.height),
            patch=patch,
        )
        for person, patch in zip(seen.people, seen.patches, strict=True)
    )
    return Detection(
        people=people,
        width=seen.size.width,
        height=seen.size.height,
        engine=worker.hello.engine,
        model=worker.hello.model,
        trust=Trust(worker.hello.trust),
        took_ms=took_ms,
        glance=_glance(seen.whole),
    )
