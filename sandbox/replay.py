"""scripts/replay: feeds recorded incidents through the rules of today and shows what would differ."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.premises import Policy
from custom_components.verified_response.core.rules.replay import (
    Reading,
    Replay,
    Step,
    read,
    replay,
)

SIGNS = {"raised_by": "raised", "held_by": "held", "lowered_by": "lowered", "unknowns": "unknown"}
HEAD = ("time", "what", "recorded", "today", "differs")


class UnreadableError(ValueError):
    """The file is no export of a journal."""


class _PlainTimes(yaml.SafeLoader):  # type: ignore[misc]  # the package has no types
    """YAML as it is shown in the developer tools, in which a moment stays text."""


_PlainTimes.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each incident of each file; 0, also when something differs, 2 for a file that cannot be read."""
    asked = _arguments().parse_args(arguments)
    status = 0
    for path in asked.files:
        try:
            reading = read(records_of(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, UnreadableError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            status = 2
            continue
        numbers = None if asked.numbers == "recorded" else Policy()
        print("\n".join(report(str(path), reading, numbers)))
    return status


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/replay",
        description="Feeds recorded incidents through the rules of today and shows what would differ.",
        epilog="A file is the answer of get_incident with records: true, as JSON or as the YAML that "
        "the developer tools show, or one record of the journal a line, as JSON.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--numbers",
        choices=("today", "recorded"),
        default="today",
        help="the numbers of the policy: today's defaults, or those that were in force",
    )
    return parser


def records_of(text: str) -> list[Any]:
    """Return the records of an export; raises UnreadableError."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise UnreadableError("it is empty")
    try:
        return _records_in([json.loads(line) for line in lines])
    except ValueError, UnreadableError:  # then it is one document
        pass
    try:
        return _records_in([yaml.load(text, Loader=_PlainTimes)])
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableError("neither JSON, JSON lines nor YAML") from error


def _records_in(documents: list[Any]) -> list[Any]:
    found: list[Any] = []
    for document in documents:
        match document:
            case {"service_response": inner} | {"response": inner}:
                found += _records_in([inner])
            case {"records": [*records]}:
                found += records
            case {"kind": _, "payload": _}:
                found.append(document)
            case [*several] if several:
                found += _records_in(several)
            case _:
                raise UnreadableError("no records in it: ask get_incident for records: true")
    return found


def report(name: str, reading: Reading, numbers: Policy | None) -> Iterator[str]:
    """Yield the lines about one file."""
    yield f"{name}: {_counted(len(reading.recordings), 'incident')}"
    for kind, count in sorted(reading.skipped.items()):
        yield f"  left out: {_counted(count, 'record')} {kind}, not understood by this version"
    if reading.unknown_fields:
        yield f"  left out: {_counted(reading.unknown_fields, 'field')} of another version"
    for recording in reading.recordings:
        yield ""
        yield from _incident(replay(recording, numbers))


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _incident(shown: Replay) -> Iterator[str]:
    recording = shown.recording
    yield f"{recording.kind} {recording.incident_id}, opened {recording.opened_at:%Y-%m-%d %H:%M:%S} UTC"
    yield "stages: " + " → ".join(f"{stage} {at:%H:%M:%S}" for at, stage in shown.stages)
    if recording.policy is None:
        yield "numbers: those of its time are not known"
    if shown.numbers:
        changed = (f"{name} {then} → {now}" for name, (then, now) in shown.numbers.items())
        yield f"numbers: {', '.join(changed)}"
    rows = [HEAD, *(_row(step) for step in shown.steps)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    differing = sum(bool(step.differs) for step in shown.steps)
    yield (
        f"{differing} of {_counted(len(shown.steps), 'step')} would differ"
        if differing
        else "nothing would differ"
    )


def _row(step: Step) -> tuple[str, str, str, str, str]:
    what = ", ".join(f"{item.kind} {item.subject}".strip() for item in step.what)
    return (
        f"{step.at:%H:%M:%S}",
        what or "(numbers changed)",
        _level(step.recorded),
        _level(step.present),
        "; ".join(_difference(step, name) for name in step.differs),
    )


def _level(assessment: Assessment | None) -> str:
    if assessment is None:
        return "not recorded"
    return (
        "none" if assessment.level is None else f"{assessment.level} ({assessment.policy_version})"
    )


def _difference(step: Step, name: str) -> str:
    then, now = getattr(step.recorded, name), getattr(step.present, name)
    if name == "level":
        return f"level {then} → {now}"
    gone = [f"-{item}" for item in then if item not in now]
    new = [f"+{item}" for item in now if item not in then]
    return f"{SIGNS[name]} {' '.join(gone + new)}"


if __name__ == "__main__":
    sys.exit(main())
