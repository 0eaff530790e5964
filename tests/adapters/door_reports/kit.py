"""A front and a back door in real registries, and what was said of them."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.adapters import door_reports
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.core.premises import Premises
from tests import builders
from tests.fakes.clock import HandClock

CODE = "482915"
HOUSE = builders.premises(doors=builders.by_id([builders.door("front"), builders.door("back")]))


class Ear:
    """Hears the locks of one integration."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.said: list[DoorReport] = []
        self.owner = MockConfigEntry(domain="test")
        self.owner.add_to_hass(hass)
        self.stop: Callable[[], None] | None = None

    def add(self, platform: str, name: str = "front", *, domain: str = "lock") -> str:
        """Register an entity of an integration on a device of that name; return the device's id."""
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.owner.entry_id, identifiers={(platform, name.partition("_")[0])}
        )
        er.async_get(self.hass).async_get_or_create(
            domain,
            platform,
            name,
            suggested_object_id=name,
            device_id=device.id,
            config_entry=self.owner,
        )
        return device.id

    def listen(self, house: Premises = HOUSE) -> None:
        """Begin, and let the first moments pass."""
        self.stop = door_reports.listen(self.hass, house, self.said.append, now=self.clock.now)
        self.clock.tick(60)

    def end(self) -> None:
        """Hear no more."""
        if self.stop is not None:
            self.stop()
        self.stop = None

    async def fire(self, event: str, data: Mapping[str, Any]) -> None:
        self.hass.bus.async_fire(event, dict(data))
        await self.hass.async_block_till_done()

    async def state(self, state: str, by: str | None = None, **more: Any) -> None:
        """Let the front door's lock take a state."""
        self.hass.states.async_set("lock.front", state, {"changed_by": by, **more})
        await self.hass.async_block_till_done()

    @property
    def told(self) -> list[tuple[DoorAct, EntryMethod, int | None, str]]:
        """Return what was said of the front door, and nothing of another."""
        assert {item.door_id for item in self.said} <= {"front"}
        return [(item.act, item.method, item.slot, item.name) for item in self.said]
