"""People who may be asked, and their alarm codes."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, override

import voluptuous as vol

from . import const as c
from .config_schema import contact_form
from .config_values import stored_codes
from .core.alarm_codes import (
    SALT_BYTES,
    StoredCode,
    any_matches,
    hash_code,
    lookalikes,
    refuse_code,
    salt_of,
    too_close,
)
from .core.targets import refuse_notify_service
from .subentry_flow import PartFlow

_NOTIFY = "notify"
_NEEDS_ENTITY = "send_message"
_HASH_OF = {c.CONF_CODE: c.CONF_CODE_HASH, c.CONF_DURESS_CODE: c.CONF_DURESS_HASH}


class ContactFlow(PartFlow):
    """One person; codes are hashed before anything is stored and never shown again."""

    @override
    def form(self) -> vol.Schema:
        services = {
            f"{_NOTIFY}.{name}"
            for name in self.hass.services.async_services_for_domain(_NOTIFY)
            if name != _NEEDS_ENTITY
        }
        # A service that is not there just now must not be lost by saving the form.
        if kept := self.current.get(c.CONF_NOTIFY):
            services.add(kept)
        return contact_form(sorted(services), has_codes=c.CONF_CODE_HASH in self.current)

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        errors: dict[str, str] = {}
        if c.CONF_NOTIFY in asked and (refusal := refuse_notify_service(asked[c.CONF_NOTIFY])):
            errors[c.CONF_NOTIFY] = refusal
        typed = _typed(asked)
        for field, code in typed.items():
            if (refusal := refuse_code(code)) is not None:
                errors[field] = refusal
        kept = self._kept(asked)
        has = {key for key, hash_key in _HASH_OF.items() if key in typed or hash_key in kept}
        if has == {c.CONF_DURESS_CODE}:
            errors.setdefault(c.CONF_DURESS_CODE, "duress_needs_code")
        if errors or not typed:
            return errors
        stored = [*stored_codes(self._get_entry(), but=self.own_id), *_own(kept)]
        return await self.hass.async_add_executor_job(_refuse_alike, typed, stored)

    @override
    async def stored(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what was not typed anew; one salt per premises keeps a check at one derivation."""
        kept = self._kept(asked)
        salts = (salt_of(code.hashed) for code in stored_codes(self._get_entry()))
        salt = next((salt for salt in salts if salt), None) or secrets.token_bytes(SALT_BYTES)
        hashes = await self.hass.async_add_executor_job(_hash_all, _typed(asked), salt)
        dropped = {c.CONF_CODE, c.CONF_DURESS_CODE, c.CONF_REMOVE_CODES}
        plain = {key: value for key, value in asked.items() if key not in dropped}
        return {**plain, **kept, **hashes}

    def _kept(self, asked: Mapping[str, Any]) -> dict[str, str]:
        """Return the stored hashes that stay."""
        if asked.get(c.CONF_REMOVE_CODES):
            return {}
        replaced = {_HASH_OF[field] for field in _typed(asked)}
        return {
            key: self.current[key]
            for key in _HASH_OF.values()
            if key in self.current and key not in replaced
        }


def _typed(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the codes that were typed; an empty field means none."""
    codes = {field: asked.get(field, "").strip() for field in _HASH_OF}
    return {field: code for field, code in codes.items() if code}


def _own(kept: Mapping[str, str]) -> list[StoredCode]:
    return [
        StoredCode(contact_id="", hashed=hashed, duress=key == c.CONF_DURESS_HASH)
        for key, hashed in kept.items()
    ]


def _refuse_alike(typed: Mapping[str, str], stored: Sequence[StoredCode]) -> dict[str, str]:
    """Return errors of codes too near to others; slow, runs in an executor.

    One sentence for all reasons, so that nobody learns here that a duress code exists.
    """
    code, duress = typed.get(c.CONF_CODE), typed.get(c.CONF_DURESS_CODE)
    every = [item.hashed for item in stored]
    secret = [item.hashed for item in stored if item.duress]
    errors: dict[str, str] = {}
    if code and (any_matches(frozenset({code}), every) or any_matches(lookalikes(code), secret)):
        errors[c.CONF_CODE] = "code_taken"
    if duress and ((code and too_close(duress, code)) or any_matches(lookalikes(duress), every)):
        errors[c.CONF_DURESS_CODE] = "duress_too_close"
    return errors


def _hash_all(typed: Mapping[str, str], salt: bytes) -> dict[str, str]:
    return {_HASH_OF[field]: hash_code(code, salt=salt) for field, code in typed.items()}
