"""One stream followed: packets in, the newest picture out.

A thread of its own reads and keeps only the packets since the last keyframe. Nothing is decoded before
somebody asks, except when the backlog grows: then everything in between has to go through the decoder.

    connecting ──first packet──▶ live ──error, end, silence──▶ down ──pause──▶ connecting
"""

import threading
import time
from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from ..frame import MIN_SIDE, inspect
from .lateness import Lateness
from .likeness import HEIGHT, WIDTH

if TYPE_CHECKING:
    from av import Packet, VideoCodecContext, VideoFrame
    from av.video.stream import VideoStream

OPEN_S: Final = 10.0
READ_S: Final = 5.0
FRESH_S: Final = 1.0
"""An older picture is not handed out: the next one is waited for."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 8.0
KEYFRAMES_ENOUGH_S: Final = 2.0
"""Keyframes further apart than this are too seldom, also for somebody who is not in a hurry."""
BACKLOG_PACKETS: Final = 50  # 2 to 3 s; decoded in one go that is 0.2 s on a slow hub
BACKLOG_BYTES: Final = 4 * 1024 * 1024
MAX_PIXELS: Final = 17_000_000  # 7680 x 2160, the widest two-lens cameras; 25 MB a frame

SCHEMES: Final = ("rtsp", "rtsps", "http", "https", "rtmp", "rtmps")
CODECS: Final = frozenset({"h264", "hevc", "mjpeg", "mpeg4", "vp8", "vp9", "av1", "libdav1d"})
# Playlists (HLS, DASH) are left out: what they show is many seconds old, and they name further addresses,
# as do session descriptions that do not come by RTSP.
_FORMATS: Final = "rtsp,mpegts,mpjpeg,mjpeg,flv,live_flv,h264,hevc,matroska,webm,mov,mp4,m4v"
_PROTOCOLS: Final = "rtsp,rtsps,rtp,udp,tcp,tls,http,https,httpproxy,rtmp,rtmps"
# Raw pictures in a row carry no time of their own; what libav makes up for them counts frames.
_STAMPED: Final = ("rtsp", "mpegts", "flv", "live_flv", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2")

CONNECTING: Final = "connecting"
DOWN: Final = "down"
REFUSED: Final = "refused"
UNSUPPORTED: Final = "unsupported"
NO_KEYFRAME: Final = "no_keyframe"
UNDECODABLE: Final = "undecodable"
STALLED: Final = "stalled"
REASONS: Final = frozenset(
    {CONNECTING, DOWN, REFUSED, UNSUPPORTED, NO_KEYFRAME, UNDECODABLE, STALLED}
)


class NoPicture(Exception):  # noqa: N818 - reads as what happened
    """There is no new picture; `reason` is one of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Newest(NamedTuple):
    """A decoded frame: its packet's number, and when it was taken at the latest (monotonic)."""

    number: int
    taken: float
    frame: VideoFrame


def all_options(given: Mapping[str, str]) -> dict[str, str]:
    """Return what libav is told: start quickly, open nothing but live video."""
    return {
        "rtsp_flags": "prefer_tcp",
        "allowed_media_types": "video",
        "fflags": "discardcorrupt",
        "fpsprobesize": "0",  # the frame rate is of no interest, and guessing it takes seconds
        "analyzeduration": "1500000",
        "probesize": "2000000",
        **given,
        "protocol_whitelist": _PROTOCOLS,
        "format_whitelist": _FORMATS,
    }


