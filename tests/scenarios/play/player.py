"""A scenario played from its beginning to its end: one row for each moment at which something changed."""

import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, override
from zoneinfo import ZoneInfo

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.errors import InvalidRequestError

from .checks import Moment, failures
from .expectations import Expectation
from .happenings import Camera
from .outside import Effect
from .run import Hub, stage
from .scenario import Scenario, Step
from .tree import Place
from .verbs import do

ENGINE: Final = logging.getLogger("custom_components.verified_response")
UNEXPECTED: Final = Expectation()
"""What holds at every step without a word: nothing was refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One expectation that did not hold."""

    place: Place
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row: when, what happened, what was known then, and what it led to."""

    passed: float
    at: datetime
    happened: str
    note: str
    areas: dict[str, str]
    stage: str
    assessment: Assessment | None
    news: Sequence[ev.Event]
    effects: Sequence[Effect]
    refused: str | None
    checked: bool
    """Something was expected here."""
    failures: Sequence[Failure] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Played:
    """A scenario with what came of it."""

    scenario: Scenario
    lines: Sequence[Line]

    @property
    def failures(self) -> Sequence[Failure]:
        """Return everything that was expected and did not hold."""
        return [failure for line in self.lines for failure in line.failures]


def play(scenario: Scenario) -> Played:
    """Play it; every run of it is the same."""
    with _in_zone(scenario.time_zone), _listening() as crashes, stage() as runner:
        return runner.run(_play(scenario, crashes))


class _Crashes(logging.Handler):
    """Keeps what the engine caught and only logged: in a play no bug may pass for a calm house."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.found.append(f"the engine crashed: {record.getMessage()} ({record.exc_info[1]!r})")


@contextmanager
def _listening() -> Iterator[_Crashes]:
    handler = _Crashes()
    ENGINE.addHandler(handler)
    try:
        yield handler
    finally:
        ENGINE.removeHandler(handler)


@contextmanager
def _in_zone(zone: ZoneInfo | None) -> Iterator[None]:
    """Let this process live in the household's zone, so that whatever asks for local time shows."""
    before = os.environ.get("TZ")
    if zone is not None:
        os.environ["TZ"] = zone.key
        time.tzset()
    try:
        yield
    finally:
        if zone is not None:
            if before is None:
                del os.environ["TZ"]
            else:
                os.environ["TZ"] = before
            time.tzset()


async def _play(scenario: Scenario, crashes: _Crashes) -> Played:
    hub = Hub(scenario.house, scenario.begins, patrol=_looks_outdoors(scenario))
    score = _Score(hub=hub, crashes=crashes.found)
    await hub.start()
    score.begin()
    for step in scenario.steps:
        await score.take(step)
    if scenario.end is not None:
        score.finish(scenario.end, scenario.end_place or scenario.place)
    await hub.stop()
    return Played(scenario=scenario, lines=score.lines)


def _looks_outdoors(scenario: Scenario) -> bool:
    """Say whether any camera outdoors ever shows anything: else nobody has to patrol for days on end."""
    cameras = scenario.house.premises.cameras
    return any(
        isinstance(step.happening, Camera) and cameras[step.happening.name].outdoor
        for step in scenario.steps
    )


@dataclass(kw_only=True, slots=True)
class _Score:
    """The rows so far, and how far the lists of the hub have been read."""

    hub: Hub
    crashes: list[str]
    lines: list[Line] = field(default_factory=list)
    written: tuple[int, int] = (0, 0)
    """Effects and news that are in a row already."""
    stepped: tuple[int, int] = (0, 0)
    """Effects and news before the step that is played now."""
    before: tuple[object, ...] = ()
    time: float = 0.0
    """Of the step before."""

    def begin(self) -> None:
        """Take what the start did for granted."""
        self.before = self._known()
        self.written = self.stepped = self._read()

    async def take(self, step: Step) -> None:
        """Wait for a step's time, let it happen, hold what is expected against it."""
        at = step.at if step.at is not None else self.time + step.after
        late = at < self.hub.clock.passed
        await self.hub.wait(at, self._pass)
        refused = None
        if step.happening is not None:
            try:
                await do(self.hub, step.happening)
            except InvalidRequestError as err:
                refused = err.code
            await self.hub.settle()
        self.time = self.hub.clock.passed
        found = [
            Failure(place=step.expect_place or step.place, sentence=sentence)
            for sentence in failures(step.expect or UNEXPECTED, self._moment(refused))
        ]
        if late:
            sentence = "this step is earlier than the step before has ended"
            found.append(Failure(place=step.place, sentence=sentence))
        found += [
            Failure(place=step.place, sentence=crash) for crash in dict.fromkeys(self.crashes)
        ]
        self.crashes.clear()
        self._write(step.written, step.note, refused, found, checked=step.expect is not None)
        self.stepped = self._read()

    def finish(self, expected: Expectation, place: Place) -> None:
        """Hold what is expected at the end against the whole."""
        self.stepped = (0, 0)
        found = [
            Failure(place=place, sentence=sentence)
            for sentence in failures(expected, self._moment(None))
        ]
        self._write("the end", "", None, found, checked=True)

    def _moment(self, refused: str | None) -> Moment:
        effects, news = self.stepped
        return Moment(
            hub=self.hub,
            effects=self.hub.effects[effects:],
            news=self.hub.news[news:],
            refused=refused,
        )

    def _read(self) -> tuple[int, int]:
        return len(self.hub.effects), len(self.hub.news)

    def _known(self) -> tuple[dict[str, str], str, Assessment | None]:
        hub = self.hub
        areas = {key: hub.state.area(key).phase.value for key in hub.premises.areas}
        incident = hub.incident()
        if incident is None:
            return areas, "", None
        return areas, incident.stage.value, incident.assessment

    def _pass(self) -> None:
        """Write a row if something changed while time passed."""
        areas, stage_, assessment = self._known()
        if (areas, stage_, assessment) != self.before or self._read()[0] != self.written[0]:
            self._write("", "", None, [], checked=False)

    def _write(
        self,
        happened: str,
        note: str,
        refused: str | None,
        found: Sequence[Failure],
        *,
        checked: bool,
    ) -> None:
        areas, stage_, assessment = self._known()
        effects, news = self.written
        last = self.lines[-1] if self.lines else None
        if (
            checked
            and not happened
            and last is not None
            and not (last.happened or last.checked)
            and last.passed == self.hub.clock.passed
        ):
            self.lines[-1] = replace(last, note=note, checked=True, failures=tuple(found))
            return
        self.lines.append(
            Line(
                passed=self.hub.clock.passed,
                at=self.hub.clock.now(),
                happened=happened,
                note=note,
                areas=areas,
                stage=stage_,
                assessment=assessment,
                news=tuple(self.hub.news[news:]),
                effects=tuple(self.hub.effects[effects:]),
                refused=refused,
                checked=checked,
                failures=tuple(found),
            )
        )
        self.before = (areas, stage_, assessment)
        self.written = self._read()
