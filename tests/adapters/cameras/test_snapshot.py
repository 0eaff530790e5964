"""Stills through Home Assistant's camera platform."""

import asyncio
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from custom_components.verified_response.adapters.cameras.snapshot import take_snapshot
from custom_components.verified_response.core.errors import CouldNotLook

pytest.importorskip("turbojpeg")
camera = pytest.importorskip("homeassistant.components.camera")


async def test_a_still_counts_as_taken_when_it_was_asked_for(hass: HomeAssistant) -> None:
    before = dt_util.utcnow()
    image = camera.Image("image/jpeg", b"pixels")
    with patch.object(camera, "async_get_image", AsyncMock(return_value=image)) as asked:
        frame = await take_snapshot(hass, "camera.hall", timeout_s=5)
    assert frame.picture == b"pixels"
    assert before <= frame.captured_at <= dt_util.utcnow()
    asked.assert_awaited_once_with(hass, "camera.hall", timeout=5)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HomeAssistantError("no"), "camera_no_picture"),
        (TimeoutError(), "camera_too_slow"),
        (KeyError("an integration's own bug"), "camera_no_picture"),
        (camera.Image("image/jpeg", b""), "camera_no_picture"),
    ],
)
async def test_what_gives_no_picture_could_not_be_looked_at(
    hass: HomeAssistant, answer: object, code: str
) -> None:
    with (
        patch.object(camera, "async_get_image", AsyncMock(side_effect=[answer])),
        pytest.raises(CouldNotLook, match=code),
    ):
        await take_snapshot(hass, "camera.hall", timeout_s=5)


@pytest.mark.parametrize("dead", [False, True])
async def test_a_camera_of_the_house_gives_its_still(hass: HomeAssistant, dead: bool) -> None:
    from .rig import Porch, add

    porch = Porch(takes_s=0)
    porch.dead = dead
    await add(hass, porch)
    if dead:
        with pytest.raises(CouldNotLook, match="camera_no_picture"):
            await take_snapshot(hass, porch.entity_id, timeout_s=5)
    else:
        assert (await take_snapshot(hass, porch.entity_id, timeout_s=5)).picture[:2] == b"\xff\xd8"


async def test_one_that_takes_too_long_is_too_slow(hass: HomeAssistant) -> None:
    from .rig import Porch, add

    await add(hass, Porch(takes_s=30))
    with pytest.raises(CouldNotLook, match="camera_too_slow"):
        await take_snapshot(hass, "camera.porch", timeout_s=1)


async def test_whoever_is_cancelled_stays_cancelled(hass: HomeAssistant) -> None:
    """The camera platform swallows the cancellation; a burst that ends must end all the same."""
    from .rig import Porch, add

    porch = Porch(takes_s=30)
    await add(hass, porch)
    looking = asyncio.create_task(take_snapshot(hass, porch.entity_id, timeout_s=20))
    while not porch.asked:  # noqa: ASYNC110 - the entity tells no event
        await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
