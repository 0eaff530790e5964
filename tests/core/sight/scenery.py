"""Drawn pictures, the figures that a look makes of them, and times, for the tests of this room."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

import cv2
import numpy as np

from custom_components.verified_response.core.detection import Box, Glance, PersonBox
from custom_components.verified_response.vision import self_test
from custom_components.verified_response.vision.glance import glance_of

START = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)

WIDTH, HEIGHT = 320, 240

type Pixels = np.ndarray

_numbers = count(1)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x=x, y=y, width=width, height=height)


def standing(x: float, feet: float, height: float = 0.3, width: float | None = None) -> Box:
    """A box whose feet are at (x, feet)."""
    wide = height * 0.4 if width is None else width
    return Box(x=x - wide / 2, y=feet - height, width=wide, height=height)


def person(where: Box, score: float = 0.8, patch: bytes = b"") -> PersonBox:
    return PersonBox(score=score, box=where, patch=patch)


def seen(pixels: Pixels) -> Glance:
    glance = glance_of(pixels)
    return Glance(luma=glance.luma, sharpness=glance.sharpness)


def digest() -> bytes:
    """What identifies a picture that was never there before."""
    return b"%d" % next(_numbers)


@cache
def porch() -> Pixels:
    return cv2.resize(self_test.porch(), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


@cache
def visited(left: int = 175, feet: int = 220, tall: int = 150) -> Pixels:
    large = self_test.porch_with_person(2 * left, 2 * feet, 2 * tall)
    return cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


@cache
def yard() -> Pixels:
    """Another view: what a turned camera shows."""
    rng = np.random.default_rng(3)
    scene = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    for _ in range(40):
        x, y, w, h = rng.integers(0, (300, 220, 80, 70))
        grey = int(rng.integers(20, 230))
        cv2.rectangle(scene, (int(x), int(y)), (int(x + w), int(y + h)), (grey, grey, grey), -1)
    return scene


def lit(pixels: Pixels, gain: float = 1.0, offset: float = 0.0, noise: float = 1.0, seed: int = 0):
    """The picture in another light, with the sensor's noise of one moment."""
    chance = np.random.default_rng(seed)
    trembling = chance.standard_normal((*pixels.shape[:2], 1), np.float32) * noise
    return np.clip(pixels * np.float32(gain) + offset + trembling, 0, 255).astype(np.uint8)


@cache
def _night() -> Pixels:
    blue, green, red = (porch()[..., channel].astype(np.float32) for channel in range(3))
    near = 1.1 * green + 0.4 * red - 0.3 * blue
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    light = np.exp(-5 * ((x / WIDTH - 0.5) ** 2 + (y / HEIGHT - 0.6) ** 2))
    return np.repeat((near * light * 0.7 + 12)[..., None], 3, 2).astype(np.float32)


def night_vision(seed: int = 0) -> Pixels:
    """The porch in grey, lit from the camera: bright in the middle, black far away, noisier."""
    return lit(_night(), noise=3, seed=seed)


def blurred(pixels: Pixels, share: float) -> Pixels:
    """Out of focus by a share of the width."""
    return cv2.GaussianBlur(pixels, (0, 0), pixels.shape[1] * share)


@cache
def _behind_a_hand() -> Pixels:
    tiny = blurred(cv2.resize(porch(), (32, 24), interpolation=cv2.INTER_AREA), 0.15)
    return cv2.resize(tiny, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


def covered(seed: int = 0) -> Pixels:
    """A hand before the porch's lens: a little light of all colours comes through."""
    return lit(_behind_a_hand(), 0.2, 45, noise=2, seed=seed)


def patch_of(pixels: Pixels, where: Box) -> bytes:
    """The patch of a box, as the worker makes it."""
    height, width = pixels.shape[:2]
    left, top = int(where.x * width), int(where.y * height)
    right, bottom = int((where.x + where.width) * width), int((where.y + where.height) * height)
    grey = cv2.cvtColor(pixels[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
    return cv2.resize(grey, (8, 16), interpolation=cv2.INTER_AREA).tobytes()
