"""Wording port: sentences from the integration's translations, loaded once per language."""

import logging
from collections.abc import Mapping
from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..engine.ports import Wording

_LOGGER = logging.getLogger(__name__)

ROOT = "component.verified_response.config_panel.sentences"


class HomeWording(Wording):
    """Sentences under `config_panel.sentences`, the one category open to texts of one's own."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = sentences

    @override
    def sentence(self, group: str, key: str, **placeholders: str) -> str:
        text = self._sentences.get(f"{ROOT}.{group}.{key}")
        if text is None:
            _LOGGER.debug("No sentence for %s.%s", group, key)
            return key.replace("_", " ")
        for name, value in placeholders.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    @override
    def knows(self, group: str, key: str) -> bool:
        return f"{ROOT}.{group}.{key}" in self._sentences


async def load_wording(hass: HomeAssistant, domain: str, language: str) -> HomeWording:
    """Return the sentences of a language; English fills what is missing."""
    return HomeWording(await async_get_translations(hass, language, "config_panel", {domain}))
