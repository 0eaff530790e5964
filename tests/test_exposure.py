"""What voice assistants get by themselves, and that a lock they may open is told."""

import json
from pathlib import Path

import pytest
from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import (
    KNOWN_ASSISTANTS,
    async_expose_entity,
    async_should_expose,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir

import custom_components.verified_response as package
from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.exposure import ASSISTANTS
from tests.fakes.config_entry import part
from tests.scenarios.conftest import House

SIGN = part("sign", "Storm", entity_id="binary_sensor.storm", kind="storm")
SECOND = [
    part("area", "Garage"),
    part("lock", "Back lock", entity_id="lock.back", adapter="none"),
    part("contact", "Ben", role="contact", notify="notify.ben"),
    SIGN,
]


def entities(house: House) -> list[er.RegistryEntry]:
    """Every entity of ours; those that are switched off are switched on by somebody one day."""
    assert house.entry is not None
    return er.async_entries_for_config_entry(er.async_get(house.hass), house.entry.entry_id)


async def enable_all(house: House) -> None:
    registry = er.async_get(house.hass)
    for entry in entities(house):
        if entry.disabled_by is not None:
            registry.async_update_entity(entry.entity_id, disabled_by=None)
    assert house.entry is not None
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()


@pytest.mark.parametrize("new_ones", [False, True])
@pytest.mark.parametrize("assistant", KNOWN_ASSISTANTS)
async def test_no_entity_is_exposed_by_default(
    empty_house: House, assistant: str, new_ones: bool
) -> None:
    house = empty_house
    await house.set_up(more=SECOND)
    house.hass.data[DATA_EXPOSED_ENTITIES].async_set_expose_new_entities(assistant, new_ones)
    await enable_all(house)
    ours = entities(house)
    assert {entry.domain for entry in ours} == {platform.value for platform in package.PLATFORMS}, (
        "every platform has an entity in this house"
    )
    assert all(house.hass.states.get(entry.entity_id) for entry in ours)
    exposed = [
        entry.entity_id
        for entry in ours
        if async_should_expose(house.hass, assistant, entry.entity_id)
    ]
    assert exposed == []
    light = er.async_get(house.hass).async_get_or_create("light", "test", "lamp")
    assert async_should_expose(house.hass, assistant, light.entity_id) is new_ones, (
        "the question itself can be answered with yes"
    )


async def test_what_the_owner_chose_survives_a_reload(house: House) -> None:
    async_expose_entity(house.hass, "conversation", "button.home_panic", True)
    assert house.entry is not None
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()
    assert async_should_expose(house.hass, "conversation", "button.home_panic")


def told(house: House) -> ir.IssueEntry | None:
    found = [
        issue
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN and issue.active and issue.translation_key == "lock_exposed"
    ]
    assert len(found) < 2
    return found[0] if found else None


@pytest.mark.parametrize("assistant", KNOWN_ASSISTANTS)
@pytest.mark.parametrize("registered", [False, True])
async def test_an_exposed_lock_is_told_until_it_is_hidden(
    empty_house: House, assistant: str, registered: bool
) -> None:
    house = empty_house
    if registered:
        er.async_get(house.hass).async_get_or_create(
            "lock", "test", "front", suggested_object_id="front"
        )
    await house.set_up()
    assert told(house) is None
    async_expose_entity(house.hass, assistant, "lock.front", True)
    issue = told(house)
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert not issue.is_fixable
    assert (issue.learn_more_url or "").endswith("/docs/voice-assistants.md")
    assert issue.translation_placeholders == {
        "name": "Front lock",
        "assistants": ASSISTANTS[assistant],
    }
    async_expose_entity(house.hass, assistant, "lock.front", False)
    assert told(house) is None


async def test_all_assistants_are_named_in_one_issue(house: House) -> None:
    for assistant in KNOWN_ASSISTANTS:
        async_expose_entity(house.hass, assistant, "lock.front", True)
    issue = told(house)
    assert issue is not None
    assert (issue.translation_placeholders or {})["assistants"] == "Assist, Alexa, Google Assistant"


async def test_an_exposure_of_before_is_told_at_set_up_and_stays_ignored(
    empty_house: House,
) -> None:
    house = empty_house
    async_expose_entity(house.hass, "conversation", "lock.front", True)
    await house.set_up()
    issue = told(house)
    assert issue is not None
    ir.async_ignore_issue(house.hass, DOMAIN, issue.issue_id, True)
    assert house.entry is not None
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()
    issue = told(house)
    assert issue is not None
    assert issue.dismissed_version is not None
    house.hass.config_entries.async_remove_subentry(house.entry, "front_lock")
    await house.settle()
    assert told(house) is None


async def test_other_locks_and_other_things_are_nobodys_business(house: House) -> None:
    house.hass.states.async_set("lock.bicycle", "locked")
    async_expose_entity(house.hass, "conversation", "lock.bicycle", True)
    async_expose_entity(house.hass, "conversation", "binary_sensor.smoke", True)
    assert told(house) is None


async def test_looking_writes_nothing_down(empty_house: House) -> None:
    house = empty_house
    entry = er.async_get(house.hass).async_get_or_create(
        "lock", "test", "front", suggested_object_id="front"
    )
    await house.set_up()
    entry = er.async_get(house.hass).async_get(entry.entity_id) or entry
    assert not set(entry.options) & set(KNOWN_ASSISTANTS)


async def test_after_unloading_nobody_looks(house: House) -> None:
    assert house.entry is not None
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    async_expose_entity(house.hass, "conversation", "lock.front", True)
    assert told(house) is None


async def test_the_alarm_starts_where_nothing_can_be_exposed(empty_house: House) -> None:
    house = empty_house
    exposed = house.hass.data.pop(DATA_EXPOSED_ENTITIES)
    await house.set_up()
    assert house.panel == "disarmed"
    house.hass.data[DATA_EXPOSED_ENTITIES] = exposed


def test_the_issue_says_the_sentence_that_matters() -> None:
    path = Path(package.__file__).parent / "translations" / "en.json"
    words = json.loads(path.read_text(encoding="utf-8"))["issues"]["lock_exposed"]
    assert "Anyone who can be heard can open it without a code" in words["description"]
