"""Several premises on one hub share one worker: it follows the newest of them and ends with the last."""

from collections.abc import Sequence
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...core.detection import Detection, DetectorInfo, Glance, Polygon
from ...core.errors import CouldNotLook
from ...engine.ports import PersonDetector
from ...vision.client import Command, worker_command
from .detector import WorkerPersonDetector
from .life import UNAVAILABLE, DetectorSettings
from .turns import NOBODY

SHARED: HassKey[SharedDetector] = HassKey("verified_response_person_detector")


@callback
def join(hass: HomeAssistant, settings: DetectorSettings) -> PersonDetector:
    """Return a premises' share of the hub's one detector; closing it is leaving."""
    if SHARED not in hass.data:
        hass.data[SHARED] = SharedDetector()
    return hass.data[SHARED].join(settings)


class SharedDetector:
    """The detector and the premises that use it, oldest first."""

    def __init__(self, command: Command = worker_command) -> None:
        self._command = command
        self._detector: WorkerPersonDetector | None = None
        self._members: list[PremisesDetector] = []
        self._joined = 0

    @property
    def worker_pid(self) -> int | None:
        """Return the running worker's process id."""
        return self._detector.worker_pid if self._detector is not None else None

    def join(self, settings: DetectorSettings) -> PremisesDetector:
        """Take in premises; their settings hold from now on."""
        if self._detector is None:
            self._detector = WorkerPersonDetector(
                settings.resolve,
                threads=settings.threads,
                idle_s=settings.idle_s,
                memory_mb=settings.memory_mb,
                measured=settings.measured,
                command=self._command,
            )
        else:
            self._detector.adopt(settings)
        self._joined += 1
        member = PremisesDetector(self, self._detector, settings, f"{self._joined}")
        self._members.append(member)
        return member

    async def follow(self) -> None:
        """Stay awake for as long as anybody wants it."""
        if self._detector is not None:
            await self._detector.stay(awake=any(member.awake for member in self._members))

    async def leave(self, member: PremisesDetector) -> None:
        """Let premises go; what remains follows the newest of the others, the last one ends the worker."""
        was_newest = self._members[-1] is member
        self._members.remove(member)
        if (detector := self._detector) is None:
            return
        if not self._members:
            self._detector = None
            await detector.close()
            return
        if was_newest:
            detector.adopt(self._members[-1].settings)
        if member.awake and not any(each.awake for each in self._members):
            await detector.stay(awake=False)


class PremisesDetector(PersonDetector):
    """One premises' share of the detector."""

    def __init__(
        self,
        shared: SharedDetector,
        detector: WorkerPersonDetector,
        settings: DetectorSettings,
        name: str,
    ) -> None:
        self.settings = settings
        self.awake = False
        self._shared = shared
        self._detector = detector
        self._name = name
        self._closed = False

    @property
    def worker_pid(self) -> int | None:
        """Return the running worker's process id."""
        return self._detector.worker_pid

    @property
    @override
    def info(self) -> DetectorInfo | None:
        return self._detector.info

    @override
    async def prepare(self) -> DetectorInfo | None:
        return self.info if self._closed else await self._detector.prepare()

    @override
    async def stay(self, *, awake: bool) -> None:
        if not self._closed:
            self.awake = awake
            await self._shared.follow()

    @override
    async def look(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = NOBODY,
        masks: Sequence[Polygon] = (),
        urgent: bool = True,
    ) -> Detection:
        return await self._detector.look(
            picture, timeout_s=timeout_s, camera=self._own(camera), masks=masks, urgent=urgent
        )

    @override
    async def glance(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = NOBODY,
        masks: Sequence[Polygon] = (),
    ) -> Glance:
        return await self._detector.glance(
            picture, timeout_s=timeout_s, camera=self._own(camera), masks=masks
        )

    def _own(self, camera: str) -> str:
        """Keep the cameras of several premises apart; raises CouldNotLook once closed."""
        if self._closed:
            raise CouldNotLook(UNAVAILABLE)
        return camera and f"{self._name}/{camera}"

    @override
    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await self._shared.leave(self)
