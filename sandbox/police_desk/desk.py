"""What dispatchers do: a page with buttons, and the same by JSON for scripts."""

import asyncio
import base64
import hmac
import secrets
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from .keys import CONFIG, FORM_KEY, SENDER, STORE
from .page import render
from .problems import Problem
from .store import Answer
from .tokens import same_secret
from .validation import check, read_document

_SHOWN = 100

routes = web.RouteTableDef()


@routes.get("/")
async def show_page(request: web.Request) -> web.Response:
    """Show what is going on."""
    _dispatcher(request)
    incidents = await asyncio.to_thread(request.app[STORE].recent, _SHOWN)
    nonce = secrets.token_urlsafe(16)
    config = request.app[CONFIG]
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return web.Response(
        text=render(config, incidents, form_token=_form_token(request), nonce=nonce),
        content_type="text/html",
        charset="utf-8",
        headers={
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


@routes.post("/desk/incidents/{number}/status")
async def press_button(request: web.Request) -> web.Response:
    """Take a button of the page; a form from anywhere else is refused."""
    _dispatcher(request)
    _same_origin(request)
    if request.content_type != "application/x-www-form-urlencoded":
        raise Problem("unsupported_media_type")
    form = {name: value for name, value in (await request.post()).items() if value}
    given = str(form.pop("form_token", ""))
    if not hmac.compare_digest(given.encode(), _form_token(request).encode()):
        raise Problem("forbidden")
    # Browsers send line ends as CR LF.
    change = {name: str(value).replace("\r\n", "\n") for name, value in form.items()}
    check(change, "DeskChange")
    await _change(request, change)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})


@routes.post("/desk/api/incidents/{number}/status")
async def set_status(request: web.Request) -> web.Response:
    """Do by script what the buttons do."""
    _dispatcher(request)
    _same_origin(request)
    change = await read_document(request, "DeskChange")
    return web.json_response(await _change(request, change))


async def _change(request: web.Request, change: Mapping[str, object]) -> Answer:
    note, disposition = change.get("note"), change.get("disposition")
    made = await asyncio.to_thread(
        request.app[STORE].set_status,
        request.match_info["number"],
        str(change["status"]),
        note=None if note is None else str(note),
        disposition=None if disposition is None else str(disposition),
    )
    request.app[SENDER].wake()
    return made


def _dispatcher(request: web.Request) -> None:
    """Ask for the dispatcher's login."""
    config = request.app[CONFIG]
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        login = base64.b64decode(encoded, validate=True).decode("utf-8")
    except ValueError:
        login = ""
    user, _, password = login.partition(":")
    right_user = same_secret(user, config.desk_user)
    if not (same_secret(password, config.desk_password) and right_user and scheme == "Basic"):
        realm = 'Basic realm="Police desk", charset="UTF-8"'
        raise Problem("unauthorized", headers={"WWW-Authenticate": realm})


def _same_origin(request: web.Request) -> None:
    """Refuse what another site makes the dispatcher's browser send."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    own = f"{request.scheme}://{request.host}"
    if site not in {"same-origin", "none"} or (origin is not None and origin != own):
        raise Problem("forbidden")


def _form_token(request: web.Request) -> str:
    user = request.app[CONFIG].desk_user.encode()
    return hmac.new(request.app[FORM_KEY], user, "sha256").hexdigest()
