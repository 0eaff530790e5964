"""What an ONNX file says of itself, read without any library: shapes of its ends, and where its weights are.

Only lengths and a few numbers are followed, so a hostile file costs time in proportion to its size.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

MAX_FIELDS: Final = 2_000_000
MAX_DEPTH: Final = 16  # graphs in nodes of graphs
MAX_KEY: Final = 2**32 - 1
FLOAT: Final = 1

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

type Value = int | memoryview


class NotOnnx(Exception):  # noqa: N818 - reads as what the file is
    """The file is no ONNX model, or is malformed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class End:
    """One input or output: its name, type and sides; None for a side that is not fixed."""

    name: str
    element: int
    shape: tuple[int | None, ...]


@dataclass(kw_only=True, slots=True)
class OnnxFile:
    """What was found; `external` says that weights lie in other files."""

    inputs: list[End] = field(default_factory=list)
    outputs: list[End] = field(default_factory=list)
    nodes: int = 0
    external: bool = False


def read_onnx(content: bytes) -> OnnxFile:
    """Read a model; raises NotOnnx."""
    return _Reader().model(memoryview(content))


class _Reader:
    """Follows the nesting; counts what it has followed."""

    def __init__(self) -> None:
        self._left = MAX_FIELDS
        self._found = OnnxFile()
        self._weights: set[str] = set()

    def model(self, content: memoryview) -> OnnxFile:
        graphs = 0
        for number, value in self._fields(content):
            if number == 7:
                graphs += 1
                self._graph(_message(value), depth=0)
            elif number == 25:
                for inner, part in self._fields(_message(value)):
                    if inner == 7:
                        self._node(_message(part), depth=1)
        if graphs != 1 or not self._found.nodes or not self._found.outputs:
            raise NotOnnx
        # Older files list their weights among the inputs.
        self._found.inputs = [end for end in self._found.inputs if end.name not in self._weights]
        return self._found

    def _graph(self, content: memoryview, *, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise NotOnnx
        for number, value in self._fields(content):
            if number == 1:
                self._found.nodes += 1
                self._node(_message(value), depth=depth)
            elif number == 5:
                self._tensor(_message(value), top=depth == 0)
            elif number == 15:
                self._sparse(_message(value))
            elif number == 11 and depth == 0:
                self._found.inputs.append(self._end(_message(value)))
            elif number == 12 and depth == 0:
                self._found.outputs.append(self._end(_message(value)))

    def _node(self, content: memoryview, *, depth: int) -> None:
        follow: dict[int, Callable[[memoryview], None]] = {
            5: self._tensor,
            10: self._tensor,
            6: lambda inner: self._graph(inner, depth=depth + 1),
            11: lambda inner: self._graph(inner, depth=depth + 1),
            22: self._sparse,
            23: self._sparse,
        }
        for number, value in self._fields(content):
            if number != 5:
                continue
            for inner, part in self._fields(_message(value)):
                if inner in follow:
                    follow[inner](_message(part))

    def _sparse(self, content: memoryview) -> None:
        for number, value in self._fields(content):
            if number in {1, 2}:
                self._tensor(_message(value))

    def _tensor(self, content: memoryview, *, top: bool = False) -> None:
        for number, value in self._fields(content):
            if number == 13 or (number == 14 and value != 0):
                self._found.external = True
            elif number == 8 and top:
                self._weights.add(_text(value))

    def _end(self, content: memoryview) -> End:
        name, element, shape = "", 0, tuple[int | None, ...]()
        for number, value in self._fields(content):
            if number == 1:
                name = _text(value)
            elif number == 2:
                for kind, tensor in self._fields(_message(value)):
                    if kind == 1:
                        element, shape = self._tensor_type(_message(tensor))
        return End(name=name, element=element, shape=shape)

    def _tensor_type(self, content: memoryview) -> tuple[int, tuple[int | None, ...]]:
        element, sides = 0, list[int | None]()
        for number, value in self._fields(content):
            if number == 1 and isinstance(value, int):
                element = value
            elif number == 2:
                sides += [
                    self._side(_message(d)) for n, d in self._fields(_message(value)) if n == 1
                ]
        return element, tuple(sides)

    def _side(self, content: memoryview) -> int | None:
        return next(
            (v for n, v in self._fields(content) if n == 1 and isinstance(v, int) and v > 0), None
        )

    def _fields(self, content: memoryview) -> Iterator[tuple[int, Value]]:
        at, end = 0, len(content)
        while at < end:
            self._left -= 1
            if self._left < 0:
                raise NotOnnx
            key, at = _varint(content, at)
            number, wire = key >> 3, key & 7
            # What other readers cut to their 32 bits would be another field for them.
            if key > MAX_KEY:
                raise NotOnnx
            value: Value
            if wire == _VARINT:
                value, at = _varint(content, at)
            elif wire == _BYTES:
                length, at = _varint(content, at)
                value, at = content[at : at + length], at + length
            elif wire in {_FIXED64, _FIXED32}:
                length = 8 if wire == _FIXED64 else 4
                value, at = content[at : at + length], at + length
            else:
                raise NotOnnx
            if at > end or not number:
                raise NotOnnx
            yield number, value


def _varint(content: memoryview, at: int) -> tuple[int, int]:
    """Return the number that begins here, and where it ends."""
    number = shift = 0
    while True:
        if at >= len(content) or shift > 63:
            raise NotOnnx
        byte = content[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def _message(value: Value) -> memoryview:
    """Insist on a nested message."""
    if isinstance(value, int):
        raise NotOnnx
    return value


def _text(value: Value) -> str:
    """Return a name, as good as it can be read."""
    return bytes(_message(value)[:256]).decode("utf-8", "replace")
