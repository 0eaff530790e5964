"""The reader process: one stream, one picture per question, until the hub closes the pipe or forgets to ask.

open     → {"url", "options": {…}, "longest", "idle_s"}
question → {"id", "after", "wait_s", "thrifty"}
answer   ← {"id", "number", "taken", "width", "height"} + JPEG      taken: seconds since 1970, at the latest
           or {"id", "none": reason, "failures"}
question → {"id", "like": true} + a snapshot of the same camera
answer   ← {"id", "likeness": −1…1 or null, "shape": difference of the sides' ratios}  or {"id", "none": reason}
"""

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

from .. import wire
from ..frame import PictureRefused
from .jpeg import JpegWriter
from .likeness import likeness
from .live import UNDECODABLE, Live, Newest, NoPicture, decode_still, thumbnail

NICE: Final = 5
MEMORY: Final = 768 * 1024 * 1024  # a 4K stream takes about 250 MiB
MAX_WAIT_S: Final = 10.0


def main(_arguments: Sequence[str]) -> int:
    """Serve until the pipe closes; 0 on a clean end, 2 on a broken pipe protocol."""
    source, target = _take_pipes()
    _be_modest()
    try:
        code = _serve(source, target)
    except wire.WireError, KeyError, TypeError, ValueError:
        code = 2
    except BrokenPipeError:
        code = 0
    # The other thread may be deep in native code that waits for the network; nothing is worth waiting for.
    os._exit(code)


def _serve(source: BinaryIO, target: BinaryIO) -> int:
    import av

    av.logging.set_level(None)  # its messages hold addresses, and those hold passwords
    opening = wire.read(source)
    if opening is None:
        return 0
    given = opening.header
    live = Live(str(given["url"]), {str(k): str(v) for k, v in given["options"].items()})
    reader = Reader(live, longest=int(given["longest"]))
    threading.Thread(target=live.follow, daemon=True).start()
    questions: queue.SimpleQueue[wire.Message | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(source, questions), daemon=True).start()
    while True:
        try:
            question = questions.get(timeout=float(given["idle_s"]))
        except queue.Empty:
            return 0
        if question is None:
            return 0
        header, body = reader.answer(question.header, question.body)
        target.write(wire.pack(header, body))
        target.flush()


def _listen(source: BinaryIO, questions: queue.SimpleQueue[wire.Message | None]) -> None:
    """Read questions; the end of the pipe ends the process at once, even in the middle of an answer."""
    try:
        while (message := wire.read(source)) is not None:
            questions.put(message)
    except wire.WireError:
        os._exit(2)
    os._exit(0)


class Reader:
    """Answers questions about one stream."""

    def __init__(self, live: Live, *, longest: int) -> None:
        self._live = live
        self._jpeg = JpegWriter(longest)

    def answer(self, header: Mapping[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Return the answer's header and body; what cannot be decoded is an answer too."""
        number = header.get("id")
        try:
            if header.get("like"):
                return {"id": number, **self._compare(body)}, b""
            newest = self._live.newest(
                after=int(header["after"]),
                wait_s=min(float(header["wait_s"]), MAX_WAIT_S),
                thrifty=header["thrifty"] is True,
            )
            return {"id": number, **_described(newest)}, self._jpeg.write(newest.frame)
        except NoPicture as nothing:
            return {"id": number, "none": nothing.reason, "failures": self._live.failures}, b""
        except Exception:  # noqa: BLE001 - native code raises what it likes; the stream gives no picture
            return {"id": number, "none": UNDECODABLE, "failures": self._live.failures}, b""

    def _compare(self, picture: bytes) -> dict[str, Any]:
        """Compare a snapshot with what the stream shows now."""
        frame = self._live.newest(after=0, wait_s=1.0, thrifty=False).frame
        try:
            still = decode_still(picture)
        except PictureRefused, ValueError:
            raise NoPicture(UNDECODABLE) from None
        ratio = (frame.width / frame.height) / (still.width / still.height)
        return {"likeness": likeness(thumbnail(frame), thumbnail(still)), "shape": abs(ratio - 1)}


def _described(newest: Newest) -> dict[str, Any]:
    return {
        "number": newest.number,
        "taken": time.time() - (time.monotonic() - newest.taken),
        "width": newest.frame.width,
        "height": newest.frame.height,
    }


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the protocol; whatever native code prints is lost: it could name the address."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    return source, target


def _be_modest() -> None:
    """Give way to the hub, bound the memory, leave no core dump with pictures in it, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        os.nice(NICE)
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
