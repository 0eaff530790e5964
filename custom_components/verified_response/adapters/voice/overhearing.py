"""What is listened for and must stand in no list of sentences: covert phrases, answers while one is due.

Everything said to Assist is in its chat log before it is recognised. What is meant for us is registered
as a sentence for that moment only, so that the pipeline lets us answer, whichever agent it runs.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .sentences import Utterance

_LOGGER = logging.getLogger(__name__)

TAKEN_WITHIN_S = 1.0
"""The sentence is recognised at once, or by an agent that asks no sentences: then nobody is answered."""
_NO_WORD = re.compile(r"[^\w'’`´-]+")

type Handler = Callable[[Utterance], Awaitable[str | None]]
type Known = Callable[[str], Handler | None]
"""Returns what follows a text; None for what is not meant for us."""


def listen(hass: HomeAssistant, known: Known) -> CALLBACK_TYPE:
    """Overhear until what is returned is called; without Assist nothing is said."""
    try:
        from homeassistant.components.conversation.agent_manager import get_agent_manager
        from homeassistant.components.conversation.chat_log import async_subscribe_chat_logs
    except ImportError:
        _LOGGER.info("Assist cannot be overheard: covert phrases do not work here")
        return lambda: None
    overhearing = Overhearing(hass, known, get_agent_manager(hass).register_trigger)
    end = async_subscribe_chat_logs(hass, overhearing.added)

    @callback
    def stop() -> None:
        end()
        overhearing.close()

    return stop


class Overhearing:
    """Takes what is meant for us out of the stream of things said."""

    def __init__(
        self, hass: HomeAssistant, known: Known, register: Callable[..., CALLBACK_TYPE]
    ) -> None:
        self._hass = hass
        self._known = known
        self._register = register
        self._open: set[CALLBACK_TYPE] = set()

    @callback
    def added(self, _conversation_id: str, event_type: str, data: Mapping[str, Any]) -> None:
        """Follow the chat log; whatever fails here must not end the conversation."""
        try:
            content = data.get("content")
            if event_type == "content_added" and content and content.get("role") == "user":
                text = content.get("content")
                if isinstance(text, str) and (handler := self._known(text)) is not None:
                    self._take(text, handler)
        except Exception as err:  # noqa: BLE001 - called inside everybody's conversation, which has to go on
            _LOGGER.warning(
                "Overhearing failed: %s", type(err).__name__
            )  # what was said is not logged

    def _take(self, text: str, handler: Handler) -> None:
        taken = False

        async def answer(user_input: Any, _result: object) -> str | None:
            nonlocal taken
            if taken:
                return None
            taken = True
            end()
            return await handler(
                Utterance(
                    text=text,
                    language=user_input.language or "",
                    device_id=user_input.device_id,
                    satellite_id=user_input.satellite_id,
                )
            )

        @callback
        def unanswered() -> None:
            nonlocal taken
            if not taken:
                taken = True
                end()
                self._hass.async_create_task(_unheard(handler, text), eager_start=True)

        unregister = self._register([template_of(text)], answer)
        timer = self._hass.loop.call_later(TAKEN_WITHIN_S, unanswered)

        @callback
        def end() -> None:
            if end in self._open:
                self._open.discard(end)
                timer.cancel()
                unregister()

        self._open.add(end)

    @callback
    def close(self) -> None:
        """Let go of what is registered."""
        for end in tuple(self._open):
            end()


async def _unheard(handler: Handler, text: str) -> None:
    await handler(Utterance(text=text, language=""))


def template_of(text: str) -> str:
    """Return the sentence that matches just this text, in the notation of hassil."""
    return " ".join(word for word in _NO_WORD.sub(" ", text).split() if re.search(r"\w", word))
