"""Every action: what it answers, what it refuses, and whom."""

from typing import Any

import pytest
import voluptuous as vol
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import area_registry as ar
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.services import ACTIONS
from tests.fakes.config_entry import ADDRESS, OWNER_CODE, PHONE, part
from tests.scenarios.conftest import House

FIELDS: dict[str, dict[str, Any]] = {
    "bypass_zone": {"zone": "Kitchen window"},
    "confirm_incident": {"threat": "property"},
    "detect_people": {"camera": "camera.hall"},
    "forget_false_alarms": {"zone_or_camera": "Kitchen window"},
    "grant_access": {"lock": ["lock.front"]},
    "relock_door": {"lock": ["lock.front"]},
    "report_distress": {"kind": "medical"},
    "revoke_access": {"grant_id": "none"},
    "share_incident": {"responder": "City desk", "ground": "consent"},
    "show_access_code": {"grant_id": "none"},
    "unlock_door": {"lock": ["lock.front"]},
}
ADMIN = {name for name, (_, _, _, admin) in ACTIONS.items() if admin}


def test_what_touches_codes_or_evidence_is_for_admins() -> None:
    assert set(ACTIONS) - ADMIN == {
        "acknowledge",
        "arm",
        "confirm_incident",
        "dismiss_incident",
        "end_walk_test",
        "report_distress",
    }


@pytest.mark.parametrize("action", sorted(ADMIN))
async def test_users_who_are_no_admins_are_refused(
    house: House, hass_read_only_user, action: str
) -> None:
    with pytest.raises(Unauthorized):
        await house.act(
            action, context=Context(user_id=hass_read_only_user.id), **FIELDS.get(action, {})
        )


@pytest.mark.parametrize("action", ["detect_people", "grant_access", "list_entries", "list_grants"])
async def test_admins_pass(house: House, hass_admin_user, action: str) -> None:
    await house.act(action, context=Context(user_id=hass_admin_user.id), **FIELDS.get(action, {}))


@pytest.mark.parametrize(
    ("action", "fields", "key"),
    [
        ("confirm_incident", {"threat": "life"}, "no_incident_open"),
        ("confirm_incident", {"threat": "life", "incident_id": "x"}, "incident_unknown"),
        ("dismiss_incident", {"code": OWNER_CODE}, "no_incident_open"),
        ("get_incident", {}, "no_incident_open"),
        ("share_incident", {"responder": "x", "ground": "consent"}, "no_incident_open"),
        ("grant_access", {"lock": ["lock.back"]}, "lock_not_configured"),
        ("grant_access", {"lock": ["lock.front"], "code": "12"}, "code_bad_length"),
        ("grant_access", {"lock": ["lock.front"], "duration": 0}, "duration_not_positive"),
        ("grant_access", {"lock": ["lock.front"], "duration": 864000}, "duration_too_long"),
        ("revoke_access", {"grant_id": "x"}, "grant_unknown"),
        ("show_access_code", {"grant_id": "x"}, "grant_unknown"),
        ("unlock_door", {"lock": ["lock.back"]}, "lock_not_configured"),
        ("unlock_door", {"lock": ["lock.front"]}, "remote_unlock_not_allowed"),
        ("relock_door", {"lock": ["lock.front"]}, "door_not_held"),
        ("list_entries", {"door": "lock.back"}, "lock_not_configured"),
        ("grant_access", {"lock": ["lock.front"], "preset": "fire"}, "fire_unlock_not_allowed"),
        (
            "grant_access",
            {"lock": ["lock.front"], "preset": "fire", "code": "735182"},
            "fire_needs_no_code",
        ),
        ("grant_access", {"lock": ["lock.front"], "send_to_responders": True}, "no_incident_open"),
        ("detect_people", {"camera": "camera.other"}, "camera_not_configured"),
        ("report_distress", {"kind": "fire", "area_id": "nowhere"}, "ha_area_unknown"),
    ],
)
async def test_wrong_input(house: House, action: str, fields: dict[str, Any], key: str) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await house.act(action, **fields)
    assert refused.value.translation_key == key
    assert refused.value.translation_domain == DOMAIN


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("report_distress", {"kind": "sms"}),
        ("report_distress", {"kind": "fire", "message": "x" * 501}),
        ("confirm_incident", {"threat": "war"}),
        ("share_incident", {"responder": "x", "ground": "curiosity"}),
        ("grant_access", {"lock": ["lock.front"], "max_uses": 0}),
        ("grant_access", {"lock": ["lock.front"], "preset": "burglar"}),
        ("list_entries", {"format": "pdf"}),
        ("list_entries", {"method": "magic"}),
        ("list_entries", {"limit": 0}),
        ("detect_people", {"camera": "no entity"}),
        ("list_incidents", {"open": True}),
    ],
)
async def test_wrong_shape(house: House, action: str, fields: dict[str, Any]) -> None:
    with pytest.raises(vol.Invalid):
        await house.act(action, **fields)


async def test_distress_is_answered_with_its_incident(house: House) -> None:
    kitchen = ar.async_get(house.hass).async_create("Kitchen")
    told = await house.act("report_distress", kind="police", message="help", area_id=kitchen.id)
    house.expect_shared()
    incident = house.center.created[0][1].incident
    assert told == {"incident_id": incident.id}
    assert incident.message == "help"
    assert incident.ha_area == "Kitchen"


