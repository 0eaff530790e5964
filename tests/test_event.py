"""Event entities: the stable interface for automations."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from homeassistant.core import Event, callback

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import PassageStatus
from custom_components.verified_response.core.commands import ReportDoor
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.effects import (
    ClearCredential,
    LockDoor,
    SetCredential,
    UnlockDoor,
)
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.core.evidence import (
    DevicesLost,
    Threat,
    Verdict,
    ZoneTrip,
)
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.rules.access.removal import RETRY_ASKED
from tests.fakes.config_entry import OWNER_CODE, part
from tests.fakes.news import tell
from tests.scenarios.conftest import House


def follow(house: House, entity_id: str) -> list[str]:
    types: list[str] = []

    @callback
    def changed(event: Event) -> None:
        if event.data["entity_id"] == entity_id and event.data["new_state"] is not None:
            types.append(event.data["new_state"].attributes["event_type"])

    house.hass.bus.async_listen("state_changed", changed)
    return types


async def test_the_life_of_an_incident(house: House) -> None:
    told = follow(house, "event.home_incident")
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("front_door")
    assert not told
    await house.trip("hall_motion")
    await house.wait(30)
    assert told == ["opened"]
    await house.wait(15)
    await house.tap("confirm")
    house.expect_shared()
    await house.disarm()
    assert told == ["opened", "confirmed", "level_raised", "shared", "closed"]


async def test_a_false_alarm(house: House) -> None:
    told = follow(house, "event.home_incident")
    await house.arm()
    await house.trip("kitchen_window")
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert told == ["opened", "level_raised", "denied", "level_lowered", "cancelled"]


async def test_a_reload_does_not_raise_the_level_again(house: House) -> None:
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("hall_motion")
    assert house.entry is not None
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()
    told = follow(house, "event.home_incident")
    await house.wait(5)
    await house.trip("porch_motion")  # another reason, the same level
    assert house.level == "2"
    assert "level_raised" not in told


async def test_the_life_of_a_code(house: House) -> None:
    told = follow(house, "event.front_lock_credential")
    await house.wait(6)  # what a lock says right after the start was there before
    granted = await house.act("grant_access", lock=["lock.front"], max_uses=1)
    label = f"VR {granted['grant_id'][-6:]}"
    house.clock.tick(60)
    house.hass.states.async_set("lock.front", "unlocked", {"changed_by": label})
    await house.settle()
    assert told == ["granted", "used", "revoked"]
    assert not house.locks.of("front_lock").codes


async def test_a_code_that_no_lock_took(house: House) -> None:
    told = follow(house, "event.front_lock_credential")
    house.locks.of("front_lock").writes_lost = True
    granted = await house.act("grant_access", lock=["lock.front"])
    assert granted["locks"][0]["outcome"] == "failed"
    assert "granted" not in told


async def test_event_types_are_translated(house: House) -> None:
    import json
    from pathlib import Path

    import custom_components.verified_response as package

    texts = json.loads(
        (Path(package.__file__).parent / "translations" / "en.json").read_text(encoding="utf-8")
    )["entity"]["event"]
    for entity_id, key in (("home_incident", "incident"), ("front_lock_credential", "credential")):
        types = house.state(f"event.{entity_id}").attributes["event_types"]
        assert set(types) == set(texts[key]["state_attributes"]["event_type"]["state"])


async def test_an_early_warning_names_the_camera_and_opens_nothing(house: House) -> None:
    from custom_components.verified_response.core.commands import ReportOutside
    from custom_components.verified_response.core.detection import Trust

    told = follow(house, "event.home_incident")
    await house.arm()
    assert house.entry is not None
    warning = ReportOutside(
        camera_id="porch",
        trust=Trust.FULL,
        engine="onnx/fake",
        scores=(0.9,),
        box=None,
        count=2,
        dwell_s=4.25,
        direction="in",
    )
    await house.entry.runtime_data.desk.submit(warning)
    await house.settle()
    assert told == ["early_warning"]
    attributes = house.state("event.home_incident").attributes
    shown = {key: attributes[key] for key in ("camera", "name", "people", "dwell_s", "direction")}
    assert shown == {
        "camera": "camera.porch",
        "name": "Porch",
        "people": 2,
        "dwell_s": 4.2,
        "direction": "in",
    }
    assert house.stage == "none"
    assert house.panel == "armed_away"
    await house.wait(120)
    assert not house.pushes
    assert not house.sirens


AT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def outside(**changes: Any) -> ev.PersonOutside:
    known = {"at": AT, "camera_id": "porch", "trust": Trust.FULL, "engine": "e", "scores": (0.9,)}
    return ev.PersonOutside(**known | changes)


def trip(**changes: Any) -> ZoneTrip:
    known = {"zone_id": "kitchen_window", "zone_type": ZoneType.PERIMETER, "device": "d"}
    return ZoneTrip(at=AT, place="p", **known | changes)


def opened(incident_id: str, **changes: Any) -> ev.IncidentOpened:
    known = {"kind": IncidentKind.BURGLARY, "stage": Stage.VERIFYING, "until": None, "areas": ()}
    return ev.IncidentOpened(incident_id=incident_id, by="hub", **known | changes)


WINDOW = {"zones": ["Kitchen window"]}
TOLD_OF_THE_HOUSE = [
    (outside(dwell_s=19.9), "early_warning", {"camera": "camera.porch", "name": "Porch"}),
    (outside(dwell_s=20.0), "loitering", {"camera": "camera.porch", "dwell_s": 20.0}),
    (
        ev.DoorAttempted(door_id="front_lock"),
        "door_attempted",
        {"lock": "lock.front", "name": "Front lock"},
    ),
    (ev.DoorAttempted(door_id="house"), "door_attempted", {"lock": None, "name": "House"}),
    (
        ev.ArmingFailed(
            area_id="house", mode=ArmMode.AWAY, zones=("kitchen_window", "gone"), by="owner"
        ),
        "arm_failed",
        {"area": "House", "mode": "away", "zones": ["Kitchen window", "gone"]},
    ),
    (
        ev.AreaArmed(area_id="house", mode=ArmMode.HOME, by="owner", reason="nobody_left"),
        "armed_home",
        {"area": "House"},
    ),
    (
        ev.ZoneAlarmed(area_id="house", zone_id="kitchen_window", shut_down=True),
        "zone_shut_down",
        WINDOW | {"area": "House"},
    ),
    (ev.EvidenceNoted(item=trip(), waits=True), "zone_waits", WINDOW),
    (ev.EvidenceNoted(item=trip(observed=False)), "zone_found_open", WINDOW),
    (
        ev.EvidenceNoted(item=DevicesLost(at=AT, zones=("kitchen_window",))),
        "sensors_lost",
        WINDOW,
    ),
]


@pytest.mark.parametrize(
    ("event", "told", "facts"), TOLD_OF_THE_HOUSE, ids=lambda item: str(item)[:40]
)
async def test_what_people_hear_without_any_incident(
    house: House, event: ev.Event, told: str, facts: dict[str, Any]
) -> None:
    seen = follow(house, "event.home_incident")
    await tell(house, event)
    assert seen == [told]
    shown = house.state("event.home_incident").attributes
    assert {key: shown[key] for key in facts} == facts


@pytest.mark.parametrize(
    "event",
    [
        ev.EvidenceNoted(item=trip()),
        ev.ZoneAlarmed(area_id="house", zone_id="kitchen_window"),
        ev.AreaArmed(area_id="house", mode=ArmMode.HOME, by="owner"),
        ev.WrongCode(area_id="house", by="owner"),
    ],
)
async def test_what_is_no_news(house: House, event: ev.Event) -> None:
    seen = follow(house, "event.home_incident")
    await tell(house, event)
    assert seen == []


HIDDEN = [{"covert": True}, {"silent": True}, {"kind": IncidentKind.DURESS}]


@pytest.mark.parametrize("hidden", HIDDEN)
async def test_what_may_not_appear_by_itself_is_never_told(
    house: House, hidden: dict[str, Any]
) -> None:
    seen = follow(house, "event.home_incident")
    await tell(
        house,
        opened("i1", **hidden),
        ev.EvidenceAdded(incident_id="i1", item=trip(observed=False)),
        ev.EvidenceAdded(incident_id="i1", item=DevicesLost(at=AT, zones=("kitchen_window",))),
        ev.VerdictGiven(incident_id="i1", verdict=Verdict(at=AT, by="a", threat=Threat.LIFE)),
        ev.VerdictGiven(incident_id="i1", verdict=Verdict(at=AT, by="b", threat=None)),
        ev.IncidentEnded(incident_id="i1", stage=Stage.CLOSED, reason="dismissed", by="b"),
    )
    assert seen == []


async def test_evidence_of_an_incident_is_told_with_it(house: House) -> None:
    await tell(house, opened("i1"))
    seen = follow(house, "event.home_incident")
    await tell(house, ev.EvidenceAdded(incident_id="i1", item=trip(observed=False)))
    await tell(
        house,
        ev.EvidenceAdded(incident_id="i1", item=DevicesLost(at=AT, zones=("hall_motion",))),
    )
    assert seen == ["zone_found_open", "sensors_lost"]
    shown = house.state("event.home_incident").attributes
    assert (shown["incident_id"], shown["zones"]) == ("i1", ["Hall motion"])


async def test_different_answers_are_told_once(house: House) -> None:
    def word(by: str, threat: Threat | None, minute: int) -> ev.VerdictGiven:
        verdict = Verdict(at=AT.replace(minute=minute), by=by, threat=threat)
        return ev.VerdictGiven(incident_id="i1", verdict=verdict)

    await tell(house, opened("i1"))
    seen = follow(house, "event.home_incident")
    await tell(house, word("ada", Threat.NONE, 1), word("bob", Threat.LIFE, 2))
    assert seen == ["confirmed", "confirmed"]
    await tell(house, word("cay", None, 3))
    assert seen[2:] == ["denied", "answers_differ"]
    await tell(house, word("dan", Threat.PROPERTY, 4), word("eve", None, 5))
    assert seen[4:] == ["confirmed", "denied"]


async def test_two_people_who_answer_differently(house: House) -> None:
    """By the rules: the confirmation stays, and both answers are heard."""
    await house.arm()
    await house.trip("kitchen_window")
    await house.wait(15)
    seen = follow(house, "event.home_incident")
    await house.act("confirm_incident", threat="property")
    await house.act("dismiss_incident", code=OWNER_CODE)
    house.expect_shared()
    assert [
        item for item in seen if item in ("confirmed", "denied", "answers_differ", "closed")
    ] == [
        "confirmed",
        "denied",
        "answers_differ",
    ]


async def test_how_long_somebody_stays_is_the_owners_number(house: House) -> None:
    desk = house.entry.runtime_data.desk
    policy = replace(desk.premises.policy, loiter_s=60)
    desk.show(premises=replace(desk.premises, policy=policy))
    seen = follow(house, "event.home_incident")
    await tell(house, outside(dwell_s=59.0), outside(dwell_s=60.0))
    assert seen == ["early_warning", "loitering"]


DOOR = "event.front_lock_credential"


def said(house: House, act: DoorAct, **changes: Any) -> ReportDoor:
    house.clock.tick(10)
    report = DoorReport(
        at=house.clock.now(), door_id="front_lock", act=act, method=EntryMethod.KEYPAD
    )
    return ReportDoor(report=replace(report, **changes))


async def test_a_use_says_whose_code_by_what_and_whether_that_is_proven(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"])
    desk = house.entry.runtime_data.desk
    slot = desk.state.grants[granted["grant_id"]].credentials["front_lock"].slot
    await desk.submit(said(house, DoorAct.UNLOCKED, slot=slot))
    await house.settle()
    told = house.state(DOOR).attributes
    shown = {key: told[key] for key in ("event_type", "grant_id", "method", "proven")}
    assert shown == {
        "event_type": "used",
        "grant_id": granted["grant_id"],
        "method": "keypad",
        "proven": True,
    }


async def test_a_code_that_could_not_be_read_back_proves_nobody(house: House) -> None:
    house.locks.of("front_lock").read_back = False
    granted = await house.act("grant_access", lock=["lock.front"])
    desk = house.entry.runtime_data.desk
    slot = desk.state.grants[granted["grant_id"]].credentials["front_lock"].slot
    await desk.submit(said(house, DoorAct.UNLOCKED, slot=slot))
    await house.settle()
    assert house.state(DOOR).attributes["proven"] is False


async def test_wrong_codes_are_counted(house: House) -> None:
    told = follow(house, DOOR)
    desk = house.entry.runtime_data.desk
    for row in (1, 2, 3):
        await desk.submit(said(house, DoorAct.REFUSED))
        await house.settle()
        assert house.state(DOOR).attributes["in_a_row"] == row
    await desk.submit(said(house, DoorAct.LOCKED_OUT))
    await house.settle()
    assert told == ["wrong_code"] * 3 + ["lockout"]


async def test_somebody_elses_code_is_no_news(house: House) -> None:
    told = follow(house, DOOR)
    await house.entry.runtime_data.desk.submit(said(house, DoorAct.UNLOCKED, slot=2))
    await house.settle()
    assert told == []


async def test_the_life_of_a_door_from_afar(empty_house: House) -> None:
    house = empty_house
    allowed = {"remote_unlock": True, "adapter": "zwave_js"}
    await house.set_up(more=[part("lock", "Front lock", entity_id="lock.front", **allowed)])
    told = follow(house, DOOR)
    answer = await house.act("unlock_door", lock=["lock.front"], duration=30)
    await house.wait(31)
    assert told == ["door_unlocked", "door_relocked"]
    assert house.state(DOOR).attributes["grant_id"] == answer["grant_id"]


def passed(status: PassageStatus | None, reason: str | None = None) -> ev.PassageChanged:
    return ev.PassageChanged(door_id="front_lock", passage_id="p1", status=status, reason=reason)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (passed(PassageStatus.OPEN), ["door_unlocked"]),
        (passed(PassageStatus.CLOSING), []),
        (passed(PassageStatus.CLOSING, "lock_jammed"), ["door_not_unlocked"]),
        (passed(PassageStatus.FAILED, "lock_asleep"), ["door_not_unlocked"]),
        (passed(None), ["door_relocked"]),
        (passed(None, "lock_gone"), []),
        (replace(passed(PassageStatus.OPEN), door_id="back"), []),
    ],
)
async def test_a_door_is_never_said_to_be_locked_when_it_is_not(
    house: House, event: ev.Event, told: list[str]
) -> None:
    seen = follow(house, DOOR)
    await tell(house, event)
    assert seen == told


@pytest.mark.parametrize(
    ("effect", "code", "told"),
    [
        (ClearCredential, "lock_unavailable", ["removal_failed"]),
        (ClearCredential, RETRY_ASKED, []),
        (SetCredential, "lock_unavailable", []),
        (LockDoor, "door_open", []),
        (UnlockDoor, "lock_unavailable", []),
    ],
)
async def test_only_a_code_that_stays_is_a_removal_that_failed(
    house: House, effect: Any, code: str, told: list[str]
) -> None:
    more: dict[str, Any] = {
        LockDoor: {},
        UnlockDoor: {"passage_id": "p1"},
    }.get(effect, {"grant_id": "g1", "slot": 3})
    house.entry.runtime_data.outbox.close()  # nobody works it off
    seen = follow(house, DOOR)
    requested = ev.EffectRequested(effect_id="e9", effect=effect(door_id="front_lock", **more))
    await tell(house, requested)
    delayed = ev.EffectDelayed(
        effect_id="e9", code=code, retry_at=house.clock.now() + timedelta(hours=1)
    )
    await tell(house, delayed)
    assert seen == told


async def test_a_write_that_nobody_can_tell_about_is_told(house: House) -> None:
    told = follow(house, DOOR)
    house.locks.of("front_lock").writes_lost = True
    await house.act("grant_access", lock=["lock.front"])
    assert "set_failed" in told
    assert "granted" not in told
