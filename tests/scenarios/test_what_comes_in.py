"""What comes in beside zone trips, through the whole product: signs, locks, silence, another panel."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.helpers.json import json_dumps

from custom_components.verified_response.core.evidence import (
    HouseholdPresent,
    LockReported,
    SoundHeard,
    StormReported,
    VehicleReported,
)
from custom_components.verified_response.core.incident import Incident
from custom_components.verified_response.core.premises import Premises, Sign, SignKind
from tests import builders
from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import SENSORS, House, compose

PANEL = "alarm_control_panel.alarmo"
OPTIONS = {"exit_delay": 0, "entry_delay": 30, "abort_window": 15}
GLASS, STORM, GATE = "binary_sensor.glass", "binary_sensor.storm", "sensor.gate"
PLATE = "B-XY 1234"


def sign(sign_id: str, kind: SignKind, source: str) -> Sign:
    return Sign(id=sign_id, name=sign_id.title(), kind=kind, source=source)


def with_signs(premises: Premises) -> Premises:
    signs = [
        sign("glass", SignKind.GLASS_BREAK, GLASS),
        sign("gate", SignKind.NUMBER_PLATE, GATE),
        sign("storm", SignKind.STORM, STORM),
    ]
    [ada] = premises.contacts.values()
    people = builders.by_id([replace(ada, person="person.ada")])
    return replace(premises, signs=builders.by_id(signs), contacts=people)


def with_panel(premises: Premises) -> Premises:
    areas = [replace(area, panel=PANEL) for area in premises.areas.values()]
    return replace(premises, areas=builders.by_id(areas))


async def set_up(house: House, change: Callable[[Premises], Premises]) -> None:
    """Bring up the house with what its forms cannot give in these tests."""
    made = compose.premises_from_entry

    def changed(*args: Any, **more: Any) -> Premises:
        return change(made(*args, **more))

    house._stack.enter_context(patch.object(compose, "premises_from_entry", changed))
    await house.set_up(OPTIONS)
    await house.wait(60)


def incident(house: House) -> Incident:
    assert house.entry is not None
    return list(house.entry.runtime_data.desk.state.incidents.values())[-1]


def evidence(house: House, kind: type) -> list[Any]:
    return [item for item in incident(house).evidence if isinstance(item, kind)]


async def say(house: House, entity_id: str, *states: str, **attributes: Any) -> None:
    for state in states:
        house.hass.states.async_set(entity_id, state, attributes)
        await house.settle()


@pytest.fixture
async def signs(empty_house: House) -> House:
    for entity_id, state in ((GLASS, "off"), (STORM, "off"), (GATE, "none")):
        empty_house.hass.states.async_set(entity_id, state)
    empty_house.hass.states.async_set("person.ada", "not_home")
    await set_up(empty_house, with_signs)
    return empty_house


async def test_what_was_heard_before_the_trip_is_evidence_of_it(signs: House) -> None:
    await signs.arm()
    await say(signs, GLASS, "on")
    await say(signs, "lock.front", "jammed")
    assert signs.stage == "none", "never an alarm by itself"
    await signs.wait(20)
    await signs.trip("kitchen_window")
    assert [item.sign_id for item in evidence(signs, SoundHeard)] == ["glass"]
    assert [item.kind for item in evidence(signs, LockReported)] == ["jammed"]
    assert evidence(signs, HouseholdPresent) == []


async def test_a_number_plate_is_kept_and_shown_to_those_who_ask_for_the_incident(
    signs: House, caplog: pytest.LogCaptureFixture
) -> None:
    await signs.arm()
    caplog.clear()
    await say(signs, GATE, PLATE)
    await signs.trip("kitchen_window")
    [vehicle] = evidence(signs, VehicleReported)
    assert vehicle.plate == "BXY1234"
    assert any("BXY1234" in str(record.payload) for record in await signs.journal())
    told = await signs.act("get_incident", incident_id=incident(signs).id, records=True)
    assert "BXY1234" in json_dumps(told.pop("timeline"))
    answers = [told, await signs.act("list_incidents"), await signs.act("replay_incident")]
    states = [state.as_dict() for state in signs.hass.states.async_all() if state.entity_id != GATE]
    assert "BXY1234" not in json_dumps([answers, states])
    ours = [record for record in caplog.records if "verified_response" in record.name]
    assert not [record for record in ours if "BXY1234" in record.getMessage()]


async def test_a_storm_that_lasts_is_evidence_of_what_trips_in_it(signs: House) -> None:
    await signs.arm()
    await say(signs, STORM, "on")
    await signs.wait(8 * 60)  # longer than what is noted is kept for
    await signs.trip("kitchen_window")
    assert evidence(signs, StormReported)


async def test_who_is_at_home_when_it_trips(signs: House) -> None:
    await say(signs, "person.ada", "home")
    await signs.arm()
    await signs.trip("hall_motion")
    assert [item.who for item in evidence(signs, HouseholdPresent)] == ["ada"]


async def test_class_4_all_sensors_gone_at_once_are_suspected_jamming(signs: House) -> None:
    """Peers' failure class 4: a flap is nothing, several devices lost at once are an attack."""
    await signs.arm()
    for name in SENSORS:
        await signs.sensor(name, "unavailable")
    await signs.wait(30)
    for name in SENSORS:
        await signs.sensor(name, "off")
    await signs.wait(120)
    assert signs.stage == "none"
    for name in SENSORS:
        await signs.sensor(name, "unavailable")
    await signs.wait(60)
    assert incident(signs).kind == "tamper"
    for name in SENSORS:
        await signs.sensor(name, "off")
    assert signs.entry is not None
    assert signs.entry.runtime_data.desk.state.troubles == {}


@pytest.fixture
async def linked(empty_house: House) -> House:
    empty_house.hass.states.async_set(PANEL, "disarmed")
    await set_up(empty_house, with_panel)
    return empty_house


async def test_another_panel_arms_triggers_and_disarms(linked: House) -> None:
    assert linked.panel == "disarmed"
    await say(linked, PANEL, "arming", next_state="armed_night")
    assert linked.panel == "arming"
    await say(linked, PANEL, "armed_night")
    assert linked.panel == "armed_night"
    await linked.trip("kitchen_window")
    assert linked.stage == "none", "the other panel decides"
    await say(linked, PANEL, "pending")
    assert (linked.panel, linked.stage) == ("pending", "entry_delay")
    await say(linked, PANEL, "triggered")
    assert (linked.panel, linked.stage) == ("triggered", "abort_window")
    await say(linked, PANEL, "unavailable")
    await linked.wait(5)
    assert linked.panel == "triggered", "a silence ends nothing"
    await say(linked, PANEL, "disarmed", changed_by="Ada")
    await linked.wait(5)
    assert linked.panel == "disarmed"


async def test_a_dismissed_alarm_does_not_come_again_with_a_reload(linked: House) -> None:
    await say(linked, PANEL, "armed_away")
    await say(linked, PANEL, "triggered")
    first = incident(linked)
    await linked.act("dismiss_incident", code=OWNER_CODE)
    assert linked.panel == "armed_away"
    assert linked.entry is not None
    assert await linked.hass.config_entries.async_reload(linked.entry.entry_id)
    await linked.settle()
    await linked.wait(120)
    assert incident(linked).id == first.id
    assert linked.panel == "armed_away"
