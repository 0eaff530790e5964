"""How much later than its best a packet came: a backlog after a stall is old, though it has just arrived."""

from collections import deque
from typing import Final

WINDOW: Final = 150  # packets: 5 to 15 s of a camera; the two clocks drift apart far more slowly
JUMP_S: Final = 10.0  # a stamp that jumps further than any reader waits is a new clock, not a delay


class Lateness:
    """Compares the stream's own stamps with the arrivals; knows nothing of what is always late."""

    def __init__(self) -> None:
        self._offsets: deque[float] = deque(maxlen=WINDOW)

    def of(self, arrived_s: float, stamp_s: float) -> float:
        """Return how many seconds later than the quickest of the last packets this one came."""
        offset = arrived_s - stamp_s
        if self._offsets and abs(offset - self._offsets[-1]) > JUMP_S:
            self._offsets.clear()
        self._offsets.append(offset)
        return offset - min(self._offsets)
