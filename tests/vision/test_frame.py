"""Pictures from outside: what is whole is decoded, what is not ends in PictureRefused; by either library."""

import io
import struct

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

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
    decode_small,
    inspect,
)
from custom_components.verified_response.vision.pixels.with_opencv import OpenCvTools
from custom_components.verified_response.vision.pixels.with_pillow import PillowTools
from tests import drawn

ENOUGH = 416
LIBRARIES = (OpenCvTools(), PillowTools())


@pytest.fixture(params=LIBRARIES, ids=["opencv", "pillow"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decode by one of the two."""
    monkeypatch.setattr(frame, "tools", lambda: request.param)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("encode", [drawn.jpeg, drawn.png])
def test_whole_pictures_are_decoded(encode) -> None:
    pixels = self_test.porch_with_person()
    picture = decode_picture(encode(pixels), enough=ENOUGH)
    assert picture.size == Size(640, 480)
    assert picture.pixels.shape == (480, 640, 3)
    assert np.abs(picture.pixels.astype(int) - pixels.astype(int)).mean() < 4


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("size", "step"), [((800, 600), 1), ((1280, 720), 2), ((1920, 1080), 4), ((6656, 400), 8)]
)
def test_large_pictures_are_reduced_but_keep_their_size(size: tuple[int, int], step: int) -> None:
    data = drawn.jpeg(cv2.resize(self_test.porch(), size))
    picture = decode_picture(data, enough=ENOUGH)
    assert picture.size == Size(*size)
    assert picture.pixels.shape[:2] == (-(-size[1] // step), -(-size[0] // step))


@pytest.mark.usefixtures("library")
def test_size_follows_exif_orientation() -> None:
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    data = drawn.empty_porch()
    turned = data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]
    picture = decode_picture(turned, enough=ENOUGH)
    assert picture.pixels.shape[:2] == (640, 480)
    assert picture.size == Size(480, 640)


@pytest.mark.usefixtures("library")
def test_a_picture_that_is_nearly_square_keeps_its_size() -> None:
    for width, height in ((1000, 999), (999, 1000)):
        data = drawn.jpeg(cv2.resize(self_test.porch(), (width, height)))
        assert decode_picture(data, enough=ENOUGH).size == Size(width, height)


@pytest.mark.usefixtures("library")
def test_grey_and_transparent_pictures_become_bgr() -> None:
    grey = cv2.cvtColor(self_test.porch(), cv2.COLOR_BGR2GRAY)
    for data in (drawn.jpeg(grey), drawn.png(np.dstack([self_test.porch(), grey]))):
        assert decode_picture(data, enough=ENOUGH).pixels.shape == (480, 640, 3)


@pytest.mark.usefixtures("library")
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


@pytest.mark.usefixtures("library")
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
    class Never:
        def decode(self, *_args: object, **_kwargs: object) -> None:
            pytest.fail("the decoder saw a bomb")

    monkeypatch.setattr(frame, "tools", Never)
    for data in (drawn.png_claiming(60_000, 60_000), drawn.jpeg_claiming(60_000, 60_000)):
        for decode in (lambda data: decode_picture(data, enough=ENOUGH), decode_small):
            with pytest.raises(PictureRefused):
                decode(data)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


SCENE = Image.fromarray(np.ascontiguousarray(self_test.porch_with_person()[:, :, ::-1]))
DEEP = (np.asarray(SCENE.convert("L")).astype(np.uint16) << 8) + 77
KINDS = {
    "jpeg": (saved(SCENE, "JPEG", quality=90), 0),
    "jpeg without subsampling": (saved(SCENE, "JPEG", quality=95, subsampling=0), 0),
    "progressive jpeg": (saved(SCENE, "JPEG", progressive=True), 0),
    "grey jpeg": (saved(SCENE.convert("L"), "JPEG"), 0),
    "png": (saved(SCENE, "PNG"), 0),
    "another png": (drawn.png(self_test.porch_with_person()), 0),
    "grey png": (saved(SCENE.convert("L"), "PNG"), 0),
    "png with palette": (saved(SCENE.convert("P"), "PNG"), 0),
    "png of two colours": (saved(SCENE.convert("1"), "PNG"), 0),
    "transparent png": (saved(SCENE.convert("RGBA"), "PNG"), 0),
    "transparent grey png": (saved(SCENE.convert("LA"), "PNG"), 0),
    "deep grey png": (saved(Image.fromarray(DEEP), "PNG"), 1),
    "deep png": (cv2.imencode(".png", self_test.porch().astype(np.uint16) * 257)[1].tobytes(), 1),
    # Inks are mixed by rules of thumb, and each library has its own.
    "cmyk jpeg": (saved(SCENE.convert("CMYK"), "JPEG"), 3),
    **{
        f"{kind} turned {way}": (saved(SCENE, kind, exif=bytes(turned)), 0)
        for kind in ("JPEG", "PNG")
        for way in range(1, 9)
        if (
            turned := b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"
            + bytes([way])
            + bytes(6)
        )
    },
}


@pytest.mark.parametrize("step", [1, 2, 4, 8])
@pytest.mark.parametrize(("data", "may_differ"), KINDS.values(), ids=KINDS.keys())
def test_both_libraries_see_the_same(data: bytes, may_differ: int, step: int) -> None:
    inspect(data)
    for grey in (False, True):
        one, other = (library.decode(data, step, grey=grey) for library in LIBRARIES)
        assert one is not None
        assert other is not None
        assert one.shape == other.shape
        assert one.shape[0] in {-(-480 // step), -(-640 // step)}
        differ = np.abs(one.astype(int) - other.astype(int))
        # Averaging, and grey from colours, may be rounded the other way.
        rounding = 0 if data.startswith(b"\xff\xd8") and not may_differ else 2
        assert differ.max() <= may_differ + rounding, (grey, differ.max())


@pytest.mark.parametrize("size", [(97, 61), (641, 479), (100, 999), (17, 33)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_both_libraries_agree_on_odd_sizes(size: tuple[int, int], kind: str) -> None:
    data = saved(SCENE.resize(size), kind)
    for step in (1, 2, 4, 8):
        one, other = (library.decode(data, step, grey=False) for library in LIBRARIES)
        assert one.shape == other.shape == (-(-size[1] // step), -(-size[0] // step), 3)
        differ = np.abs(one.astype(int) - other.astype(int))
        if kind == "JPEG":
            assert differ.max() == 0
        else:
            # A square that the edge cuts is filled up by one library, and left out by the other.
            assert differ[:-1, :-1].max() <= 1
            assert differ.max() <= 24


SMALL = [
    encode(cv2.resize(self_test.porch_with_person(), (96, 72)))
    for encode in (drawn.jpeg, drawn.png)
]


HEADED = [
    KINDS["JPEG turned 6"][0],
    saved(SCENE.resize((64, 48)).convert("P"), "PNG", exif=b"Exif\0\0MM\0*\0\0\0\x08" + bytes(6)),
]


def decoded_or_code(library, data: bytes, *, small: bool) -> np.ndarray | str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(frame, "tools", lambda: library)
        try:
            picture = decode_small(data) if small else decode_picture(data, enough=40)
        except PictureRefused as refused:
            return refused.code
    assert picture.size.width * picture.size.height <= frame.MAX_PIXELS
    return picture.pixels


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_fuzzed_pictures_are_decoded_or_refused(data: st.DataObject) -> None:
    """The same bytes through both libraries; one may give up where the other shows what is left."""
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
    for library in LIBRARIES:
        for small in (False, True):
            found = decoded_or_code(library, bytes(picture), small=small)
            if isinstance(found, str):
                assert found in frame.REFUSALS
            else:
                assert found.ndim == (2 if small else 3)
                assert found.dtype == np.uint8


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=150, deadline=None)
@given(at=st.integers(20, 650), value=st.integers(0, 255), kind=st.sampled_from([0, 1]))
def test_fuzzed_headers_are_decoded_or_refused(at: int, value: int, kind: int) -> None:
    """Changes where they hurt most: tables, sizes, and Exif."""
    picture = bytearray(HEADED[kind])
    picture[min(at, len(picture) - 1)] = value
    for library in LIBRARIES:
        found = decoded_or_code(library, bytes(picture), small=False)
        assert not isinstance(found, str) or found in frame.REFUSALS


@settings(max_examples=200, deadline=None)
@given(
    start=st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]),
    rest=st.binary(max_size=300),
)
def test_noise_is_refused(start: bytes, rest: bytes) -> None:
    with pytest.raises(PictureRefused):
        inspect(start + rest)


WHITE = drawn.png(np.full((480, 640, 3), 255, np.uint8))
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
BOW_TIE = ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9))
STAR = ((0.5, 0.05), (0.78, 0.95), (0.05, 0.4), (0.95, 0.4), (0.22, 0.95))


@pytest.mark.usefixtures("library")
def test_masks_are_black_before_anything_looks() -> None:
    for picture in (
        decode_picture(WHITE, enough=ENOUGH, masks=[LEFT_HALF]),
        decode_small(WHITE, [LEFT_HALF]),
    ):
        pixels = picture.pixels
        middle = pixels.shape[1] // 2
        assert not pixels[:, :middle].any()
        assert (pixels[:, middle + 1 :] == 255).all()


@pytest.mark.usefixtures("library")
def test_a_masked_person_is_gone_and_the_rest_is_untouched() -> None:
    data = drawn.png(self_test.porch_with_person())
    plain = decode_picture(data, enough=ENOUGH).pixels
    masked = decode_picture(data, enough=ENOUGH, masks=[LEFT_HALF, STAR]).pixels
    covered = (masked == 0).all(2)
    assert np.array_equal(plain[~covered], masked[~covered])
    assert covered.mean() > 0.5


def covered_by(*polygons) -> np.ndarray:
    return (decode_picture(WHITE, enough=ENOUGH, masks=polygons).pixels == 0).all(2)


def test_what_a_polygon_encloses_is_covered_also_where_it_crosses_itself() -> None:
    star = covered_by(STAR)
    assert star[round(0.55 * 480), 320], "the heart of a star is enclosed twice"
    tie = covered_by(BOW_TIE)
    assert tie[240, 120]
    assert tie[240, 520]
    assert not tie[60, 320]


def test_masks_add_up_and_may_reach_beyond_the_frame() -> None:
    right = ((0.5, -3.0), (7.0, -3.0), (7.0, 9.0), (0.5, 9.0))
    assert covered_by(LEFT_HALF, right).all()
    assert not covered_by(((2.0, 2.0), (3.0, 2.0), (3.0, 3.0))).any()
    assert not covered_by(((0.1, 0.1),), ((0.1, 0.1), (0.9, 0.9)), ()).any()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=8))
def test_masks_cover_at_least_what_opencv_fills(polygon: list[tuple[float, float]]) -> None:
    filled = np.zeros((480, 640), np.uint8)
    points = np.array([[x * 640 - 0.5, y * 480 - 0.5] for x, y in polygon])
    cv2.fillPoly(filled, [np.rint(points).astype(np.int32)], 255)
    inside = cv2.erode(filled, np.ones((5, 5), np.uint8), borderValue=0) > 0
    assert covered_by(polygon)[inside].all()


def test_a_turned_picture_is_masked_as_it_is_shown() -> None:
    data = KINDS["JPEG turned 6"][0]
    plain, masked = (
        decode_picture(data, enough=ENOUGH, masks=masks).pixels for masks in ((), (LEFT_HALF,))
    )
    assert plain.shape == (640, 480, 3)
    assert not masked[:, :240].any()
    assert np.array_equal(masked[:, 242:], plain[:, 242:])


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(("size", "shape"), [((640, 480), (240, 320)), ((1280, 720), (180, 320))])
def test_glances_are_decoded_small_and_grey(size: tuple[int, int], shape: tuple[int, int]) -> None:
    for encode in (drawn.jpeg, drawn.png):
        picture = decode_small(encode(cv2.resize(self_test.porch(), size)))
        assert picture.pixels.shape == shape
        assert picture.size == Size(*size)
