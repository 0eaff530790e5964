"""Codes under threat: duress wherever a code is typed, wrong codes, and calls that must stay silent."""

import pytest
from homeassistant.exceptions import ServiceValidationError

from custom_components.verified_response.core.errors import ShareRetryableError
from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import DURESS_CODE, House


async def alarm(house: House) -> None:
    """An alarm that the owner has been asked about."""
    await house.arm()
    await house.trip("kitchen_window")
    await house.wait(15)
    assert house.pushes


@pytest.mark.parametrize("way", ["action", "push"])
async def test_dismissing_under_duress_calls_for_help_and_shows_nothing(
    house: House, way: str
) -> None:
    await alarm(house)
    pushes, sirens = len(house.pushes), list(house.sirens)
    if way == "action":
        await house.act("dismiss_incident", code=DURESS_CODE)
    else:
        await house.tap("false_alarm", reply_text=DURESS_CODE)
    house.expect_shared()
    [(_, record)] = house.center.created
    assert record.incident.kind == "duress"
    assert house.stage == "cancelled"
    assert len(house.pushes) == pushes
    assert house.sirens == [*sirens, "turn_off"]
    listed = await house.act("list_incidents")
    assert [item["kind"] for item in listed["incidents"]] == ["burglary"]


async def test_under_duress_nobody_is_recalled(house: House) -> None:
    await alarm(house)
    await house.tap("confirm")
    assert len(house.center.created) == 1
    await house.disarm(DURESS_CODE)
    house.expect_shared(2)
    assert not house.center.cancelled
    assert [record.incident.kind for _, record in house.center.created] == ["burglary", "duress"]


async def test_a_hidden_call_is_ended_by_its_id_and_a_code(house: House) -> None:
    await house.arm()
    await house.disarm(DURESS_CODE)
    house.expect_shared()
    hidden = house.center.created[0][1].incident.id
    await house.act("dismiss_incident", incident_id=hidden, code=OWNER_CODE)
    assert house.center.cancelled


async def test_wrong_codes_lock_the_keypad_also_over_a_restart(house: House) -> None:
    await house.arm()
    for _ in range(5):
        with pytest.raises(ServiceValidationError) as refused:
            await house.disarm("0000")
        assert refused.value.translation_key == "code_wrong"
    await house.restart()
    with pytest.raises(ServiceValidationError) as refused:
        await house.disarm(OWNER_CODE)
    assert refused.value.translation_key == "keypad_locked"
    assert house.panel == "armed_away"
    await house.wait(61)
    await house.disarm(OWNER_CODE)
    assert house.panel == "disarmed"


async def test_a_silent_call_lights_up_no_screen(house: House) -> None:
    called = await house.act("report_distress", kind="police", silent=True, message="back door")
    house.expect_shared()
    assert house.stage == "none"
    assert not house.pushes
    assert not house.sirens
    shown = await house.act("get_incident", incident_id=called["incident_id"])
    assert shown["kind"] == "panic"


async def test_a_loud_call_tells_people_and_sounds(house: House) -> None:
    await house.act("report_distress", kind="medical")
    house.expect_shared()
    assert house.sirens == ["turn_on"]
    assert [push.data["message"] for push in house.pushes] == [
        "Medical emergency: a person called for help. The responders are being told."
    ]


@pytest.mark.parametrize(("down", "sent"), [(20, 1), (3600, 0)])
async def test_a_hidden_call_survives_a_short_restart_and_is_never_sent_late(
    house: House, down: float, sent: int
) -> None:
    house.center.fails.append(ShareRetryableError("unreachable"))
    await house.arm()
    await house.disarm(DURESS_CODE)
    assert not house.center.created
    await house.restart(down=down)
    await house.wait(30)
    house.expect_shared(sent)
