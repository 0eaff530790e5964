"""Open Inference Protocol v2: what a server says of a model, tensors out, tensors back."""

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from ..card import ModelCard
from .exchange import Exchange, Reply, ServerUnreachable, ServerWrong

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Floats = NDArray[np.float32]

JSON_LENGTH: Final = "Inference-Header-Content-Length"
BINARY: Final = ("binary_tensor_data", "binary_tensor_data_extension")
CONFIGURATION: Final = "model_configuration"
MAX_TOLD: Final = 256 * 1024
FLOAT_BYTES: Final = 4
FLOAT_TEXT: Final = 26  # a double with sign, point, exponent, comma and space
# As text a frame is 5 MB out and, read, 20 MB back: two of them stay below the worker's memory budget.
BINARY_AT_ONCE: Final = 8
TEXT_AT_ONCE: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """A model as its server describes it; `binary` None where it does not say whether it takes bytes."""

    path: str
    input: str
    output: str | None
    at_once: int
    binary: bool | None


def describe(exchange: Exchange, model: str, card: ModelCard, *, until: float) -> Served:
    """Ask what the server has; raises ServerUnreachable, and ServerWrong when it is not the card's model."""
    _good(exchange.ask("GET", "/v2/health/ready", until=until, most=MAX_TOLD))
    path = f"/v2/models/{quote(model, safe='')}"
    about = exchange.ask("GET", "/v2", until=until, most=MAX_TOLD)
    raw = _object(about) if about.status == 200 else {}
    extensions = raw.get("extensions")
    known = (
        [each for each in extensions if isinstance(each, str)]
        if isinstance(extensions, list)
        else []
    )
    told = _object(_good(exchange.ask("GET", path, until=until, most=MAX_TOLD)))
    at_once = BINARY_AT_ONCE
    if CONFIGURATION in known:
        reply = exchange.ask("GET", f"{path}/config", until=until, most=MAX_TOLD)
        limit = _object(reply).get("max_batch_size") if reply.status == 200 else None
        if isinstance(limit, int) and limit > 0:
            at_once = min(at_once, limit)
    form = card.form("onnx")
    feed, batches = _input(told, card, form.input_name if form else "")
    return Served(
        path=path,
        input=feed,
        output=_output(told, card),
        at_once=at_once if batches else 1,
        binary=True if any(each in known for each in BINARY) else None,
    )


def as_text(served: Served) -> Served:
    """Return the same for a server that takes text only."""
    return replace(served, binary=False, at_once=min(served.at_once, TEXT_AT_ONCE))


def _input(told: dict[str, Any], card: ModelCard, usual: str) -> tuple[str, bool]:
    """Return the input's name and whether it takes several frames; a server may leave its model undescribed."""
    inputs = told.get("inputs") or []
    if not inputs and usual:
        return usual, False
    if not isinstance(inputs, list) or len(inputs) != 1:
        raise ServerWrong("not one input")
    name, shape = _tensor(inputs[0])
    wanted = (3, card.height, card.width)
    if len(shape) != 4 or any(
        said not in (-1, side) for said, side in zip(shape[1:], wanted, strict=True)
    ):
        raise ServerWrong("another input")
    if shape[0] not in {-1, 1}:
        raise ServerWrong("another number of frames")
    return name, shape[0] == -1


def _output(told: dict[str, Any], card: ModelCard) -> str | None:
    """Return the name of the output that the card describes, None when the server names none."""
    outputs = told.get("outputs") or []
    if not isinstance(outputs, list):
        raise ServerWrong("outputs are malformed")
    for each in outputs:
        name, shape = _tensor(each)
        if len(shape) >= 2 and shape[-2] in {-1, card.rows} and shape[-1] in {-1, card.columns}:
            return name
    if outputs:
        raise ServerWrong("another output")
    return None


def _tensor(raw: object) -> tuple[str, tuple[int, ...]]:
    """Read a tensor's description."""
    if not isinstance(raw, dict) or not isinstance(name := raw.get("name"), str):
        raise ServerWrong("a tensor without name")
    shape = raw.get("shape")
    if not isinstance(shape, list) or not all(isinstance(side, int) for side in shape):
        raise ServerWrong("a tensor without shape")
    if raw.get("datatype") != "FP32":
        raise ServerWrong("a tensor that is not of floats")
    return name, tuple(shape)


