"""The self-test believes engines that see, and none that see nothing, everything, or something else."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from custom_components.verified_response.vision import self_test
from custom_components.verified_response.vision.card import FOLDER, Drawn, load_cards
from custom_components.verified_response.vision.decode import Person

KNOWN = load_cards()["nanodet-plus-m-416"].drawn
PORCH = self_test.porch()


class Says:
    """Sees what it is told to see wherever somebody is drawn."""

    def __init__(
        self,
        *,
        drawn: tuple[Drawn, ...] = KNOWN,
        empty: list[Person] | None = None,
        **change: float,
    ) -> None:
        self.drawn = drawn
        self.empty = empty or []
        self.change = change
        self.twice = False

    def _at(self, known: Drawn) -> list[Person]:
        seen = Person(known.score, *known.box)
        moved = {name: getattr(seen, name) + by for name, by in self.change.items()}
        people = [seen._replace(**moved)]
        return people * 2 if self.twice else people

    def look(self, frames) -> list[list[Person]]:
        return [self._seen(pixels) for pixels in frames]

    def _seen(self, pixels) -> list[Person]:
        for known in KNOWN:
            scene = self_test.porch_with_person(known.left, known.feet, known.tall)
            if (pixels == scene).all():
                return self._at(known)
        return self.empty


class Blind(Says):
    def _at(self, known: Drawn) -> list[Person]:
        return []


@pytest.mark.parametrize("drawn", [KNOWN, ()], ids=["measured", "not measured"])
def test_an_engine_that_sees_is_believed(drawn: tuple[Drawn, ...]) -> None:
    assert self_test.passes(Says(drawn=drawn))
    assert self_test.measure(Says(drawn=drawn)) > 0
    assert self_test.passes(Says(drawn=drawn, empty=[Person(0.29, 0, 0, 0.1, 0.1)]))


@pytest.mark.parametrize("drawn", [KNOWN, ()], ids=["measured", "not measured"])
def test_what_cannot_see_is_not_believed(drawn: tuple[Drawn, ...]) -> None:
    assert not self_test.passes(Blind(drawn=drawn))
    ghost = Person(0.31, 0.1, 0.1, 0.2, 0.6)
    assert not self_test.passes(Says(drawn=drawn, empty=[ghost])), "sees people on the empty porch"
    assert not self_test.passes(Says(drawn=drawn, score=-0.4)), "is not sure enough"
    assert not self_test.passes(Says(drawn=drawn, x=-0.3)), "sees it elsewhere"
    double = Says(drawn=drawn)
    double.twice = True
    assert not self_test.passes(double), "sees one person twice"


@pytest.mark.parametrize(
    "change",
    [
        {"score": 0.11},
        {"score": -0.11},
        {"x": 0.011},
        {"y": -0.02},
        {"width": 0.02},
        {"height": 0.03},
    ],
    ids=str,
)
def test_what_is_not_as_measured_is_not_believed(change: dict[str, float]) -> None:
    assert not self_test.passes(Says(**change))
    halved = {name: value / 3 for name, value in change.items()}
    assert self_test.passes(Says(**halved)), "half precision must pass"


def test_the_drawing_needs_neither_library_and_is_always_the_same() -> None:
    program = (
        "import sys, hashlib, importlib.util as u\n"
        "sys.modules.update(cv2=None, PIL=None)\n"
        f"s = u.spec_from_file_location('drawing', {str(FOLDER.parent / 'pixels' / 'drawing.py')!r})\n"
        "m = u.module_from_spec(s); s.loader.exec_module(m)\n"
        "print(hashlib.sha256(m.porch_with_person().tobytes()).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    ours = hashlib.sha256(self_test.porch_with_person().tobytes()).hexdigest()
    assert done.stdout.strip() == ours


@pytest.mark.parametrize("pose", [(0, 10, 300), (640, 480, 20), (-500, 480, 300), (320, 5000, 300)])
def test_a_person_may_stand_at_or_beyond_the_edge(pose: tuple[int, int, int]) -> None:
    assert self_test.porch_with_person(*pose).shape == PORCH.shape


def test_drawings_are_not_changed_by_the_next_one() -> None:
    self_test.porch_with_person()
    assert np.array_equal(self_test.porch(), PORCH)
