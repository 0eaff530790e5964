"""When a camera is blind, from when to when, and that it does not flap."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.core.detection import Glance
from custom_components.verified_response.core.sight.health import (
    RECOVERED,
    Health,
    after_failure,
    after_glance,
    is_fresh,
)
from custom_components.verified_response.core.sight.scene import LIMITS, RELEARN_S

from .scenery import (
    START,
    Pixels,
    after,
    blurred,
    covered,
    digest,
    lit,
    night_vision,
    porch,
    seen,
    visited,
    yard,
)

type Changes = list[tuple[float, str | None]]


class Camera:
    """A camera that is looked at again and again; remembers when it became blind and when not."""

    def __init__(self, every_s: float = 1.0) -> None:
        self.every_s = every_s
        self.health = Health()
        self.now = 0.0
        self.changes: Changes = []

    def shows(self, *glances: Glance, same: bool = False) -> Camera:
        fixed = digest()
        for glance in glances:
            mark = fixed if same else digest()
            self._note(after_glance(self.health, glance, after(self.now), digest=mark))
        return self

    def fails(self, times: int = 1, reason: str = "camera_no_picture") -> Camera:
        for _ in range(times):
            self._note(after_failure(self.health, reason, after(self.now)))
        return self

    def rests(self, seconds: float) -> Camera:
        self.now += seconds
        return self

    def _note(self, health: Health) -> None:
        if health.blind != self.health.blind:
            self.changes.append((self.now, health.blind))
        self.health = health
        self.now += self.every_s

    @property
    def reasons(self) -> list[str | None]:
        return [reason for _, reason in self.changes]


def looks(pictures: Iterable[Pixels]) -> list[Glance]:
    return [seen(picture) for picture in pictures]


@cache
def clear(count: int = 20) -> tuple[Glance, ...]:
    return tuple(looks(lit(porch(), seed=seed) for seed in range(count)))


@cache
def black(count: int = 20) -> tuple[Glance, ...]:
    return tuple(looks(lit(porch(), 0.03, 2, seed=seed) for seed in range(count)))


@cache
def hand(count: int = 20) -> tuple[Glance, ...]:
    return tuple(looks(covered(seed) for seed in range(count)))


@cache
def turned(count: int = 20) -> tuple[Glance, ...]:
    return tuple(looks(lit(yard(), seed=seed) for seed in range(count)))


@cache
def webbed(count: int = 30) -> tuple[Glance, ...]:
    return tuple(looks(lit(blurred(porch(), 0.008), noise=0.5, seed=seed) for seed in range(count)))


@cache
def torch(count: int = 20) -> tuple[Glance, ...]:
    def shone(seed: int) -> Pixels:
        picture = lit(porch(), seed=seed)
        cv2.circle(picture, (160, 120), 135, (255, 255, 255), -1)
        return picture

    return tuple(looks(shone(seed) for seed in range(count)))


def test_a_camera_that_sees_is_never_blind_and_soon_known():
    camera = Camera()
    assert (camera.health.blind, camera.health.known) == (None, False)
    known = []
    for glance in clear():
        camera.shows(glance)
        known.append(camera.health.known)
    assert known == [False, False] + [True] * 18
    assert camera.changes == []


@pytest.mark.parametrize("every_s", [0.2, 1.0])
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (black, "camera_dark"),
        (hand, "camera_covered"),
        (turned, "camera_moved"),
        (webbed, "camera_blurred"),
        (torch, "camera_dazzled"),
    ],
)
def test_each_reason_is_told_after_its_limit_and_ends(bad, reason: str, every_s: float):
    camera = Camera(every_s).shows(*clear())
    began = camera.now
    needed = max(LIMITS[reason].looks, round(LIMITS[reason].seconds / every_s) + 1)
    needed += reason == "camera_moved"  # the first strange look does not stand still yet
    glances = [bad()[i % len(bad())] for i in range(needed)]
    camera.shows(*glances[:-1])
    assert camera.changes == []
    camera.shows(glances[-1])
    told = pytest.approx(began + (needed - 1) * every_s)
    assert camera.changes == [(told, reason)]
    assert camera.health.since == after(camera.changes[0][0])
    began = camera.now
    good = max(RECOVERED.looks, round(RECOVERED.seconds / every_s) + 1)
    camera.shows(*clear()[: good - 1])
    assert camera.health.blind == reason
    camera.shows(clear()[good - 1])
    assert camera.changes[1:] == [(pytest.approx(began + (good - 1) * every_s), None)]
    assert camera.health.since == after(camera.changes[1][0])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [(black, "camera_dark"), (hand, "camera_covered"), (torch, "camera_dazzled")],
)
def test_what_is_absolutely_blind_is_told_right_after_a_restart(bad, reason: str):
    camera = Camera().shows(*bad()[:6])
    assert camera.reasons == [reason]
    assert camera.health.known


def test_out_of_focus_beyond_use_is_told_right_after_a_restart():
    useless = looks(lit(blurred(porch(), 0.05), noise=0, seed=seed) for seed in range(3))
    assert Camera().shows(*(useless * 9)).reasons == ["camera_blurred"]


def test_every_single_bad_look_is_forgiven():
    camera = Camera()
    for _ in range(4):
        for bad in (black, hand, turned, webbed, torch):
            camera.shows(*clear()[:4], bad()[0]).fails()
            camera.shows(*clear()[4:6])
    assert camera.changes == []


# frozen


@pytest.mark.parametrize(("every_s", "looked"), [(0.2, 31), (1.0, 7), (2.0, 4), (5.0, 4)])
def test_the_same_picture_again_and_again_is_frozen(every_s: float, looked: int):
    camera = Camera(every_s).shows(*clear())
    began = camera.now
    camera.shows(*[clear()[0]] * (looked - 1), same=True)
    assert camera.changes == []
    last = camera.health.digest
    camera._note(after_glance(camera.health, clear()[0], after(camera.now), digest=last))
    assert camera.changes == [(pytest.approx(began + (looked - 1) * every_s), "camera_frozen")]


def test_quiet_scenes_have_equal_thumbnails_and_are_not_frozen():
    assert Camera().shows(*[clear()[0]] * 60).changes == []


def test_without_a_digest_nothing_is_frozen():
    health = Health()
    for index in range(60):
        health = after_glance(health, clear()[0], after(index))
    assert health.blind is None


def test_a_slow_camera_that_is_asked_too_often_is_not_frozen():
    camera = Camera(0.2)
    for glance in clear():
        camera.shows(*[glance] * 20, same=True)  # a new picture every 4 s
    assert camera.changes == []


def test_a_picture_that_is_shown_again_says_nothing_more():
    """Three different black pictures are dark; one, asked for three times, is one."""
    camera = Camera(1.0).shows(*clear()).shows(*[black()[0]] * 4, same=True)
    assert camera.changes == []


def test_a_frozen_camera_recovers_only_with_new_pictures():
    camera = Camera().shows(*clear()).shows(*[clear()[0]] * 12, same=True)
    assert camera.reasons == ["camera_frozen"]
    for glance in clear()[:6]:
        camera.shows(glance, glance, same=True)
        camera.shows(*[clear()[0]] * 8, same=True)
    assert camera.reasons == ["camera_frozen"]
    camera.shows(*clear()[:5])
    assert camera.reasons == ["camera_frozen", None]


def test_a_frozen_picture_is_remembered_over_a_pause():
    camera = Camera()
    mark = digest()
    for gap in (0, 3600, 1, 1):
        camera.rests(gap)
        camera._note(after_glance(camera.health, clear()[0], after(camera.now), digest=mark))
    assert camera.reasons == ["camera_frozen"]


# failures


def test_two_failures_in_a_row_are_told_with_their_reason():
    camera = Camera().shows(*clear()).fails()
    assert camera.changes == []
    camera.fails()
    assert camera.reasons == ["camera_no_picture"]
    camera.fails(2, "camera_timeout")
    assert camera.reasons == ["camera_no_picture", "camera_timeout"]
    assert camera.health.since == after(21)  # blind since the first of the two
    camera.shows(*clear()[:6])
    assert camera.reasons[2:] == [None]


def test_failures_of_changing_reasons_are_told_in_the_end():
    camera = Camera()
    for index in range(11):
        camera.fails(1, f"reason_{index % 2}").shows(black()[index])
    assert camera.changes == [(20.0, "reason_0")]


def test_a_pause_ends_what_was_only_suspected():
    camera = Camera().shows(*clear(), *black()[:2]).rests(60).shows(*black()[:2])
    assert camera.changes == []
    assert camera.shows(black()[2]).reasons == ["camera_dark"]


def test_a_pause_ends_no_blindness_but_begins_its_recovery_anew():
    camera = Camera().shows(*clear(), *black()[:4], *clear()[:3]).rests(3600)
    assert camera.health.blind == "camera_dark"
    camera.shows(*clear()[:3])
    assert camera.health.blind == "camera_dark"
    assert camera.shows(clear()[3]).health.blind is None


def test_a_pause_within_the_limit_is_none():
    camera = Camera(every_s=30).shows(*clear(), *black()[:3])
    assert camera.reasons == ["camera_dark"]


# what cameras go through


def test_dusk_night_vision_and_dawn_are_no_blindness():
    """One look in ten seconds: half an hour of dusk, a switch, an hour of night, a switch, dawn."""
    camera = Camera(10.0)
    dusk = looks(lit(porch(), 1.0 - 0.8 * i / 60, seed=i) for i in range(60))
    slowly = [glance for glance in dusk for _ in range(3)]
    night = looks(night_vision(i) for i in range(30))
    camera.shows(*slowly, *night * 12, *reversed(slowly))
    assert camera.changes == []


def test_dusk_without_any_light_ends_in_one_blindness_and_dawn_ends_it():
    """The light trembles by a fifth around the limit for a long time."""
    camera = Camera(1.0)
    rng = np.random.default_rng(5)
    levels = np.concatenate([np.linspace(0.4, 0.02, 100), np.linspace(0.02, 0.4, 100)])
    falling = [
        seen(lit(porch(), level * rng.uniform(0.8, 1.2), 1, seed=i))
        for i, level in enumerate(levels)
    ]
    assert camera.shows(*falling).reasons == ["camera_dark", None]


def test_a_sudden_switch_to_night_vision_is_no_turned_camera():
    night = looks(night_vision(i) for i in range(40))
    camera = Camera().shows(*clear(), *night, *clear(), *night)
    assert camera.changes == []


def test_night_vision_that_shows_something_quite_different_is_relearnt_once():
    """Where the lit part has nothing in common with the day's edges: told for ten minutes, once."""
    camera = Camera().shows(*clear())
    for _ in range(31):
        camera.shows(*turned())
    assert [reason for _, reason in camera.changes] == ["camera_moved", None]
    lasted = camera.changes[1][0] - camera.changes[0][0]
    assert RELEARN_S - 20 <= lasted <= RELEARN_S + 20
    camera.shows(*clear(), *turned(), *clear())
    assert len(camera.changes) == 2


