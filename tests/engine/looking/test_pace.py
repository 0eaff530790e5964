"""How often a camera is asked: measured from what it gives and from what the detector takes."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.verified_response.engine.looking.pace import (
    MOST_YIELD_S,
    SLACK_S,
    SLOWEST_S,
    Pace,
)

AT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def watched(pace: Pace, *, gives_every_s: float, for_s: float, wanted_s: float = 0.2) -> float:
    """Ask a camera that has a new picture every so often; return how many pictures came per second."""
    asked, now, last = 0, 0.0, -1
    while now < for_s:
        picture = int(now / gives_every_s)
        if picture != last:
            pace.changed(AT + timedelta(seconds=now))
        else:
            pace.repeated(AT + timedelta(seconds=now))
        last = picture
        asked += 1
        now += pace.interval(wanted_s)
    return asked / for_s


def test_nothing_known_is_as_wanted():
    assert Pace().interval(0.2) == 0.2


def test_a_camera_that_gives_all_that_is_wanted():
    assert watched(Pace(), gives_every_s=0.1, for_s=20) == pytest.approx(5, abs=0.2)


def test_a_slow_camera_is_asked_as_often_as_it_gives():
    pace = Pace()
    watched(pace, gives_every_s=1.0, for_s=10)
    assert watched(pace, gives_every_s=1.0, for_s=60) <= 1.6
    assert pace.interval(0.2) >= 0.6


def test_a_camera_that_grew_faster_is_noticed():
    pace = Pace()
    watched(pace, gives_every_s=1.0, for_s=20)
    watched(pace, gives_every_s=0.1, for_s=60)
    assert pace.interval(0.2) < 0.7


def test_a_frozen_camera_is_asked_less_but_not_given_up():
    pace = Pace()
    pace.changed(AT)
    for seconds in (0.2, 1, 3, 30, 3000):
        pace.repeated(AT + timedelta(seconds=seconds))
    assert pace.interval(0.2) == SLOWEST_S
    pace.changed(AT + timedelta(seconds=3001))
    assert pace.interval(0.2) == SLOWEST_S


def test_a_slow_answer_slows_the_asking():
    pace = Pace()
    for seconds in (0.1, 1.2, 1.3, 1.2, 9.0):
        pace.fetched(seconds)
    assert pace.interval(0.2) == 1.2


def test_waiting_for_the_detector_is_given_way_to_and_forgotten():
    pace = Pace()
    pace.waited(SLACK_S)
    assert pace.interval(0.2) == 0.2
    pace.waited(2.0)
    slowed = pace.interval(0.2)
    assert slowed == pytest.approx(2.2 - SLACK_S)
    for _ in range(30):
        pace.waited(0.0)
    assert pace.interval(0.2) == pytest.approx(0.2, abs=0.01)


def test_giving_way_is_bounded():
    pace = Pace()
    for _ in range(100):
        pace.waited(60.0)
    assert pace.interval(0.2) == pytest.approx(MOST_YIELD_S + 0.2)
    pace.begins_anew()
    assert pace.interval(0.2) == 0.2
