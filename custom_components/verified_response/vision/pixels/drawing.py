"""A porch, empty or with a person on it, drawn by numpy alone: the same pixels on every machine."""

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Scene = NDArray[np.float32]
    type Cover = NDArray[np.float32]

type Point = tuple[float, float]
type Colour = tuple[int, int, int]  # blue, green, red

WIDTH: Final = 640
HEIGHT: Final = 480

SKIN: Final = (132, 158, 200)
NECK: Final = (112, 138, 180)
HAIR: Final = (28, 34, 44)
JACKET: Final = (92, 52, 36)
FAR_SLEEVE: Final = (74, 42, 28)
NEAR_SLEEVE: Final = (104, 62, 44)
TROUSERS: Final = (44, 40, 38)
FAR_LEG: Final = (36, 33, 31)
SHOES: Final = (20, 20, 22)
SHADOW: Final = (60, 64, 70)


def porch() -> NDArray[np.uint8]:
    """Draw an empty porch: wall, door, window, floor, sensor noise."""
    return _finished(_porch().copy())


def porch_with_person(left: int = 350, feet: int = 440, tall: int = 300) -> NDArray[np.uint8]:
    """Draw the porch with a walking person, `tall` pixels high, standing at `feet`."""
    scene, unit = _porch().copy(), tall / 100

    def at(x: float, y: float) -> Point:
        return left + x * unit, feet - (100 - y) * unit

    def limb(*points: Point, wide: float, colour: Colour) -> None:
        _line(scene, [at(*each) for each in points], wide * unit / 2, colour)

    _ellipse(scene, at(4, 99), (26 * unit, 4 * unit), SHADOW, part=0.6)
    limb((-2, 52), (-8, 73), (-15, 94), wide=7.5, colour=FAR_LEG)
    limb((2, 52), (9, 73), (9, 95), wide=8, colour=TROUSERS)
    limb((-16, 97), (-10, 97), wide=4.5, colour=SHOES)
    limb((8, 98), (15, 98), wide=4.5, colour=SHOES)
    limb((-8, 25), (-14, 40), (-10, 53), wide=6, colour=FAR_SLEEVE)
    body = [(-9, 20), (9, 20), (10, 38), (8, 57), (-8, 57), (-9, 38)]
    _convex(scene, [at(x, y) for x, y in body], JACKET)
    limb((8, 25), (13, 40), (17, 51), wide=6, colour=NEAR_SLEEVE)
    limb((17.5, 52), (18, 54), wide=4.5, colour=SKIN)
    limb((0, 14), (0, 20), wide=6, colour=NECK)
    _ellipse(scene, at(0, 9), (5.6 * unit, 7.2 * unit), SKIN)
    _ellipse(scene, at(-0.6, 5.5), (6 * unit, 5 * unit), HAIR, half=True)
    return _finished(scene)


@lru_cache(maxsize=1)
def _porch() -> Scene:
    """Draw the place without noise."""
    import numpy as np

    shade = np.linspace(172, 138, HEIGHT, dtype=np.float32)[:, None, None]
    scene = (shade * np.array([0.92, 1.0, 1.04], np.float32)).repeat(WIDTH, 1)
    frame = (225, 228, 228)
    _fill(scene, (0, 400, WIDTH, HEIGHT), (96, 104, 112))
    _fill(scene, (70, 90, 211, 401), (58, 72, 104))
    _outline(scene, (86, 108, 194, 230), 1, (48, 60, 88))
    _ellipse(scene, (196, 260), (5, 5), (40, 150, 170))
    _fill(scene, (480, 110, 601, 231), (150, 130, 112))
    _outline(scene, (480, 110, 600, 230), 2, frame)
    _fill(scene, (539, 110, 542, 231), frame)
    return scene


def _fill(scene: Scene, box: tuple[int, int, int, int], colour: Colour) -> None:
    """Fill a rectangle: left, top, right, bottom, the last two outside."""
    left, top, right, bottom = box
    scene[top:bottom, left:right] = colour


def _outline(scene: Scene, box: tuple[int, int, int, int], half: int, colour: Colour) -> None:
    """Draw the border of a rectangle, `half` pixels to either side of its corners."""
    left, top, right, bottom = box
    for x in (left, right):
        _fill(scene, (x - half, top - half, x + half + 1, bottom + half + 1), colour)
    for y in (top, bottom):
        _fill(scene, (left - half, y - half, right + half + 1, y + half + 1), colour)


