"""The whole path in a real Home Assistant against the sandbox desk, with power cuts in the middle."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from sandbox.demo.desk_process import DeskProcess
from sandbox.demo.house_setup import DOMAIN, ENTRY_DELAY_S, set_up
from sandbox.demo.scenario import Burglary
from sandbox.demo.stage import FRONT_DOOR
from sandbox.demo.timeline import Timeline
from sandbox.home_client import HomeError
from sandbox.real_home import RealHome
from tests.real.conftest import StartHome
from tests.real.on_disk import Fact, journal
from tests.real.road import Create, Road

pytestmark = [pytest.mark.real, pytest.mark.slow]

WINDOW = "binary_sensor.kitchen_window"
SILENCE_S = 6.0
"""Longer than the first retries of what is sent by itself (2 s and 4 s)."""


@dataclass(kw_only=True, slots=True)
class Life:
    """One home over several runs, its desk, and what stays on disk between them."""

    real: RealHome
    play: Burglary
    road: Road

    async def power_cut(self) -> None:
        """Kill the home where it stands."""
        await self.real.kill()
        assert self.real.pid is None

    async def power_back(self) -> None:
        """Start it again on the same disk, and wait until the product is up."""
        home = self.play.home = await self.real.start()

        async def loaded() -> bool:
            return [entry["state"] for entry in await home.entries(DOMAIN)] == ["loaded"]

        await home.wait_until(loaded, within=30, what="the product to load")
        await home.wait_for_state(self.play.panel, lambda now: now["state"] != "unavailable")

    def journal(self) -> list[Fact]:
        """Every record as it is on disk now."""
        return journal(self.real.folder, self.play.premises.entry_id)

    async def incident(self, incident_id: str) -> dict[str, Any]:
        """What the product answers about it."""
        return await self.play.ours("get_incident", {"incident_id": incident_id}, response=True)

    async def delivery_is(
        self, incident_id: str, status: str, *, within: float = 30
    ) -> dict[str, Any]:
        """Wait until the one delivery stands there, and return it."""
        seen: list[dict[str, Any]] = []

        async def there() -> bool:
            seen[:] = (await self.incident(incident_id))["deliveries"]
            return [item["status"] for item in seen] == [status]

        await self.play.home.wait_until(there, within=within, what=f"the delivery to be '{status}'")
        return seen[0]

    async def break_in_and_confirm(self) -> str:
        """A window breaks, the owner taps the button of the push; return the incident."""
        incident_id = await self.break_in()
        await self.play.owner_confirms()
        return incident_id

    async def break_in_and_share(self) -> str:
        """A window breaks, and it is handed over by hand before anybody confirmed it."""
        incident_id = await self.break_in()
        wanted: dict[str, object] = {
            "incident_id": incident_id,
            "responder": "Police desk",
            "ground": "consent",
        }

        async def taken() -> bool:
            with suppress(HomeError):  # refused while the abort window runs
                await self.play.ours("share_incident", wanted)
                return True
            return False

        await self.play.home.wait_until(taken, within=40, what="the end of the abort window")
        return incident_id

    async def break_in(self) -> str:
        """A window breaks; return the incident."""
        await self.play.house("set", entity_id=WINDOW, state="off")
        await self.play.home.call("demo_house", "messages", {"clear": True}, response=True)
        await self.play.arm()
        await self.play.trip(WINDOW)
        state = await self.play.incident_is("abort_window")
        return str(state["attributes"]["incident_id"])

    def desk_rows(self, query: str) -> list[dict[str, Any]]:
        """Read the desk's own database."""
        path = self.play.desk._database  # where only its process writes
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(query)]


@pytest.fixture
async def life(start_home: StartHome, police_desk: DeskProcess, road: Road) -> Life:
    """A home that is set up, with a desk at the end of the road."""
    real: RealHome = await start_home()
    line = Timeline()
    premises = await set_up(real.home, police_desk, line)
    play = Burglary(home=real.home, desk=police_desk, premises=premises, line=line)
    stored = real.folder / ".storage" / "core.config_entries"

    async def on_disk() -> bool:
        return '"Police desk"' in stored.read_text(encoding="utf-8")

    # Home Assistant writes its configuration down a second later.
    await real.home.wait_until(on_disk, within=15, what="the configuration to be on disk")
    return Life(real=real, play=play, road=road)


