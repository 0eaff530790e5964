"""Writes a YOLOX network from its ONNX file as ncnn: `yolox_to_ncnn.py MODEL.onnx CARD FOLDER`.

The four strided slices at its beginning (Focus), which ncnn does not have, become one convolution of 6 x 6
and stride 2. Weights are moved, never calculated with, so every machine writes the same bytes: those that the
card pins for its ncnn form. Anything else is not written.
"""

import argparse
import hashlib
import json
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

MAGIC = "7767517"
KEPT = struct.pack("<I", 0)  # weights follow as they are, in 32 bits
FOCUS = 3  # channels of the picture


class Tensor(NamedTuple):
    """Weights or constants."""

    dims: tuple[int, ...]
    raw: bytes

    def numbers(self) -> tuple[int, ...]:
        """Return 64-bit integers."""
        return struct.unpack(f"<{len(self.raw) // 8}q", self.raw)


class Node(NamedTuple):
    """One operation of the ONNX graph."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, tuple[int, ...]]


@dataclass
class Network:
    """The ncnn network as it is written: layers in order, and their weights."""

    layers: list[tuple[str, str, list[str], list[str], str]] = field(default_factory=list)
    weights: list[bytes] = field(default_factory=list)

    def add(self, kind: str, inputs: list[str], outputs: list[str], how: str = "") -> None:
        """Append a layer; it is named by its place."""
        self.layers.append((kind, f"{kind.lower()}_{len(self.layers)}", inputs, outputs, how))

    def param(self) -> str:
        """Return the text of the graph; what several layers read is split, as ncnn wants it."""
        readers = Counter(name for _, _, inputs, _, _ in self.layers for name in inputs)
        left = {name: [f"{name}_{i}" for i in range(n)] for name, n in readers.items() if n > 1}
        lines = []
        for kind, name, inputs, outputs, how in self.layers:
            read = [left[each].pop(0) if each in left else each for each in inputs]
            lines.append(_line(kind, name, read, outputs, how))
            lines += [
                _line("Split", f"split_{each}", [each], list(left[each]), "")
                for each in outputs
                if each in left
            ]
        blobs = sum(int(line.split()[3]) for line in lines)
        return "\n".join([MAGIC, f"{len(lines)} {blobs}", *lines]) + "\n"


def _line(kind: str, name: str, inputs: list[str], outputs: list[str], how: str) -> str:
    words = [kind, name, str(len(inputs)), str(len(outputs)), *inputs, *outputs, how]
    return " ".join(word for word in words if word)


def convert(content: bytes) -> tuple[str, bytes]:
    """Return graph and weights; the end of the program for what is no such network."""
    nodes, tensors, source, target = _read(content)
    network = Network()
    network.add("Input", [], ["in0"])
    names = {source: "in0", target: "out0"}
    slices = {node.outputs[0]: node for node in nodes if node.kind == "Slice"}
    focus: dict[str, list[tuple[int, int]]] = {}
    sigmoids = {node.outputs[0]: node.inputs[0] for node in nodes if node.kind == "Sigmoid"}
    swish = {
        node.outputs[0]: node.inputs[0]
        for node in nodes
        if node.kind == "Mul" and sigmoids.get(node.inputs[1]) == node.inputs[0]
    }
    hidden = {node.inputs[1] for node in nodes if node.outputs[0] in swish}
    for node in nodes:
        out = node.outputs[0]
        blob = names.setdefault(out, f"b{out}" if out[0].isdigit() else out)
        if node.kind == "Slice" or out in hidden:
            continue
        if node.kind == "Concat" and all(name in slices for name in node.inputs):
            focus[out] = [_offsets(name, slices, tensors) for name in node.inputs]
            continue
        if node.kind == "Conv" and node.inputs[0] in focus:
            _add_focus(network, node, tensors, focus[node.inputs[0]], blob)
            continue
        read = [names[name] for name in node.inputs if name in names]
        _add(network, node, tensors, read, blob, swish=out in swish)
    return network.param(), b"".join(network.weights)


def _add(
    network: Network,
    node: Node,
    tensors: dict[str, Tensor],
    read: list[str],
    blob: str,
    *,
    swish: bool,
) -> None:
    """Append the layer for one operation."""
    match node.kind:
        case "Mul" if swish:
            network.add("Swish", read[:1], [blob])
        case "Sigmoid":
            network.add("Sigmoid", read, [blob])
        case "Add":
            network.add("BinaryOp", read, [blob], "0=0")
        case "Concat":
            network.add("Concat", read, [blob], f"0={node.attributes['axis'][0] - 1}")
        case "Conv":
            _add_convolution(network, node, tensors, read, blob)
        case "MaxPool":
            size, pad = node.attributes["kernel_shape"][0], node.attributes["pads"][0]
            step = node.attributes["strides"][0]
            network.add("Pooling", read, [blob], f"0=0 1={size} 2={step} 3={pad} 5=1")
        case "Resize":
            network.add("Interp", read[:1], [blob], "0=1 1=2.0 2=2.0")
        case "Reshape":
            _, high, wide = tensors[node.inputs[1]].numbers()
            network.add("Reshape", read[:1], [blob], f"0={wide} 1={high}")
        case "Transpose" if node.attributes["perm"] == (0, 2, 1):
            network.add("Permute", read, [blob], "0=1")
        case _:
            sys.exit(f"{node.kind} is not known in a YOLOX network")


def _add_convolution(
    network: Network, node: Node, tensors: dict[str, Tensor], read: list[str], blob: str
) -> None:
    weights, bias = tensors[node.inputs[1]], tensors[node.inputs[2]]
    size, step = node.attributes["kernel_shape"][0], node.attributes["strides"][0]
    pad, groups = node.attributes["pads"][0], node.attributes["group"][0]
    how = f"0={weights.dims[0]} 1={size} 3={step} 4={pad} 5=1 6={len(weights.raw) // 4}"
    if groups > 1:
        network.add("ConvolutionDepthWise", read[:1], [blob], f"{how} 7={groups}")
    else:
        network.add("Convolution", read[:1], [blob], how)
    network.weights += [KEPT, weights.raw, bias.raw]


def _add_focus(
    network: Network,
    node: Node,
    tensors: dict[str, Tensor],
    offsets: list[tuple[int, int]],
    blob: str,
) -> None:
    """Append slices and convolution as one: each weight goes where its slice took the pixel from."""
    weights, bias = tensors[node.inputs[1]], tensors[node.inputs[2]]
    outputs, channels, high, wide = weights.dims
    if (channels, high, wide) != (4 * FOCUS, 3, 3) or node.attributes["strides"] != (1, 1):
        sys.exit("the beginning is not that of a YOLOX network")
    folded = bytearray(4 * outputs * FOCUS * 36)
    for at in range(len(weights.raw) // 4):
        rest, column = divmod(at, 3)
        rest, row = divmod(rest, 3)
        out, channel = divmod(rest, channels)
        part, colour = divmod(channel, FOCUS)
        down, along = offsets[part]
        to = ((out * FOCUS + colour) * 6 + 2 * row + down) * 6 + 2 * column + along
        folded[4 * to : 4 * to + 4] = weights.raw[4 * at : 4 * at + 4]
    how = f"0={outputs} 1=6 3=2 4=2 5=1 6={len(folded) // 4}"
    network.add("Convolution", ["in0"], [blob], how)
    network.weights += [KEPT, bytes(folded), bias.raw]


def _offsets(name: str, slices: dict[str, Node], tensors: dict[str, Tensor]) -> tuple[int, int]:
    """Return from which row and column on a part takes every second pixel."""
    found = {}
    while name in slices:
        node = slices[name]
        starts, axes, steps = (tensors[node.inputs[at]].numbers() for at in (1, 3, 4))
        if steps != (2,):
            sys.exit("a slice does not take every second pixel")
        found[axes[0]] = starts[0]
        name = node.inputs[0]
    return found[2], found[3]


def _read(content: bytes) -> tuple[list[Node], dict[str, Tensor], str, str]:
    """Return operations, weights, and the names of the ends."""
    (graph,) = [value for number, value in _fields(content) if number == 7] or [b""]
    nodes, tensors, sources, targets = [], {}, [], []
    for number, value in _fields(graph):
        if number == 1:
            nodes.append(_node(value))
        elif number == 5:
            name, tensor = _tensor(value)
            tensors[name] = tensor
        elif number in {11, 12}:
            name = next(part for inner, part in _fields(value) if inner == 1).decode()
            (sources if number == 11 else targets).append(name)
    sources = [name for name in sources if name not in tensors]
    if len(sources) != 1 or len(targets) != 1:
        sys.exit("this is not a YOLOX network")
    return nodes, tensors, sources[0], targets[0]


def _node(content: bytes) -> Node:
    parts: dict[int, list] = {}
    for number, value in _fields(content):
        parts.setdefault(number, []).append(value)
    attributes = {}
    for each in parts.get(5, []):
        inner = list(_fields(each))
        name = next(value for number, value in inner if number == 1).decode()
        attributes[name] = tuple(_number(value) for number, value in inner if number in {3, 8})
    return Node(
        kind=parts[4][0].decode(),
        inputs=tuple(value.decode() for value in parts.get(1, [])),
        outputs=tuple(value.decode() for value in parts[2]),
        attributes=attributes,
    )


def _number(value: int | bytes) -> int:
    return value if isinstance(value, int) else 0


def _tensor(content: bytes) -> tuple[str, Tensor]:
    name, raw, dims, wide = "", b"", [], []
    for number, value in _fields(content):
        if number == 1:
            dims += [value] if isinstance(value, int) else [_varint(value, 0)[0]]
        elif number == 7 and isinstance(value, int):
            wide.append(value)
        elif number == 8:
            name = value.decode()
        elif number == 9:
            raw = value
    return name, Tensor(tuple(dims), raw or struct.pack(f"<{len(wide)}q", *wide))


def _fields(content: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field of a protocol buffer."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        if key & 7 == 0:
            value, at = _varint(content, at)
        else:
            length = {1: 8, 5: 4}.get(key & 7)
            if length is None:
                length, at = _varint(content, at)
            value, at = content[at : at + length], at + length
        yield key >> 3, value


def _varint(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def main() -> None:
    """Convert one file, and write it only when the card knows what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("card", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    card = json.loads(args.card.read_text(encoding="utf-8"))
    (form,) = [each for each in card["forms"] if each["engine"] == "ncnn"]
    param, weights = convert(args.model.read_bytes())
    made = {}
    for file, content in zip(form["files"], (param.encode(), weights), strict=True):
        name, found = file["names"][0], hashlib.sha256(content).hexdigest()
        if found not in {variant["sha256"] for variant in file["variants"]}:
            sys.exit(f"{name} has the SHA-256 {found}, which the card does not know: not written")
        made[name] = content
        print(f"{name}: {len(content)} bytes, SHA-256 {found}")
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (args.folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
