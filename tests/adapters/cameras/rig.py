"""A camera entity in a real Home Assistant, with stills and a stream, and the adapter that looks through it."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from custom_components.verified_response.adapters.cameras.home import HomeCameras
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.engine.ports import Frame, Way
from tests import drawn
from tests.on_air import scene

pytest.importorskip("turbojpeg")
camera = pytest.importorskip("homeassistant.components.camera")

STORE = "verified_response/entry/cameras"
PATIENCE_S = 60.0  # a loaded machine starts Python slowly; nothing here is a measurement


class Porch(camera.Camera):
    """A camera whose stills take their time and whose stream is somewhere else."""

    _attr_name = "Porch"
    _attr_supported_features = camera.CameraEntityFeature.STREAM

    def __init__(
        self, name: str = "porch", *, url: str | None = None, takes_s: float = 0.4
    ) -> None:
        super().__init__()
        self.entity_id = f"camera.{name}"
        self.url = url
        self.takes_s = takes_s
        self.dead = False
        self.asked = 0
        self.asked_for_stream = 0

    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        self.asked += 1
        await asyncio.sleep(self.takes_s)
        return None if self.dead else drawn.jpeg(scene(self.asked % 50))

    async def stream_source(self) -> str | None:
        self.asked_for_stream += 1
        return self.url


async def add(hass: HomeAssistant, *entities: Any) -> None:
    """Bring the entities into the house."""
    assert await async_setup_component(hass, "camera", {})
    await hass.data[camera.DATA_COMPONENT].async_add_entities(list(entities))


def cameras(hass: HomeAssistant, **how: Any) -> HomeCameras:
    return HomeCameras(hass, store_key=STORE, **how)


async def look_until(
    looking: HomeCameras, source: str, wanted: Callable[[Frame], bool], *, gap_s: float = 0.02
) -> Frame:
    """Look as a burst does until a frame is as wanted."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if wanted(frame := await looking.still(source, timeout_s=5)):
                return frame
        except CouldNotLook:
            pass
        assert time.monotonic() < deadline, looking.measured
        await asyncio.sleep(gap_s)


def by_stream(frame: Frame) -> bool:
    return frame.way is Way.STREAM


def by_snapshot(frame: Frame) -> bool:
    return frame.way is Way.SNAPSHOT


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - processes end without telling an event
            await asyncio.sleep(0.01)


def pids(looking: HomeCameras, sources: Iterable[str]) -> list[int]:
    """The reader processes that run now."""
    found = [looking._streams.of(source).pid for source in sources]
    return [pid for pid in found if pid is not None]


def readers() -> list[int]:
    """Every reader process that this process has started and that runs."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes()
        except OSError, ValueError:
            continue
        if parent == os.getpid() and b"streams" in command:
            found.append(int(folder.name))
    return found


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
