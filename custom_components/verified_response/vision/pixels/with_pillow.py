"""Pixels by Pillow and numpy, for hubs that have no OpenCV."""

import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    type Pixels = NDArray[np.uint8]
    type Floats = NDArray[np.float32]

ONE: Final = 1 << 11  # OpenCV's fixed point for bytes
STRIP: Final = 32  # rows
ORIENTATION: Final = 0x0112  # Exif


class PillowTools:
    """Pillow decodes, numpy resizes."""

    def decode(self, data: bytes, step: int, *, grey: bool) -> Pixels | None:
        """Decode; a JPEG at the reduced size at once, anything else whole and then averaged."""
        try:
            return _decode(data, step, grey=grey)
        except Exception:  # noqa: BLE001 - Pillow raises a dozen kinds for damage, all mean: no picture
            return None

    def resize(self, pixels: Pixels, width: int, height: int) -> Pixels:
        """Resize bit for bit as OpenCV does: columns, then rows, in its fixed point.

        A pixel that differs by one would move some boxes by two pixels (measured with ncnn's own resize).
        """
        import numpy as np

        if pixels.shape[:2] == (height, width):
            return pixels
        left, right, share = _between(pixels.shape[1], width)
        high, wide = pixels.shape[:2]
        left, right, share = _between(wide, width)
        # Beyond the first and last column there is nothing to mix; rows are mixed with themselves.
        share = np.where((left < 0) | (right >= wide), np.float32(0), share)
        left, right = (
            (each.clip(0, wide - 1)[:, None] * 3 + np.arange(3)).ravel() for each in (left, right)
        )
        near, far = (each.repeat(3) for each in _fixed(share))
        upper, lower, share = _between(high, height)
        upper, lower = upper.clip(0, high - 1), lower.clip(0, high - 1)
        above, below = (each[:, None] for each in _fixed(share))
        lines = pixels.reshape(high, wide * 3)
        result = np.empty((height, width * 3), np.uint8)
        # Strip by strip: what stays in the cache is done in a third of the time.
        for first in range(0, height, STRIP):
            part = slice(first, first + STRIP)
            start = int(upper[first])
            source = lines[start : int(lower[part][-1]) + 1]
            mixed = source.take(left, axis=1) * near
            mixed += source.take(right, axis=1) * far
            mixed >>= 4
            top, bottom = mixed[upper[part] - start], mixed[lower[part] - start]
            top *= above[part]
            top >>= 16
            bottom *= below[part]
            bottom >>= 16
            top += bottom
            top += 2
            top >>= 2
            result[part] = top
        return result.reshape(height, width, 3)

    def grey(self, pixels: Pixels) -> Pixels:
        """Weigh the colours in OpenCV's fixed point, here of 8 bits."""
        import numpy as np

        light = pixels[:, :, 0] * np.uint16(29)
        light += pixels[:, :, 1] * np.uint16(150)
        light += pixels[:, :, 2] * np.uint16(77)
        light += np.uint16(128)
        return (light >> np.uint16(8)).astype(np.uint8)

    def shrink(self, grey: Pixels, width: int, height: int) -> Pixels:
        """Average areas; where they share pixels by differences of running sums, first down, then across."""
        import numpy as np
        from PIL import Image

        high, wide = grey.shape
        if high % height == 0 and wide % width == 0:
            whole = Image.fromarray(np.ascontiguousarray(grey))
            return np.asarray(whole.reduce((wide // width, high // height)), np.uint8)
        down = _averaged(grey, height)
        across = _averaged(np.ascontiguousarray(down.T), width)
        return np.rint(across.T).astype(np.uint8)


def _averaged(lines: NDArray[np.generic], wanted: int) -> Floats:
    """Average lines into fewer; a line that two share counts for its share."""
    import numpy as np

    size = len(lines)
    sums = np.zeros((size + 1, lines.shape[1]), np.float32)
    np.cumsum(lines, axis=0, dtype=np.float32, out=sums[1:])
    edges = np.arange(wanted + 1) * (size / wanted)
    whole = edges.astype(np.intp).clip(0, size - 1)
    part = (edges - whole)[:, None].astype(np.float32)
    at = sums[whole] * (1 - part) + sums[whole + 1] * part
    return np.asarray(np.diff(at, axis=0) * np.float32(wanted / size), np.float32)


def _decode(data: bytes, step: int, *, grey: bool) -> Pixels | None:
    """Decode or raise whatever Pillow raises."""
    import numpy as np
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
        is_jpeg = image.format == "JPEG"
        if is_jpeg and (step > 1 or grey):
            wanted = (max(image.width // step, 1), max(image.height // step, 1))
            image.draft("L" if grey else None, wanted)
        # Each of these would copy the picture also when there is nothing to do.
        turned = image.getexif().get(ORIENTATION, 1) != 1
        upright: Image.Image = ImageOps.exif_transpose(image) if turned else image
        upright = _eight_bit(upright)
        if step > 1 and not is_jpeg:
            upright = upright.reduce(step)
        mode = "L" if grey else "RGB"
        found = np.asarray(upright if upright.mode == mode else upright.convert(mode), np.uint8)
    return found if grey else np.ascontiguousarray(found[:, :, ::-1])


def _eight_bit(image: Image.Image) -> Image.Image:
    """Bring deep grey to eight bits and palettes to colours; converting alone would cut at white."""
    import numpy as np
    from PIL import Image

    if image.mode.startswith("I"):
        deep = np.asarray(image).astype(np.int64)
        return Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8))
    return image.convert("RGB") if image.mode in {"P", "PA", "1", "CMYK"} else image


def _between(size: int, wanted: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return for each new pixel the two old ones it lies between, and how far it is on the way."""
    import numpy as np

    at = ((np.arange(wanted) + 0.5) * (size / wanted) - 0.5).astype(np.float32)
    first = np.floor(at)
    return first.astype(np.intp), first.astype(np.intp) + 1, at - first


def _fixed(share: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the weights of the near and the far pixel in fixed point."""
    import numpy as np

    near, far = (np.rint(each * np.float32(ONE)).astype(np.int32) for each in (1 - share, share))
    return near, far