def kinds_of(facts: list[Fact]) -> list[str]:
    return [kind for _, _, kind, _ in facts]


def effects_on(facts: list[Fact], action: str) -> dict[str, dict[str, Any]]:
    """Requested shares of one action by effect id."""
    return {
        payload["effect_id"]: payload["effect"]
        for _, _, kind, payload in facts
        if kind == "EffectRequested"
        and payload["effect"]["type"] == "Share"
        and payload["effect"]["action"] == action
    }


def assert_written_before_sent(life: Life) -> None:
    """Whatever the desk got was requested and begun in the journal, and earlier."""
    facts = life.journal()
    begun: dict[str, datetime] = {}
    for _, at, kind, payload in facts:
        if kind == "EffectStarted":
            begun.setdefault(payload["effect_id"], at)  # the first attempt
    requested = {
        (effect["incident_id"], effect["sequence"]): effect_id
        for action in ("create", "update", "cancel")
        for effect_id, effect in effects_on(facts, action).items()
    }
    received = life.desk_rows("SELECT at, document FROM history WHERE document IS NOT NULL")
    assert received
    for row in received:
        sent = json.loads(row["document"])
        effect_id = requested[sent["reference"], sent["sequence"]]
        at = begun[effect_id]
        assert at.replace(microsecond=at.microsecond // 1000 * 1000) <= datetime.fromisoformat(
            row["at"]
        )


async def test_power_cut_in_the_entry_delay_and_with_a_code_on_the_lock(life: Life) -> None:
    play = life.play
    await play.arm()
    await play.trip("binary_sensor.front_door")
    await play.home.wait_for_state(play.panel, "pending", within=10)
    await life.power_cut()
    assert kinds_of(life.journal())[-1] != "AreaTriggered"

    await life.power_back()
    assert play.home.state(play.panel) in {"pending", "triggered"}
    await play.home.wait_for_state(play.panel, "triggered", within=ENTRY_DELAY_S + 15)
    [opened] = [payload for _, _, kind, payload in life.journal() if kind == "IncidentOpened"]
    incident_id = opened["incident_id"]
    state = play.home.attributes(play.premises.entity("incident"))
    assert state["incident_id"] == incident_id
    known = await play.ours("list_incidents", {}, response=True)
    assert [item["incident_id"] for item in known["incidents"]] == [incident_id]
    facts = kinds_of(life.journal())
    assert "HubRestarted" in facts[facts.index("AreaPending") :]

    lifetime = 6
    made = await play.ours(
        "grant_access",
        {"lock": [FRONT_DOOR], "duration": {"seconds": lifetime}, "recipient": "Patrol 7"},
        response=True,
    )
    code = made["code"]
    assert code in await play.codes()
    await life.power_cut()
    over = datetime.fromisoformat(made["expires_at"]).timestamp()
    table = life.real.folder / "demo_house" / "keypads.json"
    assert code in table.read_text()
    ended = [payload for _, _, kind, payload in life.journal() if kind == "GrantEnded"]
    assert ended == []
    await asyncio.sleep(max(0.0, over - time.time()) + 0.5)

    await life.power_back()

    async def gone() -> bool:
        return code not in await play.codes()

    await play.home.wait_until(gone, within=30, what="the code to leave the lock")
    assert code not in table.read_text()
    await play.journal_is_intact()
    facts = life.journal()
    written = [
        (seq, payload["grant"]["expires_at"])
        for seq, _, kind, payload in facts
        if kind == "GrantWritten"
    ]
    [sets] = [
        payload["effect_id"]
        for _, _, kind, payload in facts
        if kind == "EffectRequested" and payload["effect"]["type"] == "SetCredential"
    ]
    [begun] = [
        seq
        for seq, _, kind, payload in facts
        if kind == "EffectStarted" and payload["effect_id"] == sets
    ]
    [(at_seq, expires_at)] = written
    assert at_seq < begun
    assert datetime.fromisoformat(expires_at).timestamp() == pytest.approx(over, abs=1)
    [ended] = [payload for _, _, kind, payload in facts if kind == "GrantEnded"]
    assert ended["reason"] == "expired"

    assert play.desk.incidents() == []
    assert life.road.creates == 0


