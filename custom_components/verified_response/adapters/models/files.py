"""Where model files lie, and which of them may be used: only those whose digest a card names.

Looked for in this order: the release's own models folder, the owner's folder, the environment, the
material beside a checkout, what was fetched or uploaded before. A form of several files counts whole.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant

from ...vision.card import ModelCard, ModelFile, load_card, load_cards
from ...vision.plan import EngineKind
from .fetch import Wanted, file_digest
from .packages import DOMAIN

_LOGGER = logging.getLogger(__name__)

ENV_MODELS: Final = "VERIFIED_RESPONSE_MODELS"
OWN: Final = "own"
OWN_CARD: Final = "own.json"
INTEGRATION: Final = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The files of a form, if all are there, and the names of those that may not be used."""

    files: tuple[Path, ...] = ()
    refused: tuple[str, ...] = ()


def cache_of(hass: HomeAssistant) -> Path:
    """Return where fetched and uploaded files are kept."""
    return Path(hass.config.path(DOMAIN, "models"))


def pieces_of(card: ModelCard, kind: EngineKind) -> tuple[ModelFile, ...]:
    """Return the files that an engine needs of a model; nothing when there is no such form."""
    form = card.form(kind)
    return form.files if form else ()


def known_models(cache: Path) -> dict[str, ModelCard]:
    """Return every card by the name it is chosen by; the owner's own, when there is one that can be read."""
    known = dict(load_cards())
    path = cache / OWN_CARD
    if path.is_file():
        try:
            known[OWN] = load_card(path)
        except OSError, KeyError, ValueError, TypeError:
            _LOGGER.warning("The card of your own model cannot be read: %s", path)
    return known


def find(pieces: Sequence[ModelFile], folders: Sequence[Path]) -> Found:
    """Return the first folder's files that are whole and known; reads files, so not on the event loop.

    The pieces of a form are pinned in the same order: halves of two conversions do not fit each other.
    """
    refused: list[str] = []
    for folder in folders:
        files = [found for piece in pieces if (found := _first(piece, folder, refused)) is not None]
        if pieces and len(files) == len(pieces) and len({number for _, number in files}) == 1:
            return Found(files=tuple(path for path, _ in files), refused=tuple(refused))
    return Found(refused=tuple(refused))


def _first(piece: ModelFile, folder: Path, refused: list[str]) -> tuple[Path, int] | None:
    """Return the file of this piece in a folder, and which of its variants it is."""
    for name in piece.names:
        path = folder / name
        try:
            digest = file_digest(path)
        except OSError:
            continue
        if (variant := piece.variant_of(digest)) is not None:
            return path, piece.variants.index(variant)
        _LOGGER.warning("Model file refused, its digest %s is unknown: %s", digest, path)
        refused.append(name)
    return None


def folders(folder_option: Path | None, cache: Path) -> list[Path]:
    """Return where models may lie, best first."""
    return list(_folders(folder_option, cache))


def _folders(folder_option: Path | None, cache: Path) -> Iterator[Path]:
    yield INTEGRATION / "models"
    if folder_option is not None:
        yield folder_option
    if named := os.environ.get(ENV_MODELS):
        yield Path(named)
    # Development: the integration is linked out of, or run in, a checkout with material beside it.
    checkout = INTEGRATION.resolve().parents[1]
    if (checkout / "pyproject.toml").is_file():
        yield checkout.parent / "shared" / "models"
    yield cache


def wanted(pieces: Sequence[ModelFile], cache: Path) -> tuple[Wanted, ...]:
    """Return what would have to be fetched; nothing when a piece has no address."""
    found = []
    for piece in pieces:
        variant = piece.official
        if variant is None or variant.url is None:
            return ()
        found.append(Wanted(url=variant.url, sha256=variant.sha256, target=cache / piece.names[0]))
    return tuple(found)
