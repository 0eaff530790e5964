"""The detector port: the worker and the fake keep the same promises; the worker also survives its own end."""

import asyncio
import contextlib
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from custom_components.verified_response.adapters import person_detector as adapter
from custom_components.verified_response.adapters.person_detector import WorkerPersonDetector
from custom_components.verified_response.core.detection import DetectorInfo, Trust
from custom_components.verified_response.core.errors import CouldNotLook, FrameRefused
from custom_components.verified_response.engine.ports import PersonDetector
from custom_components.verified_response.vision import client, wire
from custom_components.verified_response.vision.card import load_cards
from custom_components.verified_response.vision.frame import MAX_BYTES
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan
from tests import drawn
from tests.fakes.person_detector import FakePersonDetector, detection

CARD = load_cards()["nanodet-plus-m-416"].path

pytestmark = pytest.mark.real

BASIC = EnginePlan(engine=EngineKind.BASIC, reason="model_missing")
ONNX = EnginePlan(engine=EngineKind.ONNX, files=(Path("absent.onnx"),), card=CARD)
LONG_S = 30.0  # a loaded machine starts Python slowly; nothing here is a measurement

type Make = Callable[..., WorkerPersonDetector]


def resolving(plan: EnginePlan) -> Callable[[], Awaitable[EnginePlan]]:
    async def resolve() -> EnginePlan:
        return plan

    return resolve


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    """Make detectors; afterwards no process and no task of theirs is left."""
    before = asyncio.all_tasks()
    made: list[WorkerPersonDetector] = []

    def create(plan: EnginePlan = BASIC, *, idle_s: float = 60.0, **more) -> WorkerPersonDetector:
        made.append(WorkerPersonDetector(resolving(plan), threads=1, idle_s=idle_s, **more))
        return made[-1]

    yield create
    pids = [each.worker_pid for each in made if each.worker_pid]
    for each in made:
        await each.close()
    assert not [pid for pid in pids if exists(pid)], "a worker is left"
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}, "a task is left"


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_S):
        while not condition():  # noqa: ASYNC110 - processes end without telling an event
            await asyncio.sleep(0.01)


async def refusal(looking: Awaitable[object]) -> str:
    with pytest.raises((CouldNotLook, FrameRefused)) as raised:
        await looking
    return raised.value.code


class TestPort:
    """What every PersonDetector promises."""

    @pytest.fixture(params=["worker", "fake"])
    def detector(self, request: pytest.FixtureRequest, make: Make) -> PersonDetector:
        if request.param == "worker":
            return make()
        return FakePersonDetector(otherwise=detection(0.8, trust=Trust.LOW))

    async def test_a_person_is_seen(self, detector: PersonDetector) -> None:
        assert detector.info is None
        found = await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)
        (person,) = found.people
        assert person.score >= 0.45
        assert 0 <= person.box.x < person.box.x + person.box.width <= 1
        assert 0 <= person.box.y < person.box.y + person.box.height <= 1
        assert (found.width, found.height) == (640, 480)
        assert found.took_ms > 0
        assert detector.info == DetectorInfo(
            engine=found.engine, model=found.model, trust=found.trust, reason="model_missing"
        )

    @pytest.mark.parametrize("picture", [b"", b"no picture at all"], ids=["nothing", "text"])
    async def test_what_is_no_picture_is_refused_alone(
        self, detector: PersonDetector, picture: bytes
    ) -> None:
        assert await refusal(detector.look(picture, timeout_s=LONG_S)) == "frame_not_a_picture"
        assert (await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)).people

    async def test_looks_at_once_are_all_answered(self, detector: PersonDetector) -> None:
        looks = [detector.look(drawn.person_on_porch(), timeout_s=LONG_S) for _ in range(6)]
        assert all(found.people for found in await asyncio.gather(*looks))

    async def test_no_time_is_not_nobody(self, detector: PersonDetector) -> None:
        assert (await refusal(detector.look(drawn.empty_porch(), timeout_s=0))).startswith(
            "detector_"
        )

    async def test_closed_is_closed(self, detector: PersonDetector) -> None:
        await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)
        await detector.close()
        await detector.close()
        assert (
            await refusal(detector.look(drawn.person_on_porch(), timeout_s=LONG_S))
            == "detector_unavailable"
        )


BAD = {
    "truncated": (drawn.person_on_porch()[:-900], "frame_truncated"),
    "bomb": (drawn.png_claiming(60_000, 60_000), "frame_too_large"),
    "damaged": (drawn.png_claiming(640, 480), "frame_damaged"),
    "oversize": (bytes(MAX_BYTES + 1), "frame_too_large"),
}


