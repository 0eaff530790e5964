"""Sentences of every language: what must be heard, what must not, and what is said in return.

`said/` holds sentences as people say them (topic: sentence), `ordinary/` what is said in a home all
day and must never call for help. Both are recognised as Home Assistant does, with all languages at once.
"""

import re
import string
from pathlib import Path

import pytest
from hassil import Intents, recognize_all
from hassil.intents import WildcardSlotList
from homeassistant.components.conversation.trigger import TRIGGER_SCHEMA

from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.voice.language import Language, Say, Topic
from custom_components.verified_response.voice.languages import LANGUAGES, language_of
from custom_components.verified_response.voice.languages.en import LANGUAGE as ENGLISH

HERE = Path(__file__).parent
EVERY = tuple(LANGUAGES)
ORDINARY = 200
"""As many as the language must let pass."""
HARD = 60
"""Of them, those with a word in it that is also in a sentence of ours."""
PER_TOPIC = 4


def lines(folder: str, code: str) -> list[str]:
    text = (HERE / folder / f"{code}.txt").read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def intents() -> Intents:
    """All languages at once, as the sentence triggers of one hub are."""
    data = {
        topic.value: {
            "data": [
                {"sentences": [s for item in LANGUAGES.values() for s in item.sentences[topic]]}
            ]
        }
        for topic in Topic
    }
    built = Intents.from_dict({"language": "en", "intents": data})
    built.slot_lists["code"] = WildcardSlotList("code")
    return built


def heard(text: str, intents: Intents) -> set[str]:
    return {found.intent.name for found in recognize_all(text, intents)}


@pytest.mark.parametrize("code", EVERY)
def test_what_people_say_is_heard_and_is_nothing_else(code: str, intents: Intents):
    said = [line.split(": ", 1) for line in lines("said", code)]
    wrong = {text: found for topic, text in said if (found := heard(text, intents)) != {topic}}
    assert wrong == {}
    counts = {topic: sum(1 for t, _ in said if t == topic) for topic in Topic}
    assert {
        topic: n
        for topic, n in counts.items()
        if n < (2 if topic is Topic.BARE_HELP else PER_TOPIC)
    } == {}


@pytest.mark.parametrize("code", EVERY)
def test_ordinary_sentences_call_nobody(code: str, intents: Intents):
    ordinary = lines("ordinary", code)
    assert {text: found for text in ordinary if (found := heard(text, intents))} == {}
    assert len({text.casefold() for text in ordinary}) >= ORDINARY
    assert len([text for text in ordinary if set(words(text)) & telling(LANGUAGES[code])]) >= HARD


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


def telling(language: Language) -> set[str]:
    """Return the words of the cries that are long enough to tell something."""
    found: set[str] = set()
    for topic in (
        Topic.HELP,
        Topic.BARE_HELP,
        Topic.POLICE,
        Topic.FIRE,
        Topic.MEDICAL,
        Topic.CANCEL,
    ):
        for sentence in language.sentences[topic]:
            found.update(word for word in words(sentence) if len(word) > 3)
    return found


@pytest.mark.parametrize("code", EVERY)
def test_home_assistant_takes_every_sentence(code: str):
    for sentences in LANGUAGES[code].sentences.values():
        TRIGGER_SCHEMA({"platform": "conversation", "command": list(sentences)})
        assert all(sentence == sentence.lower() for sentence in sentences)
    for topic, sentences in LANGUAGES[code].sentences.items():
        assert all(
            ("{code}" in sentence) is (topic is Topic.CANCEL_WITH_CODE) for sentence in sentences
        )


@pytest.mark.parametrize("code", EVERY)
def test_every_language_brings_everything(code: str):
    language = LANGUAGES[code]
    assert language.code == code
    assert set(language.sentences) == set(Topic)
    assert set(language.says) == set(Say)
    assert set(language.kinds) == set(IncidentKind) - {IncidentKind.DURESS}
    assert set(language.digits.values()) == set(string.digits)
    assert all((language.stop, language.yes, language.police, language.fire, language.medical))
    for say, text in language.says.items():
        assert fields(text) == fields(ENGLISH.says[say]), say


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_tag_finds_its_language():
    assert language_of("pt-BR").code == ("pt" if "pt" in LANGUAGES else "en")
    assert language_of("en_GB") is language_of(None) is language_of("xx") is ENGLISH
