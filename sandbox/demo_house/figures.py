"""Figures on a canvas: a person who walks and a cat, built of shaded, tapered limbs."""

import itertools
import math
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

type Canvas = NDArray[np.uint8]
type Colour = tuple[int, int, int]
type Point = tuple[float, float]

SKIN: Final[Colour] = (150, 178, 214)
HAIR: Final[Colour] = (34, 42, 58)
TROUSERS: Final[Colour] = (66, 54, 48)
SHOES: Final[Colour] = (32, 32, 36)
FUR: Final[Colour] = (58, 104, 158)


class Figure:
    """A layer of shapes in the figure's own measure: x to the right, y up from the ground."""

    def __init__(self, canvas: Canvas, *, x: float, foot: float, tall: float) -> None:
        self._canvas = canvas
        height, width = canvas.shape[:2]
        self._x, self._foot, self._unit = x * width, foot * height, tall * height
        self._layer: Canvas = np.zeros(canvas.shape, np.uint8)
        self._mask = np.zeros(canvas.shape[:2], np.uint8)

    def _at(self, point: Point) -> Point:
        return self._x + point[0] * self._unit, self._foot - point[1] * self._unit

    def shadow(self, half_width: float) -> None:
        """Darken the ground under the figure, softly."""
        dark: NDArray[Any] = np.zeros(self._mask.shape, np.float32)
        centre = (int(self._x + 0.05 * self._unit), int(self._foot))
        axes = (int(half_width * self._unit), int(half_width * self._unit * 0.24))
        cv2.ellipse(dark, centre, axes, 0, 0, 360, 0.55, -1)
        dark = cv2.GaussianBlur(dark, (0, 0), 0.035 * self._unit)
        self._canvas[:] = (self._canvas * (1.0 - dark[..., None])).astype(np.uint8)

    def limb(self, start: Point, end: Point, thick: tuple[float, float], colour: Colour) -> None:
        """A tapered limb with round ends, lighter towards the light at the upper left."""
        for share, tone, shift in ((1.0, 0.72, 0.0), (0.74, 1.0, 0.16), (0.34, 1.2, 0.34)):
            first, last = thick[0] * share, thick[1] * share
            offset = (-shift * thick[0], shift * thick[0] * 0.4)
            self._capsule(_moved(start, offset), _moved(end, offset), (first, last), tone, colour)

    def _capsule(
        self, start: Point, end: Point, radii: tuple[float, float], tone: float, colour: Colour
    ) -> None:
        (x1, y1), (x2, y2) = self._at(start), self._at(end)
        r1, r2 = (max(radius * self._unit, 0.6) for radius in radii)
        length = math.hypot(x2 - x1, y2 - y1) or 1.0
        nx, ny = (y1 - y2) / length, (x2 - x1) / length
        side = [
            (x1 + nx * r1, y1 + ny * r1),
            (x2 + nx * r2, y2 + ny * r2),
            (x2 - nx * r2, y2 - ny * r2),
            (x1 - nx * r1, y1 - ny * r1),
        ]
        outline = np.array(side, np.float32).round().astype(np.int32)
        paint = _toned(colour, tone)
        for target, value in ((self._layer, paint), (self._mask, (255,))):
            cv2.fillConvexPoly(target, outline, value, cv2.LINE_AA)
            cv2.circle(target, (round(x1), round(y1)), round(r1), value, -1, cv2.LINE_AA)
            cv2.circle(target, (round(x2), round(y2)), round(r2), value, -1, cv2.LINE_AA)

    def polygon(self, points: list[Point], colour: Colour) -> None:
        """A flat shape."""
        outline = np.array([self._at(point) for point in points], np.float32)
        whole = outline.round().astype(np.int32)
        cv2.fillPoly(self._layer, [whole], colour, cv2.LINE_AA)
        cv2.fillPoly(self._mask, [whole], (255,), cv2.LINE_AA)

    def oval(
        self, centre: Point, axes: tuple[float, float], colour: Colour, turn: float = 0
    ) -> None:
        """A shaded ellipse."""
        for share, tone, shift in ((1.0, 0.74, 0.0), (0.8, 1.0, 0.14), (0.42, 1.16, 0.34)):
            x, y = self._at(_moved(centre, (-shift * axes[0], shift * axes[1])))
            size = (round(axes[0] * share * self._unit), round(axes[1] * share * self._unit))
            paint = _toned(colour, tone)
            for target, value in ((self._layer, paint), (self._mask, (255,))):
                cv2.ellipse(
                    target, (round(x), round(y)), size, turn, 0, 360, value, -1, cv2.LINE_AA
                )

    def settle(self) -> None:
        """Lay the figure onto the canvas; its shading is softened, its outline is not."""
        soft = cv2.GaussianBlur(self._layer, (0, 0), max(0.0035 * self._unit, 0.8))
        weight = cv2.GaussianBlur(self._mask, (0, 0), max(0.0035 * self._unit, 0.8))
        colour = soft.astype(np.float32) * (255.0 / np.maximum(weight, 1))[..., None]
        alpha = (self._mask.astype(np.float32) / 255.0)[..., None]
        mixed = self._canvas * (1.0 - alpha) + np.minimum(colour, 255.0) * alpha
        self._canvas[:] = mixed.astype(np.uint8)


