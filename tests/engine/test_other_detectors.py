"""Reports of other integrations: kept for a moment while armed, told once something trips."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.evidence import DetectedKind, PersonReported
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.signals import Signal, SignalKind
from custom_components.verified_response.engine.desk import Desk
from custom_components.verified_response.engine.other_detectors import OtherDetectors
from tests import builders
from tests.fakes.clock import HandClock
from tests.fakes.journal import FakeJournal


class Post:
    """A desk with nothing but other people's detectors around it."""

    def __init__(self) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 22, 0, tzinfo=UTC))
        self.journal = FakeJournal()
        premises = builders.premises(policy=builders.policy(exit_delay_s=0), contacts={})
        self.desk = Desk(premises=premises, journal=self.journal, clock=self.clock)
        self.others = OtherDetectors(self.desk)
        self.count = 0

    async def arm(self, mode: ArmMode = ArmMode.AWAY) -> None:
        await self.desk.submit(cmd.Arm(area_id="house", mode=mode, by="owner"))

    async def disarm(self) -> None:
        await self.desk.submit(cmd.Disarm(area_id="house", by="owner"))
        await self.settle()

    async def trip(self, zone_id: str = "kitchen_window") -> None:
        self.count += 1
        signal = Signal(zone_id=zone_id, kind=SignalKind.TRIPPED, at=self.clock.now())
        await self.desk.submit(cmd.SeeSignal(signal=signal, new_id=f"i{self.count}"))
        await self.settle()

    async def report(
        self, camera_id: str = "hall", family: str = "frigate", kind: str = "person"
    ) -> None:
        self.others.accept(
            cmd.ReportDetection(
                camera_id=camera_id,
                kind=DetectedKind(kind),
                at=self.clock.now(),
                source_family=family,
                devices=("camera",),
                places=("the hall",),
            )
        )
        await self.settle()

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)

    @property
    def reported(self) -> list[PersonReported]:
        incidents = list(self.desk.state.incidents.values())
        items = incidents[-1].evidence if incidents else ()
        return [item for item in items if isinstance(item, PersonReported)]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    made = Post()
    await made.desk.start()
    yield made
    made.others.close()
    await made.desk.stop()


async def test_an_edge_during_a_burglary_is_told_at_once(post: Post):
    await post.arm()
    await post.trip()
    await post.report()
    [item] = post.reported
    assert item.at == post.clock.now()
    assert post.desk.state.incidents["i1"].assessment.level == 2


@pytest.mark.parametrize(("seconds", "count"), [(0, 1), (29, 1), (30, 1), (31, 0)])
async def test_an_edge_before_the_trip_is_told_when_it_trips(post: Post, seconds: int, count: int):
    await post.arm()
    written = len(await post.journal.read())
    await post.report()
    seen_at = post.clock.now()
    assert len(await post.journal.read()) == written, "nothing is written while nothing trips"
    post.clock.tick(seconds)
    await post.trip()
    assert len(post.reported) == count
    assert all(item.at == seen_at for item in post.reported)


async def test_only_the_newest_of_each_detector_is_kept(post: Post):
    await post.arm()
    for _ in range(100):
        await post.report()
        await post.report(family="reolink")
        await post.report(kind="vehicle")
        post.clock.tick(1)
    await post.trip()
    kinds = sorted(item.kind for item in post.reported)
    assert kinds == [DetectedKind.PERSON, DetectedKind.VEHICLE]


async def test_what_was_seen_while_disarmed_is_nobodys_business(post: Post):
    await post.report()
    await post.arm()
    await post.trip()
    assert post.reported == []


async def test_disarming_forgets(post: Post):
    await post.arm()
    await post.report()
    await post.disarm()
    await post.arm()
    await post.trip()
    assert post.reported == []


async def test_a_camera_that_counts_only_now_is_asked_again(post: Post):
    await post.arm(ArmMode.HOME)
    await post.trip("kitchen_window")
    await post.report()
    assert post.reported == []
    post.clock.tick(10)
    await post.trip("front_door")
    assert len(post.reported) == 1


async def test_nothing_survives_the_end_of_the_run(post: Post):
    await post.arm()
    await post.report()
    post.others.close()
    again = OtherDetectors(post.desk)
    await post.trip()
    assert post.reported == []
    again.close()
