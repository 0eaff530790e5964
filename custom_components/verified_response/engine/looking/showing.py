"""What the doors are shown of one camera: every change at once, the same again only now and then."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from ..desk import Desk
from ..feed import CameraLook
from ..ports import PersonDetector

AGAIN_S: Final = 1.0
"""How often a look is shown that says the same as the one before, while somebody looks hard."""
QUIET_S: Final = 10.0
"""And while nothing moves: everything is told to everybody with each one."""


class Showing:
    """Publishes the newest look at a camera."""

    def __init__(self, desk: Desk, detector: PersonDetector, camera_id: str) -> None:
        self._desk = desk
        self._detector = detector
        self._camera_id = camera_id
        self._look: CameraLook | None = None
        self._shown_at: datetime | None = None

    @property
    def people(self) -> bool:
        """Say whether the newest look shows anybody who counts."""
        return self._look is not None and bool(self._look.people)

    def show(self, look: CameraLook, *, again_s: float = AGAIN_S) -> None:
        """Show a look, unless a moment ago one said the same; somebody on it is always shown."""
        before, self._look = self._look, look
        now = self._desk.now()
        is_same = before is not None and not look.people and _says(look) == _says(before)
        shown_at = self._shown_at
        if not is_same or shown_at is None or (now - shown_at).total_seconds() >= again_s:
            self._publish(look, now)

    def quiet(self, at: datetime, blind: str | None) -> None:
        """Show that nothing moves: what the last look showed still holds."""
        if blind is not None:
            look = CameraLook(at=at, detection=None, reason=blind, blind=blind)
        elif self._look is None or self._look.detection is None:
            look = CameraLook(at=at, detection=None, reason=None)
        else:
            look = replace(self._look, at=at, people=(), count=0)
        self.show(look, again_s=QUIET_S)

    def close(self) -> None:
        """Nobody looks: nothing is known of people any more."""
        look, self._look = self._look, None
        if look is not None and look.person is not None:
            self._publish(replace(look, person=None, count=0), self._desk.now())
        self._shown_at = None

    def _publish(self, look: CameraLook, now: datetime) -> None:
        self._shown_at = now
        cameras = {**self._desk.feed.latest.cameras, self._camera_id: look}
        self._desk.show(cameras=cameras, detector=self._detector.info)


def _says(look: CameraLook) -> tuple[object, ...]:
    return look.detection is not None, look.reason, look.person, look.count, look.blind
