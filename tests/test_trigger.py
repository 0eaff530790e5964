"""Triggers, through a real automation: when they run it, with which facts, and when never."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import area_registry as ar
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.evidence import Threat, Verdict
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.trigger import TRIGGERS
from tests.automations import TARGETS, add_stranger, automate, ids, place, works
from tests.contracts.repository import catalogue, worded
from tests.fakes.config_entry import OWNER_CODE
from tests.fakes.news import tell
from tests.scenarios.conftest import DURESS_CODE, House

INCIDENT, LEVEL, PERSON, CODE = (
    "event.home_incident",
    "sensor.home_alarm_level",
    "binary_sensor.hall_person",
    "event.front_lock_credential",
)
FOLLOWED = {
    "incident_opened": INCIDENT,
    "incident_closed": INCIDENT,
    "level_raised": LEVEL,
    "person_confirmed": PERSON,
    "responder_acknowledged": INCIDENT,
    "credential_used": CODE,
}
QUIET = "2026-11-20T20:00:00.000+00:00"
NEWS = "2026-11-20T22:00:00.000+00:00"
FIRING: dict[str, tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    "incident_opened": ((QUIET, {}), (NEWS, {"event_type": "opened", "kind": "fire"})),
    "incident_closed": ((QUIET, {}), (NEWS, {"event_type": "cancelled", "kind": "fire"})),
    "level_raised": ((STATE_UNKNOWN, {}), ("3", {"told_level": 3})),
    "person_confirmed": (("off", {}), ("on", {})),
    "responder_acknowledged": ((QUIET, {}), (NEWS, {"event_type": "acknowledged"})),
    "credential_used": ((QUIET, {}), (NEWS, {"event_type": "used", "method": "keypad"})),
}
"""Per trigger a state from which, and one to which its entity goes when it fires."""


def on(
    key: str, target: dict[str, str] | None = None, *, name: str = "", **options: Any
) -> dict[str, Any]:
    """Return a trigger as it is written in an automation."""
    return {
        "trigger": f"verified_response.{key}",
        "id": name or key,
        "target": target or {"entity_id": FOLLOWED[key]},
        "options": options,
    }


ALL = [on(key) for key in FOLLOWED]


def opened(incident_id: str, **changes: Any) -> ev.IncidentOpened:
    known = {"kind": IncidentKind.BURGLARY, "stage": Stage.VERIFYING, "until": None, "areas": ()}
    return ev.IncidentOpened(incident_id=incident_id, by="hub", **known | changes)


async def go(house: House, seconds: float) -> None:
    """Let Home Assistant's own timers of that long end."""
    async_fire_time_changed(house.hass, dt_util.utcnow() + timedelta(seconds=seconds))
    await house.settle()


async def test_the_life_of_an_incident(house: House) -> None:
    runs = await automate(house, ALL, facts=("incident_id", "kind", "level", "stage"))
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("front_door")
    assert not {"incident_opened", "level_raised"} & set(ids(runs)), "somebody may just come home"
    await house.trip("hall_motion")
    await house.wait(30)
    await house.wait(15)
    await house.tap("confirm")
    house.expect_shared()
    incident_id = house.state(LEVEL).attributes["incident_id"]
    await tell(house, ev.StageChanged(incident_id=incident_id, stage=Stage.ACKNOWLEDGED))
    await house.disarm()
    assert sorted(ids(runs)) == sorted(
        [
            "person_confirmed",
            "incident_opened",
            "level_raised",
            "responder_acknowledged",
            "incident_closed",
        ]
    )
    by_id = {run.data["id"]: run.data for run in runs}
    assert by_id["incident_opened"] == {
        "id": "incident_opened",
        "incident_id": incident_id,
        "kind": "burglary",
        "level": 2,
        "stage": "abort_window",
    }
    assert by_id["level_raised"]["incident_id"] == incident_id
    assert (by_id["level_raised"]["kind"], by_id["level_raised"]["level"]) == ("burglary", 2)
    assert (by_id["incident_closed"]["stage"], by_id["incident_closed"]["level"]) == ("closed", 3)


