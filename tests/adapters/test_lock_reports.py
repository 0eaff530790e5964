"""What locks say of themselves becomes evidence; that one was opened does not."""

from collections.abc import Iterator
from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry
from zwave_js_server.const.command_class import notification as zwave

from custom_components.verified_response.adapters import lock_reports
from custom_components.verified_response.adapters.lock_reports import LockReports
from custom_components.verified_response.core.evidence import LockReported, LockSign
from tests import builders
from tests.fakes.clock import HandClock

HOUSE = builders.premises(
    policy=builders.policy(lock_attempts=3),
    doors=builders.by_id([builders.door("front"), builders.door("back")]),
)
COVER = "binary_sensor.front_cover"


class Ear:
    """A lock with a device and a cover contact, and what was said of it."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.said: list[LockReported] = []
        owner = MockConfigEntry(domain="test")
        owner.add_to_hass(hass)
        self.device = dr.async_get(hass).async_get_or_create(
            config_entry_id=owner.entry_id, identifiers={("test", "lock")}
        )
        for domain, name, device_class in (
            ("lock", "front", None),
            ("binary_sensor", "front_cover", "tamper"),
            ("binary_sensor", "front_door", "door"),
        ):
            er.async_get(hass).async_get_or_create(
                domain,
                "test",
                name,
                suggested_object_id=name,
                device_id=self.device.id,
                config_entry=owner,
                original_device_class=device_class,
            )
        for entity_id in ("lock.front", "lock.back"):
            hass.states.async_set(entity_id, "locked")
        hass.states.async_set(COVER, "off")
        hass.states.async_set("binary_sensor.front_door", "off")
        self.end = LockReports(hass, HOUSE, self.said.append, now=self.clock.now).listen()
        self.clock.tick(60)

    async def state(self, entity_id: str, *states: str, after: float = 0) -> None:
        self.clock.tick(after)
        for state in states:
            self.hass.states.async_set(entity_id, state)
            await self.hass.async_block_till_done()

    async def notice(self, kind: int, event: int, *, after: float = 0, **data: Any) -> None:
        self.clock.tick(after)
        self.hass.bus.async_fire(
            lock_reports.ZWAVE_EVENT,
            {"type": kind, "event": event, "device_id": self.device.id, "parameters": {}} | data,
        )
        await self.hass.async_block_till_done()

    @property
    def kinds(self) -> list[LockSign]:
        return [item.kind for item in self.said]


@pytest.fixture
def ear(hass: HomeAssistant) -> Iterator[Ear]:
    made = Ear(hass)
    yield made
    made.end()


async def test_a_lock_that_jams(ear: Ear) -> None:
    await ear.state("lock.front", "locking", "jammed")
    assert ear.said == [LockReported(at=ear.clock.now(), door_id="front", kind=LockSign.JAMMED)]
    await ear.state("lock.back", "jammed", after=60)
    assert ear.said[-1].door_id == "back"


async def test_class_4_a_lock_that_comes_back_jammed_did_not_jam_now(ear: Ear) -> None:
    """Peers' failure class 4: flaps are no intrusion; class 7: a level is no edge."""
    await ear.state("lock.front", "unavailable", "jammed", after=60)
    await ear.state("lock.front", "unknown", "locked", "jammed", after=60)
    await ear.state(COVER, "unavailable", "on", after=60)
    assert ear.said == []


async def test_class_1_right_after_the_start_nothing_counts(ear: Ear) -> None:
    """Peers' failure class 1: a restart is no intrusion."""
    ear.end()
    ear.end = LockReports(ear.hass, HOUSE, ear.said.append, now=ear.clock.now).listen()
    await ear.state("lock.front", "jammed", after=4)
    assert ear.said == []


@pytest.mark.parametrize("state", ["unlocking", "unlocked", "opening", "open"])
async def test_a_lock_that_is_opened_is_no_evidence(ear: Ear, state: str) -> None:
    await ear.state("lock.front", state)
    await ear.state("binary_sensor.front_door", "on")
    assert ear.said == []


async def test_a_cover_on_the_locks_device(ear: Ear) -> None:
    await ear.state(COVER, "on")
    assert ear.kinds == [LockSign.TAMPER]
    assert ear.said[0].door_id == "front"
    await ear.notice(7, 3, after=2)
    assert ear.kinds == [LockSign.TAMPER], "notification and contact are one report"
    await ear.notice(7, 3, after=10)
    assert ear.kinds == [LockSign.TAMPER] * 2


@pytest.mark.parametrize(
    ("kind", "event", "told"),
    [
        (6, 11, LockSign.JAMMED),
        (7, 1, LockSign.FORCED),
        (7, 2, LockSign.FORCED),
        (7, 3, LockSign.TAMPER),
        (7, 9, LockSign.TAMPER),
        (7, 11, LockSign.TAMPER),
        (6, 6, None),
        (6, 2, None),
        (7, 8, None),
        (8, 16, None),
    ],
)
async def test_what_zwave_notifications_mean(
    ear: Ear, kind: int, event: int, told: LockSign | None
) -> None:
    await ear.notice(kind, event, device_id="another")
    assert ear.said == []
    await ear.notice(kind, event)
    assert ear.kinds == ([told] if told else [])


def test_the_numbers_are_those_of_zwave_js() -> None:
    access, security = zwave.AccessControlNotificationEvent, zwave.HomeSecurityNotificationEvent
    six, seven = zwave.NotificationType.ACCESS_CONTROL, zwave.NotificationType.HOME_SECURITY
    assert {
        (six, access.LOCK_STATE_LOCK_JAMMED),
        (seven, security.SENSOR_STATUS_INTRUSION_LOCATION_PROVIDED),
        (seven, security.SENSOR_STATUS_INTRUSION),
        (seven, security.COVER_STATUS_TAMPERING_PRODUCT_COVER_REMOVED),
        (seven, security.TAMPERING_PRODUCT_MOVED),
        (seven, security.MAGNETIC_INTERFERENCE_STATUS_MAGNETIC_FIELD_INTERFERENCE_DETECTED),
    } == set(lock_reports.SIGNS)


async def test_nothing_is_said_after_the_end(ear: Ear) -> None:
    ear.end()
    ear.end = lambda: None
    await ear.state("lock.front", "jammed")
    await ear.state(COVER, "on")
    await ear.notice(7, 2)
    assert ear.said == []
