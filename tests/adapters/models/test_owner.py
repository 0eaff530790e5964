"""What the owner does with model files: known ones by digest, own ones after an examination, nothing left of others."""

import errno
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from custom_components.verified_response.adapters.models import files, owner
from custom_components.verified_response.adapters.models import packages as packages_module
from custom_components.verified_response.adapters.models.choose import ModelChoice, Wishes
from custom_components.verified_response.adapters.models.examine import ModelRefusal
from custom_components.verified_response.adapters.models.fetch import ModelUnavailable
from custom_components.verified_response.adapters.models.owner import HomeModelFiles
from custom_components.verified_response.engine.model_files import Examined, Received
from custom_components.verified_response.vision.card import (
    DEFAULT_CARD,
    FOLDER,
    SLOW_HUB_CARD,
    digest_of,
    load_card,
)
from custom_components.verified_response.vision.plan import EngineKind
from tests import onnx_files as written

from .conftest import BIN, GRAPH, WEIGHTS, Shelf


class Uploads:
    """Files as the browser sends them: gone once they were looked at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, content: bytes, name: str):
        self.folder.mkdir(exist_ok=True)
        path = self.folder / name
        path.write_bytes(content)

        @contextmanager
        def opens() -> Iterator[Path]:
            try:
                yield path
            finally:
                path.unlink()

        return opens


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads")


@pytest.fixture
def told() -> list[None]:
    return []


@pytest.fixture
def models(hass, cache, shelf: Shelf, told, monkeypatch) -> HomeModelFiles:
    monkeypatch.setattr(owner, "SPARE_BYTES", 0)
    monkeypatch.setattr(packages_module, "importable", lambda _: True)
    choice = ModelChoice(hass, Wishes())
    choice.listen(lambda: told.append(None))
    return HomeModelFiles(hass, choice)


def lying(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


async def refusal(models: HomeModelFiles, opens) -> str:
    with pytest.raises(ModelRefusal) as caught:
        await models.receive(opens)
    return caught.value.code


# Known files


async def test_a_known_file_is_taken_whatever_it_is_called(models, uploads, cache, told) -> None:
    received = await models.receive(uploads.of(WEIGHTS, "download (1).dat"))
    assert received == Received(model=DEFAULT_CARD)
    assert (cache / "default.onnx").read_bytes() == WEIGHTS
    assert lying(cache) == ["default.onnx"]
    assert lying(uploads.folder) == []
    assert told == [None]


async def test_halves_say_what_is_missing(models, uploads, cache) -> None:
    first = await models.receive(uploads.of(BIN, "x.bin"))
    assert first == Received(model=DEFAULT_CARD, missing=("default.param",))
    second = await models.receive(uploads.of(GRAPH, "x.param"))
    assert second == Received(model=DEFAULT_CARD)
    assert lying(cache) == ["default.bin", "default.param"]


async def test_a_known_file_replaces_a_damaged_one(models, uploads, cache) -> None:
    cache.mkdir(parents=True)
    (cache / "default.onnx").write_bytes(b"damaged")
    await models.receive(uploads.of(WEIGHTS, "x.onnx"))
    assert (cache / "default.onnx").read_bytes() == WEIGHTS


# Refused files


async def test_a_file_of_nobody_is_refused(models, uploads, cache, told) -> None:
    assert await refusal(models, uploads.of(b"holiday", "beach.jpg")) == "upload_unknown"
    assert lying(cache) == []
    assert told == []


async def test_a_large_file_is_refused(models, uploads, cache, monkeypatch) -> None:
    monkeypatch.setattr(owner, "MAX_MODEL_BYTES", 10)
    assert await refusal(models, uploads.of(b"x" * 11, "own.onnx")) == "upload_too_large"
    assert lying(cache) == []


async def test_a_file_that_is_gone_is_told(models) -> None:
    def gone() -> None:
        raise ValueError("File does not exist")

    assert await refusal(models, gone) == "upload_gone"


async def test_a_full_disk_is_told(models, uploads, cache, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3))
    assert await refusal(models, uploads.of(WEIGHTS, "x.onnx")) == "fetch_disk_full"
    assert lying(cache) == []


async def test_a_disk_that_fills_up_is_told(models, uploads, cache, monkeypatch) -> None:
    def full(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(shutil, "copyfile", full)
    assert await refusal(models, uploads.of(WEIGHTS, "x.onnx")) == "fetch_disk_full"
    assert lying(cache) == []


async def test_a_folder_that_cannot_be_written_is_told(models, uploads, cache) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("in the way")
    assert await refusal(models, uploads.of(WEIGHTS, "x.onnx")) == "fetch_folder_unusable"


# The owner's own


@pytest.fixture
def verdicts(monkeypatch) -> list:
    """What the examination says, in order; the process itself is tested elsewhere."""
    said: list = []

    async def say(_file: Path, *, person: int | None) -> dict:
        answer = said.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(person) if callable(answer) else answer

    monkeypatch.setattr(owner, "examine", say)
    return said


async def test_an_unknown_onnx_file_waits(models, uploads, cache, told) -> None:
    received = await models.receive(uploads.of(b"network", "mine.ONNX"))
    assert received.ticket is not None
    assert received.model is None
    assert len(lying(cache)) == 1
    assert not await models.has_own()
    await models.drop(received.ticket)
    assert lying(cache) == []
    await models.drop(received.ticket)
    assert told == []


async def test_what_an_earlier_run_left_waiting_is_cleared(models, uploads, cache) -> None:
    cache.mkdir(parents=True)
    (cache / ".waiting-old.onnx").write_bytes(b"left over")
    first = await models.receive(uploads.of(b"one", "one.onnx"))
    await models.receive(uploads.of(b"two", "two.onnx"))
    assert ".waiting-old.onnx" not in lying(cache)
    assert f".waiting-{first.ticket}.onnx" in lying(cache), "another dialog's file is left alone"


async def test_a_refused_model_leaves_nothing(models, uploads, cache, verdicts) -> None:
    verdicts += [ModelRefusal("own_self_test_failed")]
    ticket = (await models.receive(uploads.of(b"network", "mine.onnx"))).ticket
    with pytest.raises(ModelRefusal):
        await models.examine(ticket, person=None)
    with pytest.raises(ModelRefusal):
        await models.adopt(ticket, licence="")
    await models.drop(ticket)
    assert lying(cache) == []


async def test_unknown_tickets_are_told(models) -> None:
    for ask in (models.examine("x", person=None), models.adopt("x", licence="")):
        with pytest.raises(ModelRefusal) as caught:
            await ask
        assert caught.value.code == "upload_gone"


async def test_without_the_runtime_no_own_model(models, uploads, monkeypatch) -> None:
    monkeypatch.setattr(packages_module, "importable", lambda _: False)
    ticket = (await models.receive(uploads.of(b"network", "mine.onnx"))).ticket
    with pytest.raises(ModelRefusal) as caught:
        await models.examine(ticket, person=None)
    assert caught.value.code == "own_no_runtime"
    await models.drop(ticket)


async def test_a_class_is_asked_for(models, uploads, verdicts) -> None:
    verdicts += [{"classes": 3}]
    ticket = (await models.receive(uploads.of(b"network", "mine.onnx"))).ticket
    assert await models.examine(ticket, person=None) == Examined(classes=3, asks_person=True)
    await models.drop(ticket)


@pytest.mark.parametrize(("licence", "kept"), [("", "unknown"), (" MIT ", "MIT")])
def test_the_licence_is_the_owners_word(licence, kept) -> None:
    card = owner.own_card({"name": "own"}, licence)
    assert card["licence"] == kept
    assert kept in card["notice"]


@pytest.mark.shared
@pytest.mark.real
@pytest.mark.slow
async def test_an_own_model_is_run_once_it_was_adopted(
    hass, models, uploads, cache, shared, told
) -> None:
    """Three classes of a real network: examined in its process, adopted, planned; a second one replaces it."""
    whole = (shared / "models" / "yolox_nano_416.onnx").read_bytes()
    for round_, kept in enumerate(([16, 0, 15], [0, 16])):
        content = written.with_classes(whole, kept)
        ticket = (await models.receive(uploads.of(content, "mine.onnx"))).ticket
        asked = await models.examine(ticket, person=None)
        assert asked == Examined(classes=len(kept), asks_person=True)
        with pytest.raises(ModelRefusal):
            await models.adopt(ticket, licence="MIT")
        found = await models.examine(ticket, person=kept.index(0))
        assert not found.asks_person
        await models.adopt(ticket, licence="MIT")
        name = f"own-{digest_of([content])[:12]}.onnx"
        assert lying(cache) == [name, "own.json"]
        assert len(told) == round_ + 1
        assert await models.has_own()
        card = load_card(cache / "own.json")
        assert (card.name, card.licence) == ("own", "MIT")
        plan = await ModelChoice(hass, Wishes(model=files.OWN)).plan()
        assert (plan.engine, plan.reason) == (EngineKind.ONNX, None)
        assert plan.files == (cache / name,)
        assert plan.card == cache / "own.json"
        assert card.form("onnx").files[0].variant_of(digest_of([content])) is not None


@pytest.mark.parametrize("card", [{}, {"forms": []}, {"forms": [{}], "name": "own"}])
async def test_what_the_process_says_is_checked(models, uploads, cache, verdicts, card) -> None:
    """A hostile file may have taken it over."""
    verdicts += [{"classes": 80, "card": card}]
    ticket = (await models.receive(uploads.of(b"network", "mine.onnx"))).ticket
    await models.examine(ticket, person=None)
    with pytest.raises(ModelRefusal) as caught:
        await models.adopt(ticket, licence="")
    assert caught.value.code == "own_check_failed"
    await models.drop(ticket)
    assert lying(cache) == []


async def test_where_the_weights_go_is_not_for_the_process_to_say(
    models, uploads, cache, verdicts
) -> None:
    real = json.loads((FOLDER / "yolox_nano_416.json").read_text())
    evil = {"names": ["../../configuration.yaml"], "variants": [{"sha256": "0" * 64}]}
    card = {**real, "forms": [{**real["forms"][0], "files": [evil]}]}
    verdicts += [{"classes": 80, "card": card}]
    ticket = (await models.receive(uploads.of(b"network", "mine.onnx"))).ticket
    await models.examine(ticket, person=None)
    await models.adopt(ticket, licence="")
    name = f"own-{digest_of([b'network'])[:12]}.onnx"
    assert lying(cache) == [name, "own.json"]
    assert not (cache.parents[1] / "configuration.yaml").exists()


async def test_an_own_card_that_cannot_be_read_is_none(hass, models, cache, caplog) -> None:
    cache.mkdir(parents=True)
    (cache / "own.json").write_text(json.dumps({"name": "own"}))
    assert not await models.has_own()
    assert "cannot be read" in caplog.text


async def test_a_waiting_file_outlives_a_reload_and_the_uploads_of_others(
    hass, models, uploads, cache, verdicts
) -> None:
    verdicts += [{"classes": 3}]
    ticket = (await models.receive(uploads.of(b"network", "mine.onnx"))).ticket
    anew = HomeModelFiles(hass, ModelChoice(hass, Wishes()))
    other = (await anew.receive(uploads.of(b"another", "other.onnx"))).ticket
    assert (await anew.examine(ticket, person=None)).asks_person
    for each in (ticket, other):
        await anew.drop(each)
    assert lying(cache) == []


async def test_fetching_goes_by_what_is_being_chosen_not_by_what_is_stored(
    models, cache, told, monkeypatch
) -> None:
    monkeypatch.delenv(packages_module.ENV_OFFLINE)
    cache.mkdir(parents=True)
    (cache / "default.onnx").write_bytes(WEIGHTS)
    await models.fetch(lambda _: None, engine="auto", model="auto")
    with pytest.raises(ModelUnavailable) as caught:
        await models.fetch(lambda _: None, engine="onnx", model=SLOW_HUB_CARD)
    assert caught.value.code == "fetch_no_address", "the chosen model is not there"
    assert len(told) == 2
