"""Figures from scores and labels; pure, so that each can be checked by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf, nextafter
from typing import Final, NamedTuple

from custom_components.verified_response.core.detection import Box

SAME: Final = 0.5
"""Intersection over union from which a found box is the labelled one (AP50)."""
RECALL_POINTS: Final = 101


class Found(NamedTuple):
    """One box that an engine reported."""

    score: float
    box: Box


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One picture as labelled and as seen; `labelled` None when it has no boxes."""

    person: bool
    labelled: tuple[Box, ...] | None
    found: tuple[Found, ...]

    @property
    def score(self) -> float:
        """Return the best score in the picture, 0 for nobody."""
        return max((each.score for each in self.found), default=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One place on the curve of recall over false pictures."""

    threshold: float
    recall: float
    false_share: float


def matches(pictures: Sequence[Judged]) -> tuple[list[tuple[float, bool]], int]:
    """Return (score, is it a labelled person) of every found box, best first, and how many are labelled.

    Each labelled person is found at most once; the second box on it is a mistake.
    """
    marks: list[tuple[float, bool]] = []
    total = 0
    for picture in pictures:
        if picture.labelled is None:
            continue
        total += len(picture.labelled)
        open_labels = list(picture.labelled)
        for found in sorted(picture.found, key=lambda each: -each.score):
            best = max(open_labels, key=found.box.overlap, default=None)
            is_right = best is not None and found.box.overlap(best) >= SAME
            if is_right and best is not None:
                open_labels.remove(best)
            marks.append((found.score, is_right))
    return sorted(marks, key=lambda mark: -mark[0]), total


def precision_recall(pictures: Sequence[Judged]) -> list[tuple[float, float]]:
    """Return (recall, precision) after each found box, best score first."""
    marks, total = matches(pictures)
    curve, right = [], 0
    for rank, (_, is_right) in enumerate(marks, 1):
        right += is_right
        curve.append((right / total if total else 0.0, right / rank))
    return curve


def ap50(pictures: Sequence[Judged]) -> float | None:
    """Return the mean precision over 101 recalls, as COCO counts it; None without labelled boxes."""
    if not any(picture.labelled for picture in pictures):
        return None
    curve = precision_recall(pictures)
    levels = (step / (RECALL_POINTS - 1) for step in range(RECALL_POINTS))
    best = [
        max((precision for recall, precision in curve if recall >= level), default=0.0)
        for level in levels
    ]
    return sum(best) / RECALL_POINTS


def at_threshold(pictures: Sequence[Judged], threshold: float) -> Point | None:
    """Return recall of person pictures and share of false ones; None without both kinds."""
    with_person = [item.score for item in pictures if item.person]
    empty = [item.score for item in pictures if not item.person]
    if not with_person or not empty:
        return None
    return Point(
        threshold=threshold,
        recall=sum(score >= threshold for score in with_person) / len(with_person),
        false_share=sum(score >= threshold for score in empty) / len(empty),
    )


def at_false_share(pictures: Sequence[Judged], share: float) -> Point | None:
    """Return the point with the best recall among those with at most this share of false pictures."""
    empty = sorted((item.score for item in pictures if not item.person), reverse=True)
    allowed = floor(share * len(empty) + 1e-9)
    # Nobody found has score 0 and is never a person, however low the threshold.
    forbidden = empty[allowed] if allowed < len(empty) else 0.0
    usable = [item.score for item in pictures if item.person and item.score > forbidden]
    return at_threshold(pictures, min(usable, default=nextafter(forbidden, inf)))


def curve(pictures: Sequence[Judged]) -> list[Point]:
    """Return recall over false pictures for every threshold that makes a difference."""
    thresholds = sorted({item.score for item in pictures if item.score > 0}, reverse=True)
    return [point for each in thresholds if (point := at_threshold(pictures, each)) is not None]


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitFound:
    """One visit; `after_s` None when it was missed, `tallest_px` 0 when nobody was seen in it."""

    first_s: float
    last_s: float
    after_s: float | None
    tallest_px: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One frame of a clip as it was judged; `alert` by vote."""

    at_s: float
    score: float
    tallest_px: float
    alert: bool


def visits_found(
    moments: Sequence[Moment], visits: Sequence[tuple[float, float]], *, grace_s: float
) -> tuple[VisitFound, ...]:
    """Say for each visit when the vote first said so; within `grace_s` after its end counts."""
    found = []
    for first, last in visits:
        inside = [each for each in moments if first <= each.at_s <= last + grace_s]
        alert = next((each.at_s for each in inside if each.alert), None)
        found.append(
            VisitFound(
                first_s=first,
                last_s=last,
                after_s=None if alert is None else alert - first,
                tallest_px=max((each.tallest_px for each in inside), default=0.0),
            )
        )
    return tuple(found)


def false_alerts(
    moments: Sequence[Moment], visits: Sequence[tuple[float, float]], *, grace_s: float
) -> int:
    """Count the times the vote turned to "a person" while nobody was there."""
    count, alerting = 0, False
    for each in moments:
        near = any(first - grace_s <= each.at_s <= last + grace_s for first, last in visits)
        count += each.alert and not alerting and not near
        alerting = each.alert
    return count
