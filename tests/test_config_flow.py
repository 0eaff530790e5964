"""Premises: added, changed and tuned in the user interface."""

import re
import threading
from typing import Any

import pytest
from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core import alarm_codes
from custom_components.verified_response.core.alarm_codes import matches

from .fakes.config_entry import (
    ADDRESS,
    OWNER_CODE,
    PHONE,
    RESPONDER,
    SetUps,
    as_seen,
    house,
    owner,
    part,
    replaced_setup,
)

ASKED = {
    "name": "Home",
    "address": ADDRESS,
    "callback_phone": PHONE,
    "exit_delay": 45,
    "entry_delay": 30,
    "abort_window": 25,
    "owner_name": "Ada",
    "owner_code": OWNER_CODE,
}
LIVE = {
    **RESPONDER,
    "mode": "live",
    "live_since": "2026-11-01T10:00:00+00:00",
    "verified_phone": PHONE,
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_codes, "_COST", 2**4)


@pytest.fixture(autouse=True)
def setups():
    with replaced_setup() as seen:
        yield seen


async def add(hass: HomeAssistant, **changes: Any) -> dict[str, Any]:
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    return await hass.config_entries.flow.async_configure(form["flow_id"], {**ASKED, **changes})


async def test_premises_and_their_owner_are_made(hass: HomeAssistant, setups: SetUps) -> None:
    result = await add(hass, name="  Home   sweet home ", owner_name=" Ada ")
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert setups.count == 1
    assert (entry.title, entry.unique_id) == ("Home sweet home", "home sweet home")
    assert dict(entry.data) == {
        "name": "Home sweet home",
        "address": ADDRESS,
        "callback_phone": PHONE,
    }
    assert dict(entry.options) == {"exit_delay": 45, "entry_delay": 30, "abort_window": 25}
    [ada] = entry.get_subentries_of_type("contact")
    assert ada.title == "Ada"
    code_id = ada.data["code_id"]
    assert re.fullmatch(r"[0-9a-f]{8}", code_id)
    assert {**ada.data, "code_hash": ...} == {
        "name": "Ada", "role": "owner", "code_hash": ..., "code_id": code_id,
    }  # fmt: skip
    assert matches(OWNER_CODE, ada.data["code_hash"])


