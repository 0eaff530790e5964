"""PersonDetector port, scripted: what it sees is queued, and every picture is kept."""

import asyncio
from collections import deque
from collections.abc import Sequence

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
from custom_components.verified_response.core.errors import CouldNotLook, FrameRefused

NO_PICTURE = b"no picture"


def detection(*scores: float, trust: Trust = Trust.FULL, box: Box | None = None) -> Detection:
    """One frame with a person per score, all in one place."""
    place = box or Box(x=0.4, y=0.3, width=0.2, height=0.6)
    return Detection(
        people=tuple(PersonBox(score=score, box=place) for score in scores),
        width=640,
        height=480,
        engine="onnx" if trust is Trust.FULL else "basic",
        model="fake",
        trust=trust,
        took_ms=20.0,
    )


def glance(level: int = 120, *, sharpness: float = 200.0) -> Glance:
    """A picture with some contrast around one brightness."""
    pixels = bytes(
        max(0, min(255, level + (i * 37) % 41 - 20)) for i in range(LUMA_COLUMNS * LUMA_ROWS)
    )
    return Glance(luma=pixels, sharpness=sharpness)


class FakePersonDetector:
    """Answers from `script`, then `otherwise`; an error in the script is raised."""

    def __init__(
        self, *script: Detection | CouldNotLook | FrameRefused, otherwise: Detection | None = None
    ) -> None:
        self.script = deque(script)
        self.otherwise = otherwise or detection()
        self.pictures: list[bytes] = []
        self.glances: deque[Glance] = deque()
        self.glanced: list[bytes] = []
        self.hangs = False
        self.closed = False
        self.awake = False
        self._info: DetectorInfo | None = None

    @property
    def info(self) -> DetectorInfo | None:
        return self._info

    def will_see(self, *scores: float, frames: int = 1) -> None:
        """Queue `frames` frames with a person per score; no score is an empty frame."""
        self.script.extend(detection(*scores) for _ in range(frames))

    def will_fail(self, error: CouldNotLook | FrameRefused) -> None:
        """Queue a look that raises."""
        self.script.append(error)

    async def prepare(self) -> DetectorInfo | None:
        trust = self.otherwise.trust
        why = None if trust is Trust.FULL else "model_missing"
        self._info = DetectorInfo(
            engine=self.otherwise.engine, model=self.otherwise.model, trust=trust, reason=why
        )
        return self._info

    async def stay(self, *, awake: bool) -> None:
        self.awake = awake

    async def glance(
        self, picture: bytes, *, timeout_s: float, camera: str = "", masks: Sequence[Polygon] = ()
    ) -> Glance:
        await self._check(picture, timeout_s)
        self.glanced.append(picture)
        return self.glances.popleft() if self.glances else glance()

    async def look(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = "",
        masks: Sequence[Polygon] = (),
        urgent: bool = True,
    ) -> Detection:
        await self._check(picture, timeout_s)
        self.pictures.append(picture)
        answer = self.script.popleft() if self.script else self.otherwise
        if isinstance(answer, Exception):
            raise answer
        why = None if answer.trust is Trust.FULL else "model_missing"
        self._info = DetectorInfo(
            engine=answer.engine, model=answer.model, trust=answer.trust, reason=why
        )
        return answer

    async def _check(self, picture: bytes, timeout_s: float) -> None:
        if self.closed:
            raise CouldNotLook("detector_unavailable")
        await asyncio.sleep(0)
        if self.hangs or timeout_s <= 0:
            await asyncio.sleep(max(timeout_s, 0))
            raise CouldNotLook("detector_timeout")
        if not picture or picture.startswith(NO_PICTURE):
            raise FrameRefused("frame_not_a_picture")

    async def close(self) -> None:
        self.closed = True