def test_a_turned_camera_is_told_for_minutes_also_when_it_is_looked_at_rarely():
    camera = Camera().shows(*clear(), *turned())
    for _ in range(4):
        camera.rests(100).shows(*turned()[:12])
    assert camera.reasons == ["camera_moved"]


def test_a_turned_camera_that_moves_on_begins_its_time_anew():
    elsewhere = looks(lit(np.rot90(yard(), 2), seed=seed) for seed in range(20))
    camera = Camera().shows(*clear())
    for _ in range(20):
        camera.shows(*turned())
    for _ in range(20):
        camera.shows(*elsewhere)
    assert camera.reasons == ["camera_moved"]


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_a_slightly_turned_camera_is_told(share: float):
    aside = round(yard().shape[1] * share)
    before = looks(lit(yard()[:, aside:], seed=seed) for seed in range(20))
    later = looks(lit(yard()[:, :-aside], seed=seed) for seed in range(20))
    assert Camera().shows(*before, *later).reasons == ["camera_moved"]


def test_a_camera_that_sways_in_the_wind_is_not_turned():
    rng = np.random.default_rng(2)
    swaying = [
        lit(np.roll(porch(), rng.integers(-2, 3, 2), (0, 1)), seed=seed) for seed in range(60)
    ]
    assert Camera().shows(*looks(swaying)).changes == []


