"""The hub's end of the pipe to one worker process; no policy, no restart."""

import asyncio
import contextlib
import logging
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process, SubprocessStreamProtocol
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Self

from . import wire
from .frame import REFUSALS, PictureRefused
from .glance import Glance
from .limits import Limits, resident_mb
from .pixels.masks import Polygons
from .plan import SERVER_UNREACHABLE, EnginePlan

_LOGGER = logging.getLogger(__name__)

SEARCH_PATH: Final = "VERIFIED_RESPONSE_SEARCH_PATH"
MAX_LOGGED: Final = 32 * 1024  # per worker; native code can repeat itself for every frame
GRACE_S: Final = 1.0
PIPE_BYTES: Final = 1024 * 1024
WEIGH_S: Final = 1.0  # how often the worker's size is looked at while it works
FAILURES: Final = frozenset({wire.FAILED, SERVER_UNREACHABLE})
DROPS: Final = frozenset({wire.EXPIRED, wire.CANCELLED})
# What native libraries need; the hub's tokens and passwords stay with the hub.
_ENVIRONMENT_KEPT: Final = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT",
    "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX",
    "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip

type Command = Callable[[EnginePlan], Sequence[str]]
type Answer = wire.Seen | Glance


class WorkerGone(Exception):  # noqa: N818 - reads as what happened
    """The worker crashed, hung or broke the protocol; this look has no answer.

    `begun`: the frame was being judged; False when it was still behind others.
    """

    def __init__(self, why: str, *, hung: bool = False, begun: bool = True) -> None:
        super().__init__(why)
        self.hung = hung
        self.begun = begun


class WorkerUnfit(Exception):  # noqa: N818 - reads as what happened
    """No engine works in the worker; `reason` is a key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LookFailed(Exception):  # noqa: N818 - reads as what happened
    """The worker could not answer for this frame and goes on; `code` is in FAILURES or DROPS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(eq=False, kw_only=True, slots=True)
class _Asked:
    """A request on its way; `hang_s` counts from when it is the oldest one."""

    kind: wire.Kind
    hang_s: float
    answer: asyncio.Future[Answer] = field(repr=False)


def worker_command(_plan: EnginePlan) -> Sequence[str]:
    """Return the command line; the file is named, so that its folder is never searched for modules."""
    return [sys.executable, "-P", str(Path(__file__).with_name("__main__.py"))]


