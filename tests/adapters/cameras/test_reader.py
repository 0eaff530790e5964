"""The hub's end of a stream reader: whatever the process does, the hub gets an answer or an end."""

import asyncio
import contextlib
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator, Callable

import pytest
from homeassistant.util import dt as dt_util

from custom_components.verified_response.adapters.cameras import reader as adapter
from custom_components.verified_response.adapters.cameras.reader import (
    NoStreamPicture,
    ReaderGone,
    StreamReader,
)
from custom_components.verified_response.adapters.cameras.source import StreamSource
from custom_components.verified_response.vision import wire
from custom_components.verified_response.vision.frame import inspect
from tests import drawn
from tests.on_air import OnAir, scene

pytest.importorskip("av")
pytestmark = pytest.mark.real

type Start = Callable[..., StreamReader]


@pytest.fixture
async def start(air: OnAir) -> AsyncIterator[Start]:
    made: list[StreamReader] = []

    async def begin(path: str = "/ts", **how) -> StreamReader:
        source = StreamSource(url=air.url(path), options={})
        made.append(await StreamReader.start(source, **how))
        return made[-1]

    yield begin
    before = asyncio.all_tasks()
    for each in made:
        await each.close()
        with pytest.raises(ProcessLookupError):
            os.kill(each.pid, 0)
    assert asyncio.all_tasks() <= before


async def picture(reader: StreamReader, after: int = 0) -> adapter.StreamPicture:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(NoStreamPicture):
                return await reader.picture(after=after, wait_s=5)


def saying(script: str) -> Callable[[], list[str]]:
    """A process that reads the opening and one question, and then does what it should not."""
    code = """
        import json, struct, sys, time
        def read():
            head = sys.stdin.buffer.read(12)
            lengths = struct.unpack(">2sBxII", head)
            raw = sys.stdin.buffer.read(lengths[2]); sys.stdin.buffer.read(lengths[3])
            return json.loads(raw), head[:3]
        def say(header, body=b"", start=None):
            raw = json.dumps(header).encode()
            sys.stdout.buffer.write(start + struct.pack(">xII", len(raw), len(body)) + raw + body)
            sys.stdout.buffer.flush()
        read(); question, start = read()
        good = {"id": question["id"], "number": 1, "taken": time.time(), "width": 4, "height": 4}
    """
    return lambda: [sys.executable, "-c", textwrap.dedent(code) + script]


async def test_pictures_come_with_the_time_when_they_were_taken(start: Start) -> None:
    before = dt_util.utcnow()
    reader = await start()
    one = await picture(reader)
    two = await picture(reader, after=one.number)
    assert inspect(one.picture) == (640, 480)
    assert two.number > one.number
    assert before <= one.captured_at < two.captured_at <= dt_util.utcnow()


async def test_a_snapshot_is_compared(start: Start) -> None:
    reader = await start()
    await picture(reader)
    found = await reader.likeness(drawn.jpeg(scene(1)))
    assert found.alike is not None
    assert found.alike > 0.9
    assert found.shape == 0


async def test_whoever_stops_waiting_leaves_the_next_one_a_clean_pipe(start: Start) -> None:
    reader = await start()
    first = await picture(reader)
    leaving = asyncio.create_task(reader.picture(after=first.number + 10, wait_s=5))
    await asyncio.sleep(0.05)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert (await picture(reader, after=first.number)).number > first.number


async def test_a_killed_reader_is_an_end(start: Start) -> None:
    reader = await start()
    await picture(reader)
    os.kill(reader.pid, signal.SIGKILL)
    with pytest.raises(ReaderGone):
        await reader.picture(after=0, wait_s=5)
    assert not reader.alive
    with pytest.raises(ReaderGone):
        await reader.picture(after=0, wait_s=5)


async def test_a_reader_that_hangs_is_killed(start: Start, monkeypatch) -> None:
    monkeypatch.setattr(adapter, "HANG_S", 0.2)
    reader = await start()
    await picture(reader)
    os.kill(reader.pid, signal.SIGSTOP)
    with pytest.raises(ReaderGone):
        await reader.picture(after=0, wait_s=0.2)
    await reader.close()
    with pytest.raises(ProcessLookupError):
        os.kill(reader.pid, 0)


@pytest.mark.parametrize(
    "script",
    [
        "sys.stdout.buffer.write(b'no protocol of ours at all'); sys.stdout.buffer.flush(); time.sleep(60)",
        "say(good | {'id': 7}, b'x', start)",
        "say(good | {'number': True}, b'x', start)",
        "say(good | {'number': 'one'}, b'x', start)",
        "say(good | {'taken': float('nan')}, b'x', start)",
        "say(good | {'taken': None}, b'x', start)",
        "say(good, b'', start)",
        "say(good, b'x' * 5_000_000, start)",
        "say({'id': good['id'], 'none': 'whatever it likes', 'failures': 1}, b'', start)",
        "say({'id': good['id'], 'none': 'down', 'failures': 'many'}, b'', start)",
        "raise SystemExit(0)",
    ],
)
async def test_an_answer_that_no_reader_gives_is_its_last(start: Start, script: str) -> None:
    reader = await start(command=saying(script))
    with pytest.raises(ReaderGone):
        await reader.picture(after=0, wait_s=20)
    assert not reader.alive


@pytest.mark.parametrize("taken", ["0.0", "4e9"])
async def test_a_time_that_cannot_be_is_put_right(start: Start, taken: str) -> None:
    reader = await start(command=saying(f"say(good | {{'taken': {taken}}}, b'x', start)"))
    found = await reader.picture(after=0, wait_s=20)
    assert dt_util.utcnow() - 2 * adapter.OLDEST < found.captured_at <= dt_util.utcnow()


async def test_what_cannot_be_started_is_gone(air: OnAir) -> None:
    source = StreamSource(url=air.url("/ts"), options={})
    with pytest.raises(ReaderGone):
        await StreamReader.start(source, command=lambda: ["/nowhere/python"])


async def test_close_ends_whoever_waits(start: Start) -> None:
    reader = await start("/silent")
    waiting = asyncio.create_task(reader.picture(after=0, wait_s=9))
    await asyncio.sleep(0.1)
    await reader.close()
    with pytest.raises(ReaderGone):
        await waiting


def test_the_version_is_that_of_the_worker() -> None:
    """Both speak one protocol: what the hub packs is what a reader reads."""
    message = wire.pack({"after": 0})
    assert wire.lengths(message[: wire.PREFIX_BYTES]) == (len(message) - wire.PREFIX_BYTES, 0)
