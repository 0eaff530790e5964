"""What OpenCV does and what Pillow and numpy do: the same numbers."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custom_components.verified_response.vision import self_test
from custom_components.verified_response.vision.card import FOLDER, load_cards
from custom_components.verified_response.vision.pixels.feed import Feed
from custom_components.verified_response.vision.pixels.with_opencv import OpenCvTools
from custom_components.verified_response.vision.pixels.with_pillow import PillowTools

OPENCV, PILLOW = OpenCvTools(), PillowTools()
SIDE = st.integers(1, 300)


@settings(max_examples=80, deadline=None)
@given(width=SIDE, height=SIDE, wide=SIDE, high=SIDE)
@example(width=300, height=200, wide=150, high=100)
@example(width=300, height=200, wide=75, high=50)
@example(width=1, height=1, wide=300, high=300)
@example(width=256, height=256, wide=300, high=300)
def test_resizing_is_the_same_to_the_bit(width: int, height: int, wide: int, high: int) -> None:
    noise = np.random.default_rng(width * 301 + height).integers(
        0, 256, (height, width, 3), np.uint8
    )
    assert np.array_equal(OPENCV.resize(noise, wide, high), PILLOW.resize(noise, wide, high))


@settings(max_examples=60, deadline=None)
@given(width=st.integers(33, 700), height=st.integers(19, 500))
@example(width=640, height=360)
@example(width=640, height=480)
def test_grey_and_shrinking_are_the_same_but_for_rounding(width: int, height: int) -> None:
    pixels = cv2.resize(self_test.porch_with_person(), (width, height))
    one, other = OPENCV.grey(pixels), PILLOW.grey(pixels)
    assert np.abs(one.astype(int) - other.astype(int)).max() <= 1
    small = [library.shrink(one, 32, 18).astype(int) for library in (OPENCV, PILLOW)]
    assert np.abs(small[0] - small[1]).max() <= 1


@pytest.mark.parametrize("card", load_cards().values(), ids=lambda card: card.name)
def test_the_feed_is_the_frame_normalised_and_padded(card) -> None:
    scene = cv2.resize(self_test.porch_with_person(), (416, 234))
    blob, (placed,) = Feed(card)([scene])
    assert (placed.width, placed.height, placed.scale) == (416, 234, 1)
    assert blob.shape == (1, 3, 416, 416)
    for channel in range(3):
        expected = (scene[:, :, channel] - card.mean[channel]) / card.std[channel]
        assert np.allclose(blob[0, channel, :234], expected, atol=1e-4)
        beside = (card.pad - card.mean[channel]) / card.std[channel]
        assert np.allclose(blob[0, channel, 234:], beside, atol=1e-4)


def test_frames_of_a_batch_do_not_touch_each_other() -> None:
    card = load_cards()["nanodet-plus-m-416"]
    scenes = [cv2.resize(self_test.porch(), size) for size in ((640, 480), (300, 900), (900, 300))]
    together = Feed(card)
    alone = [Feed(card)([scene])[0][0].copy() for scene in scenes]
    for order in ([0, 1, 2], [2, 0], [1], [1, 2, 0]):
        blob, placed = together([scenes[index] for index in order])
        assert len(blob) == len(placed) == len(order)
        for row, index in zip(blob, order, strict=True):
            assert np.array_equal(row, alone[index])


@pytest.mark.parametrize(
    ("missing", "taken"),
    [("", "OpenCvTools"), ("cv2", "PillowTools"), ("cv2 PIL", "ModuleNotFoundError")],
)
def test_what_is_taken_is_what_is_there(missing: str, taken: str) -> None:
    program = (
        "import sys, importlib, importlib.util as u\n"
        f"sys.modules.update(dict.fromkeys({missing.split()!r}))\n"
        f"s = u.spec_from_file_location('room', {str(FOLDER.parent / '__init__.py')!r}, submodule_search_locations=[{str(FOLDER.parent)!r}])\n"
        "m = u.module_from_spec(s); sys.modules['room'] = m; s.loader.exec_module(m)\n"
        "tools = importlib.import_module('room.pixels').tools\n"
        "try: print(type(tools()).__name__)\n"
        "except ImportError as error: print(type(error).__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == taken
