"""A running engine for each test, and cameras that need no rest between frames."""

from collections.abc import AsyncIterator

import pytest

from custom_components.verified_response.engine.looking import watch

from .rig import Rig


@pytest.fixture(autouse=True)
def _no_rest_between_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FRAME_INTERVAL_S", 0.0)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    made = await Rig().start()
    yield made
    await made.stop()
