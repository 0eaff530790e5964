"""A yard, a house and their cameras: what each one shows is set by the test, and looking takes its time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.detection import (
    LUMA_COLUMNS,
    LUMA_ROWS,
    Box,
    Detection,
    DetectorInfo,
    Glance,
    PersonBox,
    Polygon,
    Trust,
)
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.core.premises import CameraView, Premises, ZoneType
from custom_components.verified_response.core.signals import Signal, SignalKind, ZoneStatus
from custom_components.verified_response.engine.feed import CameraLook, Snapshot
from custom_components.verified_response.engine.looking.pace import Rates
from custom_components.verified_response.engine.ports import Frame
from custom_components.verified_response.engine.waiting import pause
from tests import builders
from tests.fakes.clock import HandClock
from tests.fakes.outside import FakeCamera
from tests.fakes.person_detector import FakePersonDetector, detection, glance

from ..rig import QUICK, Rig

DARK = Glance(luma=bytes(LUMA_COLUMNS * LUMA_ROWS), sharpness=0.0)
DAY = glance()


def with_box(x: float, *, y: float = 0.3, score: float = 0.8) -> PersonBox:
    """Return a person whose box begins at `x`."""
    return PersonBox(score=score, box=Box(x=x, y=y, width=0.15, height=0.5))


def with_patch(level: int) -> Glance:
    """Return the day with one bright patch: something moved."""
    luma = bytearray(DAY.luma)
    for row in range(6, 10):
        for column in range(10, 12):
            luma[row * LUMA_COLUMNS + column] = level
    return Glance(luma=bytes(luma), sharpness=DAY.sharpness)


class TimedCamera(FakeCamera):
    """A still takes `slow` seconds of the hand clock; `every`: seconds between new pictures."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock.now)
        self._clock = clock
        self.slow: dict[str, float] = {}
        self.every: dict[str, float] = {}
        self.asked_at: dict[str, list[datetime]] = {}

    async def still(self, source: str, *, timeout_s: float) -> Frame:
        asked = self._clock.now()
        self.asked_at.setdefault(source, []).append(asked)
        if slow := self.slow.get(source):
            await pause(self._clock, slow)
        frame = await super().still(source, timeout_s=timeout_s)
        taken = asked - timedelta(seconds=self.late.get(source, 0.0))
        frame = replace(
            frame, captured_at=taken
        )  # a snapshot counts as taken when it was asked for
        if every := self.every.get(source):
            number = int(self._clock.now().timestamp() / every)
            frame = replace(frame, picture=f"{source} at {number}".encode())
        return frame


