"""Triggers for automations: what the event entities tell, the told level, a person seen; of our entities only.

The platform may change with any release of Home Assistant: nothing else in here knows it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar, override

import voluptuous as vol
from homeassistant.components.binary_sensor import DOMAIN as BINARY_SENSOR
from homeassistant.components.event import DOMAIN as EVENT
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import CONF_OPTIONS, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR,
    EntityTargetStateTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)

from .const import CONF_HOW, CONF_KIND, CONF_LEVEL, CONF_METHOD
from .core.assessment import AlarmLevel
from .core.entries import EntryMethod
from .core.incident import ENDED, IncidentKind
from .entity import ours

TOLD_KINDS = tuple(kind.value for kind in IncidentKind if kind is not IncidentKind.DURESS)
"""What an incident on the screens may be about: duress is on none."""
UNAVAILABLE = frozenset({STATE_UNAVAILABLE})
"""Whoever comes back from it tells nothing new."""


type Options = dict[vol.Marker, Any]


def _chosen(*values: str) -> vol.All[Any]:
    return vol.All(cv.ensure_list, [vol.In(values)])


KINDS: Options = {vol.Optional(CONF_KIND): _chosen(*TOLD_KINDS)}
ENDS: Options = {vol.Optional(CONF_HOW): _chosen(*ENDED)}
LEVELS: Options = {
    vol.Required(CONF_LEVEL, default=int(AlarmLevel.PRESENCE)): vol.All(
        vol.Coerce(int), vol.Range(min=AlarmLevel.LIMITED, max=AlarmLevel.LIFE)
    )
}
METHODS: Options = {vol.Optional(CONF_METHOD): _chosen(*EntryMethod)}


def _stateless(options: Options) -> vol.Schema:
    return ENTITY_STATE_TRIGGER_SCHEMA.extend({vol.Required(CONF_OPTIONS, default={}): options})


class _OfOurs(EntityTriggerBase):
    """Follows entities of this integration with one translation key, and hands facts of theirs to the run."""

    _translation_key: ClassVar[str]
    _facts: ClassVar[Mapping[str, str]] = {}
    """Names in `trigger` by the attributes that they are read from."""

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        return ours(self._hass, super().entity_filter(entities), self._translation_key)

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        @callback
        def run(
            extra_trigger_payload: dict[str, Any],
            description: str,
            context: Context | None = None,
        ) -> asyncio.Task[Any]:
            attributes = extra_trigger_payload["to_state"].attributes
            facts = {name: attributes.get(key) for name, key in self._facts.items()}
            return run_action(extra_trigger_payload | facts, description, context)

        return await super().async_attach_runner(run, did_not_trigger)


class _Told(_OfOurs, StatelessEntityTriggerBase):
    """Fires for events of some types; each option that is given narrows one attribute."""

    _domain_specs = {EVENT: DomainSpec()}
    _event_types: ClassVar[frozenset[str]]
    _narrowed: ClassVar[Mapping[str, str]] = {}
    """Options by the attributes that they narrow."""

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        return state.attributes.get("event_type") in self._event_types and all(
            state.attributes.get(attribute) in chosen
            for option, attribute in self._narrowed.items()
            if (chosen := self._options.get(option))
        )


class _OfIncidents(_Told):
    _translation_key = "incident"
    _schema = _stateless(KINDS)
    _narrowed = {CONF_KIND: "kind"}
    _facts = {key: key for key in ("incident_id", "kind", "level", "stage")}


class IncidentOpened(_OfIncidents):
    """An incident was told: after the entry delay, never a silent or hidden one."""

    _event_types = frozenset({"opened"})


class IncidentClosed(_OfIncidents):
    """An incident ended: dealt with, or cancelled as a false alarm."""

    _event_types = frozenset(ENDED)
    _schema = _stateless(KINDS | ENDS)
    _narrowed = {CONF_KIND: "kind", CONF_HOW: "event_type"}


class ResponderAcknowledged(_OfIncidents):
    """A responder's desk took an incident, be it an exercise."""

    _event_types = frozenset({"acknowledged"})


class CredentialUsed(_Told):
    """A code of ours was used at a lock."""

    _translation_key = "credential"
    _event_types = frozenset({"used"})
    _schema = _stateless(METHODS)
    _narrowed = {CONF_METHOD: "method"}
    _facts = {key: key for key in ("grant_id", "method", "proven")}


class PersonConfirmed(_OfOurs, EntityTargetStateTriggerBase):
    """A camera sees a person, by vote of several pictures.

    Before a trip nobody looks, so that it mostly goes from unknown to on. That is never what was on
    before a start: a look is not kept.
    """

    _domain_specs = {BINARY_SENSOR: DomainSpec()}
    _translation_key = "person"
    _excluded_from_states = UNAVAILABLE
    _to_states = {STATE_ON}


class LevelRaised(_OfOurs):
    """The level of what was told rose to the chosen one or over it."""

    _domain_specs = {SENSOR: DomainSpec(value_source="told_level")}
    _translation_key = "alarm_level"
    _excluded_from_states = UNAVAILABLE  # a quiet house has no level: it is unknown
    _schema = ENTITY_STATE_TRIGGER_SCHEMA_WITH_BEHAVIOR.extend(
        {vol.Required(CONF_OPTIONS, default={}): LEVELS}
    )
    _facts = {"incident_id": "incident_id", "kind": "kind", "level": "told_level"}

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._level: int = self._options[CONF_LEVEL]

    @override
    def is_valid_transition(self, from_state: State, to_state: State) -> bool:
        return not self._is_reached(from_state)

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        return self._is_reached(state)

    @override
    def _should_include(self, state: State) -> bool:
        return state.state != STATE_UNAVAILABLE  # a quiet house counts as one that has not risen

    def _is_reached(self, state: State) -> bool:
        return (self._get_tracked_value(state) or 0) >= self._level


TRIGGERS: dict[str, type[Trigger]] = {
    "incident_opened": IncidentOpened,
    "incident_closed": IncidentClosed,
    "level_raised": LevelRaised,
    "person_confirmed": PersonConfirmed,
    "responder_acknowledged": ResponderAcknowledged,
    "credential_used": CredentialUsed,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by their keys."""
    return TRIGGERS
