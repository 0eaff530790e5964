"""Parts of the premises: added and changed, each with the reason when it is refused."""

from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
    get_schema_suggested_value,
)

from custom_components.verified_response.core import alarm_codes
from custom_components.verified_response.core.alarm_codes import matches, salt_of

from .fakes.config_entry import (
    OWNER_CODE,
    SALT,
    SetUps,
    as_seen,
    house,
    owner,
    part,
    replaced_setup,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_codes, "_COST", 2**2)


@pytest.fixture(autouse=True)
def setups():
    with replaced_setup() as seen:
        yield seen


async def stand(hass: HomeAssistant, *parts: Any) -> MockConfigEntry:
    entry = house(*parts)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    for entity_id in (
        "binary_sensor.door",
        "binary_sensor.window",
        "camera.hall",
        "camera.porch",
        "lock.front",
        "script.set_code",
        "script.clear_code",
    ):
        hass.states.async_set(entity_id, "unknown")
    return entry


async def add(hass: HomeAssistant, entry: MockConfigEntry, kind: str, **asked: Any) -> Any:
    flows = hass.config_entries.subentries
    form = await flows.async_init((entry.entry_id, kind), context={"source": SOURCE_USER})
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "user")
    result = await flows.async_configure(form["flow_id"], asked)
    await hass.async_block_till_done()
    return result


async def change(hass: HomeAssistant, entry: MockConfigEntry, part_id: str, **asked: Any) -> Any:
    form = await entry.start_subentry_reconfigure_flow(hass, part_id)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "reconfigure")
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], asked)
    await hass.async_block_till_done()
    return result


def made(entry: MockConfigEntry, title: str) -> dict[str, Any]:
    [found] = [item for item in entry.subentries.values() if item.title == title]
    return dict(found.data)


ZONE = {"name": "Door", "entity_id": "binary_sensor.door", "type": "entry_exit", "areas": ["house"]}
ZONE_DATA = {**ZONE, "cameras": [], "forced_entry": False}
HOUSE = part("area", "House")
HALL = part("camera", "Hall", entity_id="camera.hall", outdoor=False)
DOOR = part("zone", "Door", **{k: v for k, v in ZONE_DATA.items() if k != "name"})
LOCK = {"name": "Front", "entity_id": "lock.front", "adapter": "auto"}
SCRIPTS = {"set_script": "script.set_code", "clear_script": "script.clear_code"}


async def test_every_part_is_offered(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    assert set(entry.supported_subentry_types) == {
        "area", "zone", "camera", "lock", "contact", "responder",
    }  # fmt: skip
    assert all(kind["supports_reconfigure"] for kind in entry.supported_subentry_types.values())


async def test_area_is_added_renamed_and_removed_at_once(
    hass: HomeAssistant, setups: SetUps
) -> None:
    entry = await stand(hass)
    result = await add(hass, entry, "area", name="  The   house ")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    [area] = entry.subentries.values()
    assert (area.title, dict(area.data)) == ("The house", {"name": "The house"})
    assert setups.count == 2
    result = await change(hass, entry, area.subentry_id, name="Garage")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert made(entry, "Garage") == {"name": "Garage"}
    assert setups.count == 3
    hass.config_entries.async_remove_subentry(entry, area.subentry_id)
    await hass.async_block_till_done()
    assert setups.count == 4


@pytest.mark.parametrize(("name", "error"), [(" ", "value_required"), ("hOUSE ", "name_in_use")])
async def test_names_are_needed_and_unique(hass: HomeAssistant, name: str, error: str) -> None:
    entry = await stand(hass, HOUSE)
    result = await add(hass, entry, "area", name=name)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"name": error})
    mended = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Garage"}
    )
    assert mended["type"] is FlowResultType.CREATE_ENTRY


async def test_a_name_is_unique_among_its_kind_only(hass: HomeAssistant) -> None:
    entry = await stand(hass, HOUSE)
    result = await add(hass, entry, "camera", name="House", entity_id="camera.hall")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert (await change(hass, entry, "house", name="HOUSE"))["type"] is FlowResultType.ABORT


