"""Model cards: what is known about a model before it is trusted.

A card is a JSON file. Those of this room lie in `models/`; for a user's own model a card of the same shape
is written beside the uploaded file (one form, one variant: the digest of what was uploaded, `url` null).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

FOLDER = Path(__file__).parent / "models"
DEFAULT_CARD = "nanodet-plus-m-416"
SLOW_HUB_CARD = "yolox-nano-416"
NANODET_PLUS: Final = "nanodet_plus"
YOLOX: Final = "yolox"
DECODERS: Final = frozenset({NANODET_PLUS, YOLOX})
REPORT: Final = 0.3
_MAX_SIDE: Final = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A content that a file may have; `url` None when it cannot be fetched."""

    sha256: str
    origin: str
    url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFile:
    """One file of a form: what it may be called, and what may be in it. Any one variant will do."""

    names: tuple[str, ...]  # the first is the one to keep a fetched file under
    variants: tuple[Variant, ...]

    def variant_of(self, digest: str) -> Variant | None:
        """Return the known content with this digest."""
        return next((each for each in self.variants if each.sha256 == digest), None)

    @property
    def official(self) -> Variant | None:
        """Return the variant that can be fetched."""
        return next((each for each in self.variants if each.url), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The model in the format of one engine.

    `engine` is that engine's key (plan.EngineKind). `files` are in the order in which EnginePlan.files names
    them: one for onnx, the graph (.param) and the weights (.bin) for ncnn; all are needed.
    `exact` means that half precision spoils it.
    """

    engine: str
    files: tuple[ModelFile, ...]
    input_name: str
    output_name: str
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """Scores per use; people below `report` are not told at all."""

    report: float
    raise_: float
    sustain: float
    confirm: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """What the model finds in a drawing of the self-test: where, how sure. The box is relative, 0-1."""

    left: int
    feet: int
    tall: int
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """A model with everything that is needed to feed it, read it and give credit."""

    name: str
    path: Path
    source: str
    licence: str
    notice: str
    forms: tuple[Form, ...]
    width: int
    height: int
    pad: float  # the pixel value beside the frame, before mean and std
    mean: tuple[float, float, float]  # blue, green, red
    std: tuple[float, float, float]
    decoder: str
    strides: tuple[int, ...]
    bins: int  # of each distance; 0 where the decoder has none
    nms_iou: float
    rival_iou: float
    labels: tuple[str, ...]
    person: int
    rivals: tuple[int, ...]
    thresholds: Thresholds
    second_look: (
        bool  # in the mirror, for the uncertain: only where a measurement says that it helps
    )
    drawn: tuple[
        Drawn, ...
    ]  # empty when nobody has measured: the self-test then asks only for the person

    def form(self, engine: str) -> Form | None:
        """Return the form that an engine reads."""
        return next((each for each in self.forms if each.engine == engine), None)

    @property
    def rows(self) -> int:
        """Return how many places the network speaks about."""
        return sum(-(-self.width // stride) * -(-self.height // stride) for stride in self.strides)

    @property
    def columns(self) -> int:
        """Return how many numbers it says about each."""
        return len(self.labels) + (4 * self.bins if self.decoder == NANODET_PLUS else 5)


def digest_of(chunks: Iterable[bytes]) -> str:
    """Return the lower-case hex SHA-256."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def read_card(raw: dict[str, Any], path: Path) -> ModelCard:
    """Build a card from its JSON form; raises KeyError, ValueError or TypeError when it is not whole."""
    labels = tuple(raw["labels"])
    feed, thresholds, decoder = raw["input"], raw["thresholds"], raw["decoder"]
    card = ModelCard(
        name=raw["name"],
        path=path,
        source=raw["source"],
        licence=raw["licence"],
        notice=raw["notice"],
        forms=tuple(_read_form(each) for each in raw["forms"]),
        width=feed["width"],
        height=feed["height"],
        pad=float(feed["pad"]),
        mean=_three(feed["mean"]),
        std=_three(feed["std"]),
        decoder=decoder["kind"],
        strides=tuple(decoder["strides"]),
        bins=decoder.get("bins", 0),
        nms_iou=decoder["nms_iou"],
        rival_iou=decoder["rival_iou"],
        labels=labels,
        person=labels.index(raw["person"]),
        rivals=tuple(labels.index(name) for name in raw["rivals"]),
        thresholds=Thresholds(
            report=thresholds["report"],
            raise_=thresholds["raise"],
            sustain=thresholds["sustain"],
            confirm=thresholds["confirm"],
        ),
        second_look=bool(raw.get("second_look", False)),
        drawn=tuple(
            Drawn(
                left=each["left"],
                feet=each["feet"],
                tall=each["tall"],
                score=each["score"],
                box=(each["box"][0], each["box"][1], each["box"][2], each["box"][3]),
            )
            for each in raw.get("drawn", ())
        ),
    )
    _check(card)
    return card


def _read_form(raw: dict[str, Any]) -> Form:
    """Read one form."""
    return Form(
        engine=raw["engine"],
        files=tuple(
            ModelFile(
                names=tuple(each["names"]),
                variants=tuple(
                    Variant(
                        sha256=variant["sha256"].lower(),
                        origin=variant["origin"],
                        url=variant["url"],
                    )
                    for variant in each["variants"]
                ),
            )
            for each in raw["files"]
        ),
        input_name=raw["input"],
        output_name=raw["output"],
        exact=bool(raw["exact"]),
    )


def _three(values: Iterable[float]) -> tuple[float, float, float]:
    """Return a number per channel."""
    blue, green, red = (float(each) for each in values)
    return blue, green, red


def _check(card: ModelCard) -> None:
    """Raise ValueError for what no engine could run."""
    score = card.thresholds
    sane = (
        card.decoder in DECODERS
        and (card.bins > 1) == (card.decoder == NANODET_PLUS)
        and card.forms
        and all(
            form.files and all(f.names and f.variants for f in form.files) for form in card.forms
        )
        and all(0 < side <= _MAX_SIDE and side % 32 == 0 for side in (card.width, card.height))
        and card.strides
        and all(0 < stride <= 128 for stride in card.strides)
        and all(each > 0 for each in card.std)
        and card.person not in card.rivals
        and 0 < score.report <= score.confirm <= score.sustain <= score.raise_ < 1
    )
    if not sane:
        raise ValueError(f"the card {card.name} describes a model that cannot be run")


def load_card(path: Path) -> ModelCard:
    """Read a card's file, of this room or of a user's own model; raises OSError, KeyError, ValueError, TypeError."""
    return read_card(json.loads(path.read_text("utf-8")), path)


@lru_cache
def load_cards() -> dict[str, ModelCard]:
    """Return every card of this room by name; reads files, so not on the event loop."""
    cards = [load_card(path) for path in sorted(FOLDER.glob("*.json"))]
    return {card.name: card for card in cards}
