"""Buttons for people."""

import pytest
from homeassistant.exceptions import ServiceValidationError

from tests.fakes.config_entry import part
from tests.scenarios.conftest import House


async def press(house: House, name: str) -> None:
    await house.hass.services.async_call(
        "button", "press", {"entity_id": f"button.home_{name}"}, blocking=True
    )
    await house.settle()


@pytest.mark.parametrize("kind", ["panic", "medical", "fire"])
async def test_calls_for_help_leave_at_once(house: House, kind: str) -> None:
    await press(house, kind)
    house.expect_shared()
    assert house.center.created[0][1].incident.kind == kind


async def test_confirm(house: House) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await press(house, "confirm")
    assert refused.value.translation_key == "no_incident_open"
    await house.arm()
    await house.trip("kitchen_window")
    await press(house, "confirm")
    assert house.level == "3"
    await house.wait(15)
    house.expect_shared()


async def test_a_false_alarm_needs_a_code_that_no_button_can_type(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    with pytest.raises(ServiceValidationError) as refused:
        await press(house, "false_alarm")
    assert refused.value.translation_key == "code_required"
    assert house.stage == "abort_window"


async def test_a_false_alarm_where_nobody_has_a_code(empty_house: House) -> None:
    await empty_house.set_up(more=[part("contact", "Ada", role="owner")])
    await empty_house.arm()
    await empty_house.trip("kitchen_window")
    await press(empty_house, "false_alarm")
    assert empty_house.stage == "cancelled"
    assert empty_house.panel == "armed_away"