class _Window:
    """The part of the scene that a shape lies in, and the numbers of its rows and columns."""

    def __init__(self, points: Iterable[Point], reach: float) -> None:
        """Take everything within reach of the points."""
        import numpy as np

        xs, ys = zip(*points, strict=True)
        left, right = _span(xs, reach, WIDTH)
        top, bottom = _span(ys, reach, HEIGHT)
        self.rows = np.arange(top, bottom, dtype=np.float32)[:, None]
        self.columns = np.arange(left, right, dtype=np.float32)[None]
        self.place = np.s_[top:bottom, left:right]

    @property
    def shape(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self.rows.shape[0], self.columns.shape[1]

    def paint(self, scene: Scene, cover: Cover, colour: Colour) -> None:
        """Mix a colour in where it covers."""
        import numpy as np

        part = scene[self.place]
        part += cover[:, :, None] * (np.array(colour, np.float32) - part)


def _span(values: Iterable[float], reach: float, limit: int) -> tuple[int, int]:
    """Return the first pixel and the one after the last."""
    known = list(values)
    first = min(max(math.floor(min(known) - reach) - 1, 0), limit)
    return first, max(min(math.ceil(max(known) + reach) + 2, limit), first)


def _line(scene: Scene, points: list[Point], half: float, colour: Colour) -> None:
    """Draw a line through points, with round ends, `half` wide to either side."""
    import numpy as np

    window = _Window(points, half)
    nearest = np.full(window.shape, np.inf, np.float32)
    for (x1, y1), (x2, y2) in pairwise(points):
        x, y = window.columns - x1, window.rows - y1
        way = (x2 - x1) ** 2 + (y2 - y1) ** 2
        along = ((x * (x2 - x1) + y * (y2 - y1)) / way).clip(0, 1)
        away = np.hypot(x - along * (x2 - x1), y - along * (y2 - y1))
        nearest = np.minimum(nearest, away)
    window.paint(scene, (half + 0.5 - nearest).clip(0, 1), colour)


def _convex(scene: Scene, points: list[Point], colour: Colour) -> None:
    """Fill a polygon without dents, given clockwise as seen."""
    import numpy as np

    window = _Window(points, 0)
    outside = np.full(window.shape, -np.inf, np.float32)
    for (x1, y1), (x2, y2) in pairwise([*points, points[0]]):
        across = (window.columns - x1) * (y2 - y1) - (window.rows - y1) * (x2 - x1)
        outside = np.maximum(outside, across / math.hypot(x2 - x1, y2 - y1))
    window.paint(scene, (0.5 - outside).clip(0, 1), colour)


def _ellipse(
    scene: Scene, middle: Point, axes: Point, colour: Colour, *, part: float = 1, half: bool = False
) -> None:
    """Fill an upright ellipse, or its upper half; `part` of it lets the ground through."""
    import numpy as np

    window = _Window([middle], max(axes))
    x, y = (window.columns - middle[0]) / axes[0], (window.rows - middle[1]) / axes[1]
    cover = ((1 - np.hypot(x, y)) * min(axes) + 0.5).clip(0, 1) * part
    window.paint(scene, cover * (y < 0) if half else cover, colour)


def _finished(scene: Scene) -> NDArray[np.uint8]:
    """Blur slightly, as a lens does, and add the noise of a sensor."""
    import numpy as np

    for axis in (0, 1):
        edged = np.pad(scene, [(1, 1) if each == axis else (0, 0) for each in range(3)], "reflect")
        before = edged[:-2] if axis == 0 else edged[:, :-2]
        after = edged[2:] if axis == 0 else edged[:, 2:]
        scene = (before + after + 2 * scene) * np.float32(0.25)
    return np.asarray((scene + _noise()).clip(0, 255), np.uint8)


@lru_cache(maxsize=1)
def _noise() -> Scene:
    """Return nearly normal noise with a deviation of 4: numpy's own may change from release to release."""
    import numpy as np

    mixed = np.arange(HEIGHT * WIDTH * 3, dtype=np.uint32) * np.uint32(0x9E3779B1)
    for shift, factor in ((15, 0x85EBCA77), (13, 0xC2B2AE3D), (16, 1)):
        mixed ^= mixed >> np.uint32(shift)
        mixed *= np.uint32(factor)
    four = mixed.view(np.uint8).reshape(HEIGHT, WIDTH, 3, 4).sum(-1, dtype=np.float32)
    noise: Scene = (four - 510) * np.float32(4 / 147.8)
    return noise
