"""The road between a home and its desk: it can lose a message, or only the answer to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

import aiohttp
from aiohttp import web

CREATE = ("POST", "/v1/incidents")


class Create(StrEnum):
    """What becomes of a create."""

    ARRIVES = "arrives"
    ANSWER_HANGS = "answer hangs"
    MESSAGE_HANGS = "message hangs"


@dataclass(kw_only=True, slots=True)
class Road:
    """Hands requests on to the desk, wherever that is now; what hangs, hangs until the home is gone."""

    desk_url: str
    url: str = ""
    create: Create = Create.ARRIVES
    passed: list[tuple[str, str]] = field(default_factory=list)
    bearers: set[str] = field(default_factory=set)
    hangs: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def built(cls, desk_url: str) -> AsyncIterator[Self]:
        """A road on a free port of this machine."""
        road = cls(desk_url=desk_url)
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", road._carry)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        road.url = f"http://{host}:{port}"
        try:
            yield road
        finally:
            await runner.cleanup()

    @property
    def creates(self) -> int:
        """How many creates the home sent."""
        return self.passed.count(CREATE)

    async def _carry(self, request: web.Request) -> web.Response:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind == "Bearer":
            self.bearers.add(token)
        self.passed.append((request.method, request.path))
        is_create = (request.method, request.path) == CREATE
        if is_create and self.create is Create.MESSAGE_HANGS:
            await self._hang()
        answer = await self._from_desk(request, await request.read())
        if is_create and self.create is Create.ANSWER_HANGS:
            await self._hang()
        return answer

    async def _hang(self) -> None:
        self.hangs.set()
        await asyncio.Event().wait()

    async def _from_desk(self, request: web.Request, body: bytes) -> web.Response:
        left_out = {"host", "content-length", "transfer-encoding", "connection"}
        headers = {
            key: value for key, value in request.headers.items() if key.lower() not in left_out
        }
        try:
            async with (
                aiohttp.ClientSession(auto_decompress=False) as http,
                http.request(
                    request.method, self.desk_url + request.path_qs, headers=headers, data=body
                ) as answer,
            ):
                back = {
                    key: value
                    for key, value in answer.headers.items()
                    if key.lower() not in left_out
                }
                return web.Response(status=answer.status, headers=back, body=await answer.read())
        except aiohttp.ClientConnectorError:
            # A desk that is down answers nothing at all: the connection just ends.
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