class TimedDetector(FakePersonDetector):
    """Shows on each camera what the test put there; a look takes `takes_s`, `at_once` side by side."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__()
        self._clock = clock
        self.takes_s = 0.0
        self.at_once = 1
        self.fails: str | None = None
        self.people: dict[str, tuple[PersonBox, ...]] = {}
        self.light: dict[str, Glance] = {}
        self.looked: list[tuple[str, bool]] = []
        self.masks: dict[str, Sequence[Polygon]] = {}
        self.peeked: Counter[str] = Counter()
        self.under_way = self.most_under_way = 0
        self._info = self._told()

    def _told(self) -> DetectorInfo:
        return DetectorInfo(
            engine="onnx", model="fake", trust=Trust.FULL, reason=None, at_once=self.at_once
        )

    @property
    def info(self) -> DetectorInfo:
        return self._told()

    @property
    def looks(self) -> Counter[str]:
        """Return how often each camera was looked at."""
        return Counter(camera for camera, _ in self.looked)

    async def look(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = "",
        masks: Sequence[Polygon] = (),
        urgent: bool = True,
    ) -> Detection:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if self.takes_s:
                await pause(self._clock, self.takes_s)
            self.looked.append((camera, urgent))
            self.masks[camera] = masks
            if self.fails is not None:
                raise CouldNotLook(self.fails)
            await super().look(picture, timeout_s=timeout_s, camera=camera, masks=masks)
            name = camera.split("/", maxsplit=1)[0]
            return replace(
                detection(),
                people=self.people.get(name, ()),
                glance=self.light.get(name, DAY),
            )
        finally:
            self.under_way -= 1

    async def glance(
        self, picture: bytes, *, timeout_s: float, camera: str = "", masks: Sequence[Polygon] = ()
    ) -> Glance:
        self.peeked[camera] += 1
        self.masks[camera] = masks
        if self.fails is not None:
            raise CouldNotLook(self.fails)
        return self.light.get(camera, DAY)


class Yard(Rig):
    """A rig at the product's own rates, over cameras of the test's choice."""

    def __init__(
        self,
        *,
        indoor: Iterable[CameraView] = (builders.camera("hall"),),
        outdoor: Iterable[CameraView] = (builders.camera("garden", outdoor=True),),
        rates: Rates | None = None,
        zones: Iterable[Any] = (),
        **policy: Any,
    ) -> None:
        inside, outside = tuple(indoor), tuple(outdoor)
        super().__init__(premises_of(inside, outside, zones, **policy), rates=rates or Rates())
        self.camera: TimedCamera = TimedCamera(self.clock)
        self.detector: TimedDetector = TimedDetector(self.clock)
        self._assemble(resumed=False)

    def shows(self, camera_id: str, *people: PersonBox) -> None:
        """Put people before a camera; none empties it."""
        self.detector.people[camera_id] = people

    def look(self, camera_id: str) -> CameraLook:
        """Return what the doors are shown of a camera."""
        return self.desk.feed.latest.cameras[camera_id]

    def stills(self, camera_id: str) -> int:
        """Return how often a camera was asked."""
        return self.camera.asked.count(f"camera.{camera_id}")

    def evidence(self, kind: type, camera_id: str | None = None) -> list[Any]:
        """Return the newest incident's evidence of a kind, of one camera if one is named."""
        return [
            item
            for item in self.incident.evidence
            if isinstance(item, kind) and camera_id in {None, getattr(item, "camera_id", None)}
        ]

    @property
    def warnings(self) -> list[ev.PersonOutside]:
        """Return the early warnings so far."""
        return [item for item in self.news if isinstance(item, ev.PersonOutside)]

    async def disarm(self) -> None:
        await self.do(cmd.Disarm(area_id="house", by="owner"))

    async def tells(self, zone_id: str) -> None:
        """Let a zone speak through the intake, as a sensor does."""
        self.intake.learn({zone_id: ZoneStatus.CLOSED})
        self.intake.accept(Signal(zone_id=zone_id, kind=SignalKind.TRIPPED, at=self.clock.now()))
        await self.settle()

    def watch_looks(self, camera_id: str) -> list[CameraLook]:
        """Return the list to which everything shown of a camera is added from now on."""
        shown: list[CameraLook] = []

        def note(snapshot: Snapshot) -> None:
            look = snapshot.cameras.get(camera_id)
            if look is not None and (not shown or shown[-1] is not look):
                shown.append(look)

        self.desk.feed.subscribe(note)
        return shown


def premises_of(
    inside: Sequence[CameraView],
    outside: Sequence[CameraView],
    zones: Iterable[Any],
    **policy: Any,
) -> Premises:
    """Return a house with one zone for all cameras inside, and one for all in the yard."""
    all_zones = (
        builders.zone("motion", ZoneType.INTERIOR, cameras=tuple(camera.id for camera in inside)),
        builders.zone("yard", ZoneType.OUTDOOR, cameras=tuple(camera.id for camera in outside)),
        builders.zone("window", ZoneType.PERIMETER),
        *zones,
    )
    return builders.premises(
        policy=builders.policy(**QUICK | policy),
        responders=builders.by_id([builders.responder("desk")]),
        cameras=builders.by_id((*inside, *outside)),
        zones=builders.by_id(all_zones),
    )
