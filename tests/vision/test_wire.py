"""The pipe protocol survives anything that the other side may send."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.vision import wire
from custom_components.verified_response.vision.decode import MAX_PEOPLE, Person
from custom_components.verified_response.vision.frame import Size
from custom_components.verified_response.vision.wire import WireError, pack, read, read_people

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


def test_people_are_read() -> None:
    answer = {"people": [[0.5, 0, 0.25, 1, 0.75]], "width": 640, "height": 480}
    assert read_people(answer) == ([Person(0.5, 0, 0.25, 1, 0.75)], Size(640, 480))


GOOD = [0.5, 0.1, 0.1, 0.2, 0.2]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
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
        {"people": [GOOD], "width": 0},
        {"people": [GOOD], "width": 640.0},
        {"people": [GOOD], "height": 10**9},
    ],
    ids=str,
)
def test_impossible_people_are_not_believed(wrong) -> None:
    if "people" in wrong:
        wrong = {"width": 640, "height": 480} | wrong
    with pytest.raises(WireError):
        read_people(wrong)


@given(HEADER)
def test_any_answer_is_read_or_refused(header) -> None:
    with pytest.raises(WireError):
        read_people({"width": 1, "height": 1} | header | {"people": header})
