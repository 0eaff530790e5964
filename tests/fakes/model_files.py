"""ModelFiles port, scripted: what is received and examined is queued, and every request is kept."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from custom_components.verified_response.core.errors import VerifiedResponseError
from custom_components.verified_response.engine.model_files import (
    Examined,
    Opens,
    Received,
    Tell,
)


@dataclass
class FakeModelFiles:
    """Answers from the queues; an error in them is raised."""

    own: bool = False
    server: str | None = None
    fetch_error: VerifiedResponseError | None = None
    received: deque[Received | VerifiedResponseError] = field(default_factory=deque)
    examined: deque[Examined | VerifiedResponseError] = field(default_factory=deque)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    uploads: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def has_own(self) -> bool:
        return self.own

    async def fetch(self, tell: Tell, *, engine: str, model: str) -> None:
        self.asked.append(("fetch", engine, model))
        tell(0.5)
        await self.go_on.wait()
        if self.fetch_error is not None:
            raise self.fetch_error
        tell(1.0)

    async def refuse_server(self, url: str, model: str) -> str | None:
        self.asked.append(("server", url, model))
        return self.server

    async def receive(self, opens: Opens) -> Received:
        with opens() as path:
            self.uploads.append(path.read_bytes())
        answer = self.received.popleft()
        if isinstance(answer, VerifiedResponseError):
            raise answer
        return answer

    async def examine(self, ticket: str, *, person: int | None) -> Examined:
        self.asked.append(("examine", ticket, str(person)))
        await self.go_on.wait()
        answer = self.examined.popleft()
        if isinstance(answer, VerifiedResponseError):
            raise answer
        return answer

    async def adopt(self, ticket: str, *, licence: str) -> None:
        self.asked.append(("adopt", ticket, licence))

    async def drop(self, ticket: str) -> None:
        self.asked.append(("drop", ticket))
