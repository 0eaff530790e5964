"""What is left behind in Assist when a house is unloaded: nothing."""

from typing import TYPE_CHECKING
from unittest.mock import patch

from homeassistant.components.conversation.agent_manager import get_agent_manager
from homeassistant.core import callback

from custom_components.verified_response.adapters.voice import sentences
from custom_components.verified_response.voice.language import Topic

if TYPE_CHECKING:
    from .kit import Assist


async def test_nothing_is_listened_for_after_it_ended_while_it_began(assist: Assist):
    attached: set[Topic] = set()
    real = sentences._attach

    async def attach(hass, domain, topic, languages, hear):
        end = await real(hass, domain, topic, languages, hear)
        attached.add(topic)
        stop()

        @callback
        def ended() -> None:
            attached.discard(topic)
            end()

        return ended

    async def hear(_topic, _said):
        return "heard"

    before = len(get_agent_manager(assist.hass)._trigger_callbacks)
    with patch.object(sentences, "_attach", attach):
        stop = sentences.listen(assist.hass, "verified_response", hear, lambda _: None)
        await assist.hass.async_block_till_done()
    assert attached == set()
    assert len(get_agent_manager(assist.hass)._trigger_callbacks) == before
