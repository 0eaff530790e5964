"""The configuration is taken anew in the middle of everything: looking goes on, for a reload is no news."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

import pytest

from tests.scenarios.conftest import House
from tests.scenarios.test_looking import asked, watched  # noqa: F401 - fixture


async def reload(house: House) -> None:
    assert house.entry is not None
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()


async def test_early_warning_goes_on_after_a_reload(watched: House) -> None:
    await watched.arm()
    await watched.wait(3)
    assert asked(watched, "porch") > 0
    watched.detector.awake = False  # as its closed share leaves it
    await reload(watched)
    before = asked(watched, "porch")
    await watched.wait(5)
    assert asked(watched, "porch") >= before + 4
    assert watched.detector.awake, "the first look need not wait for a worker"


@pytest.mark.parametrize("times", [1, 3])
async def test_a_burst_goes_on_after_reloads(watched: House, times: int) -> None:
    await watched.arm()
    await watched.trip("kitchen_window")
    await watched.trip("hall_motion")
    for _ in range(times):
        await reload(watched)
    before = asked(watched, "hall")
    await watched.wait(2)
    assert asked(watched, "hall") >= before + 5
    assert watched.panel == "triggered"


async def test_disarmed_a_reload_looks_at_nothing(watched: House) -> None:
    await reload(watched)
    await watched.wait(5)
    assert watched.camera.asked == []
    assert not watched.detector.awake
