"""Sensors of the premises and of each responder."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.state import Outcome
from tests.fakes.config_entry import OWNER_CODE, RESPONDER, part
from tests.fakes.news import tell
from tests.scenarios.conftest import House


async def test_a_quiet_house(house: House) -> None:
    assert house.level == "unknown"
    assert house.stage == "none"
    assert house.state("sensor.home_outbox").state == "0"
    assert house.state("sensor.home_active_grants").state == "0"
    assert house.state("sensor.home_last_false_alarm").state == "unknown"
    assert house.state("sensor.home_detector").state == "onnx"
    assert house.state("sensor.city_desk_status").state == "ready"


async def test_stages_in_order(house: House) -> None:
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    seen = [house.stage]
    await house.trip("front_door")
    seen.append(house.stage)
    await house.wait(30)
    seen.append(house.stage)
    await house.trip("hall_motion")
    await house.wait(15)
    seen.append(house.stage)
    await house.tap("confirm")
    house.expect_shared()
    seen.append(house.stage)
    await house.disarm()
    seen.append(house.stage)
    assert seen == [
        "none", "entry_delay", "abort_window", "awaiting_confirmation", "shared", "closed",
    ]  # fmt: skip
    await house.arm(wait=0)
    assert house.stage == "none"


async def test_a_false_alarm_is_remembered(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert house.stage == "cancelled"
    assert house.state("sensor.home_last_false_alarm").state != "unknown"


@pytest.mark.parametrize("mode", ["off", "exercise"])
async def test_a_responder_by_mode(empty_house: House, mode: str) -> None:
    await empty_house.set_up(more=[part("responder", "City desk", **RESPONDER | {"mode": mode})])
    shown = empty_house.state("sensor.city_desk_status")
    assert shown.state == ("off" if mode == "off" else "ready")
    assert shown.state in shown.attributes["options"]
    assert (shown.attributes["mode"], shown.attributes["access"]) == (mode, "never")


async def test_a_responders_copy(house: House) -> None:
    await house.act("report_distress", kind="police")
    house.expect_shared()
    shown = house.state("sensor.city_desk_status")
    assert shown.state == "delivered"
    assert shown.attributes["incident_number"] == "EX-2026-000001"


async def test_frame_time_is_there_for_those_who_want_it(house: House) -> None:
    registry = er.async_get(house.hass)
    entity_id = registry.async_get_entity_id(
        "sensor", "verified_response", f"{house.entry.entry_id}_frame_time"
    )
    assert entity_id is not None
    entry = registry.async_get(entity_id)
    assert entry is not None
    assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    registry.async_update_entity(entity_id, disabled_by=None)
    await house.restart()
    assert house.state(entity_id).state == "unknown"
    desk = house.entry.runtime_data.desk
    desk.show(detector=replace(desk.feed.latest.detector, frame_ms=41.7))
    await house.settle()
    assert house.state(entity_id).state == "42"
    assert house.state(entity_id).attributes["unit_of_measurement"] == "ms"


def shown(house: House, entity_id: str, *names: str) -> tuple[str, dict[str, Any]]:
    state = house.state(entity_id)
    return state.state, {name: state.attributes[name] for name in names}


async def test_a_walk_test_shows_what_was_tried(house: House) -> None:
    names = ("tried", "missing", "until")
    off = ("off", {"tried": {}, "missing": [], "until": None})
    assert shown(house, "sensor.home_walk_test", *names) == off
    until = house.clock.now() + timedelta(minutes=30)
    await tell(
        house,
        ev.WalkTestStarted(until=until, by="owner"),
        ev.WalkTestNoted(zone_id="kitchen_window", would="alarm_at_once"),
    )
    state, attributes = shown(house, "sensor.home_walk_test", *names)
    assert state == "running"
    assert attributes == {
        "tried": {"Kitchen window": "alarm_at_once"},
        "missing": ["Front door", "Hall motion", "Porch motion", "Smoke", "Panic button"],
        "until": until,
    }
    await tell(house, ev.WalkTestEnded(by="owner"))
    assert shown(house, "sensor.home_walk_test", *names) == off


async def test_a_walk_test_ends_by_itself(house: House) -> None:
    await house.act("start_walk_test")
    assert house.state("sensor.home_walk_test").state == "running"
    await house.wait(1801)
    assert house.state("sensor.home_walk_test").state == "off"
    await house.arm()
    await house.trip("kitchen_window")
    assert house.panel == "triggered"


async def test_what_changes_often_is_not_recorded(house: House) -> None:
    for name in ("walk_test", "false_alarms"):
        entity = house.hass.data["sensor"].get_entity(f"sensor.home_{name}")
        unrecorded = entity._Entity__combined_unrecorded_attributes
        assert {"tried", "missing", "zones", "cameras"} <= unrecorded


def outcomes(house: House, *false: bool, days_ago: float = 0) -> tuple[Outcome, ...]:
    now: datetime = house.clock.now() - timedelta(days=days_ago)
    return tuple(
        Outcome(at=now - timedelta(minutes=count), false=item) for count, item in enumerate(false)
    )


async def test_false_alarms_are_counted_by_zone_and_camera(house: House) -> None:
    await house.settle()
    names = ("days", "zones", "cameras")
    desk = house.entry.runtime_data.desk
    history = {
        "kitchen_window": (
            *outcomes(house, True, days_ago=31),
            *outcomes(house, True, False, True, True),
        ),
        "hall": outcomes(house, True),  # the same alarm
        "front_door": outcomes(house, True, days_ago=30.5),  # counts no more
        "gone": (),
    }
    desk.show(state=replace(desk.state, history=history))
    await house.settle()
    assert shown(house, "sensor.home_false_alarms", *names) == (
        "3",
        {
            "days": 30,
            "zones": {"Kitchen window": {"false": 3, "true": 1, "rate": 0.75}},
            "cameras": {"Hall": {"false": 1, "true": 0, "rate": 1.0}},
        },
    )


async def test_a_dismissed_alarm_counts_for_its_zone(house: House) -> None:
    assert house.state("sensor.home_false_alarms").state == "0"
    await house.arm()
    await house.trip("kitchen_window")
    await house.act("dismiss_incident", code=OWNER_CODE)
    state, attributes = shown(house, "sensor.home_false_alarms", "zones")
    assert state == "1"
    assert attributes["zones"] == {"Kitchen window": {"false": 1, "true": 0, "rate": 1.0}}


async def test_a_restart_shows_the_blind_interval(house: House) -> None:
    """Failure class 1: restart, false trigger or blind."""
    await house.arm()
    before = house.clock.now()
    await house.restart(down=300)
    _, attributes = shown(house, "sensor.home_incident", "blind_from", "blind_until")
    assert attributes["blind_from"] <= before
    assert attributes["blind_until"] == house.clock.now()
    assert attributes["blind_until"] - attributes["blind_from"] >= timedelta(seconds=300)
    assert house.panel == "armed_away"


async def test_the_level_says_why(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    told = house.state("sensor.home_alarm_level").attributes
    assert told["reasons"] == ["detector_tripped"]
    assert (told["held_by"], told["lowered_by"], told["unknowns"]) == ([], [], [])


async def test_what_is_told_waits_for_the_end_of_the_entry_delay(house: House) -> None:
    await house.arm()
    await house.trip("front_door")
    assert house.level == "1"
    assert house.state("sensor.home_alarm_level").attributes["told_level"] is None
    assert house.state("sensor.home_incident").attributes["open_kinds"] == []
    await house.wait(30)
    assert house.state("sensor.home_alarm_level").attributes["told_level"] == 1
    assert house.state("sensor.home_incident").attributes["open_kinds"] == ["burglary"]


async def test_the_highest_level_of_several_incidents_is_shown(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    first = house.state("sensor.home_alarm_level").attributes["incident_id"]
    await tell(house, opened("i8", kind=IncidentKind.TAMPER), opened("i9", kind=IncidentKind.FIRE))
    shown = house.state("sensor.home_alarm_level")
    assert (shown.state, shown.attributes["incident_id"]) == ("1", first)
    assert house.state("sensor.home_incident").attributes["incident_id"] == "i9"
    assert house.state("sensor.home_incident").attributes["open_kinds"] == [
        "burglary",
        "fire",
        "tamper",
    ]


@pytest.mark.parametrize(
    "hidden", [{"covert": True}, {"silent": True}, {"kind": IncidentKind.DURESS}]
)
async def test_hidden_calls_are_in_no_attribute(house: House, hidden: dict[str, Any]) -> None:
    await tell(house, opened("i7", **hidden))
    assert "told_level" not in house.state("sensor.home_alarm_level").attributes
    assert house.state("sensor.home_incident").attributes["open_kinds"] == []


def opened(incident_id: str, **changes: Any) -> ev.IncidentOpened:
    known = {"kind": IncidentKind.BURGLARY, "stage": Stage.VERIFYING, "until": None, "areas": ()}
    return ev.IncidentOpened(incident_id=incident_id, by="hub", **known | changes)


async def test_active_grants_show_no_code_and_nobody(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Lee", preset="guest")
    shown = house.state("sensor.home_active_grants")
    assert shown.state == "1"
    (grant,) = shown.attributes["grants"]
    assert grant["grant_id"] == granted["grant_id"]
    assert (grant["preset"], grant["uses"], grant["locks"]) == ("guest", 0, ["Front lock"])
    text = str(shown.as_dict())
    assert granted["code"] not in text
    assert "Lee" not in text
    assert shown.attributes["doors"] == []
