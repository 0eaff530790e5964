"""Model cards are whole, and the files they name are pinned."""

import copy
import json
import re
from pathlib import Path

import pytest

from custom_components.verified_response.vision.card import (
    DEFAULT_CARD,
    FOLDER,
    SLOW_HUB_CARD,
    ModelCard,
    digest_of,
    load_card,
    load_cards,
    read_card,
)
from custom_components.verified_response.vision.plan import FROM_FILES

from .networks import files_of

CARDS = sorted(FOLDER.glob("*.json"))


@pytest.fixture(params=CARDS, ids=lambda path: path.stem)
def path(request) -> Path:
    return request.param


@pytest.fixture
def raw(path: Path):
    return json.loads(path.read_text("utf-8"))


@pytest.fixture
def card(path: Path) -> ModelCard:
    return load_card(path)


def test_cards_are_whole(card: ModelCard, path: Path) -> None:
    assert load_cards()[card.name] == card
    assert card.path == path
    assert card.licence
    assert card.licence in card.notice.replace("Apache License 2.0", "Apache-2.0")
    assert card.source in card.notice
    assert len(set(card.labels)) == len(card.labels) == 80
    assert card.person not in card.rivals
    assert len(card.drawn) >= 2


def test_the_default_and_the_one_for_slow_hubs_are_there() -> None:
    assert {DEFAULT_CARD, SLOW_HUB_CARD} <= set(load_cards())


def test_sizes_of_the_outputs() -> None:
    nanodet, yolox = load_cards()[DEFAULT_CARD], load_cards()[SLOW_HUB_CARD]
    assert (nanodet.rows, nanodet.columns) == (3598, 112)
    assert (yolox.rows, yolox.columns) == (3549, 85)


def test_every_file_is_pinned_and_fetched_safely(card: ModelCard) -> None:
    assert {form.engine for form in card.forms} == {each.value for each in FROM_FILES}
    for form in card.forms:
        assert card.form(form.engine) is form
        assert len(form.files) == {"onnx": 1, "ncnn": 2}[form.engine]
        for file in form.files:
            for name in file.names:
                assert re.fullmatch(r"[\w.-]+\.(onnx|param|bin)", name)
            for variant in file.variants:
                assert re.fullmatch("[0-9a-f]{64}", variant.sha256)
                assert variant.url is None or variant.url.startswith("https://")
                assert file.variant_of(variant.sha256) is variant
            assert file.variant_of(digest_of([b"another file"])) is None
    assert card.form("telepathy") is None


def test_no_two_files_share_a_name_or_a_content() -> None:
    files = [file for card in load_cards().values() for form in card.forms for file in form.files]
    names = [name for file in files for name in file.names]
    digests = [variant.sha256 for file in files for variant in file.variants]
    assert len(set(names)) == len(names)
    assert len(set(digests)) == len(digests)


def test_the_default_can_be_fetched_in_both_formats() -> None:
    for form in load_cards()[DEFAULT_CARD].forms:
        assert all(file.official is not None for file in form.files)


@pytest.mark.shared
def test_the_files_that_lie_here_are_known(shared: Path, card: ModelCard) -> None:
    for form in card.forms:
        for file, path in zip(form.files, files_of(shared, card.name, form.engine), strict=True):
            assert file.variant_of(digest_of([path.read_bytes()])) is not None


def test_thresholds_are_those_that_were_measured(card: ModelCard) -> None:
    score = card.thresholds
    assert (score.report, score.raise_, score.sustain, score.confirm) == (0.30, 0.50, 0.45, 0.35)


def test_rivals_are_the_animals(card: ModelCard) -> None:
    names = {card.labels[index] for index in card.rivals}
    assert names == {
        *("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
        "teddy bear",
    }


@pytest.mark.parametrize(
    "gap", ["name", "labels", "forms", "input", "decoder", "thresholds", "person", "licence"]
)
def test_a_card_with_a_gap_is_no_card(raw, path: Path, gap: str) -> None:
    del raw[gap]
    with pytest.raises(KeyError):
        read_card(raw, path)


WRONG = {
    "an unknown decoder": ("decoder", "kind", "tea leaves"),
    "no strides": ("decoder", "strides", []),
    "a side that no stride divides": ("input", "width", 400),
    "an endless side": ("input", "height", 1 << 20),
    "no deviation": ("input", "std", [0, 1, 1]),
    "two channels": ("input", "mean", [1, 1]),
    "thresholds upside down": ("thresholds", "confirm", 0.6),
    "a score above one": ("thresholds", "raise", 1.5),
    "a person that it does not know": ("person", None, "visitor"),
    "a person that rivals itself": ("rivals", None, ["person"]),
    "no form": ("forms", None, []),
}


@pytest.mark.parametrize(("part", "key", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_card_that_no_engine_could_follow_is_no_card(raw, path, part, key, value) -> None:
    wrong = copy.deepcopy(raw)
    if key is None:
        wrong[part] = value
    else:
        wrong[part][key] = value
    with pytest.raises(ValueError, match=r".+"):
        read_card(wrong, path)


def test_bins_belong_to_one_decoder(raw, path: Path) -> None:
    raw["decoder"]["bins"] = 0 if raw["decoder"]["kind"] == "nanodet_plus" else 8
    with pytest.raises(ValueError, match="cannot be run"):
        read_card(raw, path)


def test_a_card_of_ones_own_model_is_read_where_it_lies(raw, tmp_path: Path) -> None:
    raw["name"] = "mine"
    del raw["drawn"]
    raw["forms"] = [raw["forms"][0]]
    raw["forms"][0]["files"] = [
        {
            "names": ["mine.onnx"],
            "variants": [{"sha256": "AB" * 32, "origin": "uploaded", "url": None}],
        }
    ]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(raw), "utf-8")
    card = load_card(path)
    assert (card.name, card.path, card.drawn) == ("mine", path, ())
    (file,) = card.form("onnx").files
    assert file.variant_of("ab" * 32) is not None
    assert file.official is None
