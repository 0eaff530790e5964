"""One file to its scenarios."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from .expectations import Expectation
from .fields import Names, Seconds, meant, read, value
from .happenings import HAPPENINGS, Happening
from .house import Household, household
from .tree import Node, Place, Row, ScenarioError, Sheet, Word, described, documents

BEGINS: Final = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
STEP_KEYS: Final = ("at", "after", "note", "expect")
SCENARIO_KEYS: Final = (
    "name",
    "why",
    "peers",
    "begins",
    "time_zone",
    "house",
    "timeline",
    "end",
)
SUFFIXES: Final = (".yaml", ".yml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One moment: what happens then, and what is expected once it has."""

    place: Place
    at: Seconds | None
    """Since the beginning."""
    after: Seconds
    """Since the step before; only without `at`."""
    happening: Happening | None
    written: str
    """The happening as it was written, for the table."""
    note: str = ""
    expect: Expectation | None = None
    expect_place: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """A household in trouble."""

    place: Place
    name: str
    why: str
    house: Household
    steps: Sequence[Step]
    peers: tuple[int, ...] = ()
    """Rows of the study of failure classes that it shows."""
    begins: datetime = BEGINS
    time_zone: ZoneInfo | None = None
    end: Expectation | None = None
    end_place: Place | None = None


@dataclass(kw_only=True, slots=True)
class _Written:
    """The keys of one document, taken out one by one."""

    sheet: Sheet
    names: Names = field(default_factory=lambda: Names({}))

    def text(self, name: str) -> str:
        node = self.sheet.parts.get(name)
        if node is None:
            raise ScenarioError(self.sheet.place, f"a scenario needs {name!r}.")
        text: str = value(str, node, self.names, what=name)
        if not text:
            raise ScenarioError(node.place, f"{name!r} is empty.")
        return text


def scenarios(path: Path) -> Sequence[Scenario]:
    """Return the scenarios of a file; raises ScenarioError."""
    found = [_scenario(node) for node in documents(path)]
    if not found:
        raise ScenarioError(Place(file=str(path), line=1), "there is no scenario in this file.")
    _refuse_twins(found)
    return found


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """Return the scenario files among these and in these folders; raises ScenarioError."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        below = sorted(item for item in path.rglob("*") if item.suffix in SUFFIXES)
        if not below:
            raise ScenarioError(Place(file=str(path), line=1), "no .yaml file is in this folder.")
        yield from below


def _refuse_twins(found: Sequence[Scenario]) -> None:
    names: dict[str, Place] = {}
    for scenario in found:
        if (first := names.setdefault(scenario.name, scenario.place)) is not scenario.place:
            raise ScenarioError(
                scenario.place, f"{scenario.name!r} is the name of the scenario in {first}, too."
            )


def _scenario(node: Node) -> Scenario:
    if not isinstance(node, Sheet):
        raise ScenarioError(node.place, f"a scenario has to be a mapping, not {described(node)}.")
    for name, place in node.keys.items():
        if name not in SCENARIO_KEYS:
            raise ScenarioError(place, f"a scenario has no {name!r}{meant(name, SCENARIO_KEYS)}.")
    written = _Written(sheet=node)
    changes = node.parts.get("house")
    if changes is not None and not isinstance(changes, Sheet):
        raise ScenarioError(changes.place, "'house' has to be a mapping.")
    house = household(changes)
    begins, zone = _begins(node)
    steps = _steps(node, house.names)
    end = node.parts.get("end")
    return Scenario(
        place=node.place,
        name=written.text("name"),
        why=written.text("why"),
        house=house,
        steps=steps,
        peers=value(tuple[int, ...], node.parts["peers"], Names({}), what="peers")
        if "peers" in node.parts
        else (),
        begins=begins,
        time_zone=zone,
        end=read(Expectation, end, house.names, what="end") if end is not None else None,
        end_place=node.keys.get("end"),
    )


def _begins(sheet: Sheet) -> tuple[datetime, ZoneInfo | None]:
    """Return the first moment in UTC, and the time zone of the household where one is written."""
    zone = None
    if (node := sheet.parts.get("time_zone")) is not None:
        name = value(str, node, Names({}), what="time_zone")
        if name not in available_timezones():
            near = meant(name, available_timezones()) if len(name) > 3 else ""
            raise ScenarioError(node.place, f"{name!r} is no time zone{near}.")
        zone = ZoneInfo(name)
    if (node := sheet.parts.get("begins")) is None:
        return BEGINS, zone
    moment: datetime = value(datetime, node, Names({}), what="begins")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone or UTC)
    return moment.astimezone(UTC), zone


def _steps(sheet: Sheet, names: Names) -> Sequence[Step]:
    node = sheet.parts.get("timeline")
    if node is None:
        raise ScenarioError(sheet.place, "a scenario needs a 'timeline'.")
    if not isinstance(node, Row) or not node.items:
        raise ScenarioError(node.place, "the 'timeline' has to be a list of steps.")
    return [_step(item, names) for item in node.items]


def _step(node: Node, names: Names) -> Step:
    if not isinstance(node, Sheet):
        raise ScenarioError(
            node.place,
            f"a step has to be a mapping such as 'opens: front door', not {described(node)}.",
        )
    found = [name for name in node.parts if name not in STEP_KEYS]
    for name in found:
        if name not in HAPPENINGS:
            near = meant(name, [*HAPPENINGS, *STEP_KEYS])
            raise ScenarioError(node.keys[name], f"nothing is called {name!r} here{near}.")
    if len(found) > 1:
        both = " and ".join(repr(name) for name in found)
        raise ScenarioError(node.keys[found[1]], f"one thing happens at a step, not {both}.")
    if "at" in node.parts and "after" in node.parts:
        raise ScenarioError(node.keys["after"], "a step has 'at' or 'after', not both.")
    if not found and "expect" not in node.parts:
        raise ScenarioError(node.place, "nothing happens at this step and nothing is expected.")
    happening: Happening | None = None
    written = ""
    for name in found:
        happening = read(HAPPENINGS[name], node.parts[name], names, what=name)
        written = _as_written(name, node.parts[name])
    expect = node.parts.get("expect")
    return Step(
        place=node.place,
        at=_time(node, "at"),
        after=_time(node, "after") or Seconds(0),
        happening=happening,
        written=written,
        note=value(str, node.parts["note"], names, what="note") if "note" in node.parts else "",
        expect=read(Expectation, expect, names, what="expect") if expect is not None else None,
        expect_place=node.keys.get("expect"),
    )


def _time(node: Sheet, name: str) -> Seconds | None:
    if (written := node.parts.get(name)) is None:
        return None
    found: Seconds = value(Seconds, written, Names({}), what=name)
    if found < 0:
        raise ScenarioError(written.place, f"{name!r} cannot be before the beginning.")
    return found


def _as_written(name: str, node: Node) -> str:
    """Return a happening as one line of words."""
    return f"{name.replace('_', ' ')} {_words(node)}".strip()


def _words(node: Node) -> str:
    match node:
        case Word(text=text):
            return text
        case Row(items=items):
            return ", ".join(_words(item) for item in items)
        case Sheet(parts=parts):
            return ", ".join(
                _words(part)
                if index == 0 and isinstance(part, Word)
                else f"{key.replace('_', ' ')} {_words(part)}"
                for index, (key, part) in enumerate(parts.items())
            )
    raise AssertionError(node)
