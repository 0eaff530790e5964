"""Pixels by OpenCV."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]


class OpenCvTools:
    """OpenCV."""

    def decode(self, data: bytes, step: int, *, grey: bool) -> Pixels | None:
        """Decode; a JPEG at the reduced size at once, anything else whole and then averaged."""
        import cv2
        import numpy as np

        reducible = data.startswith(b"\xff\xd8")
        flag = _flag(step if reducible else 1, grey=grey)
        try:
            found = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
            if found is None or min(found.shape[:2]) < 1:
                return None
            pixels = found.astype(np.uint8, copy=False)
            return pixels if reducible or step == 1 else _averaged(pixels, step)
        except cv2.error, MemoryError:
            return None

    def resize(self, pixels: Pixels, width: int, height: int) -> Pixels:
        """Resize."""
        import cv2
        import numpy as np

        if pixels.shape[:2] == (height, width):
            return pixels
        small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
        return small.astype(np.uint8, copy=False)

    def grey(self, pixels: Pixels) -> Pixels:
        """Weigh the colours."""
        import cv2
        import numpy as np

        return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)

    def shrink(self, grey: Pixels, width: int, height: int) -> Pixels:
        """Average areas."""
        import cv2
        import numpy as np

        small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        return small.astype(np.uint8, copy=False)


def _flag(step: int, *, grey: bool) -> int:
    """Return how OpenCV calls a size and a colour."""
    import cv2

    colours, greys = (
        {
            1: cv2.IMREAD_COLOR,
            2: cv2.IMREAD_REDUCED_COLOR_2,
            4: cv2.IMREAD_REDUCED_COLOR_4,
            8: cv2.IMREAD_REDUCED_COLOR_8,
        },
        {
            1: cv2.IMREAD_GRAYSCALE,
            2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
            4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
            8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
        },
    )
    return (greys if grey else colours)[step]


def _averaged(pixels: Pixels, step: int) -> Pixels:
    """Average squares of step x step pixels; those cut by the edge are filled up with its pixels."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    high, wide = -(-height // step), -(-width // step)
    padded = cv2.copyMakeBorder(
        pixels, 0, high * step - height, 0, wide * step - width, cv2.BORDER_REPLICATE
    )
    small = cv2.resize(padded, (wide, high), interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