async def test_power_cut_before_the_desk_could_answer_and_with_a_cancel_to_send(life: Life) -> None:
    play, road = life.play, life.road
    road.create = Create.ANSWER_HANGS
    incident_id = await life.break_in_and_share()
    await asyncio.wait_for(road.hangs.wait(), 30)
    await life.power_cut()
    assert len(play.desk.incidents()) == 1
    assert_written_before_sent(life)
    assert "EffectStarted" in kinds_of(life.journal())

    road.create = Create.ARRIVES
    road.passed.clear()
    await life.power_back()
    delivered = await life.delivery_is(incident_id, "delivered")
    [known] = play.desk.incidents()
    assert delivered["number"] == known["number"]
    assert ("GET", "/v1/incidents") in road.passed
    assert road.creates == 0

    await play.desk.stop()
    await play.ours(
        "dismiss_incident", {"incident_id": incident_id, "code": play.premises.owner_code}
    )
    await life.delivery_is(incident_id, "cancelling")
    await play.incident_is("cancelled")
    await life.power_cut()
    [(cancel, effect)] = effects_on(life.journal(), "cancel").items()
    assert effect["incident_id"] == incident_id
    assert not [
        payload
        for _, _, kind, payload in life.journal()
        if kind == "EffectFinished" and payload["effect_id"] == cancel
    ]

    await life.power_back()
    await life.delivery_is(incident_id, "cancelling")
    await play.desk.start()
    road.desk_url, play.desk.url = play.desk.url, road.url
    await life.delivery_is(incident_id, "cancelled", within=75)
    accepted = life.desk_rows("SELECT * FROM history WHERE what = 'cancel_requested'")
    assert [row["number"] for row in accepted] == [known["number"]]
    assert len(play.desk.incidents()) == 1
    assert_written_before_sent(life)
    await play.journal_is_intact()


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("share_incident", {"responder": "Police desk", "ground": "consent"}),
        ("confirm_incident", {"threat": "property"}),
    ],
)
async def test_power_cut_with_a_create_that_never_arrived(
    life: Life, action: str, order: dict[str, object]
) -> None:
    play, road = life.play, life.road
    road.create = Create.MESSAGE_HANGS
    incident_id = await life.break_in_and_confirm()
    await asyncio.wait_for(road.hangs.wait(), 30)
    await life.power_cut()
    assert play.desk.incidents() == []
    assert len(effects_on(life.journal(), "create")) == 1

    road.create = Create.ARRIVES
    road.passed.clear()
    await life.power_back()
    await life.delivery_is(incident_id, "held")
    await asyncio.sleep(SILENCE_S)
    await life.delivery_is(incident_id, "held")
    assert ("GET", "/v1/incidents") in road.passed
    assert road.creates == 0
    assert play.desk.incidents() == []

    issues = (await play.home.ws("repairs/list_issues"))["issues"]
    [unsent] = [item for item in issues if item["translation_key"] == "incident_not_sent"]
    assert unsent["severity"] == "critical"
    assert incident_id in unsent["issue_id"]
    received = await play.home.call("demo_house", "messages", response=True)
    told = [
        item for item in received["messages"] if item["data"].get("tag", "").endswith(incident_id)
    ]
    assert [item["title"] for item in told] == ["Not delivered: alarm at Demo house"]

    await play.ours(action, {"incident_id": incident_id, **order})
    await life.delivery_is(incident_id, "delivered")
    await asyncio.sleep(SILENCE_S)
    assert road.creates == 1
    [known] = play.desk.incidents()
    assert known["mode"] == "exercise"
    issues = (await play.home.ws("repairs/list_issues"))["issues"]
    assert [item for item in issues if item["translation_key"] == "incident_not_sent"] == []
    assert_written_before_sent(life)
    await play.journal_is_intact()
