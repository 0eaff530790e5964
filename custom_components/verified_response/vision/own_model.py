"""Examines a model of the owner's, in a process of its own: whether it may be looked with, and its card.

An ONNX file of the YOLOX or NanoDet-Plus family is recognised by the shapes of its ends, then has to
see the drawn person and nobody on the empty porch. The process takes little and ends in any case;
what it says is one line of JSON: {"classes", "card"} or {"refused": code}.
"""

import contextlib
import json
import os
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from .card import DEFAULT_CARD, FOLDER, NANODET_PLUS, SLOW_HUB_CARD, YOLOX, digest_of, load_card
from .limits import MEMORY_MB, Limits, be_modest, resident_mb
from .onnx_file import FLOAT, NotOnnx, OnnxFile, read_onnx

THREADS: Final = 1
CPU_S: Final = 60
MEMORY_BYTES: Final = 1024 * 1024 * 1024
MAX_BYTES: Final = 64 * 1024 * 1024
MIN_SIDE, MAX_SIDE, STEP = 96, 1280, 32
MAX_CLASSES: Final = 1000
COCO_CLASSES: Final = 80
PERSON: Final = "person"

# Why a file is refused; each is a translation key.
NOT_ONNX: Final = "own_not_onnx"
TOO_LARGE: Final = "own_too_large"
EXTERNAL: Final = "own_external_weights"
WRONG_INPUT: Final = "own_wrong_input"
WRONG_OUTPUT: Final = "own_wrong_output"
WRONG_CLASS: Final = "own_wrong_class"
NOT_LOADED: Final = "own_not_loaded"
SELF_TEST_FAILED: Final = "own_self_test_failed"
TOO_HUNGRY: Final = "own_too_hungry"
NO_RUNTIME: Final = "own_no_runtime"
REFUSALS: Final = frozenset(
    {
        NOT_ONNX,
        TOO_LARGE,
        EXTERNAL,
        WRONG_INPUT,
        WRONG_OUTPUT,
        WRONG_CLASS,
        NOT_LOADED,
        SELF_TEST_FAILED,
        TOO_HUNGRY,
        NO_RUNTIME,
    }
)


