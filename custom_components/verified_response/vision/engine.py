"""What every way of finding people offers, whatever finds them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from .card import Drawn, Form, ModelCard, Thresholds, digest_of
from .decode import Fit, OutputUnreadable, Person, decode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]
    type Floats = NDArray[np.float32]


class ModelRefused(Exception):  # noqa: N818 - reads as what happened to the model
    """The file is not the model that the card describes."""


class Engine(Protocol):
    """One loaded way to find people; not safe for use from several threads."""

    @property
    def name(self) -> str:
        """Return the engine's key."""
        ...

    @property
    def model(self) -> str:
        """Return the model's name."""
        ...

    @property
    def trust(self) -> str:
        """Return how far its word carries: full or low."""
        ...

    @property
    def enough(self) -> int:
        """Return how many pixels of the longer side it can use; a frame may be decoded down to that."""
        ...

    @property
    def at_once(self) -> int:
        """Return how many frames it takes together."""
        ...

    @property
    def thresholds(self) -> Thresholds:
        """Return what its scores mean."""
        ...

    @property
    def drawn(self) -> Sequence[Drawn]:
        """Return what it is known to find in the drawings of the self-test; empty when nobody measured."""
        ...

    def look(self, frames: Sequence[Pixels]) -> list[list[Person]]:
        """Return the people in each BGR frame, best first; the frames may differ in size."""
        ...


class NetworkEngine:
    """What the engines that run a card's network on this machine share: one frame at a time."""

    trust: Final = "full"
    at_once: Final = 1

    def __init__(self, card: ModelCard) -> None:
        """Keep the card."""
        self._card = card

    @property
    def model(self) -> str:
        """Return the card's name."""
        return self._card.name

    @property
    def enough(self) -> int:
        """Return how many pixels of the longer side the network can use."""
        return max(self._card.width, self._card.height)

    @property
    def thresholds(self) -> Thresholds:
        """Return what was measured for the model."""
        return self._card.thresholds

    @property
    def drawn(self) -> Sequence[Drawn]:
        """Return what was measured in drawings."""
        return self._card.drawn

    def look(self, frames: Sequence[Pixels]) -> list[list[Person]]:
        """Return the people in each BGR frame, best first."""
        people = []
        for pixels in frames:
            output, placed = self._run(pixels)
            size = (pixels.shape[1], pixels.shape[0])
            people.append(decode(output, self._card, placed, frame=size))
        return people

    def _run(self, pixels: Pixels) -> tuple[Floats, Fit]:
        """Return what the network says about a frame, and where that lay in its input."""
        raise NotImplementedError

    def _try_blank(self, name: str) -> None:
        """Refuse a network that does not answer as its card says."""
        import numpy as np

        blank = np.zeros((self._card.height, self._card.width, 3), np.uint8)
        try:
            self.look([blank])
        except OutputUnreadable as error:
            raise ModelRefused(f"{name}: {error}") from error


def read_checked(paths: Sequence[Path], form: Form) -> list[bytes]:
    """Read a form's files and check their digests; what is checked is what is to be loaded."""
    contents = [path.read_bytes() for path in paths]
    if len(paths) != len(form.files):
        raise ModelRefused(f"{len(paths)} files instead of {len(form.files)}")
    for path, content, known in zip(paths, contents, form.files, strict=True):
        if known.variant_of(digest_of([content])) is None:
            raise ModelRefused(path.name)
    return contents
