"""Pictures from outside: what is whole is decoded, what is not ends in PictureRefused."""

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.vision import frame, self_test
from custom_components.verified_response.vision.frame import (
    DAMAGED,
    NOT_A_PICTURE,
    TOO_LARGE,
    TOO_SMALL,
    TRUNCATED,
    PictureRefused,
    Size,
    decode_picture,
    inspect,
)
from tests import drawn

ENOUGH = 416


@pytest.mark.parametrize("encode", [drawn.jpeg, drawn.png])
def test_whole_pictures_are_decoded(encode) -> None:
    pixels = self_test.porch_with_person()
    picture = decode_picture(encode(pixels), enough=ENOUGH)
    assert picture.size == Size(640, 480)
    assert picture.pixels.shape == (480, 640, 3)
    assert np.abs(picture.pixels.astype(int) - pixels.astype(int)).mean() < 4


@pytest.mark.parametrize(
    ("size", "step"), [((800, 600), 1), ((1280, 720), 2), ((1920, 1080), 4), ((6656, 400), 8)]
)
def test_large_pictures_are_reduced_but_keep_their_size(size: tuple[int, int], step: int) -> None:
    data = drawn.jpeg(cv2.resize(self_test.porch(), size))
    picture = decode_picture(data, enough=ENOUGH)
    assert picture.size == Size(*size)
    assert picture.pixels.shape[:2] == (-(-size[1] // step), -(-size[0] // step))


def test_size_follows_exif_orientation() -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    data = drawn.empty_porch()
    turned = data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]
    picture = decode_picture(turned, enough=ENOUGH)
    assert picture.pixels.shape[:2] == (640, 480)
    assert picture.size == Size(480, 640)


def test_grey_and_transparent_pictures_become_bgr() -> None:
    grey = cv2.cvtColor(self_test.porch(), cv2.COLOR_BGR2GRAY)
    for data in (drawn.jpeg(grey), drawn.png(np.dstack([self_test.porch(), grey]))):
        assert decode_picture(data, enough=ENOUGH).pixels.shape == (480, 640, 3)


def test_bytes_after_the_end_do_no_harm() -> None:
    assert decode_picture(drawn.empty_porch() + b"\r\n\0\0", enough=ENOUGH).size == Size(640, 480)


def webp() -> bytes:
    return cv2.imencode(".webp", self_test.porch())[1].tobytes()


PNG = drawn.png(self_test.porch())
REFUSED = {
    "nothing": (b"", NOT_A_PICTURE),
    "text": (b"<html>401 Unauthorized</html>", NOT_A_PICTURE),
    "another format": (webp(), NOT_A_PICTURE),
    "only a jpeg's start": (b"\xff\xd8\xff", TRUNCATED),
    "half a jpeg": (drawn.empty_porch()[: len(drawn.empty_porch()) // 2], TRUNCATED),
    "a jpeg without its last byte": (drawn.empty_porch()[:-1], TRUNCATED),
    "a jpeg cut in its headers": (drawn.empty_porch()[:100], TRUNCATED),
    "a jpeg without a scan": (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xd9\xff\xd9", DAMAGED),
    "a jpeg with a zero length": (b"\xff\xd8\xff\xe0\x00\x00" + bytes(64), DAMAGED),
    "a jpeg of fill bytes": (b"\xff\xd8" + b"\xff" * 1_000_000, DAMAGED),
    "a jpeg bomb": (drawn.jpeg_claiming(65_000, 65_000), TOO_LARGE),
    "a long jpeg": (drawn.jpeg_claiming(20_000, 100), TOO_LARGE),
    "a tiny jpeg": (drawn.jpeg(np.zeros((8, 200, 3), np.uint8)), TOO_SMALL),
    "a png bomb": (drawn.png_claiming(100_000, 100_000), TOO_LARGE),
    "a png just over the limit": (drawn.png_claiming(8192, 8192), TOO_LARGE),
    "a png without enough rows": (drawn.png_claiming(640, 480), DAMAGED),
    "half a png": (PNG[: len(PNG) // 2], TRUNCATED),
    "a png with a flipped bit": (PNG[:4000] + bytes([PNG[4000] ^ 1]) + PNG[4001:], DAMAGED),
    "a png without data": (PNG[:33] + drawn.png_chunk(b"IEND", b""), DAMAGED),
    "a png with two headers": (PNG[:33] + PNG[8:], DAMAGED),
    "an animated png": (PNG[:33] + drawn.png_chunk(b"acTL", bytes(8)) + PNG[33:], DAMAGED),
    "too many bytes": (drawn.empty_porch() + bytes(frame.MAX_BYTES), TOO_LARGE),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_whole_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        decode_picture(data, enough=ENOUGH)
    assert refused.value.code == code


def test_a_second_frame_header_is_refused() -> None:
    """The decoder must not see another size than the guard."""
    data = drawn.empty_porch()
    at = data.find(b"\xff\xc0")
    header = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4])]
    with pytest.raises(PictureRefused, match=DAMAGED):
        inspect(data[:at] + header + data[at:])


def test_endless_scans_are_refused() -> None:
    data = drawn.empty_porch()
    scans = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * (frame.MAX_SCANS + 1)
    with pytest.raises(PictureRefused, match=DAMAGED):
        inspect(data[:-2] + scans + b"\xff\xd9")


def test_bombs_are_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args) -> None:
        pytest.fail("the decoder saw a bomb")

    monkeypatch.setattr(cv2, "imdecode", never)
    for data in (drawn.png_claiming(60_000, 60_000), drawn.jpeg_claiming(60_000, 60_000)):
        with pytest.raises(PictureRefused):
            decode_picture(data, enough=ENOUGH)


SMALL = [
    encode(cv2.resize(self_test.porch_with_person(), (96, 72)))
    for encode in (drawn.jpeg, drawn.png)
]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_fuzzed_pictures_are_decoded_or_refused(data: st.DataObject) -> None:
    picture = bytearray(data.draw(st.sampled_from(SMALL)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(picture) - 1))
        match data.draw(st.sampled_from(["set", "cut", "insert", "remove"])):
            case "set":
                picture[at] = data.draw(st.integers(0, 255))
            case "cut":
                del picture[max(at, 1) :]
            case "insert":
                picture[at:at] = data.draw(st.binary(max_size=40))
            case "remove" if len(picture) > 80:
                del picture[at : at + data.draw(st.integers(1, 40))]
    decoded, code = None, None
    try:
        decoded = decode_picture(bytes(picture), enough=ENOUGH)
    except PictureRefused as refused:
        code = refused.code
    if decoded is None:
        assert code in frame.REFUSALS
    else:
        assert decoded.pixels.ndim == 3
        assert decoded.size.width * decoded.size.height <= frame.MAX_PIXELS


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]),
    rest=st.binary(max_size=300),
)
def test_noise_is_refused(start: bytes, rest: bytes) -> None:
    with pytest.raises(PictureRefused):
        inspect(start + rest)
