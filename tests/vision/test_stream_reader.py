"""The stream reader: real streams on loopback, good ones and hostile ones, read by the real process."""

import contextlib
import json
import os
import resource
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from custom_components.verified_response.vision import client, streams, wire
from custom_components.verified_response.vision.frame import inspect
from custom_components.verified_response.vision.streams.jpeg import reduced
from custom_components.verified_response.vision.streams.lateness import JUMP_S, WINDOW, Lateness
from custom_components.verified_response.vision.streams.likeness import likeness
from custom_components.verified_response.vision.streams.live import REASONS, all_options
from custom_components.verified_response.vision.streams.reader import MEMORY
from tests import drawn
from tests.on_air import PASSWORD, OnAir, on_air, scene
from tests.rtsp_on_air import rtsp_on_air

pytest.importorskip("av")

START = Path(streams.__file__).with_name("__main__.py")
PATIENCE_S = 30.0  # a loaded machine starts Python slowly; nothing here is a measurement


class Reader:
    """A running reader process, and the questions one may ask it."""

    def __init__(self, url: str, **opening: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(START)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=client.environment(1),
        )
        self.after = 0
        self.tell({"url": url, "options": {}, "longest": 1280, "idle_s": 60, **opening})

    def tell(self, header: dict, body: bytes = b"") -> None:
        self.process.stdin.write(wire.pack(header, body))
        self.process.stdin.flush()

    def ask(self, *, wait_s: float = 10, thrifty: bool = False) -> wire.Message:
        self.tell({"id": 1, "after": self.after, "wait_s": wait_s, "thrifty": thrifty})
        answer = wire.read(self.process.stdout)
        assert answer is not None, "the reader ended"
        self.after = answer.header.get("number", self.after)
        return answer

    def picture(self, **how: Any) -> wire.Message:
        """Ask until there is a picture."""
        deadline = time.monotonic() + PATIENCE_S
        while "none" in (answer := self.ask(**how)).header:
            assert time.monotonic() < deadline, answer.header
            time.sleep(0.05)
        return answer

    def likeness(self, snapshot: bytes) -> dict:
        self.tell({"id": 2, "like": True}, snapshot)
        return wire.read(self.process.stdout).header

    def close(self) -> int:
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process.stderr.close()


@pytest.fixture
def camera() -> Iterator[OnAir]:
    with on_air() as server:
        yield server


@pytest.fixture
def read() -> Iterator[Callable[..., Reader]]:
    readers: list[Reader] = []

    def start(url: str, **opening: Any) -> Reader:
        readers.append(Reader(url, **opening))
        return readers[-1]

    yield start
    for reader in readers:
        reader.close()


def test_a_backlog_is_as_old_as_it_is() -> None:
    lateness = Lateness()
    assert [lateness.of(100 + n / 10, n / 10) for n in range(5)] == pytest.approx([0] * 5)
    assert lateness.of(103.5, 0.5) == pytest.approx(3)
    assert lateness.of(103.51, 0.6) == pytest.approx(2.91)


def test_a_clock_that_drifts_or_jumps_makes_nothing_old() -> None:
    lateness = Lateness()
    for n in range(20 * WINDOW):
        assert lateness.of(n / 10 * 1.0002, n / 10) < 0.01
    assert lateness.of(1000, 1000 - JUMP_S - 5) == 0


def test_likeness_is_of_the_scene_and_not_of_its_light() -> None:
    one = [(x * 7 + y * 13) % 200 for y in range(18) for x in range(32)]
    assert likeness(one, [value // 2 + 20 for value in one]) > 0.99
    assert likeness(one, one[::-1]) < 0.5
    assert likeness(one, [12, 13] * 288) is None


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), (640, 480)),
        ((3840, 2160), (1280, 720)),
        ((7680, 2160), (1280, 360)),
        ((1080, 1920), (720, 1280)),
        ((641, 361), (640, 360)),
        ((4000, 10), (1280, 16)),
    ],
)
def test_pictures_are_reduced_to_even_sides(size, expected) -> None:
    assert reduced(*size, 1280) == expected


def test_what_may_be_opened_is_not_for_the_camera_to_say() -> None:
    options = all_options({"protocol_whitelist": "file", "format_whitelist": "hls", "x": "y"})
    assert options["x"] == "y"
    for refused in ("file", "concat", "data", "hls", "crypto", "dash", "concatf", "sdp"):
        assert refused not in options["protocol_whitelist"].split(",")
        assert refused not in options["format_whitelist"].split(",")