async def test_hostile_pictures_cost_only_themselves(make: Make) -> None:
    detector = make()
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    pid = detector.worker_pid
    for name, (picture, code) in BAD.items():
        assert await refusal(detector.look(picture, timeout_s=LONG_S)) == code, name
    assert (await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)).people
    assert detector.worker_pid == pid


async def test_kill_in_the_middle_of_a_look(make: Make) -> None:
    detector = make()
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    pid = detector.worker_pid
    os.kill(pid, signal.SIGSTOP)
    looking = asyncio.create_task(detector.look(drawn.person_on_porch(), timeout_s=LONG_S))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    assert await refusal(looking) == "detector_crashed"
    assert (await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)).people
    assert detector.worker_pid != pid
    assert not exists(pid)


async def test_death_between_looks_is_not_noticed_by_the_next_one(make: Make) -> None:
    detector = make()
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    pid = detector.worker_pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not exists(pid))
    assert (await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)).people


async def test_a_hang_is_ended_and_looking_goes_on(make: Make) -> None:
    detector = make()
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    pid = detector.worker_pid
    os.kill(pid, signal.SIGSTOP)
    assert (
        await refusal(detector.look(drawn.person_on_porch(), timeout_s=1.0)) == "detector_timeout"
    )
    await until(lambda: not exists(pid))
    assert (await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)).people


async def test_an_impatient_look_does_not_end_a_worker_that_is_only_slow(make: Make) -> None:
    detector = make()
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    pid = detector.worker_pid
    os.kill(pid, signal.SIGSTOP)
    assert await refusal(detector.look(drawn.empty_porch(), timeout_s=0.05)) == "detector_timeout"
    os.kill(pid, signal.SIGCONT)
    assert (await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)).people
    assert detector.worker_pid == pid


async def test_a_cancelled_look_does_not_leave_its_answer_to_the_next(make: Make) -> None:
    detector = make()
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    pid = detector.worker_pid
    os.kill(pid, signal.SIGSTOP)
    looking = asyncio.create_task(detector.look(drawn.person_on_porch(), timeout_s=LONG_S))
    await asyncio.sleep(0.05)
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    os.kill(pid, signal.SIGCONT)
    assert not (await detector.look(drawn.empty_porch(), timeout_s=LONG_S)).people
    assert detector.worker_pid == pid


async def test_who_waits_behind_a_slow_look_is_told_in_time(make: Make) -> None:
    detector = make()
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    os.kill(detector.worker_pid, signal.SIGSTOP)
    slow = asyncio.create_task(detector.look(drawn.empty_porch(), timeout_s=1.5))
    await asyncio.sleep(0)
    assert await refusal(detector.look(drawn.empty_porch(), timeout_s=0.1)) == "detector_timeout"
    assert await refusal(slow) == "detector_timeout"


async def test_while_it_starts_nobody_waits_longer_than_asked(make: Make) -> None:
    detector = make()
    looks = [detector.look(drawn.empty_porch(), timeout_s=0.01) for _ in range(2)]
    assert [await refusal(look) for look in looks] == ["detector_starting"] * 2
    assert not (await detector.look(drawn.empty_porch(), timeout_s=LONG_S)).people


async def test_it_ends_when_nobody_looks(make: Make) -> None:
    detector = make(idle_s=0.2)
    await detector.look(drawn.empty_porch(), timeout_s=LONG_S)
    pid = detector.worker_pid
    await until(lambda: not exists(pid))
    assert detector.worker_pid is None
    assert detector.info is not None
    assert not (await detector.look(drawn.empty_porch(), timeout_s=LONG_S)).people


async def test_while_it_shall_stay_awake_the_worker_stays(make: Make) -> None:
    detector = make(idle_s=0.05)
    await detector.stay(awake=True)
    pid = detector.worker_pid
    assert pid is not None
    await asyncio.sleep(0.5)
    assert detector.worker_pid == pid
    assert exists(pid)
    await detector.stay(awake=False)
    await until(lambda: not exists(pid))
    assert detector.worker_pid is None


async def test_close_while_looking_and_while_starting(make: Make) -> None:
    ready, starting = make(), make()
    await ready.look(drawn.empty_porch(), timeout_s=LONG_S)
    os.kill(ready.worker_pid, signal.SIGSTOP)
    looks = [
        asyncio.create_task(each.look(drawn.empty_porch(), timeout_s=LONG_S))
        for each in (ready, starting)
    ]
    await asyncio.sleep(0.1)
    await asyncio.gather(ready.close(), starting.close())
    assert [await refusal(look) for look in looks] == ["detector_unavailable"] * 2


@pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="reads /proc, which only Linux has"
)
async def test_the_worker_is_modest_and_knows_no_secrets(make: Make, monkeypatch) -> None:
    monkeypatch.setenv("SUPERVISOR_TOKEN", "secret-of-the-hub")
    detector = make()
    await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)
    process = Path(f"/proc/{detector.worker_pid}")
    assert b"secret-of-the-hub" not in (process / "environ").read_bytes()
    assert os.getpriority(os.PRIO_PROCESS, detector.worker_pid) == min(
        os.getpriority(os.PRIO_PROCESS, 0) + 5, 19
    )
    assert "Max core file size        0 " in (process / "limits").read_text()
    assert (
        len(list((process / "task").iterdir())) <= 2
    )  # itself, and at most one that a library keeps


PREAMBLE = f"""
import json, struct, sys, time
def say(header, body=b"", *, magic=b"VR", version={wire.VERSION}, length=None):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    sys.stdout.buffer.write(struct.pack(">2sBxII", magic, version, len(raw) if length is None else length, len(body)) + raw + body)
    sys.stdout.buffer.flush()
def asked():
    _, _, header, body = struct.unpack(">2sBxII", sys.stdin.buffer.read(12))
    number = json.loads(sys.stdin.buffer.read(header))["id"]
    sys.stdin.buffer.read(body)
    return number
def hello():
    say(dict(engine="basic", model="fake", trust="low", reason=None))
GOOD = dict(people=[[0.9, 0.1, 0.1, 0.2, 0.2]], width=640, height=480)
"""


def lying(script: str) -> client.Command:
    """A worker of our own making in the place of the real one."""
    code = PREAMBLE + textwrap.dedent(script)
    return lambda _plan, _threads: [sys.executable, "-I", "-c", code]


async def test_the_lying_worker_can_tell_the_truth(make: Make) -> None:
    detector = make(command=lying("hello(); say(GOOD | dict(id=asked())); asked()"))
    assert (await detector.look(drawn.empty_porch(), timeout_s=LONG_S)).best_score == 0.9


LIES = {
    "another id": "say(GOOD | dict(id=asked() + 1))",
    "no people": "say(dict(id=asked()))",
    "a score above one": "say(GOOD | dict(id=asked(), people=[[1.5, 0, 0, 1, 1]]))",
    "not a number": "say(GOOD | dict(id=asked(), people=[[float('nan'), 0, 0, 1, 1]]))",
    "unknown refusal": "say(dict(id=asked(), refused='<script>'))",
    "refusal that is no text": "say(dict(id=asked(), refused=[]))",
    "a failed look": "say(dict(id=asked(), failed='RuntimeError'))",
    "another version": "say(GOOD | dict(id=asked()), version=9)",
    "another protocol": "asked(); print('people: none', flush=True); time.sleep(60)",
    "no JSON": "asked(); say(b'people')",
    "a list": "asked(); say(b'[]')",
    "an oversize message": "asked(); say({}, length=2**31)",
    "a body": "say(GOOD | dict(id=asked()), b'x')",
    "half an answer": "asked(); say(b'{', length=100)",
    "an end": "asked()",
    "an answer before the question": "say(GOOD | dict(id=1)); asked(); time.sleep(60)",
}


@pytest.mark.parametrize("script", LIES.values(), ids=LIES.keys())
async def test_a_wrong_answer_ends_the_worker(make: Make, script: str) -> None:
    detector = make(command=lying(f"hello(); {script}"))
    assert await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S)) == "detector_crashed"


@pytest.mark.parametrize(
    "script",
    [
        "",
        "print('hello, nice to meet you', flush=True); time.sleep(60)",
        "say({})",
        "say(dict(engine=1, model='x', trust='low'))",
        "say(dict(engine='basic', model='x', trust='blind', reason=None)); time.sleep(60)",
    ],
    ids=["ends at once", "no protocol", "empty hello", "malformed hello", "unknown trust"],
)
async def test_a_wrong_hello_is_no_worker(make: Make, script: str) -> None:
    detector = make(command=lying(script))
    assert await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S)) == "detector_crashed"
    assert detector.worker_pid is None


async def test_no_hello_is_a_crash(make: Make, monkeypatch) -> None:
    monkeypatch.setattr(adapter, "START_S", 0.5)
    detector = make(command=lying("time.sleep(60)"))
    assert await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S)) == "detector_crashed"


