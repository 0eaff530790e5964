"""Blueprints about the house itself: somebody outside, sensors that are lost, batteries, cries for help."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.calls import Call, Cry, CryEnd, Heard
from custom_components.verified_response.core.evidence import DevicesLost
from tests.fakes.news import tell
from tests.scenarios.conftest import House

from .kit import INCIDENT, Automations, local, loiter, told

AT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
TROUBLE = "binary_sensor.home_sensor_trouble"


async def at_home(house: House, automations: Automations, **inputs: Any) -> tuple[list[Any], ...]:
    """Make the automation that looks as if somebody was at home; return what goes on and off."""
    for name, state in (("light.bedroom", "off"), ("light.bath", "on"), ("media_player.tv", "off")):
        house.hass.states.async_set(name, state)
    house.hass.states.async_set("sun.sun", "below_horizon")
    on, off = (
        automations.heard("homeassistant.turn_on"),
        automations.heard("homeassistant.turn_off"),
    )
    await automations.use(
        "somebody_at_home",
        incident=INCIDENT,
        panels=["alarm_control_panel.house"],
        lights=["light.bedroom", "light.bath"],
        **{"players": ["media_player.tv"], "minutes": 10, **inputs},
    )
    return on, off


async def test_it_looks_as_if_somebody_had_woken_up(house: House, automations: Automations) -> None:
    on, off = await at_home(house, automations)
    await house.arm()
    await loiter(house)
    await automations.pass_time(seconds=1)
    await automations.pass_time(seconds=6)
    assert [call.data["entity_id"] for call in on] == [["light.bedroom"], ["media_player.tv"]]
    assert not off
    await automations.pass_time(minutes=9)
    assert not off
    await automations.pass_time(minutes=16)
    (call,) = off
    assert call.data["entity_id"] == ["light.bedroom", "media_player.tv"], "the bath was on before"


@pytest.mark.parametrize("why", ["passes", "at home", "day"])
async def test_it_stays_dark(house: House, automations: Automations, why: str) -> None:
    on, _ = await at_home(house, automations)
    await house.arm("home" if why == "at home" else "away")
    if why == "day":
        house.hass.states.async_set("sun.sun", "above_horizon")
    await loiter(house, dwell_s=4.0 if why == "passes" else 30.0)
    await automations.pass_time(seconds=1)
    assert not on


async def lost(house: House, *zones: str) -> None:
    await tell(house, ev.EvidenceNoted(item=DevicesLost(at=AT, zones=zones)))


async def with_nag(automations: Automations, **inputs: Any) -> list[Any]:
    sent = automations.heard("notify.send_message")
    await automations.use(
        "lost_sensors", incident=INCIDENT, trouble=TROUBLE, tell=["notify.ada"], **inputs
    )
    return sent


async def test_sensors_lost_at_once_are_told_at_once(
    house: House, automations: Automations
) -> None:
    sent = await with_nag(automations)
    await lost(house, "kitchen_window", "hall_motion")
    assert told(sent) == [
        "Lost at the same time: Kitchen window, Hall motion."
        " Their radio may be jammed, or their power may be off."
    ]
    await automations.pass_time(hours=7)
    assert len(sent) == 1, "they are well again"


async def test_a_sensor_that_is_away_is_nagged_about_until_it_is_back(
    house: House, automations: Automations
) -> None:
    sent = await with_nag(automations, most=3)
    await house.sensor("kitchen_window", "unavailable")
    await house.wait(120)
    assert house.state(TROUBLE).state == "on"
    assert not sent, "not told before it lasts"
    await automations.pass_time(minutes=16)
    assert told(sent) == ["Trouble with sensors: Kitchen window (offline)."]
    await automations.pass_time(hours=7)
    assert len(sent) == 2
    await house.sensor("kitchen_window", "off")
    await house.wait(120)
    assert house.state(TROUBLE).state == "off"
    await automations.pass_time(hours=7)
    assert len(sent) == 2


async def test_it_stops_nagging_some_day(house: House, automations: Automations) -> None:
    sent = await with_nag(automations, most=2)
    await house.sensor("kitchen_window", "unavailable")
    await house.wait(120)
    await automations.pass_time(minutes=16)
    for _ in range(4):
        await automations.pass_time(hours=7)
    assert len(sent) == 2


async def weak(house: House, **zones: list[str]) -> None:
    state = "on" if zones else "off"
    house.hass.states.async_set(TROUBLE, state, {"zones": zones})
    await house.settle()


async def test_weak_batteries_are_listed_on_their_day(
    house: House, automations: Automations
) -> None:
    sent = automations.heard("notify.send_message")
    await automations.use("weak_batteries", trouble=TROUBLE, tell=["notify.ada"], days=["wed"])
    await weak(house, Door=["low_battery"], Window=["offline"], Hall=["offline", "low_battery"])
    await automations.at(local(2027, 1, 5, 11))  # a Tuesday
    assert not sent
    await automations.at(local(2027, 1, 6, 11))
    assert told(sent) == ["Low batteries: Door, Hall."]


async def test_no_weak_battery_is_no_news(house: House, automations: Automations) -> None:
    sent = automations.heard("notify.send_message")
    await automations.use("weak_batteries", trouble=TROUBLE, tell=["notify.ada"], days=["wed"])
    await weak(house, Window=["offline"])
    await automations.at(local(2027, 1, 6, 11))
    assert not sent


def cry(**heard: str) -> Cry:
    return Cry(
        id="c1",
        call=Call.POLICE,
        heard=Heard(satellite="assist_satellite.bath", **heard),
        heard_at=AT,
        until=AT,
        bare=True,
        silence_calls=False,
    )


async def test_the_house_hears_that_somebody_cried(house: House, automations: Automations) -> None:
    said = automations.heard("assist_satellite.announce")
    blinked = automations.heard("light.turn_on")
    await automations.use(
        "cry_for_help",
        incident=INCIDENT,
        satellites=["assist_satellite.kitchen"],
        also=[{"action": "light.turn_on", "data": {"entity_id": "light.all", "flash": "long"}}],
    )
    await tell(house, ev.CryHeard(cry=cry(place="Bathroom")))
    await tell(house, ev.CryEnded(cry_id="c1", end=CryEnd.NO_ANSWER))
    assert told(said) == [
        "Somebody has cried for help. Bathroom",
        "Somebody has cried for help and does not answer. Please look.",
    ]
    assert len(blinked) == 2


async def test_a_cry_that_was_taken_back_is_not_told_on(
    house: House, automations: Automations
) -> None:
    said = automations.heard("assist_satellite.announce")
    await automations.use(
        "cry_for_help", incident=INCIDENT, satellites=["assist_satellite.kitchen"]
    )
    await tell(house, ev.CryEnded(cry_id="c1", end=CryEnd.STOPPED))
    assert not said
    await tell(house, ev.CryHeard(cry=cry()))
    assert told(said) == ["Somebody has cried for help."]
