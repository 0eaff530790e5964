"""What is remembered of cameras: saved at the end, and nothing after it."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.verified_response.adapters.cameras.choice import Habit
from custom_components.verified_response.adapters.cameras.memory import SAVE_AFTER_S, CameraMemory
from custom_components.verified_response.engine.ports import Way

KEY = "verified_response/entry/cameras"
HABIT = Habit().took(Way.SNAPSHOT, 0.2)


async def test_what_was_measured_is_there_again(hass: HomeAssistant, hass_storage) -> None:
    memory = CameraMemory(hass, KEY)
    await memory.load()
    memory.keep("camera.hall", HABIT)
    await memory.close()
    again = CameraMemory(hass, KEY)
    await again.load()
    assert again.of("camera.hall") == HABIT
    await again.close()


async def test_nothing_is_written_after_the_end(hass: HomeAssistant, hass_storage) -> None:
    """The premises may have been removed with all their files by then."""
    memory = CameraMemory(hass, KEY)
    await memory.load()
    await memory.close()
    memory.keep("camera.hall", HABIT)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2 * SAVE_AFTER_S))
    await hass.async_block_till_done()
    assert KEY not in hass_storage
