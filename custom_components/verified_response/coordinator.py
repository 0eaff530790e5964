"""Push only: the newest snapshot of the feed becomes the coordinator's data."""

import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import DOMAIN
from .engine.feed import Feed, Snapshot

_LOGGER = logging.getLogger(__name__)


class VerifiedResponseCoordinator(DataUpdateCoordinator[Snapshot]):
    """Listeners run in the order of subscription, at once, in the event loop."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, feed: Feed) -> None:
        super().__init__(hass, _LOGGER, config_entry=entry, name=DOMAIN)
        self.data = feed.latest
        entry.async_on_unload(feed.subscribe(self._changed))

    @callback
    def _changed(self, snapshot: Snapshot) -> None:
        self.async_set_updated_data(snapshot)
