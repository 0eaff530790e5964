"""Taps that let responders in: a code, or doors unlocked; what comes to nothing is told."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.verified_response.adapters.answers import EVENT
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.engine import granting
from tests.scenarios.conftest import House
from tests.test_door_actions import bolt, coming, front


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than a moment for what a lock says."""
    monkeypatch.setattr(granting, "OUTCOME_S", 0.05)


async def tap(house: House, action: str, incident_id: str, contact_id: str = "ada") -> None:
    """Tap a button, whether it was offered or not."""
    button = f"VERIFIED_RESPONSE|{action}|{incident_id}|{contact_id}"
    house.hass.bus.async_fire(EVENT, {"action": button})
    await asyncio.sleep(0)
    await asyncio.gather(*(t for t in asyncio.all_tasks() if t.get_name().endswith(" answer")))
    await house.settle()


def prompts(house: House) -> list[str]:
    return [push.data["title"] for push in house.pushes]


async def called(house: House, *more: Any) -> str:
    """Set up, and call for the police; nobody comes yet."""
    await house.set_up(more=more)
    told = await house.act("report_distress", kind="police")
    house.expect_shared()
    house.pushes.clear()
    return str(told["incident_id"])


async def test_when_somebody_comes_a_tap_makes_a_code_and_sends_it(empty_house: House) -> None:
    house = empty_house
    incident_id = await coming(house)
    assert "They are coming: Home" in prompts(house)
    await house.tap("let_in")
    (grant,) = (await house.act("list_grants"))["grants"]
    assert (grant["incident_id"], grant["preset"], grant["responders"]) == (
        incident_id,
        "responder",
        ["City desk"],
    )
    assert grant["code_available"] is True
    assert len(await house.journal("CodeSendingAsked")) == 1
    assert len(house.locks.of("front_lock").codes) == 1


async def test_two_taps_make_one_code(empty_house: House) -> None:
    await coming(empty_house)
    await empty_house.tap("let_in")
    await empty_house.tap("let_in")
    assert len((await empty_house.act("list_grants"))["grants"]) == 1


async def test_a_stranger_opens_nothing(empty_house: House) -> None:
    incident_id = await called(empty_house, front())
    for action in ("let_in", "unlock_now"):
        await tap(empty_house, action, incident_id, "stranger")
    assert (await empty_house.act("list_grants"))["grants"] == []
    assert bolt(empty_house) == "locked"


@pytest.mark.parametrize("failure", ["lock", "work", "ended", "unknown"])
async def test_a_code_that_was_not_made_is_told_and_logged(
    empty_house: House, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    house = empty_house
    incident_id = await called(house)
    if failure == "lock":
        house.locks.of("front_lock").unavailable = True
    if failure == "ended":
        await house.act("dismiss_incident", incident_id=incident_id, code="4917")
        house.pushes.clear()
    about = "nothing" if failure == "unknown" else incident_id
    vault = "custom_components.verified_response.adapters.code_vault.FileVault.keep"
    if failure == "work":
        with patch(vault, side_effect=WorkFailedError("code_not_kept")):
            await tap(house, "let_in", about)
    else:
        await tap(house, "let_in", about)
    assert "No code for the responder at Home" in prompts(house)
    buttons = [
        item for push in house.pushes for item in push.data.get("data", {}).get("actions", [])
    ]
    assert bool(buttons) is (failure in {"lock", "work"})
    if failure != "lock":
        assert "No code was made for those who come" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_tap_unlocks_the_doors_by_which_they_come(empty_house: House) -> None:
    house = empty_house
    incident_id = await called(house, front(fire_unlock=False))
    await tap(house, "unlock_now", incident_id)
    assert bolt(house) == "unlocked"
    (held,) = (await house.act("list_grants"))["doors"]
    assert (held["preset"], held["incident_id"]) == ("responder", incident_id)
    assert held["until"] is not None
    await house.wait(121)
    assert bolt(house) == "locked"


@pytest.mark.parametrize(
    "changes", [{"remote_unlock": False, "fire_unlock": True}, {"for_responders": False}]
)
async def test_a_door_that_is_not_for_them_stays_locked_and_that_is_told(
    empty_house: House, changes: dict[str, bool]
) -> None:
    incident_id = await called(empty_house, front(**changes))
    await tap(empty_house, "unlock_now", incident_id)
    assert bolt(empty_house) == "locked"
    assert prompts(empty_house) == ["No code for the responder at Home"]


async def test_in_a_fire_a_tap_unlocks_and_leaves_it_so(empty_house: House) -> None:
    house = empty_house
    await house.set_up(more=[front(remote_unlock=False)])
    await house.trip("smoke")
    await house.wait(15)
    assert bolt(house) == "locked", "never by the alarm alone"
    await house.tap("unlock_now")
    assert bolt(house) == "unlocked"
    (held,) = (await house.act("list_grants"))["doors"]
    assert (held["preset"], held["until"]) == ("fire", None)
    await house.wait(3600)
    assert bolt(house) == "unlocked"


async def test_a_fire_offers_nothing_without_consent(empty_house: House) -> None:
    house = empty_house
    await house.set_up(more=[front(fire_unlock=False)])
    await house.trip("smoke")
    await house.wait(15)
    offered = [
        item["action"].split("|")[1]
        for push in house.pushes
        for item in push.data.get("data", {}).get("actions", [])
    ]
    assert "confirm" in offered
    assert "unlock_now" not in offered


async def test_a_door_that_could_not_be_asked_is_told(
    empty_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house = empty_house
    incident_id = await called(house, front())
    await house.act("dismiss_incident", incident_id=incident_id, code="4917")
    house.pushes.clear()
    await tap(house, "unlock_now", incident_id)
    assert bolt(house) == "locked"
    assert prompts(house) == ["Not unlocked: Home"]
    assert house.pushes[0].data["message"] == "Front lock could not be unlocked."
    assert "A door was not unlocked for those who come: incident_ended" in caplog.text


async def test_an_exercise_is_sent_no_code(empty_house: House) -> None:
    incident_id = await coming(empty_house, mode="exercise")
    await tap(empty_house, "let_in", incident_id)
    (grant,) = (await empty_house.act("list_grants"))["grants"]
    assert grant["responders"] == []
    assert not await empty_house.journal("CodeSendingAsked")
