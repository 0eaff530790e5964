"""After a full life, no code, address, secret or token lies anywhere it should not."""

import hashlib
import hmac
import json
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox.demo.desk_process import DeskProcess
from sandbox.demo.house_setup import ABORT_WINDOW_S, DOMAIN, PREMISES, set_up
from sandbox.demo.scenario import Burglary
from sandbox.demo.timeline import Timeline
from sandbox.home_client import HomeClient
from sandbox.home_dialogs import HomeError
from sandbox.real_home import DEMO_HOUSE, RealHome
from tests.real.conftest import StartHome
from tests.real.on_disk import folder_of, journal
from tests.real.road import Road

pytestmark = [pytest.mark.real, pytest.mark.slow]

WINDOW = "binary_sensor.kitchen_window"
DENY = "VERIFIED_RESPONSE|false_alarm|"
OWNER_CODE, DURESS_CODE, WRONG_CODE = "8350274916", "2947186053", "7360914825"
SAMS_CODE = "9405827637"
TAPPED = "mobile_app_notification_action"

# Home Assistant itself keeps what others put on its bus, and the owner's script is the owner's.
# By secret: which events may hold it, and how often this life made them.
BY_OTHERS: Mapping[str, Mapping[str, int]] = {
    "granted code": {"call_service demo_house.set_code": 1, "call_service demo_house.type_code": 1},
    "owner's code": {
        "call_service alarm_control_panel.alarm_disarm": 1,
        f"call_service {DOMAIN}.dismiss_incident": 1,
        TAPPED: 1,
    },
    "duress code": {"call_service alarm_control_panel.alarm_disarm": 1},
    "wrong code": {
        "call_service alarm_control_panel.alarm_disarm": 1,
        f"call_service {DOMAIN}.dismiss_incident": 1,
        TAPPED: 1,
    },
}
# What the owner typed into the dialogs: Home Assistant keeps it with the entry, and only there.
IN_THE_ENTRY = {
    *("address", "call-back phone", "client secret"),
    *("Alex's code_hash", "Sam's code_hash", "Sam's duress_hash"),
}
ENTRIES = ".storage/core.config_entries"
NOT_OURS = {"demo_house/keypads.json"}
"""The lock's own memory."""


@dataclass(kw_only=True, slots=True)
class Lived:
    """What is left to be searched, and for what."""

    folder: Path
    secrets: dict[str, str] = field(repr=False)
    answers: dict[str, bytes] = field(default_factory=dict, repr=False)

    def found_in(self, data: bytes) -> set[str]:
        """Names of the secrets in some bytes; a code is one only where no longer number goes on."""
        return {name for name, secret in self.secrets.items() if _pattern(secret).search(data)}


def _pattern(secret: str) -> re.Pattern[bytes]:
    told = re.escape(secret.encode())
    # Not part of the fraction of a second, nor of a longer number.
    return re.compile(rb"(?<![0-9.])" + told + rb"(?![0-9])" if secret.isdigit() else told)


async def fill(
    home: HomeClient, entry_id: str, part: str | None, data: Mapping[str, object]
) -> None:
    """Add a contact, or change one; asks again while the product reloads."""
    flow = await home.start_subentry(entry_id, "contact", subentry_id=part)

    async def taken() -> bool:
        nonlocal flow
        flow = await home.step(flow, data)
        assert flow.errors in ({}, {"base": "not_loaded"})
        return not flow.errors

    await home.wait_until(taken, within=15, what="the contact's dialog")


async def ready(play: Burglary) -> None:
    """Wait until the product is up after a change of its parts."""

    async def up() -> bool:
        [entry] = await play.home.entries(DOMAIN)
        return bool(entry["state"] == "loaded")

    await play.home.wait_until(up, within=20, what="the product")
    await play.home.wait_for_state(play.panel, "disarmed")


async def live(play: Burglary, config: Path) -> tuple[str, str]:
    """A burglary, a duress, false alarms, wrong codes; return the incident and the granted code."""

    async def three_wrong() -> bool:
        kinds = [kind for _, _, kind, _ in journal(config, play.premises.entry_id)]
        return kinds.count("WrongCode") == 3

    home, panel = play.home, play.panel
    await play.arm()
    await play.somebody_breaks_in()
    incident_id = await play.level_at_least(2)
    await play.owner_confirms()
    number = await play.desk_has_it()
    await play.desk_acknowledges(number)
    grant_id, code = await play.officer_gets_a_code(incident_id)
    await play.officer_types(code)
    with pytest.raises(HomeError, match="not valid"):
        await home.call(
            "alarm_control_panel", "alarm_disarm", {"entity_id": panel, "code": WRONG_CODE}
        )
    await play.close(number)
    await play.code_is_gone(grant_id, code)

    await duress(play)
    first = await false_alarm(play)
    with pytest.raises(HomeError, match="not valid"):
        await play.ours("dismiss_incident", {"incident_id": first, "code": WRONG_CODE})
    denied = await deny_button(play, first)
    await tap(home, denied, WRONG_CODE)
    await home.wait_until(three_wrong, within=10, what="three wrong codes in the journal")
    await tap(home, denied, OWNER_CODE)
    await play.incident_is("cancelled")
    second = await false_alarm(play)
    await play.ours("dismiss_incident", {"incident_id": second, "code": OWNER_CODE})
    await play.incident_is("cancelled")
    return incident_id, code


