"""Which way to a camera is better, by what was measured; pure."""

from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Self

from ...engine.ports import Way

KEPT = 15
"""Newest measurements of each way: three seconds of a burst."""
ENOUGH = 5
BETTER = 0.7
"""The other way must take at most this share of the time: no change for nothing."""
LONGEST_S = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How long each way took to a fresh and changed picture, and which one is used."""

    way: Way = Way.SNAPSHOT
    snapshot_s: tuple[float, ...] = ()
    stream_s: tuple[float, ...] = ()
    tried_at: float = 0.0
    """When the stream was last measured to the end, in seconds since 1970."""
    snapshots: bool = False
    """Whether a snapshot was ever had."""
    alike: bool = False
    """Whether the stream was seen to show what the snapshots show."""

    def took(self, way: Way, seconds: float, *, worked: bool = True) -> Self:
        """Return what is known after another measurement, with the way that is better now."""
        kept = (*self._of(way), round(min(seconds, LONGEST_S), 3))[-KEPT:]
        if way is Way.SNAPSHOT:
            known = replace(self, snapshot_s=kept, snapshots=self.snapshots or worked)
        else:
            known = replace(self, stream_s=kept)
        return known._chosen()

    def typical(self, way: Way) -> float | None:
        """Return the median, None while too little is known."""
        known = self._of(way)
        return median(known) if len(known) >= ENOUGH else None

    def compared(self, *, alike: bool) -> Self:
        """Return what is known after stream and snapshot were compared."""
        return replace(self, alike=alike)

    def tried(self, at: float) -> Self:
        """Return what is known after the stream was measured and found not to be better."""
        return replace(self, tried_at=at)

    def untried(self) -> Self:
        """Return what is known when the stream shall be measured anew."""
        return replace(self, stream_s=(), tried_at=0.0)

    def _of(self, way: Way) -> tuple[float, ...]:
        return self.snapshot_s if way is Way.SNAPSHOT else self.stream_s

    def _chosen(self) -> Self:
        other = Way.STREAM if self.way is Way.SNAPSHOT else Way.SNAPSHOT
        now, then = self.typical(self.way), self.typical(other)
        if now is None or then is None or then > BETTER * now:
            return self
        return replace(self, way=other)

    def to_json(self) -> dict[str, Any]:
        """Return what is kept over restarts."""
        return {
            "way": self.way.value,
            "snapshot_s": list(self.snapshot_s),
            "stream_s": list(self.stream_s),
            "tried_at": self.tried_at,
            "snapshots": self.snapshots,
            "alike": self.alike,
        }

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Read it back; what is damaged is forgotten, for it can be measured again."""
        if not isinstance(raw, dict):
            return cls()
        try:
            return cls(
                way=Way(raw["way"]),
                snapshot_s=_seconds(raw["snapshot_s"]),
                stream_s=_seconds(raw["stream_s"]),
                tried_at=float(raw["tried_at"]),
                snapshots=raw["snapshots"] is True,
                alike=raw["alike"] is True,
            )
        except KeyError, TypeError, ValueError:
            return cls()


def _seconds(raw: object) -> tuple[float, ...]:
    if not isinstance(raw, list):
        raise TypeError
    return tuple(min(max(float(value), 0.0), LONGEST_S) for value in raw[-KEPT:])


class Stopwatch:
    """Time to a changed picture: the same one again is no answer, and the wait goes on.

    A pause between two questions longer than `PAUSE_S` starts anew: then nobody waited.
    """

    PAUSE_S = 3.0

    def __init__(self) -> None:
        self._since: float | None = None
        self._answered = 0.0
        self._last: int | None = None

    def asked(self, now: float) -> None:
        """Note a question."""
        if self._since is not None and now - max(self._answered, self._since) > self.PAUSE_S:
            self._since = None
        if self._since is None:
            self._since = now

    def answered(self, now: float, picture: bytes) -> float | None:
        """Note an answer; return how long a changed picture took, None for the same one again."""
        self._answered = now
        digest = hash(picture)
        if self._since is None or digest == self._last:
            return None
        took, self._since, self._last = now - self._since, None, digest
        return took
