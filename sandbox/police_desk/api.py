"""The Police API as docs/police-api.yaml says it: what homes may ask."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final, cast
from urllib.parse import urlsplit

from aiohttp import web

from .config import LOOPBACK_HOSTS
from .keys import CONFIG, STORE, TOKENS
from .problems import Problem
from .store import Answer, Sent, now
from .validation import check, read_document

_KEY: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_FORM: Final = "application/x-www-form-urlencoded"

routes = web.RouteTableDef()


@routes.post("/oauth/token")
async def issue_token(request: web.Request) -> web.Response:
    """Exchange client credentials for a token."""
    if request.content_type != _FORM:
        raise Problem("unsupported_media_type")
    try:
        form = dict(await request.post())
    except ValueError, LookupError:
        raise Problem("unsupported_grant_type", error="invalid_request") from None
    if form.get("grant_type") != "client_credentials":
        raise Problem("unsupported_grant_type", error="unsupported_grant_type")
    client_id, client_secret = form.get("client_id", ""), form.get("client_secret", "")
    tokens = request.app[TOKENS]
    token = tokens.issue(str(client_id), str(client_secret))
    if token is None:
        raise Problem("invalid_client", error="invalid_client")
    return web.json_response(
        {"access_token": token, "token_type": "Bearer", "expires_in": tokens.lifetime_s},
        headers={"Cache-Control": "no-store"},
    )


@routes.post("/v1/incidents")
async def create_incident(request: web.Request) -> web.Response:
    """Store one incident, at most once."""
    sent = await _sent(request, "IncidentCreate")
    if sent.document["mode"] not in request.app[CONFIG].modes:
        raise Problem("live_not_agreed")
    _check_webhook(request, sent.document)
    answer, replayed = await asyncio.to_thread(request.app[STORE].create, sent)
    response = _answer(answer, replayed, status=201)
    response.headers["Location"] = f"/v1/incidents/{answer['number']}"
    return response


@routes.get("/v1/incidents")
async def find_incident(request: web.Request) -> web.Response:
    """Say whether a create arrived."""
    client_id = _client(request)
    references = request.query.getall("reference", [])
    if len(references) != 1 or set(request.query) != {"reference"}:
        raise Problem("invalid_query")
    check(references[0], "Reference", "invalid_query")
    found = await asyncio.to_thread(request.app[STORE].find, client_id, references[0])
    return web.json_response({"incidents": found})


@routes.get("/v1/incidents/{number}")
async def get_incident(request: web.Request) -> web.Response:
    """Show the desk's view of one incident."""
    client_id = _client(request)
    number = request.match_info["number"]
    return web.json_response(await asyncio.to_thread(request.app[STORE].get, client_id, number))


@routes.post("/v1/incidents/{number}/updates")
async def update_incident(request: web.Request) -> web.Response:
    """Take a newer picture."""
    sent = await _sent(request, "IncidentUpdate")
    number = request.match_info["number"]
    return _answer(*await asyncio.to_thread(request.app[STORE].update, number, sent))


@routes.post("/v1/incidents/{number}/cancel")
async def cancel_incident(request: web.Request) -> web.Response:
    """Take the wish to cancel."""
    sent = await _sent(request, "IncidentCancel")
    number = request.match_info["number"]
    return _answer(*await asyncio.to_thread(request.app[STORE].cancel, number, sent))


@routes.get("/v1/ping")
async def ping(request: web.Request) -> web.Response:
    """Answer a chain test."""
    _client(request)
    config = request.app[CONFIG]
    return web.json_response({"desk": config.name, "modes": list(config.modes), "time": now()})


def _client(request: web.Request) -> str:
    """Return who asks, by bearer token."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    client_id = request.app[TOKENS].owner(token) if scheme.lower() == "bearer" else None
    if client_id is None:
        raise Problem("unauthorized", headers={"WWW-Authenticate": "Bearer"})
    return client_id


async def _sent(request: web.Request, schema: str) -> Sent:
    """Check who, which key and what, in this order."""
    client_id = _client(request)
    keys = request.headers.getall("Idempotency-Key", [])
    if len(keys) != 1 or _KEY.fullmatch(keys[0]) is None:
        raise Problem("missing_idempotency_key")
    document = await read_document(request, schema)
    return Sent(
        client_id=client_id,
        key=keys[0],
        operation=f"{request.method} {request.path}",
        document=document,
    )


def _check_webhook(request: web.Request, document: Mapping[str, object]) -> None:
    """Refuse a webhook whose secret or host was not agreed: the desk calls nobody else."""
    if "webhook" not in document:
        return
    webhook = cast("Mapping[str, str]", document["webhook"])
    config = request.app[CONFIG]
    try:
        url = urlsplit(webhook["url"])
        host, _ = url.hostname or "", url.port
    except ValueError:
        raise Problem("webhook_refused") from None
    plain = url.scheme == "http" and host not in LOOPBACK_HOSTS
    known = webhook["secret_id"] in config.webhook_secrets and host in config.webhook_hosts
    if plain or not known:
        raise Problem("webhook_refused")


def _answer(answer: Answer, replayed: bool, *, status: int = 200) -> web.Response:
    headers = {"Idempotent-Replay": "true"} if replayed else {}
    return web.json_response(answer, status=status, headers=headers)
