"""Covert phrases: they act silently, are answered with something harmless, and are found nowhere."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.config_entries import SOURCE_USER
from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, callback
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.incident import IncidentKind
from tests.scenarios.conftest import DURESS_CODE

from .conftest import SATELLITE

if TYPE_CHECKING:
    from .kit import Assist

PHRASE = "Did you feed the old tortoise?"
REPLY = "She was fed at six."
TELLING = ("tortoise", "fed at six")
BEA = {
    "name": "Bea",
    "role": "household",
    "messages": [],
    "speakers": [],
    "satellites": [],
    "code_once": False,
    "covert_phrases": [PHRASE],
    "covert_reply": REPLY,
}


@pytest.fixture
async def bea(assist: Assist) -> AsyncIterator[Assist]:
    """The house, in which Bea has a phrase of her own, typed into the form."""
    await add_person(assist, BEA)
    yield assist
    assist.house.expect_shared(len(assist.house.center.created))


async def add_person(assist: Assist, data: dict[str, Any]) -> Any:
    flows = assist.hass.config_entries.subentries
    entry = assist.house.entry
    assert entry is not None
    begun = await flows.async_init((entry.entry_id, "contact"), context={"source": SOURCE_USER})
    done = await flows.async_configure(begun["flow_id"], data)
    await assist.house.settle()
    return done


def contact_id(assist: Assist) -> str:
    [key] = [key for key, item in assist.desk.premises.contacts.items() if item.name == "Bea"]
    return str(key)


async def test_a_phrase_calls_silently_and_is_answered_harmlessly(bea: Assist):
    before = shown(bea)
    assert await bea.say("did you feed the OLD tortoise", satellite=SATELLITE) == REPLY
    [incident] = bea.incidents
    assert incident.kind is IncidentKind.DURESS
    assert incident.by == f"contact:{contact_id(bea)}"
    assert (incident.covert, incident.ha_area) == (True, "Kitchen")
    assert len(bea.house.center.created) == 1
    assert (bea.house.pushes, bea.house.sirens) == ([], [])
    assert (bea.satellite.asked, bea.satellite.announced) == ([], [])
    assert not any(isinstance(item.effect, Push) for item in bea.desk.state.effects.values())
    assert shown(bea) == before


def shown(assist: Assist) -> dict[str, Any]:
    """Return what our entities show; how much waits to be sent is told, never what."""
    entities = er.async_entries_for_config_entry(
        er.async_get(assist.hass), assist.house.entry.entry_id
    )
    states = (assist.hass.states.get(item.entity_id) for item in entities)
    return {
        state.entity_id: (state.state, dict(state.attributes))
        for state in states
        if state is not None and state.entity_id != "sensor.home_outbox"
    }


async def test_said_again_nothing_more_happens(bea: Assist):
    for _ in range(3):
        assert await bea.say(PHRASE) == REPLY
    assert len(bea.incidents) == 1


async def test_a_model_never_hears_it(bea: Assist, hass_ws_client: Any):
    from .kit import make_pipeline, run_pipeline

    client = await hass_ws_client(bea.hass)
    pipeline = await make_pipeline(client, "conversation.model")
    answer, local = await run_pipeline(bea, client, PHRASE, pipeline=pipeline)
    assert (answer, local) == (REPLY, True)
    assert bea.agent.heard == []
    assert [item.kind for item in bea.incidents] == [IncidentKind.DURESS]


async def test_where_no_sentence_is_asked_it_acts_all_the_same(bea: Assist):
    """A follow-up turn of a conversation goes to the agent alone."""
    assert await bea.say(PHRASE, agent_id="conversation.model") == "as you like"
    for _ in range(30):
        await bea.house.settle()
    assert [item.kind for item in bea.incidents] == [IncidentKind.DURESS]


@pytest.mark.parametrize(
    "text", ["did you feed the tortoise", "did you feed the old tortoise today"]
)
async def test_almost_the_phrase_is_nothing(bea: Assist, text: str):
    assert await bea.say(text) != REPLY
    assert bea.incidents == []


async def test_the_phrase_is_found_nowhere(
    bea: Assist, hass_ws_client: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    events: list[str] = []

    @callback
    def noted(event: Event) -> None:
        events.append(json.dumps(event.as_dict(), default=str))

    bea.hass.bus.async_listen(MATCH_ALL, noted)
    with caplog.at_level(logging.DEBUG, logger="custom_components.verified_response"):
        caplog.clear()
        await bea.say(PHRASE, satellite=SATELLITE)
    client = await hass_ws_client(bea.hass)
    await client.send_json_auto_id({"type": "conversation/sentences/list"})
    sentences = (await client.receive_json())["result"]["trigger_sentences"]
    assert any("help" in sentence for sentence in sentences)
    journal = [repr(record) for record in await bea.house.journal()]
    stored = [json.dumps(item.as_dict(), default=str) for item in [bea.house.entry]]
    states = [json.dumps(state.as_dict(), default=str) for state in bea.hass.states.async_all()]
    logged = [
        record.getMessage() for record in caplog.records if "verified_response" in record.name
    ]
    files = await bea.hass.async_add_executor_job(everything_in, tmp_path)
    assert len(files) > 1
    for name, texts in {
        "sentences": sentences,
        "journal": journal,
        "config entry": stored,
        "states": states,
        "log": logged,
        "events": events,
        "files": files,
    }.items():
        for telling in TELLING:
            assert not [text for text in texts if telling in text.casefold()], name


def everything_in(folder: Path) -> list[str]:
    return [
        path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()
    ]


async def test_a_phrase_that_gives_itself_away_is_refused(assist: Assist):
    result = await add_person(assist, BEA | {"covert_phrases": ["please help the cat"]})
    assert result["errors"] == {"covert_phrases": "phrase_gives_away"}
    result = await add_person(assist, BEA | {"covert_phrases": [], "name": "Cem"})
    assert result["errors"] == {"covert_reply": "reply_needs_phrase"}


async def test_a_changed_person_keeps_the_phrase_until_it_is_removed(bea: Assist):
    flows, entry = bea.hass.config_entries.subentries, bea.house.entry
    assert entry is not None
    for more, answer in (({}, REPLY), ({"remove_phrases": True}, None)):
        begun = await entry.start_subentry_reconfigure_flow(bea.hass, contact_id(bea))
        fields = {str(key) for key in begun["data_schema"].schema}
        assert "remove_phrases" in fields
        changed = {**BEA, "covert_phrases": [], "name": "Bea"} | more
        del changed["covert_reply"]
        await flows.async_configure(begun["flow_id"], changed)
        await bea.house.settle()
        said = await bea.say(PHRASE)
        assert (said == REPLY) is (answer == REPLY)
    assert len(bea.incidents) == 1


async def test_a_duress_code_and_a_phrase_are_one_call(bea: Assist):
    await bea.say(PHRASE)
    await bea.house.arm()
    await bea.house.disarm(DURESS_CODE)
    assert len(bea.incidents) == 1