async def duress(play: Burglary) -> None:
    """Somebody is made to disarm; the desk hears of it, the house shows nothing."""
    before = len(play.desk.incidents())
    await play.house("set", entity_id=WINDOW, state="off")
    await play.arm()
    await play.trip(WINDOW)
    await play.incident_is("abort_window")
    data = {"entity_id": play.panel, "code": DURESS_CODE}
    await play.home.call("alarm_control_panel", "alarm_disarm", data)
    await play.home.wait_for_state(play.panel, "disarmed", within=10)

    async def called() -> bool:
        return len(play.desk.incidents()) == before + 1

    await play.home.wait_until(called, within=20, what="the desk to hear of the duress")


async def false_alarm(play: Burglary) -> str:
    """The window rattles; return the incident."""
    await play.house("set", entity_id=WINDOW, state="off")
    await play.arm()
    await play.trip(WINDOW)
    state = await play.incident_is("abort_window")
    return str(state["attributes"]["incident_id"])


async def deny_button(play: Burglary, incident_id: str) -> str:
    """Wait for the push about an incident, and return its button."""
    found: list[str] = []

    async def asked() -> bool:
        received = await play.home.call("demo_house", "messages", response=True)
        offered = [
            item["action"]
            for message in received["messages"]
            for item in message["data"].get("actions", [])
        ]
        found[:] = [item for item in offered if item.startswith(f"{DENY}{incident_id}|")]
        return bool(found)

    await play.home.wait_until(
        asked, within=ABORT_WINDOW_S + 30, what="the push about the false alarm"
    )
    return found[0]


async def tap(home: HomeClient, action: str, typed: str) -> None:
    """Answer as the companion app does."""
    await home.rest("POST", f"/api/events/{TAPPED}", {"action": action, "reply_text": typed})


async def answers_of(play: Burglary, incident_id: str) -> dict[str, bytes]:
    """Everything that the running home tells an administrator."""
    home, entry_id = play.home, play.premises.entry_id
    told: dict[str, object] = {
        "states": await home.rest("GET", "/api/states"),
        "diagnostics": await home.rest("GET", f"/api/diagnostics/config_entry/{entry_id}"),
        "issues": await home.ws("repairs/list_issues"),
        "incident": await play.ours("get_incident", {"incident_id": incident_id}, response=True),
        "incidents": await play.ours("list_incidents", {}, response=True),
        "grants": await play.ours("list_grants", {"include_ended": True}, response=True),
        "messages": await home.call("demo_house", "messages", response=True),
    }
    await home.call("script", "front_door_clear_code", {"slot": 9})  # traces are kept at all
    for domain in ("script", "automation"):
        runs = await home.ws("trace/list", domain=domain)
        assert [run["item_id"] for run in runs] == ["front_door_clear_code"] * (domain == "script")
        for run in runs:
            names = {key: run[key] for key in ("domain", "item_id", "run_id")}
            told[f"trace {run['run_id']}"] = await home.ws("trace/get", **names)
    return {name: json.dumps(answer).encode() for name, answer in told.items()}


def forgetful_owner(config: Path) -> None:
    """Let the owner's scripts keep traces, as scripts do where nobody thinks of it."""
    own = config / "custom_components" / DEMO_HOUSE.name
    shutil.copytree(DEMO_HOUSE, own, ignore=shutil.ignore_patterns("__pycache__"))
    scripts = own / "scripts.yaml"
    text = scripts.read_text(encoding="utf-8")
    assert "trace: {stored_traces: 0}" in text
    scripts.write_text(re.sub(r"\n +trace: .*", "", text), encoding="utf-8")