def environment(threads: int) -> dict[str, str]:
    """Return the worker's environment."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT_KEPT if name in os.environ}
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    # Threads that wait sleep: turning in circles, on a busy hub they cost ten times the time of a frame.
    limits |= {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}
    limits["ORT_DISABLE_TELEMETRY"] = "1"  # nothing leaves the house that is not in the journal
    limits["MALLOC_ARENA_MAX"] = "2"  # pictures are read by one thread and freed by another
    return kept | limits | {SEARCH_PATH: os.pathsep.join(entry for entry in sys.path if entry)}


class WorkerClient:
    """One running worker; after `alive` turns false it only needs to be closed.

    `heard` is called when there is room for more, although nobody waited for the answer;
    `ended` is done once it is gone, `missed` says whether answers were
    still to come, `answered` whether any ever came.
    """

    def __init__(
        self, transport: asyncio.SubprocessTransport, process: Process, limits: Limits
    ) -> None:
        self._transport = transport
        self._process = process
        self._limits = limits
        self._asked: dict[int, _Asked] = {}
        self._watchdog: asyncio.TimerHandle | None = None
        self._scale: asyncio.TimerHandle | None = None
        self._ended: WorkerGone | None = None
        loop = asyncio.get_running_loop()
        self._hello: asyncio.Future[wire.Hello] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        self.heard: Callable[[], None] = _nothing
        self.missed = False
        self.answered = False
        self._tasks = (loop.create_task(self._listen()), loop.create_task(self._drain()))

    @classmethod
    async def start(
        cls,
        plan: EnginePlan,
        *,
        limits: Limits,
        timeout_s: float,
        command: Command = worker_command,
    ) -> Self:
        """Start and wait for the hello; raises WorkerGone, WorkerUnfit."""
        loop = asyncio.get_running_loop()
        try:
            transport, protocol = await loop.subprocess_exec(
                lambda: SubprocessStreamProtocol(limit=wire.MAX_HEADER, loop=loop),
                *command(plan),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=environment(limits.threads),
            )
        except OSError as error:
            raise WorkerGone(str(error)) from error
        _widen(transport)
        client = cls(transport, Process(transport, protocol, loop), limits)
        try:
            client._write(wire.pack_start(plan, limits))
            client._weigh()
            await client._greeted(timeout_s)
        except BaseException:
            await client.close(grace_s=0)
            raise
        return client

    async def _greeted(self, timeout_s: float) -> None:
        """Wait for the hello; raises WorkerGone, WorkerUnfit."""
        await asyncio.wait({self._hello}, timeout=timeout_s)
        if not self._hello.done():
            raise WorkerGone("no hello", hung=True)
        self._hello.result()

    @property
    def hello(self) -> wire.Hello:
        """Return what the worker said of itself."""
        return self._hello.result()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether it can still be asked; its end may be known before its last words are read."""
        return self._ended is None and self._process.returncode is None

    @property
    def why(self) -> str:
        """Return why it ended."""
        return str(self._ended)

    @property
    def outstanding(self) -> int:
        """Return how many answers are still to come, maybe to callers who have left."""
        return len(self._asked)

    def ask(
        self,
        picture: bytes,
        *,
        kind: wire.Kind = wire.Kind.LOOK,
        masks: Polygons = (),
        within_s: float,
        hang_s: float,
    ) -> asyncio.Future[Answer]:
        """Send one picture; cancelling the answer tells the worker. Raises WorkerGone, WireError.

        The worker is killed when it is this request's turn and nothing comes back within `hang_s`.
        """
        if not self.alive:
            raise self._ended or WorkerGone("ended")
        # Not countable, so that nobody can answer before being asked.
        number = secrets.randbelow(wire.MAX_ID)
        within_ms = max(0, int(within_s * 1000))
        message = wire.pack_request(wire.Request(number, kind, within_ms, masks, picture))
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(lambda done: self._left(number, done))
        self._asked[number] = _Asked(kind=kind, hang_s=hang_s, answer=answer)
        if len(self._asked) == 1:
            self._await_oldest()
            self._weigh()
        self._write(message)
        return answer

    def _write(self, message: bytes) -> None:
        """Send; a pipe that is closed is noticed by who listens."""
        if self._process.stdin is not None:
            self._process.stdin.write(message)

    def _left(self, number: int, answer: asyncio.Future[Answer]) -> None:
        """Tell the worker that nobody waits; an answer that nobody waits for is no error."""
        if answer.cancelled():
            if self._ended is None and number in self._asked:
                self._write(wire.pack_cancel(number))
        else:
            answer.exception()

    def _await_oldest(self) -> None:
        """Give the request whose turn it is its time."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        if self._ended is None and self._asked:
            # What is worked on together is waited for together.
            together = islice(self._asked.values(), self._at_once())
            patience = max(each.hang_s for each in together)
            self._watchdog = asyncio.get_running_loop().call_later(patience, self._hung)

    def _hung(self) -> None:
        """End a worker that does not answer."""
        self._end(WorkerGone("no answer in time", hung=True))

    def _weigh(self) -> None:
        """End a worker that has grown past its ceiling; look again while it starts or works."""
        if self._scale is not None:
            self._scale.cancel()
            self._scale = None
        if self._ended is not None:
            return
        if (resident := resident_mb(self.pid)) is not None and resident > self._limits.memory_mb:
            self._end(WorkerGone(f"too large: {resident:.0f} MB"))
        elif self._asked or not self._hello.done():
            self._scale = asyncio.get_running_loop().call_later(WEIGH_S, self._weigh)

    def _end(self, why: WorkerGone) -> None:
        """Kill once and tell whoever waits."""
        if self._ended is None:
            self._ended = why
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        for timer in (self._watchdog, self._scale):
            if timer is not None:
                timer.cancel()
        if not self._hello.done():
            self._hello.set_exception(why)
            self._hello.exception()
        asked, self._asked = self._asked, {}
        self.missed = self.missed or bool(asked)
        at_once = self._at_once()
        for place, each in enumerate(asked.values()):
            if not each.answer.done():
                gone = WorkerGone(str(why), hung=why.hung, begun=place < at_once)
                each.answer.set_exception(gone)
        if not self.ended.done():
            self.ended.set_result(None)

    def _at_once(self) -> int:
        """Return how many it works on together."""
        hello = self._hello
        known = hello.done() and not hello.cancelled() and hello.exception() is None
        return hello.result().at_once if known else 1

    def give_up(self, why: str) -> None:
        """End a worker that is of no use any more."""
        self._end(WorkerGone(why))

    async def _listen(self) -> None:
        """Read until the worker ends or says what it must not."""
        why = WorkerGone("closed")
        try:
            self._greet((await self._next()).header)
            while True:
                self._hear(await self._next())
        except asyncio.IncompleteReadError:
            why = WorkerGone("pipe closed")
        except (wire.WireError, OSError) as error:
            why = WorkerGone(str(error))
        finally:
            self._end(why)

    async def _next(self) -> wire.Message:
        """Read one message from the pipe."""
        if (stdout := self._process.stdout) is None:
            raise wire.WireError("no pipe")
        header, body = wire.lengths(await stdout.readexactly(wire.PREFIX_BYTES))
        if body > wire.MAX_ANSWER_BODY:
            raise wire.WireError("answer too large")
        raw = await stdout.readexactly(header)
        return wire.Message(wire.read_header(raw), await stdout.readexactly(body))

    def _greet(self, header: dict[str, object]) -> None:
        """Take the hello."""
        if isinstance(unfit := header.get("unfit"), str):
            if not self._hello.done():
                self._hello.set_exception(WorkerUnfit(unfit))
            return
        hello = wire.read_hello(header)
        if not self._hello.done():
            self._hello.set_result(hello)

    def _hear(self, message: wire.Message) -> None:
        """Hand an answer to whoever waits for it."""
        number = message.header.get("id")
        if not isinstance(number, int) or (asked := self._asked.get(number)) is None:
            raise wire.WireError("answer to nothing")
        answered = self._read(message, asked.kind)
        self.answered = True
        del self._asked[number]
        self._await_oldest()
        if asked.answer.done():
            self.heard()
        elif isinstance(answered, Exception):
            asked.answer.set_exception(answered)
        else:
            asked.answer.set_result(answered)

    @staticmethod
    def _read(message: wire.Message, kind: wire.Kind) -> Answer | Exception:
        """Return the answer or why there is none; raises WireError."""
        header = message.header
        if (code := header.get("refused")) is not None:
            return PictureRefused(_known(code, REFUSALS))
        if (code := header.get("failed")) is not None:
            return LookFailed(_known(code, FAILURES))
        if (code := header.get("dropped")) is not None:
            return LookFailed(_known(code, DROPS))
        return wire.read_seen(message) if kind is wire.Kind.LOOK else wire.read_whole(message)

    async def _drain(self) -> None:
        """Read stderr so that it never blocks the worker; log the first part of it."""
        logged = 0
        stderr = self._process.stderr
        while stderr is not None and (chunk := await stderr.read(4096)):
            if logged < MAX_LOGGED:
                _LOGGER.debug("worker %s: %s", self.pid, chunk.decode(errors="replace").rstrip())
            logged += len(chunk)

    async def close(self, *, grace_s: float = GRACE_S) -> None:
        """End the process, politely first; nothing of it is left afterwards."""
        try:
            if self._ended is None and grace_s and self._process.stdin is not None:
                self._process.stdin.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(grace_s):
                        await self._process.wait()
        finally:
            self._end(WorkerGone("closed"))
            for task in self._tasks:
                task.cancel()
            try:
                # Killed, it is gone at once, unless the kernel itself holds it; that must not hold us.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(GRACE_S):
                        await self._process.wait()
            finally:
                self._transport.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _widen(transport: asyncio.SubprocessTransport) -> None:
    """Let a picture pass the pipe at once, where the kernel can: 64 KiB at a time cost a millisecond."""
    if (pipe := transport.get_pipe_transport(0)) is None:
        return
    with contextlib.suppress(ImportError, AttributeError, OSError, TypeError, ValueError):
        import fcntl

        fcntl.fcntl(pipe.get_extra_info("pipe"), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _nothing() -> None:
    """Do nothing."""


def _known(code: object, known: frozenset[str]) -> str:
    """Accept a code of ours; raises WireError."""
    if not isinstance(code, str) or code not in known:
        raise wire.WireError("unknown code")
    return code
