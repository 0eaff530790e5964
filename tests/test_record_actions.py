"""What was written down: incidents read, exported, replayed; what nobody may see is in none of it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.json import json_dumps

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.codec import to_plain
from custom_components.verified_response.core.evidence import VehicleReported
from custom_components.verified_response.core.premises import Sign, SignKind
from custom_components.verified_response.core.rules.replay import read, replay
from custom_components.verified_response.engine.ports import Entry
from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import DURESS_CODE, House

RECORDED = Path(__file__).parent / "recordings"


async def burglary(house: House) -> None:
    """Front door, hall, a person, the owner's word, the end: as recorded in burglary.json."""
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("front_door")
    await house.wait(12)
    await house.trip("hall_motion")
    await house.wait(40)
    for _ in range(20):  # a busy machine
        if house.pushes:
            break
        await house.settle()
    await house.tap("confirm")
    house.expect_shared()
    await house.wait(30)
    await house.disarm()


async def put_down(house: House, *events: ev.Event) -> None:
    """Write events into the journal as the desk does, without any rule."""
    journal, now = house.entry.runtime_data.journal, house.clock.now()
    await journal.append(
        [
            Entry(
                at=now,
                kind=type(item).__name__,
                subject=ev.subject_of(item),
                payload=to_plain(item),
            )
            for item in events
        ]
    )


def as_json(answer: Any) -> Any:
    return json.loads(json_dumps(answer))


