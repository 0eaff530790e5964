"""The places of the house that cameras look at: its porch, its hall, its yard; and a cloth before a lens."""

import cv2
import numpy as np
from numpy.typing import NDArray

type Canvas = NDArray[np.uint8]
type Colour = tuple[int, int, int]
type Corner = tuple[float, float]


def draw_porch(canvas: Canvas) -> None:
    """A house front seen from its porch light: wall, door, window, path, hedge."""
    _gradient(canvas, 0.0, 0.74, (150, 168, 182), (132, 150, 166))
    _bricks(canvas, top=0.0, bottom=0.74)
    _gradient(canvas, 0.74, 1.0, (104, 110, 112), (128, 134, 138))
    for line in (0.80, 0.88, 0.97):
        _band(canvas, line, 0.004, (92, 98, 100))
    _box(canvas, (0.0, 0.735), (1.0, 0.752), (86, 92, 98))
    _box(canvas, (0.655, 0.16), (0.905, 0.75), (206, 210, 212))
    _box(canvas, (0.675, 0.185), (0.885, 0.75), (70, 92, 44))
    for top, bottom in ((0.22, 0.42), (0.46, 0.70)):
        _box(canvas, (0.70, top), (0.77, bottom), (56, 76, 34))
        _box(canvas, (0.79, top), (0.86, bottom), (56, 76, 34))
    _box(canvas, (0.688, 0.455), (0.699, 0.50), (150, 190, 200))
    _box(canvas, (0.62, 0.42), (0.642, 0.475), (60, 60, 64))
    _box(canvas, (0.08, 0.12), (0.42, 0.50), (214, 216, 218))
    _box(canvas, (0.10, 0.145), (0.40, 0.475), (110, 88, 66))
    _poly(canvas, [(0.10, 0.40), (0.24, 0.145), (0.30, 0.145), (0.12, 0.475)], (138, 116, 92))
    _box(canvas, (0.245, 0.145), (0.257, 0.475), (214, 216, 218))
    _box(canvas, (0.10, 0.30), (0.40, 0.312), (214, 216, 218))
    _box(canvas, (0.06, 0.50), (0.44, 0.525), (176, 180, 184))
    _box(canvas, (0.60, 0.75), (0.96, 0.80), (150, 156, 160))
    _box(canvas, (0.60, 0.785), (0.96, 0.80), (112, 118, 122))
    _leaves(canvas, (0.035, 0.66), (0.05, 0.085))


def draw_hall(canvas: Canvas) -> None:
    """A hall with a wooden floor, doors at both sides and a rug."""
    height, width = canvas.shape[:2]
    _gradient(canvas, 0.0, 1.0, (196, 208, 214), (180, 192, 200))
    _poly(canvas, [(0.0, 0.0), (1.0, 0.0), (0.70, 0.10), (0.30, 0.10)], (222, 226, 228))
    _poly(canvas, [(0.0, 1.0), (1.0, 1.0), (0.70, 0.66), (0.30, 0.66)], (74, 108, 146))
    for share in np.linspace(0.0, 1.0, 15):
        near = (int(share * width), height)
        far = (int((0.30 + 0.40 * share) * width), int(0.66 * height))
        cv2.line(canvas, near, far, (60, 90, 124), 2, cv2.LINE_AA)
    _box(canvas, (0.30, 0.10), (0.70, 0.66), (186, 198, 206))
    _poly(canvas, [(0.0, 0.95), (0.30, 0.64), (0.30, 0.665), (0.0, 1.0)], (224, 228, 230))
    _poly(canvas, [(1.0, 0.95), (0.70, 0.64), (0.70, 0.665), (1.0, 1.0)], (224, 228, 230))
    _poly(canvas, [(0.06, 0.16), (0.20, 0.20), (0.20, 0.75), (0.06, 0.91)], (206, 212, 216))
    _poly(canvas, [(0.08, 0.19), (0.18, 0.22), (0.18, 0.765), (0.08, 0.88)], (128, 152, 172))
    _poly(canvas, [(0.80, 0.26), (0.92, 0.22), (0.92, 0.44), (0.80, 0.43)], (70, 84, 96))
    _poly(canvas, [(0.815, 0.285), (0.905, 0.255), (0.905, 0.415), (0.815, 0.41)], (150, 132, 96))
    _box(canvas, (0.545, 0.20), (0.665, 0.66), (214, 220, 222))
    _box(canvas, (0.56, 0.22), (0.65, 0.66), (120, 142, 160))
    _box(canvas, (0.57, 0.43), (0.578, 0.46), (190, 210, 216))
    _box(canvas, (0.35, 0.30), (0.50, 0.31), (96, 120, 142))
    _poly(canvas, [(0.22, 0.99), (0.80, 0.99), (0.66, 0.74), (0.35, 0.74)], (92, 78, 128))
    _poly(canvas, [(0.26, 0.97), (0.76, 0.97), (0.645, 0.755), (0.365, 0.755)], (120, 110, 156))