async def test_a_code_that_is_used(house: House) -> None:
    runs = await automate(
        house,
        [
            on("credential_used"),
            on("credential_used", name="remote", method="remote"),
            on("credential_used", name="keys", method=["keypad", "tag", "unknown"]),
        ],
        facts=("grant_id", "method", "proven"),
    )
    await house.wait(6)
    granted = await house.act("grant_access", lock=["lock.front"], max_uses=1)
    house.clock.tick(60)
    label = f"VR {granted['grant_id'][-6:]}"
    house.hass.states.async_set("lock.front", "unlocked", {"changed_by": label})
    await house.settle()
    method = house.state(CODE).attributes["event_type"], runs[0].data["method"]
    assert method[0] == "revoked", "later events of the lock are no uses"
    assert ids(runs) == ["credential_used", "keys"]
    assert runs[0].data["grant_id"] == granted["grant_id"]
    assert granted["code"] not in str([run.data for run in runs])


@pytest.mark.parametrize("how", TARGETS)
@pytest.mark.parametrize("key", FOLLOWED)
async def test_every_target_and_no_strangers(house: House, key: str, how: str) -> None:
    target = place(house.hass, FOLLOWED[key], how)
    areas = ar.async_get(house.hass)
    area = areas.async_get_area_by_name("Hall") or areas.async_create("Hall")
    stranger = add_stranger(house.hass, FOLLOWED[key], area.id)
    before, after = FIRING[key]
    house.hass.states.async_set(FOLLOWED[key], *before)
    house.hass.states.async_set(stranger, *before)
    runs = await automate(house, [on(key, target)])
    assert works(house)
    house.hass.states.async_set(stranger, *after)
    await house.settle()
    assert not runs, "another integration's entity"
    house.hass.states.async_set(FOLLOWED[key], *after)
    await house.settle()
    assert ids(runs) == [key]


@pytest.mark.parametrize("key", FOLLOWED)
async def test_a_stranger_that_is_named_is_not_ours(house: House, key: str) -> None:
    stranger = add_stranger(
        house.hass, FOLLOWED[key], ar.async_get(house.hass).async_create("A").id
    )
    before, after = FIRING[key]
    house.hass.states.async_set(stranger, *before)
    runs = await automate(house, [on(key, {"entity_id": stranger})])
    house.hass.states.async_set(stranger, *after)
    await house.settle()
    assert not runs


async def test_other_entities_of_ours_are_not_meant(house: House) -> None:
    """The incident's sensor and event share a name, and every lock has an event entity, too."""
    others = {INCIDENT: CODE, CODE: INCIDENT, LEVEL: "sensor.home_incident"}
    others[PERSON] = "binary_sensor.hall_blind"
    triggers = [on(key, {"entity_id": others[FOLLOWED[key]]}) for key in FOLLOWED]
    runs = await automate(house, triggers)
    for key, entity_id in FOLLOWED.items():
        for state in FIRING[key]:
            house.hass.states.async_set(others[entity_id], *state)
            await house.settle()
    assert not runs


@pytest.mark.parametrize("key", FOLLOWED)
async def test_what_comes_back_is_no_news(house: House, key: str) -> None:
    entity_id = FOLLOWED[key]
    before, after = FIRING[key]
    runs = await automate(house, [on(key)])
    house.hass.states.async_set(entity_id, STATE_UNAVAILABLE)
    house.hass.states.async_set(entity_id, *after)
    await house.settle()
    house.hass.states.async_remove(entity_id)
    house.hass.states.async_set(entity_id, *after)
    await house.settle()
    house.hass.states.async_set(entity_id, after[0], after[1] | {"friendly_name": "Renamed"})
    await house.settle()
    assert not runs
    house.hass.states.async_set(entity_id, *before)
    house.hass.states.async_set(entity_id, *after)
    await house.settle()
    assert ids(runs) == [key]


async def test_a_restart_in_the_middle(house: House) -> None:
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("hall_motion")
    await house.wait(15)
    runs = await automate(house, ALL)
    assert house.level == "2"
    await house.restart()
    await house.wait(5)
    assert house.level == "2"
    assert not {"incident_opened", "level_raised"} & set(ids(runs))
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert ids(runs)[-1] == "incident_closed"


async def test_the_first_news_ever(house: House) -> None:
    runs = await automate(house, [on("incident_opened")])
    assert house.state(INCIDENT).state == STATE_UNKNOWN
    await tell(house, opened("i1"))
    assert ids(runs) == ["incident_opened"]


HIDDEN = [{"covert": True}, {"silent": True}, {"kind": IncidentKind.DURESS}]


