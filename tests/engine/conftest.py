"""A running engine for each test."""

from collections.abc import AsyncIterator

import pytest

from .rig import Rig


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = await Rig().start()
    yield made
    await made.stop()
