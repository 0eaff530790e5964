"""Strict reading of JSON objects into values, without ever repeating a value in an error."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from .errors import InvalidDocumentError

type Json = Mapping[str, object]

_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class Fields:
    """The fields of one JSON object; each is asked for once, with its type."""

    def __init__(self, raw: object, path: str = "$") -> None:
        if not isinstance(raw, Mapping):
            raise InvalidDocumentError(path, "object")
        self._raw: Mapping[str, object] = raw
        self._path = path
        self._asked: set[str] = set()

    def value(self, name: str) -> object:
        """Return the raw value; a missing field reads as None."""
        self._asked.add(name)
        return self._raw.get(name)

    def text(self, name: str) -> str:
        """Return a string that must be there."""
        value = self.value(name)
        if not isinstance(value, str):
            raise self._wrong(name, "string")
        return value

    def text_or_none(self, name: str) -> str | None:
        """Return a string that may be absent or null."""
        return None if self.value(name) is None else self.text(name)

    def integer(self, name: str) -> int:
        """Return an integer that must be there; true and false are none."""
        value = self.value(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, "integer")
        return value

    def integer_or_none(self, name: str) -> int | None:
        """Return an integer that may be absent or null."""
        return None if self.value(name) is None else self.integer(name)

    def choice[E: StrEnum](self, name: str, kind: type[E]) -> E:
        """Return a member of a closed set."""
        try:
            return kind(self.text(name))
        except ValueError:
            raise self._wrong(name, "enum") from None

    def choice_or_none[E: StrEnum](self, name: str, kind: type[E]) -> E | None:
        """Return a member of a closed set that may be absent or null."""
        return None if self.value(name) is None else self.choice(name, kind)

    def instant(self, name: str) -> datetime:
        """Return an RFC 3339 time with an offset, as UTC."""
        text = self.text(name)
        if _INSTANT.fullmatch(text) is None:
            raise self._wrong(name, "date-time")
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except ValueError, OverflowError:
            raise self._wrong(name, "date-time") from None

    def items[T](self, name: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        """Return a list whose items are read one by one."""
        value = self.value(name)
        if not isinstance(value, list):
            raise self._wrong(name, "array")
        return tuple(read(item, f"{self._path}.{name}[{i}]") for i, item in enumerate(value))

    def nested[T](self, name: str, read: Callable[[object, str], T]) -> T:
        """Return an object that must be there."""
        return read(self.value(name), f"{self._path}.{name}")

    def end(self) -> None:
        """Refuse fields that nobody asked for."""
        if set(self._raw) - self._asked:
            raise InvalidDocumentError(self._path, "additionalProperties")

    def _wrong(self, name: str, rule: str) -> InvalidDocumentError:
        return InvalidDocumentError(f"{self._path}.{name}", rule)


def read_text(raw: object, path: str) -> str:
    """Return a list item that is a string."""
    if not isinstance(raw, str):
        raise InvalidDocumentError(path, "string")
    return raw


def write_instant(at: datetime) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
