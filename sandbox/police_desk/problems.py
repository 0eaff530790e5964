"""Errors as RFC 9457 documents; no value of a request is ever repeated in one."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

PREFIX: Final = "urn:verified-response:problem:"

_STATUS: Final[Mapping[str, HTTPStatus]] = {
    "malformed_json": HTTPStatus.BAD_REQUEST,
    "invalid_query": HTTPStatus.BAD_REQUEST,
    "missing_idempotency_key": HTTPStatus.BAD_REQUEST,
    "unsupported_grant_type": HTTPStatus.BAD_REQUEST,
    "unauthorized": HTTPStatus.UNAUTHORIZED,
    "invalid_client": HTTPStatus.UNAUTHORIZED,
    "live_not_agreed": HTTPStatus.FORBIDDEN,
    "forbidden": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "method_not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "reference_exists": HTTPStatus.CONFLICT,
    "reference_mismatch": HTTPStatus.CONFLICT,
    "illegal_transition": HTTPStatus.CONFLICT,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "invalid_document": HTTPStatus.UNPROCESSABLE_ENTITY,
    "idempotency_key_reused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "webhook_refused": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
}
_TITLE: Final[Mapping[str, str]] = {
    "malformed_json": "The body is not JSON in UTF-8",
    "invalid_query": "The query is not as documented",
    "missing_idempotency_key": "Idempotency-Key is missing or not as documented",
    "unsupported_grant_type": "Only client_credentials is offered",
    "unauthorized": "A valid token or login is needed",
    "invalid_client": "The client is not known",
    "live_not_agreed": "This desk has not agreed to live incidents",
    "forbidden": "The request does not come from the desk's own page",
    "not_found": "There is no such thing",
    "method_not_allowed": "This cannot be done here",
    "reference_exists": "The reference was already reported under another key",
    "reference_mismatch": "Reference, mode or kind is not that of the incident",
    "illegal_transition": "The incident cannot go to that status",
    "too_large": "The body is too large",
    "unsupported_media_type": "The content type is not the documented one",
    "invalid_document": "The document breaks the schema",
    "idempotency_key_reused": "The key was used with another body",
    "webhook_refused": "The webhook's secret is not known or its host is not agreed",
    "unavailable": "The desk cannot take it now",
    "internal": "The desk failed",
}


class Problem(Exception):  # noqa: N818 - the name of the thing in RFC 9457
    """An answer that is not a success; `code` is the last part of `type`."""

    def __init__(
        self,
        code: str,
        *,
        headers: Mapping[str, str] | None = None,
        status: HTTPStatus | None = None,
        **members: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status or _STATUS[code]
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> web.Response:
        """Return the wire form."""
        document = {
            "type": PREFIX + self.code,
            "title": _TITLE[self.code],
            "status": int(self.status),
            **self.members,
        }
        return web.json_response(
            document,
            status=self.status,
            headers=self.headers,
            content_type="application/problem+json",
        )
