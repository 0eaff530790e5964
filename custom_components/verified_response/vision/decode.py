"""Network output → people: NanoDet-Plus and YOLOX heads, suppression, and the animal rule."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from .card import YOLOX, ModelCard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Floats = NDArray[np.float32]

MAX_CANDIDATES: Final = 400
MAX_RIVALS: Final = 50
MAX_PEOPLE: Final = 100


class Person(NamedTuple):
    """One person; the box is relative to the frame, 0–1, origin top left."""

    score: float
    x: float
    y: float
    width: float
    height: float


class Fit(NamedTuple):
    """How a frame lies in the network's input: scaled, top left, padded right and below."""

    scale: float
    width: int
    height: int


def fit(width: int, height: int, card: ModelCard) -> Fit:
    """Scale a frame so that it fits, keeping its shape."""
    scale = min(card.width / width, card.height / height)
    wide = min(card.width, max(1, round(width * scale)))
    high = min(card.height, max(1, round(height * scale)))
    return Fit(scale, wide, high)


@lru_cache(maxsize=8)
def _anchors(width: int, height: int, strides: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return every anchor's point and stride, in the order of the network's rows."""
    import numpy as np

    points, scales = [], []
    for stride in strides:
        rows, columns = -(-height // stride), -(-width // stride)
        y, x = np.mgrid[:rows, :columns]
        points.append(np.stack([x, y], -1).reshape(-1, 2) * stride)
        scales.append(np.full((rows * columns, 1), stride))
    return (
        np.concatenate(points).astype(np.float32),
        np.concatenate(scales).astype(np.float32),
    )


def _binned(distances: Floats, points: Floats, strides: Floats, bins: int) -> Floats:
    """Turn binned distances to the four sides into corners (x1, y1, x2, y2)."""
    import numpy as np

    raw = distances.reshape(-1, 4, bins)
    weights = np.exp(raw - raw.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    sides = weights @ np.arange(bins, dtype=np.float32) * strides
    return np.concatenate([points - sides[:, :2], points + sides[:, 2:]], 1)


def _centred(places: Floats, points: Floats, strides: Floats) -> Floats:
    """Turn offset of the centre and logarithm of the size, both in strides, into corners."""
    import numpy as np

    centres = points + places[:, :2] * strides
    # A side of e^12 strides is beyond every frame; more would only overflow.
    half = np.exp(places[:, 2:].clip(max=12)) * strides / 2
    return np.concatenate([centres - half, centres + half], 1)


def overlaps(boxes: Floats, others: Floats) -> Floats:
    """Return intersection over union of every box with every other."""
    import numpy as np

    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    both = (high - low).clip(0).prod(2)
    area = (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(1)
    other_area = (others[:, 2:] - others[:, :2]).clip(0).prod(1)
    result: Floats = both / np.maximum(area[:, None] + other_area[None] - both, 1e-9)
    return result


def suppress(boxes: Floats, scores: Floats, limit: float) -> list[int]:
    """Keep the best of boxes that overlap by more than `limit`; indexes, best first."""
    order = list((-scores).argsort(kind="stable")[:MAX_CANDIDATES])
    same = overlaps(boxes[order], boxes[order]) > limit if order else None
    kept: list[int] = []
    for rank in range(len(order)):
        if same is None or not same[rank, kept].any():
            kept.append(rank)
    return [int(order[rank]) for rank in kept[:MAX_PEOPLE]]


class OutputUnreadable(Exception):  # noqa: N818 - reads as what happened to the output
    """The network's answer has another shape than the card says, or numbers in it are none."""


def decode(
    output: Floats,
    card: ModelCard,
    placed: Fit,
    *,
    frame: tuple[int, int],
    report: float | None = None,
) -> list[Person]:
    """Return the people of one frame (width, height), best first; a person that an animal outdoes is none.

    A batch dimension of one in front is accepted; raises OutputUnreadable.
    """
    import numpy as np

    with np.errstate(invalid="ignore", over="ignore"):
        return _decode(output, card, placed, frame, report)


def _decode(
    output: Floats, card: ModelCard, placed: Fit, frame: tuple[int, int], report: float | None
) -> list[Person]:
    """Decode; what is no number is found by looking for it."""
    import numpy as np

    floor = card.thresholds.report if report is None else report
    if output.size != card.rows * card.columns or output.shape[-1] != card.columns:
        raise OutputUnreadable(f"{output.shape} instead of {card.rows} x {card.columns}")
    rows = output.reshape(card.rows, card.columns)
    people = _scores(rows, card, [card.person])
    # Not-a-number is below every floor: it would read as nobody.
    if not np.isfinite(people).all():
        raise OutputUnreadable("scores that are no numbers")
    seen = np.flatnonzero(people >= floor)
    if not len(seen):
        return []
    boxes, scores = _corners(rows, card, seen), people[seen]
    kept = suppress(boxes, scores, card.nms_iou)
    boxes, scores = boxes[kept], scores[kept]
    if card.rivals:
        rivals = _scores(rows, card, card.rivals)
        animals = np.flatnonzero(rivals >= floor)
        animals = animals[(-rivals[animals]).argsort(kind="stable")[:MAX_RIVALS]]
        same = overlaps(boxes, _corners(rows, card, animals)) > card.rival_iou
        worst = np.where(same, rivals[animals][None], 0).max(1, initial=0)
        boxes, scores = boxes[scores >= worst], scores[scores >= worst]
    return [
        _person(score, corners, placed, frame) for score, corners in zip(scores, boxes, strict=True)
    ]


def _scores(rows: Floats, card: ModelCard, labels: Sequence[int]) -> Floats:
    """Return each row's best score among some labels."""
    first = 5 if card.decoder == YOLOX else 0
    best: Floats = rows[:, [first + each for each in labels]].max(1)
    return best * rows[:, 4] if card.decoder == YOLOX else best


def _corners(rows: Floats, card: ModelCard, numbers: NDArray[np.intp]) -> Floats:
    """Return the corners of some rows' boxes in the network's input; raises OutputUnreadable."""
    import numpy as np

    points, strides = _anchors(card.width, card.height, card.strides)
    if card.decoder == YOLOX:
        boxes = _centred(rows[numbers, :4], points[numbers], strides[numbers])
    else:
        bins = rows[numbers, len(card.labels) :]
        boxes = _binned(bins, points[numbers], strides[numbers], card.bins)
    if not np.isfinite(boxes).all():
        raise OutputUnreadable("boxes that are no numbers")
    return boxes


def _person(score: float, corners: Floats, placed: Fit, frame: tuple[int, int]) -> Person:
    """Undo the fit, cut at the frame's edge, and make the box relative."""
    width, height = frame
    left, top, right, bottom = (float(value) / placed.scale for value in corners)
    left, right = (min(max(value / width, 0.0), 1.0) for value in (left, right))
    top, bottom = (min(max(value / height, 0.0), 1.0) for value in (top, bottom))
    return Person(min(float(score), 1.0), left, top, right - left, bottom - top)
