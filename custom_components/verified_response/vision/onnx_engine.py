"""NanoDet-Plus on ONNX Runtime, fed by OpenCV."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from .card import ModelCard, digest_of
from .decode import Fit, Person, decode, fit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ModelRefused(Exception):  # noqa: N818 - reads as what happened to the model
    """The file is not the model that the card describes."""


class OnnxEngine:
    """One loaded model; not safe for use from several threads."""

    trust: Final = "full"
    name: Final = "onnx"

    def __init__(self, path: Path, card: ModelCard, *, threads: int) -> None:
        """Check and load; what is checked is what is loaded, because the file is read once."""
        import numpy as np
        import onnxruntime as ort

        weights = path.read_bytes()
        if card.variant_of(digest_of([weights])) is None:
            raise ModelRefused(path.name)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads sleep: the hub's own work comes first.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        if tuple(self._session.get_outputs()[0].shape[-2:]) != card.output:
            raise ModelRefused(path.name)
        self._card = card
        self._scale = [np.float32(1 / std) for std in card.std]
        self._shift = [
            np.float32(-mean / std) for mean, std in zip(card.mean, card.std, strict=True)
        ]
        self._input = np.empty((1, 3, card.height, card.width), np.float32)
        self._placed: Fit | None = None

    @property
    def model(self) -> str:
        """Return the card's name."""
        return self._card.name

    @property
    def enough(self) -> int:
        """Return how many pixels of the longer side the network can use."""
        return max(self._card.width, self._card.height)

    def look(self, pixels: NDArray[np.uint8]) -> list[Person]:
        """Return the people in a BGR frame, best first."""
        height, width = pixels.shape[:2]
        placed = fit(width, height, self._card)
        self._feed(pixels, placed)
        (output,) = self._session.run(None, {self._card.input_name: self._input})
        return decode(output, self._card, placed, frame=(width, height))

    def _feed(self, pixels: NDArray[np.uint8], placed: Fit) -> None:
        """Write the normalised frame into the input; padding is the black of the network."""
        import cv2
        import numpy as np

        small = cv2.resize(pixels, (placed.width, placed.height), interpolation=cv2.INTER_LINEAR)
        if placed != self._placed:
            for channel, shift in enumerate(self._shift):
                self._input[0, channel] = shift
            self._placed = placed
        for channel, plane in enumerate(cv2.split(small)):
            target = self._input[0, channel, : placed.height, : placed.width]
            np.multiply(plane, self._scale[channel], out=target)
            target += self._shift[channel]
