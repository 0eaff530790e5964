"""Assist in tests: skipped where the two packages that it imports to listen could not be built."""

from typing import TYPE_CHECKING

import pytest

from tests.scenarios.conftest import House

if TYPE_CHECKING:
    from .kit import Assist

SATELLITE = "assist_satellite.kitchen"
NEEDED = ("pymicro_vad", "pyspeex_noise")


@pytest.fixture
async def quiet_assist(empty_house: House) -> Assist:
    """Assist, and a house that the test sets up itself."""
    for package in NEEDED:
        pytest.importorskip(package, reason="Assist needs it, and it could not be built here")
    from .kit import assist_in

    return await assist_in(empty_house)


@pytest.fixture
async def assist(quiet_assist: Assist) -> Assist:
    """Assist in a house with a desk."""
    await quiet_assist.house.set_up()
    return quiet_assist
