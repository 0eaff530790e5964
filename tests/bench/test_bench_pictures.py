"""What a frame costs beside the network, in processor time of one thread: decoding, feeding, reading, glancing."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from custom_components.verified_response.vision import frame, glance, self_test
from custom_components.verified_response.vision.card import DEFAULT_CARD, load_cards
from custom_components.verified_response.vision.decode import decode
from custom_components.verified_response.vision.frame import decode_picture, decode_small
from custom_components.verified_response.vision.glance import glance_of, patch_of
from custom_components.verified_response.vision.onnx_engine import OnnxEngine
from custom_components.verified_response.vision.pixels import feed
from custom_components.verified_response.vision.pixels.with_opencv import OpenCvTools
from custom_components.verified_response.vision.pixels.with_pillow import PillowTools
from tests import drawn

pytestmark = pytest.mark.bench

ROUNDS = 60
GLANCE_BUDGET_MS = 4.0
SIZES = ((640, 480), (1280, 720), (1920, 1080))
by_size = pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
by_library = pytest.mark.parametrize(
    "library", [OpenCvTools(), PillowTools()], ids=["opencv", "pillow"]
)


def picture(size: tuple[int, int]) -> bytes:
    return drawn.jpeg(cv2.resize(self_test.porch_with_person(), size), 85)


def cost_ms(act: Callable[[], object]) -> float:
    """The quieter quarter of the processor time, which waiting for a core does not lengthen."""
    times = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        act()
        times.append((time.thread_time() - began) * 1000)
    return statistics.quantiles(times, n=4)[0]


@by_size
@by_library
def test_a_glance_is_cheap(library, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (frame, glance):
        monkeypatch.setattr(module, "tools", lambda: library)
    data = picture(size)
    small = decode_small(data).pixels
    decoding, glancing = cost_ms(lambda: decode_small(data)), cost_ms(lambda: glance_of(small))
    print(
        f"\nBENCH glance {size[0]}x{size[1]} {type(library).__name__}: decoding {decoding:.2f} ms, "
        f"light and sharpness {glancing:.2f} ms (budget {GLANCE_BUDGET_MS} at 1280x720)"
    )
    if size == (1280, 720):
        assert decoding + glancing <= GLANCE_BUDGET_MS


@pytest.mark.shared
@by_size
@by_library
def test_what_a_look_costs_beside_the_network(
    library, size: tuple[int, int], shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (frame, glance, feed):
        monkeypatch.setattr(module, "tools", lambda: library)
    card, data = load_cards()[DEFAULT_CARD], picture(size)
    engine = OnnxEngine([shared / "models" / "nanodet_plus_m_416.onnx"], card, threads=1)
    pixels = decode_picture(data, enough=engine.enough).pixels
    place = (pixels.shape[1], pixels.shape[0])
    output, placed = engine._run(pixels)
    ((person,),) = engine.look([pixels])
    parts = {
        "decoding": cost_ms(lambda: decode_picture(data, enough=engine.enough)),
        "feeding": cost_ms(lambda: engine._feed([pixels])),
        "reading": cost_ms(lambda: decode(output, card, placed, frame=place)),
        "glance": cost_ms(lambda: (glance_of(pixels), patch_of(pixels, person))),
    }
    network = cost_ms(lambda: engine.look([pixels])) - parts["feeding"] - parts["reading"]
    ratio = 1 + sum(parts.values()) / network
    told = ", ".join(f"{name} {ms:.2f}" for name, ms in parts.items())
    print(
        f"\nBENCH look {size[0]}x{size[1]} {type(library).__name__}: {told}, network {network:.1f} ms; ratio {ratio:.2f}"
    )
    if isinstance(library, OpenCvTools):
        assert ratio <= 1.3
