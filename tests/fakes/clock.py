"""Clock port moved by hand: nothing is due before a test says so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class HandClock:
    """Starts at the real moment, so that stamps of Home Assistant's own make sense beside it.

    What waits, waits for a span of time, not for a moment: setting the clock changes nothing about it.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)
        self._elapsed = timedelta()
        self._due: list[tuple[timedelta, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> float:
        return self._elapsed.total_seconds()

    def call_at(self, when: datetime, action: Callable[[], None]) -> Callable[[], None]:
        self._count += 1
        item = (self._elapsed + (when - self._now), self._count, action)
        self._due.append(item)

        def cancel() -> None:
            if item in self._due:
                self._due.remove(item)

        return cancel

    def next_due(self) -> datetime | None:
        """Return when the next action is due."""
        first = min((due for due, _, _ in self._due), default=None)
        return None if first is None else self._now + (first - self._elapsed)

    def advance(self, to: datetime) -> None:
        """Move on and run what is due by then."""
        passed = max(to - self._now, timedelta())
        self._now += passed
        self._elapsed += passed
        for item in sorted(self._due, key=lambda known: known[:2]):
            if item[0] <= self._elapsed and item in self._due:
                self._due.remove(item)
                item[2]()

    def due_within(self, until: float) -> datetime | None:
        """Return when the next action is due, if that is before so much has elapsed."""
        due = self.next_due()
        if due is None or self.elapsed() + (due - self._now).total_seconds() > until:
            return None
        return due

    def set_back(self, seconds: float) -> None:
        """Jump back as a hub's clock does, forward with a negative number."""
        self._now -= timedelta(seconds=seconds)

    def tick(self, seconds: float) -> None:
        """Move on by seconds without stopping in between."""
        self.advance(self._now + timedelta(seconds=seconds))
