"""Ways to people that are gone: looked at once the hub is up, and when one of them comes or goes."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_SERVICE,
    EVENT_SERVICE_REGISTERED,
    EVENT_SERVICE_REMOVED,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_call_later, async_track_state_change_event
from homeassistant.helpers.start import async_at_started

from .core.premises import Channel, ChannelKind
from .runtime import VerifiedResponseConfigEntry

SETTLE: Final = timedelta(seconds=30)
"""An integration that is loaded anew takes its services away and brings them back within seconds."""


@callback
def follow_channels(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    tell: Callable[[Mapping[str, tuple[Channel, ...]]], None],
) -> CALLBACK_TYPE:
    """Tell the missing channels by contact, now and after changes; return what ends it."""
    runtime = entry.runtime_data
    channels = {
        channel for person in runtime.desk.premises.contacts.values() for channel in person.channels
    }
    services = {item.target for item in channels if item.kind is ChannelKind.PUSH}
    entities = {item.target for item in channels if item.kind is not ChannelKind.PUSH}
    waiting: list[CALLBACK_TYPE] = []

    @callback
    def look(_: HomeAssistant | datetime) -> None:
        waiting.clear()
        tell(runtime.missing_channels())

    @callback
    def later() -> None:
        if hass.state is CoreState.running and not waiting:
            waiting.append(async_call_later(hass, SETTLE, look))

    @callback
    def service_changed(event: Event) -> None:
        if f"{event.data[ATTR_DOMAIN]}.{event.data[ATTR_SERVICE]}" in services:
            later()

    @callback
    def entity_changed(event: Event[EventStateChangedData]) -> None:
        if event.data["old_state"] is None or event.data["new_state"] is None:
            later()

    ends = [
        hass.bus.async_listen(EVENT_SERVICE_REGISTERED, service_changed),
        hass.bus.async_listen(EVENT_SERVICE_REMOVED, service_changed),
        async_track_state_change_event(hass, entities, entity_changed),
        async_at_started(hass, look),
    ]

    @callback
    def end() -> None:
        for cancel in (*ends, *waiting):
            cancel()

    return end
