"""What one incident wants to know of one camera: a burst after each trip, then a slower watch.

    trip ─▶ BURST ─ person ─▶ SUSTAIN ─ time over ─▶ NOTHING
              └─ look_until ─▶ told: nobody, or could not look ─▶ SUSTAIN

A further trip begins the burst anew. Every burst ends in a person, in nobody, or in "could not look".
"""

from collections import deque
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from ...core.assessment import AlarmLevel
from ...core.commands import ReportBlind, ReportNobody, ReportPerson
from ...core.detection import Detection, Thresholds
from ...core.evidence import PersonSeen, ZoneTrip
from ...core.incident import Incident
from ...core.sight.voting import found
from ...core.state import PROTECTING
from ..desk import Desk
from .eye import Sight, Unseen

KEPT_SCORES: Final = 10
HURRIED_LOOKS: Final = 5
"""Somebody new in the slow watch: so many quick looks decide whether it is a person."""
BLIND_AGAIN: Final = timedelta(seconds=60)
"""A camera that goes blind again and again is told this often: dusk must not fill the record."""
SEES_AGAIN: Final = 5
"""Frames without anybody after which "could not look" no longer stands."""


class Want(Enum):
    """How hard an incident wants a camera looked at."""

    BURST = "burst"
    SUSTAIN = "sustain"
    NOTHING = "nothing"


