"""A code that a lock does not give up: what the owner is told, and what the owner may say."""

from datetime import timedelta
from typing import Any

import pytest
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.access import CredentialStatus
from custom_components.verified_response.engine import granting
from tests.scenarios.conftest import House


@pytest.fixture
async def stuck(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house whose front lock does not answer, with a code on it that expired."""
    monkeypatch.setattr(granting, "OUTCOME_S", 1.0)
    assert await async_setup_component(house.hass, REPAIRS, {})
    await house.act("grant_access", lock=["lock.front"], duration=timedelta(minutes=5))
    house.locks.of("front_lock").unavailable = True
    await house.wait(400)
    assert "code_not_removed" in house.issues
    return house


def issue(house: House) -> ir.IssueEntry:
    [found] = [
        item
        for item in ir.async_get(house.hass).issues.values()
        if item.translation_key == "code_not_removed"
    ]
    return found


def credential(house: House) -> CredentialStatus:
    [grant] = house.entry.runtime_data.desk.state.grants.values()
    return grant.credentials["front_lock"].status


async def open_flow(house: House) -> Any:
    manager = house.hass.data[REPAIRS]["flow_manager"]
    return await manager.async_init(DOMAIN, context={"issue_id": issue(house).issue_id})


async def choose(house: House, form: Any, step: str) -> Any:
    manager = house.hass.data[REPAIRS]["flow_manager"]
    result = await manager.async_configure(form["flow_id"], {"next_step_id": step})
    await house.settle()
    return result


async def test_it_says_what_is_known(stuck: House) -> None:
    assert issue(stuck).is_fixable
    form = await open_flow(stuck)
    assert (form["type"], form["step_id"]) == (FlowResultType.MENU, "init")
    assert form["menu_options"] == ["try_again", "by_hand", "lock_gone"]
    told = form["description_placeholders"]
    assert (told["name"], told["slot"]) == ("Front lock", "10")
    assert told["since"].startswith("20")
    assert told["reason"].endswith("."), "a sentence, no key"


async def test_trying_again_at_once_may_help(stuck: House) -> None:
    form = await open_flow(stuck)
    stuck.locks.of("front_lock").unavailable = False
    result = await choose(stuck, form, "try_again")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not stuck.locks.of("front_lock").codes
    assert credential(stuck) is CredentialStatus.REMOVED
    assert "code_not_removed" not in stuck.issues


async def test_trying_again_in_vain_says_why(stuck: House) -> None:
    result = await choose(stuck, await open_flow(stuck), "try_again")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "still_there")
    assert result["description_placeholders"]["reason"].endswith(".")
    assert "code_not_removed" in stuck.issues
    assert stuck.state("event.front_lock_credential").attributes["reason"] == "lock_unavailable"


@pytest.mark.parametrize(
    ("choice", "status"),
    [
        ("by_hand", CredentialStatus.REMOVED_BY_HAND),
        ("lock_gone", CredentialStatus.LOCK_GONE),
    ],
)
async def test_the_owners_word_settles_it(
    stuck: House, choice: str, status: CredentialStatus
) -> None:
    result = await choose(stuck, await open_flow(stuck), choice)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert credential(stuck) is status
    assert "code_not_removed" not in stuck.issues
    changed = (await stuck.journal("CredentialChanged"))[-1]
    assert changed.payload["by"] == "owner:repair"
    attributes = stuck.state("event.front_lock_credential").attributes
    assert (attributes["event_type"], attributes["proof"]) == ("revoked", status)


@pytest.mark.parametrize("choice", ["try_again", "by_hand", "lock_gone"])
async def test_what_is_gone_meanwhile_needs_nothing(stuck: House, choice: str) -> None:
    form = await open_flow(stuck)
    stuck.locks.of("front_lock").unavailable = False
    await stuck.wait(700)
    result = await choose(stuck, form, choice)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "nothing_left")


@pytest.mark.parametrize("choice", [None, "try_again", "by_hand"])
async def test_without_a_running_entry_nothing_is_done(stuck: House, choice: str | None) -> None:
    form = await open_flow(stuck) if choice else None
    issue_id = issue(stuck).issue_id
    await stuck.hass.config_entries.async_unload(stuck.entry.entry_id)
    if choice is None:
        manager = stuck.hass.data[REPAIRS]["flow_manager"]
        result = await manager.async_init(DOMAIN, context={"issue_id": issue_id})
    else:
        result = await choose(stuck, form, choice)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_a_lock_that_was_removed_keeps_its_name(stuck: House) -> None:
    stuck.hass.config_entries.async_remove_subentry(stuck.entry, "front_lock")
    await stuck.settle()
    placeholders = issue(stuck).translation_placeholders
    assert placeholders is not None
    assert placeholders["name"] == "Front lock"
    form = await open_flow(stuck)
    assert form["description_placeholders"]["name"] == "Front lock"
