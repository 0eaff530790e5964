"""Conditions: how it stands now; all that knows Home Assistant's condition API. Unknown is never true."""

from collections.abc import Mapping
from typing import ClassVar, override

import voluptuous as vol
from homeassistant.const import CONF_OPTIONS, STATE_ON
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import (
    ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL,
    Condition,
    ConditionConfig,
    EntityConditionBase,
)

from .core.incident import ENDED, Stage
from .trigger import CONF_LEVEL, LEVELS, level_of, ours

OPEN = frozenset(stage.value for stage in Stage if stage not in ENDED)


class _OfOurs(EntityConditionBase):
    """Looks at one kind of our entities; one that does not know counts as one that does not match."""

    _entity: ClassVar[tuple[str, str]]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return ours(self._hass, entities, *self._entity)

    @override
    def _should_include(self, _state: State) -> bool:
        return True


class IsVerified(_OfOurs):
    """The proposed level is at least this one."""

    _domain_specs: Mapping[str, DomainSpec] = {"sensor": DomainSpec()}
    _entity = ("sensor", "alarm_level")
    _schema = ENTITY_STATE_CONDITION_SCHEMA_ANY_ALL.extend(
        {vol.Required(CONF_OPTIONS, default={}): {vol.Required(CONF_LEVEL, default=2): LEVELS}}
    )

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        assert config.options is not None
        self._level: int = config.options[CONF_LEVEL]

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return level_of(entity_state) >= self._level


class IsIncidentOpen(_OfOurs):
    """An incident that may be shown is open, the entry delay included."""

    _domain_specs: Mapping[str, DomainSpec] = {"sensor": DomainSpec()}
    _entity = ("sensor", "incident")

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return entity_state.state in OPEN


class IsChainReady(_OfOurs):
    """Everything between a trip and the responders works, as far as the last test knows."""

    _domain_specs: Mapping[str, DomainSpec] = {"binary_sensor": DomainSpec()}
    _primary_entities_only = False
    _entity = ("binary_sensor", "chain_ready")

    @override
    def is_valid_state(self, entity_state: State) -> bool:
        return entity_state.state == STATE_ON


CONDITIONS: dict[str, type[Condition]] = {
    "is_verified": IsVerified,
    "is_incident_open": IsIncidentOpen,
    "is_chain_ready": IsChainReady,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return our conditions."""
    return CONDITIONS
