"""Budgets of seeing: the way through the worker against the bare network, and what it costs the hub."""

import asyncio
import contextlib
import os
import signal
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import cv2
import pytest

from custom_components.verified_response.adapters.person_detector import WorkerPersonDetector
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.vision import self_test
from custom_components.verified_response.vision.card import load_cards
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan
from tests import drawn

CARD = load_cards()["nanodet-plus-m-416"].path

pytestmark = [pytest.mark.bench, pytest.mark.shared, pytest.mark.real]

ROUNDS, WARM_UP = 100, 10
RATIO_BUDGET = 1.3
HOLD_BUDGET_MS = 20.0
MEMORY_BUDGET_MB = 160
START_BUDGET_S = 1.5
RESTART_BUDGET_S = 2.0
FAIR_BUDGET = 0.8
GLANCE_BUDGET_MS = 10.0  # of one core: 1 % of it at a frame a second


@pytest.fixture
def model(shared: Path) -> Path:
    return shared / "models" / "nanodet_plus_m_416.onnx"


@pytest.fixture
async def make(model: Path) -> AsyncIterator[Callable[[int], WorkerPersonDetector]]:
    made: list[WorkerPersonDetector] = []

    async def resolve() -> EnginePlan:
        return EnginePlan(engine=EngineKind.ONNX, files=(model,), card=CARD)

    def create(threads: int) -> WorkerPersonDetector:
        made.append(WorkerPersonDetector(resolve, threads=threads, idle_s=60))
        return made[-1]

    yield create
    for each in made:
        await each.close()


def picture(width: int, height: int) -> bytes:
    return drawn.jpeg(cv2.resize(self_test.porch_with_person(), (width, height)), 85)


BARE = """
import os, sys, time
import numpy as np
import onnxruntime as ort
os.nice(5)
options = ort.SessionOptions()
options.intra_op_num_threads = int(sys.argv[2])
options.inter_op_num_threads = 1
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
blob = np.random.default_rng(1).normal(size=(1, 3, 416, 416)).astype(np.float32)
for _ in sys.stdin:
    began = time.perf_counter()
    session.run(None, {"data": blob})
    print((time.perf_counter() - began) * 1000, flush=True)
"""


