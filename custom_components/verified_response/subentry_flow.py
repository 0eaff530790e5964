"""One form per part of the premises: the same to add it and to change it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant, split_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.typing import UNDEFINED

from . import const as c
from .config_schema import SIGN_DOMAINS, area_form, clean, sign_form, without_secrets
from .core.errors import VerifiedResponseError
from .core.premises import SignKind


def is_known_entity(hass: HomeAssistant, entity_id: str) -> bool:
    """Say whether the entity exists, loaded or not."""
    return hass.states.get(entity_id) is not None or platform_of(hass, entity_id) is not None


def platform_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return which integration an entity comes from, None when nobody wrote that down."""
    registered = er.async_get(hass).async_get(entity_id)
    return registered.platform if registered else None


def refuse_entity(hass: HomeAssistant, entity_id: str, *, key: str) -> dict[str, str]:
    """Return the error of an entity that is not there, or that comes from us, if any."""
    if not is_known_entity(hass, entity_id):
        return {key: "entity_unknown"}
    return {key: "entity_is_ours"} if platform_of(hass, entity_id) == c.DOMAIN else {}


class PartFlow(ConfigSubentryFlow, ABC):
    """Asks, refuses with translated errors, stores; a subclass says what."""

    @abstractmethod
    def form(self) -> vol.Schema:
        """Return what is asked."""

    @abstractmethod
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        """Return an error per field, empty when all is well."""

    async def stored(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of what was asked."""
        return dict(asked)

    async def finish(self, data: dict[str, Any]) -> SubentryFlowResult:
        """Do what must come before storing; raises VerifiedResponseError with a form error."""
        return self.save(data)

    @property
    def is_change(self) -> bool:
        """Whether something that exists is being changed."""
        return self.source == SOURCE_RECONFIGURE

    @property
    def current(self) -> Mapping[str, Any]:
        """What is stored now, nothing when it is new."""
        return self._get_reconfigure_subentry().data if self.is_change else {}

    @property
    def own_id(self) -> str | None:
        """The id of what is being changed."""
        return self._reconfigure_subentry_id if self.is_change else None

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add."""
        return await self._ask("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change."""
        return await self._ask("reconfigure", user_input)

    async def _ask(self, step: str, asked: dict[str, Any] | None) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        if asked is not None:
            asked = {**asked, c.CONF_NAME: clean(asked[c.CONF_NAME])}
            errors = self._refuse_name(asked[c.CONF_NAME]) | await self.refuse(asked)
            if not errors:
                try:
                    return await self.finish(await self.stored(asked))
                except VerifiedResponseError as error:
                    errors = {"base": error.code}
        shown = without_secrets(self.suggested() if asked is None else asked)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(self.form(), shown),
            errors=errors,
            description_placeholders=self.placeholders,
        )

    def suggested(self) -> Mapping[str, Any]:
        """Return what the form shows at first."""
        return self.current

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What the words of the form need."""
        return {}

    def save(self, data: dict[str, Any], *, reason: str | None = None) -> SubentryFlowResult:
        """Store; takes effect through the entry's update listener."""
        if not self.is_change:
            return self.async_create_entry(title=data[c.CONF_NAME], data=data)
        return self.async_update_and_abort(
            self._get_entry(),
            self._get_reconfigure_subentry(),
            title=data[c.CONF_NAME],
            data=data,
            reason=reason or UNDEFINED,
        )

    def others(self) -> list[ConfigSubentry]:
        """Return the parts of the same type, without this one."""
        parts = self._get_entry().get_subentries_of_type(self._subentry_type)
        return [part for part in parts if part.subentry_id != self.own_id]

    def refuse_source(self, entity_id: str, *, key: str = c.CONF_ENTITY_ID) -> dict[str, str]:
        """Return the error of an entity that cannot be the source, if any."""
        if errors := refuse_entity(self.hass, entity_id, key=key):
            return errors
        taken = any(part.data.get(key) == entity_id for part in self.others())
        return {key: "entity_in_use"} if taken else {}

    def _refuse_name(self, name: str) -> dict[str, str]:
        if not name:
            return {c.CONF_NAME: "value_required"}
        if name.casefold() in {part.title.casefold() for part in self.others()}:
            return {c.CONF_NAME: "name_in_use"}
        return {}


class AreaFlow(PartFlow):
    """Zones armed as one."""

    @override
    def form(self) -> vol.Schema:
        return area_form()

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        panel = asked.get(c.CONF_PANEL)
        return self.refuse_source(panel, key=c.CONF_PANEL) if panel else {}


class SignFlow(PartFlow):
    """An entity that speaks for or against an alarm."""

    @override
    def form(self) -> vol.Schema:
        return sign_form()

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        entity_id, kind = asked[c.CONF_ENTITY_ID], SignKind(asked[c.CONF_KIND])
        if errors := refuse_entity(self.hass, entity_id, key=c.CONF_ENTITY_ID):
            return errors
        refusal = None
        zones = self._get_entry().get_subentries_of_type(c.SUBENTRY_ZONE)
        told = {(sign.data[c.CONF_ENTITY_ID], sign.data[c.CONF_KIND]) for sign in self.others()}
        if split_entity_id(entity_id)[0] not in SIGN_DOMAINS[kind]:
            refusal = "sign_entity_unfit"
        elif any(zone.data[c.CONF_ENTITY_ID] == entity_id for zone in zones):
            refusal = "entity_is_zone"
        elif (entity_id, kind) in told:
            refusal = "sign_told_already"
        return {c.CONF_ENTITY_ID: refusal} if refusal else {}
