"""A frame at a glance."""

import cv2
import numpy as np
import pytest

from custom_components.verified_response.vision import glance, self_test
from custom_components.verified_response.vision.decode import Person
from custom_components.verified_response.vision.frame import decode_picture, decode_small
from custom_components.verified_response.vision.glance import glance_of, patch_of
from custom_components.verified_response.vision.pixels.with_opencv import OpenCvTools
from custom_components.verified_response.vision.pixels.with_pillow import PillowTools
from tests import drawn


@pytest.fixture(params=[OpenCvTools(), PillowTools()], ids=["opencv", "pillow"], autouse=True)
def _library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "tools", lambda: request.param)


def light(luma: bytes) -> np.ndarray:
    return np.frombuffer(luma, np.uint8).reshape(18, 32).astype(int)


def test_light_is_where_it_is() -> None:
    pixels = np.zeros((360, 640, 3), np.uint8)
    pixels[180:, 320:] = (255, 255, 255)
    thumbnail = light(glance_of(pixels).luma)
    assert (thumbnail[9:, 16:] == 255).all()
    assert thumbnail.sum() == 255 * 9 * 16


@pytest.mark.parametrize(
    ("colour", "grey"), [((255, 0, 0), 29), ((0, 255, 0), 150), ((0, 0, 255), 76)]
)
def test_colours_weigh_as_the_eye_weighs_them(colour: tuple[int, int, int], grey: int) -> None:
    pixels = np.full((180, 320, 3), colour, np.uint8)
    assert np.abs(light(glance_of(pixels).luma) - grey).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (16, 16), (31, 17), (640, 4), (333, 777)])
def test_any_shape_has_a_glance(size: tuple[int, int]) -> None:
    for shape in ((size[1], size[0], 3), (size[1], size[0])):
        found = glance_of(np.full(shape, 100, np.uint8))
        assert set(found.luma) == {100}
        assert len(found.luma) == 32 * 18
        assert found.sharpness == 0


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    grey = cv2.cvtColor(cv2.resize(self_test.porch(), (320, 240)), cv2.COLOR_BGR2GRAY)
    laplacian = cv2.Laplacian(grey, cv2.CV_64F)[1:-1, 1:-1]
    assert glance_of(grey).sharpness == pytest.approx(laplacian.var(), rel=1e-3)


def test_what_is_blurred_is_less_sharp() -> None:
    scene = self_test.porch_with_person()
    sharp = [
        glance_of(cv2.GaussianBlur(scene, (0, 0), sigma) if sigma else scene).sharpness
        for sigma in (0, 1.5, 4, 12)
    ]
    assert sharp == sorted(sharp, reverse=True)
    assert sharp[0] > 10 * sharp[2]


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (1920, 1080), (2560, 1440)])
def test_a_glance_of_its_own_and_one_beside_a_look_are_alike(size: tuple[int, int]) -> None:
    data = drawn.jpeg(cv2.resize(self_test.porch_with_person(), size))
    beside = glance_of(decode_picture(data, enough=416).pixels)
    own = glance_of(decode_small(data).pixels)
    assert np.abs(light(beside.luma) - light(own.luma)).max() <= 2
    assert own.sharpness == pytest.approx(beside.sharpness, rel=0.05)


def test_a_patch_is_what_lies_in_the_box() -> None:
    pixels = np.zeros((400, 400, 3), np.uint8)
    pixels[100:200, 200:300] = 200
    patch = np.frombuffer(patch_of(pixels, Person(0.9, 0.5, 0.25, 0.25, 0.25)), np.uint8)
    assert patch.shape == (8 * 16,)
    assert (patch == 200).all()
    lower = np.frombuffer(patch_of(pixels, Person(0.9, 0.5, 0.25, 0.25, 0.5)), np.uint8)
    assert (lower.reshape(16, 8)[:8] == 200).all()
    assert (lower.reshape(16, 8)[8:] == 0).all()


@pytest.mark.parametrize(
    "box", [(0, 0, 0, 0), (1, 1, 0, 0), (0.999, 0.999, 0.001, 0.001), (0, 0, 1, 1), (0.5, 0, 0, 1)]
)
def test_any_box_has_a_patch(box: tuple[float, float, float, float]) -> None:
    for shape in ((20, 30, 3), (480, 640)):
        assert len(patch_of(np.zeros(shape, np.uint8), Person(0.5, *box))) == 8 * 16
