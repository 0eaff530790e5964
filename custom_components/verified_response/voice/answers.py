"""What somebody answers who is asked whether help shall be sent."""

from dataclasses import dataclass
from enum import StrEnum

from ..core.calls import Call
from .language import Language
from .words import says_any, words

SHORTEST_CODE = 4
"""Fewer digits are an answer to something else."""


class Meaning(StrEnum):
    """What the answer comes to."""

    SEND = "send"
    STOP = "stop"
    CODE = "code"
    UNCLEAR = "unclear"
    """Also where somebody says both: then silence decides, or they are asked again."""


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
    """Return what an answer comes to; a code wins, because whoever says one wants it to count."""
    spoken = words(text)
    code = digits_in(spoken, language)
    if len(code) >= SHORTEST_CODE:
        return Answer(meaning=Meaning.CODE, code=code)
    call = _call_in(spoken, language)
    sends = call is not None or says_any(spoken, language.yes)
    stops = says_any(spoken, language.stop)
    if sends is stops:
        return Answer(meaning=Meaning.UNCLEAR)
    return Answer(meaning=Meaning.STOP) if stops else Answer(meaning=Meaning.SEND, call=call)


def _call_in(spoken: tuple[str, ...], language: Language) -> Call | None:
    named = {
        Call.MEDICAL: language.medical,
        Call.FIRE: language.fire,
        Call.POLICE: language.police,
    }
    return next((call for call, phrases in named.items() if says_any(spoken, phrases)), None)


def digits_in(spoken: tuple[str, ...], language: Language) -> str:
    """Return the digits among the words, spoken one by one or written as numbers."""
    as_said = {words(word)[0]: digit for word, digit in language.digits.items()}
    return "".join(
        word if word.isascii() and word.isdigit() else as_said.get(word, "") for word in spoken
    )
