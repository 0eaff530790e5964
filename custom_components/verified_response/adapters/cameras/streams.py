"""The streams that are open: few, watched, let go when idle, and left alone for a while when they fail.

absent ──want──▶ opening ──first picture──▶ live ──rest, idle──▶ absent
                    │ fails                   │ fails
                    └────────▶ forgotten ◀────┘   10 minutes, then absent
"""

import asyncio
import importlib.util
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from homeassistant.core import HomeAssistant

from ...core.errors import CouldNotLook
from ...engine.ports import Frame, Way
from .reader import Command, NoStreamPicture, ReaderGone, StreamReader
from .snapshot import NO_PICTURE
from .source import StreamSource

_LOGGER = logging.getLogger(__name__)

MAX_OPEN: Final = 4  # about 70 MB and a few percent of a core each
IDLE_S: Final = 30.0
EVICT_S: Final = 5.0
FIRST_PICTURE_S: Final = 15.0
FORGET_S: Final = 600.0
CHANCES: Final = 3
"""Ends of a stream without a picture in between, or ends of its reader within a minute."""
STORM_S: Final = 60.0
ALIKE: Final = 0.9
"""Correlation of the thumbnails: at the same moment 0.95 and more; drawn scenes cropped by a tenth stay below 0.86."""
SHAPE: Final = 0.03
DOUBTS: Final = 10
"""Comparisons that may fail, a second or so apart: somebody can stand in front of the lens."""

NO_STREAM: Final = "no_stream"
DIFFERS: Final = "differs"
CRASHES: Final = "reader_crashes"

type Find = Callable[[HomeAssistant, str], Awaitable[StreamSource | None]]


