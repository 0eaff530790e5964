"""Blueprints that run on an alarm: lights and sirens, a tablet, voices, neighbours."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.incident import IncidentKind, Stage
from tests.fakes.config_entry import OWNER_CODE
from tests.fakes.news import tell
from tests.scenarios.conftest import DURESS_CODE, House

from .kit import INCIDENT, Automations, break_in, loiter, smashed_window, told

LIGHTS = {"entity_id": ["light.hall", "light.stairs"]}


async def with_lights(automations: Automations, **inputs: Any) -> tuple[list[Any], ...]:
    """Make the automation of lights and sirens; return the calls of lights, siren on, siren off."""
    calls = tuple(automations.heard(f"{name}") for name in ("light.turn_on", "siren.turn_on"))
    off = automations.heard("siren.turn_off")
    await automations.use("lights_and_siren", incident=INCIDENT, lights=LIGHTS, **inputs)
    return (*calls, off)


def of_garden(calls: list[Any]) -> list[Any]:
    """Return the calls of the blueprint's own siren; the integration has another one."""
    return [call for call in calls if call.data["entity_id"] == ["siren.garden"]]


async def test_lights_and_siren_at_level_2(house: House, automations: Automations) -> None:
    lights, on, off = await with_lights(automations, sirens=["siren.garden"])
    await break_in(house)
    assert house.level == "2"
    (call,) = lights
    assert call.data["entity_id"] == LIGHTS["entity_id"]
    assert len(of_garden(on)) == 1
    assert not of_garden(off)
    await house.disarm()
    assert len(of_garden(off)) == 1, "the end of the alarm silences it"


async def test_the_siren_is_silent_after_a_while(house: House, automations: Automations) -> None:
    _, on, off = await with_lights(automations, sirens=["siren.garden"], siren_time={"seconds": 90})
    await break_in(house)
    await automations.pass_time(seconds=80)
    assert (len(of_garden(on)), len(of_garden(off))) == (1, 0)
    await automations.pass_time(seconds=91)
    assert len(of_garden(off)) == 1


async def test_a_lower_level_leaves_the_lights_as_they_are(
    house: House, automations: Automations
) -> None:
    lights, _, _ = await with_lights(automations)
    await smashed_window(house)
    assert house.level == "1"
    assert not lights


async def test_the_level_is_the_owners_choice(house: House, automations: Automations) -> None:
    lights, on, off = await with_lights(automations, level=1)
    await smashed_window(house)
    await house.disarm()
    assert len(lights) == 1
    assert not of_garden([*on, *off]), "there are no sirens of its own"


@pytest.mark.parametrize("how", ["duress", "silent"])
async def test_lights_never_give_a_hidden_call_away(
    house: House, automations: Automations, how: str
) -> None:
    """Not even when it reaches a level: nothing of it is told to automations."""
    lights, on, _ = await with_lights(automations, level=1, sirens=["siren.garden"])
    if how == "duress":
        await house.arm()
        await house.disarm(DURESS_CODE)
    else:
        await house.act("report_distress", kind="police", silent=True)
    await house.wait(120)
    house.expect_shared()
    assert not lights
    assert not of_garden(on)


async def test_a_covert_incident_with_a_level_lights_nothing(
    house: House, automations: Automations
) -> None:
    lights, _, _ = await with_lights(automations, level=1)
    opened = ev.IncidentOpened(
        incident_id="i1",
        kind=IncidentKind.BURGLARY,
        stage=Stage.VERIFYING,
        until=None,
        areas=("house",),
        by="hub",
        covert=True,
    )
    raised = ev.Assessed(incident_id="i1", assessment=Assessment(level=3))
    await tell(house, opened, raised)
    assert not lights
    await tell(
        house, replace(opened, incident_id="i2", covert=False), replace(raised, incident_id="i2")
    )
    assert len(lights) == 1, "the same in the open does"


async def test_the_tablet_shows_the_camera_and_goes_back(
    house: House, automations: Automations
) -> None:
    sent = automations.heard("notify.mobile_app_hall_tablet")
    tablet = automations.phone("Hall tablet")
    await automations.use(
        "camera_on_tablet", incident=INCIDENT, camera="camera.hall", tablet=tablet, minutes=2
    )
    await smashed_window(house)
    assert told(sent) == ["command_screen_on", "command_webview"]
    assert sent[1].data["data"] == {"command": "entityId:camera.hall"}
    await automations.pass_time(minutes=3)
    assert sent[2].data == {"message": "command_webview", "data": {"command": "/lovelace/0"}}


async def test_the_tablet_shows_the_camera_that_saw_somebody(
    house: House, automations: Automations
) -> None:
    sent = automations.heard("notify.mobile_app_hall_tablet")
    tablet = automations.phone("Hall tablet")
    await automations.use(
        "camera_on_tablet", incident=INCIDENT, camera="camera.hall", tablet=tablet
    )
    await house.arm()
    await loiter(house, dwell_s=4)
    assert not sent, "somebody who passes was not chosen"
    await house.wait(600)
    await loiter(house)
    assert sent[1].data["data"] == {"command": "entityId:camera.porch"}


async def test_another_tablet_by_ones_own_actions(house: House, automations: Automations) -> None:
    shown = automations.heard("browser_mod.popup")
    hidden = automations.heard("browser_mod.close_popup")
    await automations.use(
        "camera_on_tablet",
        incident=INCIDENT,
        camera="camera.hall",
        show=[{"action": "browser_mod.popup", "data": {"content": "{{ camera }}"}}],
        hide=[{"action": "browser_mod.close_popup"}],
    )
    await smashed_window(house)
    assert [call.data["content"] for call in shown] == ["camera.hall"]
    await automations.pass_time(minutes=6)
    assert len(hidden) == 1


async def test_satellites_say_how_it_goes(house: House, automations: Automations) -> None:
    said = automations.heard("assist_satellite.announce")
    await automations.use(
        "announce_on_satellites",
        incident=INCIDENT,
        satellites=["assist_satellite.kitchen"],
        acknowledged="",
    )
    await smashed_window(house)
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert told(said) == [
        "Attention. The alarm has been raised.",
        "The alarm is over. It was a false alarm.",
    ]
    assert said[0].data["entity_id"] == ["assist_satellite.kitchen"]


async def test_satellites_say_nothing_of_what_is_hidden(
    house: House, automations: Automations
) -> None:
    said = automations.heard("assist_satellite.announce")
    await automations.use(
        "announce_on_satellites", incident=INCIDENT, satellites=["assist_satellite.kitchen"]
    )
    await house.act("report_distress", kind="police", silent=True)
    await house.trip("kitchen_window")  # nobody has armed
    house.expect_shared()
    assert not said
