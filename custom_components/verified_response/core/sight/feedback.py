"""Learning from verdicts: what would have kept false alarms away, and what else it would have hidden."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import ceil, floor
from typing import Final

from ..detection import Box, PersonBox, Point, Polygon, Thresholds
from ..premises import CameraView, StillThing
from .places import contains, counts
from .stills import ALIKE, SAME_PLACE, likeness

HIDDEN: Final = 0.5
"""Share of a box under privacy masks from which nobody is found in it."""
TOGETHER: Final = 0.3
"""Overlap from which two false boxes are at the same place."""
MARGIN: Final = 0.02
"""How much wider than its boxes a proposed mask is."""
MOST_MASK: Final = 0.25
MOST_OFFSET: Final = 0.3
MOST_LEAST_HEIGHT: Final = 0.5
LEAST_MOST_HEIGHT: Final = 0.3
"""Bounds of what is proposed: beyond them a camera would be of no use."""
STEP: Final = 0.01
_EXACT: Final = 1e-6
"""Of a step: what lies on one does not fall below it by rounding."""
_GRID: Final = (5, 9)


class ProposalKind(StrEnum):
    """What of a camera would be changed; the mildest first."""

    STILL_THING = "still_thing"
    LEAST_HEIGHT = "least_height"
    MOST_HEIGHT = "most_height"
    THRESHOLD = "threshold"
    MASK = "mask"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One box that was kept after a verdict; `false`: nobody was there."""

    box: Box
    score: float
    patch: bytes = b""
    false: bool
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindsight:
    """What a proposal would have done to what was kept and counts today."""

    avoided: int
    false_total: int
    lost: int
    true_total: int

    @property
    def is_clean(self) -> bool:
        """Say whether it loses nobody, and avoids two false ones, or the only one."""
        return self.lost == 0 and self.avoided >= min(2, max(self.false_total, 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """One change of a camera's view, to be accepted by the owner or not."""

    kind: ProposalKind
    mask: Polygon = ()
    """MASK: added to the privacy masks."""
    number: float = 0.0
    """THRESHOLD: the new score_offset. LEAST_HEIGHT, MOST_HEIGHT: the new height."""
    thing: StillThing | None = None
    """STILL_THING: added to the things that are always there."""
    effect: Hindsight = Hindsight(avoided=0, false_total=0, lost=0, true_total=0)


def applied(view: CameraView, proposal: Proposal) -> CameraView:
    """Return the view as it would be with the proposal."""
    match proposal.kind:
        case ProposalKind.MASK:
            return replace(view, masks=(*view.masks, proposal.mask))
        case ProposalKind.THRESHOLD:
            return replace(view, score_offset=proposal.number)
        case ProposalKind.LEAST_HEIGHT:
            return replace(view, least_height=proposal.number)
        case ProposalKind.MOST_HEIGHT:
            return replace(view, most_height=proposal.number)
        case ProposalKind.STILL_THING:
            more = (proposal.thing,) if proposal.thing is not None else ()
            return replace(view, still_things=(*view.still_things, *more))


def effect(
    kept: Sequence[Sighting],
    view: CameraView,
    proposal: Proposal,
    thresholds: Thresholds | None = None,
) -> Hindsight:
    """Return what the proposal would have done to those sightings that count in the view today."""
    model = thresholds or Thresholds()
    return _effect(_counting(kept, view, model), view, proposal, model)


def would_count(sighting: Sighting, view: CameraView, thresholds: Thresholds) -> bool:
    """Say whether the view would have counted it: sure enough, not masked, a person by places.counts."""
    return _stands_out(sighting, view, thresholds) and _shows(
        _in_sight(_points(sighting.box), view.masks)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counting:
    """A sighting that counts today, and what of its box the masks leave in sight: found out once."""

    sighting: Sighting
    points: Sequence[Point]


def _counting(kept: Sequence[Sighting], view: CameraView, model: Thresholds) -> Sequence[_Counting]:
    now = []
    for item in kept:
        if _stands_out(item, view, model):
            points = _in_sight(_points(item.box), view.masks)
            if _shows(points):
                now.append(_Counting(sighting=item, points=points))
    return now


def _effect(
    now: Sequence[_Counting], view: CameraView, proposal: Proposal, model: Thresholds
) -> Hindsight:
    changed = applied(view, proposal)
    gone = [item.sighting for item in now if not _still_counts(item, changed, proposal, model)]
    return Hindsight(
        avoided=sum(item.false for item in gone),
        false_total=sum(item.sighting.false for item in now),
        lost=sum(not item.false for item in gone),
        true_total=sum(not item.sighting.false for item in now),
    )


def _still_counts(
    item: _Counting, changed: CameraView, proposal: Proposal, model: Thresholds
) -> bool:
    """Say whether it counts in the changed view: a mask hides more of it, all else judges it anew."""
    if proposal.kind is not ProposalKind.MASK:
        return _stands_out(item.sighting, changed, model)
    return _shows(_in_sight(item.points, (proposal.mask,)))


def _stands_out(sighting: Sighting, view: CameraView, thresholds: Thresholds) -> bool:
    person = PersonBox(score=sighting.score, box=sighting.box, patch=sighting.patch)
    return sighting.score >= view.thresholds(thresholds).sustain and counts(person, view)


def propose(
    kept: Sequence[Sighting], view: CameraView, thresholds: Thresholds | None = None
) -> tuple[Proposal, ...]:
    """Return what could be changed, the best first; nothing that would drop every true sighting.

    Clean proposals come first (Hindsight.is_clean), then what avoids more, loses less, and is milder.
    """
    model = thresholds or Thresholds()
    now = _counting(kept, view, model)
    false = sorted((item.sighting for item in now if item.sighting.false), key=_order)
    best: dict[tuple[ProposalKind, Polygon, StillThing | None], Proposal] = {}
    for candidate in _candidates(false, view, model):
        proposal = replace(candidate, effect=_effect(now, view, candidate, model))
        done = proposal.effect
        if done.avoided == 0 or (done.true_total and done.lost == done.true_total):
            continue
        key = (proposal.kind, proposal.mask, proposal.thing)
        if key not in best or _rank(proposal, view) < _rank(best[key], view):
            best[key] = proposal
    return tuple(sorted(best.values(), key=lambda item: _rank(item, view)))


def _rank(proposal: Proposal, view: CameraView) -> tuple[bool, int, int, int, float, Polygon]:
    done = proposal.effect
    was = {
        ProposalKind.THRESHOLD: view.score_offset,
        ProposalKind.LEAST_HEIGHT: view.least_height,
        ProposalKind.MOST_HEIGHT: view.most_height,
    }.get(proposal.kind, 0.0)
    mildest = list(ProposalKind).index(proposal.kind)
    change = abs(proposal.number - was)
    return not done.is_clean, -done.avoided, done.lost, mildest, change, proposal.mask


def _candidates(
    false: Sequence[Sighting], view: CameraView, model: Thresholds
) -> Iterable[Proposal]:
    for item in false:
        yield from _numbers(item, view, model)
    for group in _groups(false):
        if len(group) < min(2, len(false)):
            continue
        mask = _around([item.box for item in group])
        if _area(mask) <= MOST_MASK:
            yield Proposal(kind=ProposalKind.MASK, mask=mask)
        thing = _thing(group)
        if thing is not None:
            yield Proposal(kind=ProposalKind.STILL_THING, thing=thing)


def _numbers(item: Sighting, view: CameraView, model: Thresholds) -> Iterable[Proposal]:
    """Propose the mildest numbers that keep this one away, in whole steps and within the bounds."""
    offset = round((floor((item.score - model.sustain) / STEP + _EXACT) + 1) * STEP, 4)
    if view.score_offset < offset <= MOST_OFFSET:
        yield Proposal(kind=ProposalKind.THRESHOLD, number=offset)
    taller = round((floor(item.box.height / STEP + _EXACT) + 1) * STEP, 4)
    if view.least_height < taller <= min(MOST_LEAST_HEIGHT, view.most_height):
        yield Proposal(kind=ProposalKind.LEAST_HEIGHT, number=taller)
    smaller = round((ceil(item.box.height / STEP - _EXACT) - 1) * STEP, 4)
    if max(LEAST_MOST_HEIGHT, view.least_height) <= smaller < view.most_height:
        yield Proposal(kind=ProposalKind.MOST_HEIGHT, number=smaller)


def _groups(false: Sequence[Sighting]) -> list[list[Sighting]]:
    """Put together what overlaps, directly or through others."""
    groups: list[list[Sighting]] = []
    for item in false:
        near = [
            group
            for group in groups
            if any(item.box.overlap(other.box) >= TOGETHER for other in group)
        ]
        groups = [group for group in groups if not any(group is other for other in near)]
        groups.append([*(other for group in near for other in group), item])
    return groups


def _thing(group: Sequence[Sighting]) -> StillThing | None:
    """Return the sighting that most of the group look like, where they look alike at all."""
    pictured = [item for item in group if item.patch]
    if not pictured:
        return None

    def alike(item: Sighting) -> int:
        return sum(
            item.box.overlap(other.box) >= SAME_PLACE and likeness(item.patch, other.patch) >= ALIKE
            for other in pictured
        )

    middle = max(pictured, key=alike)
    return StillThing(box=middle.box, patch=middle.patch)


def _around(boxes: Sequence[Box]) -> Polygon:
    left = max(min(box.x for box in boxes) - MARGIN, 0.0)
    top = max(min(box.y for box in boxes) - MARGIN, 0.0)
    right = min(max(box.x + box.width for box in boxes) + MARGIN, 1.0)
    bottom = min(max(box.y + box.height for box in boxes) + MARGIN, 1.0)
    left, top, right, bottom = (round(side, 4) for side in (left, top, right, bottom))
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _area(rectangle: Polygon) -> float:
    (left, top), _, (right, bottom), _ = rectangle
    return (right - left) * (bottom - top)


def _shows(points: Sequence[Point]) -> bool:
    """Say whether enough of a box is in sight that somebody is found in it."""
    columns, rows = _GRID
    return columns * rows - len(points) < HIDDEN * columns * rows


def _in_sight(points: Sequence[Point], masks: Sequence[Polygon]) -> Sequence[Point]:
    """Return the points that no mask hides; an empty mask hides nothing."""
    for mask in masks:
        if mask:
            points = [point for point in points if not contains(mask, point)]
    return points


def _points(box: Box) -> Sequence[Point]:
    columns, rows = _GRID
    return [
        (
            box.x + box.width * (column + 0.5) / columns,
            box.y + box.height * (row + 0.5) / rows,
        )
        for row in range(rows)
        for column in range(columns)
    ]


def _order(item: Sighting) -> tuple[float, float, float, float, float, bytes, datetime]:
    box = item.box
    return box.x, box.y, box.width, box.height, item.score, item.patch, item.at