def draw_person(
    canvas: Canvas, *, x: float, foot: float, tall: float, stride: float, jacket: Colour
) -> None:
    """A person of `tall` canvas heights, standing at `foot`; `stride` counts steps."""
    figure = Figure(canvas, x=x, foot=foot, tall=tall)
    swing = math.sin(stride * math.tau)
    figure.shadow(0.20)
    hip, shoulder = 0.50, 0.80
    _leg(figure, side=-1, swing=-swing, hip=hip, shade=0.8)
    _arm(figure, side=-1, swing=swing, shoulder=shoulder, jacket=_toned(jacket, 0.8))
    _leg(figure, side=1, swing=swing, hip=hip, shade=1.0)
    figure.limb((0.0, 0.77), (0.0, hip), (0.105, 0.088), jacket)
    figure.limb((-0.085, 0.785), (0.085, 0.785), (0.05, 0.05), jacket)
    figure.limb((0.004, 0.74), (0.004, 0.49), (0.007, 0.007), _toned(jacket, 0.55))
    _arm(figure, side=1, swing=-swing, shoulder=shoulder, jacket=jacket)
    figure.limb((0.0, 0.83), (0.004, 0.87), (0.036, 0.034), _toned(SKIN, 0.86))
    figure.oval((0.004, 0.928), (0.050, 0.066), SKIN)
    figure.oval((0.0, 0.962), (0.053, 0.038), HAIR)
    figure.limb((-0.046, 0.955), (-0.044, 0.915), (0.010, 0.006), HAIR)
    figure.limb((0.050, 0.955), (0.048, 0.915), (0.010, 0.006), HAIR)
    for eye in (-0.014, 0.024):
        figure.limb((eye, 0.926), (eye + 0.004, 0.926), (0.005, 0.005), (48, 52, 66))
    figure.limb((-0.006, 0.892), (0.016, 0.892), (0.004, 0.004), (104, 112, 168))
    figure.settle()


def _leg(figure: Figure, *, side: int, swing: float, hip: float, shade: float) -> None:
    lift = max(0.0, swing) * 0.035
    knee = (0.045 * side + 0.045 * swing, 0.275 + lift)
    ankle = (0.048 * side + 0.065 * swing, 0.045 + lift)
    colour = _toned(TROUSERS, shade)
    figure.limb((ankle[0], 0.026 + lift), (ankle[0] + 0.05, 0.020 + lift), (0.026, 0.020), SHOES)
    figure.limb((0.048 * side, hip), knee, (0.066, 0.050), colour)
    figure.limb(knee, ankle, (0.050, 0.034), colour)


def _arm(figure: Figure, *, side: int, swing: float, shoulder: float, jacket: Colour) -> None:
    elbow = (0.140 * side + 0.020 * swing, 0.625)
    hand = (0.145 * side + 0.050 * swing, 0.475)
    figure.limb((0.115 * side, shoulder - 0.02), elbow, (0.044, 0.036), jacket)
    figure.limb(elbow, hand, (0.036, 0.026), jacket)
    figure.oval((hand[0], hand[1] - 0.022), (0.024, 0.032), SKIN)


def draw_cat(canvas: Canvas, *, x: float, foot: float, long: float, stride: float) -> None:
    """A cat of `long` canvas heights from chest to tail, trotting to the left."""
    figure = Figure(canvas, x=x, foot=foot, tall=long)
    figure.shadow(0.55)
    step = math.sin(stride * math.tau) * 0.10
    for root, swing, shade in ((-0.34, step, 0.7), (0.36, -step, 0.7)):
        figure.limb((root, 0.40), (root + swing, 0.05), (0.075, 0.045), _toned(FUR, shade))
    tail = [(0.48, 0.56), (0.66, 0.50), (0.84, 0.52), (0.98, 0.62)]
    for start, end in itertools.pairwise(tail):
        figure.limb(start, end, (0.050, 0.042), FUR)
    figure.oval((0.04, 0.50), (0.52, 0.20), FUR)
    for stripe in (-0.18, 0.0, 0.18, 0.34):
        figure.limb((stripe, 0.66), (stripe + 0.03, 0.52), (0.022, 0.012), _toned(FUR, 0.6))
    for root, swing in ((-0.36, -step), (0.38, step)):
        figure.limb((root, 0.42), (root + swing, 0.05), (0.085, 0.050), FUR)
    figure.limb((-0.40, 0.56), (-0.56, 0.66), (0.14, 0.12), FUR)
    figure.polygon([(-0.72, 0.80), (-0.72, 1.02), (-0.58, 0.86)], _toned(FUR, 0.9))
    figure.polygon([(-0.54, 0.86), (-0.46, 1.02), (-0.44, 0.80)], _toned(FUR, 0.8))
    figure.oval((-0.59, 0.72), (0.18, 0.155), FUR)
    figure.oval((-0.65, 0.66), (0.085, 0.06), (170, 190, 214))
    for eye in (-0.67, -0.54):
        figure.oval((eye, 0.755), (0.026, 0.030), (60, 150, 150))
    figure.limb((-0.665, 0.695), (-0.645, 0.695), (0.018, 0.018), (70, 70, 110))
    figure.settle()


def _moved(point: Point, offset: Point) -> Point:
    return point[0] + offset[0], point[1] + offset[1]


def _toned(colour: Colour, tone: float) -> Colour:
    blue, green, red = (min(255, int(channel * tone)) for channel in colour)
    return blue, green, red