async def test_zone_is_added(hass: HomeAssistant) -> None:
    entry = await stand(hass, HOUSE, HALL)
    result = await add(hass, entry, "zone", **ZONE, cameras=["hall"], forced_entry=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert made(entry, "Door") == {**ZONE, "cameras": ["hall"], "forced_entry": True}


async def test_a_zone_that_is_always_on_needs_no_area(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    asked = {"name": "Smoke", "entity_id": "binary_sensor.door", "type": "fire"}
    result = await add(hass, entry, "zone", **asked)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert made(entry, "Smoke") == {**asked, "areas": [], "cameras": [], "forced_entry": False}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"areas": []}, {"areas": "area_required"}),
        ({"entity_id": "binary_sensor.gone"}, {"entity_id": "entity_unknown"}),
        ({"entity_id": "binary_sensor.ours"}, {"entity_id": "entity_is_ours"}),
        ({"entity_id": "binary_sensor.window"}, {"entity_id": "entity_in_use"}),
    ],
)
async def test_zones_that_cannot_work_are_refused(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    window = part("zone", "Window", **{**ZONE_DATA, "name": 0, "entity_id": "binary_sensor.window"})
    entry = await stand(hass, HOUSE, window)
    er.async_get(hass).async_get_or_create(
        "binary_sensor", "verified_response", "1", suggested_object_id="ours"
    )
    result = await add(hass, entry, "zone", **{**ZONE, **changes})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    mended = await hass.config_entries.subentries.async_configure(result["flow_id"], ZONE)
    assert mended["type"] is FlowResultType.CREATE_ENTRY


async def test_a_sensor_that_is_not_loaded_yet_is_known(hass: HomeAssistant) -> None:
    entry = await stand(hass, HOUSE)
    er.async_get(hass).async_get_or_create("binary_sensor", "zha", "1", suggested_object_id="late")
    result = await add(hass, entry, "zone", **{**ZONE, "entity_id": "binary_sensor.late"})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "changes", [{"type": "garden"}, {"areas": ["removed"]}, {"entity_id": "camera.hall"}]
)
async def test_only_what_is_offered_is_taken(hass: HomeAssistant, changes: dict[str, Any]) -> None:
    entry = await stand(hass, HOUSE)
    with pytest.raises(InvalidData):
        await add(hass, entry, "zone", **{**ZONE, **changes})


async def test_zone_is_changed_and_forgets_what_was_removed(hass: HomeAssistant) -> None:
    entry = await stand(hass, HOUSE, HALL, DOOR)
    zone = entry.subentries["door"]
    hass.config_entries.async_update_subentry(
        entry, zone, data={**zone.data, "areas": ["house", "cellar"], "cameras": ["hall", "attic"]}
    )
    form = await entry.start_subentry_reconfigure_flow(hass, "door")
    shown = {key: get_schema_suggested_value(form["data_schema"].schema, key) for key in ZONE_DATA}
    assert shown == {**ZONE_DATA, "cameras": ["hall"]}
    result = await change(hass, entry, "door", **{**shown, "name": "Back door"})
    assert result["reason"] == "reconfigure_successful"
    assert made(entry, "Back door") == {**ZONE_DATA, "name": "Back door", "cameras": ["hall"]}


async def test_camera_is_added_once(hass: HomeAssistant) -> None:
    entry = await stand(hass, HALL)
    result = await add(hass, entry, "camera", name="Porch", entity_id="camera.hall", outdoor=True)
    assert result["errors"] == {"entity_id": "entity_in_use"}
    await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Porch", "entity_id": "camera.porch", "outdoor": True}
    )
    assert made(entry, "Porch") == {"name": "Porch", "entity_id": "camera.porch", "outdoor": True}


def zwave_lock(hass: HomeAssistant) -> None:
    hass.states.async_remove("lock.front")
    er.async_get(hass).async_get_or_create("lock", "zwave_js", "1", suggested_object_id="front")


@pytest.mark.parametrize("adapter", ["auto", "zwave_js"])
async def test_zwave_lock_is_recognised(hass: HomeAssistant, adapter: str) -> None:
    entry = await stand(hass)
    zwave_lock(hass)
    await add(hass, entry, "lock", **{**LOCK, **SCRIPTS, "adapter": adapter})
    assert made(entry, "Front") == {**LOCK, "adapter": "zwave_js"}


