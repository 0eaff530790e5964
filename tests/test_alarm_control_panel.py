"""The panel of an area."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

import pytest
from homeassistant.components.alarm_control_panel import AlarmControlPanelEntityFeature
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError

from tests.fakes.config_entry import part
from tests.scenarios.conftest import House, empty_house, house  # noqa: F401 - fixtures


async def test_what_it_offers(house: House) -> None:
    attributes = house.state("alarm_control_panel.house").attributes
    assert attributes["supported_features"] == (
        AlarmControlPanelEntityFeature.ARM_AWAY
        | AlarmControlPanelEntityFeature.ARM_HOME
        | AlarmControlPanelEntityFeature.ARM_NIGHT
    )
    assert attributes["code_format"] == "number"
    assert attributes["code_arm_required"] is False


@pytest.mark.parametrize("mode", ["away", "home", "night"])
async def test_arming_runs_the_exit_delay_first(house: House, mode: str) -> None:
    await house.arm(mode, wait=44)
    assert house.panel == "arming"
    await house.wait(1)
    assert house.panel == f"armed_{mode}"


async def test_interior_zones_sleep_when_armed_home(house: House) -> None:
    await house.arm("home")
    await house.trip("hall_motion")
    assert house.panel == "armed_home"
    await house.trip("kitchen_window")
    assert house.panel == "triggered"


async def test_an_open_window_is_named_when_arming_is_refused(house: House) -> None:
    await house.trip("kitchen_window")
    with pytest.raises(ServiceValidationError) as refused:
        await house.arm()
    assert refused.value.translation_key == "area_not_ready"
    assert refused.value.translation_placeholders == {"zones": "Kitchen window"}


@pytest.mark.parametrize(
    ("code", "key"), [("0000", "code_wrong"), ("", "code_required"), ("four", "code_wrong")]
)
async def test_a_wrong_code_is_refused_and_noted_but_not_kept(
    house: House, code: str, key: str
) -> None:
    await house.arm()
    with pytest.raises(ServiceValidationError) as refused:
        await house.disarm(code)
    assert refused.value.translation_key == key
    assert refused.value.translation_domain == "verified_response"
    assert house.panel == "armed_away"
    noted = await house.journal("WrongCode")
    assert len(noted) == (key == "code_wrong")
    assert all(code not in str(item.payload) for item in noted)


async def test_the_person_who_disarmed_is_named(house: House) -> None:
    await house.arm()
    await house.disarm()
    assert house.state("alarm_control_panel.house").attributes["changed_by"] == "Ada"
    disarmed = (await house.journal("AreaDisarmed"))[-1]
    assert disarmed.payload["by"] == "contact:ada"


async def test_without_any_code_none_is_asked_for(empty_house: House, hass_admin_user) -> None:
    house = empty_house
    await house.set_up(more=[part("contact", "Ada", role="owner", notify="notify.ada")])
    assert house.state("alarm_control_panel.house").attributes["code_format"] is None
    await house.arm()
    await house.hass.services.async_call(
        "alarm_control_panel",
        "alarm_disarm",
        {"entity_id": "alarm_control_panel.house"},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    await house.settle()
    assert house.panel == "disarmed"
    disarmed = (await house.journal("AreaDisarmed"))[-1]
    assert disarmed.payload["by"] == f"user:{hass_admin_user.id}"
