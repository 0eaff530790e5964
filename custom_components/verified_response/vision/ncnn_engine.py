"""A card's network on ncnn, which needs neither OpenCV nor glibc."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .card import ModelCard
from .decode import Fit
from .engine import ModelRefused, NetworkEngine, read_checked
from .pixels.feed import Feed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NcnnEngine(NetworkEngine):
    """One loaded model; not safe for use from several threads."""

    name: Final = "ncnn"

    def __init__(self, files: Sequence[Path], card: ModelCard, *, threads: int) -> None:
        """Check and load; raises ModelRefused when a file is not the model that the card describes."""
        import ncnn

        super().__init__(card)
        form = card.form(self.name)
        if form is None:
            raise ModelRefused(f"{card.name} has no form for {self.name}")
        graph, weights = read_checked(files, form)
        self._form, self._net = form, ncnn.Net()
        options = self._net.opt
        options.num_threads = threads
        options.use_vulkan_compute = False
        if form.exact:
            options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
            options.use_bf16_packed = options.use_bf16_storage = False
        if self._net.load_param_mem(graph.decode("ascii")) != 0:
            raise ModelRefused(files[0].name)
        with _as_file(weights, files[1]) as path:
            if self._net.load_model(path) != 0:
                raise ModelRefused(files[1].name)
        ends = [*self._net.input_names(), *self._net.output_names()]
        if ends != [form.input_name, form.output_name]:
            raise ModelRefused(f"{files[0].name}: ends {ends}")
        self._feed = Feed(card)
        self._try_blank(files[0].name)

    def _run(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Fit]:
        """Run the network; every Mat is held in a name until what is in it was copied."""
        import ncnn
        import numpy as np

        blob, (placed,) = self._feed([pixels])
        given = ncnn.Mat(blob[0])
        extractor = self._net.create_extractor()
        if (code := extractor.input(self._form.input_name, given)) == 0:
            code, output = extractor.extract(self._form.output_name)
        if code != 0:
            raise RuntimeError(f"ncnn gave up with {code}")
        return np.array(output, np.float32, copy=True), placed


@contextmanager
def _as_file(content: bytes, origin: Path) -> Iterator[str]:
    """Give checked weights to ncnn, which reads files only: from memory where the kernel has such files."""
    if not hasattr(os, "memfd_create"):
        yield os.fspath(origin)
        return
    number = os.memfd_create(origin.name)
    try:
        with os.fdopen(number, "wb", closefd=False) as file:
            file.write(content)
        yield f"/proc/self/fd/{number}"
    finally:
        os.close(number)
