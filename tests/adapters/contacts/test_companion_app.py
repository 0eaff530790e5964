"""The way out and back through Home Assistant's own companion app integration."""

import json
from pathlib import Path
from typing import Any

import pytest
from homeassistant.components import webhook
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.aiohttp import MockRequest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.verified_response.adapters import answers
from custom_components.verified_response.core.premises import Channel, ChannelKind
from tests import builders

from .kit import contacts, incident, person, prompt

PHONE = Channel(kind=ChannelKind.PUSH, target="notify.mobile_app_ada_s_phone")
PEOPLE = builders.by_id([person(PHONE)])
PUSH_URL = "https://push.example.org/send"
HOOK = "hook-of-the-phone"


@pytest.fixture
async def phone(
    hass: HomeAssistant, tmp_path: Path, aioclient_mock: AiohttpClientMocker
) -> AiohttpClientMocker:
    """A registered phone; what its maker's push service gets is kept."""
    hass.config.config_dir = str(tmp_path)
    aioclient_mock.post(PUSH_URL, status=201, json={})
    entry = MockConfigEntry(
        domain="mobile_app",
        title="Ada's phone",
        data={
            "app_data": {"push_token": "token", "push_url": PUSH_URL},
            "app_id": "io.homeassistant.companion.android",
            "app_name": "Home Assistant",
            "app_version": "2026.10.1",
            "device_id": "adas-phone",
            "device_name": "Ada's phone",
            "manufacturer": "Maker",
            "model": "Model",
            "os_name": "Android",
            "os_version": "17",
            "supports_encryption": False,
            "user_id": "ada",
            "webhook_id": HOOK,
        },
    )
    entry.add_to_hass(hass)
    for component in ("homeassistant", "notify", "mobile_app"):
        assert await async_setup_component(hass, component, {})
    await hass.async_block_till_done()
    return aioclient_mock


async def tap(hass: HomeAssistant, button: dict[str, str], **typed: str) -> None:
    """Tap a button of the message, as the app reports it."""
    fired = {
        "type": "fire_event",
        "data": {
            "event_type": "mobile_app_notification_action",
            "event_data": {"action": button["action"], **typed},
        },
    }
    request = MockRequest(
        content=json.dumps(fired).encode(),
        mock_source="test",
        method="POST",
        headers={"Content-Type": "application/json"},
    )
    response = await webhook.async_handle_webhook(hass, HOOK, request)  # type: ignore[arg-type]
    assert response.status == 200
    await hass.async_block_till_done()


async def test_a_question_reaches_the_phone_and_its_answers_come_back(
    hass: HomeAssistant, phone: AiohttpClientMocker
) -> None:
    heard: list[tuple[Any, ...]] = []
    answers.listen(hass, lambda *answer: heard.append(answer))
    await (await contacts(hass, PEOPLE)).send("ada", prompt(PEOPLE, of=incident(), channel=PHONE))
    ((_, url, sent, _),) = phone.mock_calls
    assert str(url) == PUSH_URL
    assert (sent["title"], sent["data"]["priority"]) == ("Alarm at Home", "high")
    confirm, deny, cannot_see = sent["data"]["actions"]
    assert len(sent["data"]["actions"]) <= 3, "Android shows no more"
    await tap(hass, confirm)
    await tap(hass, deny, reply_text="4917")
    await tap(hass, cannot_see)
    assert heard == [
        ("confirm", "i1", "ada", None),
        ("false_alarm", "i1", "ada", "4917"),
        ("cannot_see", "i1", "ada", None),
    ]
