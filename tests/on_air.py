"""A camera on loopback: real streams made by PyAV from drawn pictures, good ones and hostile ones.

One thread per connection, as a cheap camera would have it. Paths say what is sent:

/ts?gop=15&fps=15   MPEG-TS with H.264, endless        /mjpeg?fps=10   pictures in a row (multipart)
/ts?stop=20         the same, cut off after 20 frames  /stall?after=10  silence after 10 frames
/nokey              never a keyframe                   /garbage, /text, /silent, /missing, /bomb, /huge, /playlist
"""

import base64
import random
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from av import FFmpegError

from custom_components.verified_response.vision import self_test
from tests import drawn

PASSWORD = "s3cret-pass"
BOUNDARY = b"--frame"


@cache
def scene(number: int, width: int = 640, height: int = 480) -> np.ndarray:
    """The porch with somebody who walks past; every picture differs from the one before."""
    import cv2

    pixels = self_test.porch_with_person(300 + 3 * (number % 12), 440, 300)
    cv2.putText(pixels, str(number), (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    return pixels if (width, height) == (640, 480) else cv2.resize(pixels, (width, height))


class OnAir(socketserver.ThreadingTCPServer):
    """The camera; `urls` carry a password, as those of cameras do."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.connections = 0
        self.paths: set[str] = set()
        self.frames_sent = 0
        self.off = False
        self.closing = threading.Event()

    def url(self, path: str) -> str:
        return f"http://viewer:{PASSWORD}@127.0.0.1:{self.server_address[1]}{path}"


@contextmanager
def on_air() -> Iterator[OnAir]:
    with OnAir() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join(5)


class _Connection(socketserver.StreamRequestHandler):
    timeout = 5.0  # a reader that is stopped in the middle holds up no test
    server: OnAir

    def handle(self) -> None:
        self.server.connections += 1
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError, FFmpegError):  # the reader has gone
            self._answer()

    def _answer(self) -> None:
        request = self.rfile.readline().decode().split()
        headers = {}
        while line := self.rfile.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        if self.server.off:
            return
        asked = urlsplit(request[1])
        self.server.paths.add(asked.path)
        wanted = {name: float(values[0]) for name, values in parse_qs(asked.query).items()}
        expected = base64.b64encode(f"viewer:{PASSWORD}".encode()).decode()
        if headers.get("authorization") != f"Basic {expected}":
            self._head(
                "401 Unauthorized", "text/plain", b'WWW-Authenticate: Basic realm="camera"\r\n'
            )
            return
        send: Callable[..., None] = getattr(self, f"_send_{asked.path[1:]}", self._send_missing)
        send(**wanted)

    def _head(self, status: str, kind: str, more: bytes = b"") -> None:
        self.wfile.write(f"HTTP/1.0 {status}\r\nContent-Type: {kind}\r\n".encode() + more + b"\r\n")

    def _send_missing(self, **_: float) -> None:
        self._head("404 Not Found", "text/plain")

    def _send_ts(self, **wanted: float) -> None:
        self._head("200 OK", "video/mp2t")
        encode(self.wfile, self._paced, **wanted)

    def _send_nokey(self, **wanted: float) -> None:
        self._head("200 OK", "video/mp2t")
        encode(self.wfile, self._paced, without_keyframes=True, **wanted)

    def _send_stall(self, after: float = 10) -> None:
        self._send_ts(stop=after)
        self.server.closing.wait(30)

    def _send_mjpeg(self, fps: float = 10, stop: float = 1e9) -> None:
        self._head("200 OK", "multipart/x-mixed-replace; boundary=frame")
        for number in range(int(stop)):
            picture = drawn.jpeg(scene(number % 50))
            part = b"\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            self.wfile.write(BOUNDARY + part + picture + b"\r\n")
            if not self._paced(1 / fps):
                return

    def _send_bomb(self) -> None:
        """Small pictures that claim to be huge."""
        self._head("200 OK", "multipart/x-mixed-replace; boundary=frame")
        picture = drawn.jpeg_claiming(65000, 65000)
        while self._paced(0.05):
            part = b"\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            self.wfile.write(BOUNDARY + part + picture + b"\r\n")

    def _send_huge(self) -> None:
        """Pictures that really are larger than any camera's."""
        self._head("200 OK", "multipart/x-mixed-replace; boundary=frame")
        picture = drawn.jpeg(np.zeros((4200, 4200, 3), np.uint8))
        while self._paced(0.2):
            part = b"\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture)
            self.wfile.write(BOUNDARY + part + picture + b"\r\n")

    def _send_garbage(self) -> None:
        self._head("200 OK", "video/mp2t")
        noise = random.Random(7)
        while self._paced(0.01):
            self.wfile.write(noise.randbytes(20_000))

    def _send_silent(self) -> None:
        self._head("200 OK", "video/mp2t")
        self.server.closing.wait(30)

    def _send_text(self) -> None:
        self._head("200 OK", "text/html")
        self.wfile.write(b"<html>Please log in</html>" * 1000)

    def _send_playlist(self) -> None:
        """A playlist that names another address, and a file of the hub."""
        self._head("200 OK", "application/vnd.apple.mpegurl")
        self.wfile.write(
            b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/hostname\n"
            b"#EXTINF:2,\n" + self.server.url("/piece.ts").encode() + b"\n"
        )

    def _paced(self, seconds: float) -> bool:
        self.server.frames_sent += 1
        return not self.server.closing.wait(seconds) and not self.server.off


def encode(
    target: Any,
    paced: Callable[[float], bool],
    *,
    gop: float = 15,
    fps: float = 15,
    stop: float = 1e9,
    width: float = 640,
    height: float = 480,
    crop: float = 0,
    without_keyframes: bool = False,
) -> None:
    """Write drawn pictures as H.264 in MPEG-TS, at their own pace, until nobody wants more."""
    import av

    options = {
        "g": str(int(gop)),
        "preset": "ultrafast",
        "tune": "zerolatency",
        "sc_threshold": "0",
    }
    with av.open(target, "w", format="mpegts", container_options={"flush_packets": "1"}) as out:
        stream = out.add_stream("libx264", rate=int(fps), options=options)
        stream.width, stream.height, stream.pix_fmt = int(width), int(height), "yuv420p"
        stream.codec_context.thread_count = 1
        began = time.monotonic()
        for number in range(int(stop)):
            pixels = scene(number % 50, int(width), int(height))
            if crop:
                side = int(crop * pixels.shape[1])
                pixels = drawn_again(pixels[:, side : pixels.shape[1] - side], pixels.shape)
            frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
            frame.pts = int((time.monotonic() - began) * 1000)
            frame.time_base = Fraction(1, 1000)
            for packet in stream.encode(frame):
                if not (without_keyframes and packet.is_keyframe):
                    out.mux(packet)
            if not paced(1 / fps):
                return


def drawn_again(pixels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Stretch a part to the whole."""
    import cv2

    return cv2.resize(pixels, (shape[1], shape[0]))