async def test_other_locks_are_written_by_scripts(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await add(hass, entry, "lock", **LOCK, **SCRIPTS)
    assert made(entry, "Front") == {**LOCK, **SCRIPTS, "adapter": "manual"}


async def test_a_lock_may_take_no_codes(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await add(hass, entry, "lock", **{**LOCK, **SCRIPTS, "adapter": "none"})
    assert made(entry, "Front") == {**LOCK, "adapter": "none"}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, {"set_script": "script_required", "clear_script": "script_required"}),
        ({"set_script": "script.set_code"}, {"clear_script": "script_required"}),
        ({**SCRIPTS, "set_script": "script.gone"}, {"set_script": "entity_unknown"}),
        ({**SCRIPTS, "clear_script": "script.set_code"}, {"clear_script": "scripts_same"}),
        ({"adapter": "zwave_js"}, {"adapter": "adapter_mismatch"}),
        ({"adapter": "none", "entity_id": "lock.gone"}, {"entity_id": "entity_unknown"}),
    ],
)
async def test_locks_that_cannot_work_are_refused(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    entry = await stand(hass)
    result = await add(hass, entry, "lock", **{**LOCK, **changes})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    mended = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {**LOCK, **SCRIPTS}
    )
    assert mended["type"] is FlowResultType.CREATE_ENTRY


async def test_lock_is_changed(hass: HomeAssistant) -> None:
    manual = part("lock", "Front", entity_id="lock.front", adapter="manual", **SCRIPTS)
    entry = await stand(hass, manual)
    zwave_lock(hass)
    result = await change(hass, entry, "front", **LOCK, **SCRIPTS)
    assert result["reason"] == "reconfigure_successful"
    assert made(entry, "Front") == {**LOCK, "adapter": "zwave_js"}


BEN = {"name": "Ben", "role": "household"}
DURESS = "8063"


def contact_with_codes() -> Any:
    return part(
        "contact",
        "Ben",
        role="household",
        code_hash=alarm_codes.hash_code("2579", salt=SALT),
        duress_hash=alarm_codes.hash_code(DURESS, salt=SALT),
    )


async def test_contact_is_added_with_codes_and_a_service(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner())
    async_mock_service(hass, "notify", "mobile_app_ben")
    asked = {**BEN, "notify": "notify.mobile_app_ben"}
    result = await add(hass, entry, "contact", **asked, code=" 2579 ", duress_code=DURESS)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    data = made(entry, "Ben")
    code, duress = data.pop("code_hash"), data.pop("duress_hash")
    assert data == asked
    assert matches("2579", code)
    assert matches(DURESS, duress)
    assert salt_of(code) == salt_of(duress) == SALT


