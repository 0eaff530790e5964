"""Reading what an ONNX file says of itself: whole, strange, cut off and hostile ones."""

import random
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.vision import onnx_file
from custom_components.verified_response.vision.onnx_file import FLOAT, End, NotOnnx, read_onnx
from tests import onnx_files as written

IMAGES = End(name="images", element=FLOAT, shape=(1, 3, 96, 96))


def test_ends_are_read() -> None:
    found = read_onnx(written.blind())
    assert found.inputs == [IMAGES]
    assert found.outputs == [End(name="output", element=FLOAT, shape=(1, written.YOLOX_ROWS, 85))]
    assert (found.nodes, found.external) == (4, False)


def test_open_sides_are_none() -> None:
    found = read_onnx(written.blind(("batch", 3, 0, "wide")))
    assert found.inputs[0].shape == (None, 3, None, None)


def test_weights_among_the_inputs_are_none() -> None:
    """Older files list them there."""
    content = written.model(
        written.graph(
            [written.node("Add", ["images", "w"], ["output"])],
            [written.end("images", (1, 3, 96, 96)), written.end("w", (1,))],
            [written.end("output", (1,))],
            [written.zeros("w", (1,))],
        )
    )
    assert read_onnx(content).inputs == [IMAGES]


def hidden(how: str) -> bytes:
    """A tensor in another file, somewhere in a model."""
    away = written.elsewhere("w", (1,), "../../secrets.yaml")
    attribute = {
        "attribute": written.field(1, b"value") + written.field(5, away),
        "attribute's list": written.field(1, b"value") + written.field(10, away),
        "sparse attribute": written.field(22, written.field(1, away)),
        "branch": written.graph_attribute(
            "then_branch", written.graph([written.node("X", [], [])], [], [], [away])
        ),
    }.get(how, b"")
    node = written.node("X", ["images"], ["output"], *([attribute] if attribute else []))
    content = written.graph(
        [node],
        [written.end("images", (1, 3, 96, 96))],
        [written.end("output", (1,))],
        [away] if how == "weights" else [],
    )
    if how == "sparse weights":
        content += written.field(15, written.field(1, away))
    made = written.model(content)
    return made + written.field(25, written.field(7, node)) if how == "function" else made


@pytest.mark.parametrize(
    "how",
    ["weights", "sparse weights", "attribute", "attribute's list", "sparse attribute", "branch"],
)
def test_weights_in_other_files_are_noticed_wherever_they_are(how) -> None:
    assert read_onnx(hidden(how)).external
    assert not read_onnx(hidden("nowhere")).external


def test_weights_in_other_files_are_noticed_in_functions() -> None:
    away = written.elsewhere("w", (1,), "x")
    node = written.node("X", [], [], written.field(1, b"value") + written.field(5, away))
    content = written.blind() + written.field(25, written.field(7, node))
    assert read_onnx(content).external


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"<html>not found</html>" * 10,
        written.field(1, 8),
        written.model(b""),
        written.model(written.graph([written.node("X", [], [])], [], [])),
        written.blind() + written.field(7, written.graph([], [], [])),
        b"\xff" * 100,
        written.field(7, 5),
        written.nested(40),
    ],
    ids=["empty", "picture", "zip", "page", "no graph", "empty graph", "no output", "two graphs",
         "endless number", "number for a graph", "too deep"],
)  # fmt: skip
def test_what_is_no_model_is_refused(content) -> None:
    with pytest.raises(NotOnnx):
        read_onnx(content)


def test_a_few_graphs_in_graphs_are_fine() -> None:
    assert read_onnx(written.nested(4)).outputs


def test_every_cut_is_noticed() -> None:
    """A file that is cut off is refused, or says less; it never makes trouble."""
    content = written.blind()
    for length in random.Random(1).sample(range(len(content)), 200):
        with pytest.raises(NotOnnx):
            read_onnx(content[:length])


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(NotOnnx):
        read_onnx(content)


@given(st.data())
def test_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(written.endless()[:600] + written.endless()[-400:])
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(NotOnnx):
        read_onnx(bytes(content))


def test_a_file_of_nothing_but_fields_ends(monkeypatch) -> None:
    monkeypatch.setattr(onnx_file, "MAX_FIELDS", 10_000)
    began = time.process_time()
    with pytest.raises(NotOnnx):
        read_onnx(written.field(1, 1) * 1_000_000)
    assert time.process_time() - began < 2


def test_a_number_that_others_would_cut_does_not_hide_weights() -> None:
    """Readers that keep 32 bits of a field's key see another field than those that keep all."""
    key = 13 << 3 | 2
    cut = bytes([key & 0x7F | 0x80, 0x80, 0x80, 0x80, 0x10])  # the same, and bit 32
    tensor = written.zeros("w", (1,)) + cut + b"\x02ab"
    content = written.model(
        written.graph(
            [written.node("X", ["images"], ["output"])],
            [written.end("images", (1, 3, 96, 96))],
            [written.end("output", (1,))],
            [tensor],
        )
    )
    with pytest.raises(NotOnnx):
        read_onnx(content)