@pytest.mark.parametrize("hidden", HIDDEN)
async def test_hidden_calls_run_nothing(house: House, hidden: dict[str, Any]) -> None:
    runs = await automate(house, [*ALL, on("level_raised", level=1)])
    assert works(house)
    at = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    await tell(
        house,
        opened("i1", **hidden),
        ev.VerdictGiven(incident_id="i1", verdict=Verdict(at=at, by="a", threat=Threat.LIFE)),
        ev.StageChanged(incident_id="i1", stage=Stage.ACKNOWLEDGED),
        ev.IncidentEnded(incident_id="i1", stage=Stage.CLOSED, reason="dismissed", by="b"),
    )
    assert not runs
    await tell(house, opened("i2"))
    assert ids(runs) == ["incident_opened"]


async def test_a_silent_call_and_a_duress_code_run_nothing(house: House) -> None:
    runs = await automate(house, ALL)
    await house.act("report_distress", kind="police", silent=True)
    await house.arm()
    await house.disarm(DURESS_CODE)
    await house.wait(120)
    house.shares_expected = len(house.center.created)
    assert house.shares_expected == 2
    assert not runs


async def test_kinds_and_ends(house: House) -> None:
    runs = await automate(
        house,
        [
            on("incident_opened", name="fire", kind="fire"),
            on("incident_opened", name="either", kind=["fire", "tamper"]),
            on("incident_opened", name="any", kind=[]),
            on("incident_closed", name="false", how="cancelled"),
            on("incident_closed", name="over", how=["closed"]),
            on("incident_closed", name="fire over", kind="fire", how="closed"),
        ],
    )
    await tell(house, opened("i1", kind=IncidentKind.FIRE))
    assert ids(runs) == ["fire", "either", "any"]
    await tell(house, opened("i2", kind=IncidentKind.TAMPER))
    assert ids(runs)[3:] == ["either", "any"]
    runs.clear()
    for incident_id, stage in (("i1", Stage.CLOSED), ("i2", Stage.CANCELLED)):
        await tell(
            house, ev.IncidentEnded(incident_id=incident_id, stage=stage, reason="r", by="owner")
        )
    assert ids(runs) == ["over", "fire over", "false"]


async def test_only_a_rise_to_the_level_or_over_it(house: House) -> None:
    runs = await automate(
        house, [on("level_raised", name=f"to {level}", level=level) for level in (1, 2, 3, 4)]
    )
    for told, heard in (
        (None, []),
        (2, ["to 1", "to 2"]),
        (2, []),
        (3, ["to 3"]),
        (1, []),
        (4, ["to 2", "to 3", "to 4"]),
        (None, []),
        (1, ["to 1"]),
    ):
        runs.clear()
        state = STATE_UNKNOWN if told is None else str(told)
        house.hass.states.async_set(LEVEL, state, {"told_level": told})
        await house.settle()
        assert ids(runs) == heard, told


async def test_the_end_of_the_entry_delay_is_a_rise(house: House) -> None:
    runs = await automate(house, [on("level_raised", level="1")])
    await house.arm()
    await house.trip("front_door")
    assert house.level == "1"
    assert not runs
    await house.wait(30)
    assert ids(runs) == ["level_raised"]


async def test_a_medical_call_does_not_hide_the_level(house: House) -> None:
    """It has none, and the burglary goes on."""
    await house.arm()
    await house.trip("kitchen_window")
    runs = await automate(house, [on("level_raised", level=1)])
    await tell(house, opened("i9", kind=IncidentKind.MEDICAL))
    assert house.level == "1"
    await tell(house, ev.IncidentEnded(incident_id="i9", stage=Stage.CLOSED, reason="r", by="o"))
    assert not runs


@pytest.mark.parametrize(
    ("key", "holding", "broken"),
    [
        ("level_raised", ("4", {"told_level": 4}), ("1", {"told_level": 1})),
        ("level_raised", ("4", {"told_level": 4}), (STATE_UNKNOWN, {})),
        ("level_raised", ("4", {"told_level": 4}), (STATE_UNAVAILABLE, {})),
        ("person_confirmed", ("on", {"again": 1}), ("off", {})),
        ("person_confirmed", ("on", {"again": 1}), (STATE_UNKNOWN, {})),
    ],
)
async def test_for_a_while(
    house: House, key: str, holding: tuple[str, Any], broken: tuple[str, Any]
) -> None:
    before, after = FIRING[key]
    house.hass.states.async_set(FOLLOWED[key], *before)
    runs = await automate(house, [on(key, **{"for": "00:00:10"})])
    house.hass.states.async_set(FOLLOWED[key], *after)
    await house.settle()
    house.hass.states.async_set(FOLLOWED[key], *holding)
    await house.settle()
    assert not runs
    await go(house, 11)
    assert ids(runs) == [key]
    house.hass.states.async_set(FOLLOWED[key], *before)
    house.hass.states.async_set(FOLLOWED[key], *after)
    await house.settle()
    house.hass.states.async_set(FOLLOWED[key], *broken)
    await house.settle()
    await go(house, 11)
    assert ids(runs) == [key], "it did not last"


