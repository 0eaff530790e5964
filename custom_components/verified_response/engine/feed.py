"""What the doors read: one frozen picture of everything, pushed after each change."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..core.detection import Detection, DetectorInfo, PersonBox
from ..core.events import Event
from ..core.premises import Premises
from ..core.sight.feedback import Proposal
from ..core.signals import ZoneStatus
from ..core.state import PremisesState

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraLook:
    """The newest look at a camera: a detection, or the reason why nobody could look."""

    at: datetime
    detection: Detection | None
    reason: str | None
    picture: bytes | None = field(default=None, repr=False)
    people: tuple[PersonBox, ...] = ()
    """Those that count in this frame: score, size, place, nothing that always stands there."""
    count: int = 0
    """How many count at once, over the last frames."""
    person: bool | None = None
    """By vote of the last frames; None while nothing is known: nobody looks, or nobody can."""
    blind: str | None = None
    """Why the camera cannot see, with hysteresis; None when it sees or nobody looked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What the false alarms of a camera suggest: changes that the owner may accept, the best first."""

    false_alarms: int
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """Everything known now, and what just happened; `durable` False while the journal cannot write."""

    premises: Premises
    state: PremisesState
    durable: bool = True
    zones: Mapping[str, ZoneStatus] = field(default_factory=dict)
    cameras: Mapping[str, CameraLook] = field(default_factory=dict)
    detector: DetectorInfo | None = None
    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    chain: Mapping[str, str | None] = field(default_factory=dict)
    """Per responder the error of the last test, None when the way is open."""
    journal_set_aside: str | None = None
    """Name of the damaged file after which this chain began, None when there was none."""
    news: tuple[Event, ...] = ()
    at: datetime | None = None


type Listener = Callable[[Snapshot], None]


class Feed:
    """Fans the newest snapshot out; one failing listener never stops another."""

    def __init__(self, first: Snapshot) -> None:
        self._latest = first
        self._listeners: list[Listener] = []

    @property
    def latest(self) -> Snapshot:
        """Return the newest snapshot."""
        return self._latest

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on each change; return what ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def publish(self, snapshot: Snapshot) -> None:
        """Make a snapshot the newest and tell everybody."""
        self._latest = snapshot
        for listener in tuple(self._listeners):
            try:
                listener(snapshot)
            except Exception:  # a listener's bug must not keep the others in the dark
                _LOGGER.exception("A listener failed")
