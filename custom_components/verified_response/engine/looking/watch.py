"""Which cameras are looked at, and when: bursts, a slow watch, early warning; never while disarmed."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from ...core.detection import Detection
from ...core.errors import CouldNotLook
from ...core.premises import ZoneType
from ...core.sight.health import is_fresh
from ...core.sight.scene import Scenes, judged
from ...core.sight.voting import counting
from ...core.signals import ZoneStatus
from ...core.state import Phase
from ..desk import Desk
from ..feed import Snapshot
from ..ports import Camera, Clock, Frame, PersonDetector
from ..waiting import pause
from .duties import duties_of
from .eye import LOOK_TIMEOUT_S, STILL_TIMEOUT_S, Means
from .pace import Rates
from .preroll import Preroll
from .turns import Turns
from .vigil import Vigil

_LOGGER = logging.getLogger(__name__)

PREPARE_AGAIN_S: Final = 3600.0
RATES = Rates()


class Watch:
    """Gives each camera its duty whenever something happens, and looks by hand when asked."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        camera: Camera,
        detector: PersonDetector | None,
        rates: Rates | None = None,
    ) -> None:
        self._desk = desk
        self._clock = clock
        self._camera = camera
        self._detector = detector
        self._rates = rates or RATES
        self._turns = Turns(self._at_once)
        self._preroll = Preroll()
        self._vigils: dict[str, Vigil] = {}
        self._zones: Mapping[str, ZoneStatus] = {}
        self._armed = False
        self._stop = desk.feed.subscribe(self._on_change)

    @property
    def looking_at(self) -> frozenset[str]:
        """Return the cameras that are looked at now."""
        return frozenset(camera_id for camera_id, vigil in self._vigils.items() if vigil.runs)

    def begin(self) -> None:
        """Take up the duties that are known already: a reload of the configuration is no news."""
        self._follow(self._desk.feed.latest)

    def close(self) -> None:
        """Stop looking."""
        self._stop()
        for vigil in self._vigils.values():
            vigil.end()

    async def keep_ready(self) -> None:
        """Say which engine looks, and try hourly for a better one, until cancelled."""
        while self._detector is not None and self._desk.premises.cameras:
            try:
                info = await self._detector.prepare()
            except Exception:  # a bug in an adapter must not end the asking
                _LOGGER.exception("The person detector could not be prepared")
            else:
                self._desk.show(detector=info)
                if info is not None and info.reason is None:
                    return
            await pause(self._clock, PREPARE_AGAIN_S)

    async def look(self, camera_id: str) -> tuple[Detection, datetime, bytes]:
        """Look once, whatever is armed; raises CouldNotLook, FrameRefused.

        Nobody on a picture that cannot be trusted is not "nobody": that raises, too.
        """
        if self._detector is None:
            raise CouldNotLook("detection_off")
        view = self._desk.premises.cameras[camera_id]
        asked = self._clock.now()
        frame = await self._camera.still(view.source, timeout_s=STILL_TIMEOUT_S)
        if frame.captured_at < asked and not is_fresh(frame.captured_at, asked):
            raise CouldNotLook("frame_stale")
        by_hand = f"{camera_id}/by hand"  # a frame of the watch must not take its place
        try:
            async with asyncio.timeout(2 * LOOK_TIMEOUT_S), self._turns.turn(by_hand, urgent=True):
                detection = await self._detector.look(
                    frame.picture, timeout_s=LOOK_TIMEOUT_S, camera=by_hand, masks=view.masks
                )
        except TimeoutError as err:
            raise CouldNotLook("detector_timeout") from err
        finally:
            self._turns.forget(by_hand)
            if camera_id not in self.looking_at:
                await self._camera.rest(view.source)
        if not counting(detection, view).people and detection.glance is not None:
            known = self._vigils.get(camera_id)
            blind = known.blind if known is not None and known.runs else None
            reason = blind or judged(Scenes(), detection.glance, None).reason
            if reason is not None:
                raise CouldNotLook(reason)
        return detection, frame.captured_at, frame.picture

    def preroll(self, camera_id: str) -> tuple[Frame, ...]:
        """Return the stills kept from before the trip, oldest first; none while disarmed."""
        return self._preroll.frames(camera_id)

    def _at_once(self) -> int:
        info = self._detector.info if self._detector is not None else None
        return info.at_once if info is not None else 1

    def _on_change(self, snapshot: Snapshot) -> None:
        if self._detector is None:
            return
        if snapshot.zones is not self._zones:
            self._wake(snapshot)
        if snapshot.news:
            self._follow(snapshot)

    def _follow(self, snapshot: Snapshot) -> None:
        """Keep the detector awake while anything is armed, and give each camera its duty."""
        if self._detector is None:
            return
        areas = snapshot.state.areas.values() if snapshot.premises.cameras else ()
        armed = any(area.phase is not Phase.DISARMED for area in areas)
        if armed is not self._armed:
            self._armed = armed
            self._desk.run(self._detector.stay(awake=armed), name="detector stays")
        self._assign(snapshot, self._detector)

    def _assign(self, snapshot: Snapshot, detector: PersonDetector) -> None:
        duties = duties_of(snapshot.premises, snapshot.state)
        for camera_id, vigil in self._vigils.items():
            if camera_id not in duties:
                vigil.end()
        for camera_id, duty in duties.items():
            vigil = self._vigils.get(camera_id) or self._new(camera_id, detector)
            patrol = duty.patrol and self._rates.patrol_s is not None
            vigil.assign(replace(duty, patrol=patrol))

    def _new(self, camera_id: str, detector: PersonDetector) -> Vigil:
        means = Means(
            desk=self._desk,
            clock=self._clock,
            camera=self._camera,
            detector=detector,
            turns=self._turns,
            rates=self._rates,
        )
        vigil = self._vigils[camera_id] = Vigil(camera_id, means, self._preroll)
        return vigil

    def _wake(self, snapshot: Snapshot) -> None:
        """Look at once where a detector of the yard tripped."""
        before, self._zones = self._zones, snapshot.zones
        for zone_id, status in snapshot.zones.items():
            zone = snapshot.premises.zones.get(zone_id)
            tripped = status is ZoneStatus.OPEN and before.get(zone_id) is ZoneStatus.CLOSED
            if zone is not None and zone.type is ZoneType.OUTDOOR and tripped:
                for camera_id in zone.cameras:
                    if camera_id in self._vigils:
                        self._vigils[camera_id].wake()