async def test_several_open_incidents_must_be_told_apart(house: House) -> None:
    first = await house.act("report_distress", kind="police")
    await house.act("report_distress", kind="medical", silent=True)  # hidden ones stay apart
    house.expect_shared(2)
    with pytest.raises(ServiceValidationError) as refused:
        await house.act("dismiss_incident", code=OWNER_CODE)
    assert refused.value.translation_key == "several_incidents_open"
    await house.act("dismiss_incident", code=OWNER_CODE, **first)
    assert len((await house.act("list_incidents", open_only=True))["incidents"]) == 1
    assert len((await house.act("list_incidents"))["incidents"]) == 2


async def test_dismissing_needs_the_code(house: House) -> None:
    await house.act("report_distress", kind="police")
    house.expect_shared()
    for code, key in ((None, "code_required"), ("0000", "code_wrong")):
        with pytest.raises(ServiceValidationError) as refused:
            await house.act("dismiss_incident", **({"code": code} if code else {}))
        assert refused.value.translation_key == key
    assert house.stage == "shared"


async def test_sharing_twice_is_refused(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    await house.wait(15)
    told = await house.act("share_incident", responder="City desk", ground="consent")
    house.expect_shared()
    incident = house.center.created[0][1].incident
    assert told["delivery_id"].startswith(f"{incident.id}-city_desk-")
    with pytest.raises(ServiceValidationError) as refused:
        await house.act("share_incident", responder="city_desk", ground="consent")
    assert refused.value.translation_key == "already_shared"
    with pytest.raises(ServiceValidationError) as refused:
        await house.act("share_incident", responder="Fire desk", ground="consent")
    assert refused.value.translation_key == "responder_unknown"


async def test_a_grant_and_its_end(house: House) -> None:
    granted = await house.act("grant_access", lock=["lock.front", "lock.front"], max_uses=1)
    assert granted["locks"] == [{"entity_id": "lock.front", "outcome": "confirmed", "reason": None}]
    assert list(house.locks.of("front_lock").codes.values()) == [granted["code"]]
    (listed,) = (await house.act("list_grants"))["grants"]
    assert granted["code"] not in str(listed)
    assert listed["active"] is True
    revoked = await house.act("revoke_access", grant_id=granted["grant_id"])
    assert revoked == {
        "locks": [{"entity_id": "lock.front", "outcome": "confirmed", "reason": None}]
    }
    assert (await house.act("list_grants"))["grants"] == []
    assert len((await house.act("list_grants", include_ended=True))["grants"]) == 1


async def test_a_code_whose_answer_nobody_takes_is_shown_later_once(house: House) -> None:
    """An automation that takes no answer keeps the code out of its own trace."""
    call = house.hass.services.async_call
    answer = await call(DOMAIN, "grant_access", {"lock": "lock.front"}, blocking=True)
    await house.settle()
    assert answer is None
    (listed,) = (await house.act("list_grants"))["grants"]
    shown = await house.act("show_access_code", grant_id=listed["grant_id"])
    assert shown["code"] in house.locks.of("front_lock").codes.values()
    with pytest.raises(ServiceValidationError):
        await house.act("show_access_code", grant_id=listed["grant_id"])


async def test_a_lock_that_does_not_answer_is_told(house: House) -> None:
    house.locks.of("front_lock").unavailable = True
    granted = await house.act("grant_access", lock=["lock.front"])
    assert granted["locks"] == [
        {"entity_id": "lock.front", "outcome": "failed", "reason": "lock_unavailable"}
    ]


async def test_looking_for_people(house: House) -> None:
    house.detector.will_see(0.3, 0.8)
    told = await house.act("detect_people", camera="camera.hall")
    box = {"x": 0.4, "y": 0.3, "width": 0.2, "height": 0.6}
    assert told["people"] == [{"score": 0.8, "box": box}]  # 0.3 is nobody yet
    assert told["frame"]["width"] == 640
    assert told["model"] == "fake"
    house.detector.will_fail(CouldNotLook("detector_timeout"))
    with pytest.raises(HomeAssistantError) as failed:
        await house.act("detect_people", camera="camera.hall")
    assert failed.value.translation_key == "detector_timeout"
    assert not isinstance(failed.value, ServiceValidationError)


async def test_with_several_premises_the_entry_must_be_named(house: House) -> None:
    second = MockConfigEntry(
        domain=DOMAIN,
        title="Cabin",
        data={"name": "Cabin", "address": ADDRESS, "callback_phone": PHONE},
        subentries_data=[part("area", "Cabin area")],
    )
    second.add_to_hass(house.hass)
    assert await house.hass.config_entries.async_setup(second.entry_id)
    await house.settle()
    with pytest.raises(ServiceValidationError):
        await house.act("list_incidents")
    assert house.entry is not None
    await house.act("report_distress", kind="medical", config_entry_id=house.entry.entry_id)
    house.expect_shared()
    for entry, count in ((house.entry, 1), (second, 0)):
        told = await house.act("list_incidents", config_entry_id=entry.entry_id)
        assert len(told["incidents"]) == count
    await house.hass.config_entries.async_unload(second.entry_id)
