"""People by several ways: each attempt is written down, every answer counts, and nothing leaks aloud."""

from typing import Any

import pytest
from homeassistant.core import ServiceCall

from custom_components.verified_response.core.commands import Arm
from custom_components.verified_response.core.premises import ArmMode
from tests.fakes.config_entry import ADDRESS, OWNER_CODE, PHONE
from tests.scenarios.conftest import DURESS_CODE, House, parts

WAYS = ("notify.mail", "media_player.kitchen", "assist_satellite.hall")
KEYS = (
    "push:notify.ada",
    "message:notify.mail",
    "speech:media_player.kitchen",
    "satellite:assist_satellite.hall",
)
DELAYS = {"exit_delay": 0, "entry_delay": 30, "abort_window": 15, "tts": "tts.voice"}


class Ears:
    """What arrived by the ways beside the push."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.calls: list[ServiceCall] = []
        for way in WAYS:
            house.hass.states.async_set(way, "unknown")
        for voice in ("tts.another", "tts.voice"):
            house.hass.states.async_set(voice, "unknown")
        for action in ("notify.send_message", "tts.speak", "assist_satellite.announce"):
            house.hass.services.async_register(*action.split("."), self._heard)

    async def _heard(self, call: ServiceCall) -> None:
        self.calls.append(call)

    @property
    def actions(self) -> list[str]:
        return [f"{call.domain}.{call.service}" for call in self.calls]


def ada() -> Any:
    """The owner with every kind of way, as the forms store it."""
    owner = next(item for item in parts() if item["title"] == "Ada")
    ways = {
        "messages": ["notify.mail"],
        "speakers": ["media_player.kitchen"],
        "satellites": ["assist_satellite.hall"],
    }
    return {**owner, "data": {**owner["data"], **ways}}


@pytest.fixture
async def ears(empty_house: House) -> Ears:
    """A house whose owner has every kind of way."""
    made = Ears(empty_house)
    await empty_house.set_up(DELAYS, more=[ada()])
    return made


async def alarm(house: House) -> None:
    """A window opens, and the abort window goes by."""
    await house.arm()
    await house.trip("kitchen_window")
    await house.wait(15)


def attempts(house: House) -> list[tuple[str, str]]:
    """Return channel and outcome of what the newest incident keeps."""
    assert house.entry is not None
    incident = list(house.entry.runtime_data.desk.state.incidents.values())[-1]
    return [(item.channel, item.outcome) for item in incident.attempts]


async def test_an_alarm_asks_by_every_way_and_each_attempt_is_written_down(ears: Ears) -> None:
    house = ears.house
    await alarm(house)
    assert len(house.pushes) == 1
    assert sorted(ears.actions) == ["assist_satellite.announce", "notify.send_message", "tts.speak"]
    assert sorted(attempts(house)) == sorted((key, "sent") for key in KEYS)
    speak = next(call for call in ears.calls if call.domain == "tts")
    assert speak.data["entity_id"] == "tts.voice", "the voice that the options name"
    assert speak.data["media_player_entity_id"] == "media_player.kitchen"
    assert len(await house.journal("AttemptMade")) == len(KEYS)


async def test_a_way_that_is_gone_is_told_and_written_down_and_the_others_work(
    ears: Ears,
) -> None:
    house = ears.house
    house.hass.states.async_remove("media_player.kitchen")
    house.hass.states.async_set("assist_satellite.hall", "unavailable")
    await alarm(house)
    assert dict(attempts(house)) == {"push:notify.ada": "sent", "message:notify.mail": "sent"}
    await house.wait(70)
    assert ("speech:media_player.kitchen", "channel_missing") in attempts(house)
    assert ("satellite:assist_satellite.hall", "channel_unavailable") in attempts(house)
    assert "tts.speak" not in ears.actions


async def test_looking_and_not_being_able_to_tell_is_written_down_and_ends_nothing(
    ears: Ears,
) -> None:
    house = ears.house
    await alarm(house)
    await house.tap("cannot_see")
    assert ("", "cannot_see") in attempts(house)
    assert house.panel == "triggered"
    asked = len(house.pushes)
    await house.wait(61)
    assert len(house.pushes) > asked, "somebody else may be able to tell"
    await house.tap("confirm")
    assert ("", "confirmed") in attempts(house)
    house.expect_shared()


async def test_an_arming_that_failed_is_told_again_until_somebody_knows(ears: Ears) -> None:
    house = ears.house
    await house.trip("kitchen_window")
    assert house.entry is not None
    desk = house.entry.runtime_data.desk
    await desk.submit(
        Arm(
            area_id="house",
            mode=ArmMode.AWAY,
            by="automation",
            open_zones=frozenset({"kitchen_window"}),
        )
    )
    await house.settle()
    assert [push.data["message"] for push in house.pushes] == [
        "House is not armed. Open, or not reporting: Kitchen window."
    ]
    await house.wait(301)
    assert len(house.pushes) == 2
    await house.tap("acknowledge")
    assert desk.state.area("house").failure is None
    await house.wait(3600)
    assert len(house.pushes) == 2


@pytest.mark.parametrize("call", ["silent", "duress"])
async def test_a_call_that_nobody_may_see_is_not_heard_either(ears: Ears, call: str) -> None:
    house = ears.house
    if call == "silent":
        await house.act("report_distress", kind="police", silent=True, message="back door")
    else:
        await house.arm()
        await house.disarm(DURESS_CODE)
    await house.wait(600)
    house.expect_shared()
    assert not house.pushes
    assert not ears.calls


async def test_no_message_holds_an_address_a_code_or_a_responder(ears: Ears) -> None:
    house = ears.house
    secret = f"{ADDRESS} {OWNER_CODE} {PHONE}"
    await house.act("report_distress", kind="police", message=secret)
    await alarm(house)
    await house.tap("confirm")
    house.expect_shared(2)
    await house.disarm()
    said = str([call.data for call in (*house.pushes, *ears.calls)])
    assert "Panic" in said
    assert "Burglary" in said
    for hidden in (ADDRESS, OWNER_CODE, PHONE, "City desk"):
        assert hidden not in said
