"""What people and responders are shown is of this incident, and arrives whatever was typed."""

from tests.scenarios.conftest import House


def pictures(house: House) -> list[str]:
    return [push.data["data"]["image"] for push in house.pushes if "image" in push.data["data"]]


async def test_a_question_never_carries_the_picture_of_an_earlier_incident(house: House) -> None:
    await house.arm()
    house.detector.will_see(0.9, frames=10)
    await house.trip("hall_motion")
    await house.wait(15)
    assert pictures(house) == ["/api/image_proxy/image.home_evidence"]
    await house.disarm()
    house.pushes.clear()
    await house.clear("hall_motion")
    await house.wait(3600)
    house.detector.script.clear()
    await house.arm()
    await house.trip("hall_motion")
    await house.wait(15)
    assert house.pushes
    assert not pictures(house)
    entity = house.hass.data["image"].get_entity("image.home_evidence")
    assert await entity.async_image() is None


async def test_a_call_for_help_arrives_whatever_was_typed(house: House) -> None:
    await house.act("report_distress", kind="police", message="back\tdoor\r\nhurry\x00")
    house.expect_shared()
