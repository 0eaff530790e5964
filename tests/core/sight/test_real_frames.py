"""Real footage: a camera that sees is never blind, one that was tampered with soon is; visits open the gate."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from custom_components.verified_response.core.sight.health import Health, after_glance
from custom_components.verified_response.core.sight.motion import Gate, step

from .scenery import START, Pixels, seen

pytestmark = [pytest.mark.shared, pytest.mark.slow]

VISITS = "one-by-one-person-detection.mp4"
CARS = "car-detection.mp4"
WORKER = "worker-zone-detection.mp4"


@cache
def footage(path: Path) -> list[Pixels]:
    """Every frame at 320 pixels of width; smaller than a camera's, and quick."""
    clip, frames = cv2.VideoCapture(str(path)), []
    while True:
        there, frame = clip.read()
        if not there:
            return frames
        high = round(frame.shape[0] * 320 / frame.shape[1])
        frames.append(cv2.resize(frame, (320, high), interpolation=cv2.INTER_AREA))


def notes(shared: Path) -> dict:
    return json.loads((shared / "clips" / "annotations.json").read_text())


def sampled(shared: Path, name: str, fps: float, start: int = 0) -> list[Pixels]:
    every = max(round(notes(shared)[name]["fps"] / fps), 1)
    return footage(shared / "clips" / name)[start::every]


def told(health: Health, frames: list[Pixels], fps: float) -> Iterator[Health]:
    began = START if health.at is None else health.at + timedelta(seconds=1 / fps)
    for index, frame in enumerate(frames):
        digest = hashlib.sha256(frame.tobytes()).digest()
        at = began + timedelta(seconds=index / fps)
        health = after_glance(health, seen(frame), at, digest=digest)
        yield health


@pytest.mark.parametrize("fps", [1.0, 2.0, 5.0])
@pytest.mark.parametrize("name", [VISITS, CARS, WORKER])
def test_a_camera_that_sees_is_never_blind(shared: Path, name: str, fps: float):
    frames = sampled(shared, name, fps)
    for start in range(0, len(frames), max(len(frames) // 3, 1)):
        assert {health.blind for health in told(Health(), frames[start:], fps)} == {None}


def hand(frame: Pixels, index: int) -> Pixels:
    tiny = cv2.GaussianBlur(cv2.resize(frame, (32, 18)), (0, 0), 5)
    dim = cv2.resize(tiny, frame.shape[1::-1], interpolation=cv2.INTER_CUBIC) * 0.2 + 40
    return noisy(dim, index)


def noisy(frame: np.ndarray, index: int) -> Pixels:
    noise = np.random.default_rng(index).standard_normal(frame.shape[:2], np.float32)
    return np.clip(frame + 1.5 * noise[..., None], 0, 255).astype(np.uint8)


TAMPERED: dict[str, tuple[Callable[[Pixels, int], Pixels], int]] = {
    "camera_covered": (hand, 3),
    "camera_dark": (lambda frame, index: noisy(frame * 0.02, index), 3),
    "camera_blurred": (lambda frame, _: cv2.GaussianBlur(frame, (0, 0), 4), 21),
    "camera_moved": (lambda frame, _: np.ascontiguousarray(np.rot90(frame, 2)), 15),
    "camera_dazzled": (lambda frame, _: cv2.circle(frame.copy(), (160, 90), 90, (255,) * 3, -1), 6),
}


@pytest.mark.parametrize("reason", TAMPERED)
@pytest.mark.parametrize("start", [0, 250, 480])
def test_a_camera_that_was_tampered_with_is_blind_soon(shared: Path, reason: str, start: int):
    """Within as many looks, one a second, as the table above says."""
    frames = sampled(shared, VISITS, 1.0, start)
    tamper, within = TAMPERED[reason]
    *_, health = told(Health(), frames[:30], 1.0)
    changed = [tamper(frame, index) for index, frame in enumerate(frames[30 : 30 + within])]
    reasons = [health.blind for health in told(health, changed, 1.0)]
    assert reasons[0] is None
    assert reasons[-1] == reason
    assert set(reasons) == {None, reason}


def test_a_frozen_stream_is_blind_after_seven_looks(shared: Path):
    frames = sampled(shared, VISITS, 1.0)
    *_, health = told(Health(), frames[:20], 1.0)
    reasons = [health.blind for health in told(health, [frames[20]] * 7, 1.0)]
    assert reasons == [None] * 6 + ["camera_frozen"]


def test_each_picture_of_a_camera_is_one_that_sees(shared: Path):
    """Single pictures of yards, rooms and streets, day and infrared: none is dark, covered or dazzled."""
    blind: dict[str, str | None] = {}
    for path in sorted((shared / "images").glob("cctv_*/images/*")) + sorted(
        (shared / "images" / "wildlife_ir" / "images").glob("*")
    ):
        picture = cv2.resize(cv2.imread(str(path)), (320, 180), interpolation=cv2.INTER_AREA)
        *_, health = told(Health(), [noisy(picture, index) for index in range(5)], 0.5)
        blind[path.name] = health.blind
    assert len(blind) > 100
    assert {name: reason for name, reason in blind.items() if reason} == {}


@pytest.mark.parametrize("phase", [0, 3, 6, 9])
def test_visits_open_the_gate_and_the_empty_room_seldom(shared: Path, phase: int):
    """One look a second. What opens the empty room is the end of a visit: the door, the last shadow."""
    fps, visits = notes(shared)[VISITS]["fps"], notes(shared)[VISITS]["person"]
    gate, opened = Gate(), dict[int, bool]()
    for index in range(phase, notes(shared)[VISITS]["frames"], round(fps)):
        gate, opened[index] = step(gate, seen(footage(shared / "clips" / VISITS)[index]))
    for first, last in visits:
        at = [index for index, is_open in opened.items() if is_open and first <= index <= last]
        assert at[0] - first <= 2 * fps
    empty = [
        is_open
        for index, is_open in opened.items()
        if not any(first - fps <= index <= last + fps for first, last in visits)
    ]
    assert sum(empty) / len(empty) <= 0.25


def test_each_car_opens_the_gate_and_the_empty_road_seldom(shared: Path):
    gate, opened, quiet = Gate(), [], []
    frames = sampled(shared, CARS, 1.0)
    empty = np.median(np.stack(frames), axis=0)
    for frame in frames:
        gate, is_open = step(gate, seen(frame))
        differs = np.abs(cv2.GaussianBlur(frame, (0, 0), 3) - empty).max(axis=2) > 40
        (opened if 0.01 < differs.mean() < 0.9 else quiet).append(is_open)
    assert len(opened) > 5
    assert all(opened)
    assert sum(quiet) <= 0.4 * len(quiet)  # the exposure settles for seconds after each car
