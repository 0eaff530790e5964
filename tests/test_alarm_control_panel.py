"""The panel of an area."""

from dataclasses import replace

import pytest
from homeassistant.components.alarm_control_panel import AlarmControlPanelEntityFeature
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError

from custom_components.verified_response.action_call import is_attended
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.premises import ArmMode
from tests.fakes.config_entry import part
from tests.fakes.news import tell
from tests.scenarios.conftest import House


async def arm_as(house: House, context: Context) -> None:
    """Press *away* on the panel."""
    await house.hass.services.async_call(
        "alarm_control_panel",
        "alarm_arm_away",
        {"entity_id": "alarm_control_panel.house"},
        blocking=True,
        context=context,
    )
    await house.settle()


async def test_what_it_offers(house: House) -> None:
    attributes = house.state("alarm_control_panel.house").attributes
    assert attributes["supported_features"] == (
        AlarmControlPanelEntityFeature.ARM_AWAY
        | AlarmControlPanelEntityFeature.ARM_HOME
        | AlarmControlPanelEntityFeature.ARM_NIGHT
        | AlarmControlPanelEntityFeature.ARM_VACATION
    )
    assert attributes["code_format"] == "number"
    assert attributes["code_arm_required"] is False


@pytest.mark.parametrize("mode", ["away", "home", "night", "vacation"])
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


async def test_an_open_window_is_named_when_arming_is_refused(
    house: House, hass_admin_user
) -> None:
    await house.trip("kitchen_window")
    with pytest.raises(ServiceValidationError) as refused:
        await arm_as(house, Context(user_id=hass_admin_user.id))
    assert refused.value.translation_key == "area_not_ready"
    assert refused.value.translation_placeholders == {"zones": "Kitchen window"}
    assert house.panel == "disarmed"


async def test_what_an_automation_cannot_arm_is_told_to_people(house: House) -> None:
    """Failure class 3: people may have left by then, so it is told until somebody hears it."""
    await house.trip("kitchen_window")
    with pytest.raises(ServiceValidationError) as refused:
        await arm_as(house, Context(parent_id="a trigger"))
    assert refused.value.translation_key == "area_not_ready"
    await house.settle()
    assert house.panel == "disarmed"
    assert house.state("alarm_control_panel.house").attributes["arm_failed"] == ["Kitchen window"]
    assert len(house.pushes) == 1


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


@pytest.mark.parametrize(
    ("context", "attended"),
    [
        (None, False),
        (Context(), False),
        (Context(user_id="ada"), True),
        (Context(user_id="ada", parent_id="trigger"), False),
        (Context(parent_id="trigger"), False),
    ],
)
def test_only_a_person_who_acts_now_is_there(context: Context | None, attended: bool) -> None:
    assert is_attended(context) is attended


async def armed_by(house: House, context: Context) -> bool:
    """Say what the journal keeps of whether somebody may still be inside."""
    await arm_as(house, context)
    return (await house.journal("AreaArming"))[-1].payload["attended"]


async def test_whoever_arms_by_hand_may_still_be_inside(house: House, hass_admin_user) -> None:
    assert await armed_by(house, Context(user_id=hass_admin_user.id)) is True
    assert house.panel == "arming"


async def test_an_automation_does_not_know_who_is_inside(house: House) -> None:
    assert await armed_by(house, Context(parent_id="a trigger")) is False


async def test_zones_left_out_are_named(house: House) -> None:
    assert house.state("alarm_control_panel.house").attributes["bypassed"] == []
    await tell(
        house,
        ev.AreaArmed(
            area_id="house", mode=ArmMode.AWAY, by="owner", bypassed=("kitchen_window", "gone")
        ),
    )
    shown = house.state("alarm_control_panel.house")
    assert shown.state == "armed_away"
    assert shown.attributes["bypassed"] == ["Kitchen window", "gone"]
    await tell(
        house, ev.ZoneBypassed(area_id="house", zone_id="kitchen_window", on=False, by="owner")
    )
    assert house.state("alarm_control_panel.house").attributes["bypassed"] == ["gone"]


async def test_what_kept_it_from_arming_is_named_until_somebody_heard_it(house: House) -> None:
    """Failure class 3: arm fails after the owner left."""
    assert house.state("alarm_control_panel.house").attributes["arm_failed"] is None
    await tell(
        house,
        ev.ArmingFailed(area_id="house", mode=ArmMode.AWAY, zones=("kitchen_window",), by="owner"),
    )
    shown = house.state("alarm_control_panel.house")
    assert shown.state == "disarmed"
    assert shown.attributes["arm_failed"] == ["Kitchen window"]
    await tell(house, ev.FailureAcknowledged(area_id="house", by="owner"))
    assert house.state("alarm_control_panel.house").attributes["arm_failed"] is None


async def test_a_linked_area_names_the_panel_that_arms_it(house: House) -> None:
    assert "linked_panel" not in house.state("alarm_control_panel.house").attributes
    desk = house.entry.runtime_data.desk
    linked = replace(desk.premises.areas["house"], panel="alarm_control_panel.alarmo")
    desk.show(premises=replace(desk.premises, areas={"house": linked}))
    await house.settle()
    shown = house.state("alarm_control_panel.house").attributes
    assert shown["linked_panel"] == "alarm_control_panel.alarmo"
