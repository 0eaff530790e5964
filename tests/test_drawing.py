"""Stills as people see them: masks hide, boxes and numbers show, nothing but pixels gets through."""

from io import BytesIO

import pytest
from PIL import Image

from custom_components.verified_response.core.detection import Box
from custom_components.verified_response.drawing import (
    BOX_COLOUR,
    GRID_COLOUR,
    PALE_COLOUR,
    REGION_COLOUR,
    WIDEST,
    Marked,
    Overlay,
    draw,
)

GREY = (90, 90, 90)
PLACE = Box(x=0.4, y=0.3, width=0.2, height=0.6)
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def picture(width: int = 640, height: int = 480, kind: str = "JPEG", **more) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), GREY).save(out, kind, **more)
    return out.getvalue()


def drawn(overlay: Overlay, of: bytes | None = None) -> Image.Image:
    made = draw(of or picture(), overlay)
    assert made is not None
    with Image.open(BytesIO(made)) as still:
        assert still.format == "JPEG"
        return still.convert("RGB")


def near(one, other, within: int = 60) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < within


def test_a_box_is_drawn_where_the_person_is() -> None:
    still = drawn(Overlay(boxes=(Marked(box=PLACE),)))
    assert still.size == (640, 480)
    assert near(still.getpixel((257, 250)), BOX_COLOUR)
    assert near(still.getpixel((320, 250)), GREY, 10)


def test_what_does_not_count_is_pale() -> None:
    still = drawn(Overlay(boxes=(Marked(box=PLACE, pale=True),)))
    assert near(still.getpixel((257, 250)), PALE_COLOUR)


def test_a_number_is_written_into_the_box() -> None:
    plain = drawn(Overlay(boxes=(Marked(box=PLACE),)))
    numbered = drawn(Overlay(boxes=(Marked(box=PLACE, number=3),)))
    corner = (262, 149, 290, 180)
    assert plain.crop(corner).tobytes() != numbered.crop(corner).tobytes()


@pytest.mark.parametrize("grid", [True, False])
def test_masks_are_black(grid: bool) -> None:
    still = drawn(Overlay(masks=(LEFT_HALF,), grid=grid))
    assert near(still.getpixel((100, 217)), (0, 0, 0), 12)
    assert near(still.getpixel((500, 217)), GREY, 12)


def test_a_grid_shows_the_tenths() -> None:
    still = drawn(Overlay(grid=True))
    assert near(still.getpixel((320, 217)), GRID_COLOUR, 90)
    assert near(still.getpixel((350, 217)), GREY, 20)


def test_the_region_is_outlined() -> None:
    still = drawn(Overlay(region=LEFT_HALF))
    assert near(still.getpixel((320, 217)), REGION_COLOUR)
    assert near(still.getpixel((100, 217)), GREY, 10)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_becomes_small_enough_for_a_push(kind: str) -> None:
    still = drawn(Overlay(masks=(LEFT_HALF,)), picture(4000, 2000, kind))
    assert still.size == (WIDEST, WIDEST // 2)
    assert near(still.getpixel((600, 300)), (0, 0, 0), 12)
    assert near(still.getpixel((680, 300)), GREY, 12)


def test_a_turned_picture_is_upright_as_the_detector_sees_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    still = drawn(Overlay(masks=(LEFT_HALF,)), picture(640, 480, exif=exif))
    assert still.size == (480, 640)
    assert near(still.getpixel((100, 600)), (0, 0, 0), 12)
    assert near(still.getpixel((400, 600)), GREY, 12)


def test_nothing_that_came_with_the_picture_goes_on() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    made = draw(picture(exif=exif), Overlay())
    assert made is not None
    assert b"secret place" not in made


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no picture",
        picture()[:300],
        picture(kind="PNG")[:60],
        picture(kind="PNG")[:80] + b"garbage" * 20,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        picture(kind="GIF"),
        picture(7000, 5000),
    ],
)
def test_what_cannot_be_read_is_no_picture(broken: bytes) -> None:
    assert draw(broken, Overlay()) is None
