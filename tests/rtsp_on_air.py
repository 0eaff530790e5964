"""An RTSP camera on loopback: H.264 in RTP over the same connection, with a password, as most cameras do it."""

import base64
import contextlib
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.on_air import PASSWORD, scene

PAYLOAD = 96
CLOCK = 90_000
MOST = 1300  # bytes of a packet, as on a network


class RtspOnAir(socketserver.ThreadingTCPServer):
    """The camera; `keyframe_every` frames one can be begun with."""

    allow_reuse_address = True

    def __init__(self, keyframe_every: int) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.keyframe_every = keyframe_every
        self.transports: list[str] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"rtsp://viewer:{PASSWORD}@127.0.0.1:{self.server_address[1]}/live"


@contextmanager
def rtsp_on_air(*, keyframe_every: int = 15) -> Iterator[RtspOnAir]:
    with RtspOnAir(keyframe_every) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join(5)


class _Session(socketserver.StreamRequestHandler):
    timeout = 5.0  # a reader that is stopped in the middle holds up no test
    server: RtspOnAir

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the reader has gone
            while self._answer():
                pass

    def _answer(self) -> bool:
        """Answer one request; after PLAY there is nothing but pictures."""
        line = self.rfile.readline().decode().split()
        if not line:
            return False
        headers = {}
        while text := self.rfile.readline().decode().strip():
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        method, number = line[0], headers["cseq"]
        expected = base64.b64encode(f"viewer:{PASSWORD}".encode()).decode()
        if method != "OPTIONS" and headers.get("authorization") != f"Basic {expected}":
            self._reply(number, "401 Unauthorized", 'WWW-Authenticate: Basic realm="camera"')
        elif method == "OPTIONS":
            self._reply(number, "200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif method == "DESCRIBE":
            self._describe(number)
        elif method == "SETUP":
            self.server.transports.append(headers["transport"])
            if "TCP" not in headers["transport"]:
                self._reply(number, "461 Unsupported Transport")
                return True
            self._reply(
                number, "200 OK", "Session: 7", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
            )
        elif method == "PLAY":
            self._reply(number, "200 OK", "Session: 7")
            self._play()
            return False
        else:
            self._reply(number, "200 OK")
        return True

    def _reply(self, number: str, status: str, *headers: str, body: str = "") -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {number}", *headers]
        if body:
            lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        self.wfile.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def _describe(self, number: str) -> None:
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=camera",
            "t=0 0",
            "m=audio 0 RTP/AVP 0",
            "a=control:track2",
            f"m=video 0 RTP/AVP {PAYLOAD}",
            f"a=rtpmap:{PAYLOAD} H264/{CLOCK}",
            f"a=fmtp:{PAYLOAD} packetization-mode=1",
            "a=control:track1",
        ]
        self._reply(number, "200 OK", body="\r\n".join(lines) + "\r\n")

    def _play(self) -> None:
        import av

        encoder = av.CodecContext.create("libx264", "w")
        encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuv420p"
        encoder.framerate, encoder.thread_count = 15, 1
        encoder.gop_size = self.server.keyframe_every
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "sc_threshold": "0"}
        sequence, began = 0, time.monotonic()
        for number in range(100_000):
            frame = av.VideoFrame.from_ndarray(scene(number % 50), format="bgr24")
            frame.pts = number
            stamp = int((time.monotonic() - began) * CLOCK)
            for packet in encoder.encode(frame):
                payloads = list(_payloads(bytes(packet)))
                for place, payload in enumerate(payloads):
                    last = 0x80 if place == len(payloads) - 1 else 0
                    head = struct.pack(">BBHII", 0x80, last | PAYLOAD, sequence & 0xFFFF, stamp, 7)
                    whole = head + payload
                    self.wfile.write(struct.pack(">cBH", b"$", 0, len(whole)) + whole)
                    sequence += 1
            if self.server.closing.wait(1 / 15):
                return


def _payloads(data: bytes) -> Iterator[bytes]:
    """Cut an access unit into RTP payloads: whole units, or fragments of large ones (FU-A)."""
    for unit in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")[1:]:
        if len(unit) <= MOST:
            yield unit
            continue
        kind, body = unit[0], unit[1:]
        pieces = [body[at : at + MOST] for at in range(0, len(body), MOST)]
        for place, piece in enumerate(pieces):
            edge = 0x80 if place == 0 else 0x40 if place == len(pieces) - 1 else 0
            yield bytes([(kind & 0xE0) | 28, edge | (kind & 0x1F)]) + piece
