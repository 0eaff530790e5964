"""The conversion for slow hubs: the same network, and the bytes that the card pins."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from custom_components.verified_response.vision.card import FOLDER, SLOW_HUB_CARD, load_cards
from tests import onnx_files as written

ROOT = Path(__file__).resolve().parents[2]
CARD = FOLDER / "yolox_nano_416.json"

pytestmark = pytest.mark.real


def run(model: Path, folder: Path, card: Path = CARD) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/yolox_to_ncnn.py", str(model), str(card), str(folder)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.shared
def test_the_bytes_are_those_that_the_card_pins(shared, tmp_path) -> None:
    done = run(shared / "models" / "yolox_nano_416.onnx", tmp_path)
    assert done.returncode == 0, done.stderr
    form = load_cards()[SLOW_HUB_CARD].form("ncnn")
    assert form is not None
    for file in form.files:
        digest = hashlib.sha256((tmp_path / file.names[0]).read_bytes()).hexdigest()
        assert file.variant_of(digest) is not None


@pytest.mark.shared
def test_it_is_the_same_network(shared, tmp_path) -> None:
    import ncnn
    import onnxruntime as ort

    source = shared / "models" / "yolox_nano_416.onnx"
    assert run(source, tmp_path).returncode == 0
    picture = np.random.default_rng(1).uniform(0, 255, (3, 416, 416)).astype(np.float32)
    (expected,) = ort.InferenceSession(str(source)).run(None, {"images": picture[None]})
    net = ncnn.Net()
    net.opt.use_fp16_storage = net.opt.use_fp16_packed = net.opt.use_fp16_arithmetic = False
    assert net.load_param(str(tmp_path / "yolox_nano_416.ncnn.param")) == 0
    assert net.load_model(str(tmp_path / "yolox_nano_416.ncnn.bin")) == 0
    extractor, given = net.create_extractor(), ncnn.Mat(picture)
    extractor.input("in0", given)
    _, out = extractor.extract("out0")
    assert np.abs(np.array(out, copy=True) - expected[0]).max() < 1e-3


@pytest.mark.shared
def test_bytes_that_the_card_does_not_know_are_not_written(shared, tmp_path) -> None:
    card = json.loads(CARD.read_text())
    for form in card["forms"]:
        for file in form["files"]:
            file["variants"] = [{"sha256": "0" * 64, "url": None}]
    other = tmp_path / "card.json"
    other.write_text(json.dumps(card))
    done = run(shared / "models" / "yolox_nano_416.onnx", tmp_path / "out", other)
    assert done.returncode == 1
    assert "which the card does not know" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.shared
@pytest.mark.parametrize("name", ["nanodet_plus_m_416", "picodet_s_416"])
def test_other_networks_are_refused(shared, tmp_path, name) -> None:
    done = run(shared / "models" / f"{name}.onnx", tmp_path / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_is_small_and_strange_is_refused(tmp_path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(written.blind())
    done = run(model, tmp_path / "out")
    assert done.returncode == 1
    assert "is not known in a YOLOX network" in done.stderr
