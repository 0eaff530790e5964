"""What one picture says against what the camera usually shows."""

from dataclasses import replace

import numpy as np
import pytest

from custom_components.verified_response.core.detection import Glance
from custom_components.verified_response.core.sight.scene import (
    LEARNT_LOOKS,
    MOST_SCENES,
    RELEARN_LOOKS,
    RELEARN_S,
    Scenes,
    judged,
    learnt,
    limit_of,
)

from .scenery import after, blurred, covered, lit, night_vision, porch, seen, yard


def taught(*glances: Glance, every_s: float = 1.0, scenes: Scenes | None = None) -> Scenes:
    scenes = scenes or Scenes()
    for index, glance in enumerate(glances):
        scenes = learnt(scenes, judged(scenes, glance, None), after(index * every_s))
    return scenes


def clear(count: int = 10) -> list[Glance]:
    return [seen(lit(porch(), seed=seed)) for seed in range(count)]


def textured(mean: float, spread: float, seed: int = 1) -> Glance:
    """Cells of any brightness and contrast, with plenty of edges."""
    cells = np.random.default_rng(seed).standard_normal((18, 32))
    cells = (cells - cells.mean()) / cells.std() * spread + mean
    return Glance(luma=cells.clip(0, 255).round().astype(np.uint8).tobytes(), sharpness=500.0)


def with_white(share: float) -> Glance:
    cells = np.frombuffer(textured(110, 30).luma, np.uint8).copy()
    cells[: round(share * 576)] = 255
    return Glance(luma=cells.tobytes(), sharpness=500.0)


def reason(glance: Glance, blind: str | None = None, scenes: Scenes | None = None) -> str | None:
    return judged(scenes or Scenes(), glance, blind).reason


@pytest.mark.parametrize(
    ("mean", "spread", "at_first", "then"),
    [
        (10, 3, True, True),
        (23, 7, True, True),
        (23, 9, False, True),  # a little contrast: was dark stays dark
        (27, 7, False, True),
        (23, 13, False, False),
        (33, 7, False, False),
    ],
)
def test_dark_has_two_limits(mean: float, spread: float, at_first: bool, then: bool):
    glance = textured(mean, spread)
    assert (reason(glance) == "camera_dark") is at_first
    assert (reason(glance, "camera_dark") == "camera_dark") is then


@pytest.mark.parametrize(
    ("share", "at_first", "then"), [(0.52, True, True), (0.45, False, True), (0.38, False, False)]
)
def test_glare_has_two_limits_while_nothing_is_learnt(share: float, at_first: bool, then: bool):
    glance = with_white(share)
    assert (reason(glance) == "camera_dazzled") is at_first
    assert (reason(glance, "camera_dazzled") == "camera_dazzled") is then


@pytest.mark.parametrize(
    ("usual", "share", "at_first", "then"),
    [
        (0.0, 0.32, True, True),
        (0.0, 0.25, False, True),
        (0.0, 0.18, False, False),
        (0.4, 0.55, False, False),  # a bright sky is no glare
        (0.4, 0.65, False, True),
        (0.4, 0.75, True, True),
    ],
)
def test_glare_is_what_is_unusual(usual: float, share: float, at_first: bool, then: bool):
    scenes = taught(*[with_white(usual)] * LEARNT_LOOKS)
    glance = with_white(share)
    assert (reason(glance, None, scenes) == "camera_dazzled") is at_first
    assert (reason(glance, "camera_dazzled", scenes) == "camera_dazzled") is then


@pytest.mark.parametrize(
    ("detail", "at_first", "then"), [(0.5, True, True), (1.0, False, True), (1.3, False, False)]
)
def test_covered_has_two_limits(detail: float, at_first: bool, then: bool):
    """A slope of light with a trace of edges."""
    chance = np.random.default_rng(1).standard_normal((18, 32))
    slope = np.add.outer(np.zeros(18), np.arange(32) * 3.0) + 60
    cells = (slope + chance * detail / 1.118).round().astype(np.uint8)
    found = Glance(luma=cells.tobytes(), sharpness=500.0)
    assert (reason(found) == "camera_covered") is at_first
    assert (reason(found, "camera_covered") == "camera_covered") is then