class Refused(Exception):  # noqa: N818 - reads as what happened to the file
    """It cannot be looked with; `code` is a translation key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Networks that are read alike; `template` is the card whose feeding and decoding they share."""

    decoder: str
    template: str
    strides: tuple[int, ...]
    extra: int  # columns beside the classes

    def rows(self, width: int, height: int) -> int:
        """Return how many places such a network speaks about."""
        return sum(-(-width // stride) * -(-height // stride) for stride in self.strides)


FAMILIES: Final = (
    Family(decoder=NANODET_PLUS, template=DEFAULT_CARD, strides=(8, 16, 32, 64), extra=32),
    Family(decoder=YOLOX, template=SLOW_HUB_CARD, strides=(8, 16, 32), extra=5),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What a network takes and gives."""

    family: Family
    input: str
    output: str
    width: int
    height: int
    classes: int


def main(arguments: Sequence[str]) -> int:
    """Examine the named file and say what was found; 0 whenever something was said."""
    target = _take_stdout()
    _be_bounded()
    file, asked = Path(arguments[0]), json.loads(arguments[1])
    try:
        said = examine(file, person=asked["person"])
        refuse_hungry()
    except Refused as refused:
        said = {"refused": refused.code}
    target.write(json.dumps(said).encode())
    target.flush()
    return 0


def examine(file: Path, *, person: int | None) -> dict[str, Any]:
    """Return the number of classes and, once it is known which one is a person, the tested card."""
    if file.stat().st_size > MAX_BYTES:
        raise Refused(TOO_LARGE)
    weights = file.read_bytes()
    try:
        found = read_onnx(weights)
    except NotOnnx:
        raise Refused(NOT_ONNX) from None
    if found.external:
        raise Refused(EXTERNAL)
    shape = recognise(found)
    if person is None and shape.classes not in {1, COCO_CLASSES}:
        return {"classes": shape.classes}
    if not 0 <= (person or 0) < shape.classes:
        raise Refused(WRONG_CLASS)
    card = describe(shape, digest_of([weights]), person or 0)
    _try(file, card)
    return {"classes": shape.classes, "card": card}


def recognise(found: OnnxFile) -> Shape:
    """Tell the family from the shapes; raises Refused."""
    if len(found.inputs) != 1:
        raise Refused(WRONG_INPUT)
    end = found.inputs[0]
    if end.element != FLOAT or len(end.shape) != 4 or end.shape[:2] != (1, 3):
        raise Refused(WRONG_INPUT)
    height, width = end.shape[2:]
    if height is None or width is None:
        raise Refused(WRONG_INPUT)
    if any(side % STEP or not MIN_SIDE <= side <= MAX_SIDE for side in (width, height)):
        raise Refused(WRONG_INPUT)
    if len(found.outputs) != 1:
        raise Refused(WRONG_OUTPUT)
    said = found.outputs[0]
    if said.element != FLOAT or len(said.shape) not in {2, 3} or said.shape[:-2] not in {(), (1,)}:
        raise Refused(WRONG_OUTPUT)
    rows, columns = said.shape[-2:]
    fitting = [
        Shape(
            family=family,
            input=end.name,
            output=said.name,
            width=width,
            height=height,
            classes=(columns or 0) - family.extra,
        )
        for family in FAMILIES
        if rows in {None, family.rows(width, height)}
        and 1 <= (columns or 0) - family.extra <= MAX_CLASSES
    ]
    # Exporters may leave the rows open; the usual number of classes then tells, else nobody can.
    usual = [shape for shape in fitting if shape.classes == COCO_CLASSES]
    if len(fitting) == 1 or usual:
        return (usual or fitting)[0]
    raise Refused(WRONG_OUTPUT)


def describe(shape: Shape, digest: str, person: int) -> dict[str, Any]:
    """Write the card: fed and read like its family, known by its own digest."""
    template = FOLDER / f"{shape.family.template.replace('-', '_')}.json"
    raw: dict[str, Any] = json.loads(template.read_text("utf-8"))
    coco = shape.classes == COCO_CLASSES and raw["labels"][person] == PERSON
    labels = raw["labels"] if coco else [f"class {number}" for number in range(shape.classes)]
    labels[person] = PERSON
    variant = {"sha256": digest, "origin": "uploaded by the owner", "url": None}
    return {
        **raw,
        "name": "own",
        "source": "uploaded by the owner",
        "licence": "unknown",
        "notice": "",
        "forms": [
            {
                "engine": "onnx",
                "input": shape.input,
                "output": shape.output,
                "exact": True,
                "files": [{"names": ["own.onnx"], "variants": [variant]}],
            }
        ],
        "input": {**raw["input"], "width": shape.width, "height": shape.height},
        "labels": labels,
        "rivals": raw["rivals"] if coco else [],
        "drawn": [],
    }


def _try(file: Path, card: dict[str, Any]) -> None:
    """Load the network as the worker would, and let it pass the self-test; raises Refused."""
    try:
        works = _passes(file, card)
    except ImportError:
        raise Refused(NO_RUNTIME) from None
    except Exception:  # noqa: BLE001 - native libraries raise what they like about a stranger's file
        traceback.print_exc()
        raise Refused(NOT_LOADED) from None
    if not works:
        raise Refused(SELF_TEST_FAILED)


def refuse_hungry() -> None:
    """Raise Refused when this process has grown beyond what a worker may be."""
    if (resident_mb(os.getpid()) or 0) > MEMORY_MB:
        raise Refused(TOO_HUNGRY)


def _passes(file: Path, card: dict[str, Any]) -> bool:
    """Say whether the network sees what is drawn."""
    from .onnx_engine import OnnxEngine
    from .self_test import passes

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "own.json"
        path.write_text(json.dumps(card), "utf-8")
        engine = OnnxEngine([file], load_card(path), threads=THREADS)
    return passes(engine)


def _take_stdout() -> BinaryIO:
    """Keep stdout for the answer; whatever native code prints goes to stderr instead."""
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return target


def _be_bounded() -> None:
    """Let the kernel end what takes too much, and let it choose this process before the hub."""
    be_modest(Limits(threads=THREADS))
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
