"""How often one camera is asked: as its duty wants, never faster than it can give or be looked at."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Final

REMEMBERED: Final = 9
SLOWEST_S: Final = 2.0
"""However seldom the picture changes, it is asked for this often while somebody wants it."""
SLACK_S: Final = 0.25
"""Waiting this long for a turn is no sign of a busy detector."""
MOST_YIELD_S: Final = 30.0
EASING: Final = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """Seconds between frames, by why a camera is looked at."""

    burst_s: float = 0.2
    """At most five frames a second and camera: 2 of 3 frames, and even 3 of 5, within the 0.8 s budget."""
    sustain_s: float = 2.0
    patrol_s: float | None = 1.0
    """None: no early warning."""
    preroll_s: float = 1.0


class Pace:
    """Measures what one camera gives, and how long its frames wait for the detector."""

    def __init__(self) -> None:
        self._fetches: deque[float] = deque(maxlen=REMEMBERED)
        self._gaps: deque[float] = deque(maxlen=REMEMBERED)
        self._changed_at: datetime | None = None
        self._repeated_at: datetime | None = None
        self._yield_s = 0.0

    def fetched(self, seconds: float) -> None:
        """Note how long a still took to come."""
        self._fetches.append(seconds)

    def changed(self, at: datetime) -> None:
        """Note a new picture. Only a repeat before it shows how long the camera takes for one."""
        if self._changed_at is not None:
            gap = (at - self._changed_at).total_seconds()
            if self._repeated_at is not None or gap < self._gives_every_s:
                self._gaps.append(gap)
        self._changed_at, self._repeated_at = at, None

    def repeated(self, at: datetime) -> None:
        """Note that the same picture came again."""
        self._repeated_at = at

    def waited(self, seconds: float) -> None:
        """Note how long a frame waited for its turn: next time it is asked for that much later."""
        if seconds > SLACK_S:
            self._yield_s = min(self._yield_s + seconds - SLACK_S, MOST_YIELD_S)
        else:
            self._yield_s *= EASING

    def hurries(self) -> None:
        """Give way no more: what was waited for as a patrol must not slow a burst."""
        self._yield_s = 0.0

    def begins_anew(self) -> None:
        """Forget what a pause made meaningless."""
        self._changed_at = self._repeated_at = None
        self._yield_s = 0.0

    def interval(self, wanted_s: float) -> float:
        """Return the seconds from one asking to the next."""
        return max(wanted_s, self._gives_every_s, self._takes_s) + self._yield_s

    @property
    def _takes_s(self) -> float:
        return median(self._fetches) if self._fetches else 0.0

    @property
    def _gives_every_s(self) -> float:
        gap = median(self._gaps) if self._gaps else 0.0
        if self._repeated_at is not None and self._changed_at is not None:
            gap = max(gap, (self._repeated_at - self._changed_at).total_seconds() / 2)
        return min(gap, SLOWEST_S)
