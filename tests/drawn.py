"""Pictures for tests of seeing, drawn and encoded here; nothing is read from disk."""

import struct
import zlib
from functools import cache

import cv2
import numpy as np

from custom_components.verified_response.vision import self_test


def jpeg(pixels: np.ndarray, quality: int = 90) -> bytes:
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def png(pixels: np.ndarray) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


@cache
def empty_porch() -> bytes:
    return jpeg(self_test.porch())


@cache
def person_on_porch(left: int = 350, feet: int = 440, tall: int = 300) -> bytes:
    return jpeg(self_test.porch_with_person(left, feet, tall))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that claims any size and is right in every checksum."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(4096), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", body)
        + png_chunk(b"IEND", b"")
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header claims any size."""
    data = bytearray(empty_porch())
    at = data.find(b"\xff\xc0")
    struct.pack_into(">HH", data, at + 5, height, width)
    return bytes(data)
