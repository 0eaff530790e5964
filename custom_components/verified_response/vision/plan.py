"""Which engine a worker shall run, and how that is told to it."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

# Reasons why nothing better is used; each is a translation key.
MODEL_MISSING: Final = "model_missing"
MODEL_REFUSED: Final = "model_refused"
PACKAGES_MISSING: Final = "packages_missing"
SELF_TEST_FAILED: Final = "self_test_failed"
SERVER_UNREACHABLE: Final = "server_unreachable"


class EngineKind(StrEnum):
    """The engines of this room, best first."""

    ONNX = "onnx"
    NCNN = "ncnn"
    REMOTE = "remote"
    BASIC = "basic"


FROM_FILES: Final = frozenset({EngineKind.ONNX, EngineKind.NCNN})


@dataclass(frozen=True, kw_only=True, slots=True)
class EnginePlan:
    """What to run; `engine` None when nothing can, `reason` None when this is the best.

    `card` is the model card's file and `files` are its weights (.onnx, or .param and .bin);
    `url` and `model` name the model on an inference server. `refused` names files whose digest was wrong.
    """

    engine: EngineKind | None
    files: tuple[Path, ...] = ()
    card: Path | None = None
    url: str | None = None
    model: str | None = None
    reason: str | None = None
    refused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Reject plans that a worker could not follow."""
        if self.engine in FROM_FILES and (not self.files or self.card is None):
            raise ValueError("a plan for a model names its files and its card")
        if self.engine is EngineKind.REMOTE and not (self.url and self.model and self.card):
            raise ValueError("a plan for a server names its address, its model and its card")
        if self.engine is None and self.reason is None:
            raise ValueError("a plan without engine says why")


def to_text(plan: EnginePlan) -> str:
    """Write a plan for the worker."""
    return json.dumps(
        {
            "engine": plan.engine,
            "files": [str(path) for path in plan.files],
            "card": str(plan.card) if plan.card else None,
            "url": plan.url,
            "model": plan.model,
            "reason": plan.reason,
        }
    )


def from_text(text: str) -> EnginePlan:
    """Read a plan back; raises ValueError, KeyError, TypeError."""
    raw: dict[str, Any] = json.loads(text)
    return EnginePlan(
        engine=EngineKind(raw["engine"]) if raw["engine"] else None,
        files=tuple(Path(each) for each in raw["files"]),
        card=Path(raw["card"]) if raw["card"] else None,
        url=raw["url"],
        model=raw["model"],
        reason=raw["reason"],
    )
