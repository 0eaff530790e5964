"""The whole product in Home Assistant, with fakes at the outer edge and verbs for what happens.

The kit ends by asserting that nothing left the house that the test did not ask about.
"""

import asyncio
import importlib
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant, ServiceCall, State
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core import alarm_codes
from custom_components.verified_response.engine.looking.pace import Rates
from custom_components.verified_response.engine.ports import Record
from tests.fakes.clock import HandClock
from tests.fakes.config_entry import ADDRESS, OWNER_CODE, PHONE, RESPONDER, SALT, part
from tests.fakes.locks import FakeLocks
from tests.fakes.outside import FakeCamera, FakeCenter
from tests.fakes.person_detector import FakePersonDetector

watch = importlib.import_module("custom_components.verified_response.engine.looking.watch")
compose = importlib.import_module("custom_components.verified_response.compose")
seeing = importlib.import_module("custom_components.verified_response.compose.seeing")
access = importlib.import_module("custom_components.verified_response.compose.access")

DURESS_CODE = "8365"
SENSORS = ("front_door", "hall_motion", "kitchen_window", "porch_motion", "smoke", "panic_button")


def parts() -> list[Any]:
    """The house of the scenarios."""
    hashed = alarm_codes.hash_code(OWNER_CODE, salt=SALT)
    duress = alarm_codes.hash_code(DURESS_CODE, salt=SALT)
    zone = {"areas": ["house"], "cameras": [], "forced_entry": False}
    return [
        part("area", "House"),
        part("camera", "Hall", entity_id="camera.hall", outdoor=False),
        part("camera", "Porch", entity_id="camera.porch", outdoor=True),
        part(
            "zone",
            "Front door",
            **zone | {"cameras": ["hall"]},
            entity_id="binary_sensor.front_door",
            type="entry_exit",
        ),
        part(
            "zone",
            "Hall motion",
            **zone | {"cameras": ["hall"]},
            entity_id="binary_sensor.hall_motion",
            type="interior",
        ),
        part(
            "zone",
            "Kitchen window",
            **zone | {"forced_entry": True},
            entity_id="binary_sensor.kitchen_window",
            type="perimeter",
        ),
        part(
            "zone",
            "Porch motion",
            **zone | {"cameras": ["porch"]},
            entity_id="binary_sensor.porch_motion",
            type="outdoor",
        ),
        part("zone", "Smoke", **zone, entity_id="binary_sensor.smoke", type="fire"),
        part("zone", "Panic button", **zone, entity_id="binary_sensor.panic_button", type="panic"),
        part("lock", "Front lock", entity_id="lock.front", adapter="zwave_js"),
        part(
            "contact",
            "Ada",
            role="owner",
            notify="notify.ada",
            code_hash=hashed,
            duress_hash=duress,
        ),
        part("responder", "City desk", **RESPONDER | {"mode": "exercise"}),
    ]


EAGER = Rates(burst_s=0.0, sustain_s=3600.0, patrol_s=None)
"""No rest between the frames of a burst, and nothing that looks for long: for stories of other things."""


ROOMS = {"HomeCameras": seeing, "HomeLocks": access}
"""Where compose makes what is not made in its first file."""


