"""What opens the gate, and what does not."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.core.detection import Glance
from custom_components.verified_response.core.sight.motion import Gate, step

from .scenery import lit, night_vision, porch, seen, visited

type Grid = np.ndarray


def grid(value: float = 100.0) -> Grid:
    """A thumbnail with some structure."""
    slope = np.add.outer(np.arange(18) * 2.0, np.arange(32) * 1.5)
    return slope - slope.mean() + value


def glance(cells: Grid) -> Glance:
    luma = np.clip(np.round(cells), 0, 255).astype(np.uint8)
    return Glance(luma=luma.tobytes(), sharpness=100.0)


def steps(glances: Iterable[Glance], gate: Gate | None = None) -> tuple[Gate, list[bool]]:
    gate, opened = gate or Gate(), []
    for item in glances:
        gate, is_open = step(gate, item)
        opened.append(is_open)
    return gate, opened


def used(count: int = 30) -> Gate:
    """A gate that has watched the quiet porch."""
    return steps(seen(lit(porch(), seed=seed)) for seed in range(count))[0]


def test_the_first_frame_opens_and_quiet_closes():
    _, opened = steps(seen(lit(porch(), seed=seed)) for seed in range(60))
    assert opened == [True] + [False] * 59


def test_another_size_of_picture_begins_anew():
    gate, _ = steps([glance(grid())] * 3)
    small = Glance(luma=bytes([90]) * 60, sharpness=1.0)
    gate, is_open = step(gate, small)
    assert is_open
    assert len(gate.background) == len(gate.noise) == 60
    assert step(gate, small)[1] is False


@pytest.mark.parametrize("left", [30, 97, 150, 203, 290])
@pytest.mark.parametrize("feet", [120, 151, 215])
def test_a_small_person_opens_it_within_two_frames(left: int, feet: int):
    """8 % of the frame's height, walking at one frame a second."""
    tall = round(0.08 * 240)
    walking = [
        seen(lit(visited(left + 4 * index, feet, tall), seed=50 + index)) for index in range(2)
    ]
    _, opened = steps(walking, used())
    assert any(opened)


def test_a_person_who_crosses_keeps_it_open():
    walking = [seen(lit(visited(20 + 15 * i, 220, 120), seed=i)) for i in range(18)]
    _, opened = steps(walking, used())
    assert all(opened)


def test_whoever_stands_still_becomes_background_in_the_end_and_opens_it_when_leaving():
    stays = [seen(lit(visited(), seed=seed)) for seed in range(20)]
    gate, opened = steps(stays * 15, used())
    assert all(opened[:5])
    assert not any(opened[20:])
    _, opened = steps([seen(lit(porch(), seed=seed)) for seed in range(3)], gate)
    assert opened[0]


def test_whoever_stood_for_a_while_leaves_no_ghost():
    """What opens the gate after somebody left is over in seconds, not minutes."""
    stays = [seen(lit(visited(), seed=seed)) for seed in range(20)]
    gate, _ = steps(stays, used())
    _, opened = steps([seen(lit(porch(), seed=seed)) for seed in range(30)], gate)
    assert not any(opened[20:])


@pytest.mark.parametrize(
    ("gain", "offset"), [(0.6, 0), (0.8, 0), (1.2, 0), (1.0, 25), (1.0, -25), (0.7, 20)]
)
def test_light_that_changes_at_once_does_not_open_it(gain: float, offset: float):
    darker = [seen(lit(porch(), gain, offset, seed=seed)) for seed in range(20)]
    _, opened = steps(darker, used())
    assert not any(opened)


def test_dusk_does_not_open_it():
    dusk = [seen(lit(porch(), 1 - 0.9 * i / 200, seed=i)) for i in range(200)]
    _, opened = steps(dusk, used())
    assert not any(opened)


def test_the_switch_to_night_vision_does_not_open_it():
    night = [seen(night_vision(seed)) for seed in range(20)]
    _, opened = steps(night, used())
    assert not any(opened)


def test_a_picture_that_changes_as_a_whole_is_the_new_background():
    other = np.random.default_rng(1).uniform(0, 255, (18, 32))
    gate, _ = steps([glance(grid())] * 10)
    gate, is_open = step(gate, glance(other))
    assert is_open  # somebody steps right in front of the camera
    assert gate.background == tuple(map(float, glance(other).luma))
    assert step(gate, glance(other))[1] is False
    other[5, 5] = (other[5, 5] + 128) % 256
    assert step(gate, glance(other))[1] is True


def test_half_of_the_picture_is_still_something_that_moves():
    gate, _ = steps([glance(grid())] * 10)
    near = grid()
    near[:, 10:22] += np.where(np.indices((18, 12)).sum(axis=0) % 2, 70, -70)
    assert step(gate, glance(near))[1] is True


def test_a_tree_in_the_wind_is_learnt_and_somebody_beside_it_seen():
    chance = np.random.default_rng(4)

    def windy() -> Grid:
        cells = grid()
        cells[2:9, 20:28] += chance.normal(0, 14, (7, 8))
        return cells

    gate, opened = steps(glance(windy()) for _ in range(300))
    assert sum(opened[-100:]) <= 10
    somebody = windy()
    somebody[9:12, 5:6] -= 12
    assert step(gate, glance(somebody))[1] is True


def test_a_cell_opens_it_beyond_what_is_never_noise():
    def changed(by: float) -> bool:
        gate, _ = steps([glance(grid())] * 200)  # so quiet that only the least change counts
        cells = np.round(grid())
        cells[9, 9] += by
        return step(gate, glance(cells))[1]

    assert [changed(by) for by in (3, 5, 8, -3, -8)] == [False, False, True, False, True]


def test_a_new_gate_expects_some_noise():
    gate, _ = steps([glance(grid())])
    cells = np.round(grid())
    cells[9, 9] += 8
    assert step(gate, glance(cells))[1] is False
    cells[9, 9] += 4
    assert step(gate, glance(cells))[1] is True


def test_a_flat_picture_has_an_offset_only():
    flat = [glance(np.full((18, 32), value)) for value in (90, 90, 90, 130, 40)]
    assert steps(flat)[1] == [True, False, False, False, False]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 31),
    st.integers(0, 17),
    st.sampled_from([-60, -25, 25, 60]),
    st.floats(0.8, 1.2),
    st.floats(-10, 10),
)
def test_a_change_of_light_hides_nobody(x: int, y: int, by: int, gain: float, offset: float):
    gate, _ = steps([glance(grid())] * 30)
    cells = grid() * gain + offset
    assert step(gate, glance(cells))[1] is False
    cells[y, x] += by
    assert step(gate, glance(cells))[1] is True


@settings(max_examples=60)
@given(st.lists(st.binary(min_size=12, max_size=12), min_size=1, max_size=6))
def test_any_bytes_are_taken(frames: list[bytes]):
    gate, _ = steps(Glance(luma=luma, sharpness=0.0) for luma in frames)
    assert len(gate.background) == len(gate.noise) == 12
    assert all(-1e6 < value < 1e6 for value in (*gate.background, *gate.noise))
