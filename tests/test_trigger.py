"""Triggers of our own, in real automations: what fires them, what never does."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

from datetime import timedelta
from typing import Any

import pytest
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.verified_response.core.commands import ReportDoor, RespondersSay
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.trigger import TRIGGERS
from tests.automations import automation
from tests.contracts.repository import PRODUCT
from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import House, empty_house, house  # noqa: F401 - fixtures

INCIDENT = {"entity_id": "event.home_incident"}
LEVEL = {"entity_id": "sensor.home_alarm_level"}
PERSON = {"entity_id": "binary_sensor.hall_person"}


def trigger(name: str, target: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"trigger": f"verified_response.{name}", "target": target or INCIDENT}
    return {"triggers": [made | ({"options": options} if options else {})]}


async def burgle(house: House) -> None:
    """Break in, and be seen; it is opened, and has a level."""
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("kitchen_window")
    await house.trip("hall_motion")


async def pass_time(house: House, seconds: float) -> None:
    """Let Home Assistant's own timers run out."""
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await house.settle()


# --- incident_opened ---------------------------------------------------------------------------


async def test_an_incident_opens(house: House) -> None:
    ran = await automation(house.hass, **trigger("incident_opened"))
    await burgle(house)
    assert [item["kind"] for item in ran] == ["burglary"]
    assert ran[0]["incident_id"]
    await house.act("report_distress", kind="medical")
    assert [item["kind"] for item in ran] == ["burglary", "medical"]
    house.expect_shared()


async def test_only_the_kinds_that_were_chosen(house: House) -> None:
    ran = await automation(house.hass, **trigger("incident_opened", kind=["fire", "medical"]))
    await burgle(house)
    assert ran == []
    await house.act("report_distress", kind="fire")
    assert [item["kind"] for item in ran] == ["fire"]
    house.expect_shared()


async def test_what_is_hidden_triggers_nothing(house: House) -> None:
    ran = await automation(house.hass, **trigger("incident_opened"))
    await house.act("report_distress", kind="police", silent=True)
    await house.arm()
    await house.disarm("8365")  # under threat
    assert ran == []
    house.expect_shared(2)


async def test_still_open_after_a_while(house: House) -> None:
    ran = await automation(house.hass, **trigger("incident_opened", **{"for": {"minutes": 5}}))
    await burgle(house)
    await house.act(
        "confirm_incident", threat="none"
    )  # other things that are told do not end the waiting
    assert ran == []
    await pass_time(house, 301)
    assert len(ran) == 1
    house.expect_shared(len(house.center.created))


async def test_ended_before_that_while(house: House) -> None:
    ran = await automation(house.hass, **trigger("incident_opened", **{"for": {"minutes": 5}}))
    await burgle(house)
    await house.act("dismiss_incident", code=OWNER_CODE)
    await pass_time(house, 301)
    assert ran == []


async def test_a_restart_opens_nothing(house: House) -> None:
    ran = await automation(house.hass, **trigger("incident_opened"))
    await burgle(house)
    assert len(ran) == 1
    await house.restart()
    assert len(ran) == 1


# --- the others --------------------------------------------------------------------------------


async def test_a_person_is_confirmed(house: House) -> None:
    ran = await automation(house.hass, **trigger("person_confirmed", PERSON))
    assert house.state("binary_sensor.hall_person").state == "unknown"
    await house.arm()
    await house.trip("kitchen_window")
    assert ran == []
    house.detector.will_see(0.8, frames=40)
    await house.trip("front_door")
    await house.wait(5)
    assert [item["entity_id"] for item in ran] == ["binary_sensor.hall_person"]


async def test_the_level_is_raised_to_what_was_asked_for(house: House) -> None:
    ran = await automation(house.hass, **trigger("level_raised", LEVEL, level=2))
    await house.arm()
    await house.trip("kitchen_window")
    assert house.level == "1"
    assert ran == []
    house.detector.will_see(0.8, frames=40)
    await house.trip("hall_motion")
    assert house.level == "3"
    assert len(ran) == 1, "past it is at it"
    await house.act("confirm_incident", threat="life")
    assert house.level == "4"
    assert len(ran) == 1, "it was there before"
    house.expect_shared(len(house.center.created))


async def test_a_level_that_lasts(house: House) -> None:
    ran = await automation(
        house.hass, **trigger("level_raised", LEVEL, level=2, **{"for": {"seconds": 30}})
    )
    await burgle(house)
    assert ran == []
    await pass_time(house, 31)
    assert len(ran) == 1