class House:
    """Verbs for people, sensors and time; nouns for what can be seen from outside."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.camera = FakeCamera(self.clock.now)
        self.rates = EAGER
        self.center = FakeCenter()
        self.locks = FakeLocks(("front_lock",))
        self.detector = FakePersonDetector()
        self.pushes: list[ServiceCall] = []
        self.sirens: list[str] = []
        self.entry: MockConfigEntry | None = None
        self.shares_expected = 0
        self._stack = ExitStack()

    async def set_up(
        self, options: dict[str, Any] | None = None, *, more: Sequence[Any] = ()
    ) -> None:
        """Bring up the house with these options and these parts on top, or instead of their likes."""
        self._place_sensors_apart()
        for name in SENSORS:
            self.hass.states.async_set(f"binary_sensor.{name}", "off")
        self.hass.states.async_set("lock.front", "locked")
        self.hass.services.async_register("notify", "ada", self._pushed)
        self.hass.services.async_register("siren", "turn_on", self._siren)
        self.hass.services.async_register("siren", "turn_off", self._siren)
        for name, fake in (
            ("HomeClock", self.clock),
            ("HomeCameras", self.camera),
            ("PoliceApiCenter", self.center),
            ("HomeLocks", self.locks),
        ):
            room = ROOMS.get(name, compose)
            self._stack.enter_context(patch.object(room, name, _returns(fake)))
        self._stack.enter_context(patch.object(seeing, "detector_of", self._detector_anew))
        self._stack.enter_context(patch.object(watch, "RATES", self.rates))
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="Home",
            data={"name": "Home", "address": ADDRESS, "callback_phone": PHONE},
            options={
                "exit_delay": 45,
                "entry_delay": 30,
                "abort_window": 15,
                "siren": "siren.house",
                **(options or {}),
            },
            subentries_data=[
                *({item["subentry_id"]: item for item in (*parts(), *more)}.values()),
            ],
        )
        self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    def _detector_anew(self, *_: Any) -> FakePersonDetector:
        self.detector.closed = False
        return self.detector

    def _place_sensors_apart(self) -> None:
        other = MockConfigEntry(domain="test")
        other.add_to_hass(self.hass)
        devices, entities = dr.async_get(self.hass), er.async_get(self.hass)
        for name in SENSORS:
            device = devices.async_get_or_create(
                config_entry_id=other.entry_id, identifiers={("test", name)}, name=name
            )
            entities.async_get_or_create(
                "binary_sensor",
                "test",
                name,
                suggested_object_id=name,
                device_id=device.id,
                config_entry=other,
            )

    async def journal(self, *kinds: str) -> list[Record]:
        """Return the journal's records, of these kinds only when any are named."""
        assert self.entry is not None
        records = await self.entry.runtime_data.journal.read()
        return [item for item in records if not kinds or item.kind in kinds]

    @property
    def issues(self) -> set[str]:
        """The repair issues shown now, by translation key."""
        return {
            issue.translation_key or ""
            for (domain, _), issue in ir.async_get(self.hass).issues.items()
            if domain == DOMAIN and issue.active
        }

    async def _pushed(self, call: ServiceCall) -> None:
        self.pushes.append(call)

    async def _siren(self, call: ServiceCall) -> None:
        self.sirens.append(call.service)

    async def settle(self) -> None:
        """Let everything that is due happen: loop turns and executor jobs alike."""
        for _ in range(15):
            await self.hass.async_block_till_done()
            await asyncio.sleep(0.003)

    async def wait(self, seconds: float) -> None:
        """Let time pass from one due moment to the next, as a running hub sees it."""
        end = self.clock.elapsed() + seconds
        while (due := self.clock.due_within(end)) is not None:
            self.clock.advance(due)
            await self.settle()
        self.clock.tick(max(0.0, end - self.clock.elapsed()))
        await self.settle()

    async def sensor(self, name: str, state: str) -> None:
        self.hass.states.async_set(f"binary_sensor.{name}", state)
        await self.settle()

    async def trip(self, name: str) -> None:
        await self.sensor(name, "on")

    async def clear(self, name: str) -> None:
        await self.sensor(name, "off")

    async def arm(self, mode: str = "away", *, wait: float = 45) -> None:
        await self.hass.services.async_call(
            "alarm_control_panel",
            f"alarm_arm_{mode}",
            {"entity_id": "alarm_control_panel.house"},
            blocking=True,
        )
        await self.wait(wait)

    async def disarm(self, code: str | None = OWNER_CODE) -> None:
        data: dict[str, Any] = {"entity_id": "alarm_control_panel.house"}
        if code is not None:
            data["code"] = code
        await self.hass.services.async_call(
            "alarm_control_panel", "alarm_disarm", data, blocking=True
        )
        await self.settle()

    async def act(self, action: str, *, context: Context | None = None, **data: Any) -> Any:
        """Call one of our actions; return its response when it has one."""
        only = self.hass.services.supports_response(DOMAIN, action)
        response = await self.hass.services.async_call(
            DOMAIN, action, data, blocking=True, return_response=only != "none", context=context
        )
        await self.settle()
        return response

    async def tap(self, action: str, **typed: str) -> None:
        """Tap a button of the newest push that has it."""
        button = next(
            item["action"]
            for push in reversed(self.pushes)
            for item in push.data.get("data", {}).get("actions", [])
            if f"|{action}|" in item["action"]
        )
        self.hass.bus.async_fire("mobile_app_notification_action", {"action": button, **typed})
        await asyncio.sleep(0)
        answers = [item for item in asyncio.all_tasks() if item.get_name().endswith(" answer")]
        await asyncio.gather(*answers)  # codes are compared slowly, by design
        await self.settle()
        answers = [task for task in asyncio.all_tasks() if task.get_name().endswith(" answer")]
        if answers:  # a typed code takes its time on purpose
            await asyncio.wait(answers, timeout=5)
            await self.settle()

    async def restart(self, *, down: float = 5) -> None:
        """Stop the product, let time pass, and start it as a new run of the hub."""
        assert self.entry is not None
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        self.hass.data[compose.LAST_ZONES].clear()
        self.clock.tick(down)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    def state(self, entity_id: str) -> State:
        found = self.hass.states.get(entity_id)
        assert found is not None, f"{entity_id} is not there: {self.hass.states.async_entity_ids()}"
        return found

    @property
    def panel(self) -> str:
        return self.state("alarm_control_panel.house").state

    @property
    def stage(self) -> str:
        return self.state("sensor.home_incident").state

    @property
    def level(self) -> str:
        return self.state("sensor.home_alarm_level").state

    @property
    def reasons(self) -> list[str]:
        return list(self.state("sensor.home_alarm_level").attributes.get("reasons", []))

    def expect_shared(self, times: int = 1) -> None:
        """Say that so many creates left the house; more would fail the test at its end."""
        assert len(self.center.created) == times
        self.shares_expected = times

    async def close(self) -> None:
        assert self.entry is not None
        if self.entry.state is ConfigEntryState.LOADED:
            await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()
        self._stack.close()
        assert len(self.center.created) == self.shares_expected, "something left the house"


def _returns(fake: Any) -> Any:
    def make(*_: Any, **__: Any) -> Any:
        return fake

    return make
