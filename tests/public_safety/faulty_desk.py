"""A desk that fails on purpose: the real application behind one faulty door."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.police_desk import DeskConfig, create_app

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Fault = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]

CONFIG = DeskConfig(
    clients={"home": "s3cret-of-the-home"},
    webhook_secrets={"k1": "webhook-secret"},
    desk_user="dispatcher",
    desk_password="p4ssword",
    webhook_first_wait_s=0.01,
    webhook_longest_wait_s=0.02,
)


@dataclass
class Desk:
    """A running desk, its faults (one per coming /v1 request) and what it was asked."""

    url: str = ""
    app: web.Application | None = None
    faults: list[Fault] = field(default_factory=list)
    token_faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def running_desk(**changes: object) -> AsyncIterator[Desk]:
    """Serve a desk on a free port of this machine."""
    desk = Desk(app=create_app(replace(CONFIG, **changes)))

    @web.middleware
    async def faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
        desk.asked.append(f"{request.method} {request.path}")
        faults = desk.token_faults if request.path == "/oauth/token" else desk.faults
        return await (faults.pop(0)(request, handler) if faults else handler(request))

    desk.app.middlewares.insert(0, faulty)
    server = TestServer(desk.app, host="127.0.0.1")
    await server.start_server()
    desk.url = str(server.make_url("")).rstrip("/")
    try:
        yield desk
    finally:
        await server.close()


def slow(seconds: float) -> Fault:
    """Handle at once, answer late."""

    async def fault(request, handler):
        response = await handler(request)
        await asyncio.sleep(seconds)
        return response

    return fault


def answer(status: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer without handling."""

    async def fault(request, handler):
        await request.read()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=names)

    return fault


def accepted_but(status: int, body: bytes, **headers: str) -> Fault:
    """Handle, then answer something else."""

    async def fault(request, handler):
        await handler(request)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=names)

    return fault


async def lost_answer(request, handler):
    """Handle, then cut the line instead of answering."""
    await handler(request)
    request.transport.abort()
    return web.Response()


async def cut_before(request, handler):
    """Cut the line without handling."""
    await request.read()
    request.transport.abort()
    return web.Response()
