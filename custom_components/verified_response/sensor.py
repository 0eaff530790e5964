"""Alarm level, incident, grants, outbox, responders' states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .core.effects import PendingEffect
from .core.incident import ENDED, HAS_LEVEL, Incident, Stage
from .core.premises import CameraView, Responder, Zone
from .core.rules.dispatch import is_on_screens
from .core.rules.history import false_alarms, tally
from .core.state import Phase
from .engine.feed import Snapshot
from .entity import (
    PartEntity,
    VerifiedResponseEntity,
    current_incident,
    last_incident,
    shown_incidents,
    told_incidents,
)
from .runtime import VerifiedResponseConfigEntry
from .serialize import door_name, walk_test_summary

PARALLEL_UPDATES = 0

NO_INCIDENT = "none"
RESPONDER_STATES = (
    "off",
    "ready",
    "unreachable",
    "unknown",
    "requested",
    "started",
    "delivered",
    "rejected",
    "held",
    "withdrawn",
    "cancelling",
    "cancelled",
    "received",
    "acknowledged",
    "dispatched",
    "arrived",
    "closed",
)


@dataclass(frozen=True, kw_only=True)
class PremisesSensorDescription(SensorEntityDescription):
    """How a value and its attributes are read from a snapshot."""

    value_fn: Callable[[Snapshot], StateType | datetime]
    attributes_fn: Callable[[Snapshot], Mapping[str, Any]] | None = None


def _leading(snapshot: Snapshot) -> Incident | None:
    """Return the open incident whose level is shown: told before untold, the highest, the newest."""
    told = told_incidents(snapshot)
    return max(
        (item for item in shown_incidents(snapshot) if item.kind in HAS_LEVEL),
        key=lambda item: (item in told, item.assessment.level or 0, item.opened_at),
        default=None,
    )


def _level(snapshot: Snapshot) -> int | None:
    incident = _leading(snapshot)
    return incident.assessment.level if incident else None


def _level_attributes(snapshot: Snapshot) -> Mapping[str, Any]:
    incident = _leading(snapshot)
    if incident is None:
        return {}
    assessment = incident.assessment
    return {
        "incident_id": incident.id,
        "kind": incident.kind,
        "told_level": assessment.level if incident in told_incidents(snapshot) else None,
        "reasons": list(assessment.raised_by),
        "held_by": list(assessment.held_by),
        "lowered_by": list(assessment.lowered_by),
        "unknowns": [item.partition(":")[0] for item in assessment.unknowns],
        "proposed_by": assessment.proposed_by,
    }


def _incident(snapshot: Snapshot) -> str:
    incident = last_incident(snapshot)
    if incident is None:
        return NO_INCIDENT
    armed_again = any(
        area.phase in {Phase.ARMING, Phase.ARMED} for area in snapshot.state.areas.values()
    )
    if incident.stage in ENDED and armed_again and incident.end_reason != "dismissed":
        return NO_INCIDENT
    return incident.stage


def _incident_attributes(snapshot: Snapshot) -> Mapping[str, Any]:
    incident = last_incident(snapshot)
    return {
        "incident_id": incident.id if incident else None,
        "kind": incident.kind if incident else None,
        "held": incident.held if incident else None,
        "open_kinds": sorted({item.kind.value for item in told_incidents(snapshot)}),
        "blind_from": snapshot.state.blind_since,
        "blind_until": snapshot.state.blind_until,
    }


def _last_false_alarm(snapshot: Snapshot) -> datetime | None:
    return max(
        (
            item.ended_at
            for item in snapshot.state.incidents.values()
            if item.stage is Stage.CANCELLED and item.ended_at and is_on_screens(item)
        ),
        default=None,
    )


def _false_alarms(snapshot: Snapshot) -> int | None:
    """Return how many there were lately; unknown until anything happened by which to tell the time."""
    if snapshot.at is None:
        return None
    return false_alarms(snapshot.state, snapshot.premises.policy, snapshot.at)


def _false_alarm_attributes(snapshot: Snapshot) -> Mapping[str, Any]:
    premises, now = snapshot.premises, snapshot.at
    parts: dict[str, Mapping[str, Zone | CameraView]] = {
        "zones": premises.zones,
        "cameras": premises.cameras,
    }
    shown: dict[str, dict[str, Any]] = {kind: {} for kind in parts}
    for kind, things in parts.items():
        for key, outcomes in snapshot.state.history.items():
            if key not in things or now is None:
                continue
            found = tally(outcomes, premises.policy, now)
            if found.rate is not None:
                shown[kind][things[key].name] = {
                    "false": found.false,
                    "true": found.true,
                    "rate": round(found.rate, 2),
                }
    return {"days": premises.policy.false_alarm_days, **shown}


def _grant_attributes(snapshot: Snapshot) -> Mapping[str, Any]:
    """Return what works now, for whoever looks at a screen: no code, no name, no incident."""
    return {
        "grants": [
            {
                "grant_id": grant.id,
                "preset": grant.preset,
                "expires_at": grant.expires_at,
                "uses": grant.uses,
                "max_uses": grant.max_uses,
                "locks": [door_name(snapshot, door_id) for door_id in grant.credentials],
            }
            for grant in snapshot.state.grants.values()
            if grant.is_active
        ],
        "doors": [
            {"lock": door_name(snapshot, item.door_id), "status": item.status, "until": item.until}
            for item in snapshot.state.passages.values()
        ],
    }


def _walk_test_attributes(snapshot: Snapshot) -> Mapping[str, Any]:
    test = snapshot.state.walk_test
    if test is None:
        return {"until": None, "tried": {}, "missing": []}
    return {"until": test.until, **walk_test_summary(test, snapshot.premises)}


def _frame_time(snapshot: Snapshot) -> int | None:
    """Return whole milliseconds: what varies less is no news."""
    detector = snapshot.detector
    return None if detector is None or detector.frame_ms is None else round(detector.frame_ms)


SENSORS = (
    PremisesSensorDescription(key="alarm_level", value_fn=_level, attributes_fn=_level_attributes),
    PremisesSensorDescription(
        key="incident",
        device_class=SensorDeviceClass.ENUM,
        options=[NO_INCIDENT, *Stage],
        value_fn=_incident,
        attributes_fn=_incident_attributes,
    ),
    PremisesSensorDescription(
        key="active_grants",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: sum(grant.is_active for grant in snapshot.state.grants.values()),
        attributes_fn=_grant_attributes,
    ),
    PremisesSensorDescription(
        key="outbox",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: sum(
            _shown(snapshot, pending) for pending in snapshot.state.effects.values()
        ),
    ),
    PremisesSensorDescription(
        key="last_false_alarm",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_last_false_alarm,
    ),
    PremisesSensorDescription(
        key="false_alarms",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_false_alarms,
        attributes_fn=_false_alarm_attributes,
    ),
    PremisesSensorDescription(
        key="walk_test",
        device_class=SensorDeviceClass.ENUM,
        options=["off", "running"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: "off" if snapshot.state.walk_test is None else "running",
        attributes_fn=_walk_test_attributes,
    ),
    PremisesSensorDescription(
        key="detector",
        device_class=SensorDeviceClass.ENUM,
        options=["onnx", "ncnn", "basic", "remote", "none"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: snapshot.detector.engine if snapshot.detector else None,
        attributes_fn=lambda snapshot: (
            {"model": snapshot.detector.model, "reason": snapshot.detector.reason}
            if snapshot.detector
            else {}
        ),
    ),
    PremisesSensorDescription(
        key="frame_time",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MILLISECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        suggested_display_precision=0,
        value_fn=_frame_time,
    ),
)


def _shown(snapshot: Snapshot, pending: PendingEffect) -> bool:
    """Say whether it may be counted where a stranger could look: duress may not, nor may its lack."""
    incident = snapshot.state.incidents.get(getattr(pending.effect, "incident_id", None) or "")
    if incident is None:
        return True
    if not incident.is_open and pending.last_error is None:
        return False  # a recall that goes well: under duress there is none
    return is_on_screens(incident)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the premises and of each responder."""
    async_add_entities(PremisesSensor(entry, description) for description in SENSORS)
    for responder in entry.runtime_data.desk.premises.responders.values():
        async_add_entities([ResponderSensor(entry, responder)], config_subentry_id=responder.id)


