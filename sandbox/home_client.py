"""Talk to a running Home Assistant as an outsider does: REST, WebSocket, states and events."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Self, override

import aiohttp

from sandbox.home_dialogs import Dialogs, HomeError

CALL_SECONDS: Final = 60.0

type Json = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class EventFeed:
    """Events of the bus in the order of their arrival."""

    kind: str
    queue: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)

    async def next(
        self,
        *,
        within: float,
        accept: Callable[[Json], bool] = lambda _event: True,
        what: str = "",
    ) -> Json:
        """Return the next accepted event; HomeError after `within` seconds."""
        try:
            async with asyncio.timeout(within):
                while (event := await self.queue.get()) is not None:
                    if accept(event):
                        return event
        except TimeoutError:
            raise HomeError(f"No {what or self.kind} came within {within:.0f} s") from None
        raise HomeError(f"Home Assistant went away while waiting for {what or self.kind}")


class HomeClient(Dialogs):
    """One signed-in connection; every wait is bounded and ends in a HomeError."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.states: dict[str, Json] = {}
        self._http = http
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._feeds: dict[int, EventFeed] = {}
        self._changed = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._mirror: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, url: str, token: str) -> Self:
        """Open the session, sign in and mirror the states."""
        http = aiohttp.ClientSession(
            url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
        )
        client = cls(url, http)
        try:
            await client._open(token)
        except BaseException:
            await client.close()
            raise
        return client

    async def close(self) -> None:
        """Close the connection; whoever waits is told."""
        for task in (self._mirror, self._reader):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        if self._socket:
            with suppress(Exception):
                await asyncio.wait_for(self._socket.close(), 5)
        await self._http.close()

    async def _open(self, token: str) -> None:
        socket = self._socket = await self._http.ws_connect("/api/websocket", max_msg_size=0)
        await socket.receive_json(timeout=CALL_SECONDS)
        await socket.send_json({"type": "auth", "access_token": token})
        if (await socket.receive_json(timeout=CALL_SECONDS))["type"] != "auth_ok":
            raise HomeError("Home Assistant refused the token")
        self._reader = asyncio.create_task(self._read(socket))
        feed = await self._subscribe("state_changed")
        self.states = {state["entity_id"]: state for state in await self.ws("get_states")}
        self._mirror = asyncio.create_task(self._follow(feed))

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for message in socket:
                told = message.json()
                number = told.get("id")
                if told["type"] == "event" and number in self._feeds:
                    self._feeds[number].queue.put_nowait(told["event"])
                elif told["type"] == "result" and number in self._answers:
                    answer = self._answers.pop(number)
                    if not answer.done():
                        answer.set_result(told)
        finally:
            for waiting in self._answers.values():
                if not waiting.done():
                    waiting.set_exception(HomeError("Home Assistant closed the connection"))
            for feed in self._feeds.values():
                feed.queue.put_nowait(None)

    async def _follow(self, feed: EventFeed) -> None:
        while (event := await feed.queue.get()) is not None:
            entity_id, new = event["data"]["entity_id"], event["data"]["new_state"]
            async with self._changed:
                if new is None:
                    self.states.pop(entity_id, None)
                else:
                    self.states[entity_id] = new
                self._changed.notify_all()

    async def _subscribe(self, kind: str) -> EventFeed:
        number = next(self._numbers)
        feed = self._feeds[number] = EventFeed(kind=kind)
        await self._ask(number, {"type": "subscribe_events", "event_type": kind})
        return feed

    async def _ask(self, number: int, message: Json) -> Any:  # noqa: ANN401 - any JSON value
        if self._socket is None:
            raise HomeError("Not connected")
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, **message})
        try:
            told = await asyncio.wait_for(answer, CALL_SECONDS)
        except TimeoutError:
            raise HomeError(f"No answer to {message['type']}") from None
        if not told["success"]:
            raise HomeError(f"{message['type']}: {told['error']['message']}")
        return told["result"]

    async def ws(self, kind: str, **fields: object) -> Any:  # noqa: ANN401 - any JSON value
        """Send one WebSocket command and return its result."""
        return await self._ask(next(self._numbers), {"type": kind, **fields})

    async def call(
        self,
        domain: str,
        service: str,
        data: Mapping[str, object] | None = None,
        *,
        response: bool = False,
    ) -> Json:
        """Call an action; with `response`, return what it answers."""
        message = {"domain": domain, "service": service, "service_data": dict(data or {})}
        try:
            result = await self.ws("call_service", **message, return_response=response)
        except HomeError as err:
            raise HomeError(f"{domain}.{service} failed: {err}") from None
        answer: Json = (result.get("response") or {}) if response else {}
        return answer

    def state(self, entity_id: str) -> str | None:
        """Return the entity's state as last told; None where there is no such entity."""
        known = self.states.get(entity_id)
        return known["state"] if known else None

    def attributes(self, entity_id: str) -> Json:
        """Return the entity's attributes as last told."""
        known = self.states.get(entity_id)
        return dict(known["attributes"]) if known else {}

    async def wait_for_state(
        self,
        entity_id: str,
        wanted: str | Callable[[Json], bool],
        *,
        within: float = 30.0,
        what: str = "",
    ) -> Json:
        """Return the state object once it is as wanted; HomeError with the last state otherwise."""

        def fits() -> bool:
            known = self.states.get(entity_id)
            if known is None:
                return False
            return known["state"] == wanted if isinstance(wanted, str) else wanted(known)

        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(fits)
        except TimeoutError:
            hope = what or (f"{entity_id} to be {wanted}" if isinstance(wanted, str) else entity_id)
            last = self.state(entity_id)
            raise HomeError(f"Waited {within:.0f} s for {hope}; {entity_id} is {last}") from None
        return self.states[entity_id]

    async def wait_until(
        self, check: Callable[[], Awaitable[bool]], *, within: float, what: str
    ) -> None:
        """Ask again and again until the check holds."""
        deadline = time.monotonic() + within
        while not await check():
            if time.monotonic() > deadline:
                raise HomeError(f"Waited {within:.0f} s for {what}")
            await asyncio.sleep(0.2)

    @asynccontextmanager
    async def events(self, kind: str) -> AsyncGenerator[EventFeed]:
        """Follow one kind of bus event while the block runs."""
        feed = await self._subscribe(kind)
        try:
            yield feed
        finally:
            for number in [key for key, value in self._feeds.items() if value is feed]:
                del self._feeds[number]

    async def get(self, path: str) -> bytes:
        """Return the body of a page; HomeError on any other status than 200."""
        async with self._http.get(path) as resp:
            if resp.status != 200:
                raise HomeError(f"GET {path.partition('?')[0]} answered {resp.status}")
            return await resp.read()

    @override
    async def rest(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Send JSON and return JSON; HomeError with Home Assistant's own words when refused."""
        async with self._http.request(method, path, json=body) as resp:
            if resp.status >= 400:
                raise HomeError(f"{method} {path}: {resp.status} {(await resp.text())[:400]}")
            return await resp.json()
