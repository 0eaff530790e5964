"""Pushes as the companion app reads them, and the siren."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import Channel, ChannelKind
from custom_components.verified_response.engine.ports import Prompt
from tests import builders

from .kit import contacts, incident, person, prompt
from .ways import PHONE

PEOPLE = builders.by_id([person(PHONE)])


def register(
    hass: HomeAssistant, domain: str, service: str, error: Exception | None = None
) -> list[ServiceCall]:
    calls: list[ServiceCall] = []

    async def handle(call: ServiceCall) -> None:
        calls.append(call)
        if error is not None:
            raise error

    hass.services.async_register(domain, service, handle)
    return calls


async def pushed(hass: HomeAssistant, about: Prompt, target: Channel = PHONE) -> dict[str, Any]:
    """Send it to Ada and return what her service got."""
    domain, service = target.target.split(".")
    calls = register(hass, domain, service)
    await (await contacts(hass, builders.by_id([person(target)]))).send("ada", about)
    (call,) = calls
    return dict(call.data)


async def test_a_question_has_a_sentence_a_picture_and_three_buttons(hass: HomeAssistant) -> None:
    entity = er.async_get(hass).async_get_or_create("image", DOMAIN, "e1_evidence")
    got = await pushed(hass, prompt(of=incident()))
    assert got["title"] == "Alarm at Home"
    assert "Level 2" in got["message"]
    assert "person was seen" in got["message"]
    data = got["data"]
    assert data["image"] == f"/api/image_proxy/{entity.entity_id}"
    assert [(button["action"], button["title"]) for button in data["actions"]] == [
        ("VERIFIED_RESPONSE|confirm|i1|ada", "It is real"),
        ("VERIFIED_RESPONSE|false_alarm|i1|ada", "False alarm"),
        ("VERIFIED_RESPONSE|cannot_see|i1|ada", "I cannot tell"),
    ]
    assert [button.get("behavior") for button in data["actions"]] == [None, "textInput", None]


async def test_a_picture_of_another_incident_is_not_shown(hass: HomeAssistant) -> None:
    er.async_get(hass).async_get_or_create("image", DOMAIN, "e1_evidence")
    got = await pushed(hass, prompt(of=incident(evidence=())))
    assert "image" not in got["data"]


async def test_news_without_an_incident_has_no_buttons(hass: HomeAssistant) -> None:
    assert "data" not in await pushed(hass, prompt(key="zone_found_open"))


async def test_an_arming_that_failed_can_be_acknowledged(hass: HomeAssistant) -> None:
    about = ("kitchen_window", "garage", "front_door")
    got = await pushed(hass, prompt(key="arm_failed", actions=("acknowledge",), about=about))
    assert got["message"] == (
        "Garage is not armed. Open, or not reporting: Kitchen Window, Front Door."
    )
    (button,) = got["data"]["actions"]
    assert button == {"action": "VERIFIED_RESPONSE|acknowledge|garage|ada", "title": "I know"}
    assert got["data"]["tag"] == "verified_response_garage", "the next one takes its place"


async def test_without_an_area_there_is_nothing_to_acknowledge(hass: HomeAssistant) -> None:
    got = await pushed(hass, prompt(key="arm_failed", actions=("acknowledge",)))
    assert "data" not in got


async def test_what_has_no_level_shows_none(hass: HomeAssistant) -> None:
    about = incident(kind=IncidentKind.FIRE, assessment=Assessment(level=None), evidence=())
    got = await pushed(hass, prompt(of=about))
    assert got["message"] == "Fire alarm. Is it real?"


@pytest.mark.parametrize("error", [HomeAssistantError("no"), ValueError("no"), KeyError("no")])
async def test_whatever_a_service_raises_the_channel_failed(
    hass: HomeAssistant, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    register(hass, "notify", "ada", error)
    with pytest.raises(WorkFailedError, match="channel_failed"):
        await (await contacts(hass, PEOPLE)).send("ada", prompt(of=incident()))
    assert "person was seen" not in caplog.text


@pytest.mark.parametrize("target", ["notify", "notify.", ""])
async def test_a_target_that_is_no_service_is_missing(hass: HomeAssistant, target: str) -> None:
    channel = Channel(kind=ChannelKind.SPEECH, target=target)
    people = {"ada": builders.contact("ada", notify=None, more=(channel,))}
    with pytest.raises(WorkFailedError, match="channel_missing"):
        await (await contacts(hass, people)).send("ada", prompt(of=incident()))


@pytest.mark.parametrize("kind", ChannelKind)
async def test_an_emergency_number_is_refused_at_the_last_moment_too(
    hass: HomeAssistant, kind: ChannelKind
) -> None:
    calls = register(hass, "notify", "sms_911")
    people = builders.by_id([person(Channel(kind=kind, target="notify.sms_911"))])
    with pytest.raises(WorkFailedError, match="emergency_number_refused"):
        await (await contacts(hass, people)).send("ada", prompt(of=incident()))
    assert not calls


async def test_the_siren(hass: HomeAssistant) -> None:
    on, off = register(hass, "siren", "turn_on"), register(hass, "siren", "turn_off")
    people = await contacts(hass, PEOPLE)
    await people.siren(on=True)
    await people.siren(on=False)
    assert [call.data["entity_id"] for call in (*on, *off)] == ["siren.house"] * 2


async def test_a_siren_that_fails_or_is_not_there(hass: HomeAssistant) -> None:
    await (await contacts(hass, PEOPLE, siren=None)).siren(on=True)
    with pytest.raises(WorkFailedError, match="siren_failed"):
        await (await contacts(hass, PEOPLE)).siren(on=True)  # no such service
    register(hass, "siren", "turn_on", HomeAssistantError("no"))
    with pytest.raises(WorkFailedError, match="siren_failed"):
        await (await contacts(hass, PEOPLE)).siren(on=True)


async def test_what_opens_a_door_asks_first_whose_phone_it_is(hass: HomeAssistant) -> None:
    actions = ("let_in", "unlock_now", "confirm")
    got = await pushed(hass, prompt(of=incident(), actions=actions))
    assert [
        (item["title"], item.get("authenticationRequired")) for item in got["data"]["actions"]
    ] == [
        ("Give them a code", True),
        ("Unlock for them", True),
        ("It is real", None),
    ]
