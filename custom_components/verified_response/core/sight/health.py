"""Whether a camera can see, and why not; slow enough that dusk does not make it flap.

Every look is told to `after_glance` or `after_failure`. A camera becomes blind after several bad looks
over some time, and sees again after several good ones: limits in `scene.py`. A restart begins unknown.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from ..detection import Glance
from .scene import Limit, Scenes, judged, learnt, limit_of

FRESH_S: Final = 2.0
AHEAD_S: Final = 0.5
"""A frame may be this far ahead of our clock before its time is no longer believed."""
KNOWN_LOOKS: Final = 3
RECOVERED: Final = Limit(looks=4, seconds=3.0)
"""Good looks, without a bad one between them, after which a blind camera sees again."""
ANY_REASON: Final = Limit(looks=10, seconds=20.0)
"""Bad looks of changing reasons after which the newest reason is told."""
PAUSE_S: Final = 30.0
"""A longer pause between looks ends what was only suspected or hoped; what was told stays told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Streak:
    """Looks of one kind in a row."""

    looks: int = 0
    since: datetime | None = None
    reason: str = ""

    def reaches(self, limit: Limit, at: datetime) -> bool:
        """Say whether it is long enough, in looks and in time."""
        return (
            self.since is not None
            and self.looks >= limit.looks
            and (at - self.since).total_seconds() >= limit.seconds
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What is known of a camera's sight. `blind`: a reason key, None while nothing is wrong.

    `since`: when `blind` last changed between None and a reason.
    """

    blind: str | None = None
    since: datetime | None = None
    looks: int = 0
    """All looks so far, failed ones too."""
    at: datetime | None = None
    same: Streak = Streak()
    """Bad looks of one reason."""
    bad: Streak = Streak()
    """Bad looks of any reason."""
    good: Streak = Streak()
    digest: bytes = b""
    repeats: Streak = Streak()
    """Looks that brought the very same picture."""
    scenes: Scenes = field(default_factory=Scenes, repr=False)

    @property
    def known(self) -> bool:
        """Say whether it was looked at often enough to believe that it is not blind."""
        return self.blind is not None or self.looks >= KNOWN_LOOKS


def is_fresh(captured_at: datetime, now: datetime) -> bool:
    """Say whether a frame is new enough to be judged: at most 2 s old, and not from the future."""
    return -AHEAD_S <= (now - captured_at).total_seconds() <= FRESH_S


def after_glance(health: Health, glance: Glance, at: datetime, *, digest: bytes = b"") -> Health:
    """Return the health after a look that brought a picture.

    `digest` identifies the encoded picture: the same one again means that nothing new arrived. Give the
    bytes' own digest, not one of a thumbnail: quiet scenes have equal thumbnails. Empty: not judged.
    """
    health = _paused(health, at)
    if digest and digest == health.digest:
        repeats = _longer(health.repeats, "camera_frozen", at)
        health = replace(_looked(health, at), repeats=repeats)
        if repeats.reaches(limit_of("camera_frozen"), at):
            return _told(replace(health, good=Streak()), "camera_frozen", at)
        return health  # the same picture again says nothing new, good or bad
    first = Streak(looks=1, since=at, reason="camera_frozen")
    health = replace(health, digest=digest, repeats=first)
    finding = judged(health.scenes, glance, health.blind)
    scenes = learnt(health.scenes, finding, at)
    health = replace(_looked(health, at), scenes=scenes)
    if finding.reason is not None:
        return _bad(health, finding.reason, at)
    return _good(health, at) if finding.good else health


def after_failure(health: Health, reason: str, at: datetime) -> Health:
    """Return the health after a look that brought no picture, or none that could be judged."""
    health = _looked(_paused(health, at), at)
    return _bad(replace(health, digest=b"", repeats=Streak()), reason, at)


def _bad(health: Health, reason: str, at: datetime) -> Health:
    same = _longer(health.same, reason, at)
    bad = _longer(health.bad, "", at)
    health = replace(health, same=same, bad=bad, good=Streak())
    changing = health.blind is None and bad.reaches(ANY_REASON, at)
    return _told(health, reason, at) if changing or same.reaches(limit_of(reason), at) else health


def _good(health: Health, at: datetime) -> Health:
    good = _longer(health.good, "", at)
    health = replace(health, good=good, same=Streak(), bad=Streak())
    if health.blind is not None and good.reaches(RECOVERED, at):
        return replace(health, blind=None, since=at)
    return health


def _told(health: Health, reason: str, at: datetime) -> Health:
    return replace(health, blind=reason, since=at if health.blind is None else health.since)


def _looked(health: Health, at: datetime) -> Health:
    return replace(health, looks=health.looks + 1, at=at)


def _paused(health: Health, at: datetime) -> Health:
    if health.at is None or 0.0 <= (at - health.at).total_seconds() <= PAUSE_S:
        return health
    repeats = health.repeats
    if (
        at < health.at
    ):  # the clock was set back: what began in the future would never last long enough
        repeats = replace(repeats, since=at)
    return replace(health, same=Streak(), bad=Streak(), good=Streak(), repeats=repeats)


def _longer(streak: Streak, reason: str, at: datetime) -> Streak:
    if streak.since is None or streak.reason != reason:
        return Streak(looks=1, since=at, reason=reason)
    return replace(streak, looks=streak.looks + 1)
