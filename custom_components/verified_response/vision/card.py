"""Model cards: what is known about a model file before it is trusted."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "models"
DEFAULT_CARD = "nanodet-plus-m-416"


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """One file that carries the model's weights; `url` None when it cannot be fetched."""

    sha256: str
    origin: str
    url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """Scores per use; people below `report` are not told at all."""

    report: float
    raise_: float
    sustain: float
    confirm: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """A model with everything that is needed to feed it, read it and give credit."""

    name: str
    files: tuple[str, ...]
    variants: tuple[Variant, ...]
    licence: str
    notice: str
    input_name: str
    width: int
    height: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    output: tuple[int, int]  # rows and columns; some files put a batch dimension in front
    decoder: str
    strides: tuple[int, ...]
    bins: int
    nms_iou: float
    rival_iou: float
    labels: tuple[str, ...]
    person: int
    rivals: tuple[int, ...]
    thresholds: Thresholds

    @property
    def path(self) -> Path:
        """Return where the card of this room lies; one per file, named like the model."""
        return FOLDER / f"{self.name.replace('-', '_')}.json"

    def variant_of(self, digest: str) -> Variant | None:
        """Return the known file with this digest."""
        return next((each for each in self.variants if each.sha256 == digest), None)

    @property
    def official(self) -> Variant | None:
        """Return the variant that can be fetched."""
        return next((each for each in self.variants if each.url), None)


def digest_of(chunks: Iterable[bytes]) -> str:
    """Return the lower-case hex SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def read_card(raw: dict[str, Any]) -> ModelCard:
    """Build a card from its JSON form; raises KeyError or ValueError when it is not whole."""
    labels = tuple(raw["labels"])
    feed = raw["input"]
    thresholds = raw["thresholds"]
    return ModelCard(
        name=raw["name"],
        files=tuple(raw["files"]),
        variants=tuple(
            Variant(
                sha256=each["sha256"],
                origin=each["origin"],
                url=each["url"],
            )
            for each in raw["variants"]
        ),
        licence=raw["licence"],
        notice=raw["notice"],
        input_name=feed["name"],
        width=feed["width"],
        height=feed["height"],
        mean=tuple(feed["mean"]),
        std=tuple(feed["std"]),
        output=tuple(raw["output"]),
        decoder=raw["decoder"],
        strides=tuple(raw["strides"]),
        bins=raw["bins"],
        nms_iou=raw["nms_iou"],
        rival_iou=raw["rival_iou"],
        labels=labels,
        person=labels.index(raw["person"]),
        rivals=tuple(labels.index(name) for name in raw["rivals"]),
        thresholds=Thresholds(
            report=thresholds["report"],
            raise_=thresholds["raise"],
            sustain=thresholds["sustain"],
            confirm=thresholds["confirm"],
        ),
    )


def load_card(path: Path) -> ModelCard:
    """Read a card's file; raises OSError, KeyError, ValueError."""
    return read_card(json.loads(path.read_text("utf-8")))


@lru_cache
def load_cards() -> dict[str, ModelCard]:
    """Return every card of this room by name; reads files, so not on the event loop."""
    cards = [load_card(path) for path in sorted(FOLDER.glob("*.json"))]
    return {card.name: card for card in cards}
