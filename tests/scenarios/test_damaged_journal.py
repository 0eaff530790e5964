"""A journal that cannot be read is set aside, and people are told what is not known any more."""

from pathlib import Path

from homeassistant.helpers import issue_registry as ir

from custom_components.verified_response.const import DOMAIN
from tests.scenarios.conftest import House


def told(house: House) -> list[str]:
    issues = ir.async_get(house.hass).issues
    return [item.translation_key for (domain, _), item in issues.items() if domain == DOMAIN]


async def test_people_hear_of_a_damaged_journal(house: House, tmp_path: Path) -> None:
    await house.arm()
    assert "journal_set_aside" not in told(house)
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    folder = tmp_path / ".storage" / DOMAIN / house.entry.entry_id
    (folder / "journal.db").write_bytes(b"no database" * 500)
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    assert house.panel == "disarmed"
    assert "journal_set_aside" in told(house)
    [issue] = [
        item
        for item in ir.async_get(house.hass).issues.values()
        if item.translation_key == "journal_set_aside"
    ]
    assert (folder / issue.translation_placeholders["file"]).read_bytes() == b"no database" * 500
