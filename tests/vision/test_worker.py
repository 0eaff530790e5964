"""The worker process as it is started: by file path, alone, modest, and gone with its pipe."""

import io
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from custom_components.verified_response.vision import client, wire, worker
from custom_components.verified_response.vision.card import load_cards
from custom_components.verified_response.vision.decode import Person
from custom_components.verified_response.vision.inbox import MAX_WAITING, Inbox, Job
from custom_components.verified_response.vision.limits import Limits
from custom_components.verified_response.vision.plan import (
    MODEL_MISSING,
    MODEL_REFUSED,
    PACKAGES_MISSING,
    SELF_TEST_FAILED,
    SERVER_UNREACHABLE,
    EngineKind,
    EnginePlan,
)
from custom_components.verified_response.vision.second_look import SecondLook
from custom_components.verified_response.vision.wire import Kind
from tests import drawn

CARD = load_cards()["nanodet-plus-m-416"].path

VISION = Path(worker.__file__).parent
START = VISION / "__main__.py"
BASIC = EnginePlan(engine=EngineKind.BASIC, reason=MODEL_MISSING)


def run(command: list[str], sent: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, input=sent, capture_output=True, timeout=60, check=False)


def read_all(data: bytes) -> list[wire.Message]:
    pipe, found = io.BytesIO(data), []
    while (message := wire.read(pipe)) is not None:
        found.append(message)
    return found


def messages(data: bytes) -> list[dict]:
    return [message.header for message in read_all(data)]


COMMAND = [sys.executable, "-P", str(START)]


def started(plan: EnginePlan = BASIC, **limits: int) -> bytes:
    return wire.pack_start(plan, Limits(**{"threads": 1} | limits))


def look(
    number: int, picture: bytes, *, within_ms: int = 60_000, masks=(), kind=Kind.LOOK
) -> bytes:
    return wire.pack_request(wire.Request(number, kind, within_ms, masks, picture))


def test_threads_that_wait_sleep() -> None:
    """Measured: on a busy machine of two cores a frame of ncnn takes ten times as long where they spin."""
    told = client.environment(2)
    assert told["OMP_WAIT_POLICY"] == "PASSIVE"
    assert (told["GOMP_SPINCOUNT"], told["KMP_BLOCKTIME"]) == ("0", "0")