def shape(value: Any) -> Any:
    """Return what a record consists of, without what it says."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return type(value).__name__


async def test_answers_and_attempts_are_shown_by_name(house: House) -> None:
    await burglary(house)
    told = await house.act("get_incident")
    [answer] = told["answers"]
    assert {key: answer[key] for key in ("by", "threat", "false_alarm")} == {
        "by": "Ada",
        "threat": "property",
        "false_alarm": False,
    }
    assert told["answers_differ"] is False
    attempt = told["attempts"][0]
    assert (attempt["contact"], attempt["round"], attempt["channel"]) == ("Ada", 1, "push")
    assert attempt["outcome"]
    assert told["assessment"]["lowered_by"] == []
    assert "records" not in told


async def test_no_target_of_a_person_is_shown(house: House) -> None:
    await burglary(house)
    told = await house.act("get_incident", records=True)
    assert "AttemptMade" in {item["kind"] for item in told["records"]}
    assert "notify.ada" not in json_dumps(told)


async def test_both_answers_are_shown_when_they_differ(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    await house.wait(15)
    await house.act("confirm_incident", threat="none", note="a ladder")
    house.expect_shared()
    await house.act("dismiss_incident", code=OWNER_CODE)
    told = await house.act("get_incident")
    assert told["answers_differ"] is True
    assert [(item["by"], item["threat"], item["note"]) for item in told["answers"]] == [
        ("automation", "none", "a ladder"),
        ("Ada", None, ""),
    ]


async def test_an_export_is_replayed_without_a_difference(house: House) -> None:
    await burglary(house)
    told = as_json(await house.act("get_incident", records=True))
    assert told["records"][0]["kind"] == "PolicySet"
    [recording] = read(told["records"]).recordings
    assert recording.incident_id == told["incident_id"]
    assert recording.policy == house.entry.runtime_data.desk.premises.policy
    assert not replay(recording).differs


async def test_replaying_says_what_each_step_was_and_would_be(house: House) -> None:
    await burglary(house)
    told = as_json(await house.act("replay_incident"))
    assert told["differs"] is False
    assert told["numbers"] == {}
    assert told["numbers_known"] is True
    assert told["left_out"] == {}
    about = [(item["what"], item["about"]) for step in told["steps"] for item in step["what"]]
    assert ("ZoneTrip", "Front door") in about
    assert ("PersonSeen", "Hall") in about
    for step in told["steps"]:
        assert step["differs"] == []
        assert step["recorded"]["level"] == step["present"]["level"]
    assert told["steps"][-1]["present"]["level"] == 3
    assert told["stages"][0]["stage"] == "entry_delay"
    assert told["stages"][-1]["stage"] == "closed"


async def test_replaying_changes_and_sends_nothing(house: House) -> None:
    await burglary(house)
    before = await house.journal()
    pushes, state = len(house.pushes), house.entry.runtime_data.desk.state
    await house.act("replay_incident")
    assert await house.journal() == before
    assert house.entry.runtime_data.desk.state == state
    assert len(house.pushes) == pushes


async def test_numbers_that_changed_since_are_named(house: House) -> None:
    await burglary(house)
    desk = house.entry.runtime_data.desk
    stricter = replace(desk.premises.policy, corroboration_window_s=600)
    desk.show(premises=replace(desk.premises, policy=stricter))
    told = await house.act("replay_incident")
    assert told["numbers"] == {"corroboration_window_s": {"then": 1800, "now": 600}}


async def test_of_an_incident_that_nobody_wrote_down_nothing_is_said(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    journal = house.entry.runtime_data.journal

    async def nothing(**_: Any) -> list[Any]:
        return []

    journal.read = nothing
    with pytest.raises(ServiceValidationError) as refused:
        await house.act("replay_incident")
    assert refused.value.translation_key == "incident_not_recorded"


@pytest.mark.parametrize("action", ["dismiss_incident", "disarm"])
async def test_duress_looks_like_any_other_end(house: House, action: str) -> None:
    """Failure class 16: secret or duress leak."""

    async def told(code: str) -> tuple[Any, Any]:
        await house.arm()
        await house.trip("kitchen_window")
        await house.wait(15)
        await house.act("confirm_incident", threat="none") if action == "disarm" else None
        if action == "disarm":
            await house.disarm(code)
        else:
            await house.act("dismiss_incident", code=code)
            await house.disarm(OWNER_CODE)
        await house.clear("kitchen_window")
        answer = as_json(await house.act("get_incident", records=True))
        played = as_json(await house.act("replay_incident", incident_id=answer["incident_id"]))
        return answer, played

    free, under_duress = await told(OWNER_CODE), await told(DURESS_CODE)
    house.shares_expected = len(house.center.created)
    for one, other in zip(free, under_duress, strict=True):
        assert shape(one) == shape(other)
        text = json_dumps(other)
        assert "duress" not in text
        assert "recall" not in text
    kinds = [[item["kind"] for item in answer["records"]] for answer, _ in (free, under_duress)]
    assert kinds[0] == kinds[1]
    assert [set(item) for item in free[0]["records"]] == [
        set(item) for item in under_duress[0]["records"]
    ]


async def test_number_plates_are_for_those_who_ask_for_the_incident(house: House) -> None:
    desk = house.entry.runtime_data.desk
    gate = Sign(id="gate", name="Gate", kind=SignKind.NUMBER_PLATE, source="sensor.gate")
    desk.show(premises=replace(desk.premises, signs={"gate": gate}))
    await house.arm()
    await house.trip("kitchen_window")
    incident_id = house.state("sensor.home_incident").attributes["incident_id"]
    plate = VehicleReported(at=house.clock.now(), sign_id="gate", plate="B-VR 2026")
    await put_down(house, ev.EvidenceAdded(incident_id=incident_id, item=plate))
    told = await house.act("get_incident")
    assert "B-VR 2026" in json_dumps(told["timeline"])
    assert "Gate" in json_dumps(told["timeline"])
    told.pop("timeline")
    assert "B-VR 2026" not in json_dumps(told)
    for action in ("list_incidents", "replay_incident"):
        assert "B-VR 2026" not in json_dumps(await house.act(action))
    shown = [item.as_dict() for item in house.hass.states.async_all()]
    assert "B-VR 2026" not in json_dumps(shown)


async def test_the_recorded_export_is_what_the_journal_writes(house: House) -> None:
    """Same story, same shape: a change of the format shows here, and the old file stays readable."""
    recorded = json.loads((RECORDED / "burglary.json").read_text(encoding="utf-8"))
    await burglary(house)
    told = as_json(await house.act("get_incident", records=True))
    now = {item["kind"] for item in told["records"]}
    then = {item["kind"] for item in recorded["records"]}
    assert then <= now
    assert set(recorded["records"][0]) == set(told["records"][0])


def test_the_recorded_export_is_replayed() -> None:
    recorded = json.loads((RECORDED / "burglary.json").read_text(encoding="utf-8"))
    reading = read(recorded["records"])
    assert reading.skipped == {}
    [recording] = reading.recordings
    assert recording.policy is not None
    played = replay(recording)
    assert played.steps[0].what[0].kind == "ZoneTrip"
    assert played.steps[-1].present.level == 3
    assert [str(stage) for _, stage in played.stages] == [
        "entry_delay",
        "abort_window",
        "verifying",
        "awaiting_confirmation",
        "shared",
        "closed",
    ]
