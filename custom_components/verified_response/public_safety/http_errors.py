"""From a desk's answer to an error that says what the caller must do."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from .errors import (
    AuthError,
    PublicSafetyError,
    RejectedError,
    RetryableError,
    UnknownOutcomeError,
)

PROBLEM_PREFIX: Final = "urn:verified-response:problem:"
RETRY_AFTER_MAX_S: Final = 3600
_CODE: Final = re.compile(r"[a-z][a-z_]{1,39}")
_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_NOT_NOW: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_NOT_ALLOWED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def error_for_status(
    status: int, headers: Mapping[str, str], body: bytes, *, changes: bool
) -> PublicSafetyError:
    """Sort an unexpected answer; `changes` says whether the request could have changed anything."""
    code = problem_code(body) or f"http_{status}"
    if status in _NOT_NOW:
        return RetryableError(code, retry_after=_retry_after(headers))
    if status in _NOT_ALLOWED:
        return AuthError(code)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return RejectedError("redirect_refused")
    is_client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if is_client_error and status != HTTPStatus.REQUEST_TIMEOUT:
        return RejectedError(code)
    return UnknownOutcomeError(code) if changes else RetryableError(code)


def problem_code(body: bytes) -> str | None:
    """Return the stable code of an RFC 9457 problem of ours; trust nothing else of the answer."""
    try:
        problem: object = json.loads(body)
    except ValueError, RecursionError:
        return None
    kind = problem.get("type") if isinstance(problem, dict) else None
    if not isinstance(kind, str) or not kind.startswith(PROBLEM_PREFIX):
        return None
    code = kind.removeprefix(PROBLEM_PREFIX)
    return code if _CODE.fullmatch(code) else None


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Return bounded seconds to wait; a date or nonsense reads as not given."""
    value = headers.get("Retry-After", "")
    return min(int(value), RETRY_AFTER_MAX_S) if _SECONDS.fullmatch(value) else None