def test_the_engine_is_told_to_report_to_nobody() -> None:
    assert client.environment(1)["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.shared
def test_the_engine_leaves_no_telemetry_session_behind(shared: Path, tmp_path: Path) -> None:
    plan = EnginePlan(
        engine=EngineKind.ONNX,
        files=(shared / "models" / "nanodet_plus_m_416.onnx",),
        card=CARD,
    )
    told = run_in(tmp_path, client.environment(1), plan)
    assert told[0]["engine"] == "onnx"
    assert not list(tmp_path.rglob("*.ses")), "onnxruntime opened a telemetry session"


def run_in(folder: Path, environment: dict[str, str], plan: EnginePlan) -> list[dict]:
    """What a worker says whose temporary folder is this one."""
    done = subprocess.run(
        COMMAND,
        input=started(plan),
        capture_output=True,
        timeout=60,
        check=False,
        env=environment | {"TMPDIR": str(folder)},
    )
    return messages(done.stdout)


@pytest.mark.parametrize(
    "fields",
    [
        {"engine": None},
        {"engine": EngineKind.ONNX},
        {"engine": EngineKind.ONNX, "model": Path("x")},
    ],
)
def test_plans_that_nobody_could_follow_do_not_exist(fields) -> None:
    with pytest.raises(ValueError, match="plan"):
        EnginePlan(**fields)


@pytest.mark.real
def test_hello_answers_and_a_clean_end() -> None:
    pictures = [drawn.person_on_porch(), b"no picture", drawn.empty_porch()]
    done = run(
        COMMAND,
        started() + b"".join(look(number, picture) for number, picture in enumerate(pictures, 1)),
    )
    hello, seen, refused, nobody = read_all(done.stdout)
    assert done.returncode == 0
    said = wire.read_hello(hello.header)
    assert (said.engine, said.model, said.trust) == ("basic", "opencv-hog", "low")
    assert (said.reason, said.at_once) == (MODEL_MISSING, 1)
    assert said.frame_ms is not None
    found = wire.read_seen(seen)
    assert len(found.people) == 1
    assert found.ms > 0
    assert refused.header == {"id": 2, "refused": "frame_not_a_picture"}
    assert wire.read_seen(nobody).people == []
    assert wire.read_seen(nobody).size == (640, 480)


@pytest.mark.real
def test_every_request_has_one_answer_also_what_nobody_waits_for() -> None:
    sent = (
        started()
        + look(1, drawn.empty_porch())
        + look(2, drawn.empty_porch(), within_ms=0)
        + look(3, drawn.empty_porch())
        + wire.pack_cancel(3)
        + wire.pack_cancel(99)
        + look(4, drawn.empty_porch(), kind=Kind.GLANCE)
    )
    done = run(COMMAND, sent)
    _, first, expired, cancelled, glance = read_all(done.stdout)
    assert done.returncode == 0
    assert first.header["id"] == 1
    assert expired.header == {"id": 2, "dropped": "expired"}
    assert cancelled.header == {"id": 3, "dropped": "cancelled"}
    assert glance.header["id"] == 4
    assert wire.read_whole(glance).sharpness > 0


@pytest.mark.real
def test_nobody_is_seen_behind_a_mask() -> None:
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    picture = drawn.person_on_porch()
    sent = started() + b"".join(
        look(number, picture, masks=masks, kind=kind)
        for number, (masks, kind) in enumerate(
            [((), Kind.LOOK), ((whole,), Kind.LOOK), ((), Kind.GLANCE), ((whole,), Kind.GLANCE)]
        )
    )
    _, seen, masked, glance, dark = read_all(run(COMMAND, sent).stdout)
    assert len(wire.read_seen(seen).people) == 1
    assert wire.read_seen(masked).people == []
    assert max(wire.read_whole(glance).luma) > 0
    assert max(wire.read_whole(dark).luma) == max(wire.read_seen(masked).whole.luma) == 0


@pytest.mark.real
def test_a_person_comes_with_the_light_in_its_box() -> None:
    _, seen, nobody = read_all(
        run(
            COMMAND, started() + look(1, drawn.person_on_porch()) + look(2, drawn.empty_porch())
        ).stdout
    )
    (patch,) = wire.read_seen(seen).patches
    assert len(set(patch)) > 10
    assert wire.read_seen(nobody).patches == []


@pytest.mark.real
@pytest.mark.parametrize(
    "sent",
    [b"no message of ours", look(1, b"x" * 50)[:-5], wire.pack({"look": "one"}), wire.pack({})],
    ids=["noise", "cut", "malformed", "empty"],
)
def test_a_broken_pipe_protocol_ends_it(sent: bytes) -> None:
    done = run(COMMAND, started() + sent)
    assert done.returncode == 2
    assert len(messages(done.stdout)) == 1


@pytest.mark.real
@pytest.mark.parametrize("sent", [b"noise", wire.pack({}), wire.pack({"plan": "{}", "threads": 1})])
def test_without_a_start_it_ends(sent: bytes) -> None:
    done = run(COMMAND, sent)
    assert done.returncode == 2
    assert done.stdout == b""


@pytest.mark.real
def test_a_password_in_a_server_s_address_is_neither_on_the_command_line_nor_in_the_log() -> None:
    plan = EnginePlan(
        engine=EngineKind.REMOTE,
        url="http://porch:s3cret@127.0.0.1:9",
        model="people",
        card=CARD,
    )
    done = run(COMMAND, started(plan) + look(1, drawn.empty_porch()))
    hello, failed = messages(done.stdout)
    assert (hello["engine"], hello["reason"]) == ("remote", SERVER_UNREACHABLE)
    assert failed == {"id": 1, "failed": SERVER_UNREACHABLE}
    assert b"s3cret" not in done.stderr + done.stdout
    assert not any("s3cret" in word for word in client.worker_command(plan))


@pytest.mark.real
def test_nothing_above_the_room_is_loaded() -> None:
    """Neither Home Assistant nor the integration, and http is the standard library's."""
    probe = f"""
        import json, runpy, sys
        sys.argv = [{str(START)!r}]
        try:
            runpy.run_path({str(START)!r}, run_name="__main__")
        except SystemExit:
            pass
        import http
        loaded = [name for name in sys.modules if name.startswith(("homeassistant", "custom_components"))]
        above = [path for path in sys.path if path.rstrip("/").endswith(("verified_response", "vision"))]
        print(json.dumps([loaded, above, http.__file__]), file=sys.stderr)
    """
    done = run([sys.executable, "-P", "-c", textwrap.dedent(probe)], started())
    loaded, above, http = json.loads(done.stderr.splitlines()[-1])
    assert loaded == []
    assert above == []
    assert Path(http).is_relative_to(Path(os.__file__).parent)


@pytest.mark.real
def test_what_native_code_prints_does_not_reach_the_pipe() -> None:
    probe = f"""
        import os, runpy, sys
        sys.argv = [{str(START)!r}]
        import cv2
        decode = cv2.imdecode
        def talkative(*arguments):
            os.write(1, b"Corrupt JPEG data: VR premature end\\n")
            print("and Python prints too")
            return decode(*arguments)
        cv2.imdecode = talkative
        runpy.run_path({str(START)!r}, run_name="__main__")
    """
    sent = started() + b"".join(look(number, drawn.person_on_porch()) for number in (1, 2))
    done = run([sys.executable, "-P", "-c", textwrap.dedent(probe)], sent)
    hello, first, second = messages(done.stdout)
    assert hello["engine"] == "basic"
    assert first["people"] == second["people"] != []
    assert done.stderr.count(b"premature end") == 2


@pytest.mark.real
def test_a_wrong_model_file_leaves_the_basic_engine(tmp_path: Path) -> None:
    file = tmp_path / "nanodet_plus_m_416.onnx"
    file.write_bytes(b"not a model")
    plan = EnginePlan(engine=EngineKind.ONNX, files=(file,), card=CARD)
    (hello,) = messages(run(COMMAND, started(plan)).stdout)
    assert (hello["engine"], hello["reason"]) == ("basic", MODEL_REFUSED)


@pytest.mark.real
@pytest.mark.shared
def test_the_right_model_file_is_used(shared: Path) -> None:
    plan = EnginePlan(
        engine=EngineKind.ONNX,
        files=(shared / "models" / "nanodet_plus_m_416.onnx",),
        card=CARD,
    )
    done = run(COMMAND, started(plan) + look(1, drawn.person_on_porch()))
    hello, seen = messages(done.stdout)
    said = wire.read_hello(hello)
    assert (said.engine, said.model, said.trust) == ("onnx", "nanodet-plus-m-416", "full")
    assert (said.reason, said.thresholds) == (None, (0.5, 0.45, 0.35))
    assert seen["people"][0][0] >= 0.5


ONNX = EnginePlan(engine=EngineKind.ONNX, files=(Path("model.onnx"),), card=CARD)
NCNN = EnginePlan(engine=EngineKind.NCNN, files=(Path("a.param"), Path("a.bin")), card=CARD)
ONE_THREAD = Limits(threads=1)


class Blind:
    name, model, trust, enough, at_once = "blind", "none", "low", 480, 2
    thresholds = load_cards()["nanodet-plus-m-416"].thresholds
    drawn = ()

    def look(self, frames) -> list[list[Person]]:
        return [[] for _ in frames]


def raising(error: Exception):
    def make(*_args, **_kwargs):
        raise error

    return make


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (raising(ImportError("no onnxruntime")), PACKAGES_MISSING),
        (raising(RuntimeError("native")), SELF_TEST_FAILED),
        (lambda *_args, **_kwargs: Blind(), SELF_TEST_FAILED),
    ],
    ids=["packages", "native failure", "blind"],
)
@pytest.mark.parametrize(("engine", "plan"), [("OnnxEngine", ONNX), ("NcnnEngine", NCNN)])
def test_an_engine_that_does_not_work_is_replaced_and_the_reason_told(
    monkeypatch, engine: str, plan: EnginePlan, make, reason: str
) -> None:
    monkeypatch.setattr(worker, engine, make)
    found, frame_ms, why = worker.choose_engine(plan, ONE_THREAD)
    assert found is not None
    assert frame_ms is not None
    assert (found.name, why) == ("basic", reason)


