"""The camera port: the adapter and the fake keep the same promises."""

from collections.abc import Awaitable, Callable

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.engine.ports import Camera, Frame
from tests.fakes.outside import FakeCamera

from .rig import Porch, add

type Cameras = Callable[[], Awaitable[Camera]]


@pytest.fixture(params=["adapter", "fake"])
def house(request: pytest.FixtureRequest, hass: HomeAssistant, make) -> Cameras:
    """`camera.porch` gives pictures, `camera.dark` gives none."""

    async def adapter() -> Camera:
        dark = Porch("dark", takes_s=0)
        dark.dead = True
        await add(hass, Porch(takes_s=0), dark)
        return make()

    async def fake() -> Camera:
        camera = FakeCamera()
        camera.dark.add("camera.dark")
        return camera

    return {"adapter": adapter, "fake": fake}[request.param]


async def test_every_still_is_fresh_and_from_the_past(house: Cameras) -> None:
    camera = await house()
    frames: list[Frame] = []
    for _ in range(3):
        before = dt_util.utcnow()
        frames.append(await camera.still("camera.porch", timeout_s=5))
        assert (before - frames[-1].captured_at).total_seconds() < 2
        assert frames[-1].captured_at <= dt_util.utcnow()
    assert len({frame.picture for frame in frames}) == 3


async def test_a_camera_without_a_picture_could_not_be_looked_at(house: Cameras) -> None:
    camera = await house()
    for _ in range(2):
        with pytest.raises(CouldNotLook, match="camera_no_picture"):
            await camera.still("camera.dark", timeout_s=1)
    assert await camera.still("camera.porch", timeout_s=5)


async def test_rest_may_come_at_any_time_and_ends_nothing_for_good(house: Cameras) -> None:
    camera = await house()
    await camera.rest("camera.porch")
    await camera.still("camera.porch", timeout_s=5)
    await camera.rest("camera.porch")
    await camera.rest("camera.porch")
    assert await camera.still("camera.porch", timeout_s=5)
