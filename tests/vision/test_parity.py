"""The same frame gives the same boxes on onnx and ncnn, each on its own way from the bytes to the boxes."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from custom_components.verified_response.vision import pixels, self_test
from custom_components.verified_response.vision.card import FOLDER, load_cards
from custom_components.verified_response.vision.decode import Person
from custom_components.verified_response.vision.frame import Size, decode_picture
from custom_components.verified_response.vision.glance import glance_of, patch_of
from custom_components.verified_response.vision.pixels.with_opencv import OpenCvTools
from tests import drawn

from .networks import MODELS, differences, files_of, network

pytestmark = [pytest.mark.shared, pytest.mark.real]

SCRIPT = Path(__file__).with_name("without_opencv.py")
SCORE, PIXELS = 0.01, 1.0
by_model = pytest.mark.parametrize("model", MODELS)


def looked_without_opencv(shared: Path, model: str, pictures: Sequence[Path]) -> list[list]:
    told = {
        "room": str(FOLDER.parent),
        "card": str(load_cards()[model].path),
        "files": [str(path) for path in files_of(shared, model, "ncnn")],
        "pictures": [str(path) for path in pictures],
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT)],
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def compared(shared: Path, model: str, pictures: Sequence[Path]) -> tuple[float, float, int]:
    """Largest differences of score and edge, and how many people were compared."""
    assert isinstance(pixels.tools(), OpenCvTools), "this side must be OpenCV's"
    onnx, floor = network(shared, model, "onnx"), load_cards()[model].thresholds.report
    score, edge, people = 0.0, 0.0, 0
    others = looked_without_opencv(shared, model, pictures)
    assert len(others) == len(pictures)
    for path, (rows, size, luma, sharpness, patches) in zip(pictures, others, strict=True):
        picture = decode_picture(path.read_bytes(), enough=onnx.enough)
        (found,) = onnx.look([picture.pixels])
        there = [Person(*row) for row in rows]
        assert picture.size == Size(*size)
        differ = differences(found, there, picture.size, floor=floor)
        assert differ[0] <= SCORE, (path.name, found, there)
        assert differ[1] <= PIXELS, (path.name, found, there)
        score, edge, people = max(score, differ[0]), max(edge, differ[1]), people + len(found)
        whole = glance_of(picture.pixels)
        assert light_differs(whole.luma, bytes.fromhex(luma)) <= 2, path.name
        assert whole.sharpness == pytest.approx(sharpness, rel=0.05, abs=1), path.name
        for person, patch in zip(there, patches, strict=True):
            ours = patch_of(picture.pixels, person)
            assert light_differs(ours, bytes.fromhex(patch)) <= 2, path.name
    return score, edge, people


def light_differs(one: bytes, other: bytes) -> int:
    assert len(one) == len(other)
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@by_model
def test_drawn_scenes_give_the_same_boxes(shared: Path, tmp_path: Path, model: str) -> None:
    poses = [(350, 440, 300), (340, 460, 220), (330, 460, 380), (180, 470, 320), (520, 430, 200)]
    scenes = [self_test.porch(), *(self_test.porch_with_person(*pose) for pose in poses)]
    pictures = []
    for number, scene in enumerate(scenes):
        # VGA as it is; HD and UHD, which are decoded at a half and an eighth of their size.
        for name, size in (("vga", (640, 480)), ("hd", (1280, 720)), ("uhd", (3840, 2160))):
            path = tmp_path / f"{number}-{name}.jpg"
            path.write_bytes(drawn.jpeg(cv2.resize(scene, size)))
            pictures.append(path)
        path = tmp_path / f"{number}.png"
        path.write_bytes(drawn.png(np.ascontiguousarray(scene[:, ::-1])))
        pictures.append(path)
    _, _, people = compared(shared, model, pictures)
    assert people == len(poses) * 4


@pytest.mark.slow
@by_model
def test_real_pictures_give_the_same_boxes(shared: Path, model: str) -> None:
    pictures = sorted((shared / "images").glob("*/images/*.jpg"))
    assert len(pictures) >= 200
    score, edge, people = compared(shared, model, pictures)
    print(f"{model}: {people} people, scores within {score:.5f}, edges within {edge:.4f} px")
    assert people >= 100
