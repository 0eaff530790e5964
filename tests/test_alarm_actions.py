"""Arming by action, zones left out, failures heard, the walk test, false alarms forgotten."""

from dataclasses import replace
from typing import Any

import pytest
import voluptuous as vol
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.premises import Area, ArmMode
from custom_components.verified_response.core.state import Outcome
from tests.fakes.config_entry import OWNER_CODE, part
from tests.fakes.news import tell
from tests.scenarios.conftest import House

PANEL = "alarm_control_panel.house"


async def refused(house: House, action: str, **fields: Any) -> str:
    """Call an action that is refused; return why."""
    with pytest.raises(ServiceValidationError) as failed:
        await house.act(action, **fields)
    await house.settle()
    assert failed.value.translation_domain == "verified_response"
    return failed.value.translation_key or ""


def bypassed(house: House) -> list[str]:
    return house.state(PANEL).attributes["bypassed"]


@pytest.mark.parametrize("mode", list(ArmMode))
async def test_arming_runs_the_exit_delay(house: House, mode: ArmMode) -> None:
    told = await house.act("arm", panel=PANEL, mode=mode)
    assert told["phase"] == house.panel == "arming"
    assert told["until"] > house.clock.now().isoformat()
    await house.wait(45)
    assert house.panel == f"armed_{mode}"


async def test_from_outside_it_is_armed_at_once(house: House) -> None:
    told = await house.act("arm", mode="away", skip_exit_delay=True)
    assert told == {"phase": "armed", "until": None, "bypassed": []}
    assert house.panel == "armed_away"


@pytest.mark.parametrize("name", ["Kitchen window", "binary_sensor.kitchen_window"])
async def test_an_open_zone_can_be_left_out(house: House, name: str) -> None:
    await house.trip("kitchen_window")
    told = await house.act("arm", mode="away", skip_exit_delay=True, bypass=name)
    assert told["bypassed"] == bypassed(house) == ["Kitchen window"]
    await house.clear("kitchen_window")
    await house.trip("kitchen_window")
    assert house.panel == "armed_away"
    await house.trip("hall_motion")
    assert house.panel == "triggered"


async def test_a_person_hears_which_zone_is_open(house: House, hass_admin_user) -> None:
    await house.trip("kitchen_window")
    with pytest.raises(ServiceValidationError) as failed:
        await house.act("arm", mode="away", context=Context(user_id=hass_admin_user.id))
    assert failed.value.translation_placeholders == {"zones": "Kitchen window"}


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"panel": "alarm_control_panel.other"}, "panel_not_configured"),
        ({"panel": "sensor.home_incident"}, "panel_not_configured"),
        ({"bypass": ["Attic"]}, "zone_not_configured"),
        ({"bypass": ["Smoke"]}, "zone_always_on"),
    ],
)
async def test_what_cannot_be_armed_so(house: House, fields: dict[str, Any], key: str) -> None:
    assert await refused(house, "arm", mode="away", **fields) == key
    assert house.panel == "disarmed"


async def test_what_protects_is_not_thinned_out_by_arming_anew(house: House) -> None:
    """Arming asks no code, so it must not be a way around one."""
    await house.arm()
    assert await refused(house, "arm", mode="home", bypass=["Kitchen window"]) == (
        "bypass_while_armed"
    )
    assert bypassed(house) == []


async def test_with_several_areas_the_panel_must_be_named(empty_house: House) -> None:
    house = empty_house
    await house.set_up(more=[part("area", "Garage")])
    assert await refused(house, "arm", mode="away") == "several_areas"
    await house.act("arm", mode="away", panel="alarm_control_panel.garage", skip_exit_delay=True)
    assert house.state("alarm_control_panel.garage").state == "armed_away"
    assert house.panel == "disarmed"


async def test_a_linked_area_is_armed_by_its_own_panel(house: House) -> None:
    desk = house.entry.runtime_data.desk
    linked = Area(id="house", name="House", panel="alarm_control_panel.alarmo")
    desk.show(premises=replace(desk.premises, areas={"house": linked}))
    with pytest.raises(ServiceValidationError) as failed:
        await house.act("arm", mode="away")
    assert failed.value.translation_key == "area_is_linked"
    assert failed.value.translation_placeholders == {"panel": "alarm_control_panel.alarmo"}
    assert "alarm_control_panel.alarmo" in str(failed.value)
    with pytest.raises(ServiceValidationError) as failed:
        await house.disarm(OWNER_CODE)
    assert failed.value.translation_key == "area_is_linked"


async def test_the_shape_of_a_mode(house: House) -> None:
    with pytest.raises(vol.Invalid):
        await house.act("arm", mode="custom")


