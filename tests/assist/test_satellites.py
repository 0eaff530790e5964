"""The port of satellites: the adapter with Home Assistant's satellites, and the fake, keep the same promises."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.adapters.voice.places import anybody_home, heard_at
from custom_components.verified_response.adapters.voice.satellites import HomeSatellites
from custom_components.verified_response.core.errors import WorkFailedError
from tests import builders
from tests.fakes.satellites import FakeSatellites

from .conftest import SATELLITE

if TYPE_CHECKING:
    from .kit import Assist

HALL = "assist_satellite.hall"


class Real:
    """Home Assistant's own."""

    def __init__(self, assist: Assist) -> None:
        self.satellites = HomeSatellites(assist.hass)
        self._satellite = assist.satellite

    async def answers(self, text: str) -> None:
        await self._satellite.asks.wait()
        self._satellite.hear(text)

    async def hears_nothing(self) -> None:
        await self._satellite.asks.wait()
        self._satellite._ask_question_future.set_result(None)

    @property
    def said(self) -> list[str]:
        return self._satellite.announced


class Fake:
    """The one of the engine's tests."""

    def __init__(self) -> None:
        self.satellites = FakeSatellites(SATELLITE)

    async def answers(self, text: str) -> None:
        self.satellites.answer(text)

    async def hears_nothing(self) -> None:
        self.satellites.hear_nothing()

    @property
    def said(self) -> list[str]:
        return self.satellites.announced


@pytest.fixture(params=["real", "fake"])
def port(request: pytest.FixtureRequest, quiet_assist: Assist) -> Any:
    return Real(quiet_assist) if request.param == "real" else Fake()


@pytest.fixture(autouse=True)
async def _house(quiet_assist: Assist) -> None:
    await quiet_assist.house.set_up()


async def test_a_question_has_an_answer(port: Any) -> None:
    assert port.satellites.can_ask(SATELLITE)
    asked = asyncio.create_task(port.satellites.ask(SATELLITE, "Shall I?"))
    await asyncio.sleep(0)
    await port.answers("No.")
    assert await asked == "No."


async def test_silence_is_a_failure_that_says_so(port: Any) -> None:
    asked = asyncio.create_task(port.satellites.ask(SATELLITE, "Shall I?"))
    await asyncio.sleep(0)
    await port.hears_nothing()
    with pytest.raises(WorkFailedError, match="satellite_failed"):
        await asked


async def test_it_announces(port: Any) -> None:
    await port.satellites.announce(SATELLITE, "Help is being called.")
    assert port.said == ["Help is being called."]


@pytest.mark.parametrize("satellite", [HALL, ""])
async def test_one_that_is_not_there(port: Any, satellite: str) -> None:
    assert not port.satellites.can_ask(satellite)
    with pytest.raises(WorkFailedError, match="satellite_missing"):
        await port.satellites.ask(satellite, "Shall I?")
    with pytest.raises(WorkFailedError, match="satellite_missing"):
        await port.satellites.announce(satellite, "Hello")


async def test_one_that_is_away_cannot_be_asked(assist: Assist) -> None:
    assist.hass.states.async_set(SATELLITE, STATE_UNAVAILABLE, {"supported_features": 3})
    assert not HomeSatellites(assist.hass).can_ask(SATELLITE)


async def test_a_question_waits_until_it_has_stopped_talking(assist: Assist) -> None:
    state = assist.hass.states.get(SATELLITE)
    assist.hass.states.async_set(SATELLITE, "responding", state.attributes)
    asked = asyncio.create_task(HomeSatellites(assist.hass).ask(SATELLITE, "Shall I?"))
    await asyncio.sleep(0.05)
    assert assist.satellite.asked == []
    assist.hass.states.async_set(SATELLITE, "idle", state.attributes)
    await asyncio.sleep(0.05)
    assert assist.satellite.asked == ["Shall I?"]
    assist.satellite.hear("yes")
    assert await asked == "yes"


# --- where, and who is at home -------------------------------------------------------------------


async def test_where_it_was_heard(assist: Assist) -> None:
    heard = heard_at(assist.hass, device_id=None, satellite_id=SATELLITE, language="de")
    assert (heard.device, heard.place, heard.satellite) == ("Kitchen speaker", "Kitchen", SATELLITE)
    er.async_get(assist.hass).async_update_entity(SATELLITE, device_id=None)
    heard = heard_at(assist.hass, device_id=None, satellite_id=SATELLITE, language="de")
    assert (heard.device, heard.place) == ("", "")
    nowhere = heard_at(assist.hass, device_id="gone", satellite_id=None, language="")
    assert (nowhere.device, nowhere.place, nowhere.satellite) == ("", "", "")


@pytest.mark.parametrize(
    ("states", "home"),
    [
        ({}, None),
        ({"person.ada": "home", "person.bea": "not_home"}, True),
        ({"person.ada": "not_home", "person.bea": "work"}, False),
        ({"person.ada": "not_home", "person.bea": "unknown"}, None),
        ({"person.ada": "not_home", "person.bea": "unavailable"}, None),
    ],
)
async def test_who_is_at_home(assist: Assist, states: dict[str, str], home: bool | None) -> None:
    for entity_id, state in states.items():
        assist.hass.states.async_set(entity_id, state)
    assert anybody_home(assist.hass, builders.premises()) is home


async def test_persons_of_the_contacts_count_before_all_others(assist: Assist) -> None:
    contacts = builders.by_id([builders.contact("ada", person="person.ada")])
    assist.hass.states.async_set("person.guest", "home")
    assist.hass.states.async_set("person.ada", "not_home")
    assert anybody_home(assist.hass, builders.premises(contacts=contacts)) is False