def draw_yard(canvas: Canvas) -> None:
    """A lawn before a hedge and a shed, with a paved way across it."""
    _gradient(canvas, 0.0, 0.22, (226, 212, 196), (232, 224, 214))
    _gradient(canvas, 0.22, 0.50, (46, 84, 58), (38, 68, 48))
    _gradient(canvas, 0.50, 1.0, (70, 128, 96), (54, 112, 84))
    for place in range(9):
        _leaves(canvas, (0.06 + 0.11 * place, 0.23), (0.05, 0.018))
        _leaves(canvas, (0.02 + 0.12 * place, 0.36), (0.06, 0.05))
    _box(canvas, (0.70, 0.10), (0.97, 0.56), (74, 98, 126))
    for plank in (0.17, 0.24, 0.31, 0.38, 0.45, 0.52):
        _box(canvas, (0.70, plank), (0.97, plank + 0.006), (52, 72, 98))
    _poly(canvas, [(0.67, 0.12), (0.735, 0.0), (0.935, 0.0), (1.0, 0.12)], (62, 64, 78))
    _box(canvas, (0.76, 0.20), (0.91, 0.34), (196, 200, 202))
    _box(canvas, (0.775, 0.215), (0.895, 0.325), (96, 84, 70))
    _poly(canvas, [(0.0, 0.74), (1.0, 0.70), (1.0, 0.88), (0.0, 0.94)], (146, 152, 156))
    for share in (0.25, 0.5, 0.75):
        first, last = 0.74 + 0.20 * share, 0.70 + 0.18 * share
        ends = [(0.0, first), (1.0, last), (1.0, last + 0.004), (0.0, first + 0.004)]
        _poly(canvas, ends, (118, 124, 128))
    _box(canvas, (0.05, 0.56), (0.22, 0.575), (60, 84, 108))
    _box(canvas, (0.06, 0.575), (0.075, 0.64), (50, 70, 92))
    _box(canvas, (0.195, 0.575), (0.21, 0.64), (50, 70, 92))


def draw_cloth(canvas: Canvas, seconds: float) -> None:
    """A cloth so near to the lens that nothing of it is sharp; it stirs a little."""
    height, width = canvas.shape[:2]
    small: Canvas = np.zeros((height // 8, width // 8, 3), np.uint8)
    _gradient(small, 0.0, 1.0, (96, 88, 92), (82, 76, 80))
    fold = 0.5 + 0.02 * float(np.sin(seconds))
    ends = [(fold, 0.0), (fold + 0.2, 0.0), (fold + 0.1, 1.0), (fold - 0.1, 1.0)]
    _poly(small, ends, (86, 80, 84))
    soft = cv2.GaussianBlur(small, (0, 0), 10.0)
    canvas[:] = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)


def _gradient(canvas: Canvas, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
    first, last = (int(edge * canvas.shape[0]) for edge in (top, bottom))
    ramp = np.linspace(0.0, 1.0, last - first)[:, None, None]
    canvas[first:last] = (np.array(upper) * (1 - ramp) + np.array(lower) * ramp).astype(np.uint8)


def _bricks(canvas: Canvas, *, top: float, bottom: float) -> None:
    height, width = canvas.shape[:2]
    rng = np.random.default_rng(7)
    tall, wide = height // 34, width // 18
    for row, y in enumerate(range(int(top * height), int(bottom * height), tall)):
        for x in range(-(row % 2) * wide // 2, width, wide):
            corner = (min(x + wide - 3, width - 1), min(y + tall - 3, int(bottom * height)))
            near = canvas[min(y, height - 1), min(max(x, 0) + 4, width - 1)].astype(int)
            tint = (near + int(rng.integers(-9, 7)) - 8).clip(0, 255)
            cv2.rectangle(canvas, (x, y), corner, tuple(int(part) for part in tint), -1)


def _band(canvas: Canvas, y: float, thick: float, colour: Colour) -> None:
    _box(canvas, (0.0, y), (1.0, y + thick), colour)


def _box(canvas: Canvas, first: Corner, last: Corner, colour: Colour) -> None:
    cv2.rectangle(canvas, _pixel(canvas, first), _pixel(canvas, last), colour, -1)


def _poly(canvas: Canvas, corners: list[Corner], colour: Colour) -> None:
    outline = np.array([_pixel(canvas, corner) for corner in corners], np.int32)
    cv2.fillPoly(canvas, [outline], colour, cv2.LINE_AA)


def _leaves(canvas: Canvas, centre: Corner, spread: Corner) -> None:
    rng = np.random.default_rng(11)
    for _ in range(260):
        x, y = (rng.normal(centre[axis], spread[axis]) for axis in (0, 1))
        green = int(rng.integers(70, 130))
        colour = (green // 2, green, green // 2 + 10)
        cv2.circle(
            canvas, _pixel(canvas, (x, y)), int(rng.integers(5, 13)), colour, -1, cv2.LINE_AA
        )


def _pixel(canvas: Canvas, corner: Corner) -> tuple[int, int]:
    return round(corner[0] * canvas.shape[1]), round(corner[1] * canvas.shape[0])
