"""Who is who from frame to frame."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.core.detection import Box, PersonBox, Polygon
from custom_components.verified_response.core.sight.tracks import (
    LOST_S,
    MOST_TRACKS,
    Direction,
    Track,
    Tracks,
    count_at_once,
    direction,
    dwell_s,
    follow,
)

from .scenery import after, box, person, standing

GATE: Polygon = ((0.0, 0.6), (1.0, 0.6), (1.0, 1.0), (0.0, 1.0))


def followed(frames: Sequence[Sequence[PersonBox]], every_s: float = 0.5) -> list[Tracks]:
    tracks, history = Tracks(), []
    for index, people in enumerate(frames):
        tracks = follow(tracks, people, after(index * every_s))
        history.append(tracks)
    return history


def id_at(tracks: Tracks, where: Box) -> int:
    return next(track.id for track in tracks.live if track.box == where and track.misses == 0)


def walk(start: float, end: float, steps: int, feet: float = 0.8, height: float = 0.4) -> list[Box]:
    return [standing(start + (end - start) * i / (steps - 1), feet, height) for i in range(steps)]


def test_one_person_walking_is_one_track():
    path = walk(0.1, 0.9, 10)
    history = followed([[person(where, 0.5 + i / 100)] for i, where in enumerate(path)])
    (track,) = history[-1].live
    assert (track.id, track.hits, track.misses) == (1, 10, 0)
    assert (track.first_box, track.box) == (path[0], path[-1])
    assert (track.first_seen, track.last_seen) == (after(0), after(4.5))
    assert track.best_score == 0.59
    assert history[-1].next_id == 2


@pytest.mark.parametrize("every_s", [0.2, 0.5, 1.0, 2.0])
def test_a_walk_at_human_pace_stays_one_track_at_any_interval(every_s: float):
    """0.8 body heights a second; at 2 s the boxes do not even overlap."""
    steps = round(6 / every_s)
    path = [standing(0.05 + 0.8 * 0.18 * i * every_s, 0.7, 0.18) for i in range(steps)]
    history = followed([[person(where)] for where in path], every_s)
    assert [track.hits for track in history[-1].live] == [steps]


@pytest.mark.parametrize(("every_s", "missed"), [(0.2, 3), (0.2, 14), (0.5, 5), (1.0, 3), (2.0, 3)])
def test_missed_frames_do_not_end_a_track(every_s: float, missed: int):
    where = standing(0.5, 0.8)
    frames = [[person(where)]] * 2 + [[]] * missed + [[person(where)]]
    history = followed(frames, every_s)
    assert history[-2].live[0].misses == missed
    assert history[-1].live[0].id == 1
    assert (history[-1].live[0].hits, history[-1].live[0].misses) == (3, 0)


@pytest.mark.parametrize(("every_s", "missed"), [(0.2, 16), (1.0, 4), (2.0, 4)])
def test_whoever_was_missed_too_long_is_somebody_new(every_s: float, missed: int):
    where = standing(0.5, 0.8)
    history = followed([[person(where)]] * 2 + [[]] * missed + [[person(where)]], every_s)
    assert history[-2].live == ()
    assert [track.id for track in history[-1].live] == [2]


def test_a_blip_is_soon_forgotten():
    where = standing(0.5, 0.8)
    history = followed([[person(where)], [], []], 0.2)
    assert len(history[1].live) == 1
    assert history[2].live == ()


def test_weak_boxes_continue_a_track_but_begin_none():
    where = standing(0.5, 0.8)
    assert followed([[person(where, 0.44)]] * 3)[-1].live == ()
    history = followed([[person(where, 0.45)], [person(where, 0.2)], [person(where, 0.19)]])
    assert (history[1].live[0].hits, history[1].live[0].misses) == (2, 0)
    assert (history[2].live[0].hits, history[2].live[0].misses) == (2, 1)
    assert follow(Tracks(), [person(where, 0.3)], after(0), begins_at=0.3).live


def test_sure_boxes_are_matched_before_weak_ones():
    """A weak box that fits better does not take the track from a sure one."""
    first = standing(0.5, 0.8)
    weak, sure = person(first, 0.3), person(standing(0.52, 0.8), 0.9)
    tracks = followed([[person(first)], [weak, sure]])[-1]
    assert [track.box for track in tracks.live] == [sure.box]


def test_crossing_people_keep_their_ids():
    right, left = walk(0.2, 0.8, 13), walk(0.8, 0.2, 13, feet=0.83)
    history = followed([[person(a), person(b)] for a, b in zip(right, left, strict=True)], 0.3)
    assert id_at(history[-1], right[-1]) == id_at(history[0], right[0])
    assert id_at(history[-1], left[-1]) == id_at(history[0], left[0])
    assert history[-1].next_id == 3


def test_crossing_people_keep_their_ids_though_one_hides_the_other():
    right, left = walk(0.2, 0.8, 13), walk(0.8, 0.2, 13, feet=0.83)
    frames = [
        [person(b)] if 5 <= i <= 7 else [person(a), person(b)]
        for i, (a, b) in enumerate(zip(right, left, strict=True))
    ]
    history = followed(frames, 0.3)
    assert id_at(history[-1], right[-1]) == id_at(history[0], right[0])
    assert id_at(history[-1], left[-1]) == id_at(history[0], left[0])
    assert history[-1].next_id == 3


def test_another_person_far_away_is_not_the_one_who_left():
    frames = [[person(standing(0.1, 0.8, 0.2))]] * 3 + [[person(standing(0.9, 0.8, 0.2))]]
    tracks = followed(frames)[-1]
    assert [(track.id, track.misses) for track in tracks.live] == [(1, 1), (2, 0)]


def test_a_box_of_another_size_is_another_person():
    """The one in the background does not become the one who steps in front of the camera."""
    frames = [[person(standing(0.5, 0.6, 0.1))]] * 2 + [[person(standing(0.5, 0.9, 0.7))]]
    assert [track.id for track in followed(frames)[-1].live] == [1, 2]


def test_how_far_one_may_have_gone_grows_with_the_time():
    def after_s(gap: float, away: float) -> int:
        tracks = follow(Tracks(), [person(standing(0.2, 0.8, 0.1))], after(0))
        return follow(tracks, [person(standing(0.2 + away, 0.8, 0.1))], after(gap)).next_id

    assert after_s(0.2, 0.07) == 2
    assert after_s(0.2, 0.09) == 3
    assert after_s(1.0, 0.19) == 2
    assert after_s(2.0, 0.31) == 3  # three body heights at most


def test_a_frame_older_than_the_newest_changes_nothing():
    tracks = followed([[person(standing(0.5, 0.8))]] * 2)[-1]
    assert follow(tracks, [], after(0.4)) is tracks
    again = follow(tracks, [person(standing(0.5, 0.8))], after(0.5))  # a clock that stands still
    assert again.live[0].hits == 3


def test_there_is_a_most_of_tracks_and_the_surest_are_taken():
    crowd = [
        person(box(0.01 * (i % 20) * 5, 0.25 * (i // 20), 0.04, 0.2), 0.5 + i / 1000)
        for i in range(MOST_TRACKS + 6)
    ]
    tracks = follow(Tracks(), crowd, after(0))
    assert len(tracks.live) == MOST_TRACKS
    assert min(track.best_score for track in tracks.live) == pytest.approx(0.506)
    assert tracks.next_id == MOST_TRACKS + 1


def test_count_at_once_counts_who_is_there_now():
    here, there = person(standing(0.2, 0.8)), person(standing(0.8, 0.8))
    history = followed([[here], [here, there], [here, there], [there]])
    assert [count_at_once(tracks) for tracks in history] == [0, 1, 2, 1]
    assert count_at_once(history[0], needed=1) == 1
    assert count_at_once(history[2], needed=3) == 1


def made(**changes) -> Track:
    values = {
        "id": 1,
        "first_seen": after(0),
        "last_seen": after(4),
        "first_box": standing(0.5, 0.4),
        "box": standing(0.5, 0.8),
        "best_score": 0.8,
        "hits": 5,
    }
    return Track(**(values | changes))


@pytest.mark.parametrize(
    ("at", "misses", "seconds"),
    [
        (4, 0, 4.0),
        (5, 0, 5.0),  # the next frame is not there yet
        (4 + LOST_S, 0, 4.0 + LOST_S),
        (4.1 + LOST_S, 0, 4.0),  # nobody looked for longer than one may be hidden
        (5, 1, 4.0),
        (2, 0, 4.0),
    ],
)
def test_dwell_is_what_was_seen(at: float, misses: int, seconds: float):
    assert dwell_s(made(misses=misses), after(at)) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("first", "now", "hits", "way"),
    [
        (standing(0.5, 0.4), standing(0.5, 0.8), 5, Direction.IN),
        (standing(0.5, 0.8), standing(0.5, 0.4), 5, Direction.OUT),
        (standing(0.5, 0.8), standing(0.9, 0.8), 5, Direction.NONE),
        (standing(0.1, 0.4), standing(0.9, 0.4), 5, Direction.NONE),
        (standing(0.5, 0.4), standing(0.5, 0.8), 1, Direction.NONE),  # seen once: no movement
        (standing(0.5, 0.59), standing(0.5, 0.61), 5, Direction.NONE),  # the box trembles
        (standing(0.5, 0.59), standing(0.5, 0.63), 5, Direction.IN),
    ],
)
def test_direction_into_a_region(first: Box, now: Box, hits: int, way: Direction):
    assert direction(made(first_box=first, box=now, hits=hits), GATE) is way


@pytest.mark.parametrize(
    ("first", "now", "way"),
    [
        (0.30, 0.361, Direction.IN),
        (0.30, 0.355, Direction.NONE),
        (0.361, 0.30, Direction.OUT),
        (0.355, 0.30, Direction.NONE),
        (0.30, 0.30, Direction.NONE),
    ],
)
def test_direction_without_a_region_is_nearer_or_away(first: float, now: float, way: Direction):
    grown = made(first_box=standing(0.5, 0.7, first), box=standing(0.5, 0.7, now))
    assert direction(grown, ()) is way


def test_whoever_comes_so_near_that_the_feet_are_cut_off_still_comes():
    far, near = box(0.4, 0.4, 0.2, 0.5), box(0.3, 0.45, 0.4, 0.55)
    assert direction(made(first_box=far, box=near), ()) is Direction.IN
    assert direction(made(first_box=near, box=far), ()) is Direction.OUT


def test_steadiness_is_the_least_overlap_with_the_first_box():
    place, step = box(0.4, 0.4, 0.2, 0.4), box(0.45, 0.4, 0.2, 0.4)
    history = followed([[person(place)], [person(step)], [person(place)]])
    assert history[-1].live[0].steadiness == pytest.approx(place.overlap(step))


SIDE = st.floats(0.02, 0.6)
PEOPLE = st.lists(
    st.builds(
        lambda x, y, w, h, score: person(box(x, y, w, h), score),
        st.floats(0, 0.9),
        st.floats(0, 0.9),
        SIDE,
        SIDE,
        st.floats(0, 1),
    ),
    max_size=5,
)


@given(st.lists(st.tuples(PEOPLE, st.floats(0.1, 3)), max_size=8))
def test_ids_are_unique_and_boxes_are_never_invented(frames: list[tuple[list[PersonBox], float]]):
    tracks, now, ended, shown = Tracks(), 0.0, set[int](), set[Box]()
    for people, gap in frames:
        now += gap
        was, before = {track.id: track for track in tracks.live}, tracks.next_id
        tracks = follow(tracks, people, after(now))
        shown |= {item.box for item in people}
        ids = [track.id for track in tracks.live]
        assert ids == sorted(set(ids))
        assert not ended & set(ids)
        assert all(track_id in was or before <= track_id < tracks.next_id for track_id in ids)
        ended |= set(was) - set(ids)
        seen_now = [track for track in tracks.live if track.misses == 0]
        assert len(seen_now) <= len(people)
        for track in tracks.live:
            assert {track.box, track.first_box} <= shown
            old = was.get(track.id)
            if old is not None:
                assert (track.first_seen, track.first_box) == (old.first_seen, old.first_box)
                assert (track.hits, track.misses) in {
                    (old.hits + 1, 0),
                    (old.hits, old.misses + 1),
                }


@given(st.lists(PEOPLE, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_boxes_does_not_matter(frames: list[list[PersonBox]], chance):
    shuffled = [chance.sample(people, len(people)) for people in frames]
    assert followed(frames)[-1] == followed(shuffled)[-1]


@settings(max_examples=50)
@given(
    st.integers(1, 5),
    st.sampled_from([0.2, 0.5, 1.0]),
    st.lists(st.lists(st.floats(-1, 1), min_size=5, max_size=5), min_size=3, max_size=12),
    st.data(),
)
def test_separated_people_are_as_many_tracks(
    people: int, every_s: float, steps: list[list[float]], data: st.DataObject
):
    """Everybody wanders within a lane of their own, now and then unseen for a frame."""
    places = [0.1 + 0.2 * lane for lane in range(people)]
    frames = []
    for index, step in enumerate(steps):
        places = [
            min(max(x + 0.02 * step[lane], 0.05 + 0.2 * lane), 0.15 + 0.2 * lane)
            for lane, x in enumerate(places)
        ]
        hidden = data.draw(st.integers(-3, people - 1)) if index >= 2 and index % 2 else -1
        frames.append(
            [person(standing(x, 0.8, 0.15)) for lane, x in enumerate(places) if lane != hidden]
        )
    history = followed(frames, every_s)
    assert history[-1].next_id == people + 1
    assert [track.id for track in history[-1].live] == list(range(1, people + 1))
    assert max(count_at_once(tracks) for tracks in history) == people
