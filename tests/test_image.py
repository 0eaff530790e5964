"""Pictures of who was seen: boxes on the newest still, masks black, in memory only."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from custom_components.verified_response.core.detection import Box, PersonBox
from custom_components.verified_response.engine.feed import CameraLook
from tests.fakes.config_entry import part
from tests.fakes.person_detector import detection
from tests.scenarios.conftest import House

GREY = (120, 120, 120)
SOMEBODY = PersonBox(score=0.8, box=Box(x=0.4, y=0.3, width=0.2, height=0.6))
LEFT_HALF = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]


def picture(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), GREY).save(out, kind)
    return out.getvalue()


def show(house: House, camera_id: str = "hall", **changes) -> CameraLook:
    """A look that showed somebody, and counted."""
    look = CameraLook(
        at=house.clock.now(),
        detection=detection(0.8),
        reason=None,
        picture=picture(),
        people=(SOMEBODY,),
        count=1,
        person=True,
    )
    look = replace(look, **changes)
    desk = house.entry.runtime_data.desk
    desk.show(cameras={**desk.feed.latest.cameras, camera_id: look})
    return look


async def served(house: House, entity_id: str) -> Image.Image | None:
    image = house.hass.data["image"].get_entity(entity_id)
    assert image is not None
    made = await image.async_image()
    if made is None:
        return None
    with Image.open(BytesIO(made)) as still:
        return still.convert("RGB")


async def test_nothing_is_shown_at_first(house: House) -> None:
    assert house.state("image.home_evidence").state == "unknown"
    assert house.state("image.hall_last_person").state == "unknown"
    assert await served(house, "image.hall_last_person") is None


async def test_the_last_person_is_shown_with_a_box(house: House) -> None:
    show(house)
    await house.settle()
    assert house.state("image.hall_last_person").state != "unknown"
    assert house.state("image.porch_last_person").state == "unknown"
    assert house.state("image.home_evidence").state == "unknown", "no incident is open"
    still = await served(house, "image.hall_last_person")
    assert still is not None
    assert still.size == (640, 480)
    assert still.getpixel((257, 250))[2] < 60


@pytest.mark.parametrize(
    "changes",
    [{"person": False}, {"person": None}, {"people": ()}, {"picture": None}],
)
async def test_only_who_counts_is_shown(house: House, changes: dict) -> None:
    show(house, **changes)
    await house.settle()
    assert house.state("image.hall_last_person").state == "unknown"


async def test_what_cannot_be_drawn_is_no_picture(house: House) -> None:
    show(house, picture=b"no picture")
    await house.settle()
    assert await served(house, "image.hall_last_person") is None


async def test_a_newer_look_at_nobody_leaves_the_last_person(house: House) -> None:
    first = show(house)
    house.clock.tick(5)
    show(house, people=(), person=False, picture=picture(64, 48))
    await house.settle()
    assert house.state("image.hall_last_person").state == first.at.isoformat()
    house.clock.tick(5)
    newer = show(house, picture=picture(320, 240))
    await house.settle()
    assert house.state("image.hall_last_person").state == newer.at.isoformat()
    still = await served(house, "image.hall_last_person")
    assert still is not None
    assert still.size == (320, 240)


async def test_masks_are_black_wherever_a_picture_is_shown(empty_house: House) -> None:
    masked = part("camera", "Hall", entity_id="camera.hall", outdoor=False, masks=[LEFT_HALF])
    await empty_house.set_up(more=[masked])
    await empty_house.arm()
    await empty_house.trip("hall_motion")
    empty_house.clock.tick(1)
    show(empty_house)
    await empty_house.settle()
    for entity_id in ("image.hall_last_person", "image.home_evidence"):
        still = await served(empty_house, entity_id)
        assert still is not None
        assert max(still.getpixel((100, 250))) < 15
        assert min(still.getpixel((600, 250))) > 100


async def test_the_picture_of_one_incident_is_not_that_of_the_next(house: House) -> None:
    await house.arm()
    await house.trip("hall_motion")
    house.clock.tick(1)
    show(house)
    await house.settle()
    assert house.state("image.home_evidence").state != "unknown"
    await house.disarm()
    house.clock.tick(600)
    await house.clear("hall_motion")
    await house.arm()
    await house.trip("hall_motion")
    assert house.state("image.home_evidence").state == "unknown"


async def test_no_picture_and_no_box_is_in_a_state(house: House) -> None:
    show(house)
    await house.settle()
    state = house.state("image.hall_last_person")
    assert set(state.attributes) == {"access_token", "entity_picture", "friendly_name"}


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
