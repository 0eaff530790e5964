"""Everything that may be tuned, in one form; files for looking follow in steps of their own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult

from . import const as c
from .config_numbers import (
    DELAY_PLACEHOLDERS,
    numbers_in_force,
    refuse_delays,
    zone_in_the_way,
)
from .detection_flow import DetectionSteps
from .options_schema import options_form, refuse_engine, shown_options, stored_options
from .subentry_flow import is_known_entity


class VerifiedResponseOptionsFlow(DetectionSteps):
    """The options of one premises."""

    _zone: str | None = None
    """A zone whose own entry delay stands in the way."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask, refuse what cannot work, store; then see to the files."""
        if user_input is None:
            in_force = numbers_in_force(self.config_entry).options
            return await self._ask(shown_options(self.config_entry.options, in_force), {})
        if errors := await self._refuse(user_input):
            return await self._ask(user_input, errors)
        self._pending = stored_options(user_input)
        match user_input[c.CONF_MODEL_FILES]:
            case c.FILES_FETCH:
                return await self.async_step_fetch()
            case c.FILES_UPLOAD:
                return await self.async_step_upload()
        return self.finish()

    @override
    async def back_to_options(self, error: str) -> ConfigFlowResult:
        return await self._ask(shown_options(self._pending, {}), {"base": error})

    async def _ask(self, shown: Mapping[str, Any], errors: dict[str, str]) -> ConfigFlowResult:
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options_form(own=await self._has_own()), shown
            ),
            errors=errors,
            description_placeholders={**DELAY_PLACEHOLDERS, "zone": self._zone or ""},
        )

    async def _has_own(self) -> bool:
        if self.config_entry.options.get(c.CONF_MODEL) == c.MODEL_OWN:
            return True
        models = self.models()
        return models is not None and await models.has_own()

    async def _refuse(self, asked: dict[str, Any]) -> dict[str, str]:
        errors = refuse_delays(asked) | refuse_engine(asked)
        self._zone = zone_in_the_way(self.config_entry, asked[c.CONF_ABORT_WINDOW])
        if self._zone is not None:
            errors.setdefault(c.CONF_ABORT_WINDOW, "zone_delay_too_long")
        folder = asked.get(c.CONF_MODELS_PATH, "").strip()
        if folder and not await self.hass.async_add_executor_job(Path(folder).is_dir):
            errors[c.CONF_MODELS_PATH] = "folder_missing"
        errors |= {
            key: "entity_unknown"
            for key in (c.CONF_SIREN, c.CONF_TTS)
            if (chosen := asked.get(key)) and not is_known_entity(self.hass, chosen)
        }
        if not errors and asked[c.CONF_ENGINE] == c.ENGINE_REMOTE:
            errors = await self._refuse_server(asked)
        return errors

    async def _refuse_server(self, asked: dict[str, Any]) -> dict[str, str]:
        """Ask the server itself."""
        if (models := self.models()) is None:
            return {"base": "not_loaded"}
        url, model = asked[c.CONF_SERVER_URL].strip(), asked[c.CONF_SERVER_MODEL].strip()
        refusal = await models.refuse_server(url, model)
        return {c.CONF_SERVER_URL: refusal} if refusal else {}
