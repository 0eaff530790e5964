"""A camera on the air, and the adapter, of which nothing is left afterwards."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.cameras import reader
from custom_components.verified_response.adapters.cameras.home import HomeCameras
from tests.on_air import OnAir, on_air


@pytest.fixture
def air() -> Iterator[OnAir]:
    with on_air() as server:
        yield server


@pytest.fixture
async def make(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., HomeCameras]]:
    """Make adapters; afterwards no process and no task of theirs is left."""
    from .rig import cameras, exists

    started: list[int] = []
    start = reader.StreamReader.start.__func__

    async def watched(cls, *args, **more):
        running = await start(cls, *args, **more)
        started.append(running.pid)
        return running

    monkeypatch.setattr(reader.StreamReader, "start", classmethod(watched))
    before = asyncio.all_tasks()
    made: list[HomeCameras] = []

    def create(**how) -> HomeCameras:
        made.append(cameras(hass, **how))
        return made[-1]

    yield create
    for each in made:
        await each.close()
    await hass.async_block_till_done()
    assert not [pid for pid in started if exists(pid)], "a reader is left"
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, "a task is left"
