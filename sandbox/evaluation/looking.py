"""Pictures and clips through the real worker, as the hub does it."""

import io
import os
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from custom_components.verified_response.core.detection import Box, Detection
from custom_components.verified_response.core.errors import FrameRefused
from custom_components.verified_response.core.sight.voting import seen_in
from custom_components.verified_response.engine.ports import PersonDetector

from .labels import Clip, Picture
from .metrics import Found, Judged, Moment

TIMEOUT_S: Final = 60.0
JPEG_QUALITY: Final = 90

type Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Vote:
    """How frames become an alert: so many of the last, from this score, at this rate."""

    needed: int
    window: int
    threshold: float
    fps: float

    @property
    def grace_s(self) -> float:
        """Return for how long the last frames of a visit still vote."""
        return self.window / self.fps


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What was seen in one set, and how long each frame took, the way to the worker included."""

    pictures: tuple[tuple[Picture, Judged], ...]
    refused: tuple[Path, ...]
    took_ms: tuple[float, ...]


async def look_at_pictures(
    detector: PersonDetector, pictures: Sequence[Picture], tell: Tell
) -> Looked:
    """Look at each picture once."""
    judged: list[tuple[Picture, Judged]] = []
    refused: list[Path] = []
    took: list[float] = []
    for number, picture in enumerate(pictures, 1):
        tell(f"picture {number} of {len(pictures)}")
        began = perf_counter()
        try:
            seen = await detector.look(picture.path.read_bytes(), timeout_s=TIMEOUT_S)
        except FrameRefused:
            refused.append(picture.path)
            continue
        took.append((perf_counter() - began) * 1000)
        judged.append((picture, _judge(picture, seen)))
    return Looked(pictures=tuple(judged), refused=tuple(refused), took_ms=tuple(took))


def _judge(picture: Picture, seen: Detection) -> Judged:
    labelled = None
    if picture.boxes is not None:
        wide, high = seen.width, seen.height
        labelled = tuple(
            Box(x=x1 / wide, y=y1 / high, width=(x2 - x1) / wide, height=(y2 - y1) / high)
            for x1, y1, x2, y2 in picture.boxes
        )
    found = tuple(Found(person.score, person.box) for person in seen.people)
    return Judged(person=picture.person, labelled=labelled, found=found)


async def look_at_clip(
    detector: PersonDetector, clip: Clip, vote: Vote, tell: Tell
) -> tuple[Moment, ...]:
    """Look at the clip at the vote's rate and vote as the hub does."""
    frames: deque[Detection] = deque(maxlen=vote.window)
    moments = []
    for at, picture in _frames(clip.path, vote.fps):
        tell(f"{clip.path.name} {at:.0f} s")
        seen = await detector.look(picture, timeout_s=TIMEOUT_S)
        frames.append(seen)
        people = [person for person in seen.people if person.score >= vote.threshold]
        alert = seen_in(
            tuple(frames), needed=vote.needed, window=vote.window, threshold=vote.threshold
        )
        tallest = max((person.box.height * seen.height for person in people), default=0.0)
        moments.append(Moment(at_s=at, score=seen.best_score, tallest_px=tallest, alert=alert))
    return tuple(moments)


def _frames(path: Path, fps: float) -> Iterator[tuple[float, bytes]]:
    """Yield (second, JPEG) at most `fps` times a second of the clip, as a camera would send it."""
    import av
    from PIL import Image

    due = 0.0
    with av.open(os.fspath(path)) as container:
        for frame in container.decode(video=0):
            at = float(frame.time or 0.0)
            if at + 1e-6 < due:
                continue
            due += (int((at - due) * fps) + 1) / fps
            out = io.BytesIO()
            Image.fromarray(frame.to_ndarray(format="rgb24")).save(
                out, "JPEG", quality=JPEG_QUALITY
            )
            yield at, out.getvalue()


def show_progress(text: str) -> None:
    """Write over one line of a terminal; say nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r{text:<60}", end="", file=sys.stderr, flush=True)