async def test_a_restart_raises_no_level(house: House) -> None:
    ran = await automation(house.hass, **trigger("level_raised", LEVEL, level=2))
    await burgle(house)
    await house.restart()
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("how", "times"), [(None, 1), (["cancelled"], 1), (["closed"], 0), ("cancelled", 1)]
)
async def test_an_incident_ends(house: House, how: Any, times: int) -> None:
    options = {} if how is None else {"how": how}
    ran = await automation(house.hass, **trigger("incident_closed", **options))
    await burgle(house)
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert len(ran) == times


async def test_a_code_is_used(house: House) -> None:
    ran = await automation(
        house.hass, **trigger("credential_used", {"entity_id": "event.front_lock_credential"})
    )
    made = await house.act("grant_access", lock=["lock.front"], duration={"hours": 1})
    assert made["locks"][0]["outcome"] == "confirmed"
    assert house.entry is not None
    desk = house.entry.runtime_data.desk
    [grant] = desk.state.grants.values()
    [credential] = grant.credentials.values()
    report = DoorReport(
        at=house.clock.now(),
        door_id=credential.door_id,
        act=DoorAct.UNLOCKED,
        method=EntryMethod.KEYPAD,
        slot=credential.slot,
    )
    assert ran == []
    await desk.submit(ReportDoor(report=report))
    await house.settle()
    assert len(ran) == 1
    assert made["code"] not in str(ran)


async def test_a_responder_takes_it_on(house: House) -> None:
    ran = await automation(house.hass, **trigger("responder_acknowledged"))
    await house.act("report_distress", kind="police")
    house.expect_shared()
    assert ran == []
    assert house.entry is not None
    desk = house.entry.runtime_data.desk
    [incident] = desk.state.incidents.values()
    [responder] = incident.deliveries
    said = RespondersSay(
        responder_id=responder,
        incident_id=incident.id,
        status="acknowledged",
        number="N1",
        event_id="w1",
    )
    await desk.submit(said)
    await house.settle()
    assert len(ran) == 1


# --- targets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["area_id", "device_id", "label_id"])
async def test_whatever_is_targeted_only_ours_counts(house: House, by: str) -> None:
    """Another integration's event entity lies in the same room and says the same."""
    entities, areas = er.async_get(house.hass), ar.async_get(house.hass)
    room = areas.async_get_or_create("Study")
    ours = entities.async_get("event.home_incident")
    assert ours is not None
    assert ours.device_id is not None
    other_entry = MockConfigEntry(domain="other")
    other_entry.add_to_hass(house.hass)
    other = entities.async_get_or_create("event", "other", "x", config_entry=other_entry)
    for entity_id in ("event.home_incident", other.entity_id):
        entities.async_update_entity(entity_id, area_id=room.id, labels={"alarm"})
    target = {"area_id": room.id, "device_id": ours.device_id, "label_id": "alarm"}[by]
    ran = await automation(house.hass, **trigger("incident_opened", {by: target}))
    for at in ("2026-11-20T22:00:00.000+00:00", "2026-11-20T22:00:01.000+00:00"):
        house.hass.states.async_set(
            other.entity_id, at, {"event_type": "opened", "kind": "burglary"}
        )
    await house.settle()
    assert ran == []
    await burgle(house)
    assert [item["entity_id"] for item in ran] == ["event.home_incident"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"trigger": "verified_response.level_raised", "target": LEVEL, "options": {"level": 5}},
        {"trigger": "verified_response.incident_opened", "target": INCIDENT, "options": {"kind": "duress"}},
        {"trigger": "verified_response.incident_closed", "target": INCIDENT, "options": {"how": "x"}},
        {"trigger": "verified_response.incident_opened"},
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        await automation(house.hass, triggers=[wrong])


def test_there_is_one_of_each_that_the_design_names() -> None:
    assert set(TRIGGERS) == {
        "incident_opened",
        "person_confirmed",
        "level_raised",
        "incident_closed",
        "credential_used",
        "responder_acknowledged",
    }
    assert (PRODUCT / "triggers.yaml").exists()


async def test_home_assistant_describes_them(house: House, hass_ws_client: Any) -> None:
    client = await hass_ws_client(house.hass)
    await client.send_json_auto_id({"type": "trigger_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    seen: dict[str, Any] = {}
    while not {key for key in seen if key.startswith("verified_response.")} >= {
        f"verified_response.{name}" for name in TRIGGERS
    }:
        seen |= (await client.receive_json())["event"]
    fields = seen["verified_response.level_raised"]["fields"]
    assert set(fields) == {"level", "behavior", "for"}
