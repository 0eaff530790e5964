"""Sentences from the translations."""

from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.wording import ROOT, HomeWording, load_wording
from custom_components.verified_response.const import DOMAIN


def test_placeholders_are_filled_and_nothing_else() -> None:
    wording = HomeWording({f"{ROOT}.prompt.hello": "Alarm at {premises}, {premises.name} {level}"})
    said = wording.sentence("prompt", "hello", premises="Home", level="4")
    assert said == "Alarm at Home, {premises.name} 4"


def test_what_is_missing_reads_as_its_key() -> None:
    assert HomeWording({}).sentence("reason", "person_seen") == "person seen"


async def test_english_fills_what_a_language_lacks(hass: HomeAssistant) -> None:
    for language in ("en", "tlh"):
        wording = await load_wording(hass, DOMAIN, language)
        assert wording.sentence("button", "confirm") == "It is real"
        assert "Home" in wording.sentence("prompt", "ask_confirmation_title", premises="Home")
