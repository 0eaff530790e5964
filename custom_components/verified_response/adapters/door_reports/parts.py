"""What every source of door reports rests on: to whom it speaks, and what of its words may be kept."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ...core.entries import DoorReport

BY_NAME: Final = " - "
"""Between how a lock was opened and whose code it was, in the words of some integrations."""
LIKE_A_CODE: Final = re.compile(r"[\s*#-]*(?:\d[\s*#-]*){4,}")
NO_USER: Final = 0xFFFF
"""Zigbee locks say this where they mean nobody."""

type Say = Callable[[DoorReport], None]


def as_text(values: Mapping[str, object], keys: Iterable[str]) -> dict[str, str]:
    """Return these keys as text, so far as they say anything; what looks like a code is left out."""
    return {
        key: text
        for key in keys
        if isinstance(value := values.get(key), str | int) and (text := without_code(str(value)))
    }


def without_code(said: str, *, parted: str = BY_NAME) -> str:
    """Return what a lock said of who it was, empty where that could be a code: digits and no name."""
    return "" if any(LIKE_A_CODE.fullmatch(part) for part in said.split(parted)) else said


def place(number: object, *, first: int) -> int | None:
    """Return a place for codes from a lock's own number, None for what is none."""
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return int(number) if first <= number < NO_USER else None
