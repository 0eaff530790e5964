"""A video file as a camera plays it: in real time, over and over."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

MAX_WIDTH: Final = 1280


class Clip:
    """Pictures of a video file by the seconds that have passed; blocking, safe across threads."""

    def __init__(self, path: Path, *, start: float = 0.0) -> None:
        self._path = path
        self._start = start
        self._lock = threading.Lock()
        self._frames: Iterator[Any] = iter(())
        self._round = -1
        self._length = 0.0
        self._frame: Any = None

    def jpeg(self, seconds: float) -> bytes:
        """Return the picture at `seconds`, counted from the chosen start; past the end, from there again."""
        with self._lock:
            if not self._length:
                self._open()
            turn, place = divmod(max(seconds, 0.0), max(self._length - self._start, 0.1))
            if turn != self._round or (
                self._frame and self._frame.time > self._start + place + 0.5
            ):
                self._open()
                self._round = int(turn)
            while self._frame is None or self._frame.time < self._start + place:
                following = next(self._frames, None)
                if following is None:
                    break
                self._frame = following
            return self._encoded()

    def _open(self) -> None:
        import av

        container = av.open(str(self._path))
        if not container.streams.video:
            raise ValueError(f"{self._path.name} has no video in it")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        self._length = float(container.duration or 0) / 1_000_000 or 10.0
        if self._start:
            container.seek(int(self._start * 1_000_000))
        self._frames = container.decode(stream)
        self._frame = None

    def _encoded(self) -> bytes:
        from .drawing import jpeg

        frame = self._frame
        if frame is None:
            raise ValueError(f"{self._path.name} has no picture after {self._start:.0f} s")
        if frame.width > MAX_WIDTH:
            frame = frame.reformat(MAX_WIDTH, frame.height * MAX_WIDTH // frame.width)
        return jpeg(frame.to_ndarray(format="bgr24"))