async def test_a_zone_is_left_out_while_armed_and_counts_again(house: House) -> None:
    await house.arm()
    await house.act("bypass_zone", zone="Kitchen window")
    assert bypassed(house) == ["Kitchen window"]
    await house.act("bypass_zone", zone="binary_sensor.kitchen_window", bypassed=False)
    assert bypassed(house) == []
    await house.trip("kitchen_window")
    assert house.panel == "triggered"


@pytest.mark.parametrize(
    ("zone", "key"),
    [
        ("Kitchen window", "area_not_armed"),
        ("Attic", "zone_not_configured"),
        ("Smoke", "zone_always_on"),
        ("Gas", "zone_always_on"),
        ("Cellar", "zone_not_in_area"),
    ],
)
async def test_what_cannot_be_left_out(empty_house: House, zone: str, key: str) -> None:
    shape = {"areas": [], "cameras": [], "forced_entry": False}
    gas = part("zone", "Gas", **shape, entity_id="binary_sensor.gas", type="carbon_monoxide")
    cellar = part("zone", "Cellar", **shape, entity_id="binary_sensor.cellar", type="perimeter")
    await empty_house.set_up(more=[gas, cellar])
    assert await refused(empty_house, "bypass_zone", zone=zone) == key


@pytest.mark.parametrize("fields", [{}, {"panel": PANEL}])
async def test_a_failed_arming_is_told_until_it_is_heard(
    house: House, fields: dict[str, str]
) -> None:
    """Failure class 3: arm fails after the owner left."""
    await house.trip("kitchen_window")
    assert await refused(house, "arm", mode="away") == "area_not_ready"
    assert house.state(PANEL).attributes["arm_failed"] == ["Kitchen window"]
    told = len(house.pushes)
    await house.wait(301)
    assert len(house.pushes) > told > 0
    await house.act("acknowledge", **fields)
    assert house.state(PANEL).attributes["arm_failed"] is None
    told = len(house.pushes)
    await house.wait(3600)
    assert len(house.pushes) == told


@pytest.mark.parametrize("fields", [{}, {"panel": PANEL}])
async def test_nothing_to_hear(house: House, fields: dict[str, str]) -> None:
    assert await refused(house, "acknowledge", **fields) == "no_failure"


async def test_a_walk_test_says_what_each_zone_would_have_done(house: House) -> None:
    told = await house.act("start_walk_test")
    assert told["until"] > house.clock.now().isoformat()
    for name in ("front_door", "kitchen_window", "porch_motion", "smoke", "panic_button"):
        await house.trip(name)
    assert house.panel == "disarmed"
    assert not house.pushes
    assert not house.sirens
    assert await refused(house, "arm", mode="away") == "walk_test_running"
    assert await house.act("end_walk_test") == {
        "tried": {
            "Front door": "entry_delay",
            "Kitchen window": "alarm_at_once",
            "Porch motion": "early_warning",
            "Smoke": "fire",
            "Panic button": "panic",
        },
        "missing": ["Hall motion"],
    }
    assert await refused(house, "end_walk_test") == "no_walk_test"


async def test_no_walk_test_while_something_protects(house: House) -> None:
    await house.arm()
    assert await refused(house, "start_walk_test") == "walk_test_needs_disarmed"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Kitchen window", "kitchen_window"),
        ("binary_sensor.kitchen_window", "kitchen_window"),
        ("Hall", "hall"),
        ("camera.hall", "hall"),
    ],
)
async def test_what_was_mended_is_not_held_against_it(house: House, name: str, key: str) -> None:
    desk = house.entry.runtime_data.desk
    false = (Outcome(at=house.clock.now(), false=True),)
    history = {"kitchen_window": false, "hall": false}
    desk.show(state=replace(desk.state, history=history))
    await house.act("forget_false_alarms", zone_or_camera=name)
    assert set(desk.state.history) == set(history) - {key}


async def test_only_zones_and_cameras_have_a_history(house: House) -> None:
    key = await refused(house, "forget_false_alarms", zone_or_camera="Front lock")
    assert key == "zone_or_camera_unknown"


async def test_two_areas_that_failed_are_heard_at_once(empty_house: House) -> None:
    house = empty_house
    await house.set_up(more=[part("area", "Garage")])
    for area in ("house", "garage"):
        await tell(house, ev.ArmingFailed(area_id=area, mode=ArmMode.AWAY, zones=(), by="owner"))
    await house.act("acknowledge")
    for area in ("house", "garage"):
        shown = house.state(f"alarm_control_panel.{area}").attributes
        assert shown["arm_failed"] is None
