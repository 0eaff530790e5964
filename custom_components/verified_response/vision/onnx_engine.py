"""A card's network on ONNX Runtime."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .card import ModelCard
from .decode import Fit
from .engine import ModelRefused, NetworkEngine, read_checked
from .pixels.feed import Feed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class OnnxEngine(NetworkEngine):
    """One loaded model; not safe for use from several threads."""

    name: Final = "onnx"

    def __init__(self, files: Sequence[Path], card: ModelCard, *, threads: int) -> None:
        """Check and load; raises ModelRefused when a file is not the model that the card describes."""
        import onnxruntime as ort

        super().__init__(card)
        form = card.form(self.name)
        if form is None:
            raise ModelRefused(f"{card.name} has no form for {self.name}")
        (weights,) = read_checked(files, form)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads sleep: the hub's own work comes first.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        ends = [each.name for each in (*self._session.get_inputs(), *self._session.get_outputs())]
        if ends != [form.input_name, form.output_name]:
            raise ModelRefused(f"{files[0].name}: ends {ends}")
        self._form, self._feed = form, Feed(card)
        self._try_blank(files[0].name)

    def _run(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Fit]:
        """Run the network."""
        blob, (placed,) = self._feed([pixels])
        (output,) = self._session.run([self._form.output_name], {self._form.input_name: blob})
        return output, placed
