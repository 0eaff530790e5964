"""What happened, as event entities: the stable interface for automations."""

from typing import override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .core import events as ev
from .core.incident import IncidentKind
from .core.premises import Door
from .entity import SourceEntity, VerifiedResponseEntity
from .runtime import VerifiedResponseConfigEntry
from .told_doors import OF_DOORS, tell_door
from .told_events import OF_INCIDENTS, OF_THE_HOUSE, Teller

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the premises' events, its hidden duress events, and each lock's."""
    async_add_entities([IncidentEvents(entry), DuressEvents(entry)])
    for door in entry.runtime_data.desk.premises.doors.values():
        async_add_entities([CredentialEvents(entry, door)], config_subentry_id=door.id)


class IncidentEvents(VerifiedResponseEntity, EventEntity):
    """The life of the incidents that may be shown, and what people hear before one."""

    _attr_translation_key = "incident"
    _attr_event_types = [*OF_THE_HOUSE, *OF_INCIDENTS]

    def __init__(self, entry: VerifiedResponseConfigEntry) -> None:
        super().__init__(entry, "incident_events")
        self._teller = Teller(self.snapshot)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        for event in self.snapshot.news:
            for told in self._teller.tell(event, self.snapshot):
                self._trigger_event(*told)
                self.async_write_ha_state()


class DuressEvents(VerifiedResponseEntity, EventEntity):
    """Disabled by default: whoever enables it decides who may see it."""

    _attr_translation_key = "duress"
    _attr_event_types = ["duress"]
    _attr_entity_registry_enabled_default = False

    def __init__(self, entry: VerifiedResponseConfigEntry) -> None:
        super().__init__(entry, "duress_events")

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        for event in self.snapshot.news:
            if isinstance(event, ev.IncidentOpened) and event.kind is IncidentKind.DURESS:
                self._trigger_event("duress", {"incident_id": event.incident_id})
                self.async_write_ha_state()


class CredentialEvents(SourceEntity, EventEntity):
    """The life of the codes on one lock, and of its door unlocked from afar; never the code."""

    _attr_translation_key = "credential"
    _attr_entity_category = None
    _attr_event_types = list(OF_DOORS)

    def __init__(self, entry: VerifiedResponseConfigEntry, door: Door) -> None:
        super().__init__(
            entry,
            door.id,
            key="credential",
            name=door.name,
            model="Door",
            source=door.source,
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        for told in tell_door(self._part_id, self.snapshot):
            self._trigger_event(*told)
            self.async_write_ha_state()
