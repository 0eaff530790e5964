"""A notify entity: title and text, no picture and no buttons."""

from homeassistant.components.notify import NotifyEntityFeature
from homeassistant.const import ATTR_ENTITY_ID, ATTR_SUPPORTED_FEATURES
from homeassistant.core import HomeAssistant

from ...engine.ports import Prompt
from .calling import call, reachable
from .sentences import Sentences

SEND = "notify.send_message"


async def message(
    hass: HomeAssistant, entity_id: str, prompt: Prompt, *, sentences: Sentences
) -> None:
    """Send by a notify entity; raises WorkFailedError."""
    features = reachable(hass, entity_id).attributes.get(ATTR_SUPPORTED_FEATURES, 0)
    title, text = sentences.title(prompt), sentences.plain(prompt)
    data = {ATTR_ENTITY_ID: entity_id, "message": text}
    if features & NotifyEntityFeature.TITLE:
        data["title"] = title
    else:  # such an entity drops the title, and with it which premises it is about
        data["message"] = f"{title}. {text}"
    await call(hass, SEND, data)
