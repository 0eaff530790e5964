"""A full life of codes through the actions: they are in answers and on locks, and nowhere else."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, callback
from homeassistant.helpers.json import json_dumps

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.commands import ReportDoor
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.diagnostics import async_get_config_entry_diagnostics
from tests.scenarios.conftest import House
from tests.test_door_actions import coming

STANDING = "735182"


def on_disk(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((folder / ".storage").rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


class Watcher:
    """Everything that somebody on the hub could see."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.seen: list[str] = []

        @callback
        def heard(event: Event) -> None:
            self.seen.append(f"{event.event_type} {json_dumps(event.as_dict())}")

        house.hass.bus.async_listen(MATCH_ALL, heard)

    async def places(self, log: str) -> dict[str, bytes]:
        """Return what there is to see now, by where."""
        house, entry = self.house, self.house.entry
        assert entry is not None
        told: dict[str, Any] = {
            "diagnostics": await async_get_config_entry_diagnostics(house.hass, entry),
            "grants": await house.act("list_grants", include_ended=True),
            "entries": await house.act("list_entries", format="csv"),
            "incidents": await house.act("list_incidents"),
            "journal": [str(record) for record in await house.journal()],
            "states": [state.as_dict() for state in house.hass.states.async_all()],
            "entry": entry.as_dict(),
            "runtime": repr(entry.runtime_data.desk.state),
            "pushes": [dict(push.data) for push in house.pushes],
            "shared": [repr(call) for call in house.center.created],
        }
        found = {name: json_dumps(answer).encode() for name, answer in told.items()}
        found |= {"events": "\n".join(self.seen).encode(), "log": log.encode()}
        return found | dict(on_disk(self.folder))


async def use(house: House, grant_id: str) -> None:
    desk = house.entry.runtime_data.desk
    slot = desk.state.grants[grant_id].credentials["front_lock"].slot
    report = DoorReport(
        at=desk.now(),
        door_id="front_lock",
        act=DoorAct.UNLOCKED,
        method=EntryMethod.KEYPAD,
        slot=slot,
    )
    await desk.submit(ReportDoor(report=report))
    await house.settle()


async def test_codes_are_in_answers_and_on_locks_and_nowhere_else(
    empty_house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = empty_house
    watcher = Watcher(house, tmp_path)
    caplog.set_level(logging.DEBUG)
    await coming(house)
    lock = house.locks.of("front_lock")

    # One for an officer, used; seen before anything is removed.
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Officer Lee")
    await use(house, granted["grant_id"])
    # One by a tap: kept until it is shown.
    await house.tap("let_in")
    (tapped,) = [
        item["grant_id"]
        for item in (await house.act("list_grants"))["grants"]
        if item["code_available"]
    ]
    vault = tmp_path / ".storage" / DOMAIN / house.entry.entry_id / "codes.json"
    kept = vault.read_bytes()
    codes = {granted["code"], *lock.codes.values()}
    assert len(codes) == 2
    assert tapped.encode() in kept, "it is kept, so that it can be shown"
    seen = [await watcher.places(caplog.text)]
    # It lives through a restart, is shown once, and forgotten when it was sent.
    await house.restart()
    shown = await house.act("show_access_code", grant_id=tapped)
    assert shown["code"] in codes
    seen.append(await watcher.places(caplog.text))
    # A lock that keeps its code, a guest, a revocation.
    lock.writes_lost = True
    await house.act("revoke_access", grant_id=granted["grant_id"])
    guest = await house.act(
        "grant_access", lock=["lock.front"], preset="guest", duration=timedelta(minutes=5)
    )
    codes.add(guest["code"])
    await house.wait(400)
    seen.append(await watcher.places(caplog.text))
    lock.writes_lost = False
    await house.wait(2400)
    assert not lock.codes
    seen.append(await watcher.places(caplog.text))

    # What they are told apart by, so that this test can fail.
    assert b"Officer Lee" in seen[-1]["grants"]
    assert b"GrantWritten" in seen[-1]["journal"]
    assert b"credential" in seen[-1]["events"]
    assert any(name.endswith("journal.db") for name in seen[-1])
    found = {
        (name, code)
        for places in seen
        for name, data in places.items()
        for code in codes
        if _holds(data, code)
    }
    assert {name for name, _ in found} == set()


def _holds(data: bytes, code: str) -> bool:
    """Say whether a code stands there by itself, and not in the middle of a longer number."""
    return re.search(rb"(?<![0-9.])" + code.encode() + rb"(?![0-9])", data) is not None


async def test_a_standing_code_is_only_stored_sealed(
    empty_house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = empty_house
    caplog.set_level(logging.DEBUG)
    watcher = Watcher(house, tmp_path)
    await house.set_up()
    for script in ("enable", "disable"):
        house.hass.states.async_set(f"script.{script}", "off")
    house.hass.states.async_set("lock.shed", "locked")
    flows = house.hass.config_entries.subentries
    form = await flows.async_init((house.entry.entry_id, "lock"), context={"source": "user"})
    asked = {
        "name": "Shed",
        "entity_id": "lock.shed",
        "adapter": "standing",
        "set_script": "script.enable",
        "clear_script": "script.disable",
        "standing_code": STANDING,
    }
    await flows.async_configure(form["flow_id"], asked)
    await house.settle()
    [shed] = [item for item in house.entry.subentries.values() if item.title == "Shed"]
    assert len(shed.data["standing_code"]) > 80
    places = await watcher.places(caplog.text)
    assert shed.data["standing_code"].encode() in places["entry"]
    assert shed.data["standing_code"].encode() not in places["diagnostics"]
    assert shed.data["standing_code"].encode() not in places["runtime"]
    assert {name for name, data in places.items() if _holds(data, STANDING)} == set()
