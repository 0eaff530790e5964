"""The pipe protocol survives anything that the other side may send."""

import contextlib
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.vision import wire
from custom_components.verified_response.vision.decode import MAX_PEOPLE, Person
from custom_components.verified_response.vision.frame import Size
from custom_components.verified_response.vision.glance import Glance
from custom_components.verified_response.vision.limits import Limits
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan
from custom_components.verified_response.vision.wire import WireError, pack, read

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
HEADER = st.dictionaries(st.text(max_size=10), JSON, max_size=5)


@given(HEADER, st.binary(max_size=500), HEADER)
def test_messages_come_through_whole(header, body: bytes, second) -> None:
    pipe = io.BytesIO(pack(header, body) + pack(second))
    assert read(pipe) == (header, body)
    assert read(pipe) == (second, b"")
    assert read(pipe) is None


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_noise_ends_in_wire_error(noise: bytes) -> None:
    try:
        message = read(io.BytesIO(noise))
    except WireError:
        return
    assert message is None
    assert noise == b""


@settings(max_examples=300)
@given(
    header=HEADER, body=st.binary(max_size=60), at=st.integers(0, 10_000), byte=st.integers(0, 255)
)
def test_damaged_messages_end_in_wire_error_or_a_message(
    header, body: bytes, at: int, byte: int
) -> None:
    data = bytearray(pack(header, body))
    data[at % len(data)] = byte
    try:
        message = read(io.BytesIO(bytes(data)))
    except WireError:
        return
    assert message is not None
    assert isinstance(message.header, dict)


@given(HEADER, st.binary(max_size=60), st.integers(1, 400))
def test_cut_messages_end_in_wire_error(header, body: bytes, missing: int) -> None:
    data = pack(header, body)
    if missing >= len(data):
        return
    with pytest.raises(WireError):
        read(io.BytesIO(data[:-missing]))


@pytest.mark.parametrize(
    "prefix",
    [
        struct.pack(">2sBxII", b"XX", wire.VERSION, 2, 0),
        struct.pack(">2sBxII", b"VR", wire.VERSION + 1, 2, 0),
        struct.pack(">2sBxII", b"VR", wire.VERSION, wire.MAX_HEADER + 1, 0),
        struct.pack(">2sBxII", b"VR", wire.VERSION, 2, wire.MAX_BODY + 1),
        struct.pack(">2sBxII", b"VR", wire.VERSION, 2**32 - 1, 2**32 - 1),
    ],
    ids=["magic", "version", "header", "body", "both"],
)
def test_foreign_or_oversize_messages_are_refused_before_they_are_read(prefix: bytes) -> None:
    pipe = io.BytesIO(prefix + b"{}" + bytes(100))
    with pytest.raises(WireError):
        read(pipe)
    assert pipe.tell() == wire.PREFIX_BYTES


def test_oversize_messages_are_not_sent() -> None:
    with pytest.raises(WireError):
        pack({}, bytes(wire.MAX_BODY + 1))
    with pytest.raises(WireError):
        pack({"x": "y" * wire.MAX_HEADER})


@pytest.mark.parametrize("raw", [b"[]", b"1", b"null", b"{", b"\xff", b"[" * 60_000], ids=repr)
def test_headers_are_objects(raw: bytes) -> None:
    with pytest.raises(WireError):
        wire.read_header(raw)


LUMA = bytes(range(256)) * 2 + bytes(64)
GOOD = [0.5, 0.1, 0.1, 0.2, 0.2]
HEADER_OF_ONE = {"people": [GOOD], "width": 640, "height": 480, "sharpness": 12.5, "ms": 30.25}

fractions = st.floats(0, 1).map(lambda value: round(value, 5))
polygons = st.lists(
    st.lists(st.tuples(fractions, fractions), max_size=6).map(tuple), max_size=4
).map(tuple)


