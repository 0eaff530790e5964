"""An entity that is renamed in the registry stays what it was to the premises."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response import const as c
from custom_components.verified_response.renames import ENTITY_KEYS, follow_renames
from tests.fakes.config_entry import house as premises
from tests.fakes.config_entry import part
from tests.scenarios.conftest import House

PLACES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("area", "panel", "alarm_control_panel", {}),
    ("zone", "entity_id", "binary_sensor", {}),
    ("camera", "entity_id", "camera", {}),
    ("camera", "detections", "binary_sensor", {}),
    ("lock", "entity_id", "lock", {}),
    ("lock", "contact", "binary_sensor", {}),
    ("lock", "set_script", "script", {}),
    ("lock", "clear_script", "script", {}),
    ("contact", "messages", "notify", {}),
    ("contact", "speakers", "media_player", {}),
    ("contact", "satellites", "assist_satellite", {}),
    ("contact", "person", "person", {}),
    ("sign", "entity_id", "weather", {}),
]
LISTS = {"detections", "messages", "speakers", "satellites"}


def registered(hass: HomeAssistant, domain: str) -> str:
    made = er.async_get(hass).async_get_or_create(
        domain, "test", f"{domain}-1", suggested_object_id="old"
    )
    return made.entity_id


async def rename(hass: HomeAssistant, before: str) -> str:
    after = f"{before.partition('.')[0]}.new"
    er.async_get(hass).async_update_entity(before, new_entity_id=after)
    await hass.async_block_till_done()
    return after


@pytest.mark.parametrize(("kind", "key", "domain", "more"), PLACES)
async def test_every_place_follows(
    hass: HomeAssistant, kind: str, key: str, domain: str, more: dict[str, Any]
) -> None:
    before = registered(hass, domain)
    value: Any = ["x.other", before] if key in LISTS else before
    entry = premises(part(kind, "One", **{key: value, "note": before}))
    entry.add_to_hass(hass)
    end = follow_renames(hass)
    after = await rename(hass, before)
    data = entry.subentries["one"].data
    assert data[key] == (["x.other", after] if key in LISTS else after)
    assert data["note"] == before, "only what is known to name an entity"
    end()


@pytest.mark.parametrize(("key", "domain"), [("siren", "siren"), ("tts", "tts")])
async def test_the_options_follow(hass: HomeAssistant, key: str, domain: str) -> None:
    before = registered(hass, domain)
    entry = premises(**{key: before, "exit_delay": 45})
    entry.add_to_hass(hass)
    end = follow_renames(hass)
    after = await rename(hass, before)
    assert entry.options == {key: after, "exit_delay": 45}
    end()


def test_every_place_is_tried() -> None:
    tried = {key for _, key, _, _ in PLACES} | {c.CONF_SIREN, c.CONF_TTS}
    assert tried == ENTITY_KEYS


async def test_other_entries_and_other_changes_are_left_alone(hass: HomeAssistant) -> None:
    before = registered(hass, "lock")
    ours = premises(part("lock", "One", entity_id="lock.other"))
    other = MockConfigEntry(domain="other", options={"siren": before})
    for entry in (ours, other):
        entry.add_to_hass(hass)
    end = follow_renames(hass)
    er.async_get(hass).async_update_entity(before, name="Front")
    await rename(hass, before)
    assert ours.subentries["one"].data["entity_id"] == "lock.other"
    assert other.options == {"siren": before}
    end()


async def test_a_zone_that_was_renamed_still_alarms(house: House) -> None:
    er.async_get(house.hass).async_update_entity(
        "binary_sensor.kitchen_window", new_entity_id="binary_sensor.pantry_window"
    )
    house.hass.states.async_remove("binary_sensor.kitchen_window")
    await house.sensor("pantry_window", "off")
    await house.arm()
    await house.trip("pantry_window")
    assert house.panel == "triggered"


async def test_a_renamed_lock_keeps_its_codes_and_is_known_by_its_registry_id(
    empty_house: House,
) -> None:
    house = empty_house
    made = er.async_get(house.hass).async_get_or_create(
        "lock", "test", "front", suggested_object_id="front"
    )
    await house.set_up()
    granted = await house.act("grant_access", lock=["lock.front"])
    er.async_get(house.hass).async_update_entity("lock.front", new_entity_id="lock.main")
    await house.settle()
    door = house.entry.runtime_data.desk.premises.doors["front_lock"]
    assert (door.source, door.registry_id) == ("lock.main", made.id)
    (listed,) = (await house.act("list_grants"))["grants"]
    assert listed["locks"][0]["entity_id"] == "lock.main"
    await house.act("revoke_access", grant_id=granted["grant_id"])
    assert not house.locks.of("front_lock").codes
