"""The engine of one house with fakes at every port, and verbs to read by."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import PendingEffect, Share
from custom_components.verified_response.core.evidence import Threat
from custom_components.verified_response.core.incident import Delivery, Incident, IncidentKind
from custom_components.verified_response.core.premises import ArmMode, Premises
from custom_components.verified_response.core.signals import Signal, SignalKind
from custom_components.verified_response.engine.choosing import Chooser
from custom_components.verified_response.engine.desk import Desk
from custom_components.verified_response.engine.feed import Snapshot
from custom_components.verified_response.engine.granting import Asked, Granting, GrantResult
from custom_components.verified_response.engine.intake import Intake
from custom_components.verified_response.engine.looking.pace import Rates
from custom_components.verified_response.engine.looking.watch import Watch
from custom_components.verified_response.engine.outbox import Outbox
from tests import builders
from tests.fakes.clock import HandClock
from tests.fakes.journal import FakeJournal
from tests.fakes.locks import FakeLocks, FakeVault
from tests.fakes.outside import FakeCamera, FakeCenter, FakeContacts
from tests.fakes.person_detector import FakePersonDetector

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
QUICK = {"exit_delay_s": 0, "abort_window_s": 0}
EAGER = Rates(burst_s=0.0, sustain_s=60.0, patrol_s=None)
"""No rest between the frames of a burst, and nothing that looks for long: for tests of other things."""
CODES = ("274913", "618305", "930572", "485026", "751394")


class FakeIds:
    """Ids that count up, and digits that are known to the test."""

    def __init__(self, codes: Iterable[str] = CODES) -> None:
        self.codes = list(codes)
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"id{self.count:06}"

    def digits(self, length: int) -> str:
        code = self.codes.pop(0)
        self.codes.append(code)
        return (code * 2)[:length]


class Rig:
    """One run of the hub after another over the same journal, locks and responders."""

    def __init__(
        self,
        premises: Premises | None = None,
        *,
        detection: bool = True,
        rates: Rates = EAGER,
        **policy: Any,
    ) -> None:
        self.premises = premises or builders.premises(
            policy=builders.policy(**QUICK | policy),
            responders=builders.by_id([builders.responder("desk")]),
        )
        self.clock = HandClock(START)
        self.journal = FakeJournal()
        self.camera = FakeCamera(self.clock.now)
        self.center = FakeCenter()
        self.contacts = FakeContacts()
        self.locks = FakeLocks(("front", "back"))
        self.vault = FakeVault()
        self.detector = FakePersonDetector()
        self.detection = detection
        self.rates = rates
        self.ids = FakeIds()
        self.news: list[ev.Event] = []
        self._assemble(resumed=False)

    def _assemble(self, *, resumed: bool) -> None:
        self.desk = Desk(premises=self.premises, journal=self.journal, clock=self.clock)
        self.granting = Granting(self.desk, self.locks, self.ids, self.vault, Chooser(self.ids))
        self.watch = Watch(
            self.desk,
            self.clock,
            camera=self.camera,
            detector=self.detector if self.detection else None,
            rates=self.rates,
        )
        self.outbox = Outbox(
            self.desk,
            self.clock,
            contacts=self.contacts,
            center=self.center,
            locks=self.locks,
            granting=self.granting,
            resumed=resumed,
        )
        self.intake = Intake(self.desk, self.ids)
        self.desk.feed.subscribe(self._note)

    def _note(self, snapshot: Snapshot) -> None:
        self.news.extend(snapshot.news)

    # --- runs ----------------------------------------------------------------------------

    async def start(self, *, resumed: bool = False) -> Rig:
        """Take up duty."""
        await self.desk.start(resumed=resumed)
        await self.granting.start()
        self.outbox.start()
        self.watch.begin()
        await self.settle()
        return self

    async def stop(self) -> None:
        """End this run, as the hub does."""
        self.outbox.close()
        self.watch.close()
        await self.desk.stop()

    async def restart(self, *, down: float = 5, resumed: bool = False) -> None:
        """Stop, let time pass, and start a new run."""
        await self.stop()
        self.clock.tick(down)
        self._assemble(resumed=resumed)
        await self.start(resumed=resumed)

    async def kill(self, *callers: asyncio.Task[Any], down: float = 5) -> None:
        """End this run where it stands: nothing of it is written down or sent any more."""
        self.desk._stopping = True
        self.outbox.close()
        self.watch.close()
        self.granting.close()
        self.journal = self.journal.survivor()
        for task in (*self.desk._tasks, *callers):
            task.cancel()
        if self.desk._cancel_deadline is not None:
            self.desk._cancel_deadline()
        await self.settle()
        self.clock.tick(down)
        self._assemble(resumed=False)
        await self.start()

    async def settle(self, turns: int = 60) -> None:
        """Let everything that is due happen."""
        for _ in range(turns):
            await asyncio.sleep(0)

    async def wait(self, seconds: float) -> None:
        """Let time pass from one due moment to the next."""
        end = self.clock.elapsed() + seconds
        while (due := self.clock.due_within(end)) is not None:
            self.clock.advance(due)
            await self.settle()
        self.clock.tick(max(0.0, end - self.clock.elapsed()))
        await self.settle()

    # --- verbs ---------------------------------------------------------------------------

    async def do(self, command: cmd.Command) -> Sequence[ev.Event]:
        """Submit, and let follow what follows."""
        told = await self.desk.submit(command)
        await self.settle()
        return told

    async def arm(self) -> None:
        await self.do(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
        await self.do(cmd.TimePassed())

    async def trip(self, zone_id: str = "kitchen_window") -> None:
        signal = Signal(zone_id=zone_id, kind=SignalKind.TRIPPED, at=self.clock.now())
        await self.do(cmd.SeeSignal(signal=signal, new_id=self.ids.new_id()))

    async def panic(self, *, silent: bool = False) -> None:
        await self.do(
            cmd.ReportDistress(
                new_id=self.ids.new_id(), kind=IncidentKind.PANIC, silent=silent, by="owner"
            )
        )

    async def confirm(self) -> None:
        await self.do(cmd.Confirm(incident_id=self.incident.id, threat=Threat.LIFE, by="owner"))

    async def dismiss(self) -> None:
        await self.do(cmd.Dismiss(incident_id=self.incident.id, by="owner"))

    async def grant(self, *doors: str, lasts: float = 3600, **more: Any) -> GrantResult:
        asked = Asked(
            doors=doors or ("front",),
            expires_at=self.clock.now() + timedelta(seconds=lasts),
            recipient="officer",
            by="owner",
            **more,
        )
        return await self.granting.grant(asked)

    # --- what is known ---------------------------------------------------------------------

    @property
    def incident(self) -> Incident:
        """Return the newest incident."""
        return list(self.desk.state.incidents.values())[-1]

    @property
    def delivery(self) -> Delivery:
        """Return the newest incident's delivery to the desk."""
        return self.incident.deliveries["desk"]

    @property
    def shares(self) -> list[PendingEffect]:
        """Return the pending shares."""
        return [item for item in self.desk.state.effects.values() if isinstance(item.effect, Share)]

    @property
    def cancelled(self) -> list[str]:
        """Return the numbers the desk was asked to forget."""
        return [number for _, number, _ in self.center.cancelled]
