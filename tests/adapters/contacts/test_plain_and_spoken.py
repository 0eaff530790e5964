"""Channels without buttons: notify entities, loudspeakers and voice satellites."""

import asyncio
from pathlib import Path

import pytest
from homeassistant.components.assist_satellite import AssistSatelliteAnnouncement
from homeassistant.components.notify import NotifyEntityFeature
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.contacts import spoken
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.core.premises import Channel
from tests import builders

from .kit import contacts, incident, person, prompt
from .ways import EVERY, LOUDSPEAKER, MAIL, SATELLITE, VOICE, Ways

PEOPLE = builders.by_id([person(*EVERY), person(*EVERY, contact_id="ben")])
QUESTION = (
    "Burglary alarm. Level 2. A person was seen inside in several pictures while the area was armed. "
    "Is it real? Please answer in the app."
)
SPOKEN = (
    "Attention, please. Burglary alarm. A person was seen inside in several pictures while the area "
    "was armed. Is it real? Please answer in the app."
)


async def test_a_message_has_a_title_and_says_where_to_answer(
    hass: HomeAssistant, ways: Ways
) -> None:
    await (await contacts(hass, PEOPLE)).send("ada", prompt(PEOPLE, of=incident(), channel=MAIL))
    assert ways.mail.got == [{"title": "Alarm at Home", "text": QUESTION}]


async def test_an_entity_without_titles_gets_it_in_the_text(
    hass: HomeAssistant, ways: Ways
) -> None:
    ways.mail._attr_supported_features = NotifyEntityFeature(0)
    ways.mail.async_write_ha_state()
    await (await contacts(hass, PEOPLE)).send("ada", prompt(PEOPLE, of=incident(), channel=MAIL))
    assert ways.mail.got == [{"title": None, "text": f"Alarm at Home. {QUESTION}"}]


async def test_news_by_message_asks_for_no_answer(hass: HomeAssistant, ways: Ways) -> None:
    news = prompt(PEOPLE, key="loitering", about=("porch",), channel=MAIL)
    await (await contacts(hass, PEOPLE)).send("ada", news)
    assert ways.texts(MAIL) == [
        "A person stays in view of Porch. Nothing has tripped, and this is no alarm."
    ]


async def test_a_loudspeaker_says_it_with_the_chosen_voice(hass: HomeAssistant, ways: Ways) -> None:
    people = await contacts(hass, PEOPLE, voice=VOICE)
    await people.send("ada", prompt(PEOPLE, of=incident(), channel=LOUDSPEAKER))
    (got,) = ways.loudspeaker.got
    assert (got["text"], got["engine"]) == (SPOKEN, VOICE)
    assert got["audio"] == SPOKEN.encode(), "the engine rendered these very words"
    assert got["options"]["announce"], "music goes on afterwards"


async def test_a_satellite_announces_it(hass: HomeAssistant, ways: Ways) -> None:
    people = await contacts(hass, PEOPLE)
    await people.send("ada", prompt(PEOPLE, of=incident(), channel=SATELLITE))
    assert ways.texts(SATELLITE) == [SPOKEN]


@pytest.mark.parametrize("chosen", ["tts.gone", "tts.hoarse", None])
async def test_any_voice_is_better_than_silence(
    hass: HomeAssistant, ways: Ways, chosen: str | None
) -> None:
    hass.states.async_set("tts.hoarse", "unavailable")
    people = await contacts(hass, PEOPLE, voice=chosen)
    await people.send("ada", prompt(PEOPLE, of=incident(), channel=LOUDSPEAKER))
    assert ways.loudspeaker.got[0]["engine"] == VOICE


async def test_no_file_of_what_was_said_stays_behind(hass: HomeAssistant, ways: Ways) -> None:
    people = await contacts(hass, PEOPLE)
    await people.send("ada", prompt(PEOPLE, of=incident(), channel=LOUDSPEAKER))
    await hass.async_block_till_done()
    folder = Path(hass.config.path("tts"))
    assert await hass.async_add_executor_job(lambda: list(folder.iterdir())) == []


@pytest.mark.parametrize("channel", [LOUDSPEAKER, SATELLITE], ids=lambda item: item.kind)
async def test_two_people_with_one_loudspeaker_hear_it_once(
    hass: HomeAssistant, ways: Ways, channel: Channel
) -> None:
    people = await contacts(hass, PEOPLE)
    question = prompt(PEOPLE, of=incident(), channel=channel)
    await asyncio.gather(people.send("ada", question), people.send("ben", question))
    assert ways.texts(channel) == [SPOKEN]


async def test_other_words_and_the_next_round_are_said(
    hass: HomeAssistant, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await contacts(hass, PEOPLE)
    await people.send("ada", prompt(PEOPLE, of=incident(), channel=LOUDSPEAKER))
    await people.send("ada", prompt(PEOPLE, key="zone_silent", channel=LOUDSPEAKER))
    await people.send("ada", prompt(PEOPLE, of=incident(), channel=LOUDSPEAKER))
    monkeypatch.setattr(spoken, "AGAIN_S", 0.0)
    await people.send("ada", prompt(PEOPLE, of=incident(), channel=LOUDSPEAKER))
    assert [text == SPOKEN for text in ways.texts(LOUDSPEAKER)] == [True, False, True, True]


async def test_what_failed_was_not_said(hass: HomeAssistant, ways: Ways) -> None:
    people = await contacts(hass, PEOPLE)
    question = prompt(PEOPLE, of=incident(), channel=SATELLITE)
    await ways.fail(SATELLITE)
    with pytest.raises(WorkFailedError, match="channel_failed"):
        await people.send("ada", question)
    ways.satellite.fails = None
    await people.send("ben", question)
    assert ways.texts(SATELLITE) == [SPOKEN]


async def test_a_satellite_that_still_speaks_is_waited_for(
    hass: HomeAssistant, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant refuses a second announcement on a busy satellite."""
    ends = asyncio.Event()
    announce = ways.satellite.async_announce

    async def slowly(announcement: AssistSatelliteAnnouncement) -> None:
        await ends.wait()
        await announce(announcement)

    monkeypatch.setattr(ways.satellite, "async_announce", slowly)
    people = await contacts(hass, PEOPLE)
    first = hass.async_create_task(
        people.send("ada", prompt(PEOPLE, of=incident(), channel=SATELLITE))
    )
    await asyncio.sleep(0)
    second = hass.async_create_task(
        people.send("ada", prompt(PEOPLE, key="zone_silent", channel=SATELLITE))
    )
    await asyncio.sleep(0)
    assert not ways.satellite.got
    ends.set()
    await asyncio.gather(first, second)
    assert len(ways.texts(SATELLITE)) == 2
