"""The worker process: one picture in, one answer out, until the hub closes the pipe."""

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Final, Protocol

from . import wire
from .basic_engine import BasicEngine
from .card import load_card
from .frame import Picture, PictureRefused, decode_picture
from .onnx_engine import ModelRefused, OnnxEngine
from .plan import (
    MODEL_REFUSED,
    PACKAGES_MISSING,
    SELF_TEST_FAILED,
    EngineKind,
    EnginePlan,
    from_text,
)
from .self_test import Looks, passes

NICE: Final = 5


class Engine(Looks, Protocol):
    """One way to find people."""

    @property
    def name(self) -> str:
        """Return the engine's key."""
        ...

    @property
    def model(self) -> str:
        """Return the model's name."""
        ...

    @property
    def trust(self) -> str:
        """Return how far its word carries: full or low."""
        ...

    @property
    def enough(self) -> int:
        """Return how many pixels of the longer side it can use."""
        ...


def main(arguments: Sequence[str]) -> int:
    """Serve until the pipe closes; 0 on a clean end, 1 when no engine works, 2 on a broken pipe protocol."""
    source, target = _take_pipes()
    plan, threads = from_text(arguments[0]), int(arguments[1])
    _be_modest(threads)
    engine, reason = choose_engine(plan, threads)
    try:
        if engine is None:
            _send(target, {"unfit": reason})
            return 1
        _send(
            target,
            {"engine": engine.name, "model": engine.model, "trust": engine.trust, "reason": reason},
        )
        while (request := wire.read(source)) is not None:
            _send(target, answer(engine, request))
    except wire.WireError:
        traceback.print_exc()
        return 2
    except BrokenPipeError:
        pass
    return 0


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the protocol; whatever native code prints goes to stderr instead."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, target


def _be_modest(threads: int) -> None:
    """Give way to the hub, leave no core dump with pictures in it, end with the pipe and not by Ctrl-C."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        os.nice(NICE)
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError):
        import cv2

        cv2.setNumThreads(threads)


def choose_engine(plan: EnginePlan, threads: int) -> tuple[Engine | None, str | None]:
    """Return the best engine that passes its self-test, and why it is not a better one."""
    reason = plan.reason
    if plan.engine is EngineKind.ONNX:
        engine, failure = _tested(lambda: _onnx(plan, threads))
        if engine is not None:
            return engine, reason
        reason = failure
    engine, failure = _tested(BasicEngine)
    return engine, reason or failure


def _onnx(plan: EnginePlan, threads: int) -> Engine:
    """Load the planned model."""
    if plan.card is None:
        raise ValueError("no model planned")
    return OnnxEngine(plan.files[0], load_card(plan.card), threads=threads)


def _tested(make: Callable[[], Engine]) -> tuple[Engine | None, str | None]:
    """Build and test an engine; a failure of any kind is a reason, not an end."""
    try:
        engine = make()
        if passes(engine):
            return engine, None
        reason = SELF_TEST_FAILED
    except ModelRefused:
        reason = MODEL_REFUSED
    except ImportError:
        reason = PACKAGES_MISSING
    except Exception:  # noqa: BLE001 - native libraries raise what they like, and the next engine may work
        traceback.print_exc()
        reason = SELF_TEST_FAILED
    print(f"engine not used: {reason}", file=sys.stderr)  # noqa: T201 - stderr is the worker's log
    return None, reason


def answer(engine: Engine, request: wire.Message) -> dict[str, Any]:
    """Return the answer's header; a bad picture fails alone."""
    number = request.header.get("id")
    try:
        picture = decode_picture(request.body, enough=engine.enough)
    except PictureRefused as refused:
        return {"id": number, "refused": refused.code}
    try:
        return {"id": number, **_look(engine, picture)}
    except Exception as error:  # noqa: BLE001 - the hub decides what a failed look means
        traceback.print_exc()
        return {"id": number, "failed": type(error).__name__}


def _look(engine: Engine, picture: Picture) -> dict[str, Any]:
    """Return the people as JSON values."""
    people = engine.look(picture.pixels)
    return {
        "people": [[round(value, 5) for value in person] for person in people],
        "width": picture.size.width,
        "height": picture.size.height,
    }


def _send(target: BinaryIO, header: dict[str, Any]) -> None:
    """Write one message at once."""
    target.write(wire.pack(header))
    target.flush()
