"""What was seen before a verdict is kept privately, bounded, and forgotten on demand; the fake alike."""

import json
import stat
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from custom_components.verified_response.adapters.sightings import (
    CROP_SIDE,
    MOST_CROPS,
    FileSightings,
    cut_out,
)
from custom_components.verified_response.core.detection import Box
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.core.sight.feedback import Sighting
from custom_components.verified_response.engine.ports import Kept, Sightings
from tests.fakes.sightings import FakeSightings

AT = datetime(2026, 11, 20, 22, tzinfo=UTC)
BOX = Box(x=0.25, y=0.125, width=0.5, height=0.75)
KEPT = Kept(
    sightings=(
        Sighting(box=BOX, score=0.61, patch=bytes(range(128)), false=True, at=AT),
        Sighting(box=BOX, score=0.9, false=False, at=AT + timedelta(days=1)),
    ),
    declined=("threshold +0.16",),
    doubted=(AT,),
)


def picture(width: int = 640, height: int = 480) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (90, 90, 90)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(params=["files", "fake"])
def sightings(request, hass, tmp_path) -> Sightings:
    return FileSightings(hass, tmp_path) if request.param == "files" else FakeSightings()


async def test_nothing_is_kept_at_first(sightings: Sightings) -> None:
    assert await sightings.load() == {}
    assert await sightings.crops("hall") == 0
    await sightings.forget("hall")


async def test_what_is_saved_is_loaded(sightings: Sightings) -> None:
    await sightings.save("hall", KEPT)
    await sightings.save("porch", Kept(declined=("mask",)))
    assert await sightings.load() == {"hall": KEPT, "porch": Kept(declined=("mask",))}
    await sightings.save("hall", Kept())
    assert (await sightings.load())["hall"] == Kept()


async def test_crops_are_few_and_those_of_each_camera_its_own(sightings: Sightings) -> None:
    for number in range(MOST_CROPS + 3):
        at = AT + timedelta(seconds=number)
        await sightings.keep_crop("hall", picture(), box=BOX, masks=(), at=at)
    await sightings.keep_crop("porch", picture(), box=BOX, masks=(), at=AT)
    assert (await sightings.crops("hall"), await sightings.crops("porch")) == (MOST_CROPS, 1)


async def test_the_pictures_of_one_moment_can_go(sightings: Sightings) -> None:
    for at in (AT, AT, AT + timedelta(microseconds=1)):
        await sightings.keep_crop("hall", picture(), box=BOX, masks=(), at=at)
    await sightings.drop_crops("hall", AT)
    assert await sightings.crops("hall") == 1
    await sightings.drop_crops("porch", AT)
    await sightings.save("hall", KEPT)
    await sightings.drop_crops("hall")
    assert await sightings.crops("hall") == 0
    assert (await sightings.load())["hall"] == KEPT


async def test_what_is_forgotten_is_gone(sightings: Sightings) -> None:
    await sightings.save("hall", KEPT)
    await sightings.keep_crop("hall", picture(), box=BOX, masks=(), at=AT)
    await sightings.keep_crop("porch", picture(), box=BOX, masks=(), at=AT)
    await sightings.forget("hall")
    await sightings.forget("hall")
    assert await sightings.load() == {"porch": Kept()}  # known, so that its picture can be removed
    assert await sightings.crops("hall") == 0
    assert await sightings.crops("porch") == 1


def modes(folder: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()]


async def test_files_are_private(hass, tmp_path: Path) -> None:
    kept = FileSightings(hass, tmp_path)
    await kept.save("hall", KEPT)
    await kept.keep_crop("hall", picture(), box=BOX, masks=(), at=AT)
    assert modes(tmp_path) == [0o600, 0o600]
    folders = {tmp_path / "sightings", tmp_path / "crops" / "hall"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        json.dumps({"declined": []}),
        json.dumps({"declined": [], "sightings": [{"box": [1]}]}),
        json.dumps({"declined": 3, "sightings": []}),
    ],
)
async def test_a_damaged_file_is_left_out(hass, tmp_path: Path, text: str, caplog) -> None:
    kept = FileSightings(hass, tmp_path)
    await kept.save("porch", KEPT)
    (tmp_path / "sightings" / "hall.json").write_text(text)
    assert await kept.load() == {"porch": KEPT}
    assert "damaged" in caplog.text


async def test_no_place_on_the_disk_is_said(hass, tmp_path: Path) -> None:
    (tmp_path / "sightings").write_text("a file where the folder should be")
    kept = FileSightings(hass, tmp_path)
    with pytest.raises(WorkFailedError, match="sightings_not_kept"):
        await kept.save("hall", KEPT)


async def test_what_is_no_picture_is_not_kept(hass, tmp_path: Path) -> None:
    kept = FileSightings(hass, tmp_path)
    await kept.keep_crop("hall", b"no picture", box=BOX, masks=(), at=AT)
    assert await kept.crops("hall") == 0


def test_a_crop_is_the_box_and_some_more_without_what_is_masked() -> None:
    lower = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))
    made = cut_out(picture(1600, 1200), BOX, (lower,))
    assert made is not None
    with Image.open(BytesIO(made)) as crop:
        assert max(crop.size) == CROP_SIDE
        assert crop.size[0] / crop.size[1] == pytest.approx(960 / 1080, abs=0.02)
        high = crop.size[1]
        assert max(crop.convert("RGB").getpixel((50, high - 20))) < 20
        assert min(crop.convert("RGB").getpixel((50, 20))) > 70


@pytest.mark.parametrize(
    "box",
    [Box(x=1.5, y=0.2, width=0.2, height=0.2), Box(x=-1.0, y=0.2, width=0.2, height=0.2)],
)
def test_a_box_outside_gives_no_crop(box: Box) -> None:
    assert cut_out(picture(), box, ()) is None
