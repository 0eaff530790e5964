"""Stills as people see them: masks first, then boxes, numbers and a grid; for an executor."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

from .core.detection import Box, Point, Polygon

_LOGGER = logging.getLogger(__name__)

type Colour = tuple[int, int, int]
type Size = tuple[int, int]

BOX_COLOUR: Colour = (255, 140, 0)
PALE_COLOUR: Colour = (150, 150, 150)
MASK_COLOUR: Colour = (0, 0, 0)
EDGE_COLOUR: Colour = (255, 255, 255)
REGION_COLOUR: Colour = (64, 200, 120)
GRID_COLOUR: Colour = (90, 160, 255)
JPEG_QUALITY = 85
WIDEST = 1280
"""Wide enough for a phone, small enough for a push."""
MOST_PIXELS = 34_000_000
"""As the worker: what is larger is not decoded."""
GRID_STEP = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """One box; pale when it does not count."""

    box: Box
    number: int | None = None
    pale: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlay:
    """What is drawn on a still; masks hide whatever else is drawn below them."""

    masks: tuple[Polygon, ...] = ()
    boxes: tuple[Marked, ...] = ()
    region: Polygon = ()
    grid: bool = False
    """Lines at every tenth with their percentages, and the numbers of the masks."""


def draw(picture: bytes, overlay: Overlay) -> bytes | None:
    """Return the still as JPEG without what came with it but pixels, None when it cannot be read."""
    still = _opened(picture)
    if still is None:
        return None
    pen = ImageDraw.Draw(still)
    size = still.size
    for mask in overlay.masks:
        pen.polygon(_scaled(mask, size), fill=MASK_COLOUR)
    if overlay.grid:
        _draw_grid(pen, size)
        for number, mask in enumerate(overlay.masks, start=1):
            pen.polygon(_scaled(mask, size), outline=EDGE_COLOUR, width=2)
            _write(pen, _middle(_scaled(mask, size)), str(number), EDGE_COLOUR)
    if overlay.region:
        pen.polygon(_scaled(overlay.region, size), outline=REGION_COLOUR, width=3)
    for marked in overlay.boxes:
        _draw_box(pen, size, marked)
    out = BytesIO()
    still.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _opened(picture: bytes) -> Image.Image | None:
    """Return the picture upright and small; its masks must be drawn before anybody sees it."""
    try:
        with Image.open(BytesIO(picture), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("RGB", (WIDEST, WIDEST))
            still = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as err:
        _LOGGER.warning("A picture cannot be drawn: %s", type(err).__name__)
        return None
    still.thumbnail((WIDEST, WIDEST))
    return still


def _scaled(points: Iterable[Point], size: Size) -> list[tuple[float, float]]:
    wide, high = size
    return [(x * wide, y * high) for x, y in points]


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _draw_grid(pen: ImageDraw.ImageDraw, size: Size) -> None:
    wide, high = size
    for percent in range(GRID_STEP, 100, GRID_STEP):
        x, y = wide * percent / 100, high * percent / 100
        pen.line((x, 0, x, high), fill=GRID_COLOUR)
        pen.line((0, y, wide, y), fill=GRID_COLOUR)
        _write(pen, (x, _letter(size)), str(percent), GRID_COLOUR)
        _write(pen, (_letter(size), y), str(percent), GRID_COLOUR)


def _draw_box(pen: ImageDraw.ImageDraw, size: Size, marked: Marked) -> None:
    wide, high = size
    box, colour = marked.box, PALE_COLOUR if marked.pale else BOX_COLOUR
    left, top = box.x * wide, box.y * high
    right, bottom = (box.x + box.width) * wide, (box.y + box.height) * high
    pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=colour, width=3)
    if marked.number is not None:
        at = (left + _letter(size), top + _letter(size))
        _write(pen, at, str(marked.number), colour)


def _letter(size: Size) -> float:
    """Return how high letters are in a picture of this size."""
    return max(12, size[1] / 30)


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, colour: Colour) -> None:
    font = ImageFont.load_default(_letter(pen.im.size))
    pen.text(at, text, fill=colour, font=font, anchor="mm", stroke_width=2, stroke_fill=(0, 0, 0))
