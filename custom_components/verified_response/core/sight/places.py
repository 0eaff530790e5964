"""Where somebody stands, and whether that is where people count."""

from collections.abc import Sequence
from math import isfinite
from typing import Final

from ..detection import Box, PersonBox, Point, Polygon
from ..premises import CameraView
from .stills import is_thing

LEAST_POINTS: Final = 3
MOST_POINTS: Final = 32
LEAST_AREA: Final = 1e-6
"""Of the frame; less is a line, a point, or a figure of eight whose halves cancel out."""
EDGE: Final = 0.02
"""A box that ends this near to the frame's lower edge is cut off there, and so may a region be drawn."""
_ON_LINE: Final = 1e-9


def contains(polygon: Polygon, point: Point) -> bool:
    """Say whether the point lies in the polygon (even-odd rule) or on its border.

    The empty polygon contains everything.
    """
    if not polygon:
        return True
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if _on_line((ax, ay), (bx, by), point):
            return True
        if (ay > y) is not (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


def is_polygon(points: Sequence[Point]) -> bool:
    """Say whether the points make a polygon: 3 to 32 of them, within the frame, around some area."""
    if not LEAST_POINTS <= len(points) <= MOST_POINTS:
        return False
    if not all(isfinite(value) and 0.0 <= value <= 1.0 for point in points for value in point):
        return False
    shifted = (*points[1:], points[0])
    twice = sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(points, shifted, strict=True))
    return abs(twice) / 2 > LEAST_AREA


def is_cut_off(box: Box) -> bool:
    """Say whether the feet are hidden below the frame's lower edge."""
    return box.y + box.height >= 1.0 - EDGE


def foot_point(box: Box) -> Point:
    """Return where the person stands, within the frame.

    Feet that are cut off stand below the lower edge, nearer to the camera than anything it shows:
    the point on that edge speaks for them.
    """
    x, y = box.feet
    return min(max(x, 0.0), 1.0), 1.0 if is_cut_off(box) else min(max(y, 0.0), 1.0)


def stands_in(region: Polygon, box: Box) -> bool:
    """Say whether the feet are in the region; cut-off feet are, where it comes within EDGE of the edge."""
    x, y = foot_point(box)
    return contains(region, (x, y)) or (is_cut_off(box) and contains(region, (x, 1.0 - EDGE)))


def counts(person: PersonBox, view: CameraView) -> bool:
    """Say whether what was seen counts as a person in this view, whatever its score.

    Its feet stand in the region, the visible part is neither too small nor too large, and it is none
    of the things that are always there.
    """
    return (
        view.least_height <= person.box.height <= view.most_height
        and stands_in(view.region, person.box)
        and not any(is_thing(person, thing) for thing in view.still_things)
    )


def counted(people: Sequence[PersonBox], view: CameraView) -> tuple[PersonBox, ...]:
    """Return those who count, in the order given; scores are left to the caller's threshold."""
    return tuple(person for person in people if counts(person, view))


def _on_line(start: Point, end: Point, point: Point) -> bool:
    (ax, ay), (bx, by), (x, y) = start, end, point
    aside = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
    return (
        abs(aside) <= _ON_LINE
        and min(ax, bx) - _ON_LINE <= x <= max(ax, bx) + _ON_LINE
        and min(ay, by) - _ON_LINE <= y <= max(ay, by) + _ON_LINE
    )