@pytest.mark.parametrize("before", ["off", STATE_UNKNOWN])
async def test_a_person_whether_somebody_looked_before_or_not(house: House, before: str) -> None:
    runs = await automate(house, [on("person_confirmed")])
    for state in (before, "on", "on", STATE_UNAVAILABLE, "on"):
        house.hass.states.async_set(PERSON, state)
        await house.settle()
    assert ids(runs) == ["person_confirmed"]


async def test_a_false_alarm_does_not_last(house: House) -> None:
    runs = await automate(house, [on("level_raised", level=1, **{"for": {"seconds": 10}})])
    await house.arm()
    await house.trip("kitchen_window")
    await house.act("dismiss_incident", code=OWNER_CODE)
    await go(house, 11)
    assert not runs


@pytest.mark.parametrize(
    "wrong",
    [
        on("level_raised", level=0),
        on("level_raised", level=5),
        on("level_raised", behavior="some"),
        on("incident_opened", kind="duress"),
        on("incident_opened", level=1),
        on("incident_closed", how="shared"),
        on("credential_used", method="magic"),
        on("credential_used", code="1234"),
        {"trigger": "verified_response.incident_opened"},
        {"trigger": "verified_response.something"},
    ],
)
async def test_what_is_not_understood_is_refused(house: House, wrong: dict[str, Any]) -> None:
    await automate(house, [wrong])
    assert house.state("automation.ours").state == STATE_UNAVAILABLE


def test_everything_is_described_and_worded() -> None:
    described, texts, icons = (
        catalogue("triggers.yaml"),
        worded("triggers"),
        catalogue("icons.json"),
    )
    assert set(TRIGGERS) == set(described) == set(texts) == set(icons["triggers"]) == set(FOLLOWED)
    for key, details in described.items():
        assert icons["triggers"][key]["trigger"].startswith("mdi:")
        assert texts[key]["name"]
        assert texts[key]["description"]
        assert set(details["fields"]) == set(texts[key]["fields"]), key
        assert all(word["name"] and word["description"] for word in texts[key]["fields"].values())


@pytest.mark.parametrize("key", FOLLOWED)
async def test_fields_are_what_the_trigger_takes(house: House, key: str) -> None:
    fields = catalogue("triggers.yaml")[key]["fields"]
    target = {"entity_id": FOLLOWED[key]}
    start = {name: field["default"] for name, field in fields.items() if "default" in field}
    start |= {"for": "00:00:10"} if "for" in fields else {}
    trigger = TRIGGERS[key]
    given = {"target": target, "options": start}
    taken = await trigger.async_validate_config(house.hass, given)
    assert set(taken["options"]) == set(start)
    for name, field in fields.items():
        select = field["selector"].get("select")
        for option in select["options"] if select else ():
            assert option in worded("selector")[select["translation_key"]]["options"]
            chosen = [option] if select.get("multiple") else option
            taken = await trigger.async_validate_config(
                house.hass, {"target": target, "options": start | {name: chosen}}
            )
            assert taken["options"][name] in ([option], int(option) if option.isdigit() else None)


async def test_home_assistant_reads_the_descriptions(house: House, hass_ws_client: Any) -> None:
    assert await async_setup_component(house.hass, "automation", {})
    client = await hass_ws_client(house.hass)
    await client.send_json_auto_id({"type": "trigger_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    told = (await client.receive_json())["event"]
    ours = {key: value for key, value in told.items() if key.startswith("verified_response.")}
    assert set(ours) == {f"verified_response.{key}" for key in FOLLOWED}
    assert all(item["target"] for item in ours.values())
    assert set(ours["verified_response.level_raised"]["fields"]) == {"level", "behavior", "for"}
