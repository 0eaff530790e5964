"""Sentences in: one sentence trigger for each topic, with the sentences of the languages in use."""

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.script import ScriptRunResult
from homeassistant.helpers.trigger import async_initialize_triggers, async_validate_trigger_config
from homeassistant.setup import async_when_setup

from ...voice.language import Topic
from ...voice.languages import LANGUAGES
from .recognising import Recogniser, languages_in_use, sentences_of

_LOGGER = logging.getLogger(__name__)

CONVERSATION = "conversation"


@dataclass(frozen=True, kw_only=True, slots=True)
class Utterance:
    """What was said, where; `code` is what followed the word for code."""

    text: str = field(repr=False)
    language: str
    device_id: str | None = None
    satellite_id: str | None = None
    code: str | None = field(default=None, repr=False)


type Hear = Callable[[Topic, Utterance], Awaitable[str | None]]
"""Returns what is answered; None where somebody else answers."""


def listen(
    hass: HomeAssistant, domain: str, hear: Hear, others: Callable[[Recogniser], None]
) -> CALLBACK_TYPE:
    """Listen as soon as Assist is there; return what ends it.

    `others` is given what recognises the languages that nothing here is set up for.
    """
    ends: list[CALLBACK_TYPE] = []
    ended = False

    async def begin(hass: HomeAssistant, _component: str) -> None:
        languages = languages_in_use(hass)
        rest = LANGUAGES.keys() - languages
        others(await hass.async_add_executor_job(Recogniser, rest))
        for topic in Topic:
            if ended:
                break
            if (end := await _attach(hass, domain, topic, languages, hear)) is not None:
                ends.append(end)
        if ended:
            stop()

    @callback
    def stop() -> None:
        nonlocal ended
        ended = True
        while ends:
            ends.pop()()

    async_when_setup(hass, CONVERSATION, begin)
    return stop


async def _attach(
    hass: HomeAssistant, domain: str, topic: Topic, languages: Collection[str], hear: Hear
) -> CALLBACK_TYPE | None:
    async def heard(variables: dict[str, Any], _context: object = None) -> ScriptRunResult | None:
        answer = await hear(topic, _utterance(variables["trigger"]))
        if answer is None:
            return None
        return ScriptRunResult(conversation_response=answer, service_response=None, variables={})

    config = await async_validate_trigger_config(
        hass, [{"platform": CONVERSATION, "command": sentences_of(topic, languages)}]
    )
    return await async_initialize_triggers(
        hass, config, heard, domain, f"voice {topic}", _LOGGER.log
    )


def _utterance(trigger: dict[str, Any]) -> Utterance:
    code = trigger["slots"].get("code")
    return Utterance(
        text=trigger["sentence"],
        language=trigger["user_input"].get("language") or "",
        device_id=trigger["device_id"],
        satellite_id=trigger["satellite_id"],
        code=code if isinstance(code, str) else None,
    )
