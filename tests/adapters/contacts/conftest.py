"""A Home Assistant with one way of each kind to a person."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from homeassistant.config_entries import ConfigFlow
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import mock_config_flow

from .ways import HOUSE, Ways


@pytest.fixture
async def ways(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[Ways]:
    """Everything set up and working."""
    hass.config.config_dir = str(tmp_path)
    with mock_config_flow(HOUSE, ConfigFlow):
        yield await Ways(hass).set_up()
