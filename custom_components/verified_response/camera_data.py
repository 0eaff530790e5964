"""What is stored of a camera, as values of the field, and shapes as people type them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from . import const as c
from .core.detection import Box, Polygon
from .core.errors import InvalidRequestError
from .core.premises import CameraView, StillThing
from .core.sight.feedback import Proposal, ProposalKind
from .core.sight.places import is_polygon

MOST_MASKS: Final = 20
MOST_STILL_THINGS: Final = 50
SCORE_OFFSETS: Final = (-0.15, 0.3)
WHOLE: Final = 100
"""Percent of the frame."""
_POINTS = re.compile(r"\s*[-+\d.]+\s*,\s*[-+\d.]+(?:\s+[-+\d.]+\s*,\s*[-+\d.]+)+\s*")
_BETWEEN = re.compile(r"[\s,;]+")


def camera_view(camera_id: str, name: str, data: Mapping[str, Any]) -> CameraView:
    """Return a camera as stored; what an older version did not ask has its default."""
    return CameraView(
        id=camera_id,
        name=name,
        source=data[c.CONF_ENTITY_ID],
        outdoor=data[c.CONF_OUTDOOR],
        masks=tuple(polygon_of(item) for item in data.get(c.CONF_MASKS, ())),
        region=polygon_of(data.get(c.CONF_REGION, ())),
        least_height=data.get(c.CONF_LEAST_HEIGHT, 0) / WHOLE,
        most_height=data.get(c.CONF_MOST_HEIGHT, WHOLE) / WHOLE,
        score_offset=data.get(c.CONF_SCORE_OFFSET, 0.0),
        still_things=still_things_of(data),
        preroll=data.get(c.CONF_PREROLL, False),
        keep_crops=data.get(c.CONF_KEEP_CROPS, False),
        detections=tuple(data.get(c.CONF_DETECTIONS, ())),
    )


def polygon_of(stored: Iterable[Iterable[float]]) -> Polygon:
    """Return a stored shape."""
    return tuple((x, y) for x, y in stored)


def as_stored(polygon: Polygon) -> list[list[float]]:
    """Return a shape as JSON-able lists."""
    return [[round(x, 4), round(y, 4)] for x, y in polygon]


def still_things_of(data: Mapping[str, Any]) -> tuple[StillThing, ...]:
    """Return the things that are no people, as stored."""
    return tuple(
        StillThing(
            box=Box(
                x=item["box"][0], y=item["box"][1], width=item["box"][2], height=item["box"][3]
            ),
            patch=bytes.fromhex(item["patch"]),
        )
        for item in data.get(c.CONF_STILL_THINGS, ())
    )


def thing_as_stored(thing: StillThing) -> dict[str, Any]:
    """Return a thing as JSON-able values."""
    box = thing.box
    sides = (box.x, box.y, box.width, box.height)
    return {"box": [round(side, 4) for side in sides], "patch": thing.patch.hex()}


def as_text(polygon: Polygon) -> str:
    """Return a shape in percent: a rectangle as left, top, width and height, else its corners."""
    if (box := _rectangle(polygon)) is not None:
        return " ".join(_percent(side) for side in box)
    return " ".join(f"{_percent(x)},{_percent(y)}" for x, y in polygon)


def shapes_from_text(text: str, *, most: int = MOST_MASKS) -> tuple[Polygon, ...]:
    """Return one shape per line; raises InvalidRequestError that names the line."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    shapes = tuple(_shape(line, number) for number, line in lines if line)
    if len(shapes) > most:
        raise InvalidRequestError("too_many_shapes", line=str(most), maximum=str(most))
    return shapes


def _shape(line: str, number: int) -> Polygon:
    """Return the shape of a line: corners as x,y pairs, or left, top, width and height."""
    try:
        sides = [float(word) / WHOLE for word in _BETWEEN.split(line.strip(" ,;"))]
    except ValueError as err:
        raise _wrong("shape_malformed", number) from err
    points: Polygon
    if len(sides) == 4 and not _POINTS.fullmatch(line):
        left, top, wide, high = sides
        if min(wide, high) <= 0:
            raise _wrong("shape_malformed", number)
        points = _corners(left, top, left + wide, top + high)
    elif len(sides) >= 6 and len(sides) % 2 == 0:
        points = tuple(zip(sides[::2], sides[1::2], strict=True))
    else:
        raise _wrong("shape_malformed", number)
    if any(not -1e-9 <= side <= 1 + 1e-9 for point in points for side in point):
        raise _wrong("shape_outside", number)
    points = tuple((_within(x), _within(y)) for x, y in points)
    if not is_polygon(points):
        raise _wrong("shape_impossible", number)
    return points


def _wrong(code: str, number: int) -> InvalidRequestError:
    return InvalidRequestError(code, line=str(number), maximum=str(MOST_MASKS))


def _within(side: float) -> float:
    return round(min(max(side, 0.0), 1.0), 4)


def _corners(left: float, top: float, right: float, bottom: float) -> Polygon:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _rectangle(polygon: Polygon) -> tuple[float, float, float, float] | None:
    """Return left, top, width and height when the shape is an upright rectangle."""
    if len(polygon) != 4:
        return None
    first, third = polygon[0], polygon[2]
    (left, right), (top, bottom) = sorted((first[0], third[0])), sorted((first[1], third[1]))
    if set(polygon) != set(_corners(left, top, right, bottom)):
        return None
    return left, top, right - left, bottom - top


def _percent(side: float) -> str:
    return f"{side * WHOLE:.2f}".rstrip("0").rstrip(".")


def with_proposal(data: Mapping[str, Any], proposal: Proposal) -> dict[str, Any]:
    """Return a camera's data with a change that the owner accepted; raises InvalidRequestError."""
    match proposal.kind:
        case ProposalKind.MASK:
            masks = [*data.get(c.CONF_MASKS, ()), as_stored(proposal.mask)]
            if len(masks) > MOST_MASKS:  # none of the owner's own may go for it
                raise InvalidRequestError("too_many_shapes", maximum=str(MOST_MASKS))
            return {**data, c.CONF_MASKS: masks}
        case ProposalKind.THRESHOLD:
            return {**data, c.CONF_SCORE_OFFSET: round(proposal.number, 4)}
        case ProposalKind.LEAST_HEIGHT:
            return {**data, c.CONF_LEAST_HEIGHT: round(proposal.number * WHOLE)}
        case ProposalKind.MOST_HEIGHT:
            return {**data, c.CONF_MOST_HEIGHT: round(proposal.number * WHOLE)}
        case ProposalKind.STILL_THING:
            things = list(data.get(c.CONF_STILL_THINGS, ()))
            if proposal.thing is not None:
                things.append(thing_as_stored(proposal.thing))
            return {**data, c.CONF_STILL_THINGS: things[-MOST_STILL_THINGS:]}


def surrounding(proposal: Proposal) -> Box | None:
    """Return the place that a proposal is about, None for the whole frame."""
    if proposal.thing is not None:
        return proposal.thing.box
    if not proposal.mask:
        return None
    across, down = zip(*proposal.mask, strict=True)
    left, top = min(across), min(down)
    return Box(x=left, y=top, width=max(across) - left, height=max(down) - top)
