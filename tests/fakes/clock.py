"""Clock port moved by hand: nothing is due before a test says so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class HandClock:
    """Starts at the real moment, so that stamps of Home Assistant's own make sense beside it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._now

    def call_at(self, when: datetime, action: Callable[[], None]) -> Callable[[], None]:
        self._count += 1
        item = (when, self._count, action)
        self._due.append(item)

        def cancel() -> None:
            if item in self._due:
                self._due.remove(item)

        return cancel

    def next_due(self) -> datetime | None:
        """Return when the next action is due."""
        return min((when for when, _, _ in self._due), default=None)

    def advance(self, to: datetime) -> None:
        """Move on and run what is due by then."""
        self._now = max(self._now, to)
        for item in sorted(self._due):
            if item[0] <= self._now and item in self._due:
                self._due.remove(item)
                item[2]()

    def set_back(self, seconds: float) -> None:
        """Jump back as a hub's clock does; what waits, waits for the moment it was told."""
        self._now -= timedelta(seconds=seconds)

    def tick(self, seconds: float) -> None:
        """Move on by seconds without stopping in between."""
        self.advance(self._now + timedelta(seconds=seconds))
