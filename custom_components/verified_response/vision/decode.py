"""Network output → people: NanoDet-Plus heads, suppression, and the animal rule."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from .card import ModelCard

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


def _boxes(distances: Floats, points: Floats, strides: Floats, bins: int) -> Floats:
    """Turn binned distances to the four sides into corners (x1, y1, x2, y2)."""
    import numpy as np

    raw = distances.reshape(-1, 4, bins)
    weights = np.exp(raw - raw.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    sides = weights @ np.arange(bins, dtype=np.float32) * strides
    return np.concatenate([points - sides[:, :2], points + sides[:, 2:]], 1)


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


def decode(
    output: Floats,
    card: ModelCard,
    placed: Fit,
    *,
    frame: tuple[int, int],
    report: float | None = None,
) -> list[Person]:
    """Return the people of one frame (width, height), best first; a person that an animal outdoes is none."""
    import numpy as np

    floor = card.thresholds.report if report is None else report
    rows = output.reshape(-1, len(card.labels) + 4 * card.bins)
    people = rows[:, card.person]
    rivals = rows[:, list(card.rivals)].max(1) if card.rivals else np.zeros_like(people)
    wanted = np.flatnonzero((people >= floor) | (rivals >= floor))
    if not len(wanted):
        return []
    points, strides = _anchors(card.width, card.height, card.strides)
    boxes = _boxes(rows[wanted, len(card.labels) :], points[wanted], strides[wanted], card.bins)
    scores, rival_scores = people[wanted], rivals[wanted]
    seen = np.flatnonzero(scores >= floor)
    kept = seen[suppress(boxes[seen], scores[seen], card.nms_iou)]
    animals = np.flatnonzero(rival_scores >= floor)
    animals = animals[(-rival_scores[animals]).argsort(kind="stable")[:MAX_RIVALS]]
    if len(animals) and len(kept):
        same = overlaps(boxes[kept], boxes[animals]) > card.rival_iou
        worst = np.where(same, rival_scores[animals][None], 0).max(1)
        kept = kept[scores[kept] >= worst]
    return [_person(scores[index], boxes[index], placed, frame) for index in kept]


def _person(score: float, corners: Floats, placed: Fit, frame: tuple[int, int]) -> Person:
    """Undo the fit, cut at the frame's edge, and make the box relative."""
    width, height = frame
    left, top, right, bottom = (float(value) / placed.scale for value in corners)
    left, right = (min(max(value / width, 0.0), 1.0) for value in (left, right))
    top, bottom = (min(max(value / height, 0.0), 1.0) for value in (top, bottom))
    return Person(min(float(score), 1.0), left, top, right - left, bottom - top)
