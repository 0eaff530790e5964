"""Fetches a model's file: resumed where it was cut off, believed only by its digest.

What has arrived lies beside the target as a hidden `.part` between tries, so that a bad line gets
there in the end; the target appears only whole. Whoever asks for a file on its way joins.
"""

import asyncio
import contextlib
import errno
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey

from ...core.errors import WorkFailedError
from ...vision.card import digest_of

_LOGGER = logging.getLogger(__name__)

CONNECT_S: Final = 5.0
STALL_S: Final = 20.0
FETCH_S: Final = 600.0  # 5 MB over a bad line
TRIES: Final = 5  # as long as each brings something
CHUNK_BYTES: Final = 256 * 1024
MAX_MODEL_BYTES: Final = 64 * 1024 * 1024
SPARE_BYTES: Final = 64 * 1024 * 1024  # the journal needs the disk more than a model does

# Why a file could not be had; each is a translation key.
NO_ADDRESS: Final = "fetch_no_address"
UNREACHABLE: Final = "fetch_unreachable"
NOT_THERE: Final = "fetch_not_there"
CUT_OFF: Final = "fetch_cut_off"
WRONG_DIGEST: Final = "fetch_wrong_digest"
TOO_LARGE: Final = "fetch_too_large"
DISK_FULL: Final = "fetch_disk_full"
FOLDER_UNUSABLE: Final = "fetch_folder_unusable"
OFFLINE: Final = "fetch_offline"
LASTING: Final = frozenset({NO_ADDRESS, WRONG_DIGEST, TOO_LARGE, NOT_THERE})
"""Trying again by itself would only fetch the same again."""

type Tell = Callable[[float], None]


class ModelUnavailable(WorkFailedError):  # noqa: N818 - reads as what happened
    """The file could not be had."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One file: its address, its digest, and where it shall lie."""

    url: str
    sha256: str
    target: Path


class Part:
    """What has arrived so far, and by which mark the server knows that it is still the same file."""

    def __init__(self, wanted: Wanted) -> None:
        folder, name = wanted.target.parent, f".{wanted.target.name}.{wanted.sha256[:12]}"
        self._path, self._mark = folder / f"{name}.part", folder / f"{name}.mark"
        self._target = wanted.target

    def begin(self) -> int:
        """Make the folder; return how much is there from an earlier try."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        size = self._path.stat().st_size if self._path.exists() else 0
        if size > MAX_MODEL_BYTES:
            self.forget()
            return 0
        return size

    def mark(self) -> str | None:
        """Return the server's mark of what is there."""
        return self._mark.read_text("ascii") if self._mark.exists() else None

    def restart(self, mark: str | None) -> None:
        """Begin anew, and remember the mark."""
        self._path.write_bytes(b"")
        self._mark.unlink(missing_ok=True)
        if mark:
            self._mark.write_text(mark, "ascii", "ignore")

    def append(self, chunk: bytes) -> None:
        """Write one piece."""
        with self._path.open("ab") as file:
            file.write(chunk)

    def free(self) -> int:
        """Return how many bytes fit beside it."""
        return shutil.disk_usage(self._path.parent).free

    def accept(self, sha256: str) -> bool:
        """Give it its name if it is what was wanted; otherwise nothing of it stays."""
        if not self._path.exists() or file_digest(self._path) != sha256:
            self.forget()
            return False
        with self._path.open("rb") as file:
            os.fsync(file.fileno())
        self._path.replace(self._target)
        self.forget()
        return True

    def forget(self) -> None:
        """Leave nothing behind."""
        self._path.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """Return the digest of a file that is small enough to be a model; raises OSError."""
    if path.stat().st_size > MAX_MODEL_BYTES:
        raise OSError(errno.EFBIG, "file too large")
    with path.open("rb") as file:
        return digest_of(iter(lambda: file.read(CHUNK_BYTES), b""))


