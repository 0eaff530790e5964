"""Actions at doors: presets, doors unlocked from afar, codes shown once, and who came in."""

import csv
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.exceptions import ServiceValidationError

from custom_components.verified_response.core.commands import ReportDoor, RespondersSay
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.engine import granting
from custom_components.verified_response.engine.ports import Entry
from tests.fakes.config_entry import PHONE, RESPONDER, part
from tests.fakes.locks import FakeLock
from tests.scenarios import conftest as scenes
from tests.scenarios.conftest import House

ALLOWED = {"remote_unlock": True, "fire_unlock": True}


def front(**changes: Any) -> Any:
    return part(
        "lock", "Front lock", entity_id="lock.front", adapter="zwave_js", **ALLOWED | changes
    )


@pytest.fixture
async def open_house(empty_house: House) -> House:
    """A house whose owner allowed everything for the front door, and has a back door without consent."""
    empty_house.locks.locks["back_lock"] = FakeLock()
    empty_house.hass.states.async_set("lock.back", "locked")
    back = part("lock", "Back lock", entity_id="lock.back", adapter="none")
    await empty_house.set_up(more=[front(), back])
    return empty_house


async def refused(house: House, action: str, **fields: Any) -> str:
    with pytest.raises(ServiceValidationError) as error:
        await house.act(action, **fields)
    return str(error.value.translation_key)


def bolt(house: House) -> str:
    return house.locks.of("front_lock").bolt


@pytest.mark.parametrize(
    ("preset", "lasts", "uses"),
    [(None, 1800, None), ("responder", 1800, 3), ("guest", 86_400, None)],
)
async def test_a_preset_says_how_long_and_how_often(
    house: House, preset: str | None, lasts: int, uses: int | None
) -> None:
    asked = {} if preset is None else {"preset": preset}
    granted = await house.act("grant_access", lock=["lock.front"], **asked)
    (listed,) = (await house.act("list_grants"))["grants"]
    assert listed["preset"] == preset
    assert listed["max_uses"] == uses
    until = house.clock.now() + timedelta(seconds=lasts)
    assert granted["expires_at"] == until.isoformat()


async def test_what_is_said_wins_over_the_preset(house: House) -> None:
    granted = await house.act(
        "grant_access", lock=["lock.front"], preset="responder", duration=60, max_uses=1
    )
    (listed,) = (await house.act("list_grants"))["grants"]
    assert listed["max_uses"] == 1
    assert granted["expires_at"] == (house.clock.now() + timedelta(seconds=60)).isoformat()


async def test_in_a_fire_doors_are_unlocked_and_stay_so(open_house: House) -> None:
    told = await open_house.act("grant_access", lock=["lock.front"], preset="fire")
    assert told == {
        "grant_id": told["grant_id"],
        "code": None,
        "expires_at": None,
        "locks": [{"entity_id": "lock.front", "outcome": "unlocked", "reason": None}],
    }
    assert bolt(open_house) == "unlocked"
    assert not open_house.locks.of("front_lock").codes
    await open_house.wait(7200)
    assert bolt(open_house) == "unlocked"
    (held,) = (await open_house.act("list_grants"))["doors"]
    assert (held["grant_id"], held["entity_id"], held["status"], held["preset"]) == (
        told["grant_id"],
        "lock.front",
        "open",
        "fire",
    )
    revoked = await open_house.act("revoke_access", grant_id=told["grant_id"])
    assert revoked == {"locks": [{"entity_id": "lock.front", "outcome": "locked", "reason": None}]}
    assert bolt(open_house) == "locked"
    assert (await open_house.act("list_grants"))["doors"] == []


async def test_a_fire_opens_what_may_be_opened_and_names_what_may_not(open_house: House) -> None:
    locks = ["lock.back", "lock.front"]
    told = await open_house.act("grant_access", lock=locks, preset="fire", duration=60)
    assert told["locks"] == [
        {"entity_id": "lock.back", "outcome": "failed", "reason": "fire_unlock_not_allowed"},
        {"entity_id": "lock.front", "outcome": "unlocked", "reason": None},
    ]
    assert told["expires_at"] == (open_house.clock.now() + timedelta(seconds=60)).isoformat()
    await open_house.wait(61)
    assert bolt(open_house) == "locked"


