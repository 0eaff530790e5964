"""Automations of blueprints: made as the UI makes them, run by Home Assistant itself."""

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from homeassistant.core import ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from custom_components.verified_response.core.commands import ReportOutside, RespondersSay
from custom_components.verified_response.core.detection import Trust
from tests.contracts.repository import ROOT
from tests.scenarios.conftest import House

BLUEPRINTS = ROOT / "blueprints" / "automation" / "verified_response"
FILES = sorted(BLUEPRINTS.glob("*.yaml"))
INCIDENT = "event.home_incident"
RUNS_THEM = ("homeassistant.components.automation", "homeassistant.components.blueprint")


class Automations:
    """Verbs for automations, and for what other integrations would do."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.settle = self.settle  # the other one waits for those that wait

    async def settle(self) -> None:
        """Let everything happen but what an automation itself waits for."""
        for _ in range(15):
            await asyncio.sleep(0)
            tasks = self.house.hass._tasks
            if busy := [task for task in tasks if not _is_of_an_automation(task)]:
                await asyncio.wait(busy, timeout=1)
            await asyncio.sleep(0.003)

    async def until(self, holds: Callable[[], object]) -> None:
        """Let an automation finish work that takes its time on purpose."""
        async with asyncio.timeout(10):
            while not holds():
                await self.settle()

    async def stop(self) -> None:
        """Stop all automations, also those that wait."""
        services = self.house.hass.services
        if services.has_service("automation", "turn_off"):
            await services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)

    async def use(self, name: str, **inputs: Any) -> str:
        """Import a blueprint, make an automation of it with these inputs; return its entity."""
        hass = self.house.hass
        await hass.async_add_executor_job(_put, name, hass.config.path("blueprints", "automation"))
        blueprint = {"path": f"verified_response/{name}.yaml", "input": inputs}
        config = {"id": name, "alias": name, "use_blueprint": blueprint}
        assert await async_setup_component(hass, "automation", {"automation": [config]})
        await self.house.settle()
        entity_id = f"automation.{name}"
        assert self.house.state(entity_id).state == "on", "Home Assistant refused it"
        return entity_id

    def heard(self, action: str) -> list[ServiceCall]:
        """Stand in for an action of somebody else's; return the list of its calls."""
        return async_mock_service(self.house.hass, *action.split("."))

    def phone(self, name: str) -> str:
        """Register a device of the companion app; return its id."""
        entry = MockConfigEntry(domain="mobile_app", title=name)
        entry.add_to_hass(self.house.hass)
        device = dr.async_get(self.house.hass).async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("mobile_app", name)}, name=name
        )
        return device.id

    async def pass_time(self, **length: float) -> None:
        """Let Home Assistant's timers believe that so much time went by; the alarm's clock is its own."""
        async_fire_time_changed(self.house.hass, dt_util.utcnow() + timedelta(**length))
        await self.house.settle()

    async def at(self, moment: datetime) -> None:
        """Let Home Assistant's clock strike this moment, and conditions see its day."""
        with patch.object(dt_util, "now", return_value=moment):
            async_fire_time_changed(self.house.hass, moment)
            await self.house.settle()

    def complaints(self, records: Sequence[logging.LogRecord]) -> list[str]:
        """Return what running automations complained about."""
        return [
            record.getMessage()
            for record in records
            if record.levelno >= logging.ERROR and record.name.startswith(RUNS_THEM)
        ]


def _put(name: str, folder: str) -> None:
    """Put a blueprint where an import puts it."""
    own = Path(folder, "verified_response")
    own.mkdir(parents=True)
    shutil.copy(BLUEPRINTS / f"{name}.yaml", own)


def _is_of_an_automation(task: asyncio.Future[Any]) -> bool:
    """Say whether this is an automation that runs, which may take hours."""
    coro = task.get_coro() if isinstance(task, asyncio.Task) else None
    return getattr(coro, "__qualname__", "").startswith(("AutomationEntity.", "Script."))


def told(calls: Sequence[ServiceCall]) -> list[str]:
    """Return the messages of these calls."""
    return [call.data["message"] for call in calls]


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment by the clock of the house."""
    zone = dt_util.get_default_time_zone()
    assert isinstance(zone, ZoneInfo)
    return datetime(year, month, day, hour, minute, tzinfo=zone)


async def break_in(house: House) -> None:
    """Arm, and let somebody come in whom the camera sees: level 2."""
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("hall_motion")
    await house.wait(30)


async def smashed_window(house: House) -> None:
    """Arm, and let one detector trip: level 1."""
    await house.arm()
    await house.trip("kitchen_window")


async def loiter(house: House, *, dwell_s: float = 30.0) -> None:
    """Let somebody stay outside for so long."""
    assert house.entry is not None
    await house.entry.runtime_data.desk.submit(
        ReportOutside(
            camera_id="porch",
            trust=Trust.FULL,
            engine="onnx/fake",
            scores=(0.9,),
            box=None,
            count=1,
            dwell_s=dwell_s,
            direction="in",
        )
    )
    await house.settle()


async def responder_says(house: House, status: str) -> None:
    """Let the desk say something about the open incident."""
    assert house.entry is not None
    desk = house.entry.runtime_data.desk
    (incident,) = desk.state.open_incidents()
    await desk.submit(
        RespondersSay(
            incident_id=incident.id,
            responder_id="city_desk",
            event_id=f"say-{status}",
            status=status,
            number="4711",
        )
    )
    await house.settle()
