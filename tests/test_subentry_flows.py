"""Parts of the premises: added and changed, each with the reason when it is refused."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
    get_schema_suggested_value,
)

from custom_components.verified_response.config_schema import SIGN_DOMAINS
from custom_components.verified_response.core import alarm_codes
from custom_components.verified_response.core.alarm_codes import matches, salt_of
from custom_components.verified_response.core.premises import SignKind

from .contracts.repository import english
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
def setups() -> Iterator[SetUps]:
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


async def add(hass: HomeAssistant, entry: MockConfigEntry, kind: str, /, **asked: Any) -> Any:
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


def words_of(kind: str) -> set[str]:
    return set(english()["config_subentries"][kind]["error"])


def made(entry: MockConfigEntry, title: str) -> dict[str, Any]:
    [found] = [item for item in entry.subentries.values() if item.title == title]
    return dict(found.data)


ZONE = {"name": "Door", "entity_id": "binary_sensor.door", "type": "entry_exit", "areas": ["house"]}
ZONE_DATA = {**ZONE, "cameras": [], "forced_entry": False}
HOUSE = part("area", "House")
HALL = part("camera", "Hall", entity_id="camera.hall", outdoor=False)
DOOR = part("zone", "Door", **{k: v for k, v in ZONE_DATA.items() if k != "name"})


async def test_every_part_is_offered(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    assert set(entry.supported_subentry_types) == {
        "area", "zone", "camera", "lock", "contact", "sign", "responder",
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


async def test_an_area_may_follow_the_panel_of_another_integration(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    hass.states.async_set("alarm_control_panel.alarmo", "disarmed")
    asked = {"name": "House", "panel": "alarm_control_panel.alarmo"}
    result = await add(hass, entry, "area", **asked)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert made(entry, "House") == asked
    [area] = entry.subentries.values()
    form = await entry.start_subentry_reconfigure_flow(hass, area.subentry_id)
    shown = get_schema_suggested_value(form["data_schema"].schema, "panel")
    assert shown == "alarm_control_panel.alarmo"
    result = await change(hass, entry, area.subentry_id, **{**asked, "name": "Home"})
    assert (result["reason"], made(entry, "Home")["panel"]) == ("reconfigure_successful", shown)
    await change(hass, entry, area.subentry_id, name="House")
    assert made(entry, "House") == {"name": "House"}


@pytest.mark.parametrize(
    ("panel", "error"),
    [("gone", "entity_unknown"), ("ours", "entity_is_ours"), ("alarmo", "entity_in_use")],
)
async def test_panels_that_cannot_be_followed_are_refused(
    hass: HomeAssistant, panel: str, error: str
) -> None:
    entry = await stand(hass, part("area", "Garage", panel="alarm_control_panel.alarmo"), HOUSE)
    hass.states.async_set("alarm_control_panel.alarmo", "disarmed")
    er.async_get(hass).async_get_or_create(
        "alarm_control_panel", "verified_response", "1", suggested_object_id="ours"
    )
    asked = {"name": "Cellar", "panel": f"alarm_control_panel.{panel}"}
    result = await add(hass, entry, "area", **asked)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"panel": error})
    assert error in words_of("area")
    mended = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Cellar"}
    )
    assert mended["type"] is FlowResultType.CREATE_ENTRY


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


def window(name: str = "Window", kind: str = "perimeter", **more: Any) -> Any:
    return part(
        "zone", name, entity_id=f"binary_sensor.{name.lower()}", type=kind, areas=["house"],
        cameras=[], forced_entry=False, **more,
    )  # fmt: skip


STAIRS = {
    "name": "Stairs",
    "entity_id": "binary_sensor.door",
    "type": "interior",
    "areas": ["house"],
    "cameras": [],
    "forced_entry": False,
}


@pytest.mark.parametrize(
    ("kind", "chosen", "kept"),
    [
        ("interior", [], None),
        ("interior", ["vacation", "away"], None),
        ("interior", ["night", "away"], ["away", "night"]),
        ("interior", ["away"], ["away"]),
        ("perimeter", ["vacation", "night", "home", "away"], None),
        ("perimeter", ["home"], ["home"]),
        ("entry_exit", ["away"], ["away"]),
    ],
)
async def test_a_zone_counts_when_its_type_does_or_as_chosen(
    hass: HomeAssistant, kind: str, chosen: list[str], kept: list[str] | None
) -> None:
    entry = await stand(hass, HOUSE)
    await add(hass, entry, "zone", **STAIRS | {"type": kind, "modes": chosen})
    assert made(entry, "Stairs").get("modes") == kept


async def test_a_zone_keeps_what_it_was_given(hass: HomeAssistant) -> None:
    entry = await stand(hass, HOUSE, window(), DOOR)
    asked = STAIRS | {"entity_id": "binary_sensor.window2", "modes": ["night"], "cross": ["window"]}
    hass.states.async_set("binary_sensor.window2", "off")
    await add(hass, entry, "zone", **asked)
    assert made(entry, "Stairs") == asked
    [stairs] = [key for key, item in entry.subentries.items() if item.title == "Stairs"]
    form = await entry.start_subentry_reconfigure_flow(hass, stairs)
    schema = form["data_schema"].schema
    shown = {key: get_schema_suggested_value(schema, key) for key in asked}
    assert shown == asked
    await change(hass, entry, stairs, **shown | {"name": "Steps"})
    assert made(entry, "Steps") == asked | {"name": "Steps"}
    hass.config_entries.async_remove_subentry(entry, "window")
    form = await entry.start_subentry_reconfigure_flow(hass, stairs)
    assert get_schema_suggested_value(form["data_schema"].schema, "cross") == []
    await change(hass, entry, stairs, **asked | {"cross": [], "modes": []})
    assert made(entry, "Stairs") == {
        key: value for key, value in asked.items() if key not in ("cross", "modes")
    }


async def test_what_was_decided_about_false_alarms_stays(hass: HomeAssistant) -> None:
    entry = await stand(hass, HOUSE, window(false_alarms_left_at="2026-11-01T10:00:00+00:00"))
    asked = STAIRS | {"type": "perimeter", "entity_id": "binary_sensor.window"}
    await change(hass, entry, "window", **asked)
    assert made(entry, "Stairs") == asked | {"false_alarms_left_at": "2026-11-01T10:00:00+00:00"}


@pytest.mark.parametrize("seconds", [0, 30, 40])
async def test_an_entry_door_may_have_its_own_delay(hass: HomeAssistant, seconds: int) -> None:
    entry = await stand(hass, HOUSE)
    hass.config_entries.async_update_entry(entry, options={"abort_window": 20})
    await add(hass, entry, "zone", **ZONE, entry_delay=seconds)
    assert made(entry, "Door") == {**ZONE_DATA, "entry_delay": seconds}
    [door] = [key for key, item in entry.subentries.items() if item.title == "Door"]
    form = await entry.start_subentry_reconfigure_flow(hass, door)
    assert get_schema_suggested_value(form["data_schema"].schema, "entry_delay") == seconds
    await change(hass, entry, door, **ZONE)
    assert made(entry, "Door") == ZONE_DATA


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"type": "fire", "modes": ["away"]}, {"modes": "modes_always_on"}),
        ({"type": "tamper", "cross": ["window"]}, {"cross": "cross_not_for_type"}),
        ({"type": "entry_exit", "cross": ["window"]}, {"cross": "cross_not_for_type"}),
        ({"type": "outdoor", "cross": ["window"]}, {"cross": "cross_not_for_type"}),
        ({"cross": ["smoke"]}, {"cross": "cross_partner_always_on"}),
        ({"cross": ["window", "smoke"]}, {"cross": "cross_partner_always_on"}),
        ({"cross": ["window"], "areas": ["garage"]}, {"cross": "cross_other_area"}),
        ({"entry_delay": 30}, {"entry_delay": "entry_delay_needs_entry_door"}),
        ({"entry_delay": 0}, {"entry_delay": "entry_delay_needs_entry_door"}),
        ({"type": "entry_exit", "entry_delay": 29}, {"entry_delay": "entry_delay_range"}),
        ({"type": "entry_exit", "entry_delay": 46}, {"entry_delay": "entry_and_abort_too_long"}),
        (
            {"type": "fire", "modes": ["away"], "cross": ["window"], "entry_delay": 30},
            {
                "modes": "modes_always_on",
                "cross": "cross_not_for_type",
                "entry_delay": "entry_delay_needs_entry_door",
            },
        ),
    ],
)
async def test_what_makes_no_sense_for_a_zone_is_refused(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    garage = part("area", "Garage")
    entry = await stand(hass, HOUSE, garage, window(), window("Smoke", "fire"))
    hass.config_entries.async_update_entry(entry, options={"abort_window": 15})
    result = await add(hass, entry, "zone", **STAIRS | changes)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    assert set(errors.values()) <= words_of("zone")
    assert result["description_placeholders"]["maximum"] == "60"
    mended = await hass.config_entries.subentries.async_configure(result["flow_id"], STAIRS)
    assert mended["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("kind", ["perimeter", "interior", "day_night"])
async def test_what_alarms_at_once_may_wait_for_another(hass: HomeAssistant, kind: str) -> None:
    entry = await stand(hass, HOUSE, window(), DOOR)
    asked = STAIRS | {"entity_id": "binary_sensor.stairs", "type": kind}
    hass.states.async_set("binary_sensor.stairs", "off")
    await add(hass, entry, "zone", **asked, cross=["window", "door"])
    assert made(entry, "Stairs") == asked | {"cross": ["window", "door"]}


async def test_a_zone_cannot_be_its_own_partner(hass: HomeAssistant) -> None:
    entry = await stand(hass, HOUSE, window(cross=["window"]))
    form = await entry.start_subentry_reconfigure_flow(hass, "window")
    assert get_schema_suggested_value(form["data_schema"].schema, "cross") == []
    asked = STAIRS | {"type": "perimeter", "entity_id": "binary_sensor.window"}
    with pytest.raises(InvalidData):
        await change(hass, entry, "window", **asked, cross=["window"])


@pytest.mark.parametrize(
    "changes", [{"modes": ["noon"]}, {"cross": ["house"]}, {"entry_delay": 61}]
)
async def test_only_what_is_offered_is_taken_of_a_zones_ways(
    hass: HomeAssistant, changes: dict[str, Any]
) -> None:
    entry = await stand(hass, HOUSE)
    with pytest.raises(InvalidData):
        await add(hass, entry, "zone", **STAIRS | changes)


async def test_camera_is_added_once(hass: HomeAssistant) -> None:
    entry = await stand(hass, HALL)
    result = await add(hass, entry, "camera", name="Porch", entity_id="camera.hall", outdoor=True)
    assert result["errors"] == {"entity_id": "entity_in_use"}
    await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"name": "Porch", "entity_id": "camera.porch", "outdoor": True}
    )
    assert made(entry, "Porch") == {"name": "Porch", "entity_id": "camera.porch", "outdoor": True}


BEN = {"name": "Ben", "role": "household"}
DURESS = "8063"


def contact_with_codes() -> Any:
    return part(
        "contact",
        "Ben",
        role="household",
        code_id="9f3c01ab",
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
    assert re.fullmatch(r"[0-9a-f]{8}", data.pop("code_id"))
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
    assert after["code_id"] != before["code_id"]
    assert after["duress_hash"] == before["duress_hash"]
    for wrong, field in (("8064", "code"), ("2571", "duress_code")):
        result = await change(hass, entry, "ben", **BEN, **{field: wrong})
        assert list(result["errors"]) == [field]
    await change(hass, entry, "ben", **BEN, duress_code="8064")
    assert matches("8064", made(entry, "Ben")["duress_hash"])
    assert made(entry, "Ben")["code_id"] == after["code_id"]


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


async def test_sounding_on_a_muted_phone_is_a_choice(hass: HomeAssistant) -> None:
    entry = await stand(hass, part("contact", "Ben", role="household"))
    await change(hass, entry, "ben", **BEN, critical_alerts=True)
    assert made(entry, "Ben") == {**BEN, "critical_alerts": True}
    await change(hass, entry, "ben", **BEN, critical_alerts=False)
    assert made(entry, "Ben") == BEN


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


# Ways to a person


def mail(hass: HomeAssistant) -> None:
    for entity_id in (
        "notify.ben_mail",
        "notify.ben_chat",
        "media_player.bath",
        "assist_satellite.kitchen",
        "person.ben",
        "device_tracker.ben",
    ):
        hass.states.async_set(entity_id, "unknown")


WAYS = {
    "messages": ["notify.ben_mail", "notify.ben_chat"],
    "speakers": ["media_player.bath"],
    "satellites": ["assist_satellite.kitchen"],
    "order": 2,
    "person": "person.ben",
}


async def test_a_person_is_reached_in_many_ways_and_keeps_them(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner())
    mail(hass)
    await add(hass, entry, "contact", **BEN, **WAYS)
    assert made(entry, "Ben") == {**BEN, **WAYS}
    [ben] = [key for key, item in entry.subentries.items() if item.title == "Ben"]
    form = await entry.start_subentry_reconfigure_flow(hass, ben)
    schema = form["data_schema"].schema
    assert {key: get_schema_suggested_value(schema, key) for key in WAYS} == WAYS
    await change(hass, entry, ben, **{**BEN, **WAYS, "name": "Benno"})
    assert made(entry, "Benno") == {**BEN, **WAYS, "name": "Benno"}
    await change(hass, entry, ben, **BEN)
    assert made(entry, "Ben") == BEN


async def test_one_way_chosen_twice_is_one(hass: HomeAssistant) -> None:
    entry = await stand(hass, owner())
    mail(hass)
    await add(hass, entry, "contact", **BEN, messages=["notify.ben_mail", "notify.ben_mail"])
    assert made(entry, "Ben") == {**BEN, "messages": ["notify.ben_mail"]}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"messages": ["notify.gone"]}, {"messages": "entity_unknown"}),
        ({"speakers": ["media_player.gone"]}, {"speakers": "entity_unknown"}),
        ({"satellites": ["assist_satellite.gone"]}, {"satellites": "entity_unknown"}),
        ({"person": "person.gone"}, {"person": "entity_unknown"}),
        ({"person": "person.cleo"}, {"person": "entity_in_use"}),
        ({"person": "device_tracker.ours"}, {"person": "entity_is_ours"}),
        ({"messages": ["notify.sms_112"]}, {"messages": "target_emergency_number"}),
        (
            {"messages": ["notify.ben_mail", "notify.call_911"]},
            {"messages": "target_emergency_number"},
        ),
    ],
)
async def test_ways_that_cannot_be_gone_are_refused(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    entry = await stand(hass, part("contact", "Cleo", role="household", person="person.cleo"))
    mail(hass)
    for entity_id in ("person.cleo", "notify.sms_112", "notify.call_911"):
        hass.states.async_set(entity_id, "unknown")
    er.async_get(hass).async_get_or_create(
        "device_tracker", "verified_response", "1", suggested_object_id="ours"
    )
    result = await add(hass, entry, "contact", **BEN, **changes)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    assert set(errors.values()) <= words_of("contact")
    mended = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {**BEN, **WAYS}
    )
    assert mended["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": ["light.hall"]},
        {"speakers": ["notify.ben_mail"]},
        {"satellites": ["media_player.bath"]},
        {"person": "binary_sensor.door"},
        {"order": 0},
        {"order": 10},
        {"code_expires": "soon"},
    ],
)
async def test_only_ways_that_are_offered_are_taken(
    hass: HomeAssistant, changes: dict[str, Any]
) -> None:
    entry = await stand(hass, owner())
    with pytest.raises(InvalidData):
        await add(hass, entry, "contact", **BEN, **changes)


async def test_ways_that_are_away_are_not_lost(hass: HomeAssistant) -> None:
    entry = await stand(hass, part("contact", "Ben", role="household", **WAYS))
    result = await change(hass, entry, "ben", **BEN, **WAYS)
    assert result["reason"] == "reconfigure_successful"
    assert made(entry, "Ben") == {**BEN, **WAYS}


# Codes that end


END = "2026-12-01 09:00:00"
END_UTC = "2026-12-01T17:00:00+00:00"
"""Nine in the morning where the house is (US/Pacific), as it is stored."""


@pytest.fixture
def november(freezer: FrozenDateTimeFactory) -> FrozenDateTimeFactory:
    freezer.move_to("2026-11-20 12:00:00+00:00")
    return freezer


async def test_a_code_may_end_and_be_good_once(
    hass: HomeAssistant, november: FrozenDateTimeFactory
) -> None:
    entry = await stand(hass, owner())
    asked = {**BEN, "code_expires": END, "code_once": True}
    await add(hass, entry, "contact", **asked, code="2579")
    data = made(entry, "Ben")
    assert (data["code_expires"], data["code_once"]) == (END_UTC, True)
    assert matches("2579", data["code_hash"])
    [ben] = [key for key, item in entry.subentries.items() if item.title == "Ben"]
    form = await entry.start_subentry_reconfigure_flow(hass, ben)
    schema = form["data_schema"].schema
    assert get_schema_suggested_value(schema, "code_expires") == END
    assert get_schema_suggested_value(schema, "code_once") is True
    await change(hass, entry, ben, **asked)
    assert made(entry, "Ben") == data
    await change(hass, entry, ben, **asked, code="2579")
    anew = made(entry, "Ben")
    assert anew["code_id"] != data["code_id"]
    await change(hass, entry, ben, **BEN)
    lasting = made(entry, "Ben")
    assert lasting == {
        key: value for key, value in anew.items() if key not in ("code_expires", "code_once")
    }
    await change(hass, entry, ben, **BEN, remove_codes=True)
    assert made(entry, "Ben") == BEN


async def test_a_code_from_before_codes_had_names_gets_one(
    hass: HomeAssistant, november: FrozenDateTimeFactory
) -> None:
    hashed = alarm_codes.hash_code("2579", salt=SALT)
    entry = await stand(hass, owner(), part("contact", "Ben", role="household", code_hash=hashed))
    await change(hass, entry, "ben", **BEN, code_once=True)
    data = made(entry, "Ben")
    assert data["code_hash"] == hashed
    assert re.fullmatch(r"[0-9a-f]{8}", data["code_id"])


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ({"code_once": True}, {"code_once": "limit_needs_code"}),
        ({"code_expires": END}, {"code_expires": "limit_needs_code"}),
        ({"code_expires": END, "code_once": True}, {"code_expires": "limit_needs_code"}),
        (
            {"code": "2579", "code_expires": "2026-11-20 03:59:59"},
            {"code_expires": "code_expires_past"},
        ),
        (
            {"code": "2579", "code_expires": "2026-11-20 04:00:00"},
            {"code_expires": "code_expires_past"},
        ),
        ({"code": "25", "code_once": True}, {"code": "code_malformed"}),
    ],
)
async def test_ends_that_make_no_sense_are_refused(
    hass: HomeAssistant,
    november: FrozenDateTimeFactory,
    asked: dict[str, Any],
    errors: dict[str, str],
) -> None:
    entry = await stand(hass, owner())
    result = await add(hass, entry, "contact", **BEN, **asked)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    assert set(errors.values()) <= words_of("contact")
    mended = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {**BEN, "code": "2579", "code_expires": "2026-11-20 04:00:01"}
    )
    assert mended["type"] is FlowResultType.CREATE_ENTRY


async def test_a_code_that_has_ended_hinders_no_other_change(
    hass: HomeAssistant, november: FrozenDateTimeFactory
) -> None:
    entry = await stand(hass, owner())
    await add(hass, entry, "contact", **BEN, code="2579", code_expires=END)
    [ben] = [key for key, item in entry.subentries.items() if item.title == "Ben"]
    november.move_to("2027-01-01 12:00:00+00:00")
    result = await change(hass, entry, ben, name="Benno", role="household", code_expires=END)
    assert result["reason"] == "reconfigure_successful"
    again = {"name": "Benno", "role": "household", "code": "2570", "code_expires": END}
    result = await change(hass, entry, ben, **again)
    assert result["errors"] == {"code_expires": "code_expires_past"}


async def test_a_moment_in_the_hour_that_comes_twice_is_not_moved_by_looking_at_it(
    hass: HomeAssistant,
) -> None:
    ben = part(
        "contact", "Ben", role="household", code_hash="x", code_id="1",
        code_expires="2099-11-01T09:30:00+00:00",
    )  # fmt: skip
    entry = await stand(hass, owner(), ben)
    form = await entry.start_subentry_reconfigure_flow(hass, "ben")
    shown = get_schema_suggested_value(form["data_schema"].schema, "code_expires")
    assert shown == "2099-11-01 01:30:00"
    await change(hass, entry, "ben", **BEN, code_expires=shown)
    assert made(entry, "Ben")["code_expires"] == "2099-11-01T09:30:00+00:00"


@pytest.mark.parametrize(
    ("limit", "field"),
    [({"code_once": True}, "code_once"), ({"code_expires": END}, "code_expires")],
)
async def test_somebody_keeps_a_code_that_lasts(
    hass: HomeAssistant, november: FrozenDateTimeFactory, limit: dict[str, Any], field: str
) -> None:
    cleaner = part("contact", "Cleo", role="household", code_hash="c", code_once=True)
    entry = await stand(hass, owner(), cleaner)
    ada = {"name": "Ada", "role": "owner"}
    result = await change(hass, entry, "ada", **ada, **limit)
    assert result["errors"] == {field: "code_must_last"}
    await add(hass, entry, "contact", **BEN, code="2579")
    result = await change(hass, entry, "ada", **ada, **limit)
    assert result["reason"] == "reconfigure_successful"


async def test_a_duress_code_stays_whatever_becomes_of_the_alarm_code(
    hass: HomeAssistant, november: FrozenDateTimeFactory
) -> None:
    entry = await stand(hass, owner(), contact_with_codes())
    before = made(entry, "Ben")["duress_hash"]
    await change(hass, entry, "ben", **BEN, code_once=True, code_expires=END)
    assert made(entry, "Ben")["duress_hash"] == before


# Signs


def a_sign_of(kind: SignKind, domain: str) -> dict[str, Any]:
    return {"name": "Sign", "kind": kind.value, "entity_id": f"{domain}.outside"}


@pytest.mark.parametrize("kind", SignKind)
async def test_signs_are_added_by_what_can_tell_them(hass: HomeAssistant, kind: SignKind) -> None:
    entry = await stand(hass)
    every = sorted(frozenset[str]().union(*SIGN_DOMAINS.values()))
    for domain in every:
        hass.states.async_set(f"{domain}.outside", "unknown")
        result = await add(hass, entry, "sign", **a_sign_of(kind, domain))
        if domain in SIGN_DOMAINS[kind]:
            assert result["type"] is FlowResultType.CREATE_ENTRY
            assert made(entry, "Sign") == a_sign_of(kind, domain)
            [sign] = entry.subentries
            hass.config_entries.async_remove_subentry(entry, sign)
        else:
            assert result["errors"] == {"entity_id": "sign_entity_unfit"}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"entity_id": "binary_sensor.gone"}, {"entity_id": "entity_unknown"}),
        ({"entity_id": "binary_sensor.ours"}, {"entity_id": "entity_is_ours"}),
        ({"entity_id": "event.chime"}, {"entity_id": "sign_told_already"}),
        ({"entity_id": "binary_sensor.door"}, {"entity_id": "entity_is_zone"}),
        ({"entity_id": "weather.home"}, {"entity_id": "sign_entity_unfit"}),
        ({"name": "chime"}, {"name": "name_in_use"}),
        ({"name": " "}, {"name": "value_required"}),
    ],
)
async def test_signs_that_cannot_work_are_refused(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    chime = part("sign", "Chime", kind="glass_break", entity_id="event.chime")
    entry = await stand(hass, HOUSE, DOOR, chime)
    hass.states.async_set("weather.home", "sunny")
    hass.states.async_set("event.chime", "unknown")
    er.async_get(hass).async_get_or_create(
        "binary_sensor", "verified_response", "1", suggested_object_id="ours"
    )
    asked = {"name": "Glass", "kind": "glass_break", "entity_id": "binary_sensor.window"}
    result = await add(hass, entry, "sign", **{**asked, **changes})
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    assert set(errors.values()) <= words_of("sign")
    mended = await hass.config_entries.subentries.async_configure(result["flow_id"], asked)
    assert mended["type"] is FlowResultType.CREATE_ENTRY


async def test_one_entity_may_tell_several_things(hass: HomeAssistant) -> None:
    """What listens to a room has an event for each sound."""
    chime = part("sign", "Chime", kind="glass_break", entity_id="event.ear")
    entry = await stand(hass, chime)
    hass.states.async_set("event.ear", "unknown")
    scream = {"name": "Scream", "kind": "scream", "entity_id": "event.ear"}
    result = await add(hass, entry, "sign", **scream)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    result = await change(hass, entry, "chime", **scream | {"name": "Chime"})
    assert result["errors"] == {"entity_id": "sign_told_already"}


async def test_a_sign_is_changed_and_shown_as_it_was(hass: HomeAssistant) -> None:
    entry = await stand(hass, part("sign", "Storm", kind="storm", entity_id="binary_sensor.window"))
    form = await entry.start_subentry_reconfigure_flow(hass, "storm")
    schema = form["data_schema"].schema
    shown = {key: get_schema_suggested_value(schema, key) for key in ("name", "kind", "entity_id")}
    assert shown == {"name": "Storm", "kind": "storm", "entity_id": "binary_sensor.window"}
    result = await change(hass, entry, "storm", **shown | {"kind": "power"})
    assert result["reason"] == "reconfigure_successful"
    assert made(entry, "Storm") == shown | {"kind": "power"}


@pytest.mark.parametrize("changes", [{"kind": "smell"}, {"entity_id": "camera.hall"}])
async def test_only_signs_that_are_offered_are_taken(
    hass: HomeAssistant, changes: dict[str, Any]
) -> None:
    entry = await stand(hass)
    asked = {"name": "Glass", "kind": "glass_break", "entity_id": "binary_sensor.window"}
    with pytest.raises(InvalidData):
        await add(hass, entry, "sign", **asked | changes)