def test_an_empty_road_is_no_cover_though_cars_had_more_detail():
    busy = [textured(110, 40, seed=1)] * LEARNT_LOOKS
    road = replace(textured(110, 3, seed=1), sharpness=40.0)
    scenes = taught(*busy)
    assert reason(road, None, scenes) != "camera_covered"
    film = replace(road, sharpness=2.0)
    assert reason(film, None, scenes) == "camera_covered"
    assert reason(film) != "camera_covered"  # nothing to compare with


def test_another_view_is_moved_only_when_it_stands_and_once_something_is_learnt():
    strange = seen(yard())
    assert judged(taught(*clear(LEARNT_LOOKS - 1)), strange, None).good
    scenes = taught(*clear(LEARNT_LOOKS))
    first = judged(scenes, strange, None)
    assert (first.reason, first.good) == (None, False)
    scenes = learnt(scenes, first, after(5))
    assert judged(scenes, strange, None).reason == "camera_moved"
    assert judged(scenes, textured(110, 30), None).reason is None  # yet another one


def test_moved_has_two_limits():
    """A mixture of the known view and another one."""

    def mixed(share: float) -> Glance:
        one, other = (np.random.default_rng(s).standard_normal((18, 32)) for s in (1, 2))
        cells = 120 + 30 * (share * one + (1 - share**2) ** 0.5 * other)
        return Glance(luma=cells.clip(0, 255).astype(np.uint8).tobytes(), sharpness=500.0)

    scenes = taught(*[mixed(1.0)] * LEARNT_LOOKS)
    for share, at_first, then in ((0.1, True, True), (0.33, False, True), (0.55, False, False)):
        stands = replace(scenes, last=judged(scenes, mixed(share), None).seen.edges)
        assert (reason(mixed(share), None, stands) == "camera_moved") is at_first
        assert (reason(mixed(share), "camera_moved", stands) == "camera_moved") is then


@pytest.mark.parametrize(
    ("crispness", "at_first", "then"), [(0.18, True, True), (0.3, False, True), (0.4, False, False)]
)
def test_blur_has_two_limits(crispness: float, at_first: bool, then: bool):
    sharp = textured(110, 30)
    scenes = taught(*[sharp] * LEARNT_LOOKS)
    glance = replace(sharp, sharpness=500.0 * crispness)
    assert (reason(glance, None, scenes) == "camera_blurred") is at_first
    assert (reason(glance, "camera_blurred", scenes) == "camera_blurred") is then


def test_nothing_is_sharp_enough_below_the_least():
    glance = textured(110, 30)
    per_sharpness = judged(Scenes(), glance, None).seen.crispness / 500.0
    for crispness, at_first, then in (
        (0.002, True, True),
        (0.004, False, True),
        (0.006, False, False),
    ):
        found = replace(glance, sharpness=crispness / per_sharpness)
        assert (reason(found) == "camera_blurred") is at_first
        assert (reason(found, "camera_blurred") == "camera_blurred") is then


def test_noise_of_the_night_is_no_measure_for_the_day():
    """Night vision is noisy and so seems crisp; the day's picture is another light and learnt anew."""
    night = [replace(seen(night_vision(seed)), sharpness=50_000.0) for seed in range(10)]
    scenes = taught(*night)
    finding = judged(scenes, clear(1)[0], None)
    assert (finding.good, finding.scene) == (True, None)
    scenes = learnt(scenes, finding, after(20))
    assert len(scenes.known) == 2
    assert judged(scenes, clear(2)[1], None).scene == 1
    assert judged(scenes, night[3], None).scene == 0


@pytest.mark.parametrize(
    ("mean", "spread", "same"),
    [(110, 30, True), (138, 30, True), (143, 30, False), (77, 30, False), (110, 44, True)],
)
def test_another_light_is_another_scene(mean: float, spread: float, same: bool):
    scenes = taught(*[textured(110, 30)] * LEARNT_LOOKS)
    finding = judged(scenes, textured(mean, spread), None)
    assert finding.good
    assert (finding.scene == 0) is same


