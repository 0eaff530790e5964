"""Tapped buttons of the companion app."""

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters import answers
from custom_components.verified_response.adapters.contacts.push import action_id


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        (
            {"action": action_id("confirm", "i1", "ada")},
            [("confirm", "i1", "ada", None)],
        ),
        (
            {"action": action_id("false_alarm", "i1", "ada"), "reply_text": "4917"},
            [("false_alarm", "i1", "ada", "4917")],
        ),
        (
            {"action": action_id("false_alarm", "i1", "ada"), "reply_text": 4917},
            [("false_alarm", "i1", "ada", None)],
        ),
        (
            {"action": action_id("acknowledge", "garage", "ada")},
            [("acknowledge", "garage", "ada", None)],
        ),
        ({"action": "OPEN_GARAGE"}, []),
        ({"action": "VERIFIED_RESPONSE|confirm|i1"}, []),
        ({"action": "OTHER|confirm|i1|ada"}, []),
        ({"action": None}, []),
        ({}, []),
    ],
)
async def test_only_our_buttons_are_heard(
    hass: HomeAssistant, data: dict[str, object], heard: list[tuple[str | None, ...]]
) -> None:
    got: list[tuple[str | None, ...]] = []
    end = answers.listen(hass, lambda *answer: got.append(answer))
    hass.bus.async_fire(answers.EVENT, data)
    await hass.async_block_till_done()
    assert got == heard
    end()
    hass.bus.async_fire(answers.EVENT, data)
    await hass.async_block_till_done()
    assert got == heard
