"""The hub's end of the pipe to one stream's reader process; no policy, no restart."""

import asyncio
import contextlib
import math
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, SubprocessStreamProtocol
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from homeassistant.util import dt as dt_util

from ...vision import streams, wire
from ...vision.client import environment
from ...vision.streams.live import REASONS
from .source import StreamSource

LONGEST_SIDE: Final = (
    1280  # three times what the networks take, so that a far person keeps some pixels
)
IDLE_S: Final = 45.0  # the hub lets go after 30 s; this is for a hub that has forgotten
HANG_S: Final = 2.0
GRACE_S: Final = 0.5
MAX_PICTURE: Final = 4 * 1024 * 1024  # a JPEG of 1280 x 1280 pixels of noise is about 1.5 MiB
OLDEST: Final = timedelta(hours=1)

type Command = Callable[[], Sequence[str]]


class ReaderGone(Exception):  # noqa: N818 - reads as what happened
    """The reader crashed, hung or broke the protocol; its text holds no address."""


class NoStreamPicture(Exception):  # noqa: N818 - reads as what happened
    """The reader has no new picture; `failures` counts the ends of the stream since the last one."""

    def __init__(self, reason: str, failures: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.failures = failures


class StreamPicture(NamedTuple):
    """A JPEG, its number in the stream and when it was taken at the latest."""

    number: int
    picture: bytes
    captured_at: datetime


class Likeness(NamedTuple):
    """How alike stream and snapshot are (None: too dark to say), and how their shapes differ."""

    alike: float | None
    shape: float


def reader_command() -> Sequence[str]:
    """Return the command line; the address is not on it."""
    return [sys.executable, "-P", str(Path(streams.__file__).with_name("__main__.py"))]


class StreamReader:
    """One running reader; after `alive` turns false it only needs to be closed."""

    def __init__(self, transport: asyncio.SubprocessTransport, process: Process) -> None:
        self._transport = transport
        self._process = process
        self._turn = asyncio.Lock()
        self._asking: set[asyncio.Task[wire.Message]] = set()
        self._alive = True

    @classmethod
    async def start(cls, source: StreamSource, *, command: Command = reader_command) -> Self:
        """Start the process and tell it what to read; raises ReaderGone."""
        loop = asyncio.get_running_loop()
        opening = wire.pack(
            {
                "url": source.url,
                "options": dict(source.options),
                "longest": LONGEST_SIDE,
                "idle_s": IDLE_S,
            }
        )
        try:
            transport, protocol = await loop.subprocess_exec(
                lambda: SubprocessStreamProtocol(limit=wire.MAX_HEADER, loop=loop),
                *command(),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=environment(1),
            )
        except OSError as error:
            raise ReaderGone("not started") from error
        reader = cls(transport, Process(transport, protocol, loop))
        reader._send(opening)
        return reader

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Say whether it can still be asked."""
        return self._alive

    async def picture(self, *, after: int, wait_s: float, thrifty: bool = False) -> StreamPicture:
        """Return a picture newer than number `after`; raises NoStreamPicture, ReaderGone."""
        question = {"after": after, "wait_s": wait_s, "thrifty": thrifty}
        return self._read(_read_picture, await self._ask(question, wait_s=wait_s))

    async def likeness(self, snapshot: bytes) -> Likeness:
        """Compare a snapshot with the newest picture; raises NoStreamPicture, ReaderGone."""
        answer = await self._ask({"like": True}, snapshot, wait_s=1.0)
        return self._read(_read_likeness, answer)

    def _read[T](self, read: Callable[[wire.Message], T], answer: wire.Message) -> T:
        """Take an answer; one that cannot be read is the last one."""
        try:
            return read(answer)
        except wire.WireError as error:
            self.kill()
            raise ReaderGone(str(error)) from None

    async def _ask(
        self, question: dict[str, Any], body: bytes = b"", *, wait_s: float
    ) -> wire.Message:
        """Exchange; whoever stops waiting leaves the answer to be read all the same."""
        task = asyncio.get_running_loop().create_task(self._exchange(question, body, wait_s))
        self._asking.add(task)
        task.add_done_callback(self._asked)
        await asyncio.wait({task})
        if task.cancelled():
            raise ReaderGone("closed")
        return task.result()

    def _asked(self, task: asyncio.Task[wire.Message]) -> None:
        """Forget an exchange; an answer that nobody waits for is no error."""
        self._asking.discard(task)
        if not task.cancelled():
            task.exception()

    async def _exchange(self, question: dict[str, Any], body: bytes, wait_s: float) -> wire.Message:
        """Ask one question and read its answer; raises ReaderGone."""
        async with self._turn:
            if not self._alive:
                raise ReaderGone("ended")
            number = secrets.randbits(53)  # not countable: nobody can answer before being asked
            try:
                async with asyncio.timeout(wait_s + HANG_S):
                    self._send(wire.pack({"id": number, **question}, body))
                    answer = await self._next()
            except TimeoutError:
                self.kill()
                raise ReaderGone("no answer in time") from None
            except (asyncio.IncompleteReadError, wire.WireError, OSError) as error:
                self.kill()
                raise ReaderGone(type(error).__name__) from None
            except asyncio.CancelledError:
                self.kill()
                raise
            if answer.header.get("id") != number:
                self.kill()
                raise ReaderGone("answer to nothing")
            return answer

    def _send(self, message: bytes) -> None:
        if self._process.stdin is not None:
            self._process.stdin.write(message)

    async def _next(self) -> wire.Message:
        """Read one message from the pipe."""
        if (stdout := self._process.stdout) is None:
            raise wire.WireError("no pipe")
        header, body = wire.lengths(await stdout.readexactly(wire.PREFIX_BYTES))
        if body > MAX_PICTURE:
            raise wire.WireError("picture too large")
        raw = await stdout.readexactly(header)
        return wire.Message(wire.read_header(raw), await stdout.readexactly(body))

    def kill(self) -> None:
        """End it at once."""
        self._alive = False
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def close(self) -> None:
        """End the process, politely first; nothing of it is left afterwards."""
        try:
            if self._alive and self._process.stdin is not None:
                self._alive = False
                self._process.stdin.close()
                await self._gone()
        finally:
            self.kill()
            asking = tuple(self._asking)
            for task in asking:
                task.cancel()
            try:
                await self._gone()
            finally:
                self._transport.close()
            await asyncio.gather(*asking, return_exceptions=True)

    async def _gone(self) -> None:
        """Wait a moment for the end; what the kernel itself holds must not hold us."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await self._process.wait()


def _read_picture(answer: wire.Message) -> StreamPicture:
    """Return what an answer says; raises NoStreamPicture, WireError."""
    header = answer.header
    _read_nothing(header)
    number, taken = header.get("number"), header.get("taken")
    if isinstance(number, bool) or not isinstance(number, int) or not answer.body:
        raise wire.WireError("answer is malformed")
    now = dt_util.utcnow()
    if not isinstance(taken, float) or not math.isfinite(taken):
        raise wire.WireError("answer is malformed")
    earliest = (now - OLDEST).timestamp()
    captured_at = datetime.fromtimestamp(min(max(taken, earliest), now.timestamp()), UTC)
    return StreamPicture(number, answer.body, captured_at)


def _read_likeness(answer: wire.Message) -> Likeness:
    """Return what an answer says; raises NoStreamPicture, WireError."""
    _read_nothing(answer.header)
    alike, shape = answer.header.get("likeness"), answer.header.get("shape")
    if not isinstance(alike, float | None) or not isinstance(shape, float):
        raise wire.WireError("answer is malformed")
    return Likeness(alike, shape)


def _read_nothing(header: dict[str, Any]) -> None:
    """Raise NoStreamPicture when the answer says so."""
    if "none" not in header:
        return
    reason, failures = header["none"], header.get("failures")
    if reason not in REASONS or isinstance(failures, bool) or not isinstance(failures, int):
        raise wire.WireError("answer is malformed")
    raise NoStreamPicture(str(reason), failures)