class PremisesSensor(VerifiedResponseEntity, SensorEntity):
    """One value of the snapshot."""

    entity_description: PremisesSensorDescription
    _unrecorded_attributes = frozenset(
        {"incident_id", "tried", "missing", "zones", "cameras", "grants", "doors"}
    )

    def __init__(
        self, entry: VerifiedResponseConfigEntry, description: PremisesSensorDescription
    ) -> None:
        super().__init__(entry, description.key)
        self.entity_description = description
        self._attr_translation_key = description.key

    @property
    @override
    def native_value(self) -> StateType | datetime:
        return self.entity_description.value_fn(self.snapshot)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        read = self.entity_description.attributes_fn
        return read(self.snapshot) if read else None


class ResponderSensor(PartEntity, SensorEntity):
    """What is known of a responder, and of its copy of the newest incident."""

    _attr_translation_key = "responder_status"
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = list(RESPONDER_STATES)
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, entry: VerifiedResponseConfigEntry, responder: Responder) -> None:
        super().__init__(entry, responder.id, key="status", name=responder.name, model="Responder")

    @property
    @override
    def native_value(self) -> str:
        responder = self.snapshot.premises.responders.get(self._part_id)
        if responder is None or responder.mode == "off":
            return "off"
        incident = current_incident(self.snapshot)
        delivery = incident.deliveries.get(self._part_id) if incident else None
        if delivery is not None:
            return delivery.responder_status or delivery.status
        if self._part_id not in self.snapshot.chain:
            return "unknown"
        return "unreachable" if self.snapshot.chain[self._part_id] else "ready"

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        incident = current_incident(self.snapshot)
        delivery = incident.deliveries.get(self._part_id) if incident else None
        responder = self.snapshot.premises.responders.get(self._part_id)
        return {
            "incident_number": delivery.number if delivery else None,
            "mode": responder.mode if responder else None,
            "access": responder.access if responder else None,
        }
