"""Every language through Assist: cries are asked about, ordinary sentences leave no trace."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.verified_response.core.calls import Call
from custom_components.verified_response.core.commands import AnswerCry
from custom_components.verified_response.voice.language import CRIES, Say, Topic
from custom_components.verified_response.voice.languages import LANGUAGES
from tests.voice.test_languages import lines

if TYPE_CHECKING:
    from .kit import Assist

CALLED = {Topic.POLICE: Call.POLICE, Topic.FIRE: Call.FIRE, Topic.MEDICAL: Call.MEDICAL}
VOICE = Path(__file__).parents[1] / "voice"


def said(code: str) -> list[tuple[Topic, str]]:
    pairs = (line.split(": ", 1) for line in lines("said", code))
    return [(Topic(topic), text) for topic, text in pairs]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_every_cry_is_asked_about_in_its_language(assist: Assist, code: str):
    language = LANGUAGES[code]
    for topic, text in said(code):
        if topic not in CRIES:
            continue
        answer = await assist.say(text, language=code)
        cry = assist.desk.state.cry
        assert cry is not None, text
        assert cry.call is CALLED.get(topic, Call.POLICE), text
        assert cry.bare is (topic is Topic.BARE_HELP), text
        say = Say.ASK_TO_SAY_YES if cry.bare else Say.ASK
        assert answer == language.says[say].format(seconds=20), text
        await assist.desk.submit(AnswerCry(cry_id=cry.id, send=False, by="voice"))
    assert assist.incidents == []


@pytest.mark.parametrize("code", LANGUAGES)
async def test_taking_back_and_questions(assist: Assist, code: str):
    language = LANGUAGES[code]
    expected = {
        Topic.CANCEL: {Say.NOTHING_TO_CANCEL},
        Topic.CANCEL_WITH_CODE: {Say.NOTHING_TO_CANCEL},
        Topic.WHAT_HAPPENED: {Say.NOTHING_HAPPENED},
    }
    for topic, text in said(code):
        if topic in CRIES:
            continue
        answer = await assist.say(text, language=code)
        if topic in expected:
            assert answer in {language.says[say] for say in expected[topic]}, text
        elif topic is Topic.ALL_WELL:
            assert answer == f"{language.says[Say.ALL_WELL]} {language.says[Say.NOTHING_ARMED]}"
        else:
            assert answer == language.says[Say.NOBODY_AT].format(camera="Porch"), text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_code_is_heard_in_every_language(assist: Assist, code: str):
    language = LANGUAGES[code]
    with_code = [text for topic, text in said(code) if topic is Topic.CANCEL_WITH_CODE]
    await assist.house.act("report_distress", kind="police")
    assist.house.expect_shared()
    answers = {await assist.say(text, language=code) for text in with_code}
    assert answers <= {language.says[Say.CODE_WRONG], language.says[Say.CODE_LOCKED]}
    assert assist.incidents[0].is_open


@pytest.mark.parametrize("code", LANGUAGES)
async def test_ordinary_sentences_leave_no_trace(assist: Assist, code: str):
    before = len(await assist.house.journal())
    for text in lines("ordinary", code):
        await assist.agent_says(text, language=code)
    assert len(await assist.house.journal()) == before
    assert len(assist.agent.heard) == len(lines("ordinary", code))
