"""Which way is better: by medians, with hysteresis, and only when enough is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.adapters.cameras.choice import (
    ENOUGH,
    KEPT,
    LONGEST_S,
    Habit,
    Stopwatch,
)
from custom_components.verified_response.engine.ports import Way


def measured(
    snapshot_s: float, stream_s: float, *, times: int = ENOUGH, of: Habit | None = None
) -> Habit:
    of = of or Habit()
    for _ in range(times):
        of = of.took(Way.SNAPSHOT, snapshot_s).took(Way.STREAM, stream_s)
    return of


@pytest.mark.parametrize(
    ("snapshot_s", "stream_s", "way"),
    [
        (1.0, 0.1, Way.STREAM),
        (1.0, 0.7, Way.STREAM),
        (1.0, 0.71, Way.SNAPSHOT),
        (0.1, 1.0, Way.SNAPSHOT),
    ],
)
def test_the_stream_must_be_a_good_deal_quicker(snapshot_s, stream_s, way) -> None:
    assert measured(snapshot_s, stream_s).way is way


def test_too_few_measurements_change_nothing() -> None:
    assert measured(1.0, 0.1, times=ENOUGH - 1).way is Way.SNAPSHOT


def test_ways_of_the_same_kind_do_not_swap_places() -> None:
    habit = measured(1.0, 0.1)
    ways = set()
    for n in range(100):
        habit = measured(0.1 + n % 3 / 100, 0.1 + n % 2 / 100, times=1, of=habit)
        ways.add(habit.way)
    assert ways == {Way.STREAM}


def test_a_stream_that_became_slow_gives_way() -> None:
    assert measured(0.2, 3.0, times=KEPT, of=measured(1.0, 0.1)).way is Way.SNAPSHOT


def test_one_slow_picture_is_no_slow_camera() -> None:
    habit = measured(0.3, 0.1, times=KEPT)
    assert habit.took(Way.STREAM, LONGEST_S).way is Way.STREAM


@given(
    st.lists(
        st.tuples(st.sampled_from(Way), st.floats(0, 60), st.booleans()),
        max_size=60,
    ),
    st.booleans(),
    st.floats(0, 2e9),
)
def test_what_is_known_survives_the_disk(measurements, alike, tried_at) -> None:
    habit = Habit().compared(alike=alike).tried(tried_at)
    for way, seconds, worked in measurements:
        habit = habit.took(way, seconds, worked=worked)
    assert Habit.from_json(habit.to_json()) == habit
    assert max((*habit.snapshot_s, *habit.stream_s), default=0) <= LONGEST_S


@pytest.mark.parametrize(
    "raw", [None, [], {}, {"way": "telepathy"}, Habit().to_json() | {"stream_s": ["x"]}]
)
def test_a_damaged_memory_is_an_empty_one(raw) -> None:
    assert Habit.from_json(raw) == Habit()


def test_the_same_picture_again_is_no_answer() -> None:
    watch = Stopwatch()
    watch.asked(0)
    assert watch.answered(0.1, b"one") == pytest.approx(0.1)
    for now in (0.2, 0.4, 0.6):
        watch.asked(now)
        assert watch.answered(now + 0.05, b"one") is None
    watch.asked(0.8)
    assert watch.answered(0.85, b"two") == pytest.approx(0.65)


def test_a_pause_is_no_waiting() -> None:
    watch = Stopwatch()
    watch.asked(0)
    watch.answered(0.1, b"one")
    watch.asked(0.2)
    watch.answered(0.3, b"one")
    watch.asked(60)
    assert watch.answered(60.2, b"two") == pytest.approx(0.2)


def test_a_slow_answer_is_measured_to_its_end() -> None:
    watch = Stopwatch()
    watch.asked(0)
    assert watch.answered(8, b"one") == pytest.approx(8)