@given(
    st.integers(0, wire.MAX_ID - 1),
    st.sampled_from(wire.Kind),
    st.integers(0, 10**6),
    polygons,
    st.binary(max_size=200),
)
def test_requests_come_through_whole(number, kind, within_ms, masks, picture) -> None:
    request = wire.Request(number, kind, within_ms, masks, picture)
    message = read(io.BytesIO(wire.pack_request(request)))
    assert message is not None
    assert wire.read_request(message) == request


def test_a_cancellation_is_a_number() -> None:
    message = read(io.BytesIO(wire.pack_cancel(7)))
    assert message is not None
    assert wire.read_request(message) == 7


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"look": "1", "within_ms": 1, "masks": []},
        {"look": -1, "within_ms": 1, "masks": []},
        {"look": 2**53, "within_ms": 1, "masks": []},
        {"look": 1, "within_ms": -1, "masks": []},
        {"look": 1, "within_ms": 1.5, "masks": []},
        {"look": 1, "within_ms": 1},
        {"look": 1, "masks": []},
        {"look": 1, "within_ms": 1, "masks": [[[0, 2]]]},
        {"look": 1, "within_ms": 1, "masks": [[[0, 0, 0]]]},
        {"look": 1, "within_ms": 1, "masks": [[]] * (wire.MAX_MASKS + 1)},
        {"look": 1, "within_ms": 1, "masks": [[[0, 0]] * (wire.MAX_CORNERS + 1)]},
        {"cancel": True},
        {"cancel": None},
    ],
    ids=lambda header: str(header)[:50],
)
def test_requests_that_nobody_could_mean_are_refused(header) -> None:
    with pytest.raises(WireError):
        wire.read_request(wire.Message(header, b""))


@given(HEADER, st.binary(max_size=20))
def test_any_request_is_read_or_refused(header, body: bytes) -> None:
    with contextlib.suppress(WireError):
        wire.read_request(wire.Message({"look": 1, "within_ms": 1} | header, body))


SECRET = EnginePlan(
    engine=EngineKind.REMOTE,
    url="https://user:secret@server/inference",
    model="people",
    card=Path("card.json"),
)


@pytest.mark.parametrize(
    "plan",
    [
        EnginePlan(engine=EngineKind.BASIC, reason="model_missing"),
        EnginePlan(engine=EngineKind.ONNX, files=(Path("/models/a b.onnx"),), card=Path("c.json")),
        SECRET,
    ],
    ids=["basic", "onnx", "remote"],
)
def test_plan_and_limits_come_through_whole(plan: EnginePlan) -> None:
    limits = Limits(threads=3, memory_mb=200)
    message = read(io.BytesIO(wire.pack_start(plan, limits)))
    assert message is not None
    assert wire.read_start(message.header) == (plan, limits)


@pytest.mark.parametrize(
    "wrong",
    [
        {"plan": "{}"},
        {"plan": "no JSON"},
        {"plan": None},
        {"threads": 0},
        {"threads": True},
        {"threads": 10**6},
        {"memory_mb": 1},
    ],
    ids=str,
)
def test_a_start_that_nobody_could_follow_is_refused(wrong) -> None:
    message = read(io.BytesIO(wire.pack_start(SECRET, Limits(threads=1))))
    assert message is not None
    with pytest.raises(WireError):
        wire.read_start(message.header | wrong)


HELLO = wire.Hello("onnx", "a-model", "full", None, (0.5, 0.45, 0.35), 4, 31.5)


def test_the_hello_comes_through_whole() -> None:
    message = read(io.BytesIO(wire.pack_hello(HELLO)))
    assert message is not None
    assert wire.read_hello(message.header) == HELLO


@pytest.mark.parametrize(
    "wrong",
    [
        {"engine": 1},
        {"model": None},
        {"trust": "blind"},
        {"reason": 5},
        {"thresholds": None},
        {"thresholds": [0.5, 0.4]},
        {"thresholds": [0.5, 0.4, 1.5]},
        {"thresholds": [0.5, 0.4, "0.3"]},
        {"at_once": 0},
        {"at_once": wire.MAX_AT_ONCE + 1},
        {"at_once": 1.5},
        {"frame_ms": -1},
        {"frame_ms": float("nan")},
        {"frame_ms": True},
        {"more": 1},
    ],
    ids=str,
)
def test_a_hello_that_no_worker_could_mean_is_refused(wrong) -> None:
    with pytest.raises(WireError):
        wire.read_hello(HELLO._asdict() | wrong)


