"""Turns of the detector: never too many, urgent ones first, nobody left out."""

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.engine.looking.turns import PATIENCE, Turns


class Row:
    """Looks that wait and end when the test says so."""

    def __init__(self, at_once: int = 1) -> None:
        self.at_once = at_once
        self.turns = Turns(lambda: self.at_once)
        self.running: dict[str, asyncio.Event] = {}
        self.order: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def ask(self, name: str, *, urgent: bool = True, rank: int = 0) -> None:
        self.tasks[name] = asyncio.create_task(self._look(name, urgent=urgent, rank=rank))

    async def _look(self, name: str, *, urgent: bool, rank: int) -> None:
        async with self.turns.turn(name.split(":", maxsplit=1)[0], urgent=urgent, rank=rank):
            self.order.append(name)
            self.running[name] = asyncio.Event()
            await self.running[name].wait()
            del self.running[name]

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def end(self, name: str) -> None:
        self.running[name].set()
        await self.settle()

    async def end_all(self) -> None:
        while self.running:
            await self.end(next(iter(self.running)))


async def test_one_after_the_other_by_rank_at_first():
    row = Row()
    for name, rank in (("a", 2), ("b", 1), ("c", 0)):
        row.ask(name, rank=rank)
    await row.settle()
    await row.end_all()
    assert row.order == ["a", "c", "b"]  # the first found nobody else waiting
    assert row.turns.under_way == 0


async def test_urgent_first_and_the_longest_waiting_camera_next():
    row = Row()
    row.ask("busy")
    await row.settle()
    row.ask("patrol", urgent=False)
    row.ask("busy:2")
    row.ask("other")
    await row.settle()
    await row.end_all()
    assert row.order == ["busy", "other", "busy:2", "patrol"]


async def test_early_warning_gets_its_turn_in_the_longest_burst():
    row = Row()
    row.ask("hall:0")
    await row.settle()
    row.ask("garden", urgent=False)
    for number in range(1, 2 * PATIENCE):
        row.ask(f"hall:{number}")
        await row.end(row.order[-1])
    assert "garden" in row.order[: PATIENCE + 1]
    await row.end_all()


async def test_a_detector_that_takes_more_at_once_gets_more():
    row = Row(at_once=3)
    for name in "abcde":
        row.ask(name)
    await row.settle()
    assert sorted(row.running) == ["a", "b", "c"]
    row.at_once = 1
    await row.end("a")
    assert sorted(row.running) == ["b", "c"]
    await row.end_all()
    assert row.order == list("abcde")


@pytest.mark.parametrize("at_once", [0, -1])
async def test_there_is_always_one_turn(at_once: int):
    row = Row(at_once=at_once)
    row.ask("a")
    await row.settle()
    assert row.order == ["a"]
    await row.end_all()


async def test_who_leaves_takes_no_turn_along():
    row = Row()
    for name in "abc":
        row.ask(name)
    await row.settle()
    row.tasks["b"].cancel()  # while waiting
    await row.settle()
    row.tasks["a"].cancel()  # in its turn
    await row.settle()
    assert row.order == ["a", "c"]
    row.ask("d")
    row.running["c"].set()
    row.tasks["d"].cancel()  # before, or in the moment, it is granted
    await row.settle()
    assert row.turns.under_way == 0


async def test_a_turn_granted_in_the_moment_of_leaving_is_passed_on():
    row = Row()
    row.ask("a")
    await row.settle()
    row.ask("b")
    row.ask("c")
    await row.settle()
    row.running["a"].set()
    await asyncio.sleep(0)  # the turn of "a" has ended, and "b" does not know yet that it is next
    assert row.order == ["a"]
    row.tasks["b"].cancel()
    await row.settle()
    assert row.order[-1] == "c"
    await row.end_all()
    assert row.turns.under_way == 0


async def test_who_left_unnoticed_is_not_granted():
    """The end of a turn and a cancellation in one moment: the grant goes to the next."""
    row = Row()
    for name in "abc":
        row.ask(name)
    await row.settle()
    row.running["a"].set()
    row.tasks["b"].cancel()
    await row.settle()
    assert row.order == ["a", "c"]
    await row.end_all()
    assert row.turns.under_way == 0


async def test_a_camera_that_was_forgotten_begins_anew():
    row = Row()
    row.ask("a")
    await row.settle()
    await row.end_all()
    row.turns.forget("a")
    assert row.turns._last == {}


@dataclass
class Step:
    kind: str
    camera: int
    urgent: bool


steps = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(["ask", "ask", "end", "leave"]),
        camera=st.integers(0, 5),
        urgent=st.booleans(),
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(steps=steps, at_once=st.integers(1, 3))
def test_whatever_happens_nobody_starves_and_never_too_many(steps: list[Step], at_once: int):
    asyncio.run(_play(steps, at_once))


async def _play(steps: list[Step], at_once: int) -> None:
    row = Row(at_once)
    asked: dict[str, bool] = {}
    passed_over: Counter[str] = Counter()
    for number, step in enumerate(steps):
        before = len(row.order)
        waiting = {
            name: urgent
            for name, urgent in asked.items()
            if name not in row.order and not row.tasks[name].done()
        }
        if step.kind == "ask":
            name = f"{step.camera}:{number}"
            asked[name] = step.urgent
            row.ask(name, urgent=step.urgent)
        elif step.kind == "end" and row.running:
            row.running[sorted(row.running)[step.camera % len(row.running)]].set()
        elif step.kind == "leave" and waiting:
            leaves = sorted(waiting)[step.camera % len(waiting)]
            row.tasks[leaves].cancel()
            del waiting[leaves]
        await row.settle()
        assert len(row.running) <= at_once
        assert row.turns.under_way == len(row.running)
        for name in row.order[before:]:
            if not asked[name] and any(waiting[other] for other in waiting if other != name):
                assert _urgent_before(row.order, asked, name) >= PATIENCE
            for other, urgent in waiting.items():
                if other != name and other not in row.order and (asked[name] or not urgent):
                    passed_over[other] += 1
    await row.settle()
    while row.running:
        await row.end(next(iter(row.running)))
    for name, task in row.tasks.items():
        assert task.cancelled() or name in row.order
    # All others of six cameras come at most PATIENCE + 1 times as often before it.
    assert max(passed_over.values(), default=0) <= len(asked)
    assert row.turns.under_way == 0


def _urgent_before(order: list[str], asked: dict[str, bool], name: str) -> int:
    """Count the urgent turns in a row before this one."""
    count = 0
    for other in reversed(order[: order.index(name)]):
        if not asked[other]:
            break
        count += 1
    return count


@settings(max_examples=60, deadline=None)
@given(
    cameras=st.integers(2, 16),
    at_once=st.integers(1, 4),
    rounds=st.integers(3, 12),
)
def test_cameras_that_always_want_get_the_same_share(cameras, at_once, rounds):
    async def play() -> None:
        row = Row(at_once)
        for camera in range(cameras):
            row.ask(f"{camera}:0")
        await row.settle()
        for number in range(1, cameras * rounds):
            ends = next(iter(row.running))  # the one that runs longest
            row.ask(f"{ends.split(':')[0]}:{number}")
            await row.end(ends)
        shares = Counter(name.split(":")[0] for name in row.order)
        most, least = max(shares.values()), min(shares[str(c)] for c in range(cameras))
        assert most - least <= 1
        await row.end_all()

    asyncio.run(play())
