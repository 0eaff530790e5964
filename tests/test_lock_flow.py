"""Locks: who writes their codes, which places are ours, the code that stands there, what is allowed."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response import const as c
from custom_components.verified_response.config_schema import lock_form
from custom_components.verified_response.core.premises import LockFamily
from custom_components.verified_response.lock_flow import PLATFORMS
from tests.fakes.config_entry import OWNER_CODE, as_seen, owner, part
from tests.test_subentry_flows import (  # noqa: F401 - fixtures
    _quick,
    add,
    change,
    made,
    setups,
    stand,
    words_of,
)

LOCK = {"name": "Front", "entity_id": "lock.front", "adapter": "auto"}
ALLOWED = {"for_responders": True, "remote_unlock": False, "fire_unlock": False, "relock": True}
SCRIPTS = {"set_script": "script.set_code", "clear_script": "script.clear_code"}
PLACES = {"first_place": 10, "last_place": 14}
CODE = "735182"
SEALED = "sealed:281537"


def lock_of(hass: HomeAssistant, platform: str) -> None:
    hass.states.async_remove("lock.front")
    er.async_get(hass).async_get_or_create("lock", platform, "1", suggested_object_id="front")


@pytest.mark.parametrize("family", list(PLATFORMS))
@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "automatic"])
async def test_a_lock_is_recognised_by_where_it_comes_from(
    hass: HomeAssistant, family: LockFamily, chosen: bool
) -> None:
    entry = await stand(hass)
    lock_of(hass, PLATFORMS[family])
    adapter = family.value if chosen else "auto"
    scripts = {} if family is LockFamily.ZIGBEE2MQTT else SCRIPTS
    await add(hass, entry, "lock", **{**LOCK, **scripts, **PLACES, "adapter": adapter})
    places = PLACES if family in {LockFamily.ZHA, LockFamily.ZIGBEE2MQTT} else {}
    assert made(entry, "Front") == {**LOCK, **ALLOWED, **places, "adapter": family.value}


async def test_other_locks_are_written_by_scripts(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await add(hass, entry, "lock", **LOCK, **SCRIPTS)
    assert made(entry, "Front") == {**LOCK, **ALLOWED, **SCRIPTS, "adapter": "manual"}


async def test_a_lock_behind_mqtt_with_scripts_is_written_by_them(hass: HomeAssistant) -> None:
    """That it comes over MQTT does not prove that Zigbee2MQTT is behind it."""
    entry = await stand(hass)
    lock_of(hass, "mqtt")
    await add(hass, entry, "lock", **LOCK, **SCRIPTS)
    assert made(entry, "Front") == {**LOCK, **ALLOWED, **SCRIPTS, "adapter": "manual"}


async def test_without_scripts_other_locks_take_no_codes(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await add(hass, entry, "lock", **LOCK)
    assert made(entry, "Front") == {**LOCK, **ALLOWED, "adapter": "none"}


async def test_a_lock_may_take_no_codes(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await add(hass, entry, "lock", **{**LOCK, **SCRIPTS, "adapter": "none"})
    assert made(entry, "Front") == {**LOCK, **ALLOWED, "adapter": "none"}


STANDS = {"adapter": "standing", **SCRIPTS, "standing_code": CODE}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        (
            {"adapter": "manual"},
            {"set_script": "script_required", "clear_script": "script_required"},
        ),
        ({"set_script": "script.set_code"}, {"clear_script": "script_required"}),
        ({**SCRIPTS, "set_script": "script.gone"}, {"set_script": "entity_unknown"}),
        ({**SCRIPTS, "clear_script": "script.set_code"}, {"clear_script": "scripts_same"}),
        *(
            ({**PLACES, "adapter": family.value}, {"adapter": "adapter_mismatch"})
            for family in PLATFORMS
        ),
        ({"adapter": "none", "entity_id": "lock.gone"}, {"entity_id": "entity_unknown"}),
        ({"contact": "binary_sensor.gone"}, {"contact": "entity_unknown"}),
        (
            {"adapter": "standing", **SCRIPTS},
            {"standing_code": "value_required"},
        ),
        (
            {"adapter": "standing", "standing_code": CODE},
            {"set_script": "script_required", "clear_script": "script_required"},
        ),
        ({**STANDS, "standing_code": "735"}, {"standing_code": "code_malformed"}),
        ({**STANDS, "standing_code": "73518264091"}, {"standing_code": "code_malformed"}),
        ({**STANDS, "standing_code": "73518x"}, {"standing_code": "code_malformed"}),
        ({**STANDS, "standing_code": "123456"}, {"standing_code": "code_weak"}),
        ({**STANDS, "standing_code": "202555"}, {"standing_code": "code_weak"}),  # the telephone
        ({**STANDS, "standing_code": OWNER_CODE}, {"standing_code": "code_taken"}),
    ],
)
async def test_locks_that_cannot_work_are_refused(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    entry = await stand(hass, owner())
    result = await add(hass, entry, "lock", **{**LOCK, **changes})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    assert set(errors.values()) <= words_of("lock")
    mended = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {**LOCK, **SCRIPTS}
    )
    assert mended["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("places", "errors"),
    [
        ({}, {"first_place": "places_required", "last_place": "places_required"}),
        ({"first_place": 3}, {"last_place": "places_required"}),
        ({"last_place": 3}, {"first_place": "places_required"}),
        ({"first_place": 4, "last_place": 3}, {"last_place": "places_reversed"}),
        ({"first_place": 3, "last_place": 3}, {}),
    ],
)
async def test_zha_needs_places_of_ours(
    hass: HomeAssistant, places: dict[str, int], errors: dict[str, str]
) -> None:
    entry = await stand(hass)
    lock_of(hass, "zha")
    result = await add(hass, entry, "lock", **LOCK, **places)
    assert (result.get("errors") or {}) == errors
    assert set(errors.values()) <= words_of("lock")


async def test_zigbee2mqtt_may_do_without(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    lock_of(hass, "mqtt")
    await add(hass, entry, "lock", **LOCK)
    assert made(entry, "Front") == {**LOCK, **ALLOWED, "adapter": "zigbee2mqtt"}


async def test_a_standing_code_is_stored_sealed_and_never_shown(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    result = await add(hass, entry, "lock", **{**LOCK, **STANDS, "standing_code": f" {CODE} "})
    assert CODE not in as_seen(result)
    sealed = {**LOCK, **ALLOWED, **STANDS, "standing_code": SEALED}
    assert made(entry, "Front") == sealed
    [subentry] = [item for item in entry.subentries.values() if item.title == "Front"]
    form = await entry.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
    assert SEALED not in as_seen(form)
    assert CODE not in as_seen(form)
    typed = {key: value for key, value in {**LOCK, **STANDS}.items() if key != "standing_code"}
    await hass.config_entries.subentries.async_configure(form["flow_id"], typed)
    await hass.async_block_till_done()
    assert made(entry, "Front") == sealed, "an empty field keeps it"


async def test_a_refused_form_shows_no_code_again(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    result = await add(hass, entry, "lock", **{**LOCK, **STANDS, "entity_id": "lock.gone"})
    assert result["errors"] == {"entity_id": "entity_unknown"}
    assert CODE not in as_seen(result)


async def test_another_family_forgets_the_code(hass: HomeAssistant) -> None:
    standing = part("lock", "Front", entity_id="lock.front", **STANDS | {"standing_code": SEALED})
    entry = await stand(hass, standing)
    await change(hass, entry, "front", **{**LOCK, **SCRIPTS, "adapter": "manual"})
    assert made(entry, "Front") == {**LOCK, **ALLOWED, **SCRIPTS, "adapter": "manual"}


async def test_nothing_is_sealed_while_it_does_not_run(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    result = await add(hass, entry, "lock", **{**LOCK, **STANDS})
    assert result["errors"] == {"base": "not_loaded"}
    assert "not_loaded" in words_of("lock")


async def test_what_the_owner_allows_is_kept(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    allowed = {"for_responders": False, "remote_unlock": True, "fire_unlock": True, "relock": False}
    asked = {**LOCK, **allowed, "contact": "binary_sensor.door"}
    hass.states.async_set("binary_sensor.door", "off", {"device_class": "door"})
    await add(hass, entry, "lock", **asked)
    assert made(entry, "Front") == {**asked, "adapter": "none"}


async def test_lock_is_changed(hass: HomeAssistant) -> None:
    manual = part("lock", "Front", entity_id="lock.front", adapter="manual", **SCRIPTS)
    entry = await stand(hass, manual)
    lock_of(hass, "zwave_js")
    result = await change(hass, entry, "front", **LOCK, **SCRIPTS)
    assert result["reason"] == "reconfigure_successful"
    assert made(entry, "Front") == {**LOCK, **ALLOWED, "adapter": "zwave_js"}


def test_consent_is_never_the_default() -> None:
    filled = lock_form()(LOCK)
    assert {key: filled[key] for key in ALLOWED} == ALLOWED


def test_the_code_is_a_secret() -> None:
    assert c.CONF_STANDING_CODE in c.SECRET_FIELDS
