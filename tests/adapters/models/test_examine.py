"""Strangers' files are examined in a process that may take little and may not last."""

import asyncio
import json
from pathlib import Path

import pytest

from custom_components.verified_response.adapters.models import examine as module
from custom_components.verified_response.adapters.models.examine import ModelRefusal, examine
from custom_components.verified_response.vision import own_model
from tests import onnx_files as written

from .conftest import put

pytestmark = [pytest.mark.real, pytest.mark.slow]


async def refusal(path: Path) -> str:
    with pytest.raises(ModelRefusal) as caught:
        await examine(path, person=None)
    return caught.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no model", "own_not_onnx"),
        (written.blind((1, 1, 96, 96)), "own_wrong_input"),
        (written.blind(), "own_self_test_failed"),
        (written.greedy(), "own_not_loaded"),
    ],
    ids=["no model", "wrong input", "blind", "greedy"],
)
async def test_what_the_process_refuses_is_refused(tmp_path, content, code) -> None:
    assert await refusal(put(tmp_path, content, "model.onnx")) == code


async def test_what_asks_back_is_passed_on(tmp_path) -> None:
    path = put(tmp_path, written.blind(output=(1, written.YOLOX_ROWS, 8)), "model.onnx")
    assert await examine(path, person=None) == {"classes": 3}


async def test_what_never_ends_is_ended(tmp_path, monkeypatch) -> None:
    assert module.LONGEST_S <= 120
    monkeypatch.setattr(module, "LONGEST_S", 8.0)
    path = put(tmp_path, written.endless(), "model.onnx")
    async with asyncio.timeout(30):
        assert await refusal(path) == "own_check_failed"
    assert not running(path), "nothing of it goes on"


async def test_a_dialog_that_is_closed_ends_the_process(tmp_path) -> None:
    path = put(tmp_path, written.endless(), "model.onnx")
    task = asyncio.ensure_future(examine(path, person=None))
    await asyncio.sleep(1.5)
    assert running(path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not running(path)


@pytest.mark.parametrize(
    "answer",
    [b"", b"{", b"[]", b"{}", b'{"refused": "strange"}', b'{"classes": "3"}', b"[" * 60_000],
)
def test_only_an_answer_is_believed(answer) -> None:
    with pytest.raises(ModelRefusal) as caught:
        module._read(answer, 0)
    assert caught.value.code == "own_check_failed"


@pytest.mark.shared
async def test_a_real_network_passes(shared) -> None:
    found = await examine(shared / "models" / "yolox_nano_416.onnx", person=None)
    assert found["classes"] == 80
    assert found["card"]["decoder"]["kind"] == "yolox"
    assert len(json.dumps(found)) < module.MAX_ANSWER / 4


def test_the_process_is_bounded() -> None:
    assert own_model.MEMORY_BYTES <= 1024**3
    assert own_model.CPU_S <= module.LONGEST_S


def running(path: Path) -> bool:
    """Say whether a process that was given this file is alive."""
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(path).encode() in each.read_bytes():
                return True
        except OSError:
            continue
    return False
