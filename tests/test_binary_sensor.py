"""Troubles and sightings."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.signals import TroubleKind
from custom_components.verified_response.engine.feed import CameraLook
from tests.fakes.news import tell
from tests.scenarios.conftest import House


async def _person_seen(house: House) -> None:
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("hall_motion")
    assert house.state("binary_sensor.hall_person").state == "on"
    assert house.state("binary_sensor.hall_blind").state == "off"


async def test_a_look_says_nothing_about_later(house: House) -> None:
    await _person_seen(house)
    house.clock.tick(31)  # nothing of ours happens meanwhile but the passing of time
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=32))
    await house.settle()
    assert house.state("binary_sensor.hall_person").state == "unknown"
    assert house.state("binary_sensor.hall_blind").state == "unknown"


async def test_nobody_looks_while_nothing_is_armed(house: House) -> None:
    await house.trip("hall_motion")
    assert not house.camera.asked
    assert house.state("binary_sensor.hall_person").state == "unknown"


@pytest.mark.parametrize(
    ("zone", "state", "ready"),
    [
        ("kitchen_window", "on", "off"),
        ("kitchen_window", "unavailable", "unknown"),
        ("kitchen_window", "unknown", "unknown"),
        ("front_door", "on", "on"),
        ("hall_motion", "on", "on"),
    ],
)
async def test_ready_to_arm(house: House, zone: str, state: str, ready: str) -> None:
    assert house.state("binary_sensor.home_ready_to_arm").state == "on"
    await house.sensor(zone, state)
    assert house.state("binary_sensor.home_ready_to_arm").state == ready


def ready(house: House) -> tuple[str, dict[str, str], dict[str, bool | None]]:
    shown = house.state("binary_sensor.home_ready_to_arm")
    return shown.state, shown.attributes["not_ready"], shown.attributes["ready_for"]


ALL_MODES = dict.fromkeys(("away", "home", "night", "vacation"), True)


@pytest.mark.parametrize(
    ("state", "reason", "answer"),
    [("on", "open", False), ("unavailable", "not_reporting", None)],
)
async def test_what_is_not_ready_is_named(
    house: House, state: str, reason: str, answer: bool | None
) -> None:
    assert ready(house) == ("on", {}, ALL_MODES)
    await house.sensor("kitchen_window", state)
    _, not_ready, ready_for = ready(house)
    assert not_ready == {"Kitchen window": reason}
    assert ready_for == dict.fromkeys(ALL_MODES, answer)


async def test_a_zone_holds_up_only_the_modes_in_which_it_counts(house: House) -> None:
    desk = house.entry.runtime_data.desk
    window = replace(desk.premises.zones["kitchen_window"], modes=frozenset({ArmMode.NIGHT}))
    desk.show(
        premises=replace(desk.premises, zones={**desk.premises.zones, "kitchen_window": window})
    )
    await house.sensor("kitchen_window", "on")
    assert ready(house) == ("on", {"Kitchen window": "open"}, ALL_MODES | {"night": False})


async def test_a_zone_that_is_left_out_holds_up_nothing(house: House) -> None:
    await house.sensor("kitchen_window", "on")
    await tell(
        house,
        ev.AreaArmed(area_id="house", mode=ArmMode.AWAY, by="o", bypassed=("kitchen_window",)),
    )
    assert ready(house) == ("on", {}, ALL_MODES)


async def test_a_door_may_be_open_while_people_leave_but_has_to_report(house: House) -> None:
    await house.sensor("front_door", "unavailable")
    assert ready(house)[:2] == ("unknown", {"Front door": "not_reporting"})
    await house.sensor("front_door", "on")
    assert ready(house)[:2] == ("on", {})
    desk = house.entry.runtime_data.desk
    at_once = replace(desk.premises.policy, exit_delay_s=0)
    desk.show(premises=replace(desk.premises, policy=at_once))
    await house.settle()
    assert ready(house)[:2] == ("off", {"Front door": "open"})


async def test_what_another_panel_arms_is_not_ours_to_be_ready(house: House) -> None:
    await house.sensor("kitchen_window", "on")
    desk = house.entry.runtime_data.desk
    linked = replace(desk.premises.areas["house"], panel="alarm_control_panel.alarmo")
    desk.show(premises=replace(desk.premises, areas={"house": linked}))
    await house.settle()
    assert ready(house) == ("on", {}, ALL_MODES)


async def test_trouble_of_sensors_is_no_alarm_and_named(house: House) -> None:
    def shown() -> tuple[str, dict[str, list[str]]]:
        state = house.state("binary_sensor.home_sensor_trouble")
        return state.state, state.attributes["zones"]

    assert shown() == ("off", {})
    for kind in (TroubleKind.LOW_BATTERY, TroubleKind.OFFLINE):
        await tell(house, ev.TroubleChanged(zone_id="kitchen_window", kind=kind, on=True))
    assert shown() == ("on", {"Kitchen window": ["low_battery", "offline"]})
    for kind in (TroubleKind.LOW_BATTERY, TroubleKind.OFFLINE):
        await tell(house, ev.TroubleChanged(zone_id="kitchen_window", kind=kind, on=False))
    assert shown() == ("off", {})
    await tell(house, ev.TroubleChanged(zone_id="gone", kind=TroubleKind.TAMPER, on=True))
    assert shown() == ("off", {})
    assert house.panel == "disarmed"


async def test_chain_ready_follows_the_test(house: House) -> None:
    assert house.state("binary_sensor.home_chain_ready").state == "on"
    assert house.state("sensor.city_desk_status").state == "ready"
    house.center.unreachable = "unreachable"
    await house.hass.services.async_call(
        "button", "press", {"entity_id": "button.home_test_chain"}, blocking=True
    )
    await house.settle()
    assert house.state("binary_sensor.home_chain_ready").state == "off"
    assert house.state("sensor.city_desk_status").state == "unreachable"
    assert "responder_unreachable" in house.issues
    house.center.unreachable = None
    await house.wait(901)
    assert house.state("binary_sensor.home_chain_ready").state == "on"
    assert "responder_unreachable" not in house.issues


@pytest.mark.parametrize(
    ("state", "shown"),
    [("unavailable", "on"), ("unknown", "unknown"), ("jammed", "off"), ("locked", "off")],
)
async def test_a_lock_that_is_not_there(house: House, state: str, shown: str) -> None:
    house.hass.states.async_set("lock.front", state)
    await house.settle()
    assert house.state("binary_sensor.front_lock_unreachable").state == shown


def show(house: House, **look: Any) -> None:
    desk = house.entry.runtime_data.desk
    shown = CameraLook(**{"at": house.clock.now(), "detection": None, "reason": None, **look})
    desk.show(cameras={"hall": shown})


@pytest.mark.parametrize(
    ("look", "person", "blind"),
    [
        ({"person": True}, "on", "off"),
        ({"person": False}, "off", "off"),
        ({"person": None}, "unknown", "off"),
        ({"person": None, "reason": "camera_no_picture"}, "unknown", "off"),
        ({"person": None, "blind": "camera_frozen"}, "unknown", "on"),
        ({"person": True, "blind": "camera_frozen"}, "unknown", "on"),
    ],
)
async def test_blind_is_never_nobody_there(
    house: House, look: dict[str, Any], person: str, blind: str
) -> None:
    show(house, **look)
    await house.settle()
    assert house.state("binary_sensor.hall_person").state == person
    assert house.state("binary_sensor.hall_blind").state == blind
    assert house.state("binary_sensor.porch_person").state == "unknown"
    assert house.state("binary_sensor.hall_blind").attributes["reason"] == look.get("blind")


async def test_what_they_say_about_people_is_the_state_alone(house: House) -> None:
    show(house, person=True, picture=b"a picture", count=2)
    await house.settle()
    attributes = set(house.state("binary_sensor.hall_person").attributes)
    assert attributes == {"device_class", "friendly_name"}
    blind = house.hass.data["binary_sensor"].get_entity("binary_sensor.hall_blind")
    assert "reason" in blind._Entity__combined_unrecorded_attributes