async def test_a_python_that_cannot_be_started_is_a_crash(make: Make) -> None:
    detector = make(command=lambda _plan, _threads: ["/does/not/exist"])
    assert await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S)) == "detector_crashed"


async def test_when_no_engine_works_that_is_said(make: Make) -> None:
    detector = make(command=lying("say(dict(unfit='self_test_failed'))"))
    assert (
        await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S))
        == "detector_unavailable"
    )
    assert detector.info == DetectorInfo(
        engine="none", model="none", trust=Trust.LOW, reason="self_test_failed"
    )


async def test_a_plan_without_engine_starts_nothing(make: Make) -> None:
    plan = EnginePlan(engine=None, reason="packages_missing")
    detector = make(plan, command=lambda *_: pytest.fail("started"))
    assert (
        await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S))
        == "detector_unavailable"
    )
    assert detector.info is not None
    assert detector.info.reason == "packages_missing"


async def test_a_noisy_worker_is_not_stopped_by_its_own_log(make: Make) -> None:
    script = "hello(); sys.stderr.write('x' * 5_000_000); sys.stderr.flush(); say(GOOD | dict(id=asked())); asked()"
    found = await make(command=lying(script)).look(drawn.empty_porch(), timeout_s=LONG_S)
    assert found.people


async def test_a_restart_storm_ends_in_a_rest(make: Make, monkeypatch) -> None:
    started: list[int] = []

    def count(plan: EnginePlan, threads: int):
        started.append(1)
        return lying("")(plan, threads)

    detector = make(command=count)
    codes = [await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S)) for _ in range(8)]
    assert codes == ["detector_crashed"] * 5 + ["detector_unavailable"] * 3
    assert len(started) == 5
    monkeypatch.setattr(detector, "_rests_until", 0.0)  # the rest is over
    monkeypatch.setattr(detector, "_command", client.worker_command)
    assert (await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)).people


async def test_native_code_that_dies_at_start_gives_way_to_the_basic_engine(make: Make) -> None:
    def dies(plan: EnginePlan, threads: int):
        real = plan.engine is EngineKind.BASIC
        return client.worker_command(plan, threads) if real else lying("")(plan, threads)

    detector = make(ONNX, command=dies)
    codes = [await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S)) for _ in range(2)]
    assert codes == ["detector_crashed"] * 2
    found = await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)
    assert found.people
    assert found.trust is Trust.LOW
    assert detector.info is not None
    assert detector.info.reason == "self_test_failed"


async def test_prepare_says_early_what_will_look_and_retries_what_was_missing(
    make: Make, monkeypatch
) -> None:
    detector = make()
    info = await detector.prepare()
    assert info == DetectorInfo(
        engine="basic", model="opencv-hog", trust=Trust.LOW, reason="model_missing"
    )
    pid = detector.worker_pid
    assert await detector.prepare() == info
    assert detector.worker_pid == pid, "nothing has changed, so nothing is restarted"
    better = EnginePlan(engine=EngineKind.BASIC)
    monkeypatch.setattr(detector, "_resolve", resolving(better))
    info = await detector.prepare()
    assert info is not None
    assert info.reason is None
    assert detector.worker_pid != pid


async def test_a_plan_that_cannot_be_made_is_not_the_end(make: Make, monkeypatch, caplog) -> None:
    async def fails() -> EnginePlan:
        raise OSError("disk")

    detector = make()
    monkeypatch.setattr(detector, "_resolve", fails)
    assert (
        await refusal(detector.look(drawn.empty_porch(), timeout_s=LONG_S))
        == "detector_unavailable"
    )
    assert "could not be planned" in caplog.text
    monkeypatch.setattr(detector, "_resolve", resolving(BASIC))
    monkeypatch.setattr(detector, "_rests_until", 0.0)
    assert not (await detector.look(drawn.empty_porch(), timeout_s=LONG_S)).people


@pytest.mark.shared
async def test_the_network_sees_through_the_worker(make: Make, shared: Path) -> None:
    plan = EnginePlan(
        engine=EngineKind.ONNX,
        files=(shared / "models" / "nanodet_plus_m_416.onnx",),
        card=CARD,
    )
    detector = make(plan)
    found = await detector.look(drawn.person_on_porch(), timeout_s=LONG_S)
    assert found.best_score >= 0.5
    assert found.trust is Trust.FULL
    assert not (await detector.look(drawn.empty_porch(), timeout_s=LONG_S)).people
    assert detector.info == DetectorInfo(
        engine="onnx", model="nanodet-plus-m-416", trust=Trust.FULL, reason=None
    )
