"""A watched yard and house, armed."""

from collections.abc import AsyncIterator

import pytest

from .kit import Yard


@pytest.fixture
async def yard() -> AsyncIterator[Yard]:
    """One camera inside, one outside, disarmed."""
    made = Yard()
    await made.start()
    yield made
    await made.stop()
