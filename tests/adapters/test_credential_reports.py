"""Which of our codes opened which door."""

from datetime import UTC, datetime, timedelta

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.adapters import credential_reports
from custom_components.verified_response.core.access import (
    AccessGrant,
    Credential,
    CredentialStatus,
)
from tests import builders

NOW = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)

HOUSE = builders.premises(doors=builders.by_id([builders.door("front", source="lock.front")]))


def grant(status: CredentialStatus = CredentialStatus.CONFIRMED) -> AccessGrant:
    return AccessGrant(
        id="0000ABCDEF",
        recipient="Officer",
        by="automation",
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        fingerprint="f",
        credentials={"front": Credential(door_id="front", slot=7, status=status)},
    )


@pytest.fixture
def device_id(hass: HomeAssistant) -> str:
    entry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "lock")}
    )
    er.async_get(hass).async_get_or_create(
        "lock", "test", "lock", suggested_object_id="front", device_id=device.id
    )
    return device.id


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({}, [("front", 7)]),
        ({"device_id": "other"}, []),
        ({"event": 5}, []),
        ({"type": 5}, []),
        ({"parameters": None}, []),
        ({"parameters": {"userId": "7"}}, []),
    ],
)
async def test_zwave_names_the_user(
    hass: HomeAssistant, device_id: str, changes: dict[str, object], heard: list[tuple[str, int]]
) -> None:
    used: list[tuple[str, int]] = []
    end = credential_reports.listen(hass, HOUSE, list, lambda *use: used.append(use))
    data = {"type": 6, "event": 6, "device_id": device_id, "parameters": {"userId": 7}, **changes}
    hass.bus.async_fire(credential_reports.ZWAVE_EVENT, data)
    await hass.async_block_till_done()
    assert used == heard
    end()
    hass.bus.async_fire(credential_reports.ZWAVE_EVENT, data)
    await hass.async_block_till_done()
    assert used == heard


@pytest.mark.parametrize(
    ("before", "after", "by", "status", "heard"),
    [
        ("locked", "unlocked", "VR ABCDEF", CredentialStatus.CONFIRMED, [("front", 7)]),
        ("locked", "unlocking", "VR ABCDEF", CredentialStatus.UNVERIFIED, [("front", 7)]),
        ("locked", "unlocked", "Ada", CredentialStatus.CONFIRMED, []),
        ("locked", "unlocked", "VR ABCDEF", CredentialStatus.REMOVED, []),
        ("unlocking", "unlocked", "VR ABCDEF", CredentialStatus.CONFIRMED, []),
        ("unlocked", "locked", "VR ABCDEF", CredentialStatus.CONFIRMED, []),
    ],
)
async def test_other_locks_name_the_label(
    hass: HomeAssistant,
    before: str,
    after: str,
    by: str,
    status: CredentialStatus,
    heard: list[tuple[str, int]],
) -> None:
    used: list[tuple[str, int]] = []
    hass.states.async_set("lock.front", before)
    end = credential_reports.listen(
        hass, HOUSE, lambda: [grant(status)], lambda *use: used.append(use)
    )
    hass.states.async_set("lock.front", after, {"changed_by": by})
    await hass.async_block_till_done()
    assert used == heard
    end()