def test_headlights_that_sweep_over_the_yard_do_not_blind():
    def lights(seed: int) -> Pixels:
        picture = lit(night_vision(seed), noise=1, seed=seed)
        cv2.circle(picture, (40 + 60 * seed, 130), 90, (255, 255, 255), -1)
        return picture

    night = looks(night_vision(i) for i in range(20))
    camera = Camera().shows(*night)
    for _ in range(5):
        camera.shows(*looks(lights(seed) for seed in range(4)), *night)
    assert camera.changes == []


def test_rain_and_snow_do_not_blind():
    def wet(seed: int) -> Pixels:
        rng = np.random.default_rng(seed)
        picture = lit(porch(), 0.8, noise=9, seed=seed)
        for _ in range(150):
            x, y = rng.integers(0, (320, 240))
            cv2.line(picture, (int(x), int(y)), (int(x) + 2, int(y) + 15), (225, 225, 225), 1)
        return picture

    assert Camera().shows(*clear(), *looks(wet(seed) for seed in range(60))).changes == []


def test_somebody_who_walks_through_does_not_blind():
    walking = [lit(visited(30 + 5 * step, 230, 210), seed=step) for step in range(50)]
    assert Camera(0.2).shows(*clear(), *looks(walking)).changes == []


@pytest.mark.parametrize("seconds", [3, 6])
def test_a_van_that_stops_for_a_moment_is_no_turned_camera(seconds: int):
    def hidden(seed: int) -> Pixels:
        picture = lit(porch(), seed=seed)
        cv2.rectangle(picture, (20, 30), (300, 240), (200, 200, 205), -1)
        cv2.rectangle(picture, (40, 50), (280, 110), (30, 25, 20), -1)
        return picture

    van = looks(hidden(seed) for seed in range(seconds))
    camera = Camera()
    for _ in range(3):
        camera.shows(*clear(), *van)
    assert camera.shows(*clear()).changes == []