class Live:
    """The newest picture of one stream; `follow` runs in a thread, `newest` is asked by another."""

    def __init__(self, url: str, options: Mapping[str, str]) -> None:
        self._url = url
        self._options = all_options(options)
        self._changed = threading.Condition()
        self._decoding = threading.Lock()  # taken before _changed, never after
        self._reason = CONNECTING
        self._connected = False
        self._failures = 0
        self._number = 0
        self._key_number = 0
        self._key_at: float | None = None
        self._key_gap_s = 0.0
        self._taken: deque[tuple[int, float]] = deque(maxlen=2 * BACKLOG_PACKETS)
        self._pending: list[Packet[VideoStream]] = []
        self._from_keyframe = False
        self._decoder: VideoCodecContext | None = None
        self._newest: Newest | None = None

    @property
    def failures(self) -> int:
        """Return how often the stream ended since the last picture."""
        return self._failures

    def follow(self) -> None:
        """Connect again and again; ends with the process."""
        pause = FIRST_PAUSE_S
        while True:
            before = self._number
            reason = self._connect()
            with self._changed:
                self._connected, self._reason = False, reason
                self._failures += 1
                self._forget()
                self._changed.notify_all()
            pause = FIRST_PAUSE_S if self._number > before else min(2 * pause, LONGEST_PAUSE_S)
            time.sleep(pause)

    def newest(self, *, after: int, wait_s: float, thrifty: bool) -> Newest:
        """Return a fresh picture newer than number `after`; raises NoPicture.

        Thrifty means that a keyframe is good enough, and worth waiting for.
        """
        deadline = time.monotonic() + wait_s
        while True:
            seen = self._number
            if (found := self._fresh(after, thrifty=thrifty)) is not None:
                self._failures = 0
                return found
            with self._changed:
                left = deadline - time.monotonic()
                if not self._connected and self._failures:
                    raise NoPicture(self._reason)
                if left <= 0 or not self._changed.wait_for(partial(self._moved, seen), left):
                    raise NoPicture(self._why_nothing(deadline - wait_s))

    def _moved(self, seen: int) -> bool:
        return self._number > seen or (not self._connected and self._failures > 0)

    def _why_nothing(self, asked: float) -> str:
        """Say what was missing while somebody waited."""
        if not self._connected:
            return CONNECTING
        if self._taken and self._taken[-1][1] >= asked - FRESH_S:
            return UNDECODABLE
        return NO_KEYFRAME if self._key_at is None else STALLED

    def _fresh(self, after: int, *, thrifty: bool) -> Newest | None:
        """Decode what is needed and return the result if it is new."""
        if thrifty and self._keyframes_suffice():
            self._decode_keyframe(after)
        else:
            self._decode_pending()
        found = self._newest
        if found is None or found.number <= after or time.monotonic() - found.taken > FRESH_S:
            return None
        return found

    def _keyframes_suffice(self) -> bool:
        since = time.monotonic() - (self._key_at or 0.0)
        return max(self._key_gap_s, since) <= KEYFRAMES_ENOUGH_S

    def _connect(self) -> str:
        """Follow the stream until it ends; return why."""
        import av

        try:
            with av.open(
                self._url, options=dict(self._options), timeout=(OPEN_S, READ_S)
            ) as container:
                stream = next(iter(container.streams.video), None)
                if stream is None or stream.codec_context.name not in CODECS:
                    return UNSUPPORTED
                self._begin(stream)
                lateness = Lateness() if container.format.name in _STAMPED else None
                for packet in container.demux(stream):
                    if packet.size:
                        self._take(packet, lateness)
        except av.HTTPUnauthorizedError, av.HTTPForbiddenError:
            return REFUSED
        except Exception:  # noqa: BLE001 - hostile data raises what it likes; its text holds the address
            return DOWN
        return DOWN

    def _begin(self, stream: VideoStream) -> None:
        """Make a decoder that can be used while the other thread reads on."""
        import av

        decoder = av.CodecContext.create(stream.codec_context.name, "r")
        if not isinstance(decoder, av.VideoCodecContext):
            raise TypeError("no video")
        decoder.extradata = stream.codec_context.extradata
        decoder.thread_count = 1
        decoder.options = {"max_pixels": str(MAX_PIXELS), "flags": "+low_delay"}
        with self._decoding, self._changed:
            self._decoder, self._connected = decoder, True

    def _forget(self) -> None:
        """Start anew: what comes after a break has nothing to do with what came before."""
        self._pending.clear()
        self._decoder = None
        self._key_at, self._key_gap_s = None, 0.0

    def _take(self, packet: Packet[VideoStream], lateness: Lateness | None) -> None:
        """Keep a packet if it can be decoded: a keyframe, or what builds on one."""
        now = time.monotonic()
        stamp = packet.dts if packet.dts is not None else packet.pts
        late = 0.0
        if lateness is not None and stamp is not None and packet.time_base is not None:
            late = lateness.of(now, float(stamp * packet.time_base))
        with self._changed:
            self._number += 1
            # The decoder hands the stamp on to the frame: so each frame is known by its packet.
            packet.pts = packet.dts = self._number
            self._taken.append((self._number, now - late))
            if packet.is_keyframe:
                self._key_gap_s = now - self._key_at if self._key_at is not None else 0.0
                self._key_at, self._key_number = now, self._number
                self._pending, self._from_keyframe = [packet], True
            elif self._key_at is not None:
                self._pending.append(packet)
            too_many = len(self._pending) > BACKLOG_PACKETS
            too_large = sum(each.size for each in self._pending) > BACKLOG_BYTES
            self._changed.notify_all()
        if too_many or too_large:
            self._decode_pending()

    def _decode_pending(self) -> None:
        """Send everything that waits through the decoder."""
        with self._decoding:
            with self._changed:
                packets, self._pending = self._pending, []
                anew, self._from_keyframe = self._from_keyframe, False
                decoder = self._decoder
            if decoder is None:
                return
            if anew:
                decoder.flush_buffers()
            for packet in packets:
                self._decode(decoder, packet)

    def _decode_keyframe(self, after: int) -> None:
        """Decode the newest keyframe alone; what follows it can still be decoded later."""
        with self._decoding:
            with self._changed:
                decoder = self._decoder
                if decoder is None or not self._from_keyframe or self._key_number <= after:
                    return
                keyframe = self._pending[0]
            decoder.flush_buffers()
            self._decode(decoder, keyframe)
            self._decode(decoder, None)
            decoder.flush_buffers()

    def _decode(self, decoder: VideoCodecContext, packet: Packet[VideoStream] | None) -> None:
        """Keep the newest whole frame; damaged data is passed over."""
        import av

        try:
            frames = decoder.decode(packet)
        except av.FFmpegError, MemoryError, ValueError:
            return
        for frame in frames:
            taken = dict(self._taken).get(frame.pts or 0)
            if taken is None or frame.is_corrupt or min(frame.width, frame.height) < MIN_SIDE:
                continue
            if self._newest is None or (frame.pts or 0) > self._newest.number:
                self._newest = Newest(frame.pts or 0, taken, frame)


def thumbnail(frame: VideoFrame) -> bytes:
    """Return the grey values of a frame, 32 by 18."""
    plane = frame.reformat(WIDTH, HEIGHT, "gray", interpolation="AREA").planes[0]
    rows, step = bytes(plane), plane.line_size
    return b"".join(rows[row * step : row * step + WIDTH] for row in range(HEIGHT))


def decode_still(picture: bytes) -> VideoFrame:
    """Decode one JPEG or PNG; raises PictureRefused, ValueError."""
    import av

    inspect(picture)
    decoder = av.CodecContext.create("png" if picture.startswith(b"\x89PNG") else "mjpeg", "r")
    if not isinstance(decoder, av.VideoCodecContext):
        raise TypeError("no video")
    decoder.thread_count = 1
    try:
        frames = [*decoder.decode(av.Packet(picture)), *decoder.decode(None)]
    except (av.FFmpegError, MemoryError) as error:
        raise ValueError("damaged picture") from error
    if not frames:
        raise ValueError("damaged picture")
    return frames[0]
