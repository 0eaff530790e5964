"""Covert phrases: harmless words that call for help; only a keyed digest of them is ever kept."""

import hashlib
import hmac

from .language import Topic
from .languages import LANGUAGES
from .words import says_any, words

FEWEST_WORDS = 3
"""Fewer are said by chance."""
FEWEST_LETTERS = 10
MOST_LETTERS = 120


def digest(text: str, key: bytes) -> str:
    """Return by what a phrase is recognised, however it is written; useless without the key."""
    plain = " ".join(words(text))
    return hmac.new(key, b"covert phrase " + plain.encode(), hashlib.sha256).hexdigest()


def refuse_phrase(text: str) -> str | None:
    """Return why this can be no covert phrase, None when it can.

    phrase_too_short, phrase_too_long, phrase_gives_away (it has a word that calls for help itself).
    """
    spoken = words(text)
    letters = sum(map(len, spoken))
    if len(spoken) < FEWEST_WORDS or letters < FEWEST_LETTERS:
        return "phrase_too_short"
    if letters > MOST_LETTERS:
        return "phrase_too_long"
    telling = tuple(
        word
        for language in LANGUAGES.values()
        for word in (
            *language.sentences[Topic.BARE_HELP],
            *language.police,
            *language.fire,
            *language.medical,
        )
    )
    return "phrase_gives_away" if says_any(spoken, telling) else None
