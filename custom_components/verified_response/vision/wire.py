"""Messages between the hub and the worker: prefix, JSON header, binary body, all with limits.

prefix = "VR", version, 0, header length, body length (big-endian, 12 bytes)
start   → {"plan", "threads", "memory_mb"}: first, and not on the command line, for a server's address may hold a password
hello   ← {"engine", "model", "trust", "reason", "thresholds", "at_once", "frame_ms"}  or  {"unfit": reason}
look    → {"look": id, "within_ms", "masks": [[[x, y], …], …]} + picture
glance  → {"glance": id, "within_ms", "masks"} + picture
cancel  → {"cancel": id}

Every look and every glance gets exactly one answer, also after it was cancelled:

people  ← {"id", "people": [[score, x, y, width, height], …], "width", "height", "sharpness", "ms"} + luma + a patch per person
glance  ← {"id", "sharpness"} + luma
neither ← {"id", "refused": code}, {"id", "failed": code} or {"id", "dropped": why}
"""

import json
import struct
from enum import StrEnum
from typing import Any, BinaryIO, Final, NamedTuple

from .decode import MAX_PEOPLE, Person
from .frame import MAX_BYTES, MAX_SIDE, Size
from .glance import COLUMNS, PATCH_COLUMNS, PATCH_ROWS, ROWS, Glance
from .limits import Limits
from .pixels.masks import Polygons
from .plan import EnginePlan, from_text, to_text

VERSION: Final = 2
MAX_HEADER: Final = 64 * 1024  # a hundred people take about 10 KiB
MAX_BODY: Final = MAX_BYTES
_MAGIC: Final = b"VR"
_PREFIX: Final = struct.Struct(">2sBxII")
PREFIX_BYTES: Final = _PREFIX.size

LUMA_BYTES: Final = COLUMNS * ROWS
PATCH_BYTES: Final = PATCH_COLUMNS * PATCH_ROWS
MAX_ANSWER_BODY: Final = LUMA_BYTES + MAX_PEOPLE * PATCH_BYTES
MAX_SHARPNESS: Final = 1e6  # the variance of a Laplacian of bytes stays below 4.2e5
MAX_AT_ONCE: Final = 8
MAX_MS: Final = 600_000.0
MAX_MASKS: Final = 64
MAX_CORNERS: Final = 256
MAX_ID: Final = 2**53

TRUSTS: Final = ("full", "low")
FAILED: Final = "detector_failed"
EXPIRED: Final = "expired"
CANCELLED: Final = "cancelled"


class WireError(Exception):
    """The other side does not speak this protocol; the pipe is of no use any more."""


class Message(NamedTuple):
    """One message."""

    header: dict[str, Any]
    body: bytes


class Kind(StrEnum):
    """What is asked about a picture."""

    LOOK = "look"
    GLANCE = "glance"


class Request(NamedTuple):
    """One picture and what is asked about it."""

    id: int
    kind: Kind
    within_ms: int
    masks: Polygons
    picture: bytes


class Hello(NamedTuple):
    """What a worker says of itself once its self-test has passed; thresholds are raise, sustain, confirm."""

    engine: str
    model: str
    trust: str
    reason: str | None
    thresholds: tuple[float, float, float]
    at_once: int
    frame_ms: float | None


class Seen(NamedTuple):
    """The people in one frame, a patch for each, and the time that decoding and network took."""

    people: list[Person]
    patches: list[bytes]
    size: Size
    whole: Glance
    ms: float


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


def pack_start(plan: EnginePlan, limits: Limits) -> bytes:
    """Write what a worker is told first."""
    return pack({"plan": to_text(plan), "threads": limits.threads, "memory_mb": limits.memory_mb})


def read_start(header: dict[str, Any]) -> tuple[EnginePlan, Limits]:
    """Return what a worker is told first; raises WireError."""
    try:
        plan = from_text(header["plan"])
        limits = Limits(threads=_whole(header["threads"]), memory_mb=_whole(header["memory_mb"]))
    except KeyError, TypeError, ValueError, AttributeError:
        raise WireError("start is malformed") from None
    return plan, limits


def pack_hello(hello: Hello) -> bytes:
    """Write what a worker says of itself."""
    return pack(hello._asdict())


