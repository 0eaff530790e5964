"""An ear for every test."""

from collections.abc import Iterator

import pytest
from homeassistant.core import HomeAssistant

from .kit import Ear


@pytest.fixture
def ear(hass: HomeAssistant) -> Iterator[Ear]:
    made = Ear(hass)
    yield made
    made.end()
