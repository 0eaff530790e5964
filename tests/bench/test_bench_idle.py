"""What the product costs a hub on which nothing happens: two real Home Assistants, with and without it."""

import asyncio
from pathlib import Path

import psutil
import pytest

from sandbox.demo.desk_process import DeskProcess
from sandbox.demo.house_setup import set_up
from sandbox.demo.timeline import Timeline
from sandbox.real_home import RealHome

pytestmark = [pytest.mark.bench, pytest.mark.real]

IDLE_S = 120.0  # one tick of the accounting is 10 ms, 0.01 % of this
CPU_BUDGET_PERCENT, MEMORY_BUDGET_MB = 0.5, 25


def cost(pid: int) -> tuple[float, float]:
    """CPU seconds and resident megabytes of a process with its children."""
    parent = psutil.Process(pid)
    family = [parent, *parent.children(recursive=True)]
    times = [item.cpu_times() for item in family]
    return sum(each.user + each.system for each in times), parent.memory_info().rss / 2**20


async def test_an_idle_hub(tmp_path: Path) -> None:
    desk, line = DeskProcess(tmp_path), Timeline()
    bare, full = RealHome(tmp_path / "bare"), RealHome(tmp_path / "full")
    await desk.start()
    try:
        await bare.start()
        await full.start()
        await set_up(full.home, desk, line)
        await asyncio.sleep(90)  # the detector's self-test and its worker's idle time are over
        assert not psutil.Process(full.pid).children(), "a worker runs though nothing is armed"
        before = {"bare": cost(bare.pid)[0], "full": cost(full.pid)[0]}
        await asyncio.sleep(IDLE_S)
        percent = {
            name: 100 * (cost(home.pid)[0] - before[name]) / IDLE_S
            for name, home in (("bare", bare), ("full", full))
        }
        added = percent["full"] - percent["bare"]
        memory = cost(full.pid)[1] - cost(bare.pid)[1]
    finally:
        await full.stop()
        await bare.stop()
        await desk.stop()
    print(
        f"\nidle CPU of one core: {percent['bare']:.2f} % without, {percent['full']:.2f} % with, "
        f"{added:+.2f} points (budget {CPU_BUDGET_PERCENT}); memory {memory:+.1f} MB "
        f"(budget {MEMORY_BUDGET_MB})"
    )
