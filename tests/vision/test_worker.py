"""The worker process as it is started: by file path, alone, modest, and gone with its pipe."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from custom_components.verified_response.vision import client, wire, worker
from custom_components.verified_response.vision.card import load_cards
from custom_components.verified_response.vision.decode import Person
from custom_components.verified_response.vision.plan import (
    MODEL_MISSING,
    MODEL_REFUSED,
    PACKAGES_MISSING,
    SELF_TEST_FAILED,
    EngineKind,
    EnginePlan,
    from_text,
    to_text,
)
from tests import drawn

CARD = load_cards()["nanodet-plus-m-416"].path

VISION = Path(worker.__file__).parent
START = VISION / "__main__.py"
BASIC = EnginePlan(engine=EngineKind.BASIC, reason=MODEL_MISSING)


def run(command: list[str], sent: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, input=sent, capture_output=True, timeout=60, check=False)


def messages(data: bytes) -> list[dict]:
    import io

    pipe, found = io.BytesIO(data), []
    while (message := wire.read(pipe)) is not None:
        found.append(message.header)
    return found


def command(plan: EnginePlan = BASIC) -> list[str]:
    return [sys.executable, "-P", str(START), to_text(plan), "1"]


def test_the_engine_is_told_to_report_to_nobody() -> None:
    assert client._environment(1)["ORT_DISABLE_TELEMETRY"] == "1"


@pytest.mark.shared
def test_the_engine_leaves_no_telemetry_session_behind(shared: Path, tmp_path: Path) -> None:
    plan = EnginePlan(
        engine=EngineKind.ONNX,
        files=(shared / "models" / "nanodet_plus_m_416.onnx",),
        card=CARD,
    )
    told = run_in(tmp_path, client._environment(1), plan)
    assert told[0]["engine"] == "onnx"
    assert not list(tmp_path.rglob("*.ses")), "onnxruntime opened a telemetry session"


def run_in(folder: Path, environment: dict[str, str], plan: EnginePlan) -> list[dict]:
    """What a worker says whose temporary folder is this one."""
    done = subprocess.run(
        command(plan),
        input=b"",
        capture_output=True,
        timeout=60,
        check=False,
        env=environment | {"TMPDIR": str(folder)},
    )
    return messages(done.stdout)


@pytest.mark.parametrize(
    "plan",
    [BASIC, EnginePlan(engine=EngineKind.ONNX, files=(Path("/models/a b.onnx"),), card=CARD)],
    ids=["basic", "onnx"],
)
def test_plans_survive_the_command_line(plan: EnginePlan) -> None:
    assert from_text(to_text(plan)) == plan


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
        command(), b"".join(wire.pack({"id": n}, picture) for n, picture in enumerate(pictures, 1))
    )
    hello, seen, refused, nobody = messages(done.stdout)
    assert done.returncode == 0
    assert hello == {
        "engine": "basic",
        "model": "opencv-hog",
        "trust": "low",
        "reason": MODEL_MISSING,
    }
    assert len(seen["people"]) == 1
    assert refused == {"id": 2, "refused": "frame_not_a_picture"}
    assert nobody == {"id": 3, "people": [], "width": 640, "height": 480}


@pytest.mark.real
@pytest.mark.parametrize(
    "sent", [b"no message of ours", wire.pack({"id": 1}, b"x" * 50)[:-5]], ids=["noise", "cut"]
)
def test_a_broken_pipe_protocol_ends_it(sent: bytes) -> None:
    done = run(command(), sent)
    assert done.returncode == 2
    assert len(messages(done.stdout)) == 1


@pytest.mark.real
def test_nothing_above_the_room_is_loaded() -> None:
    """Neither Home Assistant nor the integration, and http is the standard library's."""
    probe = f"""
        import json, runpy, sys
        sys.argv = [{str(START)!r}, "basic", "1", "model_missing"]
        try:
            runpy.run_path({str(START)!r}, run_name="__main__")
        except SystemExit:
            pass
        import http
        loaded = [name for name in sys.modules if name.startswith(("homeassistant", "custom_components"))]
        above = [path for path in sys.path if path.rstrip("/").endswith(("verified_response", "vision"))]
        print(json.dumps([loaded, above, http.__file__]), file=sys.stderr)
    """
    done = run([sys.executable, "-P", "-c", textwrap.dedent(probe)], b"")
    loaded, above, http = json.loads(done.stderr.splitlines()[-1])
    assert loaded == []
    assert above == []
    assert Path(http).is_relative_to(Path(os.__file__).parent)


@pytest.mark.real
def test_what_native_code_prints_does_not_reach_the_pipe() -> None:
    probe = f"""
        import os, runpy, sys
        sys.argv = [{str(START)!r}, "basic", "1", "model_missing"]
        import cv2
        decode = cv2.imdecode
        def talkative(*arguments):
            os.write(1, b"Corrupt JPEG data: VR premature end\\n")
            print("and Python prints too")
            return decode(*arguments)
        cv2.imdecode = talkative
        runpy.run_path({str(START)!r}, run_name="__main__")
    """
    sent = b"".join(wire.pack({"id": n}, drawn.person_on_porch()) for n in (1, 2))
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
    (hello,) = messages(run(command(plan), b"").stdout)
    assert (hello["engine"], hello["reason"]) == ("basic", MODEL_REFUSED)


@pytest.mark.real
@pytest.mark.shared
def test_the_right_model_file_is_used(shared: Path) -> None:
    plan = EnginePlan(
        engine=EngineKind.ONNX,
        files=(shared / "models" / "nanodet_plus_m_416.onnx",),
        card=CARD,
    )
    done = run(command(plan), wire.pack({"id": 1}, drawn.person_on_porch()))
    hello, seen = messages(done.stdout)
    assert hello == {
        "engine": "onnx",
        "model": "nanodet-plus-m-416",
        "trust": "full",
        "reason": None,
    }
    assert seen["people"][0][0] >= 0.5


ONNX = EnginePlan(engine=EngineKind.ONNX, files=(Path("model.onnx"),), card=CARD)


class Blind:
    name, model, trust, enough = "blind", "none", "low", 480

    def look(self, _pixels) -> list[Person]:
        return []


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
def test_an_engine_that_does_not_work_is_replaced_and_the_reason_told(
    monkeypatch, make, reason: str
) -> None:
    monkeypatch.setattr(worker, "OnnxEngine", make)
    engine, why = worker.choose_engine(ONNX, 1)
    assert engine is not None
    assert (engine.name, why) == ("basic", reason)


def test_when_nothing_works_the_first_reason_is_told(monkeypatch) -> None:
    monkeypatch.setattr(worker, "OnnxEngine", raising(ImportError()))
    monkeypatch.setattr(worker, "BasicEngine", raising(AttributeError("no HOG in this OpenCV")))
    assert worker.choose_engine(ONNX, 1) == (None, PACKAGES_MISSING)


def test_a_look_that_fails_is_told_and_the_next_one_goes_on() -> None:
    class Fails(Blind):
        def look(self, _pixels) -> list[Person]:
            raise MemoryError

    request = wire.Message({"id": 7}, drawn.empty_porch())
    assert worker.answer(Fails(), request) == {"id": 7, "failed": "MemoryError"}
    assert worker.answer(Blind(), request)["people"] == []
