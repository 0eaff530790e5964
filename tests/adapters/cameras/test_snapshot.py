"""Stills through Home Assistant's camera platform."""

from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from custom_components.verified_response.adapters.cameras.snapshot import HomeCamera
from custom_components.verified_response.core.errors import CouldNotLook

pytest.importorskip("turbojpeg")
camera = pytest.importorskip("homeassistant.components.camera")


async def test_a_still_counts_as_taken_when_it_was_asked_for(hass: HomeAssistant) -> None:
    before = dt_util.utcnow()
    image = camera.Image("image/jpeg", b"pixels")
    with patch.object(camera, "async_get_image", AsyncMock(return_value=image)) as asked:
        frame = await HomeCamera(hass).still("camera.hall", timeout_s=5)
    assert frame.picture == b"pixels"
    assert before <= frame.captured_at <= dt_util.utcnow()
    asked.assert_awaited_once_with(hass, "camera.hall", timeout=5)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HomeAssistantError("no"), "camera_no_picture"),
        (TimeoutError(), "camera_too_slow"),
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
        await HomeCamera(hass).still("camera.hall", timeout_s=5)
