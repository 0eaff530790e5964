"""Responders: checked when they are added, live only after a call back and the owner's word.

off ⇄ exercise ─▶ (exercise incident, call back, code, acknowledgment) ─▶ live
live ─▶ exercise by itself when the other end or the call-back number changes
"""

import hmac
from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.util import dt as dt_util

from . import const as c
from .config_schema import clean, live_form, responder_form
from .config_values import effective_mode, in_exercise
from .core.errors import InvalidRequestError, VerifiedResponseError
from .core.premises import Release, ResponderKind, ResponderMode
from .core.targets import refuse_endpoint
from .runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime
from .subentry_flow import PartFlow

# What live was verified for; a change of any of these needs the proof again.
_BOUND = (c.CONF_KIND, c.CONF_BASE_URL, c.CONF_CLIENT_ID)
_PROOFS = (c.CONF_LIVE_SINCE, c.CONF_VERIFIED_PHONE)
_TRIES = 3  # of a six-digit code that somebody read out


class ResponderFlow(PartFlow):
    """One responder."""

    _pending: dict[str, Any]
    _expected: str
    _phone: str
    _tries = 0
    _live_ended = False

    @override
    def form(self) -> vol.Schema:
        return responder_form(new=not self.is_change)

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        errors: dict[str, str] = {}
        if (refusal := refuse_endpoint(asked[c.CONF_BASE_URL].strip())) is not None:
            errors[c.CONF_BASE_URL] = refusal
        needed = [c.CONF_CLIENT_ID, c.CONF_AGREEMENT_REFERENCE]
        if not self.is_change:
            needed.append(c.CONF_CLIENT_SECRET)
        errors |= {field: "value_required" for field in needed if not asked[field].strip()}
        if not asked[c.CONF_CALLS]:
            errors[c.CONF_CALLS] = "value_required"
        center = asked[c.CONF_KIND] == ResponderKind.MONITORING_CENTER
        if asked[c.CONF_RELEASE] == Release.UNANSWERED and not center:
            errors[c.CONF_RELEASE] = "release_needs_monitoring_center"
        return errors

    @override
    async def stored(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self._live_ended = False
        secret = asked.get(c.CONF_CLIENT_SECRET, "").strip()
        data = {
            **asked,
            c.CONF_BASE_URL: asked[c.CONF_BASE_URL].strip().rstrip("/"),
            c.CONF_CLIENT_ID: asked[c.CONF_CLIENT_ID].strip(),
            c.CONF_CLIENT_SECRET: secret or self.current.get(c.CONF_CLIENT_SECRET),
            c.CONF_AGREEMENT_REFERENCE: clean(asked[c.CONF_AGREEMENT_REFERENCE]),
        }
        if data[c.CONF_MODE] != ResponderMode.LIVE or not self._is_live():
            return data
        if any(data[key] != self.current[key] for key in _BOUND):
            self._live_ended = True
            return in_exercise(data)
        return data | {key: self.current[key] for key in _PROOFS}

    @override
    async def finish(self, data: dict[str, Any]) -> SubentryFlowResult:
        """Try the connection, or start what live needs."""
        mode = data[c.CONF_MODE]
        try:
            if mode == ResponderMode.LIVE and c.CONF_LIVE_SINCE not in data:
                return await self._start_live(data)
            new_secret = data[c.CONF_CLIENT_SECRET] != self.current.get(c.CONF_CLIENT_SECRET)
            if mode == ResponderMode.EXERCISE or (mode == ResponderMode.LIVE and new_secret):
                await self._runtime().try_responder(in_exercise(data))
        except VerifiedResponseError as error:
            if error.code in c.RESPONDER_ERRORS:
                raise
            raise InvalidRequestError("responder_failed") from error
        return self.save(data, reason="live_reset" if self._live_ended else None)

    async def async_step_live(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the code that the desk read out over the telephone, and for the owner's word."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._refuse_live(user_input)
            if self._tries >= _TRIES:
                return self.async_abort(reason="callback_failed")
            if not errors:
                return self._go_live()
        return self.async_show_form(
            step_id="live",
            data_schema=live_form(),
            errors=errors,
            description_placeholders={
                "acknowledgment": c.LIVE_ACKNOWLEDGMENT,
                "phone": self._phone,
                "responder": self._pending[c.CONF_NAME],
            },
        )

    def _is_live(self) -> bool:
        phone = self._get_entry().data[c.CONF_CALLBACK_PHONE]
        return bool(self.current) and effective_mode(self.current, phone) is ResponderMode.LIVE

    def _runtime(self) -> VerifiedResponseRuntime:
        entry: VerifiedResponseConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            raise InvalidRequestError("not_loaded")
        return entry.runtime_data

    async def _start_live(self, data: dict[str, Any]) -> SubentryFlowResult:
        self._phone = self._get_entry().data[c.CONF_CALLBACK_PHONE]
        # Until it is proved the other end must only ever see an exercise.
        self._expected = await self._runtime().start_callback_check(
            self._reconfigure_subentry_id, in_exercise(data)
        )
        self._pending = data
        return await self.async_step_live()

    def _refuse_live(self, asked: Mapping[str, Any]) -> dict[str, str]:
        errors: dict[str, str] = {}
        read_out = "".join(asked[c.CONF_CALLBACK_CODE].split())
        if not hmac.compare_digest(read_out.encode(), self._expected.encode()):
            self._tries += 1
            errors[c.CONF_CALLBACK_CODE] = "callback_code_wrong"
        if asked[c.CONF_ACKNOWLEDGMENT].strip() != c.LIVE_ACKNOWLEDGMENT:
            errors[c.CONF_ACKNOWLEDGMENT] = "acknowledgment_wrong"
        return errors

    def _go_live(self) -> SubentryFlowResult:
        if self._get_entry().data[c.CONF_CALLBACK_PHONE] != self._phone:
            return self.async_abort(reason="phone_changed")
        proofs = {
            c.CONF_LIVE_SINCE: dt_util.utcnow().isoformat(),
            c.CONF_VERIFIED_PHONE: self._phone,
        }
        return self.save(self._pending | proofs)
