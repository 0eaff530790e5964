"""What the hub has asked and the worker has not begun: read ahead by a thread of its own, bounded."""

import threading
import time
import traceback
from collections import deque
from typing import BinaryIO, Final, NamedTuple

from . import wire

MAX_WAITING: Final = (
    2 * wire.MAX_AT_ONCE
)  # the hub keeps to fewer; a pipe that is not read holds the rest


class Job(NamedTuple):
    """A request and the moment after which nobody waits for it."""

    request: wire.Request
    until: float
    dropped: str | None = None


class Inbox:
    """Requests in the order in which they came; the thread that reads them never writes."""

    def __init__(self, source: BinaryIO) -> None:
        self.broken = False
        self._source = source
        self._waiting: deque[Job] = deque()
        self._cancelled: set[int] = set()
        self._changed = threading.Condition()
        self._ended = False

    def open(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._read_on, name="inbox", daemon=True).start()

    def take(self, at_once: int) -> list[Job]:
        """Return one glance, or as many looks as are taken together; nothing at the end of the pipe."""
        with self._changed:
            while not self._waiting and not self._ended:
                self._changed.wait()
            if self.broken or not self._waiting:
                return []
            kind = self._waiting[0].request.kind
            most = at_once if kind is wire.Kind.LOOK else 1
            taken: list[Job] = []
            while self._waiting and len(taken) < most and self._waiting[0].request.kind is kind:
                taken.append(self._judged(self._waiting.popleft()))
            self._changed.notify_all()
            return taken

    def _judged(self, job: Job) -> Job:
        """Mark what nobody waits for any more."""
        if job.request.id in self._cancelled:
            self._cancelled.discard(job.request.id)
            return job._replace(dropped=wire.CANCELLED)
        return job._replace(dropped=wire.EXPIRED) if time.monotonic() > job.until else job

    def _read_on(self) -> None:
        """Read until the pipe ends; what cannot be read ends the worker."""
        try:
            while (message := wire.read(self._source)) is not None:
                self._hear(wire.read_request(message))
        except Exception:  # noqa: BLE001 - whatever it is, an inbox that nobody fills must not look like a quiet one
            traceback.print_exc()
            self.broken = True
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _hear(self, heard: wire.Request | int) -> None:
        """Keep a request, once there is room; a cancellation counts only for what still waits."""
        with self._changed:
            if isinstance(heard, int):
                if any(job.request.id == heard for job in self._waiting):
                    self._cancelled.add(heard)
                return
            until = time.monotonic() + heard.within_ms / 1000
            while len(self._waiting) >= MAX_WAITING:
                self._changed.wait()
            self._waiting.append(Job(heard, until))
            self._changed.notify_all()
