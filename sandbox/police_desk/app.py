"""The desk as an aiohttp application: routes, errors as problems, store and sender."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from . import api, desk
from .config import DeskConfig
from .database import Database
from .keys import CONFIG, FORM_KEY, SENDER, STORE, TOKENS
from .problems import Problem
from .store import Store
from .tokens import Tokens
from .webhooks import WebhookSender

_LOGGER: Final = logging.getLogger(__name__)
# 200 triggers with long words fit several times.
BODY_MAX_BYTES: Final = 512 * 1024
_HTTP_CODES: Final = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
}


def create_app(config: DeskConfig) -> web.Application:
    """Make a desk; its database is opened here and closed when the application ends."""
    app = web.Application(middlewares=[_problems], client_max_size=BODY_MAX_BYTES)
    database = Database(config.db)
    app[CONFIG] = config
    app[STORE] = Store(database, config.max_incidents)
    app[TOKENS] = Tokens(config.clients, config.token_lifetime_s)
    app[SENDER] = WebhookSender(config, database)
    app[FORM_KEY] = secrets.token_bytes(32)
    app.add_routes(api.routes)
    app.add_routes(desk.routes)

    async def run_sender(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(app[SENDER].run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        database.close()

    app.cleanup_ctx.append(run_sender)
    return app


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error in the documented form."""
    try:
        return await handler(request)
    except Problem as problem:
        return problem.response()
    except web.HTTPException as error:
        code = _HTTP_CODES.get(HTTPStatus(error.status))
        if code is None:
            raise
        allow = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        return Problem(code, headers=allow).response()
    except Exception:  # a bug must not tell the client more than that it is one
        _LOGGER.exception("the desk failed at %s", request.match_info.route.resource)
        return Problem("internal").response()