def test_more_or_less_contrast_is_another_light():
    scenes = taught(*[textured(110, 30)] * LEARNT_LOOKS)
    assert judged(scenes, textured(110, 47), None).scene is None
    assert judged(scenes, textured(110, 19), None).scene is None
    assert judged(scenes, textured(110, 21), None).scene == 0


def test_the_first_looks_are_averaged_and_later_ones_followed_slowly():
    bright, dim = textured(120, 30), textured(100, 30)
    scenes = taught(bright, dim)
    assert scenes.known[0].mean == pytest.approx(110, abs=0.5)
    assert scenes.known[0].looks == 2
    scenes = taught(*[bright] * LEARNT_LOOKS)
    scenes = learnt(scenes, judged(scenes, dim, None), after(LEARNT_LOOKS))
    assert scenes.known[0].mean == pytest.approx(120 - 20 / 121, abs=0.1)
    later = learnt(scenes, judged(scenes, dim, None), after(100_000))
    assert later.known[0].mean == pytest.approx(120 - 20 / 13, abs=0.3)  # one look is 10 s at most


def test_bad_looks_teach_nothing():
    scenes = taught(*clear())
    for bad in (seen(covered()), seen(lit(porch(), 0.02)), seen(yard())):
        after_bad = taught(*[bad] * 5, scenes=scenes)
        assert after_bad.known[0].edges == scenes.known[0].edges
        assert len(after_bad.known) == 1


def test_a_strange_view_is_known_after_its_time_and_looks():
    scenes, strange = taught(*clear()), seen(yard())
    every_s = RELEARN_S / 50
    scenes = taught(*[strange] * 51, every_s=every_s, scenes=scenes)
    assert len(scenes.known) == 1  # the first look does not stand, the time runs from the second
    scenes = learnt(scenes, judged(scenes, strange, "camera_moved"), after(every_s * 51))
    assert len(scenes.known) == 2
    assert judged(scenes, strange, "camera_moved").good
    assert judged(scenes, clear(1)[0], None).scene == 0
    few = taught(*[strange] * RELEARN_LOOKS, every_s=RELEARN_S, scenes=taught(*clear()))
    assert len(few.known) == 1
    assert (
        len(
            taught(
                *[strange] * (RELEARN_LOOKS + 1), every_s=RELEARN_S, scenes=taught(*clear())
            ).known
        )
        == 2
    )


def test_lasting_blur_is_given_in_to_within_hours_not_minutes():
    sharp = textured(110, 30)
    scenes = taught(*[sharp] * LEARNT_LOOKS)
    dirty = replace(sharp, sharpness=25.0)

    def blurred_for(hours: float) -> bool:
        lasting = taught(*[dirty] * round(hours * 360), every_s=10, scenes=scenes)
        return judged(lasting, dirty, "camera_blurred").reason == "camera_blurred"

    assert blurred_for(0.5)
    assert blurred_for(6)
    assert not blurred_for(24)


def test_scenes_are_bounded_and_the_least_used_goes():
    day = taught(*[textured(60, 20)] * LEARNT_LOOKS)
    lights = [textured(60 + 31 * index, 20) for index in range(1, MOST_SCENES)]
    scenes = taught(*lights, every_s=60, scenes=day)
    assert len(scenes.known) == MOST_SCENES
    scenes = taught(textured(60, 40), scenes=scenes)
    assert len(scenes.known) == MOST_SCENES
    assert scenes.known[0].looks == LEARNT_LOOKS  # what is learnt stays, a passing light goes
    assert all(scene.mean != pytest.approx(91, abs=2) for scene in scenes.known)


def test_reasons_that_are_not_seen_in_pictures_have_a_limit_too():
    assert limit_of("camera_no_picture").looks == 2
    assert limit_of("camera_moved").looks == 5


def test_blur_of_a_real_lens_is_seen_in_a_drawn_picture():
    scenes = taught(*clear())
    assert reason(seen(lit(blurred(porch(), 0.01), noise=0.3)), None, scenes) == "camera_blurred"