def test_when_nothing_works_the_first_reason_is_told(monkeypatch) -> None:
    monkeypatch.setattr(worker, "OnnxEngine", raising(ImportError()))
    monkeypatch.setattr(worker, "BasicEngine", raising(AttributeError("no HOG in this OpenCV")))
    assert worker.choose_engine(ONNX, ONE_THREAD) == (None, None, PACKAGES_MISSING)


def jobs(*pictures: bytes, dropped: str | None = None) -> list[Job]:
    return [
        Job(wire.Request(number, Kind.LOOK, 1000, (), picture), 1e12, dropped)
        for number, picture in enumerate(pictures)
    ]


def told(raw: list[bytes]) -> list[dict]:
    return messages(b"".join(raw))


def test_a_look_that_fails_is_told_and_the_next_one_goes_on() -> None:
    class Fails(Blind):
        def look(self, _frames) -> list[list[Person]]:
            raise MemoryError

    two = jobs(drawn.empty_porch(), drawn.empty_porch())
    assert told(worker.answers(Fails(), two)) == [
        {"id": number, "failed": wire.FAILED} for number in (0, 1)
    ]
    assert [each["people"] for each in told(worker.answers(Blind(), two))] == [[], []]


def test_frames_that_are_taken_together_are_judged_each_for_itself() -> None:
    class Counts(Blind):
        batches: list[int] = []

        def look(self, frames) -> list[list[Person]]:
            self.batches.append(len(frames))
            return [[Person(0.5, 0.1, 0.1, 0.2, 0.2)] for _ in frames]

    engine = Counts()
    answers = told(worker.answers(engine, jobs(drawn.empty_porch(), b"x", drawn.empty_porch())))
    by_id = {each["id"]: each for each in answers}
    assert engine.batches == [2]
    assert by_id[1] == {"id": 1, "refused": "frame_not_a_picture"}
    assert len(by_id[0]["people"]) == len(by_id[2]["people"]) == 1


