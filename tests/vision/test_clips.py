"""Real footage through the real worker: every visit is found, nothing is found where nobody is."""

import json
import os
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from custom_components.verified_response.adapters.person_detector import WorkerPersonDetector
from custom_components.verified_response.vision.card import DEFAULT_CARD, load_cards
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan
from tests import drawn

CARD = load_cards()["nanodet-plus-m-416"].path

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.real]

FPS = 2.0
NEEDED, WINDOW = 2, 3
SUSTAIN = load_cards()[DEFAULT_CARD].thresholds.sustain


@dataclass
class Watched:
    """What an alarm check makes of one clip."""

    found: list[float | None]
    false_alerts: int = 0
    frames: int = 0
    scores: list[float] = field(default_factory=list)


@pytest.fixture
async def detector(shared: Path) -> AsyncIterator[WorkerPersonDetector]:
    async def resolve() -> EnginePlan:
        model = shared / "models" / "nanodet_plus_m_416.onnx"
        return EnginePlan(engine=EngineKind.ONNX, files=(model,), card=CARD)

    detector = WorkerPersonDetector(resolve, threads=2, idle_s=60)
    yield detector
    await detector.close()


def sampled(path: Path, step: int) -> Iterator[tuple[int, bytes]]:
    """Yield every step-th frame as the JPEG that a camera would send."""
    import av

    with av.open(os.fspath(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % step == 0:
                yield number, drawn.jpeg(frame.to_ndarray(format="bgr24"))


async def watch(
    detector: WorkerPersonDetector, path: Path, visits: list[list[int]], fps: float
) -> Watched:
    step = max(1, round(fps / FPS))
    result, last, alerting = Watched([None] * len(visits)), deque([False] * WINDOW, WINDOW), False
    for number, picture in sampled(path, step):
        seen = await detector.look(picture, timeout_s=30)
        result.frames += 1
        result.scores.append(seen.best_score)
        last.append(seen.best_score >= SUSTAIN)
        alert = sum(last) >= NEEDED
        # The last frames of a visit still vote for a moment after it.
        near = any(first - step <= number <= end + step * WINDOW for first, end in visits)
        result.false_alerts += alert and not alerting and not near
        alerting = alert
        for index, (first, end) in enumerate(visits):
            if alert and result.found[index] is None and first <= number <= end + step * WINDOW:
                result.found[index] = (number - first) / fps
    return result


@pytest.mark.parametrize(
    "name", ["one-by-one-person-detection.mp4", "car-detection.mp4", "worker-zone-detection.mp4"]
)
async def test_visits_are_found_and_nothing_else(
    shared: Path, detector: WorkerPersonDetector, name: str
) -> None:
    notes = json.loads((shared / "clips" / "annotations.json").read_text())[name]
    watched = await watch(detector, shared / "clips" / name, notes["person"], notes["fps"])
    print(
        f"{name}: {watched.frames} frames, found after {watched.found} s, false alerts {watched.false_alerts}"
    )
    assert watched.frames >= notes["frames"] / notes["fps"] * FPS * 0.9
    assert watched.false_alerts == 0
    assert None not in watched.found
    assert all(after <= 2.0 for after in watched.found if after is not None), watched.found
