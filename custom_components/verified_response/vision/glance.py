"""A frame at a glance: a thumbnail of its light, and how sharp it is."""

from typing import TYPE_CHECKING, Final, NamedTuple

from .decode import Person
from .pixels import tools

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]

COLUMNS: Final = 32
ROWS: Final = 18
PATCH_COLUMNS: Final = 8
PATCH_ROWS: Final = 16
SHARPNESS_WIDTH: Final = 320


class Glance(NamedTuple):
    """32 x 18 bytes of light, row by row, and the variance of the Laplacian at 320 pixels of width."""

    luma: bytes
    sharpness: float


def glance_of(pixels: Pixels) -> Glance:
    """Return the glance of a BGR or grey frame; one that is narrower than 320 pixels is not enlarged."""
    grey = pixels if pixels.ndim == 2 else tools().grey(pixels)
    height, width = grey.shape
    if width > SHARPNESS_WIDTH:
        high = max(1, round(height * SHARPNESS_WIDTH / width))
        grey = tools().shrink(grey, SHARPNESS_WIDTH, high)
    return Glance(_thumbnail(grey, COLUMNS, ROWS), _sharpness(grey))


def patch_of(pixels: Pixels, person: Person) -> bytes:
    """Return the light inside a person's box as 16 rows of 8 bytes."""
    height, width = pixels.shape[:2]
    left = min(int(person.x * width), width - 1)
    top = min(int(person.y * height), height - 1)
    right = min(max(round((person.x + person.width) * width), left + 1), width)
    bottom = min(max(round((person.y + person.height) * height), top + 1), height)
    part = pixels[top:bottom, left:right]
    return _thumbnail(part if part.ndim == 2 else tools().grey(part), PATCH_COLUMNS, PATCH_ROWS)


def _thumbnail(grey: Pixels, width: int, height: int) -> bytes:
    """Average areas; what is smaller than the thumbnail is repeated first."""
    wider, higher = -(-width // grey.shape[1]), -(-height // grey.shape[0])
    if wider > 1 or higher > 1:
        grey = grey.repeat(higher, 0).repeat(wider, 1)
    return tools().shrink(grey, width, height).tobytes()


def _sharpness(grey: Pixels) -> float:
    """Return the variance of the Laplacian; a frame too small to have one has none."""
    import numpy as np

    if min(grey.shape) < 3:
        return 0.0
    light = grey.astype(np.int16)
    laplacian = light[:-2, 1:-1] + light[2:, 1:-1]
    laplacian += light[1:-1, :-2]
    laplacian += light[1:-1, 2:]
    laplacian -= 4 * light[1:-1, 1:-1]
    return float(laplacian.var(dtype=np.float32))
