"""The worker process: pictures in, one answer for each out, until the hub closes the pipe."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

from . import wire
from .basic_engine import BasicEngine
from .card import load_card
from .decode import Person
from .engine import Engine, ModelRefused
from .frame import Picture, PictureRefused, decode_picture, decode_small
from .glance import glance_of, patch_of
from .inbox import Inbox, Job
from .limits import Limits, be_modest, cap_memory
from .ncnn_engine import NcnnEngine
from .onnx_engine import OnnxEngine
from .plan import (
    MODEL_REFUSED,
    PACKAGES_MISSING,
    SELF_TEST_FAILED,
    SERVER_UNREACHABLE,
    EngineKind,
    EnginePlan,
)
from .remote import RemoteEngine, ServerUnreachable, ServerWrong
from .second_look import SecondLook, with_candidates
from .self_test import measure

CLEAN: Final = 0
UNFIT: Final = 1
BROKEN: Final = 2


def main(_arguments: Sequence[str]) -> int:
    """Serve until the pipe closes; 0 on a clean end, 1 when no engine works, 2 on a broken pipe protocol."""
    source, target = _take_pipes()
    try:
        start = wire.read(source)
        if start is None:
            return CLEAN
        plan, limits = wire.read_start(start.header)
        return _serve(plan, limits, source, target)
    except wire.WireError:
        traceback.print_exc()
        return BROKEN
    except BrokenPipeError:
        return CLEAN


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for the protocol; whatever native code prints goes to stderr instead."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, target


def _serve(plan: EnginePlan, limits: Limits, source: BinaryIO, target: BinaryIO) -> int:
    """Find an engine, say so, and answer until the end."""
    be_modest(limits)
    engine, frame_ms, reason = choose_engine(plan, limits)
    if engine is None:
        _send(target, wire.pack({"unfit": reason}))
        return UNFIT
    inbox = Inbox(source)
    inbox.open()
    cap_memory(limits)
    scores = engine.thresholds
    hello = wire.Hello(
        engine=engine.name,
        model=engine.model,
        trust=engine.trust,
        reason=reason,
        thresholds=(scores.raise_, scores.sustain, scores.confirm),
        at_once=engine.at_once,
        frame_ms=frame_ms,
    )
    _send(target, wire.pack_hello(hello))
    while jobs := inbox.take(engine.at_once):
        for message in answers(engine, jobs):
            _send(target, message)
    return BROKEN if inbox.broken else CLEAN


def choose_engine(
    plan: EnginePlan, limits: Limits
) -> tuple[Engine | None, float | None, str | None]:
    """Return the best engine that passes its self-test, its time per frame, and why it is not a better one."""
    reason = plan.reason
    if plan.engine is not None and plan.engine is not EngineKind.BASIC:
        engine, frame_ms, failure = _tested(lambda: _planned(plan, limits))
        if engine is not None:
            return engine, frame_ms, failure or reason
        reason = failure
    engine, frame_ms, failure = _tested(BasicEngine)
    return engine, frame_ms, reason or failure


def _planned(plan: EnginePlan, limits: Limits) -> Engine:
    """Load the planned model."""
    if plan.card is None:
        raise ValueError("no model planned")
    card = load_card(plan.card)
    if plan.engine is EngineKind.REMOTE:
        return RemoteEngine(plan.url or "", plan.model or "", card)
    load = OnnxEngine if plan.engine is EngineKind.ONNX else NcnnEngine
    if not card.second_look:
        return load(plan.files, card, threads=limits.threads)
    engine = load(plan.files, with_candidates(card), threads=limits.threads)
    return SecondLook(engine, thresholds=card.thresholds)


def _tested(make: Callable[[], Engine]) -> tuple[Engine | None, float | None, str | None]:
    """Build and test an engine; a failure of any kind is a reason, not an end.

    Only a server that does not answer leaves an engine: it is asked again with every frame, and must pass
    the self-test before it is believed.
    """
    engine: Engine | None = None
    try:
        engine = make()
        if isinstance(engine, RemoteEngine):
            return engine, engine.prove(), None
        if (frame_ms := measure(engine)) is not None:
            return engine, frame_ms, None
        reason = SELF_TEST_FAILED
    except ServerUnreachable:
        return engine, None, SERVER_UNREACHABLE
    except ModelRefused, ServerWrong:
        reason = MODEL_REFUSED
    except ImportError:
        reason = PACKAGES_MISSING
    except Exception:  # noqa: BLE001 - native libraries raise what they like, and the next engine may work
        traceback.print_exc()
        reason = SELF_TEST_FAILED
    print(f"engine not used: {reason}", file=sys.stderr)  # noqa: T201 - stderr is the worker's log
    return None, None, reason


def answers(engine: Engine, jobs: Sequence[Job]) -> list[bytes]:
    """Return one message for each job; a bad picture fails alone."""
    began = time.perf_counter()
    told: list[bytes] = []
    pictures: list[tuple[Job, Picture]] = []
    for job in jobs:
        try:
            if job.dropped is not None:
                told.append(_no(job, "dropped", job.dropped))
            elif job.request.kind is wire.Kind.GLANCE:
                small = decode_small(job.request.picture, job.request.masks)
                told.append(wire.pack_whole(job.request.id, glance_of(small.pixels)))
            else:
                picture = decode_picture(
                    job.request.picture, enough=engine.enough, masks=job.request.masks
                )
                pictures.append((job, picture))
        except PictureRefused as refused:
            told.append(_no(job, "refused", refused.code))
        except Exception:  # noqa: BLE001 - the hub decides what a failed look means
            traceback.print_exc()
            told.append(_no(job, "failed", wire.FAILED))
    return told + _looked(engine, pictures, began) if pictures else told


def _looked(engine: Engine, pictures: Sequence[tuple[Job, Picture]], began: float) -> list[bytes]:
    """Look at pictures together; what fails, fails for all of them."""
    try:
        found = _look(engine, pictures)
        ms = (time.perf_counter() - began) * 1000 / len(pictures)
        return [
            wire.pack_seen(job.request.id, _seen(picture, people, ms))
            for (job, picture), people in zip(pictures, found, strict=True)
        ]
    except ServerUnreachable as gone:
        print(f"no answer from the server: {gone}", file=sys.stderr)  # noqa: T201 - stderr is the worker's log
        code = SERVER_UNREACHABLE
    except Exception:  # noqa: BLE001 - the hub decides what a failed look means
        traceback.print_exc()
        code = wire.FAILED
    return [_no(job, "failed", code) for job, _ in pictures]


def _look(engine: Engine, pictures: Sequence[tuple[Job, Picture]]) -> list[list[Person]]:
    """Look; only a server is told how long anybody waits, for only that may take longer than it takes."""
    frames = [picture.pixels for _, picture in pictures]
    if isinstance(engine, RemoteEngine):
        return engine.look(frames, until=max(job.until for job, _ in pictures))
    return engine.look(frames)


def _seen(picture: Picture, people: list[Person], ms: float) -> wire.Seen:
    """Put together what is told of a frame."""
    patches = [patch_of(picture.pixels, person) for person in people]
    return wire.Seen(people, patches, picture.size, glance_of(picture.pixels), ms)


def _no(job: Job, why: str, code: str) -> bytes:
    """Write an answer that says why there is none."""
    return wire.pack({"id": job.request.id, why: code})


def _send(target: BinaryIO, message: bytes) -> None:
    """Write one message at once."""
    target.write(message)
    target.flush()
