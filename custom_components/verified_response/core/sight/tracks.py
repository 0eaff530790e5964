"""Who is who from frame to frame: numbers for people, by where they are and where they go.

After the idea of ByteTrack: sure boxes are matched first, weak ones only continue what is known, and
what is left is matched by distance. People are never compared by their looks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..detection import Box, PersonBox, Polygon
from .places import foot_point, is_cut_off, stands_in

BEGINS_AT: Final = 0.45
"""Score from which a box begins a track; weaker ones only continue one."""
CONTINUES_AT: Final = 0.2
LEAST_OVERLAP: Final = 0.2
LOST_S: Final = 3.0
LOST_MISSES: Final = 3
"""A track ends when it was missed longer than LOST_S and in more than LOST_MISSES frames."""
UNSURE_MISSES: Final = 1
"""The same for one that was seen only once."""
FORESEEN_S: Final = 2.0
"""How far a movement is continued while nobody is seen."""
MOST_TRACKS: Final = 64
REACH: Final = 0.5
REACH_PER_S: Final = 1.5
MOST_REACH: Final = 3.0
"""How far one may have gone, in heights of the box: running is about 1.5 heights a second."""
SIZE_CHANGE: Final = 1.7
GROWTH: Final = 1.2
LEAST_STEP: Final = 0.1
"""Of the box's height; less is the trembling of boxes, no movement."""


