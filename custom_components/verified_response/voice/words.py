"""What was said, as plain words: without case, accents and punctuation, as speech to text varies them."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_GAP = ""
"""Where a phrase was: what stood on both sides of it is not made to stand in a row."""
_INSIDE = re.compile(r"(?<=\w)['’`´](?=\w)")


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text; an apostrophe joins what stands at its sides."""
    joined = _INSIDE.sub("", unicodedata.normalize("NFKD", text.casefold()))
    plain = "".join(sign for sign in joined if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain.replace("ł", "l")))


def says_any(spoken: tuple[str, ...], phrases: tuple[str, ...]) -> bool:
    """Say whether one of the phrases is among the words, as whole words in a row."""
    return any(_contains(spoken, words(phrase)) for phrase in phrases)


def without(spoken: tuple[str, ...], phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that are left when the phrases are taken out, the longest first."""
    left = list(spoken)
    for wanted in sorted({words(phrase) for phrase in phrases}, key=len, reverse=True):
        size, at = len(wanted), 0
        while at + size <= len(left):
            if tuple(left[at : at + size]) == wanted:
                left[at : at + size] = [_GAP]
            at += 1
    return tuple(word for word in left if word != _GAP)


def _contains(spoken: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    return any(spoken[at : at + size] == wanted for at in range(len(spoken) - size + 1))
