"""Responders: tried when configured, live only after a call back and the owner's word."""

from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.const import LIVE_ACKNOWLEDGMENT, RESPONDER_ERRORS

from .fakes.config_entry import (
    PHONE,
    RESPONDER,
    SECRET,
    FakeTrials,
    SetUps,
    as_seen,
    house,
    part,
    replaced_setup,
)

EXERCISE = {**RESPONDER, "mode": "exercise"}
PROOFS = {"live_since": "2026-11-01T10:00:00+00:00", "verified_phone": PHONE}
LIVE = {**RESPONDER, "mode": "live", **PROOFS}
WORD = {"callback_code": "314159", "acknowledgment": LIVE_ACKNOWLEDGMENT}


@pytest.fixture(autouse=True)
def setups():
    with replaced_setup() as seen:
        yield seen


@pytest.fixture
def trials(setups: SetUps) -> FakeTrials:
    return setups.trials


async def stand(hass: HomeAssistant, data: dict[str, Any] | None = None) -> MockConfigEntry:
    entry = house(*([part("responder", "City desk", **data)] if data else []))
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    return entry


def asked(**changes: Any) -> dict[str, Any]:
    """The form when changing: the secret is left empty unless given."""
    kept = {key: value for key, value in RESPONDER.items() if key != "client_secret"}
    return {**kept, **changes}


async def add(hass: HomeAssistant, entry: MockConfigEntry, **changes: Any) -> Any:
    flows = hass.config_entries.subentries
    form = await flows.async_init((entry.entry_id, "responder"), context={"source": SOURCE_USER})
    assert form["step_id"] == "user"
    return await flows.async_configure(form["flow_id"], {**RESPONDER, **changes})


async def change(hass: HomeAssistant, entry: MockConfigEntry, **changes: Any) -> Any:
    form = await entry.start_subentry_reconfigure_flow(hass, "city_desk")
    assert form["step_id"] == "reconfigure"
    return await answer(hass, form, **asked(**changes))


async def answer(hass: HomeAssistant, form: Any, **values: Any) -> Any:
    result = await hass.config_entries.subentries.async_configure(form["flow_id"], values)
    await hass.async_block_till_done()
    return result


def stored(entry: MockConfigEntry) -> dict[str, Any]:
    [found] = entry.get_subentries_of_type("responder")
    return dict(found.data)


async def test_off_asks_nobody(hass: HomeAssistant, trials: FakeTrials) -> None:
    entry = await stand(hass)
    result = await add(
        hass, entry, base_url=" https://desk.example.org/api/ ", client_id=" house-7 "
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(entry) == RESPONDER
    assert trials.tried == []


async def test_exercise_is_tried_first(hass: HomeAssistant, trials: FakeTrials) -> None:
    entry = await stand(hass)
    result = await add(hass, entry, mode="exercise")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert stored(entry) == EXERCISE
    assert trials.tried == [EXERCISE]


async def test_nothing_starts_live(hass: HomeAssistant, trials: FakeTrials) -> None:
    entry = await stand(hass)
    with pytest.raises(InvalidData):
        await add(hass, entry, mode="live")
    assert trials.checked == []


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"base_url": "tel:911"}, {"base_url": "target_scheme"}),
        ({"base_url": "911"}, {"base_url": "target_emergency_number"}),
        ({"base_url": "http://desk.example.org"}, {"base_url": "target_insecure"}),
        ({"base_url": "https://me:word@desk.example.org"}, {"base_url": "target_credentials"}),
        ({"base_url": "https://desk.example.org?key=1"}, {"base_url": "target_malformed"}),
        ({"client_id": " "}, {"client_id": "value_required"}),
        ({"client_secret": " "}, {"client_secret": "value_required"}),
        ({"agreement_reference": " "}, {"agreement_reference": "value_required"}),
        ({"release": "unanswered"}, {"release": "release_needs_monitoring_center"}),
        ({"name": " "}, {"name": "value_required"}),
    ],
)
async def test_what_must_not_be_configured(
    hass: HomeAssistant, trials: FakeTrials, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    entry = await stand(hass)
    result = await add(hass, entry, mode="exercise", **changes)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    assert trials.tried == []
    mended = await answer(hass, result, **RESPONDER)
    assert mended["type"] is FlowResultType.CREATE_ENTRY


async def test_a_monitoring_center_may_be_told_when_nobody_answers(hass: HomeAssistant) -> None:
    entry = await stand(hass)
    await add(hass, entry, kind="monitoring_center", release="unanswered")
    assert stored(entry)["release"] == "unanswered"


@pytest.mark.parametrize(
    ("code", "shown"),
    [*((code, code) for code in sorted(RESPONDER_ERRORS)), ("http_418", "responder_failed")],
)
async def test_a_failed_trial_is_said(
    hass: HomeAssistant, trials: FakeTrials, code: str, shown: str
) -> None:
    entry = await stand(hass)
    trials.error = code
    result = await add(hass, entry, mode="exercise")
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, {"base": shown})
    trials.error = None
    assert (await answer(hass, result, **EXERCISE))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_house_that_does_not_run_tries_nothing(
    hass: HomeAssistant, trials: FakeTrials
) -> None:
    entry = await stand(hass, EXERCISE)
    await hass.config_entries.async_unload(entry.entry_id)
    for mode in ("exercise", "live"):
        result = await change(hass, entry, mode=mode)
        assert result["errors"] == {"base": "not_loaded"}
    assert (await change(hass, entry, mode="off"))["reason"] == "reconfigure_successful"
    assert (trials.tried, trials.checked) == ([], [])


