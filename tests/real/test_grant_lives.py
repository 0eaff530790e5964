"""One grant on a real Z-Wave lock through ten lives of the hub: never lost, never left behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.real.lives import Life, home_with_power_cuts

pytestmark = [pytest.mark.real, pytest.mark.slow]

OWNERS_CODE, OWNERS_PLACE = "850273", 20
GRANT = {"duration": {"hours": 2}, "recipient": "Officer 12"}


@pytest.fixture
async def life(tmp_path: Path, zwave_server: str) -> AsyncIterator[Life]:
    """A home whose only lock is the simulated Z-Wave one, with the owner's own code on it."""
    real = home_with_power_cuts(tmp_path / "home")
    made = Life(real=real)
    try:
        home = await real.start()
        flow = await home.start_flow("zwave_js")
        step = await home.step(flow, {"url": zwave_server})
        assert step.kind == "create_entry", step.answer

        async def there() -> bool:
            return any(entity.startswith("lock.node") for entity in home.states)

        await home.wait_until(there, within=60, what="the lock")
        [lock] = [entity for entity in home.states if entity.startswith("lock.node")]
        await home.call(
            "zwave_js",
            "set_lock_usercode",
            {"entity_id": lock, "code_slot": OWNERS_PLACE, "usercode": OWNERS_CODE},
        )
        await made.set_up({"name": "Front door", "entity_id": lock, "adapter": "zwave_js"})
        yield made
    finally:
        await real.stop()


async def on_the_lock(life: Life, lock: str) -> dict[str, str]:
    """Return the codes that the lock holds, by place, once two readings agree."""
    before: dict[str, str] = {"": ""}
    while True:
        answer = await life.real.home.call(
            "zwave_js", "get_lock_usercode", {"entity_id": lock}, response=True
        )
        codes = {place: item["usercode"] for place, item in answer[lock].items() if item["in_use"]}
        if codes == before:
            return codes
        before = codes
        await asyncio.sleep(1)


async def test_a_grant_outlives_a_power_cut_between_every_two_steps(life: Life):
    lock = next(entity for entity in life.real.home.states if entity.startswith("lock.node"))
    asked = ("grant_access", {**GRANT, "lock": lock})

    await life.dies_at("before GrantWritten", asked)
    await life.run_on()
    assert (await life.ask("list_grants", {"include_ended": True}))["grants"] == []
    assert set(await on_the_lock(life, lock)) == {str(OWNERS_PLACE)}
    assert not list(life.real.folder.glob(".storage/verified_response/*/codes.json"))

    await life.dies_at("after GrantWritten", asked)
    await life.dies_at("after EffectStarted")
    await life.dies_at("before CredentialChanged confirmed")
    await life.dies_at("after CredentialChanged confirmed")
    await life.run_on()
    [grant] = (await life.ask("list_grants", {}))["grants"]
    assert (grant["active"], grant["locks"][0]["outcome"]) == (True, "confirmed")
    held = await on_the_lock(life, lock)
    ours = held.keys() - {str(OWNERS_PLACE)}
    assert (len(ours), held[str(OWNERS_PLACE)]) == (1, OWNERS_CODE)
    assert not list(life.real.folder.glob(f"**/*{held[next(iter(ours))]}*"))

    meant = {"grant_id": grant["grant_id"]}
    await life.dies_at("after CodeShown", ("show_access_code", meant))
    await life.dies_at("after GrantEnded", ("revoke_access", meant))
    await life.dies_at("after EffectStarted")
    await life.dies_at("before CredentialChanged removed")
    await life.dies_at("after CredentialChanged removed")
    await life.run_on()
    assert await on_the_lock(life, lock) == {str(OWNERS_PLACE): OWNERS_CODE}
    [grant] = (await life.ask("list_grants", {"include_ended": True}))["grants"]
    assert (grant["gone"], grant["locks"][0]["outcome"]) == (True, "removed")
    assert (await life.ask("verify_journal", {}))["intact"]
    assert life.kinds().count("GrantWritten") == 1
