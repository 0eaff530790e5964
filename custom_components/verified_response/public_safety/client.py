"""Client of the Police API: create at most once, and say plainly what is not known."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

import aiohttp

from .answers import PingReply, Receipt
from .errors import (
    AuthError,
    InvalidDocumentError,
    PublicSafetyError,
    RejectedError,
    RetryableError,
    UnknownOutcomeError,
)
from .http_errors import error_for_status
from .reading import Fields
from .safety import refuse_emergency_target
from .schema import CancelDocument, IncidentDocument, UpdateDocument

ANSWER_MAX_BYTES: Final = 64 * 1024
# A token is renewed this long before its end, so that none expires on the way.
_TOKEN_MARGIN_S: Final = 30
# RFC 6750: b64token
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{1,4096}=*")


class _Document(Protocol):
    def to_json(self) -> dict[str, object]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Bounds of one request in seconds."""

    connect_s: float = 5.0
    total_s: float = 15.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class PoliceApiClient:
    """One desk, one set of credentials; raises only the errors of errors.py."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        timeouts: Timeouts | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = timeouts or Timeouts()
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._timeout = aiohttp.ClientTimeout(
            total=limits.total_s, connect=limits.connect_s, sock_connect=limits.connect_s
        )
        self._monotonic = monotonic
        self._token = ""
        self._token_ends = 0.0
        self._token_lock = asyncio.Lock()

    async def create(self, document: IncidentDocument, idempotency_key: str) -> Receipt:
        """Create the incident; the same key and document again give the same receipt."""
        return await self._post("/v1/incidents", document, idempotency_key, HTTPStatus.CREATED)

    async def update(self, number: str, document: UpdateDocument, idempotency_key: str) -> Receipt:
        """Replace the desk's picture by a newer one."""
        path = f"/v1/incidents/{quote(number, safe='')}/updates"
        return await self._post(path, document, idempotency_key, HTTPStatus.OK)

    async def cancel(self, number: str, document: CancelDocument, idempotency_key: str) -> Receipt:
        """Ask the desk to cancel; the receipt's status says what the dispatcher made of it."""
        path = f"/v1/incidents/{quote(number, safe='')}/cancel"
        return await self._post(path, document, idempotency_key, HTTPStatus.OK)

    async def find(self, reference: str) -> Receipt | None:
        """Return the incident with our reference, or None when no create has arrived."""
        answer = await self._get(f"/v1/incidents?reference={quote(reference, safe='')}")
        try:
            return _read_found(_json(answer), reference)
        except InvalidDocumentError:
            raise RetryableError("bad_answer") from None

    async def ping(self) -> PingReply:
        """Test the chain: reachable, authorised, and which modes are agreed."""
        answer = await self._get("/v1/ping")
        try:
            return PingReply.from_json(_json(answer))
        except InvalidDocumentError:
            raise RetryableError("bad_answer") from None

    async def _post(
        self, path: str, document: _Document, idempotency_key: str, expected: HTTPStatus
    ) -> Receipt:
        body = json.dumps(document.to_json(), separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key}
        answer = await self._authorised("POST", path, headers=headers, data=body)
        if answer.status != expected:
            raise error_for_status(answer.status, answer.headers, answer.body, changes=True)
        try:
            replayed = answer.headers.get("Idempotent-Replay") == "true"
            return Receipt.from_json(_json(answer), replayed=replayed)
        except InvalidDocumentError:
            raise UnknownOutcomeError("bad_answer") from None

    async def _get(self, path: str) -> _Answer:
        answer = await self._authorised("GET", path)
        if answer.status != HTTPStatus.OK:
            raise error_for_status(answer.status, answer.headers, answer.body, changes=False)
        return answer

    async def _authorised(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> _Answer:
        """Send with a bearer token; a refused token is renewed once, nothing was accepted then."""
        for attempt in range(2):
            token = await self._bearer()
            bearer = {**(headers or {}), "Authorization": f"Bearer {token}"}
            answer = await self._exchange(method, path, headers=bearer, data=data)
            if answer.status != HTTPStatus.UNAUTHORIZED:
                return answer
            if attempt == 0:
                self._forget(token)
        raise AuthError("unauthorized")

    async def _bearer(self) -> str:
        """Return a token that is still good, fetched by one caller while the others wait."""
        async with self._token_lock:
            if self._token and self._monotonic() < self._token_ends:
                return self._token
            form = {"grant_type": "client_credentials", **self._credentials}
            try:
                answer = await self._exchange("POST", "/oauth/token", data=form)
            except UnknownOutcomeError as err:
                raise RetryableError(err.code) from None
            if answer.status != HTTPStatus.OK:
                raise _token_error(answer)
            try:
                token, lifetime_s = _read_token(_json(answer))
            except InvalidDocumentError:
                raise RetryableError("bad_answer") from None
            self._token = token
            self._token_ends = self._monotonic() + max(0, lifetime_s - _TOKEN_MARGIN_S)
            return token

    def _forget(self, token: str) -> None:
        if self._token == token:
            self._token = ""

    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | dict[str, str] | None = None,
    ) -> _Answer:
        """One request without redirects; what may have left before a failure stays unknown."""
        if refusal := refuse_emergency_target(self._base_url):
            raise RejectedError(refusal)
        if urlsplit(self._base_url).query or urlsplit(self._base_url).fragment:
            raise RejectedError("malformed_target")
        lost: Callable[[str], PublicSafetyError]
        lost = UnknownOutcomeError if method == "POST" else RetryableError
        try:
            async with self._session.request(
                method,
                self._base_url + path,
                headers={"Accept-Encoding": "identity", **(headers or {})},
                data=data,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                body = await _bounded(response)
                return _Answer(status=response.status, headers=response.headers, body=body)
        except aiohttp.ClientSSLError:
            raise RetryableError("tls_failed") from None
        except aiohttp.ClientConnectorError:
            raise RetryableError("unreachable") from None
        except aiohttp.ConnectionTimeoutError:
            raise RetryableError("connect_timeout") from None
        except TimeoutError:
            raise lost("timeout") from None
        except aiohttp.InvalidURL:
            raise RejectedError("malformed_target") from None
        except aiohttp.ClientError:
            raise lost("connection_lost") from None
        except _AnswerTooLargeError:
            raise lost("answer_too_large") from None


class _AnswerTooLargeError(Exception):
    """The answer is larger than any that the API knows."""


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    """Read the body, and give up as soon as it is too large."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(8192):
        body += chunk
        if len(body) > ANSWER_MAX_BYTES:
            response.close()
            raise _AnswerTooLargeError
    return bytes(body)


def _json(answer: _Answer) -> object:
    """Read the body as JSON; anything else breaks the schema."""
    try:
        parsed: object = json.loads(answer.body)
    except ValueError, RecursionError:
        raise InvalidDocumentError("$", "json") from None
    return parsed


def _read_found(raw: object, reference: str) -> Receipt | None:
    """Read the list of a find; another home's incident in it breaks the schema."""
    found = Fields(raw).items("incidents", lambda item, path: (Fields(item, path), item))
    if len(found) > 1 or any(fields.text("reference") != reference for fields, _ in found):
        raise InvalidDocumentError("incidents", "reference")
    return Receipt.from_json(found[0][1]) if found else None


def _read_token(raw: object) -> tuple[str, int]:
    """Read a bearer token that is fit for a header, and its lifetime in seconds."""
    fields = Fields(raw)
    token, lifetime_s = fields.text("access_token"), fields.integer("expires_in")
    if fields.text("token_type").lower() != "bearer" or _TOKEN.fullmatch(token) is None:
        raise InvalidDocumentError("access_token", "bearer")
    return token, lifetime_s


def _token_error(answer: _Answer) -> PublicSafetyError:
    """Sort a refused token request: wrong credentials, or a busy desk; nothing was sent."""
    error = error_for_status(answer.status, answer.headers, answer.body, changes=False)
    refused = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    return AuthError("invalid_client") if answer.status in refused else error