def read_hello(header: dict[str, Any]) -> Hello:
    """Return what a worker says of itself; raises WireError."""
    try:
        hello = Hello(**header)
        texts = (hello.engine, hello.model, hello.trust)
        if not all(isinstance(each, str) for each in texts) or hello.trust not in TRUSTS:
            raise WireError("hello is malformed")
        if not isinstance(hello.reason, str | None):
            raise WireError("hello is malformed")
        raise_, sustain, confirm = map(_fraction, hello.thresholds)
        if not 1 <= _whole(hello.at_once) <= MAX_AT_ONCE:
            raise WireError("hello is malformed")
        frame_ms = None if hello.frame_ms is None else _number(hello.frame_ms, MAX_MS)
    except TypeError, ValueError:
        raise WireError("hello is malformed") from None
    return hello._replace(thresholds=(raise_, sustain, confirm), frame_ms=frame_ms)


def pack_request(request: Request) -> bytes:
    """Write a look or a glance; raises WireError for what the worker would not take: that would end it."""
    try:
        _masks([[list(corner) for corner in mask] for mask in request.masks])
    except TypeError, ValueError:
        raise WireError("masks are malformed") from None
    header = {
        request.kind.value: request.id,
        "within_ms": request.within_ms,
        "masks": request.masks,
    }
    return pack(header, request.picture)


def pack_cancel(number: int) -> bytes:
    """Write that nobody waits for an answer any more."""
    return pack({"cancel": number})


def read_request(message: Message) -> Request | int:
    """Return what is asked, or the id of what is not asked any more; raises WireError."""
    header = message.header
    try:
        if "cancel" in header:
            return _id(header["cancel"])
        kind = next(kind for kind in Kind if kind in header)
        return Request(
            _id(header[kind]),
            kind,
            _whole(header["within_ms"]),
            _masks(header["masks"]),
            message.body,
        )
    except KeyError, TypeError, ValueError, StopIteration:
        raise WireError("request is malformed") from None


def _masks(raw: object) -> Polygons:
    """Accept polygons relative to the frame."""
    if not isinstance(raw, list) or len(raw) > MAX_MASKS:
        raise ValueError
    masks = []
    for polygon in raw:
        if not isinstance(polygon, list) or len(polygon) > MAX_CORNERS:
            raise ValueError
        masks.append(tuple((_fraction(x), _fraction(y)) for x, y in polygon))
    return tuple(masks)


def pack_seen(number: int, seen: Seen) -> bytes:
    """Write the answer to a look."""
    header = {
        "id": number,
        "people": [[round(value, 5) for value in person] for person in seen.people],
        "width": seen.size.width,
        "height": seen.size.height,
        "sharpness": round(seen.whole.sharpness, 2),
        "ms": round(seen.ms, 2),
    }
    return pack(header, seen.whole.luma + b"".join(seen.patches))


def pack_whole(number: int, whole: Glance) -> bytes:
    """Write the answer to a glance."""
    return pack({"id": number, "sharpness": round(whole.sharpness, 2)}, whole.luma)


def read_seen(message: Message) -> Seen:
    """Return what an answer says; raises WireError for anything that no detector could mean."""
    header, body = message
    try:
        rows = header["people"]
        if not isinstance(rows, list) or len(rows) > MAX_PEOPLE:
            raise WireError("people are malformed")
        people = [Person(*map(_fraction, row)) for row in rows]
        size = Size(_side(header["width"]), _side(header["height"]))
        ms = _number(header["ms"], MAX_MS)
    except KeyError, TypeError, ValueError:
        raise WireError("answer is malformed") from None
    if len(body) != LUMA_BYTES + PATCH_BYTES * len(people):
        raise WireError("answer has another length")
    patches = [body[at : at + PATCH_BYTES] for at in range(LUMA_BYTES, len(body), PATCH_BYTES)]
    return Seen(people, patches, size, read_whole(Message(header, body[:LUMA_BYTES])), ms)


def read_whole(message: Message) -> Glance:
    """Return what an answer says of the frame as a whole; raises WireError."""
    if len(message.body) != LUMA_BYTES:
        raise WireError("answer has another length")
    try:
        return Glance(message.body, _number(message.header["sharpness"], MAX_SHARPNESS))
    except KeyError, ValueError:
        raise WireError("answer is malformed") from None


def _number(value: object, most: float) -> float:
    """Accept a number from 0 to `most`; not-a-number is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError
    return float(value)


def _fraction(value: object) -> float:
    """Accept a number in 0–1."""
    return _number(value, 1.0)


def _whole(value: object) -> int:
    """Accept a whole number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError
    return value


def _id(value: object) -> int:
    """Accept an id that JSON carries unchanged everywhere."""
    if not 0 <= (number := _whole(value)) < MAX_ID:
        raise ValueError
    return number


def _side(value: object) -> int:
    """Accept a side in pixels."""
    if not 0 < (number := _whole(value)) <= MAX_SIDE:
        raise ValueError
    return number
