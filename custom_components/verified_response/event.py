"""What happened, as event entities: the stable interface for automations."""

from typing import Any, override

from homeassistant.components.event import EventEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .core import events as ev
from .core.access import CredentialStatus
from .core.incident import IncidentKind, Stage
from .core.premises import Door
from .core.rules.dispatch import is_on_screens
from .engine.feed import Snapshot
from .entity import SourceEntity, VerifiedResponseEntity
from .runtime import VerifiedResponseConfigEntry

PARALLEL_UPDATES = 0

STAGE_EVENTS = {
    Stage.ABORT_WINDOW: "opened",
    Stage.SHARED: "shared",
    Stage.ACKNOWLEDGED: "acknowledged",
}
CREDENTIAL_EVENTS = {
    CredentialStatus.CONFIRMED: "granted",
    CredentialStatus.UNVERIFIED: "granted",
    CredentialStatus.REMOVED: "revoked",
    CredentialStatus.REMOVED_UNVERIFIED: "revoked",
}


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
    """The life of the incidents that may be shown."""

    _attr_translation_key = "incident"
    _attr_event_types = [
        "early_warning",
        "opened",
        "level_raised",
        "level_lowered",
        "confirmed",
        "denied",
        "shared",
        "acknowledged",
        "responder_update",
        "cancelled",
        "closed",
    ]

    def __init__(self, entry: VerifiedResponseConfigEntry) -> None:
        super().__init__(entry, "incident_events")
        self._levels = {
            item.id: item.assessment.level or 0 for item in self.snapshot.state.open_incidents()
        }

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        snapshot = self.snapshot
        for event in snapshot.news:
            told = self._tell(event, snapshot)
            if told is not None:
                self._trigger_event(*told)
                self.async_write_ha_state()

    def _tell(self, event: ev.Event, snapshot: Snapshot) -> tuple[str, dict[str, Any]] | None:
        if isinstance(event, ev.PersonOutside):
            return "early_warning", _outside(event, snapshot)
        incident = snapshot.state.incidents.get(getattr(event, "incident_id", None) or "")
        if incident is None or not is_on_screens(incident):
            return None
        facts: dict[str, Any] = {
            "incident_id": incident.id,
            "kind": incident.kind,
            "level": incident.assessment.level,
            "stage": incident.stage,
        }
        match event:
            case ev.IncidentOpened(stage=stage) if stage is not Stage.ENTRY_DELAY:
                return "opened", facts
            case ev.StageChanged(stage=stage) if stage in STAGE_EVENTS:
                return STAGE_EVENTS[stage], facts
            case ev.Assessed(assessment=assessment):
                before = self._levels.get(incident.id, 0)
                level = self._levels[incident.id] = assessment.level or 0
                if level == before or incident.stage is Stage.ENTRY_DELAY:
                    return None
                return "level_raised" if level > before else "level_lowered", facts
            case ev.VerdictGiven(verdict=verdict):
                return "confirmed" if verdict.threat is not None else "denied", facts
            case ev.ResponderReported(status=status):
                return "responder_update", facts | {"status": status}
            case ev.IncidentEnded(stage=stage):
                self._levels.pop(incident.id, None)
                return stage.value, facts
        return None


def _outside(event: ev.PersonOutside, snapshot: Snapshot) -> dict[str, Any]:
    camera = snapshot.premises.cameras.get(event.camera_id)
    return {
        "camera": camera.source if camera else None,
        "name": camera.name if camera else None,
        "people": event.count,
        "dwell_s": round(event.dwell_s, 1),
        "direction": event.direction or None,
    }


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
    """The life of the codes on one lock; never the code."""

    _attr_translation_key = "credential"
    _attr_entity_category = None
    _attr_event_types = ["granted", "used", "revoked", "removal_failed", "set_failed"]

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
        for event in self.snapshot.news:
            told = self._tell(event)
            if told is not None:
                self._trigger_event(*told)
                self.async_write_ha_state()

    def _tell(self, event: ev.Event) -> tuple[str, dict[str, Any]] | None:
        match event:
            case ev.GrantUsed(grant_id=grant_id, door_id=self._part_id):
                return "used", {"grant_id": grant_id}
            case ev.CredentialChanged(door_id=self._part_id, status=status, grant_id=grant_id):
                if status is CredentialStatus.FAILED:
                    return "set_failed", {"grant_id": grant_id, "reason": event.reason}
                if status in CREDENTIAL_EVENTS:
                    return CREDENTIAL_EVENTS[status], {"grant_id": grant_id, "proof": status}
            case ev.EffectDelayed(effect_id=effect_id, code=code):
                pending = self.snapshot.state.effects.get(effect_id)
                effect = pending.effect if pending else None
                if getattr(effect, "door_id", None) == self._part_id:
                    return "removal_failed", {
                        "grant_id": getattr(effect, "grant_id", None),
                        "reason": code,
                    }
        return None
