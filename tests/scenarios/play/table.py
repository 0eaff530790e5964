"""What was played, as a table for people or as JSON for programs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any, Final

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.state import Phase

from .happenings import key_of_class
from .outside import Effect, Handed, Sounded, Told
from .player import Line, Played

WIDTHS: Final = (9, 30, 18, 22, 5, 34, 34)
HEADS: Final = ("time", "what happened", "areas", "stage", "level", "reasons", "effects")
SHOWN: Final = (
    ev.AreaArmed,
    ev.ArmingFailed,
    ev.EvidenceAdded,
    ev.EvidenceNoted,
    ev.PersonOutside,
    ev.DoorAttempted,
    ev.ZoneAlarmed,
    ev.WalkTestNoted,
    ev.HubRestarted,
    ev.WrongCode,
)
"""Events that say why something changed though nothing was written in the timeline."""


def table(played: Played) -> str:
    """Return the timeline with levels, reasons and effects; what did not hold is marked."""
    scenario = played.scenario
    mark = "FAILED" if played.failures else "ok"
    lines = [
        f"{scenario.name}  [{mark}]",
        *wrap(scenario.why, width=sum(WIDTHS) + 2 * len(WIDTHS)),
        "",
        *_cells(HEADS),
        "  ".join("-" * width for width in WIDTHS),
    ]
    before: Line | None = None
    for line in played.lines:
        lines += _cells(_columns(line, before, played))
        lines += [f"{'':9}  [no] {failure}" for failure in line.failures]
        before = line
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _cells(columns: Sequence[str]) -> Iterator[str]:
    wrapped = [
        [part for text in column.split("\n") for part in (wrap(text, width=width) or [""])]
        for column, width in zip(columns, WIDTHS, strict=True)
    ]
    for row in zip_longest(*wrapped, fillvalue=""):
        yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, WIDTHS, strict=True))


def _columns(line: Line, before: Line | None, played: Played) -> Sequence[str]:
    names = played.scenario.house.names
    assessment = line.assessment
    old = before.assessment if before is not None else None
    reasons = _reasons(line) if assessment != old else []
    level = "" if assessment is None or assessment.level is None else str(assessment.level)
    areas = {
        key: phase
        for key, phase in line.areas.items()
        if phase != (before.areas.get(key) if before is not None else Phase.DISARMED)
    }
    happened = [
        line.happened
        or "\n".join(_told(line, names.written))
        or ("(look)" if line.checked else "(time passes)")
    ]
    if line.note:
        happened.append(f"({line.note})")
    if line.refused:
        happened.append(f"refused: {line.refused}")
    return (
        _time(line, played),
        "\n".join(happened),
        "\n".join(f"{names.written(key)} {phase}" for key, phase in areas.items()),
        line.stage,
        level,
        "\n".join(reasons),
        "\n".join(_together(line.effects, names.written)),
    )


def _unsaid(line: Line) -> str:
    return "(time passes)" if line.effects or line.news or not line.checked else "(look)"


def _together(effects: Sequence[Effect], written: Any) -> Iterator[str]:
    """Say what was led to; one line for all who were told the same."""
    told: dict[str, dict[str, list[str]]] = {}
    for item in effects:
        if isinstance(item, Told) and not item.failed:
            told.setdefault(item.prompt, {}).setdefault(item.person, []).append(item.channel)
    said: set[str] = set()
    for item in effects:
        if not isinstance(item, Told) or item.failed:
            yield _effect(item, written)
        elif item.prompt not in said:
            said.add(item.prompt)
            people = told[item.prompt].items()
            ways = ", ".join(f"{written(who)} ({', '.join(by)})" for who, by in people)
            yield f"{item.prompt} to {ways}"


def _time(line: Line, played: Played) -> str:
    """Return the time passed; the household's own clock below it where its zone is written."""
    passed = clock_of(line.passed)
    zone = played.scenario.time_zone
    return passed if zone is None else f"{passed}\n{line.at.astimezone(zone):%H:%M %Z}"


def clock_of(seconds: float) -> str:
    """Return seconds as people write them: 1:30, 1:05:00, 2d 1:05:00."""
    tenths = round(seconds * 10)
    days, rest = divmod(tenths // 10, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, whole = divmod(rest, 60)
    text = f"{hours}:{minutes:02}:{whole:02}" if hours or days else f"{minutes}:{whole:02}"
    return (f"{days}d " if days else "") + text + (f".{tenths % 10}" if tenths % 10 else "")


def _reasons(line: Line) -> list[str]:
    assessment = line.assessment
    if assessment is None:
        return []
    return [
        *(f"+ {name}" for name in assessment.raised_by),
        *(f"= {name}" for name in assessment.held_by),
        *(f"- {name}" for name in assessment.lowered_by),
        *(f"? {name}" for name in assessment.unknowns),
    ]


def _told(line: Line, written: Any) -> Iterator[str]:
    """Say what the hub noticed by itself."""
    for event in dict.fromkeys(item for item in line.news if isinstance(item, SHOWN)):
        subject = getattr(event, "item", event)
        words = key_of_class(type(subject)).replace("_", " ")
        source = next(
            (
                getattr(subject, key)
                for key in ("zone_id", "camera_id", "sign_id", "door_id", "area_id", "who")
                if getattr(subject, key, None)
            ),
            "",
        )
        yield f"{words} {written(source)}".strip()


def _effect(effect: Effect, written: Any) -> str:
    match effect:
        case Sounded(on=on):
            return "siren on" if on else "siren off"
        case Told(failed=failed):
            way = f" by {effect.channel}" if effect.channel else ""
            lost = " (not reached)" if failed else ""
            return f"{effect.prompt} to {written(effect.person)}{way}{lost}"
        case Handed(failed=failed):
            lost = " (not reached)" if failed else ""
            return f"{effect.action} to {written(effect.responder)}{lost}"


def plain(played: Played) -> Mapping[str, Any]:
    """Return the same as values for JSON."""
    scenario = played.scenario
    return {
        "name": scenario.name,
        "why": scenario.why,
        "peers": list(scenario.peers),
        "file": scenario.place.file,
        "line": scenario.place.line,
        "holds": not played.failures,
        "timeline": [_plain_line(line) for line in played.lines],
    }


def _plain_line(line: Line) -> Mapping[str, Any]:
    assessment = line.assessment
    return {
        "seconds": round(line.passed, 3),
        "at": line.at.isoformat(),
        "happened": line.happened,
        "note": line.note,
        "noticed": list(_told(line, str)),
        "areas": line.areas,
        "stage": line.stage or None,
        "level": assessment.level if assessment else None,
        "raised": list(assessment.raised_by) if assessment else [],
        "held": list(assessment.held_by) if assessment else [],
        "lowered": list(assessment.lowered_by) if assessment else [],
        "unknown": list(assessment.unknowns) if assessment else [],
        "effects": [_effect(item, str) for item in line.effects],
        "refused": line.refused,
        "expected": line.checked,
        "failed": [
            {"file": item.place.file, "line": item.place.line, "sentence": item.sentence}
            for item in line.failures
        ],
    }
