"""Early warning at one outdoor camera: quiet glances, a look when something moves, one word per visit.

QUIET ─ gate opens, zone trips ─▶ AWAKE ─ nobody ─▶ QUIET
                                    └─ person ─▶ VISIT (told once, and once more when it lasts) ─ gone ─▶ QUIET
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ...core.commands import ReportOutside
from ...core.detection import Glance
from ...core.sight.motion import Gate, step
from ..desk import Desk
from ..ports import Frame
from .eye import Eye, Seen, Sight
from .pace import Rates

KEPT_SCORES: Final = 10
AWAKE: Final = timedelta(seconds=4)
"""So long after something moved it is looked hard: three frames decide within a second."""
REST: Final = timedelta(seconds=10)
"""After that without anybody: trees in the wind are looked at no more often than once a second."""
LOOK_ANYWAY: Final = timedelta(seconds=30)
"""Somebody who stands still opens no gate."""
GONE: Final = timedelta(seconds=30)
"""Unseen for this long, a visit is over; who comes then is told anew."""


@dataclass(slots=True)
class _Visit:
    last_seen: datetime
    lasted: bool = False
    """That it lasts was told, or need not be."""


class Patrol:
    """Watches one camera while its area is armed and nothing has happened."""

    def __init__(self, desk: Desk, camera_id: str, rates: Rates) -> None:
        self._desk = desk
        self._camera_id = camera_id
        self._rates = rates
        self._gate = Gate()
        self._scores: deque[float] = deque(maxlen=KEPT_SCORES)
        self._awake_until: datetime | None = None
        self._rests_until: datetime | None = None
        self._looked_at: datetime | None = None
        self._visit: _Visit | None = None

    def interval(self) -> float:
        """Return the seconds to the next frame that are wanted now."""
        calm = self._rates.patrol_s or 1.0
        return min(self._rates.burst_s, calm) if self._is_awake and self._visit is None else calm

    @property
    def _is_awake(self) -> bool:
        return self._awake_until is not None and self._desk.now() < self._awake_until

    def wake(self) -> None:
        """Look hard from now on: a detector of the yard tripped."""
        self._awake_until = self._desk.now() + AWAKE
        self._rests_until = None

    def seen_elsewhere(self) -> None:
        """Note that somebody was seen for an incident: no early warning is due for that visit."""
        self._visit = _Visit(last_seen=self._desk.now(), lasted=True)

    async def once(self, eye: Eye, *, rank: int) -> Frame | None:
        """Look at one frame, as closely as need be; return it unless there was none."""
        frame = await eye.still()
        if not isinstance(frame, Frame):
            return None
        now = self._desk.now()
        if not (self._is_awake or self._visit is not None):
            glance = await eye.peek(frame)
            if not isinstance(glance, Glance):
                return frame
            self._gate, opened = step(self._gate, glance)
            if opened and (self._rests_until is None or now >= self._rests_until):
                self._awake_until, self._rests_until = now + AWAKE, now + AWAKE + REST
            looked = self._looked_at is not None and abs(now - self._looked_at) < LOOK_ANYWAY
            if not opened and looked:
                eye.quiet(frame.captured_at)
                return frame
        self._looked_at = now
        threshold = eye.thresholds.raise_
        seen = await eye.judge(frame, threshold=threshold, urgent=False, rank=rank)
        await self._take(seen)
        return frame

    async def _take(self, seen: Seen) -> None:
        now = self._desk.now()
        if self._visit is not None and abs(now - self._visit.last_seen) > GONE:  # clocks jump back
            self._visit = None
        if not isinstance(seen, Sight):
            return
        self._scores.append(seen.score)
        if seen.detection.glance is not None:
            self._gate, _ = step(self._gate, seen.detection.glance)
        if seen.people and self._visit is None and not self._is_awake:
            self._awake_until = now + AWAKE  # somebody who stands still
        if not seen.person:
            return
        if self._visit is None:
            self._visit = _Visit(last_seen=now)
            self._rests_until = None
            await self._tell(seen)
            return
        self._visit.last_seen = now
        if not self._visit.lasted and seen.dwell_s >= self._desk.premises.policy.loiter_s:
            self._visit.lasted = True
            await self._tell(seen)

    async def _tell(self, sight: Sight) -> None:
        await self._desk.submit(
            ReportOutside(
                camera_id=self._camera_id,
                trust=sight.detection.trust,
                engine=sight.engine,
                scores=tuple(self._scores),
                box=sight.box,
                count=max(sight.count, 1),
                dwell_s=sight.dwell_s,
                direction=sight.direction,
            )
        )
