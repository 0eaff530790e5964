"""A model's file over a bad line: it goes on where it was cut off, and only the right bytes are kept."""

import asyncio
import errno
import hashlib
import os
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web

from custom_components.verified_response.adapters.models import fetch
from custom_components.verified_response.adapters.models.fetch import (
    Download,
    Fetcher,
    ModelUnavailable,
    Wanted,
)

from .conftest import WEIGHTS, Host

pytestmark = pytest.mark.real
HALF = len(WEIGHTS) // 2
TAG = '"one"'


class Served:
    """One file, served well unless told otherwise."""

    def __init__(self, body: bytes = WEIGHTS) -> None:
        self.body = body
        self.tag: str | None = TAG
        self.ranges = True
        self.length = True
        self.cut_after: list[int | None] = []
        self.slow = 0.0
        self.asked: list[str | None] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        start = self._start(request, wanted)
        if start >= len(self.body) and start:
            raise web.HTTPRequestRangeNotSatisfiable
        rest = self.body[start:]
        response = web.StreamResponse(status=206 if start else 200)
        if self.tag:
            response.headers["ETag"] = self.tag
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/*"
        if self.length:
            response.content_length = len(rest)
        await response.prepare(request)
        cut = self.cut_after.pop(0) if self.cut_after else None
        for at in range(0, len(rest), 50_000):
            if cut is not None and at >= cut:
                await asyncio.sleep(0.05)
                request.transport.abort()
                return response
            await response.write(rest[at : at + 50_000])
            await asyncio.sleep(self.slow)
        return response

    def _start(self, request: web.Request, wanted: str | None) -> int:
        mark = request.headers.get("If-Range")
        if not self.ranges or wanted is None or (mark is not None and mark != self.tag):
            return 0
        return int(wanted.removeprefix("bytes=").removesuffix("-"))


@pytest.fixture
def served(host: Host) -> Served:
    served = Served()
    host.serves("/model", served)
    return served


@pytest.fixture
def wanted(host: Host, cache: Path) -> Wanted:
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    return Wanted(url=f"{host.url}/model", sha256=digest, target=cache / "model.onnx")


@pytest.fixture(autouse=True)
def _room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be nearly full; that is tested by itself."""
    monkeypatch.setattr(fetch, "SPARE_BYTES", 0)


async def get(hass, wanted: Wanted, told: list[float] | None = None) -> Path:
    tell = told.append if told is not None else lambda _: None
    return await Download(hass, wanted, tell).run()


async def refused(hass, wanted: Wanted) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        await get(hass, wanted)
    assert not wanted.target.exists()
    return caught.value.code


def left(wanted: Wanted) -> list[str]:
    return sorted(path.name for path in wanted.target.parent.iterdir())


async def test_a_file_arrives_and_progress_is_told(hass, wanted, served) -> None:
    told: list[float] = []
    assert (await get(hass, wanted, told)).read_bytes() == WEIGHTS
    assert left(wanted) == ["model.onnx"]
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == 1.0


async def test_it_goes_on_where_it_was_cut_off(hass, wanted, served) -> None:
    served.cut_after = [HALF, HALF // 2]
    assert (await get(hass, wanted)).read_bytes() == WEIGHTS
    first, second, third = served.asked
    assert first is None
    assert second is not None
    assert third is not None
    assert int(second[6:-1]) < int(third[6:-1]) < len(WEIGHTS)
    assert left(wanted) == ["model.onnx"]


async def test_what_has_arrived_is_kept_for_the_next_try(hass, wanted, served, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "TRIES", 1)
    served.cut_after = [HALF]
    assert await refused(hass, wanted) == "fetch_cut_off"
    assert [name.rpartition(".")[2] for name in left(wanted)] == ["mark", "part"]
    monkeypatch.undo()
    monkeypatch.setattr(fetch, "SPARE_BYTES", 0)
    await get(hass, wanted)
    assert served.asked[-1] is not None
    assert wanted.target.read_bytes() == WEIGHTS


async def test_a_dead_line_later_keeps_what_there_is(hass, wanted, served, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "TRIES", 1)
    served.cut_after = [HALF, 0]
    assert await refused(hass, wanted) == "fetch_cut_off"
    before = left(wanted)
    assert await refused(hass, wanted) == "fetch_cut_off"
    assert left(wanted) == before


@pytest.mark.parametrize(
    ("ranges", "tag"), [(False, TAG), (True, '"another"'), (True, None), (True, 'W/"weak"')]
)
async def test_a_server_that_sends_everything_again_is_understood(
    hass, wanted, served, ranges, tag, monkeypatch
) -> None:
    """It ignores ranges, or the file changed under its mark, or it has no mark that could be asked with."""
    with monkeypatch.context() as once:
        once.setattr(fetch, "TRIES", 1)
        served.cut_after = [HALF]
        await refused(hass, wanted)
    served.ranges, served.tag = ranges, tag
    await get(hass, wanted)
    assert wanted.target.read_bytes() == WEIGHTS
    assert left(wanted) == ["model.onnx"]


async def test_leftovers_of_another_file_are_found_out(hass, wanted, served, cache) -> None:
    """A server without marks goes on with the wrong file; the digest tells, and it begins anew."""
    served.tag = None
    cache.mkdir(parents=True)
    (cache / f".model.onnx.{wanted.sha256[:12]}.part").write_bytes(b"x" * HALF)
    await get(hass, wanted)
    assert served.asked == [f"bytes={HALF}-", None]
    assert wanted.target.read_bytes() == WEIGHTS


@pytest.mark.parametrize("lying_there", [WEIGHTS, WEIGHTS + b"more", b"y" * len(WEIGHTS)])
async def test_nothing_more_to_send(hass, wanted, served, cache, lying_there) -> None:
    """A part that is whole is taken by its digest; one that is too long begins anew."""
    cache.mkdir(parents=True)
    (cache / f".model.onnx.{wanted.sha256[:12]}.part").write_bytes(lying_there)
    await get(hass, wanted)
    assert served.asked == ([f"bytes={len(lying_there)}-"] + [None] * (lying_there != WEIGHTS))
    assert wanted.target.read_bytes() == WEIGHTS


async def test_a_length_that_is_not_told_is_no_obstacle(hass, wanted, served) -> None:
    served.length = False
    assert (await get(hass, wanted)).read_bytes() == WEIGHTS


async def test_redirects_are_followed(hass, wanted, served, host) -> None:
    async def elsewhere(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/model")

    moved = Wanted(url=host.serves("/old", elsewhere), sha256=wanted.sha256, target=wanted.target)
    await get(hass, moved)
    assert wanted.target.read_bytes() == WEIGHTS


async def test_redirects_in_a_circle_end(hass, wanted, host) -> None:
    async def circle(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/model")

    host.serves("/model", circle)
    assert await refused(hass, wanted) == "fetch_not_there"


async def test_wrong_bytes_are_not_kept(hass, wanted, host) -> None:
    host.serves("/model", Served(b"z" * len(WEIGHTS)))
    assert await refused(hass, wanted) == "fetch_wrong_digest"
    assert left(wanted) == []


async def test_an_address_where_nothing_is(hass, wanted) -> None:
    assert await refused(hass, wanted) == "fetch_not_there"


@pytest.mark.parametrize("length", [True, False])
async def test_what_is_too_large_is_not_kept(hass, wanted, served, length, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "MAX_MODEL_BYTES", len(WEIGHTS) - 1)
    served.length = length
    assert await refused(hass, wanted) == "fetch_too_large"
    assert left(wanted) == []


async def test_a_full_disk_is_noticed_before(hass, wanted, served, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=len(WEIGHTS) - 1))
    assert await refused(hass, wanted) == "fetch_disk_full"
    assert left(wanted) == []


async def test_a_disk_that_fills_up_is_freed_again(hass, wanted, served, monkeypatch) -> None:
    def full(self, chunk: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fetch.Part, "append", full)
    assert await refused(hass, wanted) == "fetch_disk_full"
    assert left(wanted) == []


async def test_a_folder_that_cannot_be_written(hass, wanted, served, cache) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file in the way")
    assert await refused(hass, wanted) == "fetch_folder_unusable"
    assert served.asked == []


async def test_nobody_at_the_address(hass, wanted) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    gone = Wanted(url=f"http://127.0.0.1:{port}/m", sha256=wanted.sha256, target=wanted.target)
    assert await refused(hass, gone) == "fetch_unreachable"


async def test_a_host_that_says_nothing_is_given_up(hass, wanted, monkeypatch) -> None:
    """The limit is the product's own, here shorter: nobody ever completes the handshake."""
    assert fetch.CONNECT_S <= 5
    monkeypatch.setattr(fetch, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/model"
        async with asyncio.timeout(10):
            mute = Wanted(url=url, sha256=wanted.sha256, target=wanted.target)
            assert await refused(hass, mute) == "fetch_unreachable"


async def test_a_host_that_stops_talking_is_given_up(hass, wanted, host, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "STALL_S", 0.2)
    monkeypatch.setattr(fetch, "TRIES", 1)

    async def stalls(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(WEIGHTS))})
        await response.prepare(request)
        await response.write(WEIGHTS[:1000])
        await asyncio.sleep(5)
        return response

    host.serves("/model", stalls)
    async with asyncio.timeout(4):
        assert await refused(hass, wanted) == "fetch_cut_off"


async def test_two_who_ask_share_one_download(hass, wanted, served) -> None:
    served.slow = 0.01
    fetcher = Fetcher(hass)
    told: tuple[list[float], list[float]] = ([], [])
    paths = await asyncio.gather(*(fetcher.fetch(wanted, each.append) for each in told))
    assert paths == [wanted.target] * 2
    assert served.asked == [None]
    assert told[0] == told[1]


async def test_who_stops_waiting_stops_nothing(hass, wanted, served) -> None:
    served.slow = 0.02
    fetcher = Fetcher(hass)
    impatient = asyncio.ensure_future(fetcher.fetch(wanted, lambda _: None))
    await asyncio.sleep(0.05)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    await fetcher.fetch(wanted, lambda _: None)
    assert wanted.target.read_bytes() == WEIGHTS
    assert served.asked == [None]
