"""What integrations put into `changed_by`: a source, a person, the name of a code, or several at once.

matter: the source alone ("Keypad"). schlage: "keypad - NAME", "thumbturn", "mobile device - NAME".
homee: "user-NAME", "itself-0". august and yale: the person, and by what in the operator sensor beside
it; verisure: the person, and by what in its own attribute. loqed, vera, xiaomi_aqara: a number.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from homeassistant.components.lock import ATTR_CHANGED_BY
from homeassistant.core import HomeAssistant, State

from ...core.entries import EntryMethod
from ..siblings import siblings_of
from .parts import BY_NAME, without_code

METHOD: Final = "method"
SOURCES: Final[Mapping[str, EntryMethod]] = {
    "keypad": EntryMethod.KEYPAD,
    "code": EntryMethod.KEYPAD,
    "rfid": EntryMethod.TAG,
    "tag": EntryMethod.TAG,
    "aliro": EntryMethod.TAG,
    "apple nfc device": EntryMethod.TAG,
    "biometric": EntryMethod.BIOMETRIC,
    "fingerprint": EntryMethod.BIOMETRIC,
    "remote": EntryMethod.REMOTE,
    "proprietary remote": EntryMethod.REMOTE,
    "mobile": EntryMethod.REMOTE,
    "mobile device": EntryMethod.REMOTE,
    "user": EntryMethod.REMOTE,
    "homeegram": EntryMethod.REMOTE,
    "manual": EntryMethod.MANUAL,
    "thumb": EntryMethod.MANUAL,
    "thumbturn": EntryMethod.MANUAL,
    "button": EntryMethod.MANUAL,
    "star": EntryMethod.MANUAL,
    "1-touch locking": EntryMethod.MANUAL,
    "auto": EntryMethod.AUTO,
    "autorelock": EntryMethod.AUTO,
    "auto relock": EntryMethod.AUTO,
    "itself": EntryMethod.AUTO,
    "schedule": EntryMethod.AUTO,
    "unspecified": EntryMethod.UNKNOWN,
    "unknown": EntryMethod.UNKNOWN,
    "none": EntryMethod.UNKNOWN,
}
"""By the word, without capitals; no word of a person or a code."""
PARTED: Final[Mapping[str, str]] = {"homee": "-"}
"""What stands between source and name, where it is not BY_NAME."""
NOBODY: Final = frozenset({"0", "unknown"})
BESIDE: Final = frozenset({"august", "yale"})
"""A sensor on the lock's device tells by what it was operated, and says the same name."""


class Told(NamedTuple):
    """By what a lock was moved, and whose name it gave."""

    method: EntryMethod
    name: str
    raw: Mapping[str, str]


def read(hass: HomeAssistant, state: State, platform: str | None) -> Told:
    """Return what a lock's state tells of who moved it."""
    said = state.attributes.get(ATTR_CHANGED_BY)
    parted = PARTED.get(platform or "", BY_NAME)
    whole = without_code(said, parted=parted) if isinstance(said, str) else ""
    word, _, name = whole.partition(parted)
    method = SOURCES.get(word.casefold())
    if method is None:
        method, name = EntryMethod.UNKNOWN, whole
    elif name.casefold() in NOBODY:
        name = ""
    by = _beside(hass, state, whole) if platform in BESIDE else state.attributes.get(METHOD)
    if method is EntryMethod.UNKNOWN and isinstance(by, str):
        method = SOURCES.get(by.casefold(), EntryMethod.UNKNOWN)
    raw = {"state": state.state, ATTR_CHANGED_BY: whole}
    return Told(method, name, {key: text for key, text in raw.items() if text})


def _beside(hass: HomeAssistant, state: State, name: str) -> str | None:
    """Return by what it was operated from the sensor beside it, None where that speaks of another."""
    for sibling in siblings_of(hass, state.entity_id):
        other = hass.states.get(sibling.entity_id)
        if sibling.domain == "sensor" and other is not None and name and other.state == name:
            by = other.attributes.get(METHOD)
            return by if isinstance(by, str) else None
    return None