@pytest.fixture
async def lived(
    start_home: StartHome, police_desk: DeskProcess, road: Road, tmp_path: Path
) -> Lived:
    """A home that has been through everything, and is stopped."""
    forgetful_owner(tmp_path / "home")
    chatty = dict.fromkeys(
        (f"custom_components.{DOMAIN}", "homeassistant.components.script"), "debug"
    )
    real: RealHome = await start_home(record_calls=True, log_levels=chatty)
    line = Timeline()
    premises = await set_up(real.home, police_desk, line)
    part = premises.parts["contact"]["Alex"]
    owner = {"name": "Alex", "role": "owner", "notify": "notify.owner_phone", "code": OWNER_CODE}
    await fill(real.home, premises.entry_id, part, owner)
    sam: dict[str, object] = {"name": "Sam", "role": "household", "code": SAMS_CODE}
    await fill(real.home, premises.entry_id, None, sam | {"duress_code": DURESS_CODE})
    first_code, premises.owner_code = premises.owner_code, OWNER_CODE
    play = Burglary(home=real.home, desk=police_desk, premises=premises, line=line)
    await ready(play)
    incident_id, code = await live(play, real.folder)
    key = (folder_of(real.folder, premises.entry_id) / "key").read_bytes()
    responder = premises.parts["responder"]["Police desk"]
    secrets = {
        "granted code": code,
        "owner's code": OWNER_CODE,
        "owner's first code": first_code,
        "second contact's code": SAMS_CODE,
        "duress code": DURESS_CODE,
        "wrong code": WRONG_CODE,
        "client secret": police_desk.client_secret,
        "address": str(PREMISES["address"]),
        "call-back phone": str(PREMISES["callback_phone"]),
        "webhook id": hmac.new(key, f"webhook {responder}".encode(), hashlib.sha256).hexdigest(),
    }
    # The desk's own file proves that these are the right words to look for.
    received = (tmp_path / "desk.db").read_bytes() + (tmp_path / "desk.db-wal").read_bytes()
    for name in ("address", "call-back phone", "webhook id"):
        assert secrets[name].encode() in received, name
    secrets |= {f"bearer token {number}": token for number, token in enumerate(road.bearers)}
    assert "bearer token 0" in secrets
    answers = await answers_of(play, incident_id)
    await real.stop()
    [written] = [
        payload["grant"]
        for _, _, kind, payload in journal(real.folder, premises.entry_id)
        if kind == "GrantWritten"
    ]
    secrets["fingerprint"] = written["fingerprint"]
    secrets |= dict(hashes(real.folder / ENTRIES))
    return Lived(folder=real.folder, secrets=secrets, answers=answers)


def hashes(entries: Path) -> Iterator[tuple[str, str]]:
    """Yield the stored hashes of people's codes, under names of their own."""
    for entry in json.loads(entries.read_text(encoding="utf-8"))["data"]["entries"]:
        for part in entry.get("subentries", ()):
            for key in sorted({"code_hash", "duress_hash"} & part["data"].keys()):
                yield f"{part['title']}'s {key}", part["data"][key]


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the home but the product's and the sandbox's own source."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(("custom_components/", "no_frontend/")):
            yield name, path.read_bytes()


def holders(db: sqlite3.Connection, data_id: int) -> Iterator[str]:
    """Yield what kind of event each one is that shares a piece of data."""
    query = (
        "SELECT event_types.event_type, event_data.shared_data FROM events"
        " JOIN event_types USING (event_type_id) JOIN event_data USING (data_id)"
        " WHERE events.data_id = ?"
    )
    for kind, raw in db.execute(query, (data_id,)):
        data = json.loads(raw)
        called = f" {data['domain']}.{data['service']}" if kind == "call_service" else ""
        yield kind + called


def in_recorder(lived: Lived) -> Iterator[tuple[str, str]]:
    """Yield every secret and where it stands, over every column of every table."""
    with closing(sqlite3.connect(lived.folder / "home-assistant_v2.db")) as db:
        tables = [
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        assert {"events", "event_data", "states", "state_attributes"} <= set(tables)
        for table in tables:
            read = db.execute(f'SELECT * FROM "{table}"')
            columns = [item[0] for item in read.description]
            for row in read.fetchall():
                values = [item if isinstance(item, bytes) else str(item).encode() for item in row]
                for name in lived.found_in(b"\n".join(values)):
                    if table == "event_data":
                        for holder in holders(db, dict(zip(columns, row, strict=True))["data_id"]):
                            yield name, holder
                    else:
                        yield name, f"table {table}"


async def test_nothing_leaks_in_a_full_life(lived: Lived) -> None:
    folder = lived.folder
    told = {name: sorted(lived.found_in(data)) for name, data in lived.answers.items()}
    assert {name: found for name, found in told.items() if found} == {}

    kept: dict[str, Counter[str]] = {}
    for name, where in in_recorder(lived):
        kept.setdefault(name, Counter())[where] += 1
    assert kept == {name: Counter(places) for name, places in BY_OTHERS.items()}

    searched = dict(files(folder))
    owned = folder_of(folder, next((folder / ".storage" / DOMAIN).iterdir()).name)
    journal_file = (owned / "journal.db").relative_to(folder).as_posix()
    assert {journal_file, "hass.out", "home-assistant_v2.db", ENTRIES} <= set(searched)
    leaks = {
        name: found - allowed(name)
        for name, data in searched.items()
        if (found := lived.found_in(data))
    }
    assert {name: found for name, found in leaks.items() if found} == {}
    assert lived.found_in(searched[ENTRIES]) == IN_THE_ENTRY


def allowed(name: str) -> set[str]:
    """Return the secrets that a file may hold."""
    if name == ENTRIES:
        return IN_THE_ENTRY
    if name in NOT_OURS:
        return {"granted code"}
    if name.startswith(f".storage/{DOMAIN}/") and "/journal.db" in name:
        return {"fingerprint"}
    if name.startswith("home-assistant_v2.db"):
        return set(BY_OTHERS)  # row by row above
    return set()