class Direction(StrEnum):
    """Where somebody went since first seen: into the region or nearer, out of it or away."""

    IN = "in"
    OUT = "out"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """One person over time; ids count up and are never used again."""

    id: int
    first_seen: datetime
    last_seen: datetime
    first_box: Box
    box: Box
    """Where it was last seen; never a guess."""
    best_score: float
    hits: int = 1
    """Frames that showed it."""
    misses: int = 0
    """Frames since then that did not."""
    speed: tuple[float, float] = (0.0, 0.0)
    """Of the box's middle, per second."""
    steadiness: float = 1.0
    """The least overlap that any of its boxes had with the first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracks:
    """Everybody in one camera's view now, by id; `at` is the newest frame's time."""

    live: tuple[Track, ...] = ()
    next_id: int = 1
    at: datetime | None = None


def follow(
    tracks: Tracks, people: Sequence[PersonBox], at: datetime, *, begins_at: float = BEGINS_AT
) -> Tracks:
    """Return the tracks after one more frame; a frame older than the newest changes nothing.

    The order of `people` does not matter. Give it the people who count (places.counted), weak ones too.
    """
    if tracks.at is not None and at < tracks.at:
        return tracks
    seen = sorted((person for person in people if person.score >= CONTINUES_AT), key=_order)
    sure = [person for person in seen if person.score >= begins_at]
    weak = [person for person in seen if person.score < begins_at]
    open_tracks = {track.id: track for track in tracks.live}
    after: dict[int, Track] = {}
    for group, fit in ((sure, _overlap_fit), (weak, _overlap_fit), (sure, _distance_fit)):
        for track, person in _pairs(tuple(open_tracks.values()), group, at, fit):
            after[track.id] = _seen_again(track, person, at)
            del open_tracks[track.id]
            group.remove(person)
    for track in open_tracks.values():
        missed = replace(track, misses=track.misses + 1)
        if not _is_lost(missed, at):
            after[track.id] = missed
    next_id = tracks.next_id
    for person in sure[: max(MOST_TRACKS - len(after), 0)]:
        after[next_id] = _begun(next_id, person, at)
        next_id += 1
    live = tuple(after[track_id] for track_id in sorted(after))
    return Tracks(live=live, next_id=next_id, at=at)


def count_at_once(tracks: Tracks, needed: int = 2) -> int:
    """Return how many people the newest frame shows who were seen at least `needed` times."""
    return sum(1 for track in tracks.live if track.hits >= needed and track.misses == 0)


def dwell_s(track: Track, at: datetime) -> float:
    """Return how long somebody has been there, as far as it was seen; never negative."""
    quiet_s = (at - track.last_seen).total_seconds()
    until = at if track.misses == 0 and 0.0 <= quiet_s <= LOST_S else track.last_seen
    return (until - track.first_seen).total_seconds()


def direction(track: Track, region: Polygon) -> Direction:
    """Say whether somebody came into the region or left it since first seen.

    Without a region: came nearer or went away, when the box grew or shrank by a fifth.
    """
    if track.hits < 2:
        return Direction.NONE
    if not region:
        grown = _size(track.box, track.first_box) / max(_size(track.first_box, track.box), 1e-9)
        if grown >= GROWTH:
            return Direction.IN
        return Direction.OUT if grown <= 1 / GROWTH else Direction.NONE
    before, now = stands_in(region, track.first_box), stands_in(region, track.box)
    if before is now or _step(track) < LEAST_STEP * track.box.height:
        return Direction.NONE
    return Direction.IN if now else Direction.OUT


def may_have_walked(one: Box, other: Box, seconds: float) -> bool:
    """Say whether somebody may have gone from one box to the other in that time, running included."""
    away = _away(one, other)
    return away is not None and away <= min(REACH_PER_S * max(seconds, 0.0), MOST_REACH)


def _order(person: PersonBox) -> tuple[float, float, float, float, float, bytes]:
    box = person.box
    return -person.score, box.x, box.y, box.width, box.height, person.patch


def _pairs(
    tracks: Sequence[Track],
    people: Sequence[PersonBox],
    at: datetime,
    fit: Callable[[Track, PersonBox, datetime], float | None],
) -> list[tuple[Track, PersonBox]]:
    """Match greedily, the best fit first; equal fits by the older track and the surer box."""
    fits = [
        (value, track.id, index, track, person)
        for track in tracks
        for index, person in enumerate(people)
        if (value := fit(track, person, at)) is not None
    ]
    fits.sort(key=lambda item: (-item[0], item[1], item[2]))
    taken_tracks: set[int] = set()
    taken_people: set[int] = set()
    matched = []
    for _, track_id, index, track, person in fits:
        if track_id not in taken_tracks and index not in taken_people:
            taken_tracks.add(track_id)
            taken_people.add(index)
            matched.append((track, person))
    return matched


def _overlap_fit(track: Track, person: PersonBox, at: datetime) -> float | None:
    overlap = _foreseen(track, at).overlap(person.box)
    return overlap if overlap >= LEAST_OVERLAP else None


def _distance_fit(track: Track, person: PersonBox, at: datetime) -> float | None:
    """Return the nearness of the middles in heights of the boxes; None beyond what one can walk."""
    away = _away(_foreseen(track, at), person.box)
    gone_s = (at - track.last_seen).total_seconds()
    if away is None or away > min(REACH + REACH_PER_S * gone_s, MOST_REACH):
        return None
    return -away


def _away(one: Box, other: Box) -> float | None:
    """Return how far apart two boxes are, in their height; None where their sizes do not fit."""
    if not 1 / SIZE_CHANGE <= other.height / max(one.height, 1e-9) <= SIZE_CHANGE:
        return None
    (ax, ay), (bx, by) = _middle(one), _middle(other)
    height = max((one.height + other.height) / 2, 1e-9)
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5 / height)


def _foreseen(track: Track, at: datetime) -> Box:
    gone_s = min(max((at - track.last_seen).total_seconds(), 0.0), FORESEEN_S)
    return replace(
        track.box,
        x=track.box.x + track.speed[0] * gone_s,
        y=track.box.y + track.speed[1] * gone_s,
    )


def _seen_again(track: Track, person: PersonBox, at: datetime) -> Track:
    gone_s = (at - track.last_seen).total_seconds()
    speed = track.speed
    if gone_s > 0:
        (ax, ay), (bx, by) = _middle(track.box), _middle(person.box)
        newest = ((bx - ax) / gone_s, (by - ay) / gone_s)
        share = 1.0 if track.hits == 1 else 0.5
        speed = (
            speed[0] + share * (newest[0] - speed[0]),
            speed[1] + share * (newest[1] - speed[1]),
        )
    return replace(
        track,
        last_seen=at,
        box=person.box,
        best_score=max(track.best_score, person.score),
        hits=track.hits + 1,
        misses=0,
        speed=speed,
        steadiness=min(track.steadiness, track.first_box.overlap(person.box)),
    )


def _begun(track_id: int, person: PersonBox, at: datetime) -> Track:
    return Track(
        id=track_id,
        first_seen=at,
        last_seen=at,
        first_box=person.box,
        box=person.box,
        best_score=person.score,
    )


def _is_lost(track: Track, at: datetime) -> bool:
    if track.hits == 1 and track.misses > UNSURE_MISSES:
        return True
    return track.misses > LOST_MISSES and (at - track.last_seen).total_seconds() > LOST_S


def _middle(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def _step(track: Track) -> float:
    (ax, ay), (bx, by) = foot_point(track.first_box), foot_point(track.box)
    return float(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5)


def _size(box: Box, other: Box) -> float:
    """Return the height, or, where one of the two is cut off, what its area says about it."""
    if is_cut_off(box) or is_cut_off(other):
        return float((box.width * box.height) ** 0.5)
    return box.height
