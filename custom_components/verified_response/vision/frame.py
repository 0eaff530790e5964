"""Picture bytes → pixels without what must not be seen; guards run before any native decoder."""

import struct
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from .pixels import tools
from .pixels.masks import Polygons, blackened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_BYTES: Final = 12 * 1024 * 1024  # a 4K JPEG of the best quality is about 6 MiB
MAX_PIXELS: Final = 34_000_000  # 8K (7680 x 4320); 100 MB once decoded
MAX_SIDE: Final = 16_384
MIN_SIDE: Final = 16
GLANCE_ENOUGH: Final = 320
MAX_SCANS: Final = (
    64  # progressive pictures of cameras have about 10; thousands would only burn time
)
MAX_SEGMENTS: Final = 8192  # segments or chunks; a 12 MiB PNG in 8 KiB chunks has 1536

NOT_A_PICTURE: Final = "frame_not_a_picture"
TOO_LARGE: Final = "frame_too_large"
TOO_SMALL: Final = "frame_too_small"
TRUNCATED: Final = "frame_truncated"
DAMAGED: Final = "frame_damaged"
REFUSALS: Final = frozenset({NOT_A_PICTURE, TOO_LARGE, TOO_SMALL, TRUNCATED, DAMAGED})

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_JPEG_MAGIC: Final = b"\xff\xd8\xff"
# Every start-of-frame marker; C4, C8 and CC are tables in the same range.
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SCAN: Final = 0xDA
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


class PictureRefused(Exception):  # noqa: N818 - reads as what happened to the picture
    """The picture cannot be judged; `code` is one of REFUSALS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


class Picture(NamedTuple):
    """A decoded frame (BGR, or grey for a glance), maybe reduced, and the size it was sent in."""

    pixels: NDArray[np.uint8]
    size: Size


def inspect(data: bytes) -> Size:
    """Return the size that the headers declare; raises PictureRefused for what must not be decoded."""
    if len(data) > MAX_BYTES:
        raise PictureRefused(TOO_LARGE)
    if data.startswith(_JPEG_MAGIC):
        size = _inspect_jpeg(data)
    elif data.startswith(_PNG_MAGIC):
        size = _inspect_png(data)
    else:
        raise PictureRefused(NOT_A_PICTURE)
    if max(size) > MAX_SIDE or size.width * size.height > MAX_PIXELS:
        raise PictureRefused(TOO_LARGE)
    if min(size) < MIN_SIDE:
        raise PictureRefused(TOO_SMALL)
    return size


def _inspect_jpeg(data: bytes) -> Size:
    """Read the headers up to the first scan; the end marker must follow it."""
    size = None
    for marker, at, length in _jpeg_segments(data):
        if marker in _JPEG_FRAMES:
            # Two frame headers could declare one size to us and another one to the decoder.
            if size is not None or length < 8:
                raise PictureRefused(DAMAGED)
            if at + 9 > len(data):
                raise PictureRefused(TRUNCATED)
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = Size(width, height)
        if marker == _JPEG_SCAN:
            # Inside a scan FF is followed by 00 or a restart, so FF D9 is the end of the picture.
            end = data.find(b"\xff\xd9", at + 2 + length)
            if end < 0:
                raise PictureRefused(TRUNCATED)
            if size is None or data.count(b"\xff\xda", at, end) > MAX_SCANS:
                raise PictureRefused(DAMAGED)
            return size
    raise PictureRefused(DAMAGED)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, offset, length) of each segment after the start mark."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        if at + 4 > len(data):
            raise PictureRefused(TRUNCATED)
        if data[at] != 0xFF:
            raise PictureRefused(DAMAGED)
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _JPEG_BARE:
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4])
        if length < 2 or marker in {0x00, 0xD8, 0xD9}:
            raise PictureRefused(DAMAGED)
        yield marker, at, length
        at += 2 + length


def _inspect_png(data: bytes) -> Size:
    """Walk all chunks with their checksums; header first, end mark present, no animation."""
    size, has_data = None, False
    for kind, body in _png_chunks(data):
        if (kind == b"IHDR") != (size is None) or kind == b"acTL":
            raise PictureRefused(DAMAGED)
        if kind == b"IHDR":
            if len(body) != 13:
                raise PictureRefused(DAMAGED)
            size = Size(*struct.unpack_from(">II", body))
        has_data = has_data or kind == b"IDAT"
        if kind == b"IEND" and size is not None and has_data:
            return size
    raise PictureRefused(DAMAGED)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield (kind, body) of each chunk up to the end mark."""
    at, kind = len(_PNG_MAGIC), b""
    for _ in range(MAX_SEGMENTS):
        if kind == b"IEND":
            return
        if at + 12 > len(data):
            raise PictureRefused(TRUNCATED)
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data):
            raise PictureRefused(TRUNCATED)
        kind, body = data[at + 4 : at + 8], memoryview(data)[at + 8 : end - 4]
        if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(data[end - 4 : end]):
            raise PictureRefused(DAMAGED)
        yield kind, body
        at = end


def decode_picture(data: bytes, *, enough: int, masks: Polygons = ()) -> Picture:
    """Decode to BGR, at half, quarter or eighth size where the longer side keeps `enough` pixels.

    The polygons in `masks` are black before anything looks.
    """
    return _decoded(data, enough, masks, grey=False)


def decode_small(data: bytes, masks: Polygons = ()) -> Picture:
    """Decode to grey at the smallest size that a glance can use; `masks` are black."""
    return _decoded(data, GLANCE_ENOUGH, masks, grey=True)


def _decoded(data: bytes, enough: int, masks: Polygons, *, grey: bool) -> Picture:
    """Look at the headers, decode, black out."""
    size = inspect(data)
    step = next((n for n in (8, 4, 2) if max(size) >= n * enough), 1)
    pixels = tools().decode(data, step, grey=grey)
    if pixels is None or pixels.ndim != (2 if grey else 3):
        raise PictureRefused(DAMAGED)
    # A picture is turned upright by its Exif orientation; the size must follow.
    if pixels.shape[:2] != (-(-size.height // step), -(-size.width // step)):
        size = Size(size.height, size.width)
    if masks:
        pixels = blackened(pixels, masks)
    return Picture(pixels, size)
