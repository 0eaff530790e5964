"""A lock: what writes its codes, which places are ours, and what its owner allows."""

from collections.abc import Mapping
from typing import Any, Final, override

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState

from . import const as c
from .config_schema import lock_form
from .config_values import stored_codes
from .core.alarm_codes import any_matches
from .core.codes import personal_numbers, weak
from .core.errors import InvalidRequestError
from .core.premises import LockFamily
from .runtime import VerifiedResponseConfigEntry
from .subentry_flow import PartFlow, is_known_entity, platform_of

PLATFORMS: Final[Mapping[LockFamily, str]] = {
    LockFamily.ZWAVE_JS: "zwave_js",
    LockFamily.MATTER: "matter",
    LockFamily.ZHA: "zha",
    LockFamily.SCHLAGE: "schlage",
    LockFamily.ZIGBEE2MQTT: "mqtt",
}
"""Families that speak to locks of one integration only, and which one that is."""
UNSURE: Final = frozenset({LockFamily.ZIGBEE2MQTT, LockFamily.NONE})
"""Whose integration does not prove it: with scripts the owner has chosen."""
BY_SCRIPTS: Final = frozenset({LockFamily.MANUAL, LockFamily.STANDING})
WITH_PLACES: Final = frozenset({LockFamily.ZHA, LockFamily.ZIGBEE2MQTT})
"""Their locks cannot be asked for a free place, so the owner may set some apart."""
NEEDS_PLACES: Final = frozenset({LockFamily.ZHA})
STANDING_LENGTHS: Final = range(4, 11)
_SCRIPTS = (c.CONF_SET_SCRIPT, c.CONF_CLEAR_SCRIPT)
_PLACES = (c.CONF_FIRST_PLACE, c.CONF_LAST_PLACE)


class LockFlow(PartFlow):
    """One lock and what writes its codes."""

    @override
    def form(self) -> vol.Schema:
        return lock_form()

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        errors = self.refuse_source(asked[c.CONF_ENTITY_ID])
        family = self._family(asked)
        if family in PLATFORMS and self._platform(asked) != PLATFORMS[family]:
            errors[c.CONF_ADAPTER] = "adapter_mismatch"
        if family in BY_SCRIPTS:
            errors |= self._refuse_scripts(asked)
        if family in WITH_PLACES:
            errors |= _refuse_places(asked, needed=family in NEEDS_PLACES)
        contact = asked.get(c.CONF_CONTACT)
        if contact and not is_known_entity(self.hass, contact):
            errors[c.CONF_CONTACT] = "entity_unknown"
        if family is LockFamily.STANDING:
            errors |= await self._refuse_code(asked)
        return errors

    @override
    async def stored(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what the family needs; a standing code only sealed."""
        family = self._family(asked)
        dropped = {c.CONF_STANDING_CODE}
        if family not in BY_SCRIPTS:
            dropped.update(_SCRIPTS)
        if family not in WITH_PLACES:
            dropped.update(_PLACES)
        kept = {key: value for key, value in asked.items() if key not in dropped}
        kept[c.CONF_ADAPTER] = family.value
        if family is LockFamily.STANDING:
            typed = _typed(asked)
            sealed = self._seal(typed) if typed else self.current[c.CONF_STANDING_CODE]
            kept[c.CONF_STANDING_CODE] = sealed
        return kept

    def _platform(self, asked: Mapping[str, Any]) -> str | None:
        return platform_of(self.hass, asked[c.CONF_ENTITY_ID])

    def _family(self, asked: Mapping[str, Any]) -> LockFamily:
        """Return what writes the codes: as chosen, by where the lock comes from, or by the owner's scripts."""
        if asked[c.CONF_ADAPTER] != c.ADAPTER_AUTO:
            return LockFamily(asked[c.CONF_ADAPTER])
        platform = self._platform(asked)
        family = next((item for item, its in PLATFORMS.items() if its == platform), LockFamily.NONE)
        scripts = any(asked.get(key) for key in _SCRIPTS)
        return LockFamily.MANUAL if scripts and family in UNSURE else family

    def _refuse_scripts(self, asked: Mapping[str, Any]) -> dict[str, str]:
        scripts = {key: asked.get(key) for key in _SCRIPTS}
        errors = {
            key: "entity_unknown" if script else "script_required"
            for key, script in scripts.items()
            if not script or not is_known_entity(self.hass, script)
        }
        if not errors and len(set(scripts.values())) == 1:
            errors[c.CONF_CLEAR_SCRIPT] = "scripts_same"
        return errors

    async def _refuse_code(self, asked: Mapping[str, Any]) -> dict[str, str]:
        """Return the error of the code that stands on the lock; an empty field keeps the one before."""
        code = _typed(asked)
        if not code:
            kept = c.CONF_STANDING_CODE in self.current
            return {} if kept else {c.CONF_STANDING_CODE: "value_required"}
        refusal = None
        if not (code.isascii() and code.isdigit() and len(code) in STANDING_LENGTHS):
            refusal = "code_malformed"
        elif weak(code, self._personal_numbers()):
            refusal = "code_weak"
        elif await self._is_alarm_code(code):
            refusal = "code_taken"
        return {c.CONF_STANDING_CODE: refusal} if refusal else {}

    def _personal_numbers(self) -> frozenset[str]:
        data = self._get_entry().data
        return personal_numbers(data[c.CONF_ADDRESS], data[c.CONF_CALLBACK_PHONE])

    async def _is_alarm_code(self, code: str) -> bool:
        """Say whether somebody disarms with it: whoever is given the code of the door must not."""
        hashes = [item.hashed for item in stored_codes(self._get_entry())]
        return await self.hass.async_add_executor_job(any_matches, frozenset({code}), hashes)

    def _seal(self, code: str) -> str:
        entry: VerifiedResponseConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            raise InvalidRequestError("not_loaded")
        return entry.runtime_data.seal(code)


def _typed(asked: Mapping[str, Any]) -> str:
    return str(asked.get(c.CONF_STANDING_CODE) or "").strip()


def _refuse_places(asked: Mapping[str, Any], *, needed: bool) -> dict[str, str]:
    """Return the errors of the places that were set apart for us: both ends or none."""
    missing = [key for key in _PLACES if asked.get(key) is None]
    if len(missing) == len(_PLACES):
        return dict.fromkeys(missing, "places_required") if needed else {}
    if missing:
        return dict.fromkeys(missing, "places_required")
    first, last = (asked[key] for key in _PLACES)
    return {c.CONF_LAST_PLACE: "places_reversed"} if last < first else {}
