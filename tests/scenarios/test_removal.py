"""Premises that are removed leave no journal, and say which locks still hold a code."""

from pathlib import Path

from homeassistant.helpers import issue_registry as ir

from custom_components.verified_response.const import DOMAIN
from tests.scenarios.conftest import House


async def test_codes_that_nobody_will_remove_are_told(house: House, tmp_path: Path) -> None:
    await house.act("grant_access", lock=["lock.front"])
    folder = tmp_path / ".storage" / DOMAIN / house.entry.entry_id
    assert folder.is_dir()
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.settle()
    assert not folder.exists()
    [issue] = [
        item for (domain, _), item in ir.async_get(house.hass).issues.items() if domain == DOMAIN
    ]
    assert issue.translation_key == "codes_left_behind"
    assert issue.translation_placeholders == {"names": "Front lock"}
    await house.hass.config_entries.async_add(house.entry)


async def test_without_live_codes_nothing_is_said(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front"])
    await house.act("revoke_access", grant_id=granted["grant_id"])
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.settle()
    assert not [key for key in ir.async_get(house.hass).issues if key[0] == DOMAIN]
    await house.hass.config_entries.async_add(house.entry)


async def test_a_lock_that_was_removed_before_is_told_too(house: House) -> None:
    await house.act("grant_access", lock=["lock.front"])
    house.locks.of("front_lock").unavailable = True
    house.hass.config_entries.async_remove_subentry(house.entry, "front_lock")
    await house.settle()
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.settle()
    [issue] = [
        item for (domain, _), item in ir.async_get(house.hass).issues.items() if domain == DOMAIN
    ]
    assert issue.translation_placeholders == {"names": "Front lock"}
    await house.hass.config_entries.async_add(house.entry)
