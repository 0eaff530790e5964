"""Triggers: what happened, on the event entities and states beneath; all that knows Home Assistant's trigger API.

Run variables are those of every entity trigger (`entity_id`, `from_state`, `to_state`, `for`); what an
incident's event tells is in `trigger.to_state.attributes`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, override

import voluptuous as vol
from homeassistant.components.event import DOMAIN as EVENT
from homeassistant.const import CONF_FOR, CONF_OPTIONS, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.target import TargetStateChangedData
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerConfig,
)

from .const import DOMAIN
from .core.incident import IncidentKind

CONF_KIND = "kind"
CONF_LEVEL = "level"
CONF_HOW = "how"
ENDS = ("closed", "cancelled")
KINDS = tuple(kind.value for kind in IncidentKind if kind is not IncidentKind.DURESS)
LEVELS = vol.All(vol.Coerce(int), vol.Range(min=1, max=4))


def some_of(*choices: str) -> vol.All[Any]:
    """Return what takes one or several of these."""
    return vol.All(cv.ensure_list, [vol.In(choices)])


def ours(hass: HomeAssistant, entities: set[str], domain: str, key: str) -> set[str]:
    """Return those of the entities that are ours and of one kind, whatever else is in the same room."""
    registry = er.async_get(hass)
    return {
        entity_id
        for entity_id in entities
        if entity_id.startswith(f"{domain}.")
        and (entry := registry.async_get(entity_id)) is not None
        and (entry.platform, entry.translation_key) == (DOMAIN, key)
    }


class _OnEvents(StatelessEntityTriggerBase):
    """Fires on some of the types that one of our event entities tells."""

    _domain_specs: Mapping[str, DomainSpec] = {EVENT: DomainSpec()}
    _entity: ClassVar[str] = "incident"
    _types: ClassVar[frozenset[str]]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return ours(self._hass, entities, EVENT, self._entity)

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        return state.attributes.get("event_type") in self._types


class IncidentOpened(_OnEvents):
    """Something began; with `for`, it is still open that long after."""

    _types = frozenset({"opened"})
    _schema = ENTITY_STATE_TRIGGER_SCHEMA.extend(
        {
            vol.Required(CONF_OPTIONS, default={}): {
                vol.Optional(CONF_KIND): some_of(*KINDS),
                vol.Optional(CONF_FOR): cv.positive_time_period,
            }
        }
    )

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._kinds = frozenset(self._options.get(CONF_KIND, KINDS))

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        is_valid = super().is_valid_state(state, report_not_triggered)
        return is_valid and state.attributes.get("kind") in self._kinds

    @callback
    @override
    def _cancel_invalidated_timers(
        self,
        behavior: str,
        pending_timers: dict[str, CALLBACK_TYPE],
        target_state_change_data: TargetStateChangedData,
    ) -> None:
        """Wait on through whatever else is told, until the incident itself ends."""
        new = target_state_change_data.state_change_event.data["new_state"]
        if new is None or new.state == STATE_UNAVAILABLE or _is_end(new):
            super()._cancel_invalidated_timers(behavior, pending_timers, target_state_change_data)


def _is_end(state: State) -> bool:
    return state.attributes.get("event_type") in ENDS


class IncidentClosed(_OnEvents):
    """A person ended it."""

    _schema = ENTITY_STATE_TRIGGER_SCHEMA.extend(
        {vol.Required(CONF_OPTIONS, default={}): {vol.Optional(CONF_HOW): some_of(*ENDS)}}
    )

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._types = frozenset(self._options.get(CONF_HOW, ENDS))  # type: ignore[misc]  # chosen here


class ResponderAcknowledged(_OnEvents):
    """A responder took it on."""

    _types = frozenset({"acknowledged"})


class CredentialUsed(_OnEvents):
    """A door was opened with a code that somebody was given."""

    _entity = "credential"
    _types = frozenset({"used"})


class PersonConfirmed(EntityTriggerBase):
    """A camera sees a person, by vote over several frames."""

    _domain_specs: Mapping[str, DomainSpec] = {"binary_sensor": DomainSpec()}
    _schema = ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR
    _excluded_from_states = frozenset({STATE_UNAVAILABLE})
    """Unknown until a zone trips: then nobody looks."""

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return ours(self._hass, entities, "binary_sensor", "person")

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        return state.state == STATE_ON


class LevelRaised(EntityTriggerBase):
    """The proposed level came to this one, or past it."""

    _domain_specs: Mapping[str, DomainSpec] = {"sensor": DomainSpec()}
    _excluded_from_states = frozenset({STATE_UNAVAILABLE})
    """Unknown while nothing is open."""
    _schema = ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR.extend(
        {vol.Required(CONF_OPTIONS, default={}): {vol.Required(CONF_LEVEL, default=2): LEVELS}}
    )

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._level: int = self._options[CONF_LEVEL]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return ours(self._hass, entities, "sensor", "alarm_level")

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        return level_of(state) >= self._level

    @override
    def is_valid_transition(self, from_state: State, to_state: State) -> bool:
        return level_of(from_state) < self._level


def level_of(state: State) -> int:
    """Return the level that a sensor shows; below all others where it shows none."""
    return int(state.state) if state.state.isdecimal() else -1


TRIGGERS: dict[str, type[Trigger]] = {
    "incident_opened": IncidentOpened,
    "person_confirmed": PersonConfirmed,
    "level_raised": LevelRaised,
    "incident_closed": IncidentClosed,
    "credential_used": CredentialUsed,
    "responder_acknowledged": ResponderAcknowledged,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return our triggers."""
    return TRIGGERS
