"""OpenCV's own HOG people detector: nothing to fetch, weak on real pictures, so low trust."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .card import Drawn, Thresholds
from .decode import Person, suppress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGER_SIDE: Final = 480  # measured: people below 128 px at this size are not found anyway
# On 158 empty camera pictures 1 % reach a weight of 0.77 and 5 % one of 0.53: a logistic through
# 0.50 and 0.35 there lets the thresholds mean about the same as those of a network.
MIDDLE: Final = 0.77
STEEPNESS: Final = 2.6
REPORT: Final = 0.30
WINDOW: Final = (64, 128)  # width and height of the detector's window
MARGIN: Final = (0.20, 0.09)  # of the window's width and height, on each side of the person in it


class BasicEngine:
    """The people detector that OpenCV 4 carries inside."""

    trust: Final = "low"
    name: Final = "basic"
    model: Final = "opencv-hog"
    enough: Final = LONGER_SIDE
    at_once: Final = 1
    thresholds: Final = Thresholds(report=REPORT, raise_=0.5, sustain=0.45, confirm=0.35)
    drawn: Final[Sequence[Drawn]] = ()  # its boxes move in steps of its window

    def __init__(self) -> None:
        """Load the coefficients; raises AttributeError on OpenCV 5, which has none."""
        import cv2
        import numpy as np

        self._hog = cv2.HOGDescriptor()
        coefficients = cv2.HOGDescriptor.getDefaultPeopleDetector()
        self._hog.setSVMDetector(np.array(coefficients, np.float32))

    def look(self, frames: Sequence[NDArray[np.uint8]]) -> list[list[Person]]:
        """Return the people in each BGR frame, best first."""
        return [self._look_at(pixels) for pixels in frames]

    def _look_at(self, pixels: NDArray[np.uint8]) -> list[Person]:
        """Return the people in one frame."""
        import cv2
        import numpy as np

        height, width = pixels.shape[:2]
        scale = min(1.0, LONGER_SIDE / max(height, width))
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA)
        right, below = max(0, WINDOW[0] - wide), max(0, WINDOW[1] - high)
        if right or below:
            small = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE)
        found, weights = self._hog.detectMultiScale(
            small, winStride=(8, 8), padding=(8, 8), scale=1.05
        )
        if not len(found):
            return []
        limits = np.array([wide, high, wide, high], np.float32)
        places = np.asarray(found, np.float32)
        margin = places[:, 2:] * np.array(MARGIN, np.float32)
        low, ends = places[:, :2] + margin, places[:, :2] + places[:, 2:] - margin
        corners = np.concatenate([low, ends], 1) / limits
        corners = corners.clip(0, 1).astype(np.float32)
        scores = np.array([score_of(float(each)) for each in np.ravel(weights)], np.float32)
        return [
            _person(float(scores[index]), *(float(value) for value in corners[index]))
            for index in suppress(corners, scores, 0.6)
            if scores[index] >= REPORT
        ]


def score_of(weight: float) -> float:
    """Put the detector's margin on the scale 0–1 of the networks."""
    return 1 / (1 + math.exp(-STEEPNESS * (weight - MIDDLE)))


def _person(score: float, left: float, top: float, right: float, bottom: float) -> Person:
    """Name the corners."""
    return Person(score, left, top, right - left, bottom - top)
