"""Conditions for automations, of our entities only; what is not known is never true.

The platform may change with any release of Home Assistant: nothing else in here knows it.
"""

from typing import ClassVar, override

import voluptuous as vol
from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import CONF_OPTIONS, STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
    EntityStateConditionBase,
)

from .const import CONF_KIND, CONF_LEVEL
from .entity import ours
from .trigger import KINDS, LEVELS, TOLD_KINDS


class _OfOurs(EntityConditionBase):
    """Tests entities of this integration with one translation key.

    Home Assistant leaves out who is unavailable or unknown, so that "all" of nobody would be true.
    Here everybody who is targeted is asked, and nobody at all is false.
    """

    _translation_key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return ours(self._hass, super().entity_filter(entities), self._translation_key)

    @override
    def _should_include(self, _state: State) -> bool:
        return True

    @override
    def _check_all_match_state(self, states: list[State]) -> bool:
        return bool(states) and super()._check_all_match_state(states)


class IsVerified(_OfOurs):
    """The level of what was told is at least the chosen one."""

    _domain_specs = {SENSOR: DomainSpec(value_source="told_level")}
    _translation_key = "alarm_level"
    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {vol.Required(CONF_OPTIONS, default={}): LEVELS}
    )

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._level: int = (config.options or {})[CONF_LEVEL]

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return (
            entity_state.state not in self._excluded_states
            and (entity_state.attributes.get("told_level") or 0) >= self._level
        )


class IsIncidentOpen(_OfOurs):
    """An incident that was told is open, of the chosen kinds if any are chosen."""

    _domain_specs = {SENSOR: DomainSpec(value_source="open_kinds")}
    _translation_key = "incident"
    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {vol.Required(CONF_OPTIONS, default={}): KINDS}
    )

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._kinds = frozenset((config.options or {}).get(CONF_KIND) or TOLD_KINDS)

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return entity_state.state not in self._excluded_states and not self._kinds.isdisjoint(
            entity_state.attributes.get("open_kinds") or ()
        )


class IsChainReady(_OfOurs, EntityStateConditionBase):
    """Every responder that is not off answers, and the journal is written."""

    _domain_specs = {BINARY_SENSOR: DomainSpec()}
    _translation_key = "chain_ready"
    _primary_entities_only = False  # it is a diagnostic entity
    _states = {STATE_ON}


CONDITIONS: dict[str, type[Condition]] = {
    "is_verified": IsVerified,
    "is_incident_open": IsIncidentOpen,
    "is_chain_ready": IsChainReady,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions by their keys."""
    return CONDITIONS