async def test_an_empty_secret_stays(hass: HomeAssistant, trials: FakeTrials) -> None:
    entry = await stand(hass, EXERCISE)
    await change(hass, entry, name="Desk", mode="exercise", client_secret=" ")
    assert stored(entry) == {**EXERCISE, "name": "Desk"}
    assert trials.tried == [{**EXERCISE, "name": "Desk"}]
    await change(hass, entry, client_secret="another", mode="exercise")
    assert stored(entry)["client_secret"] == "another"


async def test_live_after_call_back_and_word(
    hass: HomeAssistant, setups: SetUps, freezer: Any
) -> None:
    freezer.move_to("2026-11-20 12:00:00+00:00")
    entry = await stand(hass, EXERCISE)
    form = await change(hass, entry, mode="live")
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "live")
    assert form["description_placeholders"] == {
        "acknowledgment": LIVE_ACKNOWLEDGMENT,
        "phone": PHONE,
        "responder": "City desk",
    }
    assert setups.trials.checked == [("city_desk", EXERCISE)]
    assert stored(entry) == EXERCISE
    result = await answer(
        hass, form, callback_code=" 314 159 ", acknowledgment=f" {LIVE_ACKNOWLEDGMENT} "
    )
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert stored(entry) == {
        **RESPONDER,
        "mode": "live",
        "live_since": "2026-11-20T12:00:00+00:00",
        "verified_phone": PHONE,
    }
    assert setups.count == 2


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"callback_code": "314158"}, {"callback_code": "callback_code_wrong"}),
        ({"callback_code": ""}, {"callback_code": "callback_code_wrong"}),
        (
            {"acknowledgment": LIVE_ACKNOWLEDGMENT.lower()},
            {"acknowledgment": "acknowledgment_wrong"},
        ),
        (
            {"callback_code": "ünö", "acknowledgment": "yes"},
            {"callback_code": "callback_code_wrong", "acknowledgment": "acknowledgment_wrong"},
        ),
    ],
)
async def test_live_needs_both(
    hass: HomeAssistant, wrong: dict[str, str], errors: dict[str, str]
) -> None:
    entry = await stand(hass, EXERCISE)
    form = await change(hass, entry, mode="live")
    again = await answer(hass, form, **{**WORD, **wrong})
    assert (again["step_id"], again["errors"]) == ("live", errors)
    assert stored(entry) == EXERCISE
    assert (await answer(hass, again, **WORD))["reason"] == "reconfigure_successful"
    assert stored(entry)["mode"] == "live"


async def test_a_code_is_not_guessed(hass: HomeAssistant) -> None:
    entry = await stand(hass, EXERCISE)
    form = await change(hass, entry, mode="live")
    for _ in range(2):
        form = await answer(hass, form, **{**WORD, "callback_code": "000000"})
    ended = await answer(hass, form, **{**WORD, "callback_code": "000000"})
    assert (ended["type"], ended["reason"]) == (FlowResultType.ABORT, "callback_failed")
    assert stored(entry) == EXERCISE


async def test_the_code_is_compared_in_constant_time(hass: HomeAssistant) -> None:
    entry = await stand(hass, EXERCISE)
    form = await change(hass, entry, mode="live")
    with patch(
        "custom_components.verified_response.responder_flow.hmac.compare_digest", return_value=False
    ) as compare:
        await answer(hass, form, **WORD)
    compare.assert_called_once_with(b"314159", b"314159")


