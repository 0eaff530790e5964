"""Troubles and sightings: cameras, locks, readiness, the sharing chain."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, EntityCategory
from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later, async_track_state_change_event

from .core.premises import ArmMode, CameraView, Door, ResponderMode
from .engine.feed import CameraLook, Snapshot
from .entity import SourceEntity, VerifiedResponseEntity
from .overview import LOOK_COUNTS_FOR, hindrances
from .runtime import VerifiedResponseConfigEntry

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class PremisesBinaryDescription(BinarySensorEntityDescription):
    """How a value is read from a snapshot; None is unknown."""

    value_fn: Callable[[Snapshot], bool | None]
    attributes_fn: Callable[[Snapshot], Mapping[str, Any]] | None = None


def _waited_for(snapshot: Snapshot, mode: ArmMode) -> dict[str, str]:
    """Return why arming this way has to wait, by the zone's name."""
    zones = snapshot.premises.zones
    return {zones[key].name: why.value for key, why in hindrances(snapshot, mode).items()}


def _ready_for(snapshot: Snapshot, mode: ArmMode) -> bool | None:
    """Say whether every zone that must be closed is known to be; unknown while one does not report."""
    reasons = set(_waited_for(snapshot, mode).values())
    if "open" in reasons:
        return False
    return None if reasons else True


def _ready(snapshot: Snapshot) -> bool | None:
    return _ready_for(snapshot, ArmMode.AWAY)


def _ready_attributes(snapshot: Snapshot) -> Mapping[str, Any]:
    not_ready: dict[str, str] = {}
    for mode in ArmMode:
        not_ready |= _waited_for(snapshot, mode)
    return {
        "not_ready": not_ready,
        "ready_for": {mode.value: _ready_for(snapshot, mode) for mode in ArmMode},
    }


def _troubles(snapshot: Snapshot) -> Mapping[str, list[str]]:
    """Return what is wrong with the sensors of zones, by name."""
    zones = snapshot.premises.zones
    return {
        zones[key].name: [kind.value for kind in kinds]
        for key, kinds in snapshot.state.troubles.items()
        if key in zones and kinds
    }


def _chain(snapshot: Snapshot) -> bool | None:
    active = [
        item.id
        for item in snapshot.premises.responders.values()
        if item.mode is not ResponderMode.OFF
    ]
    if not active or any(item not in snapshot.chain for item in active):
        return None
    return snapshot.durable and all(snapshot.chain[item] is None for item in active)


PREMISES = (
    PremisesBinaryDescription(key="ready_to_arm", value_fn=_ready, attributes_fn=_ready_attributes),
    PremisesBinaryDescription(
        key="sensor_trouble",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: bool(_troubles(snapshot)),
        attributes_fn=lambda snapshot: {"zones": _troubles(snapshot)},
    ),
    PremisesBinaryDescription(
        key="chain_ready",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_chain,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add those of the premises, each camera and each lock."""
    premises = entry.runtime_data.desk.premises
    async_add_entities(PremisesBinary(entry, description) for description in PREMISES)
    for camera in premises.cameras.values():
        async_add_entities(
            [CameraPerson(entry, camera), CameraBlind(entry, camera)],
            config_subentry_id=camera.id,
        )
    for door in premises.doors.values():
        async_add_entities([LockUnreachable(entry, door)], config_subentry_id=door.id)


class PremisesBinary(VerifiedResponseEntity, BinarySensorEntity):
    """One value of the snapshot."""

    entity_description: PremisesBinaryDescription

    def __init__(
        self, entry: VerifiedResponseConfigEntry, description: PremisesBinaryDescription
    ) -> None:
        super().__init__(entry, description.key)
        self.entity_description = description
        self._attr_translation_key = description.key

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.value_fn(self.snapshot)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        read = self.entity_description.attributes_fn
        return read(self.snapshot) if read else None


class _CameraEntity(SourceEntity, BinarySensorEntity):
    """Reads the newest look at a camera."""

    key = ""

    def __init__(self, entry: VerifiedResponseConfigEntry, camera: CameraView) -> None:
        super().__init__(
            entry,
            camera.id,
            key=self.key,
            name=camera.name,
            model="Camera view",
            source=camera.source,
        )
        self._attr_translation_key = self.key

    _until: CALLBACK_TYPE | None = None

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self._stop_waiting)
        self._forget_in_time()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        super()._handle_coordinator_update()
        self._forget_in_time()

    def _forget_in_time(self) -> None:
        """Write the state again once the look is too old: nothing else may happen by then."""
        self._stop_waiting()
        look = self._look
        if look is not None:
            left = LOOK_COUNTS_FOR - (self._runtime.desk.now() - look.at)
            self._until = async_call_later(self.hass, left + timedelta(seconds=1), self._forget)

    @callback
    def _forget(self, _: datetime) -> None:
        self._until = None
        self.async_write_ha_state()

    def _stop_waiting(self) -> None:
        if self._until is not None:
            self._until()
            self._until = None

    @property
    def _look(self) -> CameraLook | None:
        look = self.snapshot.cameras.get(self._part_id)
        if look is None or self._runtime.desk.now() - look.at > LOOK_COUNTS_FOR:
            return None
        return look


class CameraPerson(_CameraEntity):
    """On while a person is seen; unknown when nobody looks or nobody can."""

    key = "person"
    _attr_entity_category = None
    _attr_device_class = BinarySensorDeviceClass.OCCUPANCY

    @property
    @override
    def is_on(self) -> bool | None:
        look = self._look
        return None if look is None or look.blind is not None else look.person


class CameraBlind(_CameraEntity):
    """On when the camera cannot see, with the reason; unknown when nobody looked."""

    key = "blind"
    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _unrecorded_attributes = frozenset({"reason"})

    @property
    @override
    def is_on(self) -> bool | None:
        look = self._look
        return None if look is None else look.blind is not None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, str | None]:
        look = self._look
        return {"reason": look.blind if look else None}


class LockUnreachable(SourceEntity, BinarySensorEntity):
    """On while the lock does not answer, so that no code can be made or removed."""

    _attr_translation_key = "unreachable"
    _attr_device_class = BinarySensorDeviceClass.PROBLEM

    def __init__(self, entry: VerifiedResponseConfigEntry, door: Door) -> None:
        super().__init__(
            entry,
            door.id,
            key="unreachable",
            name=door.name,
            model="Door",
            source=door.source,
        )
        self._source = door.source

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()

        @callback
        def changed(_: Event[EventStateChangedData]) -> None:
            self.async_write_ha_state()

        self.async_on_remove(async_track_state_change_event(self.hass, self._source, changed))

    @property
    @override
    def is_on(self) -> bool | None:
        state = self.hass.states.get(self._source)
        if state is None or state.state == STATE_UNAVAILABLE:
            return True
        return None if state.state == STATE_UNKNOWN else False
