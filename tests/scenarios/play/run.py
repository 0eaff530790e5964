"""The real engine of one house, one run of the hub after another over the same journal."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, override

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.commands import Command, NoteEvidence
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.errors import JournalUnavailableError
from custom_components.verified_response.core.evidence import Noted
from custom_components.verified_response.core.incident import Incident, IncidentKind
from custom_components.verified_response.core.rules.dispatch import is_visible
from custom_components.verified_response.core.signals import Signal, SignalKind, ZoneStatus
from custom_components.verified_response.core.state import PremisesState
from custom_components.verified_response.engine.choosing import Chooser
from custom_components.verified_response.engine.desk import Desk
from custom_components.verified_response.engine.feed import Snapshot
from custom_components.verified_response.engine.granting import Granting
from custom_components.verified_response.engine.intake import Intake
from custom_components.verified_response.engine.keypad import Keypad
from custom_components.verified_response.engine.looking.pace import Rates
from custom_components.verified_response.engine.looking.watch import Watch
from custom_components.verified_response.engine.other_detectors import OtherDetectors
from custom_components.verified_response.engine.outbox import Outbox
from custom_components.verified_response.engine.supervision import Supervision
from tests.fakes.journal import FakeJournal
from tests.fakes.locks import FakeLocks, FakeVault

from .house import Household
from .outside import (
    Effect,
    PlainCodes,
    StageCameras,
    StageCenter,
    StageClock,
    StageDetector,
    StagePeople,
)
from .surroundings import Surroundings

MOST_TURNS: Final = 20_000
WITHOUT_PATROL: Final = Rates(patrol_s=None)


class Ids:
    """Ids that count up."""

    def __init__(self) -> None:
        self._count = 0

    def new_id(self) -> str:
        self._count += 1
        return f"id{self._count:06}"

    def digits(self, length: int) -> str:
        self._count += 1
        return f"{self._count * 7919:0{length}}"[-length:]


class Hub:
    """Owns what outlives a run (journal, clock, people, sensors) and the run itself."""

    def __init__(self, household: Household, begins: datetime, *, patrol: bool) -> None:
        premises = household.premises
        self.household = household
        self.premises = premises
        self.clock = StageClock(begins)
        self.journal = FakeJournal()
        self.cameras = StageCameras(self.clock.now, premises)
        trust = Trust.LOW if household.detector == "basic" else Trust.FULL
        self.detector = StageDetector(self.cameras, trust)
        self.effects: list[Effect] = []
        self.people = StagePeople(premises, self.effects.append)
        self.center = StageCenter(self.effects.append)
        self.locks = FakeLocks(premises.doors)
        self.codes = PlainCodes(household.parts["person"], begins)
        self.ids = Ids()
        self.sensors: dict[str, ZoneStatus] = {
            key: part.found for key, part in household.parts["zone"].items()
        }
        self.surroundings = Surroundings(household, self.clock.now, self.note)
        self.news: list[ev.Event] = []
        self._rates = Rates() if patrol else WITHOUT_PATROL
        self._build()

    def _build(self) -> None:
        self.desk = Desk(premises=self.premises, journal=self.journal, clock=self.clock)
        self.keypad = Keypad(self.desk, self.ids, self.codes)
        self.intake = Intake(self.desk, self.ids, present=self.surroundings.present)
        self.supervision = Supervision(self.desk, self.clock, self.ids)
        self.others = OtherDetectors(self.desk)
        granting = Granting(self.desk, self.locks, self.ids, FakeVault(), Chooser(self.ids))
        self.watch = Watch(
            self.desk,
            self.clock,
            camera=self.cameras,
            detector=None if self.household.detector == "off" else self.detector,
            rates=self._rates,
        )
        self.outbox = Outbox(
            self.desk,
            self.clock,
            contacts=self.people,
            center=self.center,
            locks=self.locks,
            granting=granting,
        )
        self.desk.feed.subscribe(self._follow)

    def _follow(self, snapshot: Snapshot) -> None:
        self.news.extend(snapshot.news)
        self.surroundings.follow(snapshot)

    @property
    def state(self) -> PremisesState:
        """Return everything known."""
        return self.desk.state

    # --- runs ----------------------------------------------------------------------------

    async def start(self) -> None:
        """Take up duty with the sensors as they are found."""
        await self.desk.start()
        self.surroundings.begin()
        self.intake.find(self.sensors)
        self.desk.run(self.intake.recheck(self.clock), name="recheck")
        self.outbox.start()
        self.watch.begin()
        await self.settle()

    async def stop(self) -> None:
        """End this run in order."""
        self.intake.close()
        self.supervision.close()
        self.others.close()
        self.outbox.close()
        self.watch.close()
        await self.desk.stop()
        await self.settle()

    async def cut(self) -> None:
        """End this run as a power cut does: what stopping would have written never was."""
        rows, snapshot = self.journal.rows, self.journal.snapshot
        await self.stop()
        self.journal.rows, self.journal.snapshot = rows, snapshot

    async def start_anew(self) -> None:
        """Begin the next run."""
        self._build()
        await self.start()

    async def settle(self) -> None:
        """Let everything happen that can without time passing."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        for _ in range(MOST_TURNS):
            await asyncio.sleep(0)
            if not ready:
                return
        raise RuntimeError("the engine finds no rest")

    async def wait(self, until: float, seen: Callable[[], None]) -> None:
        """Let time pass from one due moment to the next; `seen` is called after each."""
        while (due := self.clock.next_due()) is not None and due <= until:
            self.clock.advance(due)
            await self.settle()
            seen()
        self.clock.advance(until)
        await self.settle()
        seen()

    # --- happenings in -------------------------------------------------------------------

    async def submit(self, command: Command) -> None:
        """Ask the desk; raises InvalidRequestError."""
        await self.desk.submit(command)

    def note(self, item: Noted) -> None:
        """Let something be noted beside the zones, as a listener hands it over."""
        self.desk.run(self.submit(NoteEvidence(item=item)), name="noted")

    def sense(self, changes: Mapping[str, ZoneStatus]) -> None:
        """Let sensors report, as the adapter tells it."""
        for zone_id, status in changes.items():
            before, self.sensors[zone_id] = self.sensors[zone_id], status
            if (kind := _kind(before, status)) is not None:
                self.intake.accept(Signal(zone_id=zone_id, kind=kind, at=self.clock.now()))

    def break_disk(self, *, works: bool) -> None:
        """Let the journal fail, or work again."""
        self.journal.fail_with = None if works else JournalUnavailableError("journal_unavailable")

    # --- what is known -------------------------------------------------------------------

    def incident(self, kind: IncidentKind | None = None) -> Incident | None:
        """Return the newest incident of a kind; the newest that may be seen when none is given."""
        found = [
            item
            for item in self.state.incidents.values()
            if (item.kind is kind if kind else is_visible(item))
        ]
        return found[-1] if found else None


def _kind(before: ZoneStatus, after: ZoneStatus) -> SignalKind | None:
    """Return what a change of a sensor means, as adapters/signals.py tells it."""
    if before is after:
        return None
    if after is ZoneStatus.UNAVAILABLE:
        return SignalKind.UNAVAILABLE
    if after is ZoneStatus.CLOSED:
        return SignalKind.RESTORED
    return SignalKind.TRIPPED if before is ZoneStatus.CLOSED else SignalKind.REPORTED_OPEN


class _AtOnce(ThreadPoolExecutor):
    """Runs work in place of a thread, so that nothing depends on how busy the machine is."""

    @override
    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as err:  # noqa: BLE001 - handed to whoever waits for it
            done.set_exception(err)
        return done


@contextmanager
def stage() -> Iterator[asyncio.Runner]:
    """Return what runs a play: a loop of its own, without threads."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.get_loop().set_default_executor(_AtOnce(max_workers=1))
        yield runner
