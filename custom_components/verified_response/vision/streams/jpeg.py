"""A decoded frame as a JPEG that the worker takes."""

from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from av import VideoCodecContext, VideoFrame

TICK: Final = Fraction(1, 25)
QUALITY: Final = "3"  # libav's scale: 2 is best, 31 worst; 3 is about what cameras send


class JpegWriter:
    """Makes JPEGs, reduced to what the network can use; keeps its encoder while the size stays."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._encoder: VideoCodecContext | None = None
        self._written = 0

    def write(self, frame: VideoFrame) -> bytes:
        """Return the frame as JPEG."""
        from av.video.frame import PictureType

        width, height = reduced(frame.width, frame.height, self._longest)
        encoder = self._encoder
        if encoder is None or (encoder.width, encoder.height) != (width, height):
            encoder = self._encoder = _encoder(width, height)
        picture = frame.reformat(width, height, "yuvj420p")
        self._written += 1
        picture.pts, picture.time_base = self._written, TICK
        picture.pict_type = (
            PictureType.NONE
        )  # it comes from a stream, and may say that it is a difference
        return b"".join(bytes(packet) for packet in encoder.encode(picture))


def reduced(width: int, height: int, longest: int) -> tuple[int, int]:
    """Return even sides of the same shape, none above `longest`."""
    scale = min(1.0, longest / max(width, height))
    return max(16, round(width * scale / 2) * 2), max(16, round(height * scale / 2) * 2)


def _encoder(width: int, height: int) -> VideoCodecContext:
    import av

    encoder = av.CodecContext.create("mjpeg", "w")
    if not isinstance(encoder, av.VideoCodecContext):
        raise TypeError("no video")
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = TICK
    encoder.thread_count = 1
    encoder.options = {"qmin": QUALITY, "qmax": QUALITY}
    return encoder
