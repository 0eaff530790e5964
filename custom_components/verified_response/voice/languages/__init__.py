"""The languages: one file each; an unknown one is answered in English."""

from ..language import Language
from . import de, en, es, fr, it, nl, pl, pt

LANGUAGES: dict[str, Language] = {
    item.LANGUAGE.code: item.LANGUAGE for item in (de, en, es, fr, it, nl, pl, pt)
}


def language_of(tag: str | None) -> Language:
    """Return the language of a tag such as "pt-BR"; English for one that is not here."""
    return LANGUAGES.get((tag or "").replace("_", "-").split("-")[0].lower(), LANGUAGES["en"])
