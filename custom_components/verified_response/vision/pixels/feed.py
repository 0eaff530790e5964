"""Frames → the numbers that a network takes: scaled to fit, top left, padded right and below, normalised."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..card import ModelCard
from ..decode import Fit, fit
from . import tools

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]
    type Floats = NDArray[np.float32]


class Feed:
    """The input of one network, written anew for each look; what it returned before is overwritten."""

    def __init__(self, card: ModelCard) -> None:
        """Prepare for one frame; more room is made when it is needed."""
        import numpy as np

        self._card = card
        self._scale = [np.float32(1 / std) for std in card.std]
        self._shift = [
            np.float32(-mean / std) for mean, std in zip(card.mean, card.std, strict=True)
        ]
        self._plain = all(mean == 0 for mean in card.mean) and all(std == 1 for std in card.std)
        self._placed: list[Fit | None] = []
        self._input = np.empty((0, 3, card.height, card.width), np.float32)

    def __call__(self, frames: Sequence[Pixels]) -> tuple[Floats, list[Fit]]:
        """Return the input, frames x blue, green, red x rows x columns, and where each frame lies in it."""
        import numpy as np

        if len(frames) > len(self._input):
            self._input = np.empty((len(frames), *self._input.shape[1:]), np.float32)
            self._placed = [None] * len(frames)
        placed = [fit(pixels.shape[1], pixels.shape[0], self._card) for pixels in frames]
        for number, (pixels, place) in enumerate(zip(frames, placed, strict=True)):
            if place != self._placed[number]:
                self._pad(self._input[number])
                self._placed[number] = place
            small = tools().resize(pixels, place.width, place.height)
            self._write(small, self._input[number, :, : place.height, : place.width])
        return self._input[: len(frames)], placed

    def _pad(self, target: Floats) -> None:
        """Fill with the value beside a frame."""
        for channel in range(3):
            target[channel] = self._card.pad * self._scale[channel] + self._shift[channel]

    def _write(self, small: Pixels, target: Floats) -> None:
        """Normalise channel by channel."""
        import numpy as np

        for channel in range(3):
            # Channel by channel from a plane of its own: half the time of reading every third byte.
            plane = np.ascontiguousarray(small[:, :, channel])
            if self._plain:
                target[channel] = plane
            else:
                np.multiply(plane, self._scale[channel], out=target[channel])
                target[channel] += self._shift[channel]