@pytest.mark.real
def test_it_gives_ever_newer_pictures_of_what_the_camera_sees(camera: OnAir, read) -> None:
    began = time.time()
    reader = read(camera.url("/ts"))
    answers = [reader.picture() for _ in range(6)]
    numbers = [answer.header["number"] for answer in answers]
    assert numbers == sorted(set(numbers))
    for answer in answers:
        assert inspect(answer.body) == (640, 480)
        assert began - 1 < answer.header["taken"] <= time.time()
    seen = cv2.imdecode(np.frombuffer(answers[0].body, np.uint8), cv2.IMREAD_COLOR)
    difference = np.abs(seen.astype(int) - scene(answers[0].header["number"] - 1))
    assert difference.mean() < 6, "not what was sent, or in other colours"


@pytest.mark.real
@pytest.mark.parametrize(
    "path", ["/ts?width=1920&height=1080", "/mjpeg", "/ts?gop=1000"], ids=["large", "mjpeg", "gop"]
)
def test_every_kind_of_stream_is_read(camera: OnAir, read, path: str) -> None:
    reader = read(camera.url(path))
    pictures = [reader.picture().body for _ in range(5)]
    assert len(set(pictures)) == 5
    assert max(inspect(pictures[0])) <= 1280


@pytest.mark.real
def test_a_camera_that_speaks_rtsp_is_read_over_one_connection(read) -> None:
    with rtsp_on_air() as camera:
        reader = read(camera.url)
        answers = [reader.picture() for _ in range(5)]
        assert len({answer.body for answer in answers}) == 5
        assert inspect(answers[0].body) == (640, 480)
        assert len(camera.transports) == 1, "sound is not asked for"
        assert "TCP" in camera.transports[0]
        reader.close()


@pytest.mark.real
def test_whoever_is_not_in_a_hurry_gets_keyframes(camera: OnAir, read) -> None:
    reader = read(camera.url("/ts?gop=8&fps=20"))
    reader.picture()
    for _ in range(4):
        time.sleep(0.5)
        assert reader.picture(thrifty=True).header["number"] % 8 == 1
    reader.picture()
    assert reader.picture().header["number"] % 8 != 1, "in a hurry the frames in between count"


@pytest.mark.real
def test_keyframes_that_come_too_seldom_are_not_waited_for(camera: OnAir, read) -> None:
    reader = read(camera.url("/ts?gop=1000&fps=20"))
    first = reader.picture(thrifty=True).header["number"]
    time.sleep(3)
    assert reader.ask(wait_s=1, thrifty=True).header["number"] > first + 20


@pytest.mark.real
@pytest.mark.parametrize(
    "path", ["garbage", "text", "missing", "playlist", "silent", "nokey", "bomb", "huge"]
)
def test_what_is_no_stream_is_an_answer_and_no_end(camera: OnAir, read, path: str) -> None:
    reader = read(camera.url(f"/{path}"))
    answers = [reader.ask(wait_s=0.5) for _ in range(6)]
    assert {answer.header["none"] for answer in answers} <= REASONS
    assert not any(answer.body for answer in answers)
    assert reader.process.poll() is None
    assert resident_mb(reader.process.pid) < 150
    assert camera.paths == {f"/{path}"}, "what a playlist names is not opened"


@pytest.mark.real
def test_a_wrong_password_is_told_from_a_broken_stream(camera: OnAir, read) -> None:
    reader = read(camera.url("/ts").replace(PASSWORD, "guess"))
    assert reader.ask(wait_s=PATIENCE_S).header == {"id": 1, "none": "refused", "failures": 1}


@pytest.mark.real
@pytest.mark.parametrize(
    "url", ["/etc/hostname", "file:///etc/hostname", "concat:/etc/hostname", ""]
)
def test_nothing_but_the_network_is_opened(read, url: str) -> None:
    assert read(url).ask(wait_s=PATIENCE_S).header["none"] == "down"


@pytest.mark.real
def test_a_stream_that_ends_is_opened_again(camera: OnAir, read) -> None:
    reader = read(camera.url("/ts?stop=8"))
    first = reader.picture().header["number"]
    deadline = time.monotonic() + PATIENCE_S
    while reader.picture(wait_s=1).header["number"] < first + 12:
        assert time.monotonic() < deadline
    assert camera.connections >= 2


