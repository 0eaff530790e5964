"""Which engine a worker shall run, and how that is told to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

# Reasons why nothing better is used; each is a translation key.
MODEL_MISSING: Final = "model_missing"
MODEL_REFUSED: Final = "model_refused"
PACKAGES_MISSING: Final = "packages_missing"
SELF_TEST_FAILED: Final = "self_test_failed"


class EngineKind(StrEnum):
    """The engines of this room."""

    ONNX = "onnx"
    BASIC = "basic"


@dataclass(frozen=True, kw_only=True, slots=True)
class EnginePlan:
    """What to run; `engine` None when nothing can, `reason` None when this is the best.

    `refused` names files whose digest was wrong.
    """

    engine: EngineKind | None
    model: Path | None = None
    card: str | None = None
    reason: str | None = None
    refused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Reject plans that a worker could not follow."""
        if self.engine is EngineKind.ONNX and (self.model is None or self.card is None):
            raise ValueError("an onnx plan names its model and its card")
        if self.engine is None and self.reason is None:
            raise ValueError("a plan without engine says why")


def to_arguments(plan: EnginePlan, *, threads: int) -> list[str]:
    """Write a plan as the worker's command line."""
    if plan.engine is None:
        raise ValueError("nothing to run")
    arguments = [plan.engine.value, str(threads), plan.reason or ""]
    if plan.engine is EngineKind.ONNX:
        arguments += [str(plan.model), str(plan.card)]
    return arguments


def from_arguments(arguments: Sequence[str]) -> tuple[EnginePlan, int]:
    """Read the command line back; raises ValueError."""
    engine, threads, reason, *rest = arguments
    model, card = rest or (None, None)
    plan = EnginePlan(
        engine=EngineKind(engine),
        model=Path(model) if model else None,
        card=card,
        reason=reason or None,
    )
    return plan, int(threads)
