"""The house of the scenarios, with Home Assistant's automations made of our blueprints."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.conftest import House

from .kit import Automations


@pytest.fixture
async def automations(
    empty_house: House,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Automations]:
    """Make automations of blueprints; whatever they log as an error fails the test."""
    kit = Automations(empty_house)
    yield kit
    await kit.stop()
    assert not kit.complaints(caplog.get_records("call"))
