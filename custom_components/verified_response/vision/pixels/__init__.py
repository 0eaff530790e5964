"""Picture bytes and pixels, by OpenCV where it is installed, else by Pillow and numpy: the same numbers."""

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from .with_opencv import OpenCvTools
from .with_pillow import PillowTools

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]


class Tools(Protocol):
    """What a picture library has to do here."""

    def decode(self, data: bytes, step: int, *, grey: bool) -> Pixels | None:
        """Return BGR (or grey) pixels at 1/step of the size, upright by Exif; None when it cannot."""
        ...

    def resize(self, pixels: Pixels, width: int, height: int) -> Pixels:
        """Return BGR pixels of another size, by bilinear interpolation between pixel centres."""
        ...

    def grey(self, pixels: Pixels) -> Pixels:
        """Return the light of BGR pixels."""
        ...

    def shrink(self, grey: Pixels, width: int, height: int) -> Pixels:
        """Return grey pixels of a smaller size, each the average of the area it covers."""
        ...


@lru_cache(maxsize=1)
def tools() -> Tools:
    """Return the faster of the two that this machine has; raises ImportError where it has neither."""
    try:
        import cv2  # noqa: F401 - the question is whether it is there
    except ImportError:
        # Without it no picture could be decoded, which would read as damaged pictures.
        import PIL.Image  # noqa: F401

        return PillowTools()
    return OpenCvTools()
