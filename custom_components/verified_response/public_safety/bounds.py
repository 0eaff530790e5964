"""Bounds of the wire documents; docs/police-api.yaml says the same."""

import re
from collections.abc import Sized
from datetime import datetime
from typing import Final

from .errors import InvalidDocumentError

TEXT_MAX: Final = 500
LONG_TEXT_MAX: Final = 2000
LIST_MAX: Final = 32
TIMELINE_MAX: Final = 200
SEQUENCE_MAX: Final = 2**31 - 1
# Control characters but the line feed; lone surrogates cannot be encoded.
_UNPRINTABLE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]")
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099


def check_text(value: str, path: str, longest: int = TEXT_MAX) -> None:
    """Refuse text for people that is empty, too long or not printable."""
    if not 1 <= len(value) <= longest:
        raise InvalidDocumentError(path, "length")
    if _UNPRINTABLE.search(value):
        raise InvalidDocumentError(path, "control characters")


def check_pattern(value: str, pattern: re.Pattern[str], path: str) -> None:
    """Refuse text for machines that does not match as a whole."""
    if pattern.fullmatch(value) is None:
        raise InvalidDocumentError(path, "pattern")


def check_length(value: Sized, longest: int, path: str) -> None:
    """Refuse a list that does not fit."""
    if len(value) > longest:
        raise InvalidDocumentError(path, "maxItems")


def check_sequence(value: int) -> None:
    """Refuse what is no sequence number of a message."""
    if isinstance(value, bool) or not 0 <= value <= SEQUENCE_MAX:
        raise InvalidDocumentError("sequence", "range")


def check_instant(value: datetime, path: str = "at") -> None:
    """Refuse a time without an offset or outside this century."""
    if value.tzinfo is None or not _FIRST_YEAR < value.year < _LAST_YEAR:
        raise InvalidDocumentError(path, "date-time")


def present(**fields: object) -> dict[str, object]:
    """Leave out the fields that are None."""
    return {name: value for name, value in fields.items() if value is not None}