async def test_a_door_is_unlocked_for_a_while(open_house: House) -> None:
    told = await open_house.act(
        "unlock_door", lock=["lock.front"], duration=30, recipient="Plumber"
    )
    assert told["locks"] == [{"entity_id": "lock.front", "outcome": "unlocked", "reason": None}]
    await open_house.wait(29)
    assert bolt(open_house) == "unlocked"
    await open_house.wait(2)
    assert bolt(open_house) == "locked"


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"lock": ["lock.back"]}, "remote_unlock_not_allowed"),
        ({"lock": ["lock.front"], "duration": 9}, "hold_out_of_range"),
        ({"lock": ["lock.front"], "duration": 3601}, "hold_out_of_range"),
        ({"lock": ["lock.front"], "incident_id": "x"}, "incident_unknown"),
    ],
)
async def test_what_is_not_allowed_stays_locked(
    open_house: House, fields: dict[str, Any], key: str
) -> None:
    assert await refused(open_house, "unlock_door", **fields) == key
    assert bolt(open_house) == "locked"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than a moment for what a lock says."""
    monkeypatch.setattr(granting, "OUTCOME_S", 0.05)


@pytest.mark.usefixtures("impatient")
async def test_a_bolt_that_is_stuck_is_told(open_house: House) -> None:
    open_house.locks.of("front_lock").jams = True
    told = await open_house.act("unlock_door", lock=["lock.front"])
    assert [(item["outcome"], item["reason"]) for item in told["locks"]] == [
        ("pending", "lock_jammed")
    ]


@pytest.mark.usefixtures("impatient")
async def test_a_door_that_stands_open_is_not_locked_and_says_so(open_house: House) -> None:
    await open_house.act("unlock_door", lock=["lock.front"], duration=600)
    open_house.locks.of("front_lock").door = "open"
    told = await open_house.act("relock_door", lock=["lock.front"])
    assert told == {
        "locks": [{"entity_id": "lock.front", "outcome": "pending", "reason": "door_open"}]
    }
    await open_house.wait(60)
    assert "door_held" in open_house.issues
    open_house.locks.of("front_lock").door = "closed"
    await open_house.wait(60)
    assert bolt(open_house) == "locked"
    assert "door_held" not in open_house.issues


async def test_a_door_is_locked_at_once_when_asked(open_house: House) -> None:
    await open_house.act("unlock_door", lock=["lock.front"], duration=600)
    told = await open_house.act("relock_door", lock=["lock.front"])
    assert told == {"locks": [{"entity_id": "lock.front", "outcome": "locked", "reason": None}]}
    assert bolt(open_house) == "locked"
    assert await refused(open_house, "relock_door", lock=["lock.front"]) == "door_not_held"


async def test_a_code_is_in_the_answer_and_not_shown_again(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"])
    key = await refused(house, "show_access_code", grant_id=granted["grant_id"])
    assert key == "code_shown_already"
    (listed,) = (await house.act("list_grants"))["grants"]
    assert listed["code_available"] is False


async def test_a_code_that_nobody_saw_is_shown_once(house: House) -> None:
    runtime = house.entry.runtime_data
    told = await house.act("report_distress", kind="police")
    house.expect_shared()
    grant_id = await runtime.granting.let_in(told["incident_id"], by="contact:ada")
    await house.settle()
    (listed,) = (await house.act("list_grants"))["grants"]
    assert listed["code_available"] is True
    shown = await house.act("show_access_code", grant_id=grant_id)
    assert list(house.locks.of("front_lock").codes.values()) == [shown["code"]]
    assert await refused(house, "show_access_code", grant_id=grant_id) == "code_shown_already"


LIVE = {"mode": "live", "live_since": "2026-11-01", "verified_phone": PHONE, "access": "on_tap"}


async def coming(house: House, **changes: Any) -> str:
    """Call the police, and let the desk take it on; return the incident."""
    await house.set_up(more=[part("responder", "City desk", **RESPONDER | LIVE | changes)])
    told = await house.act("report_distress", kind="police")
    house.expect_shared()
    says = RespondersSay(
        incident_id=told["incident_id"],
        responder_id="city_desk",
        event_id="w1",
        status="acknowledged",
        number="4711",
    )
    await house.entry.runtime_data.desk.submit(says)
    await house.settle()
    return str(told["incident_id"])


async def test_a_code_is_sent_to_those_who_come_and_may_have_it(empty_house: House) -> None:
    incident_id = await coming(empty_house)
    granted = await empty_house.act("grant_access", lock=["lock.front"], send_to_responders=True)
    assert granted["responders"] == ["City desk"]
    (listed,) = (await empty_house.act("list_grants"))["grants"]
    assert (listed["incident_id"], listed["responders"]) == (incident_id, ["City desk"])
    assert len(await empty_house.journal("CodeSendingAsked")) == 1


@pytest.mark.parametrize("changes", [{"access": "never"}, {"mode": "exercise"}])
async def test_a_code_is_not_sent_where_the_owner_did_not_allow_it(
    empty_house: House, changes: dict[str, str]
) -> None:
    await coming(empty_house, **changes)
    granted = await empty_house.act("grant_access", lock=["lock.front"], send_to_responders=True)
    assert granted["responders"] == []
    assert not await empty_house.journal("CodeSendingAsked")


async def test_a_code_is_not_sent_unasked(empty_house: House) -> None:
    await coming(empty_house)
    await empty_house.act("grant_access", lock=["lock.front"])
    assert not await empty_house.journal("CodeSendingAsked")


async def uses(house: House, grant_id: str) -> None:
    """Let the lock report our code, somebody else's, a wrong one, and the key."""
    desk = house.entry.runtime_data.desk
    slot = desk.state.grants[grant_id].credentials["front_lock"].slot
    said: list[dict[str, Any]] = [
        {"act": DoorAct.UNLOCKED, "method": EntryMethod.KEYPAD, "slot": slot},
        {"act": DoorAct.UNLOCKED, "method": EntryMethod.KEYPAD, "slot": 2, "name": "=Mum"},
        {"act": DoorAct.REFUSED, "method": EntryMethod.KEYPAD},
        {"act": DoorAct.LOCKED, "method": EntryMethod.MANUAL, "raw": {"event": "1"}},
    ]
    for report in said:
        house.clock.tick(10)
        await desk.submit(
            ReportDoor(report=DoorReport(at=desk.now(), door_id="front_lock", **report))
        )
    await house.settle()