class Search:
    """Looks for a person on one camera for one incident, and tells the desk what came of it."""

    def __init__(self, desk: Desk, incident_id: str, camera_id: str) -> None:
        self._desk = desk
        self._incident_id = incident_id
        self._camera_id = camera_id
        self._frames: deque[Detection] = deque(maxlen=desk.premises.policy.frames_window)
        self._moments: deque[datetime] = deque(maxlen=self._frames.maxlen)
        self._scores: deque[float] = deque(maxlen=KEPT_SCORES)
        self._engine = ""
        self._looks = 0
        self._judged = 0
        self._reason: str | None = None
        self._bursting = False
        self._answered: datetime | None = None
        """Until when the burst would have lasted that a person ended."""
        self._told_blind = False
        self._blind_at: datetime | None = None
        self._seen_at: datetime | None = None
        self._hurried = 0
        self._reported = max((item.count for item in self._earlier()), default=0)
        """How many people at once the incident knows of here."""

    @property
    def incident(self) -> Incident | None:
        """Return the incident while it is open."""
        incident = self._desk.state.incidents.get(self._incident_id)
        return incident if incident is not None and incident.is_open else None

    @property
    def hurries(self) -> bool:
        """Say whether the slow watch has just seen somebody that the incident does not know of."""
        return 0 < self._hurried <= HURRIED_LOOKS

    @property
    def bursts(self) -> bool:
        """Say whether a burst has begun whose end is not told yet."""
        return self._bursting

    @property
    def is_due(self) -> bool:
        """Say whether there is anything left to look for or to tell."""
        return self.incident is not None and (self._bursting or self.want() is not Want.NOTHING)

    def want(self) -> Want:
        """Say how hard to look now."""
        incident, now = self.incident, self._desk.now()
        if incident is None:
            return Want.NOTHING
        until = incident.look_until
        if until is not None and now < until and until != self._answered:
            return Want.BURST
        return Want.SUSTAIN if self._sustains(incident, now) else Want.NOTHING

    def _sustains(self, incident: Incident, now: datetime) -> bool:
        if not any(self._desk.state.area(area).phase in PROTECTING for area in incident.areas):
            return False
        moments = [item.at for item in incident.evidence if isinstance(item, ZoneTrip | PersonSeen)]
        if self._seen_at is not None:
            moments.append(self._seen_at)
        lasts = timedelta(seconds=self._desk.premises.policy.sustain_s)
        return bool(moments) and now - max(moments) < lasts

    def threshold(self, thresholds: Thresholds) -> float:
        """Return the score from which a person counts: less once the alarm is verified."""
        incident = self.incident
        level = incident.assessment.level if incident is not None else None
        if level is not None and level >= AlarmLevel.PRESENCE:
            return thresholds.confirm
        return thresholds.sustain

    async def turn_over(self) -> Want:
        """Begin or end the burst as time goes; its end is told."""
        want = self.want()
        if want is Want.BURST and not self._bursting:
            self._begin()
        elif want is not Want.BURST and self._bursting:
            self._bursting = False
            if self.incident is not None:
                await self._tell_end()
            self._judged = 0
        return want

    def _begin(self) -> None:
        self._bursting = True
        self._frames.clear()
        self._moments.clear()
        self._scores.clear()
        self._looks = self._judged = 0
        self._reason = None
        self._told_blind = False

    async def take(self, seen: Sight | Unseen | None, thresholds: Thresholds) -> None:
        """Draw the consequences of one frame; None was nothing new."""
        incident = self.incident
        if incident is None:
            return
        if seen is None:
            self._reason = self._reason or "camera_frozen"
        elif isinstance(seen, Unseen):
            await self._take_unseen(seen)
        else:
            await self._take_sight(seen, incident, self.threshold(thresholds))

    async def _take_unseen(self, seen: Unseen) -> None:
        self._looks += 1
        self._reason = seen.reason
        if self._told_blind:
            return
        if self._bursting:
            # Said at once: nobody must take silence for emptiness.
            if seen.blind or (seen.failed and self._nothing_known(seen.reason)):
                await self._tell_blind()
        elif seen.blind and self._may_tell_blind():
            await self._tell_blind()

    def _nothing_known(self, reason: str) -> bool:
        return self._judged == 0 or reason.startswith("detector_")

    def _may_tell_blind(self) -> bool:
        return self._blind_at is None or abs(self._desk.now() - self._blind_at) >= BLIND_AGAIN

    async def _take_sight(self, sight: Sight, incident: Incident, threshold: float) -> None:
        policy = self._desk.premises.policy
        self._looks += 1
        self._judged += 1
        self._engine = sight.engine
        self._frames.append(sight.detection)
        self._moments.append(sight.at)
        self._scores.append(sight.score)
        person = found(
            tuple(self._frames),
            needed=policy.frames_needed,
            window=policy.frames_window,
            threshold=threshold,
            moments=tuple(self._moments),
        )
        if person is not None:
            self._seen_at = self._desk.now()
        count = max(sight.count, 1)
        is_news = count > self._reported or self._bursting or self._told_blind
        if person is not None and is_news:
            self._answered, self._bursting = incident.look_until, False
            self._reported = max(self._reported, count)
            self._hurried = 0
            self._told_blind = False
            await self._desk.submit(
                ReportPerson(
                    incident_id=self._incident_id,
                    camera_id=self._camera_id,
                    trust=sight.detection.trust,
                    engine=self._engine,
                    scores=tuple(self._scores),
                    box=person.box,
                    count=count,
                    dwell_s=sight.dwell_s,
                    direction=sight.direction,
                )
            )
            return
        candidate = sight.score >= threshold and not self._reported
        self._hurried = self._hurried + 1 if candidate else 0
        if not self._bursting and self._told_blind:
            await self._take_back(threshold)

    async def _take_back(self, threshold: float) -> None:
        """Say that the camera sees again, once enough frames show nobody."""
        empty = all(frame.best_score < threshold for frame in self._frames)
        if empty and self._judged >= SEES_AGAIN:
            self._told_blind = False
            await self._tell_nobody()

    async def _tell_end(self) -> None:
        enough = max(self._desk.premises.policy.frames_needed, self._looks / 2)
        if self._judged >= enough:  # half of the time unseen is no empty room
            self._told_blind = False
            await self._tell_nobody()
        elif not self._told_blind:
            await self._tell_blind()

    async def _tell_nobody(self) -> None:
        await self._desk.submit(
            ReportNobody(
                incident_id=self._incident_id,
                camera_id=self._camera_id,
                engine=self._engine,
                scores=tuple(self._scores),
            )
        )

    async def _tell_blind(self) -> None:
        self._told_blind, self._blind_at = True, self._desk.now()
        if not self._bursting:
            self._judged = 0
        await self._desk.submit(
            ReportBlind(
                incident_id=self._incident_id,
                camera_id=self._camera_id,
                reason=self._reason or "camera_no_picture",
            )
        )

    def _earlier(self) -> list[PersonSeen]:
        incident = self.incident
        return [
            item
            for item in (incident.evidence if incident is not None else ())
            if isinstance(item, PersonSeen) and item.camera_id == self._camera_id
        ]
