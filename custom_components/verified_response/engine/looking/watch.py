"""Which cameras are looked at, and when: bursts after a trip, never while nothing happens."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from ...core.commands import ReportBlind, ReportNobody, ReportPerson
from ...core.detection import Detection
from ...core.errors import CouldNotLook, FrameRefused
from ...core.evidence import ZoneTrip
from ...core.incident import Incident
from ...core.sight.voting import seen_in
from ...core.state import Phase
from ..desk import Desk
from ..feed import CameraLook, Snapshot
from ..ports import Camera, Clock, PersonDetector
from ..waiting import pause

_LOGGER = logging.getLogger(__name__)

FRAME_INTERVAL_S = 0.2
"""At most five frames a second and camera: 3 of 5 frames within the 0.8 s budget."""
PREPARE_AGAIN_S = 3600.0
STILL_TIMEOUT_S = 5.0
LOOK_TIMEOUT_S = 5.0


class Watch:
    """Keeps one burst per camera and incident running while its time lasts."""

    def __init__(
        self, desk: Desk, clock: Clock, *, camera: Camera, detector: PersonDetector | None
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._camera = camera
        self._detector = detector
        self._busy: set[tuple[str, str]] = set()
        self._served: dict[tuple[str, str], datetime] = {}
        self._armed = False
        self._closed = False
        self._stop = desk.feed.subscribe(self._on_change)

    def close(self) -> None:
        """Begin no further burst."""
        self._closed = True
        self._stop()

    async def keep_ready(self) -> None:
        """Say which engine looks, and try hourly for a better one, until cancelled."""
        while self._detector is not None:
            info = await self._detector.prepare()
            self._desk.show(detector=info)
            if info is not None and info.reason is None:
                return
            await pause(self._clock, PREPARE_AGAIN_S)

    def _on_change(self, snapshot: Snapshot) -> None:
        if not snapshot.news or self._detector is None:
            return
        armed = any(area.phase is not Phase.DISARMED for area in snapshot.state.areas.values())
        if armed is not self._armed:
            self._armed = armed
            self._desk.run(self._detector.stay(awake=armed), name="detector stays")
        self._begin(snapshot)

    def _begin(self, snapshot: Snapshot) -> None:
        """Begin a burst for each camera that owes one; what was looked at for a trip is not again."""
        if self._detector is None or self._closed:
            return
        looking = [item for item in snapshot.state.open_incidents() if self.is_due(item)]
        duties = {(item.id, camera) for item in looking for camera in cameras_of(item, snapshot)}
        self._served = {duty: until for duty, until in self._served.items() if duty in duties}
        for incident in looking:
            for camera_id in cameras_of(incident, snapshot):
                duty = (incident.id, camera_id)
                if duty not in self._busy and self._served.get(duty) != incident.look_until:
                    self._busy.add(duty)
                    self._desk.run(self._burst(*duty), name=f"look {camera_id}")

    def is_due(self, incident: Incident) -> bool:
        """Say whether the time to look for it is still running."""
        return incident.look_until is not None and incident.look_until > self._clock.now()

    def serve(self, incident: Incident, camera_id: str) -> None:
        """Remember for which trip a camera is looked at now."""
        if incident.look_until is not None:
            self._served[(incident.id, camera_id)] = incident.look_until

    async def _burst(self, incident_id: str, camera_id: str) -> None:
        try:
            await _Burst(self, incident_id, camera_id).run()
        finally:
            self._busy.discard((incident_id, camera_id))
        self._begin(self._desk.feed.latest)  # a trip may have come while the end was written down

    async def look(self, camera_id: str) -> tuple[Detection, datetime, bytes]:
        """Look once, whatever is armed; raises CouldNotLook, FrameRefused."""
        if self._detector is None:
            raise CouldNotLook("detection_off")
        source = self._desk.premises.cameras[camera_id].source
        frame = await self._camera.still(source, timeout_s=STILL_TIMEOUT_S)
        detection = await self._detector.look(frame.picture, timeout_s=LOOK_TIMEOUT_S)
        return detection, frame.captured_at, frame.picture

    def show(self, camera_id: str, look: CameraLook) -> None:
        """Publish the newest look at a camera."""
        cameras = {**self._desk.feed.latest.cameras, camera_id: look}
        self._desk.show(cameras=cameras, detector=self._detector.info if self._detector else None)


def cameras_of(incident: Incident, snapshot: Snapshot) -> Sequence[str]:
    """Return the cameras of the tripped zones, in the order of the trips, each once."""
    ordered: dict[str, None] = {}
    for item in incident.evidence:
        if isinstance(item, ZoneTrip) and item.zone_id in snapshot.premises.zones:
            for camera_id in snapshot.premises.zones[item.zone_id].cameras:
                if camera_id in snapshot.premises.cameras:
                    ordered[camera_id] = None
    return tuple(ordered)


class _Burst:
    """Looks at one camera until a person was seen or the incident's time is over."""

    def __init__(self, watch: Watch, incident_id: str, camera_id: str) -> None:
        self._watch = watch
        self._desk = watch._desk
        self._clock = watch._clock
        self._incident_id = incident_id
        self._camera_id = camera_id
        self._frames: deque[Detection] = deque(maxlen=self._desk.premises.policy.frames_window)
        self._scores: list[float] = []
        self._looks = 0
        self._engine = ""
        self._last_picture = b""
        self._reason: str | None = None
        self._told_blind = False

    async def run(self) -> None:
        policy = self._desk.premises.policy
        while self._goes_on():
            self._looks += 1
            began = self._clock.now()
            detection = await self._one()
            if detection is not None:
                self._frames.append(detection)
                self._scores.append(round(detection.best_score, 3))
                if seen_in(
                    tuple(self._frames),
                    needed=policy.frames_needed,
                    window=policy.frames_window,
                    threshold=policy.person_score,
                ):
                    await self._report_person(detection)
                    return
            elif not self._told_blind and not self._scores:
                self._told_blind = True  # said at once: nobody must take silence for emptiness
                await self._report_blind()
            spent = (self._clock.now() - began).total_seconds()
            await asyncio.sleep(max(0.0, FRAME_INTERVAL_S - spent))
        await self._report_end()

    def _goes_on(self) -> bool:
        incident = self._desk.state.incidents.get(self._incident_id)
        if incident is None or not incident.is_open or not self._watch.is_due(incident):
            return False
        self._watch.serve(incident, self._camera_id)
        return True

    async def _one(self) -> Detection | None:
        """Return what one fresh frame shows; None with the reason kept when it could not be judged."""
        try:
            detection, captured_at, picture = await self._watch.look(self._camera_id)
        except (CouldNotLook, FrameRefused) as err:
            self._unseen(err.code, self._clock.now())
            return None
        except Exception:  # a bug in an adapter must not pass for an empty room
            if self._reason != "unexpected":
                _LOGGER.exception("Looking at %s failed", self._camera_id)
            self._unseen("unexpected", self._clock.now())
            return None
        if picture == self._last_picture:
            self._unseen("camera_frozen", captured_at)
            return None
        self._last_picture = picture
        self._engine = f"{detection.engine}/{detection.model}"
        self._watch.show(
            self._camera_id,
            CameraLook(at=captured_at, detection=detection, reason=None, picture=picture),
        )
        return detection

    def _unseen(self, reason: str, at: datetime) -> None:
        self._reason = reason
        self._watch.show(self._camera_id, CameraLook(at=at, detection=None, reason=reason))

    async def _report_person(self, detection: Detection) -> None:
        best = max(detection.people, key=lambda person: person.score, default=None)
        await self._desk.submit(
            ReportPerson(
                incident_id=self._incident_id,
                camera_id=self._camera_id,
                trust=detection.trust,
                engine=self._engine,
                scores=tuple(self._scores[-10:]),
                box=best.box if best else None,
            )
        )

    async def _report_blind(self) -> None:
        await self._desk.submit(
            ReportBlind(
                incident_id=self._incident_id,
                camera_id=self._camera_id,
                reason=self._reason or "camera_no_picture",
            )
        )

    async def _report_end(self) -> None:
        enough = max(self._desk.premises.policy.frames_needed, self._looks / 2)
        if len(self._scores) >= enough:  # half of the time unseen is no empty room
            await self._desk.submit(
                ReportNobody(
                    incident_id=self._incident_id,
                    camera_id=self._camera_id,
                    engine=self._engine,
                    scores=tuple(self._scores[-10:]),
                )
            )
        elif not self._told_blind:
            await self._report_blind()
