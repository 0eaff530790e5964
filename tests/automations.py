"""Automations of a real Home Assistant around a house of the scenarios, and other integrations' entities beside ours."""

from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import floor_registry as fr
from homeassistant.helpers import label_registry as lr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_mock_service

from tests.scenarios.conftest import House

TARGETS = ("entity_id", "device_id", "area_id", "floor_id", "label_id")


async def automate(
    house: House,
    triggers: list[dict[str, Any]],
    *,
    conditions: list[dict[str, Any]] | None = None,
    facts: tuple[str, ...] = (),
) -> list[ServiceCall]:
    """Set up one automation; return the list of its runs, each with its trigger's id and these facts."""
    runs = async_mock_service(house.hass, "test", "heard")
    told = {name: f"{{{{ trigger.get({name!r}) }}}}" for name in ("id", *facts)}
    config = {
        "id": "ours",
        "alias": "Ours",
        "mode": "queued",
        "max": 50,
        "triggers": triggers,
        "conditions": conditions or [],
        "actions": [{"action": "test.heard", "data": told}],
    }
    assert await async_setup_component(house.hass, "automation", {"automation": [config]})
    await house.hass.async_block_till_done()
    return runs


def works(house: House) -> bool:
    """Say whether the automation was understood."""
    return house.state("automation.ours").state == "on"


def ids(runs: list[ServiceCall]) -> list[str]:
    """Return which triggers ran it, in order."""
    return [run.data["id"] for run in runs]


def place(hass: HomeAssistant, entity_id: str, how: str) -> dict[str, str]:
    """Put an entity where this target finds it; return the target."""
    entities = er.async_get(hass)
    entry = entities.async_get(entity_id)
    assert entry is not None
    if how == "entity_id":
        return {how: entity_id}
    if how == "device_id":
        assert entry.device_id is not None
        return {how: entry.device_id}
    if how == "label_id":
        label = lr.async_get(hass).async_create("Watched")
        entities.async_update_entity(entity_id, labels={label.label_id})
        return {how: label.label_id}
    floor = fr.async_get(hass).async_create("Ground")
    area = ar.async_get(hass).async_create("Hall", floor_id=floor.floor_id)
    assert entry.device_id is not None
    dr.async_get(hass).async_update_device(entry.device_id, area_id=area.id)
    return {how: floor.floor_id if how == "floor_id" else area.id}


def add_stranger(hass: HomeAssistant, entity_id: str, area_id: str) -> str:
    """Put another integration's look-alike of an entity into an area; return its id."""
    entities = er.async_get(hass)
    like = entities.async_get(entity_id)
    assert like is not None
    stranger = entities.async_get_or_create(
        like.domain,
        "test",
        f"stranger_{like.unique_id}",
        translation_key=like.translation_key,
        original_device_class=like.original_device_class,
    )
    entities.async_update_entity(stranger.entity_id, area_id=area_id)
    return stranger.entity_id
