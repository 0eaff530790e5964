"""Whose frame is looked at next: the newest of each camera, urgent ones first, no camera twice before another's turn."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

# While urgent frames keep coming every fifth look is somebody else's, so that no camera starves.
URGENT_RUN: Final = 4
MAX_REMEMBERED: Final = 256  # cameras; who is forgotten counts as not served yet
NOBODY: Final = ""


@dataclass(slots=True)
class _Lane[T]:
    """What waits of one camera, and when it had its turn."""

    waiting: deque[T] = field(default_factory=deque)
    urgent: bool = False
    in_flight: int = 0
    served: int = 0
    came: int = 0


class Turns[T]:
    """Frames that wait, by camera; those of nobody in particular wait in order and share one camera's turns."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane[T]] = {}
        self._count = 0
        self._urgent_run = 0

    def __len__(self) -> int:
        """Return how many frames wait."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def put(self, camera: str, frame: T, *, urgent: bool) -> T | None:
        """Let a frame wait; return the one of the same camera whose place it takes."""
        lane = self._lane(camera)
        self._join(lane, urgent=urgent)
        older = lane.waiting.pop() if camera != NOBODY and lane.waiting else None
        lane.waiting.append(frame)
        return older

    def put_back(self, camera: str, frame: T, *, urgent: bool) -> bool:
        """Let a frame that was taken wait again; False when a newer one has its place."""
        lane = self._lane(camera)
        if camera != NOBODY and lane.waiting:
            return False
        self._join(lane, urgent=urgent)
        lane.waiting.appendleft(frame)
        return True

    def take(self) -> tuple[str, T] | None:
        """Return the next camera and its frame, None when nobody may go; `done` ends its turn."""
        free = [
            (camera, lane)
            for camera, lane in self._lanes.items()
            if lane.waiting and (camera == NOBODY or not lane.in_flight)
        ]
        urgent = [each for each in free if each[1].urgent]
        others = [each for each in free if not each[1].urgent]
        if not free:
            return None
        first = urgent if urgent and (self._urgent_run < URGENT_RUN or not others) else others
        self._urgent_run = self._urgent_run + 1 if first is urgent and others else 0
        camera, lane = min(first, key=lambda each: (each[1].served, each[1].came))
        self._count += 1
        lane.served = self._count
        lane.in_flight += 1
        return camera, lane.waiting.popleft()

    def done(self, camera: str) -> None:
        """End the turn of a frame that was taken."""
        lane = self._lanes.get(camera)
        if lane is not None and lane.in_flight:
            lane.in_flight -= 1
        self._forget()

    def remove(self, camera: str, frame: T) -> None:
        """Let go of a frame for which nobody waits any more."""
        lane = self._lanes.get(camera)
        if lane is not None and frame in lane.waiting:
            lane.waiting.remove(frame)

    def clear(self) -> list[T]:
        """Let go of all that wait and return them."""
        left = [frame for lane in self._lanes.values() for frame in lane.waiting]
        for lane in self._lanes.values():
            lane.waiting.clear()
        return left

    def _lane(self, camera: str) -> _Lane[T]:
        return self._lanes.setdefault(camera, _Lane())

    def _join(self, lane: _Lane[T], *, urgent: bool) -> None:
        """Keep the place in line of a camera that already waits, and its urgency."""
        if not lane.waiting:
            lane.urgent = False
            self._count += 1
            lane.came = self._count
        lane.urgent = lane.urgent or urgent

    def _forget(self) -> None:
        """Keep the memory of turns bounded."""
        quiet = [
            (lane.served, camera)
            for camera, lane in self._lanes.items()
            if not lane.waiting and not lane.in_flight
        ]
        for _, camera in sorted(quiet)[: max(0, len(self._lanes) - MAX_REMEMBERED)]:
            del self._lanes[camera]
