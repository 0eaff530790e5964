"""What is in a folder: pictures with labels, clips with the intervals in which somebody is there.

Read as it is, anywhere below the folder that is named:

* `annotations.json` with {"boxes": bool, "images": [{"file", "person", "boxes": [[x1, y1, x2, y2]]}]},
  the files beside it or in `images/`; boxes in pixels; "boxes" false: only whether a person is in it;
* `annotations.json` with {"clip.mp4": {"fps", "person": [[first, last]]}}, frame numbers inclusive;
* folders named `person` and `empty` with pictures;
* `clip.mp4` with `clip.txt` beside it: one "first last" in seconds per line, empty for nobody ever.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PICTURES: Final = frozenset({".jpg", ".jpeg", ".png"})
CLIPS: Final = frozenset({".mp4", ".mkv", ".avi", ".mov", ".ts"})

type Corners = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


class LabelsUnreadableError(Exception):
    """A folder says something that cannot be understood."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """One labelled picture; `boxes` None when only the presence of a person was labelled."""

    path: Path
    person: bool
    boxes: tuple[Corners, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """One clip and the seconds in which somebody is visible."""

    path: Path
    visits: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """Everything below one or more folders."""

    pictures: tuple[Picture, ...]
    clips: tuple[Clip, ...]


def read_folders(folders: list[Path]) -> Labelled:
    """Return what is labelled below the folders; raises LabelsUnreadableError."""
    pictures: dict[Path, Picture] = {}
    clips: dict[Path, Clip] = {}
    for folder in folders:
        if not folder.is_dir():
            raise LabelsUnreadableError(f"{folder} is not a folder")
        for found in _everything(folder):
            if isinstance(found, Picture):
                pictures.setdefault(found.path, found)
            else:
                clips.setdefault(found.path, found)
    if not pictures and not clips:
        names = ", ".join(str(folder) for folder in folders)
        raise LabelsUnreadableError(f"nothing labelled was found in {names}")
    return Labelled(
        pictures=tuple(sorted(pictures.values(), key=lambda item: item.path)),
        clips=tuple(sorted(clips.values(), key=lambda item: item.path)),
    )


def _everything(folder: Path) -> Iterator[Picture | Clip]:
    """Yield what any of the layouts says; labels in a file come before the name of a folder."""
    for notes in sorted(folder.rglob("annotations.json")):
        yield from _annotated(notes)
    for name, person in (("person", True), ("empty", False)):
        for place in sorted({*folder.rglob(name), *([folder] if folder.name == name else [])}):
            for path in sorted(place.iterdir()) if place.is_dir() else ():
                if path.suffix.lower() in PICTURES:
                    yield Picture(path=path, person=person)
    for path in sorted(folder.rglob("*")):
        intervals = path.with_suffix(".txt")
        if path.suffix.lower() in CLIPS and intervals.is_file():
            yield Clip(path=path, visits=_seconds(intervals))


def _annotated(notes: Path) -> Iterator[Picture | Clip]:
    try:
        raw = json.loads(notes.read_text("utf-8"))
        if "images" in raw:
            yield from _pictures(notes.parent, raw)
        else:
            yield from _clips(notes.parent, raw)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LabelsUnreadableError(f"{notes}: {type(error).__name__} {error}") from error


def _pictures(folder: Path, raw: dict[str, Any]) -> Iterator[Picture]:
    for each in raw["images"]:
        beside = folder / each["file"]
        path = beside if beside.is_file() else folder / "images" / each["file"]
        if not path.is_file():
            raise LabelsUnreadableError(f"{path} is labelled and missing")
        boxes = tuple(_corners(box) for box in each["boxes"]) if raw["boxes"] else None
        yield Picture(path=path, person=bool(each["person"]), boxes=boxes)


def _corners(box: list[float]) -> Corners:
    left, top, right, bottom = (float(value) for value in box)
    return left, top, right, bottom


def _clips(folder: Path, raw: dict[str, Any]) -> Iterator[Clip]:
    for name, each in raw.items():
        path = folder / name
        if not path.is_file():
            raise LabelsUnreadableError(f"{path} is labelled and missing")
        rate = float(each["fps"])
        visits = tuple((first / rate, (last + 1) / rate) for first, last in each["person"])
        yield Clip(path=path, visits=visits)


def _seconds(path: Path) -> tuple[tuple[float, float], ...]:
    visits = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            try:
                first, last = (float(value) for value in line.split())
            except ValueError as error:
                raise LabelsUnreadableError(f"{path}: {line!r} is not two seconds") from error
            visits.append((first, last))
    return tuple(visits)