class Download:
    """One file on its way, over as many connections as it takes."""

    def __init__(self, hass: HomeAssistant, wanted: Wanted, tell: Tell) -> None:
        self._hass = hass
        self._wanted = wanted
        self._tell = tell
        self._part = Part(wanted)
        self._size = 0

    async def run(self) -> Path:
        """Fetch until it is whole and right; raises ModelUnavailable."""
        try:
            return await self._run()
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            if full:
                with contextlib.suppress(OSError):
                    await self._hass.async_add_executor_job(self._part.forget)
            raise ModelUnavailable(DISK_FULL if full else FOLDER_UNUSABLE) from error

    async def _run(self) -> Path:
        job = self._hass.async_add_executor_job
        for _ in range(TRIES):
            begun = self._size = await job(self._part.begin)
            try:
                await self._receive()
            except (TimeoutError, aiohttp.ClientError) as error:
                if isinstance(error, aiohttp.ClientResponseError):
                    raise ModelUnavailable(NOT_THERE) from error
                if self._size > begun:
                    continue
                raise ModelUnavailable(CUT_OFF if self._size else UNREACHABLE) from error
            if await job(self._part.accept, self._wanted.sha256):
                return self._wanted.target
            if not begun:
                raise ModelUnavailable(WRONG_DIGEST)
        raise ModelUnavailable(CUT_OFF)

    async def _receive(self) -> None:
        """Ask for the rest and write it down; a server that sends everything is taken at its word."""
        headers = {"Accept-Encoding": "identity"}
        if self._size:
            headers["Range"] = f"bytes={self._size}-"
            if mark := await self._hass.async_add_executor_job(self._part.mark):
                headers["If-Range"] = mark
        timeout = aiohttp.ClientTimeout(total=FETCH_S, connect=CONNECT_S, sock_read=STALL_S)
        session = async_get_clientsession(self._hass)
        async with session.get(self._wanted.url, timeout=timeout, headers=headers) as response:
            if response.status == 416 and self._size:
                return  # it is whole already, or it is not that file: the digest tells
            response.raise_for_status()
            if not _continues(response, self._size):
                self._size = 0
                await self._hass.async_add_executor_job(self._part.restart, _mark(response))
            total = self._size + response.content_length if response.content_length else None
            await self._check_room(total)
            async for chunk in response.content.iter_chunked(CHUNK_BYTES):
                if self._size + len(chunk) > MAX_MODEL_BYTES:
                    await self._hass.async_add_executor_job(self._part.forget)
                    raise ModelUnavailable(TOO_LARGE)
                await self._hass.async_add_executor_job(self._part.append, chunk)
                self._size += len(chunk)
                if total:
                    self._tell(min(1.0, self._size / total))

    async def _check_room(self, total: int | None) -> None:
        """Refuse what cannot fit before a byte of it is written."""
        if total is None:
            return
        if total > MAX_MODEL_BYTES:
            await self._hass.async_add_executor_job(self._part.forget)
            raise ModelUnavailable(TOO_LARGE)
        free = await self._hass.async_add_executor_job(self._part.free)
        if free < total - self._size + SPARE_BYTES:
            raise OSError(errno.ENOSPC, "not enough space for a model")


def _continues(response: aiohttp.ClientResponse, size: int) -> bool:
    """Say whether the answer goes on where we are."""
    said = response.headers.get("Content-Range", "")
    return response.status == 206 and size > 0 and said.startswith(f"bytes {size}-")


def _mark(response: aiohttp.ClientResponse) -> str | None:
    """Return what may stand in If-Range: a strong tag, else the time of change."""
    tag = response.headers.get("ETag", "")
    if tag.startswith('"'):
        return tag
    return None if tag else response.headers.get("Last-Modified")


@dataclass(kw_only=True, slots=True)
class _UnderWay:
    """A download that several may wait for."""

    task: asyncio.Task[Path]
    listeners: list[Tell] = field(default_factory=list)


class Fetcher:
    """The downloads of this hub; each file is fetched once, whoever asks."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._under_way: dict[Path, _UnderWay] = {}

    async def fetch(self, wanted: Wanted, tell: Tell) -> Path:
        """Return the file once it is there; raises ModelUnavailable. Who stops waiting stops nothing."""
        under_way = self._under_way.get(wanted.target) or self._begin(wanted)
        under_way.listeners.append(tell)
        try:
            return await asyncio.shield(under_way.task)
        finally:
            under_way.listeners.remove(tell)

    def _begin(self, wanted: Wanted) -> _UnderWay:
        listeners: list[Tell] = []

        def tell(fraction: float) -> None:
            for each in tuple(listeners):
                each(fraction)

        async def run() -> Path:
            try:
                path = await Download(self._hass, wanted, tell).run()
            finally:
                self._under_way.pop(wanted.target, None)
            _LOGGER.info("Fetched %s", wanted.target.name)
            return path

        task = self._hass.async_create_background_task(run(), f"fetch {wanted.target.name}")
        task.add_done_callback(_seen)
        under_way = self._under_way[wanted.target] = _UnderWay(task=task, listeners=listeners)
        return under_way


def _seen(task: asyncio.Task[Path]) -> None:
    """A failure that nobody waits for any more is no error of its own."""
    if not task.cancelled():
        task.exception()


_FETCHER: HassKey[Fetcher] = HassKey("verified_response_fetcher")


def fetcher_of(hass: HomeAssistant) -> Fetcher:
    """Return the one of this hub."""
    if (known := hass.data.get(_FETCHER)) is None:
        known = hass.data[_FETCHER] = Fetcher(hass)
    return known
