"""Locks of doors that voice assistants may open: looked at now, and whenever the owner exposes or hides one."""

from collections.abc import Callable, Iterator, Mapping

from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import (
    async_get_entity_settings,
    async_listen_entity_updates,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .runtime import VerifiedResponseConfigEntry

ASSISTANTS = {
    "conversation": "Assist",
    "cloud.alexa": "Alexa",
    "cloud.google_assistant": "Google Assistant",
}
type Exposed = Mapping[str, tuple[str, ...]]
"""Names of the assistants to which a door's lock is exposed, by door."""


@callback
def follow_exposure(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, tell: Callable[[Exposed], None]
) -> CALLBACK_TYPE:
    """Tell the exposed locks, now and after changes; return what ends it."""
    if DATA_EXPOSED_ENTITIES not in hass.data:  # no assistant can be there, and an alarm starts
        return lambda: None
    doors = entry.runtime_data.desk.premises.doors

    @callback
    def look() -> None:
        found = {door.id: tuple(_exposed_to(hass, door.source)) for door in doors.values()}
        tell({door_id: names for door_id, names in found.items() if names})

    look()
    ends = [async_listen_entity_updates(hass, assistant, look) for assistant in ASSISTANTS]

    @callback
    def end() -> None:
        for cancel in ends:
            cancel()

    return end


def _exposed_to(hass: HomeAssistant, entity_id: str) -> Iterator[str]:
    """Yield the assistants that were given a lock: none has one by default.

    The settings are only read: to ask whether it should be exposed would write the answer down.
    """
    try:
        settings = async_get_entity_settings(hass, entity_id)
    except HomeAssistantError:  # neither registered nor ever exposed
        return
    for assistant, name in ASSISTANTS.items():
        if settings.get(assistant, {}).get("should_expose"):
            yield name