@pytest.mark.real
def test_silence_in_the_middle_is_said(camera: OnAir, read) -> None:
    reader = read(camera.url("/stall?after=5"))
    reader.picture()
    reasons = {reader.ask(wait_s=1).header.get("none") for _ in range(4)}
    assert "stalled" in reasons


@pytest.mark.real
def test_it_says_whether_the_stream_shows_what_the_snapshot_shows(camera: OnAir, read) -> None:
    same, part = read(camera.url("/ts")), read(camera.url("/ts?crop=0.2"))
    same.picture(), part.picture()
    snapshot = drawn.jpeg(scene(3))
    assert same.likeness(snapshot)["likeness"] > 0.9
    assert same.likeness(drawn.png(scene(3)))["shape"] == 0
    assert part.likeness(snapshot)["likeness"] < 0.8
    dark = same.likeness(drawn.jpeg(np.full((480, 640, 3), 9, np.uint8)))
    assert dark["likeness"] is None
    for refused in (
        b"no picture",
        drawn.jpeg_claiming(65000, 65000),
        snapshot[: len(snapshot) // 2],
    ):
        assert same.likeness(refused)["none"] == "undecodable"


@pytest.mark.real
@pytest.mark.parametrize("path", ["/ts", "/silent"])
def test_it_ends_with_the_pipe_whatever_it_waits_for(camera: OnAir, read, path: str) -> None:
    reader = read(camera.url(path))
    reader.ask(wait_s=0.5)
    reader.tell({"id": 1, "after": 10**9, "wait_s": 10, "thrifty": False})
    began = time.monotonic()
    assert reader.close() == 0
    assert time.monotonic() - began < 5


@pytest.mark.real
def test_it_ends_when_nobody_asks(camera: OnAir, read) -> None:
    reader = read(camera.url("/ts"), idle_s=0.3)
    assert reader.process.wait(PATIENCE_S) == 0


@pytest.mark.real
@pytest.mark.parametrize("sent", [b"no message of ours at all", wire.pack({"url": 1})], ids=str)
def test_what_it_does_not_understand_ends_it(read, sent: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-P", str(START)], input=sent, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


@pytest.mark.real
def test_the_address_is_nowhere_to_be_seen(camera: OnAir, read) -> None:
    reader = read(camera.url("/ts"))
    reader.picture()
    camera.off = True
    while "none" not in reader.ask(wait_s=1).header:
        pass
    process = Path("/proc") / str(reader.process.pid)
    if process.is_dir():
        for name in ("cmdline", "environ"):
            assert PASSWORD.encode() not in (process / name).read_bytes()
    assert reader.process.poll() is None
    reader.process.stdin.close()
    reader.process.wait(10)
    assert reader.process.stderr.read() == b""
    assert PASSWORD.encode() not in reader.process.stdout.read()


@pytest.mark.real
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
def test_it_gives_way_to_the_hub_and_is_bounded(camera: OnAir, read) -> None:
    reader = read(camera.url("/ts"))
    reader.picture()
    pid = reader.process.pid
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(mine + 5, 19)
    assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
    assert resource.prlimit(pid, resource.RLIMIT_DATA) == (MEMORY, MEMORY)


@pytest.mark.real
def test_nothing_above_the_room_is_loaded() -> None:
    probe = f"""
        import json, os, runpy, sys
        told = os.fdopen(os.dup(2), "w")
        def leave(code): raise SystemExit(code)
        os._exit = leave
        try:
            runpy.run_path({str(START)!r}, run_name="__main__")
        except SystemExit:
            pass
        loaded = [name for name in sys.modules if name.startswith(("homeassistant", "custom_components", "cv2"))]
        above = [path for path in sys.path if path.rstrip("/").endswith(("verified_response", "vision", "streams"))]
        print(json.dumps([loaded, above]), file=told)
    """
    done = subprocess.run(
        [sys.executable, "-P", "-c", textwrap.dedent(probe)],
        input=b"",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert json.loads(done.stderr.splitlines()[-1]) == [[], []]


def resident_mb(pid: int) -> float:
    from custom_components.verified_response.vision.limits import resident_mb

    return resident_mb(pid) or 0.0
