"""The table that is printed, and the same figures as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from . import metrics
from .labels import Clip
from .looking import Looked, Vote
from .metrics import Moment, VisitFound

FALSE_SHARE: Final = 0.01
"""Recall is told where one in a hundred empty pictures would alarm."""
LEAST_PX: Final = 40
"""Whoever is smaller in the picture is told apart: no engine here is made for that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipResult:
    """One clip: what was seen in each frame and which visits were found."""

    clip: Clip
    moments: tuple[Moment, ...]
    visits: tuple[VisitFound, ...]
    false_alerts: int

    @property
    def empty_s(self) -> float:
        """Return for how many seconds nobody was there."""
        length = self.moments[-1].at_s if self.moments else 0.0
        return max(0.0, length - sum(last - first for first, last in self.clip.visits))


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One engine with one model on everything."""

    engine: str
    model: str
    raise_: float
    vote: Vote
    looked: Looked
    clips: tuple[ClipResult, ...]

    @property
    def judged(self) -> tuple[metrics.Judged, ...]:
        """Return the pictures."""
        return tuple(judged for _, judged in self.looked.pictures)

    @property
    def visits(self) -> tuple[VisitFound, ...]:
        """Return the visits of all clips."""
        return tuple(visit for each in self.clips for visit in each.visits)


def clip_result(clip: Clip, moments: tuple[Moment, ...], vote: Vote) -> ClipResult:
    """Judge one clip."""
    return ClipResult(
        clip=clip,
        moments=moments,
        visits=metrics.visits_found(moments, clip.visits, grace_s=vote.grace_s),
        false_alerts=metrics.false_alerts(moments, clip.visits, grace_s=vote.grace_s),
    )


def figures(result: Result) -> dict[str, Any]:
    """Return everything that is told, None where the material says nothing about it."""
    judged = result.judged
    best = metrics.at_false_share(judged, FALSE_SHARE) if _has_both(judged) else None
    raised = metrics.at_threshold(judged, result.raise_)
    after = [visit.after_s for visit in result.visits if visit.after_s is not None]
    return {
        "engine": result.engine,
        "model": result.model,
        "pictures": len(judged),
        "pictures_refused": len(result.looked.refused),
        "ap50": metrics.ap50(judged),
        "recall_at_1_percent": best.recall if best else None,
        "threshold_at_1_percent": best.threshold if best else None,
        "recall_when_raising": raised.recall if raised else None,
        "false_per_1000_when_raising": raised.false_share * 1000 if raised else None,
        "visits": len(result.visits),
        "visits_found": len(after),
        "visits_missed_of_40_px": sum(
            visit.after_s is None and visit.tallest_px >= LEAST_PX for visit in result.visits
        ),
        "found_after_median_s": median(after) if after else None,
        "found_after_most_s": max(after, default=None),
        "false_alerts": sum(each.false_alerts for each in result.clips),
        "empty_s": sum(each.empty_s for each in result.clips),
        "frame_ms_median": median(result.looked.took_ms) if result.looked.took_ms else None,
    }


def _has_both(judged: Sequence[metrics.Judged]) -> bool:
    return {True, False} <= {item.person for item in judged}


def table(results: Sequence[Result]) -> str:
    """Return the figures as a Markdown table, one engine a row."""
    head = (
        "| engine, model | AP50 | recall at 1 % false pictures (score) | at the raise score: recall, false per 1000 "
        "| visits found | found after s, median / most | false alerts in empty s | ms a frame |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(_row(figures(result)) for result in results)])


def _row(told: dict[str, Any]) -> str:
    return (
        f"| {told['engine']}, {told['model']} | {_number(told['ap50'], 3)} "
        f"| {_number(told['recall_at_1_percent'], 3)} ({_number(told['threshold_at_1_percent'], 2)}) "
        f"| {_number(told['recall_when_raising'], 3)}, {_number(told['false_per_1000_when_raising'], 1)} "
        f"| {told['visits_found']} of {told['visits']} "
        f"| {_number(told['found_after_median_s'], 1)} / {_number(told['found_after_most_s'], 1)} "
        f"| {told['false_alerts']} in {told['empty_s']:.0f} | {_number(told['frame_ms_median'], 1)} |"
    )


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def per_set(results: Sequence[Result], folders: Sequence[Path]) -> str:
    """Return which pictures were right or wrong per set, as Markdown; a set is a folder of pictures."""
    lines = ["| set | pictures | " + " | ".join(f"{r.engine}, {r.model}" for r in results) + " |"]
    lines.append("|---|---|" + "---|" * len(results))
    names = sorted(
        {_set_of(picture.path, folders) for r in results for picture, _ in r.looked.pictures}
    )
    for name in names:
        cells, count = [], 0
        for result in results:
            mine = [
                judged
                for picture, judged in result.looked.pictures
                if _set_of(picture.path, folders) == name
            ]
            count = len(mine)
            people = [item for item in mine if item.person]
            hits = sum(item.score >= result.raise_ for item in people)
            false = sum(item.score >= result.raise_ for item in mine if not item.person)
            cells.append(f"{hits} of {len(people)} found, {false} of {count - len(people)} false")
        lines.append(f"| {name} | {count} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _set_of(path: Path, folders: Sequence[Path]) -> str:
    place = path.parent.parent if path.parent.name == "images" else path.parent
    for folder in folders:
        if place != folder and place.is_relative_to(folder):
            return str(place.relative_to(folder))
    return place.name