async def test_secrets_are_seen_nowhere(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    refused = await add(hass, callback_phone="911")
    made = await hass.config_entries.flow.async_configure(refused["flow_id"], ASKED)
    entry = made["result"]
    changing = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    [ada] = entry.get_subentries_of_type("contact")
    seen = as_seen(refused) + as_seen(made) + as_seen(changing) + caplog.text
    seen += f"{entry.title} {entry.unique_id} {ada.title} {ada.unique_id}"
    assert "owner_code" in seen
    for secret in (ADDRESS, "Hideaway", OWNER_CODE, ada.data["code_hash"]):
        assert secret not in seen


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": "  "}, {"name": "value_required"}),
        ({"address": " \n "}, {"address": "value_required"}),
        ({"owner_name": " "}, {"owner_name": "value_required"}),
        ({"callback_phone": "112"}, {"callback_phone": "target_emergency_number"}),
        ({"callback_phone": "at home"}, {"callback_phone": "phone_malformed"}),
        ({"owner_code": "12"}, {"owner_code": "code_malformed"}),
        ({"owner_code": "1234"}, {"owner_code": "code_weak"}),
        ({"entry_delay": 45, "abort_window": 16}, {"abort_window": "entry_and_abort_too_long"}),
        ({"entry_delay": 60, "abort_window": 15}, {"abort_window": "entry_and_abort_too_long"}),
        ({"entry_delay": 29}, {"entry_delay": "entry_delay_range"}),
        ({"entry_delay": 1}, {"entry_delay": "entry_delay_range"}),
        ({"entry_delay": 0, "abort_window": 14}, {"abort_window": "abort_window_range"}),
        ({"abort_window": 0}, {"abort_window": "abort_window_range"}),
        ({"entry_delay": 0, "abort_window": 46}, {"abort_window": "abort_window_range"}),
        ({"entry_delay": 30, "abort_window": 60}, {"abort_window": "abort_window_range"}),
        ({"exit_delay": 44}, {"exit_delay": "exit_delay_range"}),
        ({"exit_delay": 1}, {"exit_delay": "exit_delay_range"}),
        (
            {"exit_delay": 10, "entry_delay": 20, "abort_window": 5},
            {
                "exit_delay": "exit_delay_range",
                "entry_delay": "entry_delay_range",
                "abort_window": "abort_window_range",
            },
        ),
        (
            {"name": "", "callback_phone": "911", "owner_code": "1"},
            {
                "name": "value_required",
                "callback_phone": "target_emergency_number",
                "owner_code": "code_malformed",
            },
        ),
    ],
)
async def test_what_is_wrong_is_said_and_can_be_mended(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    result = await add(hass, **changes)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == errors
    assert result["description_placeholders"]["maximum"] == "60"
    mended = await hass.config_entries.flow.async_configure(result["flow_id"], ASKED)
    assert mended["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "changes",
    [
        {"exit_delay": 256},
        {"entry_delay": 61},
        {"abort_window": 61},
        {"abort_window": -1},
        {"exit_delay": -1},
    ],
)
async def test_delays_have_bounds(hass: HomeAssistant, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidData):
        await add(hass, **changes)


@pytest.mark.parametrize(
    ("exit_delay", "entry_delay", "abort_window"),
    [(0, 45, 15), (45, 30, 30), (255, 0, 45), (60, 30, 15)],
)
async def test_delays_within_the_rule_are_taken(
    hass: HomeAssistant, exit_delay: int, entry_delay: int, abort_window: int
) -> None:
    delays = {"exit_delay": exit_delay, "entry_delay": entry_delay, "abort_window": abort_window}
    result = await add(hass, **delays)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["options"] == delays


async def test_delays_are_proposed(hass: HomeAssistant) -> None:
    form = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    proposed = {
        str(key): key.default() for key in form["data_schema"].schema if callable(key.default)
    }
    assert proposed == {"exit_delay": 60, "entry_delay": 30, "abort_window": 30}


async def test_a_second_premises_needs_another_name(hass: HomeAssistant) -> None:
    house().add_to_hass(hass)
    result = await add(hass, name=" hOME ")
    assert result["errors"] == {"name": "name_in_use"}
    other = await hass.config_entries.flow.async_configure(
        result["flow_id"], {**ASKED, "name": "Cabin"}
    )
    assert other["type"] is FlowResultType.CREATE_ENTRY
    assert len(hass.config_entries.async_entries(DOMAIN)) == 2


async def test_premises_that_appeared_meanwhile_are_not_replaced(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = house()

    def hash_slowly(*args: Any, **kwargs: Any) -> str:
        added = threading.Event()
        hass.loop.call_soon_threadsafe(lambda: (entry.add_to_hass(hass), added.set()))
        assert added.wait(5)
        return "scrypt$"

    monkeypatch.setattr("custom_components.verified_response.config_flow.hash_code", hash_slowly)
    result = await add(hass)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "already_configured")
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


async def reconfigure(hass: HomeAssistant, entry: Any, **asked: Any) -> dict[str, Any]:
    form = await entry.start_reconfigure_flow(hass)
    assert form["step_id"] == "reconfigure"
    return await hass.config_entries.flow.async_configure(form["flow_id"], asked)


async def test_premises_are_renamed_and_the_address_stays(
    hass: HomeAssistant, setups: SetUps
) -> None:
    entry = house(owner())
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    result = await reconfigure(hass, entry, name="Cabin", callback_phone=PHONE)
    await hass.async_block_till_done()
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert (entry.title, entry.unique_id) == ("Cabin", "cabin")
    assert dict(entry.data) == {"name": "Cabin", "address": ADDRESS, "callback_phone": PHONE}
    assert setups.count == 2


async def test_address_and_number_change(hass: HomeAssistant) -> None:
    entry = house()
    entry.add_to_hass(hass)
    result = await reconfigure(
        hass, entry, name="Home", callback_phone="+1 202 555 0199", address=" 8 Loud Street\n"
    )
    assert result["reason"] == "reconfigure_successful"
    assert dict(entry.data) == {
        "name": "Home",
        "address": "8 Loud Street",
        "callback_phone": "+1 202 555 0199",
    }


async def test_changed_premises_are_checked_like_new_ones(hass: HomeAssistant) -> None:
    entry = house()
    entry.add_to_hass(hass)
    await add(hass, name="Cabin")
    result = await reconfigure(hass, entry, name="cabin", callback_phone="999", address="Elsewhere")
    assert result["errors"] == {"name": "name_in_use", "callback_phone": "target_emergency_number"}
    assert "Elsewhere" not in as_seen(result)
    assert entry.data["callback_phone"] == PHONE


async def test_a_new_number_ends_live(hass: HomeAssistant) -> None:
    entry = house(
        part("responder", "City desk", **LIVE),
        part("responder", "Center", **{**RESPONDER, "name": "Center", "mode": "off"}),
    )
    entry.add_to_hass(hass)
    result = await reconfigure(hass, entry, name="Home", callback_phone="+1 202 555 0199")
    assert result["reason"] == "live_reset"
    assert dict(entry.subentries["city_desk"].data) == {**RESPONDER, "mode": "exercise"}
    assert entry.subentries["center"].data["mode"] == "off"


async def test_the_same_number_keeps_live(hass: HomeAssistant) -> None:
    entry = house(part("responder", "City desk", **LIVE))
    entry.add_to_hass(hass)
    result = await reconfigure(hass, entry, name="House", callback_phone=f" {PHONE} ")
    assert result["reason"] == "reconfigure_successful"
    assert dict(entry.subentries["city_desk"].data) == LIVE
