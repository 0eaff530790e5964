"""Snapshot or stream, whole: a camera entity, a stream on loopback, real readers."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.cameras import streams, ways
from custom_components.verified_response.adapters.cameras.source import StreamSource
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.engine.ports import Way
from tests.on_air import PASSWORD, OnAir

from .rig import (
    STORE,
    Porch,
    add,
    by_snapshot,
    by_stream,
    exists,
    look_until,
    pids,
    readers,
    until,
)

pytest.importorskip("av")
pytestmark = pytest.mark.real

PORCH = "camera.porch"


async def test_the_snapshot_answers_until_the_stream_has_proved_quicker(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    porch = Porch(url=air.url("/ts"), takes_s=0.3)
    await add(hass, porch)
    looking = make()
    began = time.monotonic()
    first = await looking.still(PORCH, timeout_s=5)
    assert by_snapshot(first)
    assert time.monotonic() - began < 3, "the first look waited for the stream"
    frame = await look_until(looking, PORCH, by_stream)
    assert first.captured_at < frame.captured_at
    asked = porch.asked
    pictures = {(await looking.still(PORCH, timeout_s=5)).picture for _ in range(5)}
    assert len(pictures) == 5
    assert porch.asked <= asked + 1, "snapshots are taken beside the stream"
    measured = looking.measured[PORCH]
    assert measured["way"] == "stream"
    assert measured["stream_s"] <= 0.7 * measured["snapshot_s"]


async def test_a_stream_that_is_no_quicker_is_closed_and_left_alone(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    porch = Porch(url=air.url("/mjpeg?fps=4"), takes_s=0.01)
    await add(hass, porch)
    looking = make()
    await look_until(looking, PORCH, lambda _: looking._memory.of(PORCH).tried_at > 0)
    await until(lambda: not pids(looking, [PORCH]))
    for _ in range(5):
        assert by_snapshot(await looking.still(PORCH, timeout_s=5))
    assert not pids(looking, [PORCH])
    assert porch.asked_for_stream == 1


async def test_it_is_remembered_without_any_address(
    hass: HomeAssistant, air: OnAir, make, hass_storage
) -> None:
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    await look_until(looking, PORCH, by_stream)
    await looking.close()
    kept = hass_storage[STORE]["data"]
    assert kept["cameras"][PORCH]["way"] == "stream"
    assert PASSWORD not in str(kept)
    assert "127.0.0.1" not in str(kept)
    again = make()
    await look_until(again, PORCH, by_stream)
    assert len(again._memory.of(PORCH).snapshot_s) >= 5


async def test_a_reader_that_is_killed_is_replaced_and_no_look_is_lost(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    await look_until(looking, PORCH, by_stream)
    (pid,) = pids(looking, [PORCH])
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    await looking.still(PORCH, timeout_s=5)
    assert time.monotonic() - began < 4
    await look_until(looking, PORCH, by_stream)
    assert pids(looking, [PORCH]) != [pid]


async def test_a_reader_that_hangs_is_killed_and_the_snapshot_answers(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    await look_until(looking, PORCH, by_stream)
    (pid,) = pids(looking, [PORCH])
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    assert by_snapshot(await looking.still(PORCH, timeout_s=5))
    assert time.monotonic() - began < 4
    await look_until(
        looking, PORCH, lambda frame: by_stream(frame) and pids(looking, [PORCH]) != [pid]
    )
    await until(lambda: not exists(pid))


async def test_a_stream_that_keeps_crashing_its_reader_is_left_alone(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    for _ in range(streams.CHANCES):
        await look_until(looking, PORCH, by_stream)
        os.kill(pids(looking, [PORCH])[0], signal.SIGKILL)
    await look_until(looking, PORCH, lambda _: looking._streams.of(PORCH).is_forgotten)
    for _ in range(3):
        assert by_snapshot(await looking.still(PORCH, timeout_s=5))
    assert not pids(looking, [PORCH])


@pytest.mark.parametrize("path", ["/missing", "/garbage", "/playlist"])
async def test_a_bad_stream_costs_nothing_but_a_try(
    hass: HomeAssistant, air: OnAir, make, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    porch = Porch(url=air.url(path), takes_s=0.02)
    await add(hass, porch)
    looking = make()
    await look_until(looking, PORCH, lambda _: looking._streams.of(PORCH).is_forgotten)
    assert by_snapshot(await looking.still(PORCH, timeout_s=5))
    assert porch.asked_for_stream == 1
    assert caplog.text.count("The stream of camera.porch is not used for now") == 1


async def test_without_stills_the_stream_is_all_there_is(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    porch = Porch(url=air.url("/ts"), takes_s=0)
    porch.dead = True
    await add(hass, porch)
    looking = make()
    with contextlib.suppress(CouldNotLook):  # a loaded machine may need longer than one look
        assert by_stream(await looking.still(PORCH, timeout_s=20))
    assert by_stream(await look_until(looking, PORCH, by_stream))


async def test_stills_that_hang_are_not_waited_for_when_there_is_a_stream(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    porch = Porch(url=air.url("/ts"))
    await add(hass, porch)
    looking = make()
    await look_until(looking, PORCH, by_stream)
    air.off = True
    await look_until(looking, PORCH, by_snapshot)
    porch.dead = True
    with pytest.raises(CouldNotLook, match="camera_no_picture"):
        await looking.still(PORCH, timeout_s=2)
    air.off, porch.dead = False, False
    await look_until(looking, PORCH, lambda _: True)


async def test_a_stream_that_shows_another_part_of_the_scene_is_not_used(
    hass: HomeAssistant, air: OnAir, make, caplog: pytest.LogCaptureFixture
) -> None:
    """Masks are drawn for what the snapshots show."""
    porch = Porch(url=air.url("/ts?crop=0.2"), takes_s=0.3)
    await add(hass, porch)
    looking = make()
    frames = []

    def forgotten(frame) -> bool:
        frames.append(frame)
        return looking._streams.of(PORCH).is_forgotten

    await look_until(looking, PORCH, forgotten)
    assert all(map(by_snapshot, frames))
    assert "differs" in caplog.text
    porch.dead = True
    with pytest.raises(CouldNotLook):
        await looking.still(PORCH, timeout_s=2)


async def test_a_stream_that_nobody_compared_is_no_stopgap(
    hass: HomeAssistant, air: OnAir, make, monkeypatch
) -> None:
    """Better blind and said so than a picture for which no mask was drawn."""
    monkeypatch.setattr(streams, "DOUBTS", 10_000)
    porch = Porch(url=air.url("/ts?crop=0.2"), takes_s=0.3)
    await add(hass, porch)
    looking = make()
    await look_until(looking, PORCH, lambda _: looking._streams.of(PORCH).is_live)
    porch.dead = True
    for _ in range(3):
        with pytest.raises(CouldNotLook):
            await looking.still(PORCH, timeout_s=2)
    assert looking._streams.of(PORCH).is_live


async def test_rest_ends_the_reader(hass: HomeAssistant, air: OnAir, make) -> None:
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    await look_until(looking, PORCH, by_stream)
    (pid,) = pids(looking, [PORCH])
    await looking.rest(PORCH)
    await until(lambda: not exists(pid))
    await look_until(looking, PORCH, by_stream)


async def test_a_stream_that_nobody_asks_for_is_let_go(
    hass: HomeAssistant, air: OnAir, make, monkeypatch
) -> None:
    monkeypatch.setattr(streams, "IDLE_S", 0.5)
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    await look_until(looking, PORCH, by_stream)
    (pid,) = pids(looking, [PORCH])
    await until(lambda: not exists(pid))
    assert not pids(looking, [PORCH])


async def test_only_a_few_streams_are_read_at_once(
    hass: HomeAssistant, air: OnAir, make, monkeypatch
) -> None:
    monkeypatch.setattr(streams, "MAX_OPEN", 2)
    names = [f"camera.c{n}" for n in range(4)]
    await add(hass, *(Porch(name[7:], url=air.url("/ts"), takes_s=0.05) for name in names))
    looking = make()
    most = 0
    for _ in range(40):
        await asyncio.gather(*(looking.still(name, timeout_s=5) for name in names))
        most = max(most, len(pids(looking, names)))
    assert most == 2


async def test_a_patrol_is_content_with_keyframes(
    hass: HomeAssistant, air: OnAir, make, monkeypatch
) -> None:
    monkeypatch.setattr(ways, "PATROL_S", (0.3, 3.0))
    await add(hass, Porch(url=air.url("/ts?gop=10&fps=20")))
    looking = make()
    await look_until(looking, PORCH, by_stream)
    stream = looking._streams.of(PORCH)
    numbers = []
    for _ in range(6):
        await asyncio.sleep(0.6)
        frame = await looking.still(PORCH, timeout_s=5)
        if by_stream(frame):
            numbers.append(stream._number)
    assert numbers[2:]
    assert {number % 10 for number in numbers[2:]} == {1}


async def test_a_stream_that_becomes_slow_gives_way(hass: HomeAssistant, air: OnAir, make) -> None:
    """It is never waited for longer than the snapshot would take, and what it took counts."""
    porch = Porch(url=air.url("/ts"))
    await add(hass, porch)
    looking = make()
    await look_until(looking, PORCH, by_stream)
    stream = looking._streams.of(PORCH)
    quick = stream.still

    async def slow(**how):
        await asyncio.sleep(1.5)
        return await quick(**how)

    stream.still = slow
    porch.takes_s = 0.05
    await look_until(looking, PORCH, lambda _: looking.measured[PORCH]["way"] == "snapshot")


async def test_trouble_is_said_once_and_so_is_its_end(
    hass: HomeAssistant, air: OnAir, make, caplog: pytest.LogCaptureFixture
) -> None:
    porch = Porch(url=air.url("/missing"), takes_s=0)
    porch.dead = True
    await add(hass, porch)
    looking = make()
    for _ in range(4):
        with pytest.raises(CouldNotLook):
            await looking.still(PORCH, timeout_s=5)
    porch.dead = False
    for _ in range(3):
        await looking.still(PORCH, timeout_s=5)
    assert caplog.text.count("camera.porch gives no picture: camera_no_picture") == 1
    assert caplog.text.count("camera.porch gives pictures again") == 1
    assert PASSWORD not in caplog.text


async def test_the_password_is_in_no_log_and_no_process(
    hass: HomeAssistant, air: OnAir, make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    await look_until(looking, PORCH, by_stream)
    (pid,) = pids(looking, [PORCH])
    for name in ("cmdline", "environ"):
        with contextlib.suppress(FileNotFoundError):
            assert PASSWORD.encode() not in (Path("/proc") / str(pid) / name).read_bytes()
    os.kill(pid, signal.SIGKILL)
    air.off = True
    await look_until(looking, PORCH, lambda _: looking._streams.of(PORCH).is_forgotten)
    assert PASSWORD not in caplog.text
    assert PASSWORD not in str(looking.measured)


async def test_where_libav_is_missing_there_are_only_snapshots(
    hass: HomeAssistant, air: OnAir, make, monkeypatch
) -> None:
    monkeypatch.setattr(streams.importlib.util, "find_spec", lambda name: None)
    await add(hass, Porch(url=air.url("/ts"), takes_s=0))
    looking = make()
    await look_until(looking, PORCH, lambda _: looking._streams.of(PORCH).is_forgotten)
    assert (await looking.still(PORCH, timeout_s=5)).way is Way.SNAPSHOT
    assert air.connections == 0


async def test_rest_and_the_next_look_at_once_leave_one_reader(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    await add(hass, Porch(url=air.url("/ts")))
    looking = make()
    for _ in range(6):
        await looking.still(PORCH, timeout_s=5)
        await looking.rest(PORCH)
    await look_until(looking, PORCH, by_stream)
    await until(lambda: not looking._streams._ending)
    assert len(readers()) == 1


@pytest.mark.parametrize("url", [None, "/silent"])
async def test_close_tells_whoever_still_waits(hass: HomeAssistant, air: OnAir, make, url) -> None:
    await add(hass, Porch(url=url and air.url(url), takes_s=30))
    looking = make()
    waiting = asyncio.create_task(looking.still(PORCH, timeout_s=20))
    await asyncio.sleep(0.3)
    await looking.close()
    with pytest.raises(CouldNotLook):
        await waiting


async def test_close_may_come_in_the_middle_of_everything(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    await add(hass, Porch(url=air.url("/silent"), takes_s=30), Porch("hall", url=air.url("/ts")))
    looking = make()
    waiting = [
        asyncio.create_task(looking.still(name, timeout_s=20)) for name in (PORCH, "camera.hall")
    ]
    await asyncio.sleep(0.5)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await looking.close()
    await looking.close()


async def test_a_reader_is_not_started_for_a_stream_that_was_let_go(
    hass: HomeAssistant, air: OnAir, make
) -> None:
    """Some integrations turn a cancellation into an answer."""
    await add(hass, Porch(url=air.url("/ts"), takes_s=0))
    asked = asyncio.Event()

    async def find(_hass: HomeAssistant, _source: str) -> StreamSource:
        asked.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return StreamSource(url=air.url("/ts"), options={})

    looking = make(find=find)
    await looking.still(PORCH, timeout_s=5)
    await asked.wait()
    await looking.close()
    await hass.async_block_till_done()
    await asyncio.sleep(0.2)
    assert readers() == []


async def test_cameras_that_hold_on_are_let_go_together(
    hass: HomeAssistant, make, monkeypatch
) -> None:
    """One after the other they would outlast what Home Assistant waits for."""
    names = ["camera.a", "camera.b"]
    await add(hass, *(Porch(name[7:], takes_s=0) for name in names))
    looking = make()
    for name in names:
        await looking.still(name, timeout_s=5)
    both = asyncio.Barrier(2)
    close = ways.Ways.close

    async def closing(self) -> None:
        await both.wait()
        await close(self)

    with monkeypatch.context() as patched:
        patched.setattr(ways.Ways, "close", closing)
        async with asyncio.timeout(5):
            await looking.close()
