"""A still through Home Assistant's camera platform."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...core.errors import CouldNotLook
from ...engine.ports import Frame

NO_PICTURE = "camera_no_picture"
TOO_SLOW = "camera_too_slow"


async def take_snapshot(hass: HomeAssistant, source: str, *, timeout_s: float) -> Frame:
    """Return a still; it counts as taken when it was asked for, never later. Raises CouldNotLook.

    Some integrations keep a picture for a while, and some make stills from their own stream: then the
    same bytes come again, which whoever judges the frames sees.
    """
    # Imported late: without any camera in the house its libraries are not installed.
    from homeassistant.components.camera import async_get_image

    asked_at = dt_util.utcnow()
    try:
        async with asyncio.timeout(timeout_s + 1):
            image = await async_get_image(hass, source, timeout=max(1, int(timeout_s)))
    except TimeoutError as err:
        raise CouldNotLook(TOO_SLOW) from err
    except HomeAssistantError as err:
        _end_if_cancelled()
        slow = (dt_util.utcnow() - asked_at).total_seconds() >= max(1, int(timeout_s))
        raise CouldNotLook(TOO_SLOW if slow else NO_PICTURE) from err
    except Exception as err:
        # Any integration's own code runs here; whatever it raises, the camera gave no picture.
        raise CouldNotLook(NO_PICTURE) from err
    if not image.content:
        raise CouldNotLook(NO_PICTURE)
    return Frame(picture=image.content, captured_at=asked_at)


def _end_if_cancelled() -> None:
    """Go on being cancelled: the camera platform turns a cancellation into a missing picture."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