def _text(blob: Floats, card: ModelCard) -> bytes:
    """Return a tensor as the inside of a JSON list: each of the 256 levels of a channel is written once."""
    import numpy as np

    levels = np.arange(256, dtype=np.float32)
    parts: list[list[bytes]] = [[] for _ in blob]
    for channel, (mean, std) in enumerate(zip(card.mean, card.std, strict=True)):
        written = [f"{(level - mean) / std:.4f}," for level in levels]
        # All of one width, for what is shorter would be filled with zero bytes.
        width = max(map(len, written))
        table = np.array([each.rjust(width).encode() for each in written])
        for frame, part in zip(blob, parts, strict=True):
            part.append(table[np.rint(frame[channel] * std + mean).astype(np.uint8)].tobytes())
    return b"".join(each for part in parts for each in part)[:-1]


def infer(
    exchange: Exchange, served: Served, blob: Floats, card: ModelCard, *, until: float
) -> Floats:
    """Return frames x rows x columns; raises ServerUnreachable, ServerWrong."""
    frames = len(blob)
    tensor: dict[str, Any] = {"name": served.input, "shape": list(blob.shape), "datatype": "FP32"}
    request: dict[str, Any] = {"inputs": [tensor]}
    headers = {"Content-Type": "application/json"}
    if served.output is not None:
        request["outputs"] = [{"name": served.output}]
    if served.binary:
        data = blob.astype("<f4", copy=False).tobytes()
        tensor["parameters"] = {"binary_data_size": len(data)}
        request["parameters"] = {"binary_data_output": True}
        head = json.dumps(request).encode()
        body = head + data
        headers = {"Content-Type": "application/octet-stream", JSON_LENGTH: str(len(head))}
    else:
        tensor["data"] = []
        before, after = json.dumps(request).encode().split(b'"data": []')
        body = b"".join((before, b'"data": [', _text(blob, card), b"]", after))
    reply = exchange.ask(
        "POST",
        f"{served.path}/infer",
        until=until,
        most=MAX_TOLD + frames * card.rows * card.columns * FLOAT_TEXT,
        headers=headers,
        body=body,
    )
    return _read(_good(reply), served, (frames, card.rows, card.columns))


def _read(reply: Reply, served: Served, shape: tuple[int, int, int]) -> Floats:
    """Return the numbers of an answer; raises ServerWrong for anything else."""
    import numpy as np

    head, tail = reply.body, b""
    if (length := reply.headers.get(JSON_LENGTH.lower())) is not None:
        if not length.isascii() or not length.isdigit() or int(length) > len(head):
            raise ServerWrong("a length that is none")
        head, tail = head[: int(length)], head[int(length) :]
    outputs = _object(reply._replace(body=head)).get("outputs")
    if not isinstance(outputs, list):
        raise ServerWrong("no outputs")
    named = [
        each
        for each in outputs
        if isinstance(each, dict) and served.output in (None, each.get("name"))
    ]
    if len(named) != 1:
        raise ServerWrong("not one output")
    _, said = _tensor(named[0])
    count = shape[0] * shape[1] * shape[2]
    if said not in (shape, shape[1:] if shape[0] == 1 else shape):
        raise ServerWrong("another shape")
    values = _binary(named[0], outputs, tail, count) if tail else _listed(named[0])
    if values.size != count or not np.isfinite(values).all():
        raise ServerWrong("numbers that are none")
    return values.reshape(shape)


def _binary(output: dict[str, Any], outputs: list[Any], tail: bytes, count: int) -> Floats:
    """Read floats behind the JSON; they are the only ones there."""
    import numpy as np

    parameters = output.get("parameters")
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if len(outputs) != 1 or size != count * FLOAT_BYTES or len(tail) != size:
        raise ServerWrong("another amount of data")
    return np.frombuffer(tail, "<f4").astype(np.float32, copy=False)


def _listed(output: dict[str, Any]) -> Floats:
    """Read floats from a list, flat or nested."""
    import numpy as np

    try:
        values = np.asarray(output.get("data"))
    except ValueError:
        raise ServerWrong("a list that is ragged") from None
    if values.dtype.kind not in "fiu":
        raise ServerWrong("numbers that are none")
    with np.errstate(over="ignore"):
        return values.astype(np.float32).ravel()


def _good(reply: Reply) -> Reply:
    """Pass on what went well; what the server cannot do now it may do later."""
    if reply.status == 200:
        return reply
    if reply.status in {400, 422}:
        raise ServerWrong(f"status {reply.status}")
    raise ServerUnreachable(f"status {reply.status}")


def _object(reply: Reply) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        raw = json.loads(reply.body)
    except ValueError, RecursionError:
        raise ServerWrong("no JSON") from None
    if not isinstance(raw, dict):
        raise ServerWrong("no object")
    return raw