async def test_a_failed_check_leaves_the_mode(hass: HomeAssistant, trials: FakeTrials) -> None:
    entry = await stand(hass, EXERCISE)
    trials.error = "unreachable"
    result = await change(hass, entry, mode="live")
    assert (result["step_id"], result["errors"]) == ("reconfigure", {"base": "unreachable"})
    assert stored(entry) == EXERCISE


async def test_a_number_that_changed_meanwhile_is_not_verified(hass: HomeAssistant) -> None:
    entry = await stand(hass, EXERCISE)
    form = await change(hass, entry, mode="live")
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "callback_phone": "+1 202 555 0199"}
    )
    ended = await answer(hass, form, **WORD)
    assert (ended["type"], ended["reason"]) == (FlowResultType.ABORT, "phone_changed")
    assert stored(entry) == EXERCISE


async def test_live_survives_what_does_not_matter(hass: HomeAssistant, trials: FakeTrials) -> None:
    entry = await stand(hass, LIVE)
    result = await change(hass, entry, name="Desk", mode="live")
    assert result["reason"] == "reconfigure_successful"
    assert stored(entry) == {**LIVE, "name": "Desk"}
    assert (trials.tried, trials.checked) == ([], [])


async def test_a_new_secret_of_a_live_responder_is_tried(
    hass: HomeAssistant, trials: FakeTrials
) -> None:
    entry = await stand(hass, LIVE)
    trials.error = "invalid_client"
    refused = await change(hass, entry, mode="live", client_secret="another")
    assert refused["errors"] == {"base": "invalid_client"}
    assert stored(entry) == LIVE
    trials.error = None
    await change(hass, entry, mode="live", client_secret="another")
    assert stored(entry) == {**LIVE, "client_secret": "another"}
    assert trials.tried[-1] == {**EXERCISE, "client_secret": "another"}


@pytest.mark.parametrize(
    "moved",
    [
        {"base_url": "https://other.example.org"},
        {"client_id": "house-8"},
        {"kind": "monitoring_center"},
    ],
)
async def test_another_end_falls_back_to_exercise(
    hass: HomeAssistant, trials: FakeTrials, moved: dict[str, str]
) -> None:
    entry = await stand(hass, LIVE)
    result = await change(hass, entry, mode="live", **moved)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "live_reset")
    assert stored(entry) == {**EXERCISE, **moved}
    assert trials.tried == [{**EXERCISE, **moved}]
    assert trials.checked == []


async def test_live_that_was_verified_for_another_number_needs_the_call_again(
    hass: HomeAssistant, trials: FakeTrials
) -> None:
    entry = await stand(hass, {**LIVE, "verified_phone": "+1 202 555 0199"})
    form = await change(hass, entry, mode="live")
    assert form["step_id"] == "live"
    await answer(hass, form, **WORD)
    assert stored(entry)["verified_phone"] == PHONE


@pytest.mark.parametrize("mode", ["off", "exercise"])
async def test_leaving_live_forgets_its_proofs(hass: HomeAssistant, mode: str) -> None:
    entry = await stand(hass, LIVE)
    result = await change(hass, entry, mode=mode)
    assert result["reason"] == "reconfigure_successful"
    assert stored(entry) == {**RESPONDER, "mode": mode}


async def test_secrets_are_seen_nowhere(
    hass: HomeAssistant, trials: FakeTrials, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    entry = await stand(hass)
    trials.error = "unreachable"
    refused = await add(hass, entry, mode="exercise")
    trials.error = None
    added = await answer(hass, refused, **EXERCISE)
    [responder] = entry.get_subentries_of_type("responder")
    form = await entry.start_subentry_reconfigure_flow(hass, responder.subentry_id)
    live = await answer(hass, form, **asked(mode="live"))
    seen = "".join(as_seen(result) for result in (refused, added, form, live)) + caplog.text
    assert "client_secret" in seen
    for secret in (SECRET, trials.code):
        assert secret not in seen


async def test_a_responder_is_chosen_for_something(hass: HomeAssistant, trials: FakeTrials) -> None:
    entry = await stand(hass)
    result = await add(hass, entry, calls=[])
    assert result["errors"] == {"calls": "value_required"}
    await add(hass, entry, calls=["fire"])
    [stored] = entry.subentries.values()
    assert stored.data["calls"] == ["fire"]
