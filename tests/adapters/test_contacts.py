"""Pushes and the siren."""

from datetime import UTC, datetime
from typing import Any

import pytest
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.adapters.contacts import HomeContacts
from custom_components.verified_response.adapters.wording import load_wording
from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.core.evidence import PersonSeen
from custom_components.verified_response.core.incident import Incident, IncidentKind, Stage
from custom_components.verified_response.engine.ports import Prompt
from tests import builders

NOW = datetime(2026, 11, 20, 3, 12, tzinfo=UTC)

ASKED = ("confirm", "false_alarm")


def incident(**changes: Any) -> Incident:
    return Incident(
        **{
            "id": "i1",
            "kind": IncidentKind.BURGLARY,
            "opened_at": NOW,
            "stage": Stage.AWAITING_CONFIRMATION,
            "assessment": Assessment(level=2, raised_by=("person_seen",)),
            "evidence": (
                PersonSeen(
                    at=NOW,
                    camera_id="hall",
                    outdoor=False,
                    trust=Trust.FULL,
                    engine="e",
                    scores=(0.9,),
                ),
            ),
            **changes,
        }
    )


def prompt(about: Incident | None, key: str = "ask_confirmation") -> Prompt:
    return Prompt(
        key=key, incident=about, premises=builders.premises(), actions=ASKED if about else ()
    )


async def contacts(hass: HomeAssistant, **changes: Any) -> HomeContacts:
    return HomeContacts(
        hass,
        **{
            "domain": DOMAIN,
            "entry_id": "e1",
            "targets": {"ada": "notify.ada"},
            "siren": "siren.house",
            "wording": await load_wording(hass, DOMAIN, "en"),
            **changes,
        },
    )


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


async def test_a_question_has_a_sentence_and_two_buttons(hass: HomeAssistant) -> None:
    pushed = register(hass, "notify", "ada")
    entity = er.async_get(hass).async_get_or_create("image", DOMAIN, "e1_evidence")
    await (await contacts(hass)).send("ada", prompt(incident()))
    (call,) = pushed
    assert "Level 2" in call.data["message"]
    assert "person was seen" in call.data["message"]
    data = call.data["data"]
    assert data["image"] == f"/api/image_proxy/{entity.entity_id}"
    assert [button["action"] for button in data["actions"]] == [
        "VERIFIED_RESPONSE|confirm|i1|ada",
        "VERIFIED_RESPONSE|false_alarm|i1|ada",
    ]
    assert "behavior" not in data["actions"][0]
    assert data["actions"][1]["behavior"] == "textInput"


async def test_news_without_an_incident_has_no_buttons(hass: HomeAssistant) -> None:
    pushed = register(hass, "notify", "ada")
    await (await contacts(hass)).send("ada", prompt(None, "zone_found_open"))
    assert "data" not in pushed[0].data


async def test_what_has_no_level_shows_none(hass: HomeAssistant) -> None:
    pushed = register(hass, "notify", "ada")
    about = incident(kind=IncidentKind.PANIC, assessment=Assessment(level=None))
    await (await contacts(hass)).send("ada", prompt(about))
    assert "None" not in pushed[0].data["message"]


@pytest.mark.parametrize(
    ("targets", "registered", "error", "code"),
    [
        ({}, False, None, "contact_without_channel"),
        ({"ada": "notify.ada"}, False, None, "channel_missing"),
        ({"ada": "notify"}, True, None, "channel_missing"),
        ({"ada": "notify.ada"}, True, HomeAssistantError("no"), "channel_failed"),
        ({"ada": "notify.ada"}, True, ValueError("no"), "channel_failed"),
    ],
)
async def test_a_channel_that_fails(
    hass: HomeAssistant,
    targets: dict[str, str],
    registered: bool,
    error: Exception | None,
    code: str,
) -> None:
    if registered:
        register(hass, "notify", "ada", error)
    people = await contacts(hass, targets=targets)
    with pytest.raises(WorkFailedError, match=code):
        await people.send("ada", prompt(incident()))


async def test_the_siren(hass: HomeAssistant) -> None:
    on, off = register(hass, "siren", "turn_on"), register(hass, "siren", "turn_off")
    people = await contacts(hass)
    await people.siren(on=True)
    await people.siren(on=False)
    assert [call.data["entity_id"] for call in (*on, *off)] == ["siren.house"] * 2


async def test_a_siren_that_fails_or_is_not_there(hass: HomeAssistant) -> None:
    await (await contacts(hass, siren=None)).siren(on=True)
    with pytest.raises(WorkFailedError, match="siren_failed"):
        await (await contacts(hass)).siren(on=True)  # no such service
    register(hass, "siren", "turn_on", HomeAssistantError("no"))
    with pytest.raises(WorkFailedError, match="siren_failed"):
        await (await contacts(hass)).siren(on=True)
