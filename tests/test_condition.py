"""Conditions of our own, in real automations; unknown is never true."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.helpers import condition
from homeassistant.util import dt as dt_util

from custom_components.verified_response.condition import CONDITIONS
from tests.automations import automation
from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import House, empty_house, house  # noqa: F401 - fixtures

from .test_trigger import burgle

LEVEL = {"entity_id": "sensor.home_alarm_level"}
INCIDENT = {"entity_id": "sensor.home_incident"}
CHAIN = {"entity_id": "binary_sensor.home_chain_ready"}


async def asked(house: House, name: str, target: dict[str, Any], **options: Any) -> Any:
    """Return a question that an automation with this condition answers."""
    ran = await automation(
        house.hass,
        triggers=[{"trigger": "event", "event_type": "ask"}],
        conditions=[
            {"condition": f"verified_response.{name}", "target": target, "options": options}
        ],
    )

    async def ask() -> bool:
        before = len(ran)
        house.hass.bus.async_fire("ask")
        await house.settle()
        return len(ran) > before

    return ask


async def test_a_level(house: House) -> None:
    at_two = await asked(house, "is_verified", LEVEL)
    assert not await at_two(), "nothing is open: the level is unknown"
    await house.arm()
    await house.trip("kitchen_window")
    assert house.level == "1"
    assert not await at_two()
    house.detector.will_see(0.8, frames=40)
    await house.trip("hall_motion")
    assert await at_two()
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert not await at_two()


async def test_a_higher_level(house: House) -> None:
    at_four = await asked(house, "is_verified", LEVEL, level=4)
    await burgle(house)
    assert not await at_four()
    await house.act("confirm_incident", threat="life")
    assert await at_four()
    house.expect_shared(len(house.center.created))


async def test_a_level_that_has_lasted(house: House) -> None:
    for_a_minute = await asked(house, "is_verified", LEVEL, **{"for": {"minutes": 1}})
    await burgle(house)
    assert not await for_a_minute()
    later = dt_util.utcnow() + timedelta(seconds=61)
    with patch.object(condition.dt_util, "utcnow", return_value=later):
        assert await for_a_minute()


async def test_an_open_incident(house: House) -> None:
    is_open = await asked(house, "is_incident_open", INCIDENT)
    assert not await is_open()
    await burgle(house)
    assert await is_open()
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert not await is_open()


@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_what_is_hidden_is_not_open(house: House, behavior: str) -> None:
    is_open = await asked(house, "is_incident_open", INCIDENT, behavior=behavior)
    await house.act("report_distress", kind="police", silent=True)
    house.expect_shared()
    assert not await is_open()


@pytest.mark.parametrize("behavior", ["any", "all"])
@pytest.mark.parametrize("state", ["unknown", "unavailable"])
@pytest.mark.parametrize(
    ("name", "target"),
    [("is_verified", LEVEL), ("is_incident_open", INCIDENT), ("is_chain_ready", CHAIN)],
)
async def test_unknown_is_never_true(
    house: House, name: str, target: dict[str, str], state: str, behavior: str
) -> None:
    ask = await asked(house, name, target, behavior=behavior)
    house.hass.states.async_set(target["entity_id"], state)
    assert not await ask()


async def test_the_way_to_the_responders(house: House) -> None:
    is_ready = await asked(house, "is_chain_ready", CHAIN)
    ready = house.state(CHAIN["entity_id"]).state == "on"
    assert await is_ready() is ready
    house.hass.states.async_set(CHAIN["entity_id"], "on")
    assert await is_ready()
    house.hass.states.async_set(CHAIN["entity_id"], "off")
    assert not await is_ready()


def test_there_is_one_of_each_that_the_design_names() -> None:
    assert set(CONDITIONS) == {"is_verified", "is_incident_open", "is_chain_ready"}
