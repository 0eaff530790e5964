"""The companion app's own fields: what comes through, on which platform, and by whose choice."""

from dataclasses import replace
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import Channel, ChannelKind
from custom_components.verified_response.engine.ports import Prompt
from tests import builders

from .kit import contacts, incident, person, prompt

COMPANION = Channel(kind=ChannelKind.PUSH, target="notify.mobile_app_ada")
OTHER = Channel(kind=ChannelKind.PUSH, target="notify.ada")
ALL = {
    "group": "verified_response_home",
    "notification_icon": "mdi:shield-alert",
    "visibility": "private",
}
ANDROID_WAKES = {"ttl": 0, "priority": "high", "importance": "high"}
TIME_SENSITIVE = {"interruption-level": "time-sensitive"}
CRITICAL = {
    "interruption-level": "critical",
    "sound": {"name": "default", "critical": 1, "volume": 1.0},
}
HELP = incident(kind=IncidentKind.PANIC, assessment=Assessment(level=None), evidence=())


async def pushed(
    hass: HomeAssistant, about: Prompt, *, critical: bool = False, target: Channel = COMPANION
) -> dict[str, Any]:
    """Send it to Ada and return the data of her push."""
    calls = async_mock_service(hass, *target.target.split("."))
    ada = replace(person(target), critical_alerts=critical)
    await (await contacts(hass, builders.by_id([ada]))).send("ada", about)
    (call,) = calls
    return dict(call.data.get("data", {}))


def without_buttons(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != "actions"}


async def test_a_question_shows_at_once(hass: HomeAssistant) -> None:
    data = await pushed(hass, prompt(of=incident()))
    assert without_buttons(data) == {
        **ALL,
        **ANDROID_WAKES,
        "channel": "Alarms and questions",
        "push": TIME_SENSITIVE,
        "tag": "verified_response_i1",
    }


async def test_a_question_sounds_on_a_muted_phone_when_its_owner_chose_that(
    hass: HomeAssistant,
) -> None:
    data = await pushed(hass, prompt(of=incident()), critical=True)
    assert without_buttons(data) == {
        **ALL,
        **ANDROID_WAKES,
        "channel": "alarm_stream",
        "push": CRITICAL,
        "tag": "verified_response_i1",
    }


async def test_how_buttons_look_and_act(hass: HomeAssistant) -> None:
    actions = ("confirm", "false_alarm", "cannot_see", "let_in", "unlock_now")
    data = await pushed(hass, prompt(of=incident(), actions=actions))
    shown = {
        button["action"].split("|")[1]: {
            key: value for key, value in button.items() if key not in ("action", "title")
        }
        for button in data["actions"]
    }
    background = {"activationMode": "background"}
    final = {**background, "destructive": True}
    assert shown == {
        "confirm": background,
        "false_alarm": {
            **final,
            "behavior": "textInput",
            "textInputPlaceholder": "Alarm code",
        },
        "cannot_see": background,
        "let_in": {**final, "authenticationRequired": True},
        "unlock_now": {**final, "authenticationRequired": True},
    }


@pytest.mark.parametrize("critical", [True, False])
async def test_other_services_get_none_of_it(hass: HomeAssistant, critical: bool) -> None:
    """The same names mean something else to them, and some then refuse the message."""
    data = await pushed(hass, prompt(of=incident()), critical=critical, target=OTHER)
    assert data.keys() == {"actions", "tag"}
    known = {"action", "title", "behavior", "textInputPlaceholder"}
    assert all(button.keys() <= known for button in data["actions"])


@pytest.mark.parametrize(
    ("about", "way"),
    [
        (prompt(key="help_called", of=HELP, actions=("false_alarm",)), "alarm_stream"),
        (prompt(key="cry_unanswered", about=("police",)), "alarm_stream"),
        (prompt(key="cry_unanswered", actions=("call_help",), about=("police",)), "alarm_stream"),
        (
            prompt(key="not_delivered", of=incident(), actions=("confirm", "false_alarm")),
            "alarm_stream",
        ),
        (prompt(key="answers_differ", of=incident(), actions=()), "News of the alarm"),
        (
            prompt(key="responder_coming", of=incident(), actions=("let_in",)),
            "Alarms and questions",
        ),
        (
            prompt(key="panel_disarmed", of=incident(), actions=("false_alarm",)),
            "Alarms and questions",
        ),
        (
            prompt(key="arm_failed", actions=("acknowledge",), about=("garage",)),
            "Alarms and questions",
        ),
        (prompt(key="zone_found_open", about=("kitchen_window",)), "News of the alarm"),
        (prompt(key="loitering", about=("porch",)), "News of the alarm"),
        (prompt(key="suspected_jamming", of=incident(), actions=()), "News of the alarm"),
    ],
    ids=lambda item: item.key if isinstance(item, Prompt) else "",
)
async def test_what_may_sound_on_a_muted_phone(
    hass: HomeAssistant, about: Prompt, way: str
) -> None:
    data = await pushed(hass, about, critical=True)
    assert data["channel"] == way
    critical = way == "alarm_stream"
    assert (data.get("push", {}).get("interruption-level") == "critical") is critical


async def test_small_news_disturb_nobody(hass: HomeAssistant) -> None:
    data = await pushed(hass, prompt(key="zone_found_open"), critical=True)
    assert data == {**ALL, "channel": "News of the alarm"}


async def test_a_call_for_help_shows_at_once_without_the_choice(hass: HomeAssistant) -> None:
    data = await pushed(hass, prompt(key="help_called", of=HELP, actions=()))
    assert data["push"] == TIME_SENSITIVE
    assert data["ttl"] == 0


@pytest.mark.parametrize(
    "hidden", [{"silent": True}, {"covert": True}, {"kind": IncidentKind.DURESS}]
)
async def test_what_must_not_be_noticed_never_sounds(
    hass: HomeAssistant, hidden: dict[str, Any]
) -> None:
    data = await pushed(hass, prompt(of=incident(**hidden)), critical=True)
    assert data["channel"] != "alarm_stream"
    assert "sound" not in data["push"]
