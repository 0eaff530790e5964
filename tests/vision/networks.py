"""The networks that tests run, and when two findings are the same."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from custom_components.verified_response.vision.card import DEFAULT_CARD, SLOW_HUB_CARD, load_cards
from custom_components.verified_response.vision.decode import Person
from custom_components.verified_response.vision.engine import NetworkEngine
from custom_components.verified_response.vision.frame import Size
from custom_components.verified_response.vision.ncnn_engine import NcnnEngine
from custom_components.verified_response.vision.onnx_engine import OnnxEngine

MODELS = (DEFAULT_CARD, SLOW_HUB_CARD)
KINDS = {"onnx": OnnxEngine, "ncnn": NcnnEngine}


def files_of(shared: Path, model: str, kind: str) -> list[Path]:
    """The files of a form as they lie in the extra material."""
    form = load_cards()[model].form(kind)
    assert form is not None
    folder = shared / "models"
    return [next(folder / n for n in each.names if (folder / n).exists()) for each in form.files]


@cache
def network(shared: Path, model: str, kind: str) -> NetworkEngine:
    """A loaded network; loading costs more than a look, so each is loaded once."""
    return KINDS[kind](files_of(shared, model, kind), load_cards()[model], threads=1)


def corners(person: Sequence[float], size: Size) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in pixels."""
    _, x, y, width, height = person
    return (
        x * size.width,
        y * size.height,
        (x + width) * size.width,
        (y + height) * size.height,
    )


def differences(
    one: Sequence[Person], other: Sequence[Person], size: Size, *, floor: float
) -> tuple[float, float]:
    """The largest difference of score and of edge between two findings in one frame.

    Who is seen by one side only counts by how far they are above the floor, which they must have crossed.
    """
    left, score, edge = list(other), 0.0, 0.0
    for person in one:
        if not left:
            score = max(score, person.score - floor)
            continue
        place = corners(person, size)

        def away(each: Person, place: tuple[float, ...] = place) -> float:
            return max(abs(a - b) for a, b in zip(place, corners(each, size), strict=True))

        match = min(left, key=away)
        if away(match) > 4 and person.score - floor < 0.01:
            score = max(score, person.score - floor)
            continue
        left.remove(match)
        score = max(score, abs(person.score - match.score))
        edge = max(edge, away(match))
    return max([score, *(each.score - floor for each in left)]), edge
