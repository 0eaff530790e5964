"""One worker for the hub, however many premises use it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.person_detector import DetectorSettings, join
from custom_components.verified_response.adapters.person_detector.sharing import (
    SHARED,
    SharedDetector,
)
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan
from tests import drawn

pytestmark = pytest.mark.real

LONG_S = 30.0
BASIC = EnginePlan(engine=EngineKind.BASIC, reason="model_missing")


def resolving(plan: EnginePlan) -> Callable[[], Awaitable[EnginePlan]]:
    async def resolve() -> EnginePlan:
        return plan

    return resolve


def settings(plan: EnginePlan = BASIC, **more) -> DetectorSettings:
    return DetectorSettings(**({"resolve": resolving(plan), "threads": 1, "idle_s": 60.0} | more))


def exists(pid: int | None) -> bool:
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return True


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_S):
        while not condition():  # noqa: ASYNC110 - processes end without telling an event
            await asyncio.sleep(0.01)


@pytest.fixture
async def shared() -> AsyncIterator[SharedDetector]:
    made = SharedDetector()
    yield made
    for member in list(made._members):
        await member.close()
    assert made.worker_pid is None


async def test_two_premises_have_one_worker_and_the_last_ends_it(shared: SharedDetector) -> None:
    house, barn = shared.join(settings()), shared.join(settings())
    found = await asyncio.gather(
        house.look(drawn.person_on_porch(), timeout_s=LONG_S, camera="door"),
        barn.look(drawn.empty_porch(), timeout_s=LONG_S, camera="door"),
    )
    assert [len(each.people) for each in found] == [1, 0], "cameras of one name are two"
    pid = house.worker_pid
    assert pid is not None
    assert barn.worker_pid == pid
    assert house.info == barn.info
    await house.close()
    await house.close()
    with pytest.raises(CouldNotLook) as raised:
        await house.look(drawn.empty_porch(), timeout_s=LONG_S)
    assert raised.value.code == "detector_unavailable"
    assert (await barn.look(drawn.person_on_porch(), timeout_s=LONG_S)).people
    assert barn.worker_pid == pid
    await barn.close()
    assert not exists(pid)


async def test_it_stays_awake_while_anybody_wants_it(shared: SharedDetector) -> None:
    house, barn = shared.join(settings(idle_s=0.05)), shared.join(settings(idle_s=0.05))
    await house.stay(awake=True)
    await barn.stay(awake=True)
    pid = shared.worker_pid
    await house.stay(awake=False)
    await asyncio.sleep(0.4)
    assert shared.worker_pid == pid
    await barn.close()
    await until(lambda: not exists(pid))


async def test_the_settings_of_the_newest_hold(shared: SharedDetector) -> None:
    house = shared.join(settings())
    await house.prepare()
    first = shared.worker_pid
    same = shared.join(settings())
    await same.prepare()
    assert shared.worker_pid == first, "nothing has changed, so nothing is restarted"
    better = shared.join(settings(replace(BASIC, reason=None), threads=2))
    info = await better.prepare()
    assert info is not None
    assert info.reason is None
    second = shared.worker_pid
    assert second != first
    await better.close()
    await until(lambda: shared.worker_pid not in (None, second))
    assert house.info is not None
    assert house.info.reason == "model_missing"


async def test_who_comes_after_the_last_has_left_gets_a_new_worker(shared: SharedDetector) -> None:
    house = shared.join(settings())
    await house.look(drawn.empty_porch(), timeout_s=LONG_S)
    first = shared.worker_pid
    leaving = asyncio.create_task(house.close())
    await asyncio.sleep(0)
    again = shared.join(settings())
    assert (await again.look(drawn.person_on_porch(), timeout_s=LONG_S)).people
    await leaving
    assert shared.worker_pid != first
    assert not exists(first)


async def test_closing_while_a_plan_is_made_does_not_wait_for_it(shared: SharedDetector) -> None:
    async def fetches() -> EnginePlan:
        await asyncio.sleep(LONG_S)
        return BASIC

    house = shared.join(settings(resolve=fetches))
    preparing = asyncio.create_task(house.prepare())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(LONG_S / 3):
        await house.close()
    preparing.cancel()
    await asyncio.gather(preparing, return_exceptions=True)


async def test_who_leaves_does_not_wait_for_a_worker_that_starts() -> None:
    """The others keep it awake; that is nothing to wait for at a reload."""
    shared = SharedDetector(lambda _plan: ["sleep", "60"])
    house, barn = shared.join(settings()), shared.join(settings())
    staying = [asyncio.create_task(each.stay(awake=True)) for each in (house, barn)]
    await asyncio.sleep(0.1)
    leaving = asyncio.create_task(barn.close())
    await asyncio.sleep(0.1)
    assert leaving.done()
    await house.close()
    await asyncio.gather(*staying)
    assert shared.worker_pid is None


async def test_the_hub_has_one(hass: HomeAssistant) -> None:
    house, barn = join(hass, settings()), join(hass, settings())
    assert len(hass.data[SHARED]._members) == 2
    await house.close()
    await barn.close()
    assert hass.data[SHARED].worker_pid is None
