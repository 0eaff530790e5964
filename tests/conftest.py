"""What every test may rely on: our integration is found, ../shared is optional, sockets are for real tests only."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_socket

import custom_components  # noqa: F401 - ours, before the plug-in's own of the same name

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.scenarios.conftest import House

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("VERIFIED_RESPONSE_SHARED") or ROOT.parent / "shared")
WITHOUT_SHARED = "needs the extra material in ../shared (models, clips, pictures), which is not beside this checkout"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked `shared` where there is no such folder."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason=WITHOUT_SHARED))


@pytest.fixture
def hass(hass):
    """The plug-in's Home Assistant, which also finds custom_components/ (and only tests that ask for it pay)."""
    from homeassistant import loader

    hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
    return hass


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of extra material; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(WITHOUT_SHARED)
    return SHARED


@pytest.fixture(autouse=True)
def _sockets_of_real_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests marked `real` may talk to this machine; all others open no socket at all."""
    if request.node.get_closest_marker("real") is None:
        yield
        return
    pytest_socket.enable_socket()
    yield
    pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture
async def empty_house(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[House]:
    """The house of the scenarios, which the test sets up itself; only tests that ask for it pay."""
    from homeassistant.setup import async_setup_component

    from tests.scenarios.conftest import House

    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, "homeassistant", {})
    kit = House(hass)
    yield kit
    await kit.close()


@pytest.fixture
async def house(empty_house: House) -> House:
    """The same, set up, disarmed and quiet."""
    await empty_house.set_up()
    return empty_house
