"""ONNX files written by hand: small, strange and hostile ones, and a real one with fewer classes."""

import struct
from collections.abc import Iterator, Sequence

FLOAT, INT64, BOOL, UINT8 = 1, 7, 9, 2
_FLOAT_ATTRIBUTE, _INT_ATTRIBUTE, _GRAPH_ATTRIBUTE = 1, 2, 5


def varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def field(number: int, value: bytes | int) -> bytes:
    """One field of a protocol buffer."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name: str, dims: Sequence[int], raw: bytes, element: int = FLOAT) -> bytes:
    sides = b"".join(field(1, side) for side in dims)
    return sides + field(2, element) + field(8, name.encode()) + field(9, raw)


def elsewhere(name: str, dims: Sequence[int], path: str) -> bytes:
    """A tensor whose numbers are in another file."""
    place = field(1, b"location") + field(2, path.encode())
    sides = b"".join(field(1, side) for side in dims)
    return sides + field(2, FLOAT) + field(8, name.encode()) + field(13, place) + field(14, 1)


def end(name: str, shape: Sequence[int | str], element: int = FLOAT) -> bytes:
    """An input or output; a side with a name instead of a number is open."""
    sides = b"".join(
        field(1, field(1, side) if isinstance(side, int) else field(2, side.encode()))
        for side in shape
    )
    return field(1, name.encode()) + field(2, field(1, field(1, element) + field(2, sides)))


def number_attribute(name: str, number: int) -> bytes:
    return field(1, name.encode()) + field(3, number) + field(20, _INT_ATTRIBUTE)


def graph_attribute(name: str, graph: bytes) -> bytes:
    return field(1, name.encode()) + field(6, graph) + field(20, _GRAPH_ATTRIBUTE)


def node(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], *attributes: bytes, domain: str = ""
) -> bytes:
    ends = [field(1, name.encode()) for name in inputs]
    ends += [field(2, name.encode()) for name in outputs]
    where = field(7, domain.encode()) if domain else b""
    return b"".join([*ends, field(4, kind.encode()), *(field(5, a) for a in attributes), where])


def graph(
    nodes: Sequence[bytes],
    inputs: Sequence[bytes],
    outputs: Sequence[bytes],
    weights: Sequence[bytes] = (),
) -> bytes:
    parts = [field(1, each) for each in nodes] + [field(2, b"g")]
    parts += [field(5, each) for each in weights]
    parts += [field(11, each) for each in inputs] + [field(12, each) for each in outputs]
    return b"".join(parts)


def model(content: bytes) -> bytes:
    return field(1, 8) + field(7, content) + field(8, field(1, b"") + field(2, 13))


def zeros(name: str, dims: Sequence[int]) -> bytes:
    count = 1
    for side in dims:
        count *= side
    return tensor(name, dims, bytes(4 * count))


SIDE = 96
YOLOX_ROWS = 12 * 12 + 6 * 6 + 3 * 3


def blind(
    shape: Sequence[int | str] = (1, 3, SIDE, SIDE),
    output: Sequence[int | str] = (1, YOLOX_ROWS, 85),
    *,
    element: int = FLOAT,
) -> bytes:
    """A network of the right shape that never sees anybody: its answer does not depend on the picture."""
    fixed = [side if isinstance(side, int) else 1 for side in output]
    return model(
        graph(
            [
                node("Shape", ["images"], ["s"]),
                node("Cast", ["s"], ["f"], number_attribute("to", FLOAT)),
                node("ReduceSum", ["f"], ["one"], number_attribute("keepdims", 0)),
                node("Mul", ["one", "nothing"], ["output"]),
            ],
            [end("images", shape, element)],
            [end("output", output)],
            [zeros("nothing", fixed)],
        )
    )


def endless() -> bytes:
    """A network of the right shape that never comes to an end."""
    dims = (1, YOLOX_ROWS, 85)
    body = graph(
        [node("Identity", ["go"], ["on"]), node("Add", ["v", "v"], ["w"])],
        [end("i", (), INT64), end("go", (), BOOL), end("v", dims)],
        [end("on", (), BOOL), end("w", dims)],
    )
    return model(
        graph(
            [
                node("Loop", ["often", "yes", "start"], ["looped"], graph_attribute("body", body)),
                node("Shape", ["images"], ["s"]),
                node("Cast", ["s"], ["f"], number_attribute("to", FLOAT)),
                node("ReduceSum", ["f"], ["one"], number_attribute("keepdims", 0)),
                node("Mul", ["one", "looped"], ["output"]),
            ],
            [end("images", (1, 3, SIDE, SIDE))],
            [end("output", dims)],
            [
                tensor("often", (), struct.pack("<q", 2**60), INT64),
                tensor("yes", (), b"\1", BOOL),
                zeros("start", dims),
            ],
        )
    )


def greedy() -> bytes:
    """A network of the right shape that asks for a hundred gigabytes."""
    huge = struct.pack("<q", 25 * 1024**3)
    return model(
        graph(
            [
                node("ConstantOfShape", ["huge"], ["much"]),
                node("ReduceSum", ["much"], ["sum"], number_attribute("keepdims", 0)),
                node("Shape", ["images"], ["s"]),
                node("Cast", ["s"], ["f"], number_attribute("to", FLOAT)),
                node("ReduceSum", ["f"], ["one"], number_attribute("keepdims", 0)),
                node("Mul", ["one", "sum"], ["both"]),
                node("Mul", ["both", "nothing"], ["output"]),
            ],
            [end("images", (1, 3, SIDE, SIDE))],
            [end("output", (1, YOLOX_ROWS, 85))],
            [tensor("huge", (1,), huge, INT64), zeros("nothing", (1, YOLOX_ROWS, 85))],
        )
    )


def nested(depth: int) -> bytes:
    """Graphs within graphs."""
    inner = graph([node("Identity", ["a"], ["b"])], [], [])
    for _ in range(depth):
        inner = graph([node("If", ["c"], ["d"], graph_attribute("then_branch", inner))], [], [])
    return model(inner + field(12, end("output", (1,))))


def with_classes(content: bytes, kept: Sequence[int]) -> bytes:
    """A YOLOX file of 80 classes with only these, in this order; the network itself is unchanged."""
    ((_, old),) = [(n, v) for n, v in fields(content) if n == 7]
    parts = [
        field(number, value)
        for number, value in fields(old)
        if number != 12 and isinstance(value, bytes | int)
    ]
    columns = [*range(5), *(5 + each for each in kept)]
    gathered = struct.pack(f"<{len(columns)}q", *columns)
    parts += [
        field(1, node("Gather", ["output", "kept"], ["fewer"], number_attribute("axis", 2))),
        field(5, tensor("kept", (len(columns),), gathered, INT64)),
        field(12, end("fewer", (1, 3549, len(columns)))),
    ]
    rest = b"".join(field(number, value) for number, value in fields(content) if number != 7)
    return rest + field(7, b"".join(parts))


def fields(content: bytes) -> Iterator[tuple[int, bytes | int]]:
    """The fields of a message, as they lie."""
    at = 0
    while at < len(content):
        key, at = _read_varint(content, at)
        if key & 7 == 0:
            value, at = _read_varint(content, at)
            yield key >> 3, value
        else:
            assert key & 7 == 2, "only numbers and bytes are at the top of a model"
            length, at = _read_varint(content, at)
            yield key >> 3, content[at : at + length]
            at += length


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at
