"""Which engines can be measured here: every model card in every form whose files are found."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from custom_components.verified_response.adapters.models.files import find, pieces_of
from custom_components.verified_response.vision.card import load_cards
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan

ROOT: Final = Path(__file__).resolve().parents[2]
MODELS_BESIDE: Final = ROOT.parent / "shared" / "models"
BASIC_MODEL: Final = "opencv-hog"


def plans_for(
    folder: Path, *, engines: Sequence[str] | None, models: Sequence[str] | None
) -> list[tuple[str, EnginePlan]]:
    """Return (name, plan) of what was asked for and can be run; all of it when nothing was asked for."""
    found = [*_from_files(folder), ("basic", BASIC_MODEL, EnginePlan(engine=EngineKind.BASIC))]
    return [
        (f"{engine}, {model}", plan)
        for engine, model, plan in found
        if (not engines or engine in engines) and (not models or model in models)
    ]


def _from_files(folder: Path) -> Iterator[tuple[str, str, EnginePlan]]:
    for card in load_cards().values():
        for kind in (EngineKind.ONNX, EngineKind.NCNN):
            files = find(pieces_of(card, kind), [folder]).files
            if files:
                yield kind.value, card.name, EnginePlan(engine=kind, files=files, card=card.path)
