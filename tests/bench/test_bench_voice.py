"""What listening costs the event loop: sentences parsed, things said, covert phrases looked for."""

import time
from statistics import median

import pytest
from hassil import Intents, recognize_all
from hassil.intents import WildcardSlotList

from custom_components.verified_response.adapters.voice.recognising import Recogniser, sentences_of
from custom_components.verified_response.voice.language import Topic
from custom_components.verified_response.voice.languages import LANGUAGES
from custom_components.verified_response.voice.phrases import digest
from tests.voice.test_languages import lines

pytestmark = pytest.mark.bench

SAID = [text for code in LANGUAGES for text in lines("ordinary", code)]
SHARE = 0.5
"""Of one language in use against all eight: why the others are overheard."""


def parsed(*codes: str) -> float:
    """Return how long Home Assistant's loop is held when a trigger was added, in ms."""
    began = time.perf_counter()
    data = {topic.value: {"data": [{"sentences": sentences_of(topic, codes)}]} for topic in Topic}
    intents = Intents.from_dict({"language": "en", "intents": data})
    intents.slot_lists["code"] = WildcardSlotList("code")
    for intent in intents.intents.values():
        for item in intent.data:
            assert item.sentences
    list(recognize_all("turn on the light", intents))
    return (time.perf_counter() - began) * 1000


def each(work, texts: list[str]) -> float:
    """Return the median of one text, in ms."""
    spans = []
    for text in texts:
        began = time.perf_counter()
        work(text)
        spans.append((time.perf_counter() - began) * 1000)
    return median(spans)


def test_what_is_parsed_on_the_loop() -> None:
    alone = {code: min(parsed(code) for _ in range(3)) for code in LANGUAGES}
    every = min(parsed(*LANGUAGES) for _ in range(3))
    print(
        f"\nparsed: { ({code: round(ms, 1) for code, ms in alone.items()}) } ms, all {every:.0f} ms"
    )
    assert max(alone.values()) < SHARE * every


def test_what_a_sentence_costs() -> None:
    others = Recogniser(LANGUAGES.keys() - {"en"})
    known = each(others.topic_of, SAID)
    hashed = each(lambda text: digest(text, bytes(32)), SAID)
    print(
        f"\nseven other languages {known:.2f} ms, a covert phrase {hashed * 1000:.0f} us a sentence"
    )
    assert known < 5
    assert hashed < 1
