"""One grant on a real lock through ten lives of the hub: never lost, never left behind."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import override

import pytest

from sandbox.home_client import HomeClient
from tests.real.lives import Life, home_with_power_cuts
from tests.real.z2m.house import ZigbeeHouse, zigbee_house

pytestmark = [pytest.mark.real, pytest.mark.slow]

OWNERS_CODE, OWNERS_PLACE = "850273", 19
GRANT = {"duration": {"hours": 2}, "recipient": "Officer 12"}


class Lock(ABC):
    """A lock of one family, outside the hub."""

    adapter: str
    platform: str
    entity_id: str = ""

    @abstractmethod
    async def join(self, home: HomeClient) -> None:
        """Set Home Assistant's integration up, and put the owner's code on the lock."""

    @abstractmethod
    async def codes(self, home: HomeClient) -> dict[int, str]:
        """Return the codes that the lock holds, by place."""

    async def find(self, home: HomeClient) -> None:
        """Learn the entity's name, and wait until it says something."""

        async def there() -> bool:
            for item in await home.ws("config/entity_registry/list"):
                if item["platform"] == self.platform and item["entity_id"].startswith("lock."):
                    self.entity_id = item["entity_id"]
            state = home.states.get(self.entity_id)
            return state is not None and state["state"] not in {"unavailable", "unknown"}

        await home.wait_until(there, within=90, what="the lock")


class ZwaveLock(Lock):
    """Behind a real Z-Wave JS server."""

    adapter = "zwave_js"
    platform = "zwave_js"

    def __init__(self, url: str) -> None:
        self._url = url

    @override
    async def join(self, home: HomeClient) -> None:
        step = await home.step(await home.start_flow("zwave_js"), {"url": self._url})
        assert step.kind == "create_entry", step.answer
        await self.find(home)
        code = {"code_slot": OWNERS_PLACE, "usercode": OWNERS_CODE}
        await home.call("zwave_js", "set_lock_usercode", {"entity_id": self.entity_id, **code})

    @override
    async def codes(self, home: HomeClient) -> dict[int, str]:
        before: dict[int, str] | None = None
        while True:  # the driver's memory lags behind the lock
            asked = {"entity_id": self.entity_id}
            answer = await home.call("zwave_js", "get_lock_usercode", asked, response=True)
            read = answer[self.entity_id].items()
            codes = {int(place): item["usercode"] for place, item in read if item["in_use"]}
            if codes == before:
                return codes
            before = codes
            await asyncio.sleep(1)


class ZigbeeLock(Lock):
    """Behind a real MQTT broker."""

    adapter = "zigbee2mqtt"
    platform = "mqtt"

    def __init__(self, house: ZigbeeHouse) -> None:
        self._house = house

    @override
    async def join(self, home: HomeClient) -> None:
        secured = {"set_ca_cert": "off", "set_client_cert": False, "transport": "tcp"}
        broker = {"broker": "127.0.0.1", "port": self._house.port, "other_settings": secured}
        step = await home.step(await home.start_flow("mqtt"), broker)
        assert step.kind == "create_entry", step.answer
        self._house.program(OWNERS_PLACE, OWNERS_CODE)
        await self.find(home)

    @override
    async def codes(self, home: HomeClient) -> dict[int, str]:
        return self._house.users()


@pytest.fixture
def zwave(request: pytest.FixtureRequest) -> ZwaveLock:
    return ZwaveLock(request.getfixturevalue("zwave_server"))


@pytest.fixture
def zigbee(tmp_path: Path, socket_enabled: None) -> Iterator[ZigbeeLock]:
    """A Zigbee2MQTT lock that hides its PINs, as they do unless told otherwise."""
    with zigbee_house(tmp_path / "zigbee") as house:
        house.behave(expose_pin=False)
        yield ZigbeeLock(house)


@pytest.fixture
async def life(tmp_path: Path) -> AsyncIterator[Life]:
    """A home that nobody has set up yet."""
    made = Life(real=home_with_power_cuts(tmp_path / "home"))
    yield made
    await made.real.stop()


async def test_on_a_z_wave_lock(life: Life, zwave: ZwaveLock) -> None:
    await lives(life, zwave)


async def test_on_a_lock_of_zigbee2mqtt(life: Life, zigbee: ZigbeeLock) -> None:
    await lives(life, zigbee)


async def lives(life: Life, lock: Lock) -> None:
    """Cut the power between every two steps of one grant."""
    home = await life.real.start()
    await lock.join(home)
    await life.set_up({"name": "Front door", "entity_id": lock.entity_id, "adapter": lock.adapter})
    life.ready = lock.find
    asked = ("grant_access", {**GRANT, "lock": lock.entity_id})

    await life.dies_at("before GrantWritten", asked)
    await life.run_on()
    await lock.find(life.real.home)
    assert (await life.ask("list_grants", {"include_ended": True}))["grants"] == []
    assert await lock.codes(life.real.home) == {OWNERS_PLACE: OWNERS_CODE}
    assert not list(life.real.folder.glob(".storage/verified_response/*/codes.json"))

    await life.dies_at("after GrantWritten", asked)
    await life.dies_at("after EffectStarted")
    await life.dies_at("before CredentialChanged")
    await life.dies_at("after CredentialChanged")
    await life.run_on()
    [grant] = (await life.ask("list_grants", {}))["grants"]
    assert grant["active"]
    assert grant["locks"][0]["outcome"] in {"confirmed", "unverified"}
    held = await lock.codes(life.real.home)
    [ours] = held.keys() - {OWNERS_PLACE}
    assert held[OWNERS_PLACE] == OWNERS_CODE

    meant = {"grant_id": grant["grant_id"]}
    await life.dies_at("after CodeShown", ("show_access_code", meant))
    await life.dies_at("after GrantEnded", ("revoke_access", meant))
    await life.dies_at("after EffectStarted")
    await life.dies_at("before CredentialChanged removed")
    await life.dies_at("after CredentialChanged removed")
    await life.run_on()
    await lock.find(life.real.home)
    assert await lock.codes(life.real.home) == {OWNERS_PLACE: OWNERS_CODE}
    [grant] = (await life.ask("list_grants", {"include_ended": True}))["grants"]
    assert (grant["gone"], grant["locks"][0]["outcome"]) == (True, "removed")
    assert (await life.ask("verify_journal", {}))["intact"]
    assert life.kinds().count("GrantWritten") == 1
    diagnostics = await life.real.home.get(f"/api/diagnostics/config_entry/{life.entry_id}")
    await life.real.stop()
    code = re.compile(rb"(?<![0-9A-Za-z.])" + held[ours].encode() + rb"(?![0-9A-Za-z])")
    assert not code.search(diagnostics)
    assert [path for path in files(life.real.folder) if code.search(path.read_bytes())] == []


def files(folder: Path) -> Iterator[Path]:
    """Yield all that Home Assistant keeps: its database, logs, traces and stores."""
    kept = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert {"home-assistant_v2.db", "hass.out", "journal.db"} <= {path.name for path in kept}
    yield from kept
