"""People who may be asked, and their alarm codes."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from . import const as c
from .config_schema import contact_form
from .config_values import code_expiry, stored_codes
from .contact_phrases import ASKED, needs_key, refuse_phrases, stored_phrases
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
from .core.errors import InvalidRequestError
from .core.targets import refuse_notify_service
from .runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime
from .subentry_flow import PartFlow, is_known_entity

_NOTIFY = "notify"
_NEEDS_ENTITY = "send_message"
_CHANNELS = (c.CONF_MESSAGES, c.CONF_SPEAKERS, c.CONF_SATELLITES)
_LIMITS = (c.CONF_CODE_EXPIRES, c.CONF_CODE_ONCE)
_LOCAL = "%Y-%m-%d %H:%M:%S"
"""As the browser writes a moment, without a zone."""
_CODE_ID_BYTES = 4
_HASH_OF = {c.CONF_CODE: c.CONF_CODE_HASH, c.CONF_DURESS_CODE: c.CONF_DURESS_HASH}


def new_code_id() -> str:
    """Return a name for a code that was typed just now, which tells nothing of it."""
    return secrets.token_hex(_CODE_ID_BYTES)


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
        return contact_form(
            sorted(services),
            has_codes=c.CONF_CODE_HASH in self.current,
            has_phrases=c.CONF_PHRASE_DIGESTS in self.current,
        )

    @override
    def suggested(self) -> Mapping[str, Any]:
        expires = code_expiry(self.current)
        local = {c.CONF_CODE_EXPIRES: dt_util.as_local(expires).strftime(_LOCAL)} if expires else {}
        return {**self.current, **local}

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        errors = dict(self._refuse_ways(asked)) | refuse_phrases(asked, self.current)
        typed = _typed(asked)
        for field, code in typed.items():
            if (refusal := refuse_code(code)) is not None:
                errors[field] = refusal
        kept = self._kept(asked)
        has = {key for key, hash_key in _HASH_OF.items() if key in typed or hash_key in kept}
        if has == {c.CONF_DURESS_CODE}:
            errors.setdefault(c.CONF_DURESS_CODE, "duress_needs_code")
        if (limits := self._limits(asked)) and not errors:
            errors |= self._refuse_limits(limits, typed, has_code=c.CONF_CODE in has)
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
        dropped = {c.CONF_CODE, c.CONF_DURESS_CODE, c.CONF_REMOVE_CODES, *_LIMITS, *ASKED}
        plain = {
            key: list(dict.fromkeys(value)) if key in _CHANNELS else value
            for key, value in asked.items()
            if key not in dropped and value not in ([], False)
        }
        phrases = stored_phrases(asked, self.current, self._key_holder(asked))
        return {**plain, **kept, **hashes, **self._about_code(asked, kept | hashes), **phrases}

    def _key_holder(self, asked: Mapping[str, Any]) -> VerifiedResponseRuntime | None:
        """Return who has the key for what was typed, None when nothing was; raises InvalidRequestError."""
        if not needs_key(asked):
            return None
        entry: VerifiedResponseConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            raise InvalidRequestError("not_loaded")
        return entry.runtime_data

    def _about_code(self, asked: Mapping[str, Any], hashes: Mapping[str, str]) -> dict[str, Any]:
        """Return what is kept beside the alarm code: a typed one is a new one, also in its name."""
        if c.CONF_CODE_HASH not in hashes:
            return {}
        code_id = self.current.get(c.CONF_CODE_ID)
        if c.CONF_CODE in _typed(asked) or code_id is None:
            code_id = new_code_id()
        return {**self._limits(asked), c.CONF_CODE_ID: code_id}

    def _limits(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return when the alarm code ends, as it is stored; nothing when it lasts."""
        limits: dict[str, Any] = {}
        if typed := asked.get(c.CONF_CODE_EXPIRES):
            # What is left as it was shown stays to the second, also in the hour that comes twice.
            untouched = typed == self.suggested().get(c.CONF_CODE_EXPIRES)
            limits[c.CONF_CODE_EXPIRES] = (
                self.current[c.CONF_CODE_EXPIRES]
                if untouched
                else dt_util.as_utc(cv.datetime(typed)).isoformat()
            )
        if asked[c.CONF_CODE_ONCE]:
            limits[c.CONF_CODE_ONCE] = True
        return limits

    def _refuse_ways(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the errors of the ways to this person."""
        for key in (c.CONF_NOTIFY, c.CONF_MESSAGES):
            targets = asked.get(key, [])
            for target in [targets] if isinstance(targets, str) else targets:
                if (refusal := refuse_notify_service(target)) is not None:
                    yield key, refusal
        for key in _CHANNELS:
            stored = self.current.get(key, ())
            if any(
                target not in stored and not is_known_entity(self.hass, target)
                for target in asked.get(key, ())
            ):
                yield key, "entity_unknown"
        if (person := asked.get(c.CONF_PERSON)) and person != self.current.get(c.CONF_PERSON):
            yield from self.refuse_source(person, key=c.CONF_PERSON).items()

    def _refuse_limits(
        self, limits: Mapping[str, Any], typed: Mapping[str, str], *, has_code: bool
    ) -> dict[str, str]:
        """Return the error of a code that expires or is good once, if any."""
        field = next(iter(limits))
        if not has_code:
            return {field: "limit_needs_code"}
        expires = limits.get(c.CONF_CODE_EXPIRES)
        is_new = c.CONF_CODE in typed or expires != self.current.get(c.CONF_CODE_EXPIRES)
        if expires and is_new and datetime.fromisoformat(expires) <= dt_util.utcnow():
            return {c.CONF_CODE_EXPIRES: "code_expires_past"}
        others = stored_codes(self._get_entry(), but=self.own_id)
        if not any(code.lasts for code in others):
            return {field: "code_must_last"}
        return {}

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