async def test_the_first_code_brings_a_salt(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await add(hass, entry, "contact", **BEN, code="2579")
    assert salt_of(made(entry, "Ben")["code_hash"]) not in (None, SALT)


async def test_a_neighbour_needs_neither_code_nor_service(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner())
    await add(hass, entry, "contact", name="Cleo", role="neighbour", code="", duress_code=" ")
    assert made(entry, "Cleo") == {"name": "Cleo", "role": "neighbour"}


async def test_only_services_that_take_a_message_are_offered(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    for service in ("send_message", "call_911", "mobile_app_ben"):
        async_mock_service(hass, "notify", service)
    with pytest.raises(InvalidData):
        await add(hass, entry, "contact", **BEN, notify="notify.send_message")
    result = await add(hass, entry, "contact", **BEN, notify="notify.call_911")
    assert result["errors"] == {"notify": "target_emergency_number"}


@pytest.mark.parametrize(
    ("codes", "errors"),
    [
        ({"code": "25"}, {"code": "code_malformed"}),
        ({"code": "1111"}, {"code": "code_weak"}),
        ({"code": "7306", "duress_code": "4321"}, {"duress_code": "code_weak"}),
        ({"duress_code": "7306"}, {"duress_code": "duress_needs_code"}),
        ({"code": OWNER_CODE}, {"code": "code_taken"}),
        ({"code": "2579"}, {"code": "code_taken"}),
        ({"code": DURESS}, {"code": "code_taken"}),
        ({"code": "8064"}, {"code": "code_taken"}),
        ({"code": "5063"}, {"code": "code_taken"}),
        ({"code": "80635"}, {"code": "code_taken"}),
        ({"code": "7306", "duress_code": "7306"}, {"duress_code": "duress_too_close"}),
        ({"code": "7306", "duress_code": "7307"}, {"duress_code": "duress_too_close"}),
        ({"code": "7306", "duress_code": "4918"}, {"duress_code": "duress_too_close"}),
        ({"code": "7306", "duress_code": "5917"}, {"duress_code": "duress_too_close"}),
        ({"code": "7306", "duress_code": "8064"}, {"duress_code": "duress_too_close"}),
    ],
)
async def test_codes_that_would_be_mixed_up_are_refused(
    hass: HomeAssistant, codes: dict[str, str], errors: dict[str, str]
) -> None:
    entry = await stand(hass, owner(), contact_with_codes())
    cleo = {"name": "Cleo", "role": "household"}
    result = await add(hass, entry, "contact", **cleo, **codes)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    good = {**cleo, "code": "7306", "duress_code": "9241"}
    mended = await hass.config_entries.subentries.async_configure(result["flow_id"], good)
    assert mended["type"] is FlowResultType.CREATE_ENTRY


async def test_ordinary_codes_may_be_neighbours(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner())
    assert (await add(hass, entry, "contact", **BEN, code="4918"))["type"] == "create_entry"


async def test_empty_codes_stay_as_they_were(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner(), contact_with_codes())
    before = made(entry, "Ben")
    result = await change(hass, entry, "ben", name="Benno", role="owner")
    assert result["reason"] == "reconfigure_successful"
    assert made(entry, "Benno") == {**before, "name": "Benno", "role": "owner"}


async def test_own_codes_are_replaced_one_by_one(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner(), contact_with_codes())
    before = made(entry, "Ben")
    await change(hass, entry, "ben", **BEN, code="2570")
    after = made(entry, "Ben")
    assert matches("2570", after["code_hash"])
    assert after["duress_hash"] == before["duress_hash"]
    for wrong, field in (("8064", "code"), ("2571", "duress_code")):
        result = await change(hass, entry, "ben", **BEN, **{field: wrong})
        assert list(result["errors"]) == [field]
    await change(hass, entry, "ben", **BEN, duress_code="8064")
    assert matches("8064", made(entry, "Ben")["duress_hash"])


async def test_codes_can_be_removed(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner(), contact_with_codes())
    result = await change(hass, entry, "ben", **BEN, remove_codes=True, duress_code="7306")
    assert result["errors"] == {"duress_code": "duress_needs_code"}
    await change(hass, entry, "ben", **BEN, remove_codes=True)
    assert made(entry, "Ben") == BEN
    with pytest.raises(InvalidData):
        await change(hass, entry, "ben", **BEN, remove_codes=True)


async def test_a_service_that_is_away_is_not_lost(hass: HomeAssistant) -> None:
    entry = await stand(hass, part("contact", "Ben", role="household", notify="notify.away"))
    result = await change(hass, entry, "ben", **BEN, notify="notify.away")
    assert result["reason"] == "reconfigure_successful"
    assert made(entry, "Ben") == {**BEN, "notify": "notify.away"}


async def test_codes_are_seen_nowhere(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    entry = await stand(hass, owner(), contact_with_codes())
    refused = await add(hass, entry, "contact", **BEN, code="730614", duress_code="8063")
    form = await entry.start_subentry_reconfigure_flow(hass, "ben")
    kept = await hass.config_entries.subentries.async_configure(
        form["flow_id"], {**BEN, "code": "730614", "duress_code": "924158"}
    )
    seen = as_seen(refused) + as_seen(form) + as_seen(kept) + caplog.text
    assert "duress_code" in seen
    secrets = {"730614", "924158", *(v for v in made(entry, "Ben").values() if "scrypt" in v)}
    assert len(secrets) == 4
    for secret in secrets:
        assert secret not in seen