class BareNetwork:
    """The network and nothing else: no decoding, no pipe in its time; same threads, same nice level."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, model: Path, threads: int) -> AsyncIterator[BareNetwork]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BARE, os.fspath(model), str(threads), stdin=PIPE, stdout=PIPE
        )
        yield cls(process)
        process.stdin.close()
        await process.wait()

    async def run_ms(self) -> float:
        self.process.stdin.write(b"\n")
        return float(await self.process.stdout.readline())


def peak_mb(pid: int | None) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def quarter(values: list[float]) -> float:
    return statistics.quantiles(values, n=4)[0]


def told(name: str, values: list[float]) -> str:
    ordered = sorted(values)
    return f"{name} p25 {quarter(values):.1f} ms, p50 {statistics.median(ordered):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f} ms"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "size", [(640, 480), (1280, 720), (1920, 1080)], ids=lambda s: f"{s[0]}x{s[1]}"
)
async def test_way_through_the_worker_against_the_bare_network(
    make, model: Path, threads: int, size: tuple[int, int]
) -> None:
    detector, jpeg = make(threads), picture(*size)
    ours, alone = [], []
    async with BareNetwork.running(model, threads) as network:
        for turn in range(WARM_UP + ROUNDS):
            began = time.perf_counter()
            await detector.look(jpeg, timeout_s=30)
            looked = (time.perf_counter() - began) * 1000
            bare = await network.run_ms()
            if turn >= WARM_UP:
                ours.append(looked)
                alone.append(bare)
    # The quieter quarter: what else runs on this machine is not ours.
    ratio = quarter(ours) / quarter(alone)
    print(
        f"\nBENCH worker/bare {size[0]}x{size[1]} threads={threads}: ratio {ratio:.2f} (budget {RATIO_BUDGET}); {told('worker', ours)}; {told('bare', alone)}"
    )
    assert ratio <= RATIO_BUDGET


def median_frame_ms(detector: WorkerPersonDetector) -> float:
    return detector.info.frame_ms if detector.info and detector.info.frame_ms else 0.0


@pytest.mark.parametrize("cameras", [4, 16])
async def test_cameras_at_once_share_the_worker_and_the_hub_goes_on(make, cameras: int) -> None:
    """Each camera asks again as soon as it was answered, one of them twice as often as it is answered."""
    detector, jpeg = make(2), picture(1280, 720)
    counts = dict.fromkeys(range(cameras), 0)
    await detector.look(jpeg, timeout_s=30)
    # Reached by the median camera; the greedy one would be far ahead if it could.
    wanted = max(4, 160 // cameras)

    async def camera(number: int) -> None:
        while sum(counts.values()) < wanted * cameras:
            try:
                await detector.look(jpeg, timeout_s=60, camera=f"camera {number}", urgent=False)
                counts[number] += 1
            except (
                CouldNotLook
            ):  # its newer frame took the place; the next one comes a moment later
                await asyncio.sleep(0.01)

    async with beating() as holds:
        began = time.perf_counter()
        await asyncio.gather(*(camera(number) for number in counts), camera(0))
        took = time.perf_counter() - began
    rate, memory = sum(counts.values()) / took, peak_mb(detector.worker_pid)
    share = min(counts.values()) / max(counts.values())
    print(
        f"\nBENCH {cameras} cameras: {rate:.0f} frames/s, least/most frames of a camera {min(counts.values())}/{max(counts.values())} "
        f"(budget {FAIR_BUDGET}); longest hold {max(holds):.1f} ms (budget {HOLD_BUDGET_MS}); worker peak {memory:.0f} MB "
        f"(budget {MEMORY_BUDGET_MB}); {median_frame_ms(detector):.1f} ms a frame"
    )
    assert share >= FAIR_BUDGET
    assert max(holds) <= HOLD_BUDGET_MS
    assert memory <= MEMORY_BUDGET_MB


async def test_start_to_the_first_answer_and_after_a_kill(make) -> None:
    detector, jpeg = make(2), picture(1280, 720)
    began = time.perf_counter()
    await detector.look(jpeg, timeout_s=30)
    first = time.perf_counter() - began
    again = []
    for _ in range(3):
        began = time.perf_counter()
        os.kill(detector.worker_pid, signal.SIGKILL)
        while True:
            try:
                await detector.look(jpeg, timeout_s=30)
                break
            except CouldNotLook:
                continue
        again.append(time.perf_counter() - began)
    print(
        f"\nBENCH start to first answer {first:.2f} s (budget {START_BUDGET_S}); kill to next answer "
        f"{max(again):.2f} s at worst of {len(again)} (budget {RESTART_BUDGET_S})"
    )
    assert first <= START_BUDGET_S
    assert max(again) <= RESTART_BUDGET_S


async def test_a_glance_costs_little(make) -> None:
    detector, jpeg = make(1), picture(1920, 1080)
    times = []
    for _ in range(WARM_UP + ROUNDS):
        began = time.perf_counter()
        await detector.glance(jpeg, timeout_s=30)
        times.append((time.perf_counter() - began) * 1000)
    print(f"\nBENCH {told('glance 1920x1080', times[WARM_UP:])} (budget {GLANCE_BUDGET_MS} ms)")
    assert quarter(times[WARM_UP:]) <= GLANCE_BUDGET_MS


@contextlib.asynccontextmanager
async def beating() -> AsyncIterator[list[float]]:
    """Measure how long the event loop is held, while something else happens."""
    holds: list[float] = []

    async def heartbeat() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            holds.append((time.perf_counter() - began) * 1000 - 1)

    task = asyncio.create_task(heartbeat())
    yield holds
    task.cancel()