def test_a_lamp_at_night_is_seen():
    def lamp(seed: int) -> Pixels:
        picture = lit(porch(), 0.03, 2, seed=seed)
        cv2.circle(picture, (250, 50), 30, (230, 230, 230), -1)
        return picture

    assert "camera_dark" not in Camera().shows(*looks(lamp(i) for i in range(20))).reasons


def test_from_one_blindness_into_another_is_blind_throughout():
    """Dark, then a hand: the reason changes, sight never comes back between."""
    camera = Camera().shows(*clear(), *black()[:5], *hand()[:5], *turned()[:15])
    assert camera.reasons == ["camera_dark", "camera_covered", "camera_moved"]
    assert camera.health.since == after(camera.changes[0][0])


KINDS = ("clear", "black", "hand", "turned", "webbed", "torch", "same", "failure")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.integers(1, 12),
            st.sampled_from([0.2, 0.5, 1.0, 2.0, 20.0, 100.0]),
        ),
        max_size=12,
    )
)
def test_no_flapping(parts: Sequence[tuple[str, int, float]]):
    """From blind to seeing takes four good looks and 3 s, the other way two bad ones."""
    pictures = {
        "clear": clear,
        "black": black,
        "hand": hand,
        "turned": turned,
        "webbed": webbed,
        "torch": torch,
    }
    health, now, number = Health(), START, 0
    changes: list[tuple[int, float, bool]] = []
    for kind, times, every_s in parts:
        for index in range(times):
            was = health
            if kind == "failure":
                health = after_failure(health, "camera_no_picture", now)
            elif kind == "same":
                health = after_glance(health, clear()[0], now, digest=b"same")
            else:
                health = after_glance(health, pictures[kind]()[index], now, digest=digest())
            number += 1
            assert health.looks == number
            if (was.blind is None) is not (health.blind is None):
                changes.append((number, now.timestamp(), health.blind is not None))
                assert health.since == now
            elif health.blind is not None:
                assert health.since == was.since
            now += timedelta(seconds=every_s)
    for (was, then, _), (number, at, blind) in pairwise(changes):
        assert number - was >= (2 if blind else RECOVERED.looks)
        assert blind or at - then >= RECOVERED.seconds
    assert [blind for *_, blind in changes] == [index % 2 == 0 for index in range(len(changes))]


@pytest.mark.parametrize(
    ("age_s", "fresh"),
    [(0, True), (2.0, True), (2.01, False), (-0.5, True), (-0.51, False), (86400, False)],
)
def test_frames_are_fresh_for_two_seconds(age_s: float, fresh: bool):
    assert is_fresh(START, START + timedelta(seconds=age_s)) is fresh


def test_a_clock_that_is_set_back_delays_no_blindness():
    """Two dark looks, then the clock jumps back by an hour: the hour need not pass once more."""
    camera = Camera().shows(*clear(), *black()[:2]).rests(-3600).shows(*black()[2:6])
    assert camera.reasons == ["camera_dark"]
    camera = Camera().shows(*clear()[:5], same=True).rests(-3600)
    camera.shows(*clear()[5:20], same=True)
    assert camera.reasons == ["camera_frozen"]
