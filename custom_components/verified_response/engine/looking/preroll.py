"""The last stills before a trip: kept in memory while armed, only where the owner asked for it."""

from collections import deque
from datetime import timedelta
from typing import Final

from ..ports import Frame

KEPT_S: Final = 10.0
MOST_FRAMES: Final = 12
MOST_BYTES: Final = 4 * 2**20
"""Per camera; 12 stills of 1080p are about 3 MB."""
MOST_BYTES_IN_ALL: Final = 24 * 2**20
LEAST_APART: Final = timedelta(seconds=0.9)
"""About one still a second, however fast the camera is looked at."""


class Preroll:
    """Rings of stills, one per camera, bounded in time, number and bytes."""

    def __init__(self) -> None:
        self._rings: dict[str, deque[Frame]] = {}

    def add(self, camera_id: str, frame: Frame) -> None:
        """Keep a still; what is too old or too much goes, the oldest first."""
        ring = self._rings.setdefault(camera_id, deque())
        if ring and frame.captured_at < ring[-1].captured_at - LEAST_APART:
            ring.clear()  # the clock was set back
        if ring and frame.captured_at - ring[-1].captured_at < LEAST_APART:
            return
        ring.append(frame)
        oldest = frame.captured_at - timedelta(seconds=KEPT_S)
        while ring and (
            len(ring) > MOST_FRAMES or _size(ring) > MOST_BYTES or ring[0].captured_at < oldest
        ):
            ring.popleft()
        while sum(map(_size, self._rings.values())) > MOST_BYTES_IN_ALL:
            min(
                (held for held in self._rings.values() if held),
                key=lambda held: held[0].captured_at,
            ).popleft()

    def frames(self, camera_id: str) -> tuple[Frame, ...]:
        """Return what is kept of a camera, oldest first."""
        return tuple(self._rings.get(camera_id, ()))

    def drop(self, camera_id: str) -> None:
        """Forget a camera's stills."""
        self._rings.pop(camera_id, None)


def _size(ring: deque[Frame]) -> int:
    return sum(len(frame.picture) for frame in ring)
