"""Adding and changing the premises in the user interface."""

import secrets
from functools import partial
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.typing import UNDEFINED

from . import const as c
from .camera_flow import CameraFlow
from .config_numbers import DELAY_PLACEHOLDERS, DELAYS, refuse_delays
from .config_schema import clean, premises_form, without_secrets
from .config_values import in_exercise
from .contact_flow import ContactFlow, new_code_id
from .core.alarm_codes import SALT_BYTES, hash_code, refuse_code
from .core.premises import ResponderMode
from .core.targets import refuse_phone
from .lock_flow import LockFlow
from .options_flow import VerifiedResponseOptionsFlow
from .responder_flow import ResponderFlow
from .subentry_flow import AreaFlow, SignFlow
from .zone_flow import ZoneFlow


class VerifiedResponseConfigFlow(ConfigFlow, domain=c.DOMAIN):
    """One entry per premises."""

    VERSION = 1
    MINOR_VERSION = 1

    @override
    @staticmethod
    @callback
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the form of everything that may be tuned."""
        return VerifiedResponseOptionsFlow()

    @override
    @classmethod
    @callback
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what premises are made of."""
        return {
            c.SUBENTRY_AREA: AreaFlow,
            c.SUBENTRY_ZONE: ZoneFlow,
            c.SUBENTRY_CAMERA: CameraFlow,
            c.SUBENTRY_LOCK: LockFlow,
            c.SUBENTRY_CONTACT: ContactFlow,
            c.SUBENTRY_SIGN: SignFlow,
            c.SUBENTRY_RESPONDER: ResponderFlow,
        }

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the premises and the first person with a code."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._refuse(user_input) | refuse_delays(user_input)
            if not clean(user_input[c.CONF_ADDRESS]):
                errors[c.CONF_ADDRESS] = "value_required"
            if not clean(user_input[c.CONF_OWNER_NAME]):
                errors[c.CONF_OWNER_NAME] = "value_required"
            if (refusal := refuse_code(user_input[c.CONF_OWNER_CODE])) is not None:
                errors[c.CONF_OWNER_CODE] = refusal
            if not errors:
                return await self._create(user_input)
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                premises_form(new=True), without_secrets(user_input)
            ),
            errors=errors,
            description_placeholders=DELAY_PLACEHOLDERS,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the name, the number and, only when it changes, the address."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._refuse(user_input, but=entry)
            if not errors:
                return self._change(entry, user_input)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                premises_form(new=False), without_secrets(user_input or entry.data)
            ),
            errors=errors,
        )

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Keep the hashed code out of the answer that goes to the browser."""
        result["subentries"] = ()
        return result

    def _refuse(self, asked: dict[str, Any], but: ConfigEntry | None = None) -> dict[str, str]:
        errors: dict[str, str] = {}
        name = clean(asked[c.CONF_NAME])
        taken = {
            clean(entry.title).casefold()
            for entry in self._async_current_entries()
            if entry is not but
        }
        if not name:
            errors[c.CONF_NAME] = "value_required"
        elif name.casefold() in taken:
            errors[c.CONF_NAME] = "name_in_use"
        if (refusal := refuse_phone(clean(asked[c.CONF_CALLBACK_PHONE]))) is not None:
            errors[c.CONF_CALLBACK_PHONE] = refusal
        return errors

    async def _create(self, asked: dict[str, Any]) -> ConfigFlowResult:
        name, owner = clean(asked[c.CONF_NAME]), clean(asked[c.CONF_OWNER_NAME])
        await self.async_set_unique_id(name.casefold())
        hashed = await self.hass.async_add_executor_job(
            partial(hash_code, asked[c.CONF_OWNER_CODE], salt=secrets.token_bytes(SALT_BYTES))
        )
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=name,
            data={
                c.CONF_NAME: name,
                c.CONF_ADDRESS: asked[c.CONF_ADDRESS].strip(),
                c.CONF_CALLBACK_PHONE: clean(asked[c.CONF_CALLBACK_PHONE]),
            },
            options={key: asked[key] for key in DELAYS},
            subentries=[
                ConfigSubentryData(
                    subentry_type=c.SUBENTRY_CONTACT,
                    title=owner,
                    unique_id=None,
                    data={
                        c.CONF_NAME: owner,
                        c.CONF_ROLE: c.ROLE_OWNER,
                        c.CONF_CODE_HASH: hashed,
                        c.CONF_CODE_ID: new_code_id(),
                    },
                )
            ],
        )

    def _change(self, entry: ConfigEntry, asked: dict[str, Any]) -> ConfigFlowResult:
        name, phone = clean(asked[c.CONF_NAME]), clean(asked[c.CONF_CALLBACK_PHONE])
        changed = {c.CONF_NAME: name, c.CONF_CALLBACK_PHONE: phone}
        if address := asked.get(c.CONF_ADDRESS, "").strip():
            changed[c.CONF_ADDRESS] = address
        moved = phone != entry.data[c.CONF_CALLBACK_PHONE]
        reset = moved and _end_live(self.hass, entry)
        return self.async_update_and_abort(
            entry,
            title=name,
            unique_id=name.casefold(),
            data_updates=changed,
            reason="live_reset" if reset else UNDEFINED,
        )


def _end_live(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Put every live responder back in exercise; say whether there was one."""
    live = [
        item
        for item in entry.get_subentries_of_type(c.SUBENTRY_RESPONDER)
        if item.data[c.CONF_MODE] == ResponderMode.LIVE
    ]
    for item in live:
        hass.config_entries.async_update_subentry(entry, item, data=in_exercise(item.data))
    return bool(live)
