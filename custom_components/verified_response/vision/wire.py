"""Messages between the hub and the worker: prefix, JSON header, binary body, all with limits.

prefix  = "VR", version, 0, header length, body length (big-endian, 12 bytes)
hello   ← {"engine", "model", "trust", "reason"}  or  {"unfit": reason}
request → {"id"} + picture
answer  ← {"id", "people": [[score, x, y, width, height], …], "width", "height"}
          or {"id", "refused": code}  or  {"id", "failed": what}
"""

import json
import struct
from typing import Any, BinaryIO, Final, NamedTuple

from .decode import MAX_PEOPLE, Person
from .frame import MAX_BYTES, MAX_SIDE, Size

VERSION: Final = 1
MAX_HEADER: Final = 64 * 1024  # a hundred people take about 10 KiB
MAX_BODY: Final = MAX_BYTES
_MAGIC: Final = b"VR"
_PREFIX: Final = struct.Struct(">2sBxII")
PREFIX_BYTES: Final = _PREFIX.size


class WireError(Exception):
    """The other side does not speak this protocol; the pipe is of no use any more."""


class Message(NamedTuple):
    """One message."""

    header: dict[str, Any]
    body: bytes


def pack(header: dict[str, Any], body: bytes = b"") -> bytes:
    """Write a message; raises WireError when it is larger than the other side would take."""
    raw = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    if len(raw) > MAX_HEADER or len(body) > MAX_BODY:
        raise WireError("message too large")
    return _PREFIX.pack(_MAGIC, VERSION, len(raw), len(body)) + raw + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Return header and body length; raises WireError."""
    try:
        magic, version, header, body = _PREFIX.unpack(prefix)
    except struct.error:
        raise WireError("short prefix") from None
    if magic != _MAGIC or version != VERSION:
        raise WireError("unknown protocol")
    if header > MAX_HEADER or body > MAX_BODY:
        raise WireError("message too large")
    return header, body


def read_header(raw: bytes) -> dict[str, Any]:
    """Return the header's object; raises WireError."""
    try:
        header = json.loads(raw)
    except ValueError, RecursionError:
        raise WireError("header is not JSON") from None
    if not isinstance(header, dict):
        raise WireError("header is not an object")
    return header


def read(source: BinaryIO) -> Message | None:
    """Read the next message, None when the other side has ended between two; raises WireError."""
    prefix = source.read(PREFIX_BYTES)
    if not prefix:
        return None
    header_length, body_length = lengths(prefix)
    header, body = source.read(header_length), source.read(body_length)
    if len(header) < header_length or len(body) < body_length:
        raise WireError("message cut off")
    return Message(read_header(header), body)


def read_people(header: dict[str, Any]) -> tuple[list[Person], Size]:
    """Return what an answer says; raises WireError for anything that no detector could mean."""
    try:
        rows = header["people"]
        if not isinstance(rows, list) or len(rows) > MAX_PEOPLE:
            raise WireError("people are malformed")
        people = [Person(*map(_fraction, row)) for row in rows]
        size = Size(_side(header["width"]), _side(header["height"]))
    except KeyError, TypeError, ValueError:
        raise WireError("answer is malformed") from None
    return people, size


def _fraction(value: object) -> float:
    """Accept a number in 0–1; not-a-number is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError
    return float(value)


def _side(value: object) -> int:
    """Accept a side in pixels."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_SIDE:
        raise ValueError
    return value
