"""Draw what a camera would see: a place, perhaps somebody in it, and the noise of its sensor."""

from enum import StrEnum
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from .figures import Canvas, draw_cat, draw_person
from .places import draw_cloth, draw_hall, draw_porch, draw_yard

WIDTH: Final = 640
HEIGHT: Final = 480
# Drawn at twice the size and shrunk: edges get the soft look of a lens.
SCALE: Final = 2

type Frame = NDArray[np.uint8]


class View(StrEnum):
    """Where the camera hangs."""

    PORCH = "porch"
    HALL = "hall"
    YARD = "yard"


class Scene(StrEnum):
    """What happens in front of it."""

    EMPTY = "empty"
    PERSON = "person"
    CAT = "cat"
    COVERED = "covered"


def draw(view: View, scene: Scene, *, seconds: float, seed: int, night: bool = False) -> Frame:
    """Return the BGR picture `seconds` after the scene began; equal arguments give equal pictures."""
    canvas = _place(view).copy()
    if scene is Scene.PERSON:
        _person(canvas, view, seconds)
    elif scene is Scene.CAT:
        _cat(canvas, seconds)
    elif scene is Scene.COVERED:
        draw_cloth(canvas, seconds)
    small = cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    picture = cv2.GaussianBlur(small, (3, 3), 0.6).astype(np.float32)
    return _sensor(picture, np.random.default_rng(seed), night=night)


def jpeg(frame: Frame) -> bytes:
    """Return the picture as a camera sends it."""
    done, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 88])
    if not done:
        raise ValueError("the picture could not be encoded")
    return data.tobytes()


@lru_cache(maxsize=len(View))
def _place(view: View) -> Canvas:
    canvas: Canvas = np.zeros((HEIGHT * SCALE, WIDTH * SCALE, 3), np.uint8)
    if view is View.PORCH:
        draw_porch(canvas)
    elif view is View.HALL:
        draw_hall(canvas)
    else:
        draw_yard(canvas)
    return canvas


def _person(canvas: Canvas, view: View, seconds: float) -> None:
    """Somebody walks in within six seconds, then stays; in the yard they walk to and fro."""
    way = min(max(seconds, 0.0) / 6.0, 1.0)
    sway = 0.012 * float(np.sin(seconds * 1.7))
    stride = seconds * 1.1 if way < 1.0 else 0.12 + sway
    if view is View.PORCH:
        x, foot, tall = 0.22 + 0.28 * way + sway, 0.89, 0.58 + 0.02 * way
        draw_person(canvas, x=x, foot=foot, tall=tall, stride=stride, jacket=(88, 62, 44))
    elif view is View.YARD:
        there_and_back = abs(1.0 - max(seconds, 0.0) / 7.0 % 2.0)
        x, foot, tall = 0.30 + 0.40 * there_and_back, 0.86, 0.50
        draw_person(canvas, x=x, foot=foot, tall=tall, stride=seconds * 1.1, jacket=(46, 58, 72))
    else:
        x, foot, tall = 0.43 + 0.04 * way + sway, 0.78 + 0.11 * way, 0.50 + 0.12 * way
        draw_person(canvas, x=x, foot=foot, tall=tall, stride=stride, jacket=(52, 58, 120))


def _cat(canvas: Canvas, seconds: float) -> None:
    """A cat trots through from right to left, again and again."""
    way = (seconds / 12.0) % 1.0
    draw_cat(canvas, x=0.86 - 0.72 * way, foot=0.97, long=0.185, stride=seconds * 1.6)


def _sensor(picture: NDArray[np.float32], rng: np.random.Generator, *, night: bool) -> Frame:
    """Add what the sensor adds: grain, and by night the grey of infrared light and a dark rim."""
    grain = 2.6
    if night:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        rows, columns = np.ogrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
        lamp = 0.92 - 0.34 * (rows**2 + columns**2)
        picture = cv2.merge([(grey * lamp).astype(np.float32)] * 3)
        grain = 5.0
    noise = rng.normal(0.0, grain, (HEIGHT, WIDTH, 1)).astype(np.float32)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)
