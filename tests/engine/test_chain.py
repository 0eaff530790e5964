"""Heartbeat of the sharing chain."""

import asyncio

import pytest

from custom_components.verified_response.core.premises import ResponderMode
from custom_components.verified_response.engine import chain
from custom_components.verified_response.engine.chain import ChainCheck
from tests import builders

from .rig import QUICK, Rig


@pytest.fixture
async def check(rig: Rig) -> ChainCheck:
    return ChainCheck(rig.desk, rig.clock, rig.center)


async def test_an_open_way(rig: Rig, check: ChainCheck):
    await check.test()
    assert rig.desk.feed.latest.chain == {"desk": None}


async def test_a_broken_way_is_told_once_and_so_is_its_return(rig: Rig, check: ChainCheck, caplog):
    rig.center.unreachable = "refused"
    for _ in range(3):
        await check.test()
    assert rig.desk.feed.latest.chain == {"desk": "refused"}
    assert caplog.text.count("cannot be reached") == 1
    rig.center.unreachable = None
    for _ in range(3):
        await check.test()
    assert rig.desk.feed.latest.chain == {"desk": None}
    assert caplog.text.count("reached again") == 1


async def test_a_way_without_an_end(rig: Rig, check: ChainCheck, monkeypatch: pytest.MonkeyPatch):
    async def hang(_: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(chain, "TIMEOUT_S", 0.01)
    monkeypatch.setattr(rig.center, "ping", hang)
    await check.test()
    assert rig.desk.feed.latest.chain == {"desk": "timed_out"}


async def test_a_bug_in_a_connector_is_a_broken_way_and_the_heart_beats_on(
    rig: Rig, check: ChainCheck, monkeypatch: pytest.MonkeyPatch
):
    async def fail(_: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(rig.center, "ping", fail)
    rig.desk.run(check.run(), name="chain")
    await rig.settle()
    assert rig.desk.feed.latest.chain == {"desk": "unexpected"}
    monkeypatch.undo()
    await rig.wait(chain.EVERY_S)
    assert rig.desk.feed.latest.chain == {"desk": None}


async def test_responders_that_are_off_are_left_alone():
    rig = await Rig(
        builders.premises(
            policy=builders.policy(**QUICK),
            responders=builders.by_id(
                [builders.responder("desk", mode=ResponderMode.OFF), builders.responder("other")]
            ),
        )
    ).start()
    await ChainCheck(rig.desk, rig.clock, rig.center).test()
    assert rig.desk.feed.latest.chain == {"other": None}
    await rig.stop()


async def test_it_beats_four_times_an_hour_and_leaves_no_timer(rig: Rig, check: ChainCheck):
    tested = 0
    ping = rig.center.ping

    async def count(responder_id: str) -> None:
        nonlocal tested
        tested += 1
        await ping(responder_id)

    rig.center.ping = count
    rig.desk.run(check.run(), name="chain")
    await rig.settle()
    await rig.wait(3600)
    assert tested == 5
    await rig.stop()
    assert rig.clock.next_due() is None
