"""A real Home Assistant for the tests of this folder; every process that is started is ended."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from sandbox.demo.desk_process import DeskProcess
from sandbox.real_home import RealHome
from tests.real.road import Road
from tests.real.zwave_server import keypad, zwave_packages, zwave_server

__all__ = [
    "keypad",
    "police_desk",
    "real_home",
    "road",
    "start_home",
    "zwave_packages",
    "zwave_server",
]

type StartHome = Callable[..., Awaitable[RealHome]]


@pytest.fixture
async def start_home(tmp_path: Path) -> AsyncIterator[StartHome]:
    """Start homes on request; options are those of RealHome, `name` makes a second one."""
    homes: list[RealHome] = []

    async def start(name: str = "home", **options: object) -> RealHome:
        home = RealHome(tmp_path / name, **options)
        homes.append(home)
        await home.start()
        return home

    yield start
    for home in homes:
        await home.stop()


@pytest.fixture
async def real_home(start_home: StartHome) -> RealHome:
    """A running home with the product and the demo house, nothing set up yet."""
    return await start_home()


@pytest.fixture
async def police_desk(tmp_path: Path) -> AsyncIterator[DeskProcess]:
    """A running sandbox desk."""
    desk = DeskProcess(tmp_path)
    await desk.start()
    yield desk
    await desk.stop()


@pytest.fixture
async def road(police_desk: DeskProcess) -> AsyncIterator[Road]:
    """The road to the running desk."""
    async with Road.built(police_desk.url) as built:
        police_desk.url = built.url  # where a home is told to find it
        yield built
