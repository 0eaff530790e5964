"""The hub's end of the pipe to one worker process; no policy, no restart."""

import asyncio
import contextlib
import logging
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process, SubprocessStreamProtocol
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Self, cast

from . import wire
from .decode import Person
from .frame import REFUSALS, PictureRefused, Size
from .plan import EnginePlan, to_text

_LOGGER = logging.getLogger(__name__)

SEARCH_PATH: Final = "VERIFIED_RESPONSE_SEARCH_PATH"
MAX_LOGGED: Final = 32 * 1024  # per worker; native code can repeat itself for every frame
GRACE_S: Final = 1.0
TRUSTS: Final = ("full", "low")
# What native libraries need; the hub's tokens and passwords stay with the hub.
_ENVIRONMENT_KEPT: Final = (
    "PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "SYSTEMROOT",
    "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX",
)  # fmt: skip

type Command = Callable[[EnginePlan, int], Sequence[str]]


class WorkerGone(Exception):  # noqa: N818 - reads as what happened
    """The worker crashed, hung or broke the protocol; this look has no answer."""

    def __init__(self, why: str, *, hung: bool = False) -> None:
        super().__init__(why)
        self.hung = hung


class WorkerUnfit(Exception):  # noqa: N818 - reads as what happened
    """No engine works in the worker; `reason` is a key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Hello:
    """What a worker says of itself once its self-test has passed."""

    engine: str
    model: str
    trust: str
    reason: str | None


class Answer(NamedTuple):
    """The people in one picture."""

    people: list[Person]
    size: Size


def worker_command(plan: EnginePlan, threads: int) -> Sequence[str]:
    """Return the command line; the file is named, so that its folder is never searched for modules."""
    start = Path(__file__).with_name("__main__.py")
    return [sys.executable, "-P", str(start), to_text(plan), str(threads)]


def _environment(threads: int) -> dict[str, str]:
    """Return the worker's environment."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT_KEPT if name in os.environ}
    limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    limits["ORT_DISABLE_TELEMETRY"] = "1"  # nothing leaves the house that is not in the journal
    return kept | limits | {SEARCH_PATH: os.pathsep.join(entry for entry in sys.path if entry)}


class WorkerClient:
    """One running worker; after `alive` turns false it only needs to be closed."""

    def __init__(self, transport: asyncio.SubprocessTransport, process: Process) -> None:
        self._transport = transport
        self._process = process
        self._asked = -1
        self._waiting: asyncio.Future[Answer] | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._ended: WorkerGone | None = None
        loop = asyncio.get_running_loop()
        self._hello: asyncio.Future[Hello] = loop.create_future()
        self._tasks = (loop.create_task(self._listen()), loop.create_task(self._drain()))

    @classmethod
    async def start(
        cls, plan: EnginePlan, *, threads: int, timeout_s: float, command: Command = worker_command
    ) -> Self:
        """Start and wait for the hello; raises WorkerGone, WorkerUnfit."""
        loop = asyncio.get_running_loop()
        try:
            transport, protocol = await loop.subprocess_exec(
                lambda: SubprocessStreamProtocol(limit=wire.MAX_HEADER, loop=loop),
                *command(plan, threads),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=_environment(threads),
            )
        except OSError as error:
            raise WorkerGone(str(error)) from error
        client = cls(transport, Process(transport, protocol, loop))
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(client._hello)
        except TimeoutError:
            await client.close(grace_s=0)
            raise WorkerGone("no hello", hung=True) from None
        except BaseException:
            await client.close(grace_s=0)
            raise
        return client

    @property
    def hello(self) -> Hello:
        """Return what the worker said of itself."""
        return self._hello.result()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether it can still be asked."""
        return self._ended is None

    @property
    def outstanding(self) -> asyncio.Future[Answer] | None:
        """Return the answer that is still to come, maybe to a caller who has left."""
        return self._waiting

    def ask(self, picture: bytes, *, hang_s: float) -> asyncio.Future[Answer]:
        """Send one picture; the worker is killed when nothing comes back within `hang_s`."""
        if self._ended is not None:
            raise self._ended
        if self._waiting is not None or (stdin := self._process.stdin) is None:
            raise RuntimeError("one picture at a time")
        loop = asyncio.get_running_loop()
        # Not countable, so that nobody can answer before being asked.
        self._asked = secrets.randbits(53)
        self._waiting = loop.create_future()
        self._waiting.add_done_callback(self._answered)
        self._watchdog = loop.call_later(hang_s, self._hung)
        stdin.write(wire.pack({"id": self._asked}, picture))
        return self._waiting

    def _answered(self, answer: asyncio.Future[Answer]) -> None:
        """Make room for the next picture; an answer that nobody waits for is no error."""
        self._waiting = None
        if self._watchdog is not None:
            self._watchdog.cancel()
        if not answer.cancelled():
            answer.exception()

    def _hung(self) -> None:
        """End a worker that does not answer."""
        self._end(WorkerGone("no answer in time", hung=True))

    def _end(self, why: WorkerGone) -> None:
        """Kill once and tell whoever waits."""
        if self._ended is None:
            self._ended = why
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        if not self._hello.done():
            self._hello.set_exception(why)
            self._hello.exception()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(why)

    async def _listen(self) -> None:
        """Read until the worker ends or says what it must not."""
        why = WorkerGone("closed")
        try:
            self._greet(await self._next())
            while True:
                self._hear(await self._next())
        except asyncio.IncompleteReadError:
            why = WorkerGone("pipe closed")
        except (wire.WireError, OSError) as error:
            why = WorkerGone(str(error))
        finally:
            self._end(why)

    async def _next(self) -> dict[str, object]:
        """Read one message from the pipe."""
        if (stdout := self._process.stdout) is None:
            raise wire.WireError("no pipe")
        header, body = wire.lengths(await stdout.readexactly(wire.PREFIX_BYTES))
        if body:
            raise wire.WireError("answers have no body")
        return wire.read_header(await stdout.readexactly(header))

    def _greet(self, header: dict[str, object]) -> None:
        """Take the hello."""
        if isinstance(unfit := header.get("unfit"), str):
            if not self._hello.done():
                self._hello.set_exception(WorkerUnfit(unfit))
            return
        said = [header.get(key) for key in ("engine", "model", "trust")]
        reason = header.get("reason")
        if not all(isinstance(each, str) for each in said) or not isinstance(reason, str | None):
            raise wire.WireError("hello is malformed")
        engine, model, trust = cast("list[str]", said)
        if trust not in TRUSTS:
            raise wire.WireError("unknown trust")
        if not self._hello.done():
            self._hello.set_result(Hello(engine=engine, model=model, trust=trust, reason=reason))

    def _hear(self, header: dict[str, object]) -> None:
        """Hand an answer to whoever waits for it."""
        waiting = self._waiting
        if waiting is None or header.get("id") != self._asked:
            raise wire.WireError("answer to nothing")
        if waiting.done():
            return
        if (code := header.get("refused")) is not None:
            if code not in REFUSALS:
                raise wire.WireError("unknown refusal")
            waiting.set_exception(PictureRefused(str(code)))
        elif "failed" in header:
            raise wire.WireError("look failed")
        else:
            waiting.set_result(Answer(*wire.read_people(header)))

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
