"""Blueprints that arm: when the last person has left, and when somebody taps in the evening."""

from datetime import timedelta
from typing import Any

import pytest
from homeassistant.util import dt as dt_util

from tests.scenarios.conftest import House

from .kit import Automations, local, told

PANEL = "alarm_control_panel.house"
PERSONS = ["person.ada", "person.ben"]


async def everybody(house: House, **where: str) -> None:
    for name, place in where.items():
        house.hass.states.async_set(f"person.{name}", place)
    await house.settle()


async def leaving(house: House, automations: Automations, **inputs: Any) -> None:
    await everybody(house, ada="home", ben="home")
    await automations.use("arm_on_leaving", panels=[PANEL], persons=PERSONS, **inputs)


async def test_it_arms_when_the_last_person_has_left(
    house: House, automations: Automations
) -> None:
    await leaving(house, automations)
    await everybody(house, ada="not_home")
    await automations.pass_time(minutes=6)
    assert house.panel == "disarmed"
    await everybody(house, ben="Office")
    assert house.panel == "disarmed", "they may come back"
    await automations.pass_time(minutes=6)
    assert house.panel == "arming"
    await house.wait(45)
    assert house.panel == "armed_away"


async def test_for_vacation(house: House, automations: Automations) -> None:
    await leaving(house, automations, how="alarm_arm_vacation")
    await everybody(house, ada="not_home", ben="not_home")
    await automations.pass_time(minutes=6)
    await house.wait(45)
    assert house.panel == "armed_vacation"


async def test_whoever_comes_back_stops_it(house: House, automations: Automations) -> None:
    await leaving(house, automations)
    await everybody(house, ada="not_home", ben="not_home")
    await everybody(house, ada="home")
    await automations.pass_time(minutes=6)
    assert house.panel == "disarmed"


@pytest.mark.parametrize("lost", ["unknown", "unavailable"])
async def test_of_whom_nobody_knows_counts_as_at_home(
    house: House, automations: Automations, lost: str
) -> None:
    await leaving(house, automations)
    await everybody(house, ben=lost)
    await everybody(house, ada="not_home")
    await automations.pass_time(minutes=6)
    assert house.panel == "disarmed"


async def test_going_from_place_to_place_does_not_arm_again(
    house: House, automations: Automations
) -> None:
    """Somebody let a cleaner in from afar."""
    await leaving(house, automations)
    await everybody(house, ada="not_home", ben="not_home")
    await everybody(house, ben="Office")
    await automations.pass_time(minutes=6)
    await house.wait(45)
    await house.disarm()
    await everybody(house, ben="not_home")
    await automations.pass_time(minutes=6)
    assert house.panel == "disarmed"


class Evening:
    """The question on a phone, and the answers."""

    def __init__(self, house: House, automations: Automations) -> None:
        self.house, self.automations = house, automations
        self.ada = automations.heard("notify.mobile_app_adas_phone")
        self.ben = automations.heard("notify.mobile_app_bens_phone")

    async def ask(self) -> None:
        phones = [self.automations.phone("Adas phone"), self.automations.phone("Bens phone")]
        await self.automations.use("ask_to_arm_at_night", panel=PANEL, phones=phones)
        tomorrow = dt_util.now() + timedelta(days=1)
        eleven = local(tomorrow.year, tomorrow.month, tomorrow.day, 23)
        await self.automations.at(eleven)

    async def tap(self, place: int) -> None:
        button = self.ada[0].data["data"]["actions"][place]["action"]
        self.house.hass.bus.async_fire("mobile_app_notification_action", {"action": button})
        await self.house.settle()


@pytest.fixture
def evening(house: House, automations: Automations) -> Evening:
    return Evening(house, automations)


async def test_a_tap_arms_for_the_night(house: House, evening: Evening) -> None:
    await evening.ask()
    (asked,) = evening.ada
    assert asked.data["message"] == "The alarm is off. Arm it for the night?"
    assert [button["title"] for button in asked.data["data"]["actions"]] == ["Arm", "Not tonight"]
    assert told(evening.ben) == told(evening.ada)
    await evening.tap(0)
    await house.wait(45)
    assert house.panel == "armed_night"
    assert told(evening.ben)[1:] == ["clear_notification"]
    assert evening.ben[1].data["data"]["tag"] == asked.data["data"]["tag"]


async def test_no_tap_arms_nothing(house: House, evening: Evening) -> None:
    await evening.ask()
    await evening.automations.pass_time(minutes=31)
    await house.wait(60)
    assert house.panel == "disarmed"
    assert told(evening.ada)[1:] == ["clear_notification"]


async def test_not_tonight(house: House, evening: Evening) -> None:
    await evening.ask()
    await evening.tap(1)
    await house.wait(60)
    assert house.panel == "disarmed"


async def test_a_button_of_another_evening_arms_nothing(house: House, evening: Evening) -> None:
    await evening.ask()
    stale = {"action": "ARM_FOR_THE_NIGHT_01HSOMEOTHEREVENING"}
    house.hass.bus.async_fire("mobile_app_notification_action", stale)
    await house.settle()
    await house.wait(60)
    assert house.panel == "disarmed"


async def test_nobody_is_asked_when_it_is_armed(house: House, evening: Evening) -> None:
    await house.arm("night")
    await evening.ask()
    assert not evening.ada
