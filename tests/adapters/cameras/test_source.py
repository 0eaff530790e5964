"""Where a stream is, and when it is not to be opened."""

from types import SimpleNamespace
from unittest.mock import AsyncMock, patch

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.cameras import source
from custom_components.verified_response.adapters.cameras.source import StreamSource, find_stream

from .rig import Porch, add

URL = "rtsp://viewer:s3cret-pass@192.0.2.7/live"


async def test_a_camera_says_where_its_stream_is(hass: HomeAssistant) -> None:
    porch = Porch(url=URL)
    porch.stream_options = {"rtsp_transport": "udp", "use_wallclock_as_timestamps": True}
    await add(hass, porch)
    found = await find_stream(hass, porch.entity_id)
    assert found == StreamSource(
        url=URL,
        options={
            "tls_verify": "0",
            "rtsp_transport": "udp",
            "use_wallclock_as_timestamps": "1",
        },
    )
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "url", [None, "", "/dev/video0", "file:///etc/passwd", "concat:a|b", "rtsp", "hls+https://x/y"]
)
async def test_what_is_no_network_stream_is_none(hass: HomeAssistant, url: str | None) -> None:
    await add(hass, Porch(url=url))
    assert await find_stream(hass, "camera.porch") is None


async def test_a_camera_without_the_feature_is_not_even_asked(hass: HomeAssistant) -> None:
    porch = Porch(url=URL)
    porch._attr_supported_features = type(porch._attr_supported_features)(0)
    await add(hass, porch)
    assert await find_stream(hass, "camera.porch") is None
    assert porch.asked_for_stream == 0


async def test_streams_over_the_internet_are_left_closed(hass: HomeAssistant) -> None:
    porch = Porch(url=URL)
    await add(hass, porch)
    cloud = SimpleNamespace(iot_class="cloud_push")
    with patch.object(source, "async_get_integration", AsyncMock(return_value=cloud)):
        assert await find_stream(hass, "camera.porch") is None
    assert porch.asked_for_stream == 0


@pytest.mark.parametrize("trouble", [ValueError(URL), TimeoutError()])
async def test_an_integration_that_fails_has_no_stream(
    hass: HomeAssistant, trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    porch = Porch()
    porch.stream_source = AsyncMock(side_effect=trouble)
    await add(hass, porch)
    assert await find_stream(hass, "camera.porch") is None
    assert "s3cret" not in caplog.text


async def test_a_camera_that_is_not_there_or_off_has_none(hass: HomeAssistant) -> None:
    porch = Porch(url=URL)
    porch._attr_is_on = False
    await add(hass, porch)
    assert await find_stream(hass, "camera.porch") is None
    assert await find_stream(hass, "camera.nowhere") is None
