"""Sensors of the premises and of each responder."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

from dataclasses import replace

import pytest
from homeassistant.helpers import entity_registry as er

from tests.fakes.config_entry import OWNER_CODE, RESPONDER, part
from tests.scenarios.conftest import House, empty_house, house  # noqa: F401 - fixtures


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
