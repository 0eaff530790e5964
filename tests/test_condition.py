"""Conditions, through a real automation: what is true, for how long, and never what is not known."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import ServiceCall
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import condition as helper
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from custom_components.verified_response.condition import CONDITIONS
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.trigger import TRIGGERS
from tests.automations import TARGETS, add_stranger, automate, place, works
from tests.contracts.repository import catalogue, text, worded
from tests.fakes.config_entry import OWNER_CODE
from tests.fakes.news import tell
from tests.scenarios.conftest import DURESS_CODE, House

LEVEL, INCIDENT, CHAIN = (
    "sensor.home_alarm_level",
    "sensor.home_incident",
    "binary_sensor.home_chain_ready",
)
READ = {"is_verified": LEVEL, "is_incident_open": INCIDENT, "is_chain_ready": CHAIN}
TRUE: dict[str, tuple[str, dict[str, Any]]] = {
    "is_verified": ("2", {"told_level": 2}),
    "is_incident_open": ("verifying", {"open_kinds": ["burglary"]}),
    "is_chain_ready": ("on", {}),
}
FALSE: dict[str, tuple[str, dict[str, Any]]] = {
    "is_verified": ("1", {"told_level": 1}),
    "is_incident_open": ("entry_delay", {"open_kinds": []}),
    "is_chain_ready": ("off", {}),
}
GO = {"trigger": "event", "event_type": "go"}


def when(key: str, target: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """Return a condition as it is written in an automation."""
    return {
        "condition": f"verified_response.{key}",
        "target": target or {"entity_id": READ[key]},
        "options": options,
    }


async def holds(house: House, runs: list[ServiceCall]) -> bool:
    """Say whether the automation runs now."""
    runs.clear()
    house.hass.bus.async_fire("go")
    await house.settle()
    return bool(runs)


def opened(incident_id: str, **changes: Any) -> ev.IncidentOpened:
    known = {"kind": IncidentKind.BURGLARY, "stage": Stage.VERIFYING, "until": None, "areas": ()}
    return ev.IncidentOpened(incident_id=incident_id, by="hub", **known | changes)


async def test_verified_in_the_life_of_an_incident(house: House) -> None:
    runs = await automate(house, [GO], conditions=[when("is_verified", level=1)])
    assert not await holds(house, runs)
    await house.arm()
    await house.trip("front_door")
    assert house.level == "1"
    assert not await holds(house, runs), "somebody may just come home"
    await house.wait(30)
    assert await holds(house, runs)
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert not await holds(house, runs)


async def test_two_is_what_verified_means_by_itself(house: House) -> None:
    runs = await automate(house, [GO], conditions=[when("is_verified")])
    for level in (1, 2, 3):
        house.hass.states.async_set(LEVEL, str(level), {"told_level": level})
        assert await holds(house, runs) is (level >= 2)


async def test_open_in_the_life_of_an_incident(house: House) -> None:
    runs = await automate(house, [GO], conditions=[when("is_incident_open")])
    assert not await holds(house, runs)
    await house.arm()
    await house.trip("front_door")
    assert not await holds(house, runs), "somebody may just come home"
    await house.wait(30)
    assert await holds(house, runs)
    await house.disarm()
    assert not await holds(house, runs)


@pytest.mark.parametrize(
    ("kind", "true"),
    [("fire", True), (["water", "burglary"], True), ([], True), ("water", False)],
)
async def test_the_kind_of_any_open_incident_counts(house: House, kind: Any, true: bool) -> None:
    runs = await automate(house, [GO], conditions=[when("is_incident_open", kind=kind)])
    await tell(house, opened("i1", kind=IncidentKind.FIRE))
    await tell(house, opened("i2"))
    assert await holds(house, runs) is true


@pytest.mark.parametrize(
    "hidden", [{"covert": True}, {"silent": True}, {"kind": IncidentKind.DURESS}]
)
@pytest.mark.parametrize("key", ["is_verified", "is_incident_open"])
async def test_hidden_calls_are_not_open(house: House, key: str, hidden: dict[str, Any]) -> None:
    runs = await automate(house, [GO], conditions=[when(key)])
    assert works(house)
    await tell(house, opened("i1", **hidden))
    assert not await holds(house, runs)


async def test_under_duress_nothing_shows(house: House) -> None:
    runs = await automate(house, [GO], conditions=[when("is_incident_open")])
    await house.arm()
    await house.disarm(DURESS_CODE)
    house.shares_expected = len(house.center.created)
    assert house.shares_expected
    assert not await holds(house, runs)


async def test_the_chain_is_ready(house: House) -> None:
    runs = await automate(house, [GO], conditions=[when("is_chain_ready")])
    assert house.state(CHAIN).state == "on"
    assert await holds(house, runs)
    house.hass.states.async_set(CHAIN, "off")
    assert not await holds(house, runs)


@pytest.mark.parametrize("how", TARGETS)
@pytest.mark.parametrize("key", READ)
async def test_every_target_and_no_strangers(house: House, key: str, how: str) -> None:
    target = place(house.hass, READ[key], how)
    areas = ar.async_get(house.hass)
    area = areas.async_get_area_by_name("Hall") or areas.async_create("Hall")
    stranger = add_stranger(house.hass, READ[key], area.id)
    runs = await automate(house, [GO], conditions=[when(key, target)])
    assert works(house)
    house.hass.states.async_set(READ[key], *FALSE[key])
    house.hass.states.async_set(stranger, *TRUE[key])
    assert not await holds(house, runs), "another integration's entity"
    house.hass.states.async_set(READ[key], *TRUE[key])
    house.hass.states.async_set(stranger, *FALSE[key])
    assert await holds(house, runs)


@pytest.mark.parametrize("behavior", ["any", "all"])
@pytest.mark.parametrize("key", READ)
async def test_what_is_not_known_is_never_true(house: House, key: str, behavior: str) -> None:
    """Home Assistant leaves out what is unknown, and all of nobody is true: not here."""
    runs = await automate(house, [GO], conditions=[when(key, behavior=behavior)])
    _, attributes = TRUE[key]
    for state in (STATE_UNKNOWN, STATE_UNAVAILABLE):
        house.hass.states.async_set(READ[key], state, attributes)
        assert not await holds(house, runs), state
    house.hass.states.async_remove(READ[key])
    assert not await holds(house, runs)
    house.hass.states.async_set(READ[key], *TRUE[key])
    assert await holds(house, runs)


@pytest.mark.parametrize("key", READ)
async def test_a_stranger_that_is_named_is_not_ours(house: House, key: str) -> None:
    stranger = add_stranger(house.hass, READ[key], ar.async_get(house.hass).async_create("A").id)
    condition = when(key, {"entity_id": stranger}, behavior="all")
    runs = await automate(house, [GO], conditions=[condition])
    house.hass.states.async_set(stranger, *TRUE[key])
    assert not await holds(house, runs)


@pytest.mark.parametrize("key", READ)
async def test_for_a_while(house: House, key: str) -> None:
    house.hass.states.async_set(READ[key], *FALSE[key])
    runs = await automate(house, [GO], conditions=[when(key, **{"for": "00:00:10"})])
    house.hass.states.async_set(READ[key], *TRUE[key])
    await house.settle()

    async def holds_in(seconds: float) -> bool:
        later = dt_util.utcnow() + timedelta(seconds=seconds)
        with patch.object(helper.dt_util, "utcnow", return_value=later):
            return await holds(house, runs)

    assert not await holds_in(5)
    assert await holds_in(11)
    house.hass.states.async_set(READ[key], STATE_UNAVAILABLE)
    await house.settle()
    assert not await holds_in(11)
    house.hass.states.async_set(READ[key], *TRUE[key])
    await house.settle()
    assert not await holds_in(5), "it begins anew"
    assert await holds_in(11)


async def test_a_level_that_rises_further_lasts(house: House) -> None:
    runs = await automate(house, [GO], conditions=[when("is_verified", **{"for": "00:00:10"})])
    house.hass.states.async_set(LEVEL, "2", {"told_level": 2})
    await house.settle()
    start = house.state(LEVEL).last_updated
    house.hass.states.async_set(LEVEL, "3", {"told_level": 3})
    await house.settle()
    assert house.state(LEVEL).last_updated > start
    with patch.object(helper.dt_util, "utcnow", return_value=start + timedelta(seconds=10)):
        assert await holds(house, runs)


@pytest.mark.parametrize(
    "wrong",
    [
        when("is_verified", level=0),
        when("is_verified", level=5),
        when("is_incident_open", kind="duress"),
        when("is_incident_open", behavior="each"),
        when("is_chain_ready", level=2),
        {"condition": "verified_response.is_verified"},
        {"condition": "verified_response.is_something"},
    ],
)
async def test_what_is_not_understood_is_refused(house: House, wrong: dict[str, Any]) -> None:
    await automate(house, [GO], conditions=[wrong])
    assert house.state("automation.ours").state == STATE_UNAVAILABLE


async def test_the_examples_of_the_page_are_understood(house: House) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", text("docs", "automations.md"), re.DOTALL)
    shown: dict[str, list[Any]] = {"triggers": [], "conditions": []}
    for block in map(yaml.safe_load, blocks):
        for part, items in shown.items():
            items.extend(block.get(part, []))
    await automate(house, shown["triggers"], conditions=shown["conditions"])
    assert works(house)
    used = {item.get("trigger") or item["condition"] for part in shown.values() for item in part}
    assert {f"verified_response.{key}" for key in (*TRIGGERS, *CONDITIONS)} <= used


def test_everything_is_described_and_worded() -> None:
    described, texts = catalogue("conditions.yaml"), worded("conditions")
    icons = catalogue("icons.json")["conditions"]
    assert set(CONDITIONS) == set(described) == set(texts) == set(icons) == set(READ)
    for key, details in described.items():
        assert icons[key]["condition"].startswith("mdi:")
        assert texts[key]["name"]
        assert texts[key]["description"]
        assert set(details["fields"]) == set(texts[key]["fields"]), key
        assert all(word["name"] and word["description"] for word in texts[key]["fields"].values())


@pytest.mark.parametrize("key", READ)
async def test_fields_are_what_the_condition_takes(house: House, key: str) -> None:
    fields = catalogue("conditions.yaml")[key]["fields"]
    start = {name: field["default"] for name, field in fields.items() if "default" in field}
    start |= {"for": "00:00:10"}
    for name, field in fields.items():
        select = field["selector"].get("select")
        for option in select["options"] if select else (start[name],):
            chosen = [option] if select and select.get("multiple") else option
            if select:
                assert option in worded("selector")[select["translation_key"]]["options"]
            given = {"target": {"entity_id": READ[key]}, "options": start | {name: chosen}}
            taken = await CONDITIONS[key].async_validate_config(house.hass, given)
            assert set(taken["options"]) == set(start) | {name}


async def test_home_assistant_reads_the_descriptions(house: House, hass_ws_client: Any) -> None:
    assert await async_setup_component(house.hass, "automation", {})
    client = await hass_ws_client(house.hass)
    await client.send_json_auto_id({"type": "condition_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    told = (await client.receive_json())["event"]
    ours = {key: value for key, value in told.items() if key.startswith("verified_response.")}
    assert set(ours) == {f"verified_response.{key}" for key in READ}
    assert all(item["target"] for item in ours.values())