class CameraStream:
    """One camera's stream; nothing here waits for its opening unless told to."""

    def __init__(self, streams: Streams, source: str) -> None:
        self._streams = streams
        self._hass = streams.hass
        self._source = source
        self._reader: StreamReader | None = None
        self._opening: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._live = False
        self._number = 0
        self._asked_at = 0.0
        self._forgotten_until = 0.0
        self._doubts = 0
        self._ends: deque[float] = deque(maxlen=CHANCES)
        self._told = False
        self.matches: bool | None = None
        """Whether it was seen to show what the snapshots show; None before any comparison."""

    @property
    def pid(self) -> int | None:
        """Return the reader's process id."""
        return self._reader.pid if self._reader is not None else None

    @property
    def is_open(self) -> bool:
        """Say whether it holds, or is about to hold, one of the few places."""
        return self._reader is not None or self._opening is not None

    @property
    def is_live(self) -> bool:
        """Say whether it has given a picture since it was opened."""
        return self._live and self._reader is not None and self._reader.alive

    @property
    def is_forgotten(self) -> bool:
        """Say whether it failed lately, or is none."""
        return self._hass.loop.time() < self._forgotten_until

    @property
    def unasked_s(self) -> float:
        """Return for how long nobody has wanted it."""
        return self._hass.loop.time() - self._asked_at

    def want(self) -> None:
        """Open in the background, unless it is open, forgotten, or there is no room."""
        self._asked_at = self._hass.loop.time()
        if self._reader is not None and not self._reader.alive:
            self._note_end()
        if self.is_open or self.is_forgotten or not self._streams.make_room():
            return
        self._opening = self._hass.async_create_background_task(
            self._open(), f"open the stream of {self._source}", eager_start=False
        )
        self._watch_idle()

    async def opened(self) -> bool:
        """Wait until it is open or has failed; say which."""
        if self._opening is not None:
            await asyncio.wait({self._opening})
        return self.is_live

    async def still(self, *, wait_s: float, thrifty: bool = False) -> Frame:
        """Return a new picture; raises CouldNotLook."""
        self._asked_at = self._hass.loop.time()
        reader = self._reader
        if reader is None or not self.is_live:
            raise CouldNotLook(NO_PICTURE)
        try:
            newest = await reader.picture(after=self._number, wait_s=wait_s, thrifty=thrifty)
        except NoStreamPicture as nothing:
            if nothing.failures >= CHANCES:
                self._forget(nothing.reason)
            raise CouldNotLook(NO_PICTURE) from nothing
        except ReaderGone as gone:
            if self._reader is reader:
                self._note_end()
            raise CouldNotLook(NO_PICTURE) from gone
        self._number = max(self._number, newest.number)
        return Frame(picture=newest.picture, captured_at=newest.captured_at, way=Way.STREAM)

    async def compare(self, snapshot: bytes) -> None:
        """Find out whether it shows what a snapshot of this moment shows."""
        reader = self._reader
        if reader is None or not self.is_live or self.matches:
            return
        try:
            found = await reader.likeness(snapshot)
        except NoStreamPicture, ReaderGone:
            return  # the next question for a picture finds out what is wrong
        alike = found.shape <= SHAPE if found.alike is None else found.alike >= ALIKE
        if alike:
            self.matches, self._doubts = True, 0
            return
        self._doubts += 1
        if self._doubts >= DOUBTS:
            self.matches = False
            self._forget(DIFFERS)

    def let_go(self) -> None:
        """End the reader in the background; the next `want` opens it anew."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        reader, self._reader = self._reader, None
        self._live, self._number, self._doubts = False, 0, 0
        self.matches = None if self.matches else self.matches
        if reader is not None:
            self._streams.end(reader)

    async def _open(self) -> None:
        """Find the address, start a reader and wait for its first picture."""
        try:
            async with asyncio.timeout(FIRST_PICTURE_S):
                failed = await self._open_reader()
        except TimeoutError:
            failed = "no_picture_yet"
        except ReaderGone:
            failed = CRASHES
        finally:
            # Let go and wanted again meanwhile, it is another task's.
            if self._opening is asyncio.current_task():
                self._opening = None
        if failed is not None:
            self._forget(failed)

    async def _open_reader(self) -> str | None:
        """Return why it failed, None once there is a picture; raises ReaderGone."""
        if await self._hass.async_add_executor_job(importlib.util.find_spec, "av") is None:
            return NO_STREAM
        found = await self._streams.find(self._hass, self._source)
        if self._opening is not asyncio.current_task():
            return (
                None  # let go of meanwhile, by somebody whose cancelling an integration swallowed
            )
        if found is None:
            return NO_STREAM
        reader = self._reader = await StreamReader.start(found, command=self._streams.command)
        while True:
            try:
                await reader.picture(after=0, wait_s=FIRST_PICTURE_S / 3)
            except NoStreamPicture as nothing:
                if nothing.failures >= CHANCES:
                    return nothing.reason
                await asyncio.sleep(0.1)
            else:
                self._live, self._told = True, False
                return None

    def _note_end(self) -> None:
        """Count a reader that ended by itself; the third within a minute was the last for now."""
        self.let_go()
        now = self._hass.loop.time()
        self._ends.append(now)
        if len(self._ends) == CHANCES and now - self._ends[0] < STORM_S:
            self._ends.clear()
            self._forget(CRASHES)

    def _forget(self, why: str) -> None:
        """Leave it alone for a while; say so once, and nothing of a camera that simply has no stream."""
        self.let_go()
        self._forgotten_until = self._hass.loop.time() + FORGET_S
        if why != NO_STREAM and not self._told:
            self._told = True
            _LOGGER.info("The stream of %s is not used for now: %s", self._source, why)

    def _watch_idle(self) -> None:
        """Let go once nobody has asked for a while."""
        left = IDLE_S - self.unasked_s
        if left <= 0:
            self.let_go()
        else:
            self._idle = self._hass.loop.call_later(left, self._watch_idle)


class Streams:
    """All streams of the house; at most `MAX_OPEN` are read at once, the other cameras use snapshots."""

    def __init__(self, hass: HomeAssistant, *, find: Find, command: Command) -> None:
        self.hass = hass
        self.find = find
        self.command = command
        self._of: dict[str, CameraStream] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    def of(self, source: str) -> CameraStream:
        """Return a camera's stream."""
        return self._of.setdefault(source, CameraStream(self, source))

    def make_room(self) -> bool:
        """Say whether one more may be opened; one that nobody has asked lately gives way."""
        taken = [stream for stream in self._of.values() if stream.is_open]
        if self._closed:
            return False
        if len(taken) < MAX_OPEN:
            return True
        longest = max(taken, key=lambda stream: stream.unasked_s)
        if longest.unasked_s < EVICT_S:
            return False
        longest.let_go()
        return True

    def end(self, reader: StreamReader) -> None:
        """End a reader in the background."""
        task = asyncio.get_running_loop().create_task(reader.close())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End them all; no process is left."""
        self._closed = True
        for stream in self._of.values():
            stream.let_go()
        if self._ending:
            await asyncio.gather(*self._ending, return_exceptions=True)