class Decoder:
    """A decoder that runs out of memory."""

    def __call__(self, *_args, **_kwargs):
        raise MemoryError


def test_a_picture_that_does_not_fit_into_memory_fails_alone(monkeypatch) -> None:
    monkeypatch.setattr(worker, "decode_picture", Decoder())
    assert told(worker.answers(Blind(), jobs(drawn.empty_porch()))) == [
        {"id": 0, "failed": wire.FAILED}
    ]


class TestInbox:
    """What is read ahead."""

    def filled(self, *sent: bytes) -> Inbox:
        inbox = Inbox(io.BytesIO(b"".join(sent)))
        inbox.open()
        return inbox

    def test_looks_are_taken_together_and_glances_alone(self) -> None:
        glance = look(3, b"", kind=Kind.GLANCE)
        inbox = self.filled(look(1, b""), look(2, b""), glance, look(4, b""), look(5, b""))
        until_read(inbox)
        taken = [[job.request.id for job in inbox.take(4)] for _ in range(4)]
        assert taken == [[1, 2], [3], [4, 5], []]

    def test_it_is_bounded_and_loses_nothing(self) -> None:
        inbox = self.filled(*(look(number, b"") for number in range(3 * MAX_WAITING)))
        numbers = []
        while taken := inbox.take(1):
            assert len(inbox._waiting) <= MAX_WAITING
            numbers += [job.request.id for job in taken]
        assert numbers == list(range(3 * MAX_WAITING))

    def test_a_broken_pipe_is_no_quiet_one(self) -> None:
        inbox = self.filled(b"noise that is no message")
        assert inbox.take(1) == []
        assert inbox.broken


def until_read(inbox: Inbox) -> None:
    with inbox._changed:
        assert inbox._changed.wait_for(lambda: inbox._ended, timeout=30)


@pytest.mark.real
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts what is reserved")
def test_the_kernel_refuses_what_would_grow_past_the_ceiling() -> None:
    """A picture that needs more than is left fails alone; the next one is seen."""
    large = drawn.png(np.zeros((5000, 6000, 3), np.uint8))
    done = run(
        COMMAND,
        started(memory_mb=160) + look(1, large) + look(2, drawn.person_on_porch()),
    )
    _, failed, seen = messages(done.stdout)
    _, with_room = messages(run(COMMAND, started(memory_mb=600) + look(1, large)).stdout)
    assert with_room["people"] == []
    assert done.returncode == 0
    assert failed.get("failed") == wire.FAILED or failed.get("refused") == "frame_damaged"
    assert len(seen["people"]) == 1


@pytest.mark.parametrize(
    ("name", "twice"), [("nanodet-plus-m-416", True), ("yolox-nano-416", False)]
)
def test_only_a_model_that_gains_by_it_looks_twice(
    monkeypatch: pytest.MonkeyPatch, name: str, twice: bool
) -> None:
    loaded = []

    def load(files, card, *, threads):
        loaded.append(card.thresholds.report)
        return "engine"

    monkeypatch.setattr(worker, "OnnxEngine", load)
    plan = EnginePlan(engine=EngineKind.ONNX, files=(Path("m.onnx"),), card=load_cards()[name].path)
    engine = worker._planned(plan, Limits(threads=1, memory_mb=300))
    assert isinstance(engine, SecondLook) is twice
    assert loaded == [0.25 if twice else 0.3]
