"""Sentences of the languages that nobody here speaks to Assist every day, recognised without a trigger.

Home Assistant parses the sentences of all triggers on its event loop, some 25 ms a language each time
one is added; ours for languages that no pipeline uses are parsed once, beside it.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant

from ...voice.language import Topic
from ...voice.languages import LANGUAGES, language_of

if TYPE_CHECKING:
    from hassil import Intents

WARM_UP = "help me please"
"""Recognised once beside the event loop: what is made on first use is made there."""
_LONGEST = 200
"""Signs: nobody cries for help in more, and long texts take long to match."""


def languages_in_use(hass: HomeAssistant) -> frozenset[str]:
    """Return the languages of Home Assistant and of its pipelines, as far as we speak them."""
    tags: set[str | None] = {hass.config.language}
    if "assist_pipeline" in hass.config.components:
        from homeassistant.components.assist_pipeline import async_get_pipelines

        for pipeline in async_get_pipelines(hass):
            tags |= {pipeline.language, pipeline.conversation_language, pipeline.stt_language}
    return frozenset(language_of(tag).code for tag in tags if tag and tag != "*")


class Recogniser:
    """Tells which topic a text is about, in some languages."""

    def __init__(
        self, languages: Collection[str], topics: Collection[Topic] = tuple(Topic)
    ) -> None:
        """Parse the sentences; slow, runs in an executor. Raises ImportError without hassil."""
        from hassil import Intents, recognize_all
        from hassil.intents import WildcardSlotList

        self._recognize_all = recognize_all
        self._intents: Intents = Intents.from_dict(
            {
                "language": "en",
                "intents": {
                    topic.value: {"data": [{"sentences": sentences_of(topic, languages)}]}
                    for topic in topics
                },
            }
        )
        self._intents.slot_lists["code"] = WildcardSlotList("code")
        self.topic_of(WARM_UP)

    def topic_of(self, text: str) -> tuple[Topic, str | None] | None:
        """Return the topic and what follows the word for code; None for what is none of ours."""
        if len(text) > _LONGEST:
            return None
        for found in self._recognize_all(text, self._intents):
            code = found.entities.get("code")
            return Topic(found.intent.name), str(code.value) if code is not None else None
        return None


def sentences_of(topic: Topic, languages: Collection[str]) -> list[str]:
    """Return the sentences of these languages, each once."""
    every = (text for code in sorted(languages) for text in LANGUAGES[code].sentences[topic])
    return list(dict.fromkeys(every))
