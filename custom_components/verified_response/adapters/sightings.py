"""Sightings port: one private JSON file and some small pictures per camera."""

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.util.file import WriteError, write_utf8_file_atomic
from PIL import Image, ImageDraw, ImageOps

from ..core.detection import Box, Polygon
from ..core.errors import WorkFailedError
from ..core.sight.feedback import Sighting
from ..engine.ports import Kept, Sightings

_LOGGER = logging.getLogger(__name__)

MOST_CROPS: Final = 20
CROP_SIDE: Final = 320
CROP_QUALITY: Final = 80
MARGIN: Final = 0.1
"""Of the box on each side: enough to see what it was."""
MOMENT: Final = "%Y%m%dT%H%M%S%f"
MOST_PIXELS: Final = 34_000_000


class FileSightings(Sightings):
    """`sightings/<camera>.json` and `crops/<camera>/` in the premises' own folder."""

    def __init__(self, hass: HomeAssistant, folder: Path) -> None:
        self._hass = hass
        self._folder = folder / "sightings"
        self._crops = folder / "crops"

    @override
    async def load(self) -> Mapping[str, Kept]:
        return await self._run(self._load)

    @override
    async def save(self, camera_id: str, kept: Kept) -> None:
        await self._run(partial(self._save, camera_id, kept))

    @override
    async def keep_crop(
        self,
        camera_id: str,
        picture: bytes,
        *,
        box: Box,
        masks: Sequence[Polygon],
        at: datetime,
    ) -> None:
        await self._run(partial(self._keep_crop, camera_id, picture, box, tuple(masks), at))

    @override
    async def drop_crops(self, camera_id: str, at: datetime | None = None) -> None:
        await self._run(partial(self._drop_crops, camera_id, at))

    @override
    async def crops(self, camera_id: str) -> int:
        return await self._run(lambda: len(_pictures(self._crops / camera_id)))

    @override
    async def forget(self, camera_id: str) -> None:
        await self._run(partial(self._forget, camera_id))

    async def _run[T](self, work: Any) -> T:
        try:
            result: T = await self._hass.async_add_executor_job(work)
        except (OSError, WriteError) as err:
            raise WorkFailedError("sightings_not_kept") from err
        return result

    def _load(self) -> dict[str, Kept]:
        found: dict[str, Kept] = {}
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            try:
                found[path.stem] = _kept(json.loads(path.read_text(encoding="utf-8")))
            except ValueError, TypeError, KeyError, IndexError, AttributeError:
                _LOGGER.warning("A file of sightings is damaged and left out: %s", path.name)
        for folder in self._crops.iterdir() if self._crops.is_dir() else ():
            found.setdefault(folder.name, Kept())
        return found

    def _save(self, camera_id: str, kept: Kept) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{camera_id}.json"
        write_utf8_file_atomic(str(path), json.dumps(_plain(kept)), private=True)

    def _keep_crop(
        self, camera_id: str, picture: bytes, box: Box, masks: Sequence[Polygon], at: datetime
    ) -> None:
        crop = cut_out(picture, box, masks)
        if crop is None:
            return
        folder = self._crops / camera_id
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = f"{round(box.x * 1000):04}{round(box.y * 1000):04}"
        path = folder / f"{at:{MOMENT}}_{place}.jpg"
        path.touch(mode=0o600)
        path.write_bytes(crop)
        for old in _pictures(folder)[:-MOST_CROPS]:
            old.unlink(missing_ok=True)

    def _drop_crops(self, camera_id: str, at: datetime | None) -> None:
        for path in _pictures(self._crops / camera_id):
            if at is None or path.name.startswith(f"{at:{MOMENT}}_"):
                path.unlink(missing_ok=True)

    def _forget(self, camera_id: str) -> None:
        (self._folder / f"{camera_id}.json").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            shutil.rmtree(self._crops / camera_id)


def cut_out(picture: bytes, box: Box, masks: Sequence[Polygon]) -> bytes | None:
    """Return what is in the box as a small JPEG, masks blackened; None when it cannot be read."""
    try:
        with Image.open(BytesIO(picture), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            still = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as err:
        _LOGGER.debug("A crop cannot be cut out: %s", type(err).__name__)
        return None
    wide, high = still.size
    pen = ImageDraw.Draw(still)
    for mask in masks:
        pen.polygon([(x * wide, y * high) for x, y in mask], fill=(0, 0, 0))
    left, right = box.x - box.width * MARGIN, box.x + box.width * (1 + MARGIN)
    top, bottom = box.y - box.height * MARGIN, box.y + box.height * (1 + MARGIN)
    edges = (
        max(int(left * wide), 0),
        max(int(top * high), 0),
        min(int(right * wide) + 1, wide),
        min(int(bottom * high) + 1, high),
    )
    if edges[0] >= edges[2] or edges[1] >= edges[3]:
        return None
    crop = still.crop(edges)
    crop.thumbnail((CROP_SIDE, CROP_SIDE))
    out = BytesIO()
    crop.save(out, "JPEG", quality=CROP_QUALITY)
    return out.getvalue()


def _pictures(folder: Path) -> list[Path]:
    """Return the pictures of a camera, the oldest first."""
    return sorted(folder.glob("*.jpg")) if folder.is_dir() else []


def _plain(kept: Kept) -> dict[str, Any]:
    return {
        "declined": list(kept.declined),
        "doubted": [at.isoformat() for at in kept.doubted],
        "sightings": [
            {
                "box": [item.box.x, item.box.y, item.box.width, item.box.height],
                "score": item.score,
                "patch": item.patch.hex(),
                "false": item.false,
                "at": item.at.isoformat(),
            }
            for item in kept.sightings
        ],
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _kept(plain: Mapping[str, Any]) -> Kept:
    return Kept(
        declined=tuple(str(item) for item in plain["declined"]),
        doubted=tuple(_moment(item) for item in plain.get("doubted", ())),
        sightings=tuple(
            Sighting(
                box=Box(
                    x=float(item["box"][0]),
                    y=float(item["box"][1]),
                    width=float(item["box"][2]),
                    height=float(item["box"][3]),
                ),
                score=float(item["score"]),
                patch=bytes.fromhex(item["patch"]),
                false=bool(item["false"]),
                at=_moment(item["at"]),
            )
            for item in plain["sightings"]
        ),
    )
