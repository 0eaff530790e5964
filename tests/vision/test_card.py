"""Model cards are whole, and the files they name are pinned."""

import json
import re

import pytest

from custom_components.verified_response.vision.card import (
    DEFAULT_CARD,
    FOLDER,
    digest_of,
    load_cards,
    read_card,
)


@pytest.fixture(params=sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def raw(request):
    return json.loads(request.param.read_text("utf-8"))


def test_cards_are_whole(raw) -> None:
    card = read_card(raw)
    assert card.licence
    assert card.notice
    assert card.files
    assert card.output == (
        sum((-(-card.width // each)) * (-(-card.height // each)) for each in card.strides),
        len(card.labels) + 4 * card.bins,
    )
    assert len(set(card.labels)) == len(card.labels)
    assert card.person not in card.rivals


def test_every_file_is_pinned_and_fetched_safely(raw) -> None:
    card = read_card(raw)
    assert card.official is not None
    for variant in card.variants:
        assert re.fullmatch("[0-9a-f]{64}", variant.sha256)
        assert variant.url is None or variant.url.startswith("https://")
        assert card.variant_of(variant.sha256) is variant
    assert card.variant_of(digest_of([b"another file"])) is None


def test_thresholds_are_those_that_were_measured() -> None:
    thresholds = load_cards()[DEFAULT_CARD].thresholds
    assert (thresholds.raise_, thresholds.sustain, thresholds.confirm) == (0.50, 0.45, 0.35)
    assert thresholds.report <= thresholds.confirm


def test_a_card_with_a_gap_is_no_card(raw) -> None:
    del raw["labels"]
    with pytest.raises(KeyError):
        read_card(raw)