async def test_who_came_in_is_listed_the_newest_first(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Officer Lee")
    await uses(house, granted["grant_id"])
    told = await house.act("list_entries")
    assert set(told) == {"entries"}
    lines = [
        (item["act"], item["method"], item["who"], item["credential"]) for item in told["entries"]
    ]
    assert lines == [
        ("locked", "manual", "", ""),
        ("refused", "keypad", "", ""),
        ("unlocked", "keypad", "", "place 2, =Mum"),
        ("unlocked", "keypad", "Officer Lee", "place 10"),
    ]
    assert told["entries"][0]["raw"] == {"event": "1"}
    assert told["entries"][3]["grant_id"] == granted["grant_id"]
    assert [item["proven"] for item in told["entries"]] == [False, False, False, True]
    assert {item["lock"] for item in told["entries"]} == {"lock.front"}
    (listed,) = (await house.act("list_grants"))["grants"]
    assert [(item["lock"], item["method"]) for item in listed["used"]] == [("lock.front", "keypad")]


async def test_lines_are_chosen(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Officer Lee")
    start = house.clock.now()
    await uses(house, granted["grant_id"])

    async def count(**query: Any) -> int:
        return len((await house.act("list_entries", **query))["entries"])

    assert await count(limit=2) == 2
    assert await count(who="lee") == 1
    assert await count(who="mum") == 1
    assert await count(proven=True) == 1
    assert await count(method="manual") == 1
    assert await count(door="lock.front") == 4
    assert await count(since=(start + timedelta(seconds=25)).isoformat()) == 2
    assert await count(until=(start + timedelta(seconds=25)).isoformat()) == 2


async def test_a_table_for_spreadsheets(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"])
    await uses(house, granted["grant_id"])
    told = await house.act("list_entries", format="csv")
    head, *rows = csv.reader(told["csv"].splitlines())
    assert head == ["at", "lock", "act", "method", "who", "credential", "proven", "grant_id", "raw"]
    assert [row[6] for row in rows] == ["no", "no", "no", "yes"]
    assert len(rows) == len(told["entries"]) == 4


async def test_doors_from_afar_are_in_the_list_too(open_house: House) -> None:
    await open_house.act("unlock_door", lock=["lock.front"], duration=30, recipient="Plumber")
    await open_house.wait(31)
    told = (await open_house.act("list_entries", who="plumber"))["entries"]
    assert [item["act"] for item in told] == [
        "relocked",
        "relock_asked",
        "held_unlocked",
        "unlock_asked",
    ]
    assert {item["who"] for item in told} == {""}


async def test_a_door_that_was_removed_keeps_its_history(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Officer Lee")
    await uses(house, granted["grant_id"])
    await house.act("revoke_access", grant_id=granted["grant_id"])
    house.hass.config_entries.async_remove_subentry(house.entry, "front_lock")
    await house.settle()
    told = (await house.act("list_entries"))["entries"]
    assert len(told) == 4
    assert {item["lock"] for item in told} == {"lock.front"}, "its grant remembers the lock"


async def test_whom_a_forgotten_grant_was_for_is_read_from_the_journal(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Officer Lee")
    await uses(house, granted["grant_id"])
    await house.act("revoke_access", grant_id=granted["grant_id"])
    desk = house.entry.runtime_data.desk
    forgotten = replace(desk.state, grants={})
    desk.feed.publish(replace(desk.feed.latest, state=forgotten, news=()))
    told = (await house.act("list_entries", proven=True))["entries"]
    assert [item["who"] for item in told] == ["Officer Lee"]


async def test_what_the_form_seals_the_locks_can_unseal(
    empty_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    def made(fake: Any) -> Any:
        def make(*_: Any, **more: Any) -> Any:
            given.update(more)
            return fake

        return make

    monkeypatch.setattr(scenes, "_returns", made)
    await empty_house.set_up()
    sealed = empty_house.entry.runtime_data.seal("735182")
    assert "735182" not in sealed
    assert given["unseal"](sealed) == "735182"


async def test_what_a_newer_version_wrote_does_not_hide_the_rest(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"])
    await uses(house, granted["grant_id"])
    journal = house.entry.runtime_data.journal
    unknown = {"report": {"act": "teleported"}}
    await journal.append(
        [Entry(at=house.clock.now(), kind="DoorReported", subject="front_lock", payload=unknown)]
    )
    assert len((await house.act("list_entries"))["entries"]) == 4
