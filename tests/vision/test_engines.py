"""Both engines see the drawn person; the network agrees with its golden figures."""

import json
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from custom_components.verified_response.vision import basic_engine, self_test
from custom_components.verified_response.vision.basic_engine import BasicEngine
from custom_components.verified_response.vision.card import DEFAULT_CARD, load_cards
from custom_components.verified_response.vision.decode import Person
from custom_components.verified_response.vision.onnx_engine import ModelRefused, OnnxEngine

CARD = load_cards()[DEFAULT_CARD]
THRESHOLDS = CARD.thresholds


@pytest.fixture(scope="module")
def model(shared: Path) -> Path:
    return shared / "models" / "nanodet_plus_m_416.onnx"


@pytest.fixture(scope="module")
def onnx(model: Path) -> OnnxEngine:
    return OnnxEngine(model, CARD, threads=1)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> BasicEngine | OnnxEngine:
    return BasicEngine() if request.param == "basic" else request.getfixturevalue("onnx")


ENGINES = pytest.mark.parametrize(
    "engine", ["basic", pytest.param("onnx", marks=pytest.mark.shared)], indirect=True
)


@ENGINES
@pytest.mark.parametrize(
    ("left", "feet", "tall"), [(350, 440, 300), (340, 460, 220), (330, 460, 380), (420, 450, 260)]
)
def test_the_drawn_person_is_seen_where_it_stands(engine, left: int, feet: int, tall: int) -> None:
    (person,) = engine.look(self_test.porch_with_person(left, feet, tall))
    assert person.score >= THRESHOLDS.raise_
    drawn = Person(
        1, (left - 0.17 * tall) / 640, (feet - tall) / 480, 0.35 * tall / 640, tall / 480
    )
    wide = min(person.x + person.width, drawn.x + drawn.width) - max(person.x, drawn.x)
    high = min(person.y + person.height, drawn.y + drawn.height) - max(person.y, drawn.y)
    both = wide * high
    assert both / (person.width * person.height + drawn.width * drawn.height - both) > 0.5


@ENGINES
def test_nobody_is_seen_where_nobody_is(engine) -> None:
    for scene in (
        self_test.porch(),
        np.zeros((480, 640, 3), np.uint8),
        np.full((90, 1600, 3), 255, np.uint8),
    ):
        assert engine.look(scene) == []


@ENGINES
@pytest.mark.parametrize("size", [(16, 16), (4096, 16), (16, 4096), (1, 1), (333, 777)])
def test_any_shape_can_be_looked_at(engine, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8)
    for person in engine.look(noise):
        assert all(0 <= value <= 1 for value in person)


@ENGINES
def test_frames_of_other_shapes_leave_nothing_behind(engine) -> None:
    tall = cv2.resize(self_test.porch(), (300, 900))
    before = engine.look(self_test.porch_with_person())
    engine.look(tall)
    assert engine.look(self_test.porch_with_person()) == before


@ENGINES
def test_self_test_passes(engine) -> None:
    assert self_test.passes(engine)


class Says:
    def __init__(self, *people: Person) -> None:
        self.people = list(people)

    def look(self, _pixels) -> list[Person]:
        return self.people


class SeesOnlyThePerson(Says):
    def look(self, pixels) -> list[Person]:
        return [] if (pixels == self_test.porch()).all() else self.people


def test_self_test_fails_an_engine_that_cannot_see() -> None:
    right = Person(0.8, 0.45, 0.3, 0.2, 0.6)
    assert self_test.passes(SeesOnlyThePerson(right))
    assert not self_test.passes(Says())
    assert not self_test.passes(Says(right)), "sees people on the empty porch"
    assert not self_test.passes(SeesOnlyThePerson(right._replace(score=0.4)))
    assert not self_test.passes(SeesOnlyThePerson(right._replace(x=0.1))), "sees it elsewhere"


def test_basic_scores_lie_on_the_scale_of_the_thresholds() -> None:
    assert basic_engine.score_of(0.77) == pytest.approx(0.5)
    assert basic_engine.score_of(0.53) == pytest.approx(THRESHOLDS.confirm, abs=0.01)
    assert 0 < basic_engine.score_of(0) < basic_engine.REPORT
    assert basic_engine.score_of(4) < 1


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / CARD.files[0]
    file.write_bytes(b"something else")
    with pytest.raises(ModelRefused):
        OnnxEngine(file, CARD, threads=1)


@pytest.mark.shared
def test_a_changed_file_is_refused(model: Path, tmp_path: Path) -> None:
    changed = bytearray(model.read_bytes())
    changed[len(changed) // 2] ^= 1
    file = tmp_path / model.name
    file.write_bytes(changed)
    with pytest.raises(ModelRefused):
        OnnxEngine(file, CARD, threads=1)


@pytest.mark.shared
def test_a_model_of_another_shape_is_refused(model: Path) -> None:
    with pytest.raises(ModelRefused):
        OnnxEngine(model, replace(CARD, output=(3598, 33)), threads=1)


@pytest.mark.shared
def test_boxes_and_scores_agree_with_the_golden_figures(
    shared: Path, onnx: OnnxEngine, monkeypatch
) -> None:
    """The golden rows were made without the animal rule; rows near the floor may fall either way."""
    golden = json.loads((shared / "models" / "expected.json").read_text())
    floor = golden["floor"]
    thresholds = replace(THRESHOLDS, report=floor - 0.02)
    monkeypatch.setattr(onnx, "_card", replace(CARD, rivals=(), thresholds=thresholds))
    compared = 0
    for name, rows in golden["models"]["nanodet_plus_m"].items():
        pixels = cv2.imread(os.fspath(shared / "images" / name))
        height, width = pixels.shape[:2]
        people = onnx.look(pixels)
        left = list(people)
        for *corners, score in rows:
            match = min(
                left,
                key=lambda each: abs(each.score - score) + abs(each.x * width - corners[0]) / 100,
            )
            left.remove(match)
            found = (
                match.x * width,
                match.y * height,
                (match.x + match.width) * width,
                (match.y + match.height) * height,
            )
            assert match.score == pytest.approx(score, abs=0.01), name
            assert found == pytest.approx(corners, abs=1.0), name
            compared += 1
        assert all(each.score < floor + 0.01 for each in left), (
            f"{name}: more people than the golden figures"
        )
    assert compared >= 15


@pytest.mark.shared
def test_animal_rule_lowers_false_pictures_and_costs_no_person(
    shared: Path, onnx: OnnxEngine, monkeypatch
) -> None:
    plain = replace(CARD, rivals=())

    def alarms(folder: str) -> int:
        files = sorted((shared / "images" / folder / "images").glob("*.jpg"))
        best = [
            max((p.score for p in onnx.look(cv2.imread(os.fspath(file)))), default=0)
            for file in files
        ]
        return sum(score >= THRESHOLDS.confirm for score in best)

    pets, people = alarms("pets"), alarms("cctv_person")
    monkeypatch.setattr(onnx, "_card", plain)
    assert pets < alarms("pets")
    assert people == alarms("cctv_person")