@given(HEADER)
def test_any_hello_is_read_or_refused(header) -> None:
    with contextlib.suppress(WireError):
        wire.read_hello(HELLO._asdict() | header)


people = st.lists(st.tuples(*[fractions] * 5).map(lambda row: Person(*row)), max_size=MAX_PEOPLE)


@settings(max_examples=50)
@given(people, st.integers(1, 16_384), st.integers(1, 16_384), st.integers(0, 10**6), st.data())
def test_what_was_seen_comes_through_whole(found, width, height, hundredths, data) -> None:
    patches = [data.draw(st.binary(min_size=128, max_size=128)) for _ in found[:3]]
    patches += [bytes(128)] * (len(found) - len(patches))
    seen = wire.Seen(found, patches, Size(width, height), Glance(LUMA, hundredths / 100), 12.5)
    message = read(io.BytesIO(wire.pack_seen(9, seen)))
    assert message is not None
    assert message.header["id"] == 9
    assert wire.read_seen(message) == seen


def test_a_glance_comes_through_whole() -> None:
    message = read(io.BytesIO(wire.pack_whole(3, Glance(LUMA, 200.25))))
    assert message is not None
    assert wire.read_whole(message) == Glance(LUMA, 200.25)


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": None},
        {"people": [GOOD[:4]]},
        {"people": [[*GOOD, 0.1]]},
        {"people": [[1.01, *GOOD[1:]]]},
        {"people": [[-0.01, *GOOD[1:]]]},
        {"people": [[float("nan"), *GOOD[1:]]]},
        {"people": [[float("inf"), *GOOD[1:]]]},
        {"people": [["0.5", *GOOD[1:]]]},
        {"people": [[True, *GOOD[1:]]]},
        {"people": [0.5]},
        {"people": [GOOD] * (MAX_PEOPLE + 1)},
        {"people": []},
        {"people": [GOOD, GOOD]},
        {"width": 0},
        {"width": 640.0},
        {"height": 10**9},
        {"sharpness": -1},
        {"sharpness": float("inf")},
        {"sharpness": None},
        {"ms": -1},
        {"ms": "fast"},
    ],
    ids=lambda wrong: str(wrong)[:50],
)
def test_impossible_answers_are_not_believed(wrong) -> None:
    body = LUMA + bytes(wire.PATCH_BYTES)
    assert wire.read_seen(wire.Message(HEADER_OF_ONE, body)).people == [Person(*GOOD)]
    with pytest.raises(WireError):
        wire.read_seen(wire.Message(HEADER_OF_ONE | wrong, body))


@pytest.mark.parametrize("missing", HEADER_OF_ONE)
def test_answers_are_whole_or_not_believed(missing: str) -> None:
    header = {key: value for key, value in HEADER_OF_ONE.items() if key != missing}
    with pytest.raises(WireError):
        wire.read_seen(wire.Message(header, LUMA + bytes(wire.PATCH_BYTES)))


@pytest.mark.parametrize("body", [b"", LUMA, LUMA[:-1], LUMA + bytes(127), LUMA + bytes(129)])
def test_answers_with_another_amount_of_light_are_not_believed(body: bytes) -> None:
    with pytest.raises(WireError):
        wire.read_seen(wire.Message(HEADER_OF_ONE, body))


@given(HEADER, st.sampled_from([LUMA, LUMA + bytes(128), b""]))
def test_any_answer_is_read_or_refused(header, body: bytes) -> None:
    message = wire.Message(HEADER_OF_ONE | header, body)
    for reads in (wire.read_seen, wire.read_whole):
        with contextlib.suppress(WireError):
            reads(message)
