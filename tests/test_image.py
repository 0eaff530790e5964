"""The evidence picture: boxes on the newest still, in memory only."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

from io import BytesIO

import pytest
from PIL import Image

from custom_components.verified_response.image import BOX_COLOUR, WIDEST, _draw
from tests.fakes.person_detector import detection
from tests.scenarios.conftest import House, empty_house, house  # noqa: F401 - fixtures


def picture(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (10, 20, 30)).save(out, kind)
    return out.getvalue()


def test_a_box_is_drawn_where_the_person_is() -> None:
    drawn = _draw(picture(), detection(0.8))
    assert drawn is not None
    with Image.open(BytesIO(drawn)) as still:
        assert still.format == "JPEG"
        assert still.size == (640, 480)
        edge = still.convert("RGB").getpixel((257, 250))
        inside = still.convert("RGB").getpixel((320, 250))
    assert max(abs(a - b) for a, b in zip(edge, BOX_COLOUR, strict=True)) < 60
    assert max(inside) < 60


def test_a_large_picture_becomes_small_enough_for_a_push() -> None:
    drawn = _draw(picture(4000, 2000, "PNG"), detection(0.8))
    assert drawn is not None
    with Image.open(BytesIO(drawn)) as still:
        assert still.size == (WIDEST, WIDEST // 2)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"no picture",
        picture()[:300],
        picture(kind="PNG")[:60],
        picture(kind="PNG")[:80] + b"garbage" * 20,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    ],
)
def test_what_cannot_be_read_is_no_picture(broken: bytes) -> None:
    assert _draw(broken, detection(0.8)) is None


async def test_a_still_of_an_incident_is_served(house: House) -> None:
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    still = picture()
    numbers = iter(range(1000))

    async def shot(source: str, *, timeout_s: float):
        from custom_components.verified_response.engine.ports import Frame

        del source, timeout_s
        return Frame(picture=still + bytes([next(numbers)]), captured_at=house.clock.now())

    house.camera.still = shot  # type: ignore[method-assign]  # real pixels instead of a name
    assert house.state("image.home_evidence").state == "unknown"
    await house.trip("hall_motion")
    assert house.state("image.home_evidence").state != "unknown"
    image = house.hass.data["image"].get_entity("image.home_evidence")
    served = await image.async_image()
    with Image.open(BytesIO(served)) as opened:
        assert opened.size == (640, 480)


async def test_nothing_is_shown_of_nobody(house: House) -> None:
    await house.arm()
    await house.trip("hall_motion")
    await house.wait(15)
    assert house.state("image.home_evidence").state == "unknown"
