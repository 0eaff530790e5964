"""What somebody answers who is asked whether help shall be sent."""

import re
from dataclasses import dataclass
from enum import StrEnum

from ..core.calls import Call
from .language import Language
from .words import says_any, without, words

SHORTEST_CODE = 4
"""Fewer digits are an answer to something else."""
_PAUSE = re.compile(r"[,;.:!?–—]+")


class Meaning(StrEnum):
    """What the answer comes to."""

    SEND = "send"
    STOP = "stop"
    CODE = "code"
    UNCLEAR = "unclear"
    """Also where somebody says both: they are asked again, and silence decides."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer; `call` where it says who shall come, `code` the digits in it."""

    meaning: Meaning
    call: Call | None = None
    code: str = ""

    def __repr__(self) -> str:
        """Return what it comes to, never the code."""
        return f"Answer({self.meaning}, {self.call})"


def understand(text: str, language: Language) -> Answer:
    """Return what an answer comes to. Only an answer that is nothing but a no stops anything.

    "No puedo respirar" has a no in it, and "do not cancel" has two stops. A code, too, must be the whole answer.
    """
    spoken = words(text)
    unstopped = without(spoken, language.stop)
    code = digits_in(unstopped, language)
    if code is not None and len(code) >= SHORTEST_CODE:
        return Answer(meaning=Meaning.CODE, code=code)
    call = _call_in(unstopped, language)
    if call is not None or says_any(unstopped, language.yes):
        stops = says_any(spoken, language.stop)
        return Answer(meaning=Meaning.UNCLEAR) if stops else Answer(meaning=Meaning.SEND, call=call)
    stops = (
        bool(spoken)
        and not without(unstopped, language.fillers)
        and says_any(spoken, language.stop)
        and not any(says_any(words(part), language.turned) for part in _PAUSE.split(text))
    )
    return Answer(meaning=Meaning.STOP if stops else Meaning.UNCLEAR)


def _call_in(spoken: tuple[str, ...], language: Language) -> Call | None:
    named = {
        Call.MEDICAL: language.medical,
        Call.FIRE: language.fire,
        Call.POLICE: language.police,
    }
    return next((call for call, phrases in named.items() if says_any(spoken, phrases)), None)


def digits_in(spoken: tuple[str, ...], language: Language) -> str | None:
    """Return the digits, spoken one by one or written as numbers; None where anything else is said."""
    as_said = {words(word)[0]: digit for word, digit in language.digits.items()}
    fillers = {word for phrase in language.fillers for word in words(phrase)}
    digits = ""
    for word in spoken:
        if word.isascii() and word.isdigit():
            digits += word
        elif word in as_said:
            digits += as_said[word]
        elif word not in fillers:
            return None
    return digits
