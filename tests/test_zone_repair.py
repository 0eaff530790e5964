"""A zone that cries wolf: proposed for repair, and what the owner does about it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.premises import ZoneType
from custom_components.verified_response.zone_repair import partners_of
from tests import builders
from tests.fakes.config_entry import OWNER_CODE, as_seen
from tests.scenarios.conftest import House
from tests.test_event import follow

ZONE = "kitchen_window"


async def alarms(house: House, times: int, *, false: bool = True) -> None:
    """Let the kitchen window raise alarms that people deny, or confirm."""
    for _ in range(times):
        await house.arm()
        await house.trip(ZONE)
        for _ in range(20):  # a busy machine
            if house.panel == "triggered":
                break
            await house.settle()
        if false:
            await house.act("dismiss_incident", code=OWNER_CODE)
        else:
            await house.act("confirm_incident", threat="none")
        await house.disarm()
        await house.clear(ZONE)
        house.clock.tick(60)
    house.shares_expected = len(house.center.created)


@pytest.fixture
async def asked(house: House) -> House:
    """A house whose kitchen window raised three false alarms."""
    assert await async_setup_component(house.hass, REPAIRS, {})
    await alarms(house, 3)
    assert "zone_false_alarms" in house.issues
    return house


def issue(house: House) -> ir.IssueEntry:
    [found] = [
        item
        for item in ir.async_get(house.hass).issues.values()
        if item.translation_key == "zone_false_alarms"
    ]
    return found


async def open_flow(house: House) -> Any:
    manager = house.hass.data[REPAIRS]["flow_manager"]
    return await manager.async_init(DOMAIN, context={"issue_id": issue(house).issue_id})


async def go_on(house: House, form: Any, answer: dict[str, Any]) -> Any:
    manager = house.hass.data[REPAIRS]["flow_manager"]
    result = await manager.async_configure(form["flow_id"], answer)
    await house.settle()
    return result


async def choose(house: House, step: str) -> Any:
    return await go_on(house, await open_flow(house), {"next_step_id": step})


async def test_two_false_alarms_are_no_pattern(house: House) -> None:
    await alarms(house, 2)
    assert "zone_false_alarms" not in house.issues


async def test_a_zone_that_is_right_more_often_is_not_asked_about(house: House) -> None:
    await alarms(house, 3, false=False)
    await alarms(house, 3)
    assert "zone_false_alarms" not in house.issues


async def test_who_cries_wolf_is_named_with_its_number(asked: House) -> None:
    shown = issue(asked)
    assert shown.translation_placeholders == {
        "name": "Kitchen window",
        "count": "3",
        "days": "30",
    }
    assert shown.severity is ir.IssueSeverity.WARNING
    form = await open_flow(asked)
    assert (form["type"], form["step_id"]) == (FlowResultType.MENU, "init")
    assert form["menu_options"] == ["mended", "confirm", "leave"]
    assert form["description_placeholders"] == shown.translation_placeholders


async def test_what_is_long_ago_is_asked_about_no_more(asked: House) -> None:
    asked.clock.tick(timedelta(days=31).total_seconds())
    await asked.sensor("kitchen_window", "on")  # anything that happens
    assert "zone_false_alarms" not in asked.issues


async def test_a_mended_zone_begins_anew(asked: House) -> None:
    result = await choose(asked, "mended")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "zone_false_alarms" not in asked.issues
    assert ZONE not in asked.entry.runtime_data.desk.state.history
    assert len(await asked.journal("HistoryForgotten")) == 1
    await alarms(asked, 2)
    assert "zone_false_alarms" not in asked.issues
    await alarms(asked, 1)
    assert "zone_false_alarms" in asked.issues


async def test_a_second_zone_confirms_it(asked: House) -> None:
    form = await choose(asked, "confirm")
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "confirm")
    shown = as_seen(form)
    for name in ("Front door", "Hall motion", "Porch motion"):
        assert name in shown
    for name in ("Smoke", "Panic button"):
        assert name not in shown
    result = await go_on(asked, form, {"cross": ["hall_motion"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert asked.entry.subentries[ZONE].data["cross"] == ["hall_motion"]
    assert asked.entry.subentries[ZONE].data["type"] == "perimeter"
    assert "zone_false_alarms" not in asked.issues


async def test_from_then_on_it_alarms_only_with_its_partner(asked: House) -> None:
    form = await choose(asked, "confirm")
    await go_on(asked, form, {"cross": ["hall_motion"]})
    told = follow(asked, "event.home_incident")
    await asked.arm()
    await asked.trip(ZONE)
    assert asked.panel == "armed_away"
    assert told == ["zone_waits"]
    await asked.trip("hall_motion")
    assert asked.panel == "triggered"


async def test_somebody_has_to_confirm_it(asked: House) -> None:
    form = await choose(asked, "confirm")
    result = await go_on(asked, form, {"cross": []})
    assert result["errors"] == {"cross": "partner_required"}
    assert "cross" not in asked.entry.subentries[ZONE].data


async def test_what_is_left_is_asked_again_after_three_more(asked: House) -> None:
    result = await choose(asked, "leave")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "zone_false_alarms" not in asked.issues
    assert "cross" not in asked.entry.subentries[ZONE].data
    await asked.restart()
    assert "zone_false_alarms" not in asked.issues
    await alarms(asked, 2)
    assert "zone_false_alarms" not in asked.issues
    await alarms(asked, 1)
    assert "zone_false_alarms" in asked.issues
    assert issue(asked).translation_placeholders["count"] == "6"


@pytest.mark.parametrize("step", ["mended", "confirm", "leave"])
async def test_nothing_is_changed_while_the_premises_are_not_loaded(
    asked: House, step: str
) -> None:
    form = await open_flow(asked)
    await asked.hass.config_entries.async_unload(asked.entry.entry_id)
    result = await go_on(asked, form, {"next_step_id": step})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_a_removed_zone_is_asked_about_no_more(asked: House) -> None:
    form = await open_flow(asked)
    asked.hass.config_entries.async_remove_subentry(asked.entry, ZONE)
    await asked.settle()
    assert "zone_false_alarms" not in asked.issues
    result = await go_on(asked, form, {"next_step_id": "leave"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_an_ignored_issue_stays_ignored_over_a_restart(asked: House) -> None:
    ir.async_ignore_issue(asked.hass, DOMAIN, issue(asked).issue_id, True)
    await asked.restart()
    assert issue(asked).dismissed_version is not None


def test_who_can_confirm() -> None:
    premises = builders.premises()
    zones = premises.zones

    def names(zone_id: str) -> set[str]:
        return {zone.id for zone in partners_of(zones[zone_id], premises)}

    assert "hall" in names("kitchen_window")
    assert "passage" in names("garage_window")
    assert "kitchen_window" not in names("kitchen_window")
    assert "garage_window" not in names("kitchen_window")
    assert "smoke" not in names("kitchen_window")
    for zone in zones.values():
        if zone.type in {ZoneType.ENTRY_EXIT, ZoneType.OUTDOOR, ZoneType.FIRE}:
            assert names(zone.id) == set(), "these never wait"


async def test_a_zone_without_partner_is_offered_none(house: House) -> None:
    assert await async_setup_component(house.hass, REPAIRS, {})
    await alarms(house, 3)
    desk = house.entry.runtime_data.desk
    alone = {ZONE: desk.premises.zones[ZONE]}
    desk.show(premises=replace(desk.premises, zones=alone))
    form = await open_flow(house)
    assert form["menu_options"] == ["mended", "leave"]
