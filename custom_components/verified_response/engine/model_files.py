"""What a person may do with the files that the person detector runs on; the doors ask for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

type Tell = Callable[[float], None]
"""Told how much is done, 0-1."""
type Opens = Callable[[], AbstractContextManager[Path]]
"""Opens an uploaded file; it is gone when the context ends."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """An uploaded file: of a known model and in its place, or waiting under `ticket` to be examined.

    `missing` names what the known model still lacks in that form (.param without .bin).
    """

    model: str | None = None
    missing: tuple[str, ...] = ()
    ticket: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """A model of the owner's that works; `asks_person` when somebody must say which class is a person."""

    classes: int
    asks_person: bool


class ModelFiles(Protocol):
    """Fetching, uploading and trying what is looked with; failures are WorkFailedError, InvalidRequestError."""

    async def has_own(self) -> bool:
        """Say whether there is a model of the owner's."""
        ...

    async def fetch(self, tell: Tell, *, engine: str, model: str) -> None:
        """Fetch what this choice lacks now, whatever failed before."""
        ...

    async def refuse_server(self, url: str, model: str) -> str | None:
        """Return why this inference server cannot be used, None when it answers for the model."""
        ...

    async def receive(self, opens: Opens) -> Received:
        """Take an uploaded file; what is refused leaves nothing behind."""
        ...

    async def examine(self, ticket: str, *, person: int | None) -> Examined:
        """Try the waiting file in a process of its own."""
        ...

    async def adopt(self, ticket: str, *, licence: str) -> None:
        """Make the examined file the owner's model, in place of an earlier one."""
        ...

    async def drop(self, ticket: str) -> None:
        """Forget a waiting file."""
        ...
