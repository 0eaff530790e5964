"""Dataclasses read from YAML by their annotations: what a field may hold is written once, there.

A dataclass is a mapping with its fields as keys, or, written short, just the value of its first field.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, TypeAliasType, Union, get_args, get_origin
from typing import get_type_hints as type_hints

from .tree import Node, Place, Row, ScenarioError, Sheet, Word, described

Seconds = NewType("Seconds", float)
"""`90`, `90 s`, `2 min`, `1 h 30 min`, `3 days`, `1:30` (minutes), `1:30:00` (hours)."""

NOTHING = "none"
YES = frozenset({"yes", "true", "on"})
NO = frozenset({"no", "false", "off"})
UNITS: Mapping[str, float] = {
    **dict.fromkeys(("ms",), 0.001),
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
}
_PIECE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)\s*")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d)")


@dataclass(frozen=True, slots=True)
class Named:
    """Marks a word that names a part of the house: one of these kinds, or one of these words."""

    kinds: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The parts of one house by kind, each as it was written, with its id."""

    by_kind: Mapping[str, Mapping[str, str]]

    def find(self, word: Word, named: Named) -> str:
        """Return the id of what a word names; raises ScenarioError."""
        wanted = key_of(word.text)
        if wanted in named.words:
            return wanted
        for kind in named.kinds:
            for written, part_id in self.by_kind.get(kind, {}).items():
                if wanted in {key_of(written), part_id}:
                    return part_id
        known = [name for kind in named.kinds for name in self.by_kind.get(kind, {})]
        what = " or ".join(filter(None, (", ".join(named.kinds[:-1]), named.kinds[-1])))
        raise ScenarioError(
            word.place,
            f"{word.text!r} is no {what} of this house{meant(word.text, [*known, *named.words])}.",
        )

    def written(self, part_id: str) -> str:
        """Return the name as it was written, for people."""
        for parts in self.by_kind.values():
            for written, known in parts.items():
                if known == part_id:
                    return written
        return part_id


def key_of(text: str) -> str:
    """Return a name as ids have it."""
    return re.sub(r"[\s_\-/']+", "_", text.strip().casefold())


def meant(text: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` or what there is, for the end of a sentence."""
    names = list(dict.fromkeys(known))
    keys = {key_of(name): name for name in names}
    if close := get_close_matches(key_of(text), keys, n=1, cutoff=0.6):
        return f"; did you mean {keys[close[0]]!r}?"
    return f"; there is {', '.join(names)}" if names else ""


def key(item: Field[Any]) -> str:
    """Return the key of a field as people write it."""
    return item.name.rstrip("_")


@cache
def hints_of(kind: type) -> Mapping[str, Any]:
    """Return the annotations of a dataclass."""
    return type_hints(kind, include_extras=True)


def read[T](kind: type[T], node: Node, names: Names, *, what: str) -> T:
    """Return the dataclass that a part of the tree describes; raises ScenarioError."""
    known = {key(item): item for item in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    if not isinstance(node, Sheet):
        if not known:
            raise ScenarioError(node.place, f"{what} takes nothing.")
        first = next(iter(known))
        node = Sheet(place=node.place, parts={first: node}, keys={first: node.place})
    for written, place in node.keys.items():
        if written not in known:
            raise ScenarioError(place, f"{what} has no {written!r}{meant(written, known)}.")
    hints = hints_of(kind)  # type: ignore[arg-type]  # a class can be hashed
    values = {}
    for name, item in known.items():
        if name in node.parts:
            values[item.name] = value(hints[item.name], node.parts[name], names, what=name)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise ScenarioError(node.place, f"{what} needs {name!r}.")
    try:
        return kind(**values)
    except ValueError as err:
        raise ScenarioError(node.place, f"{what}: {err}.") from err


def value(hint: Any, node: Node, names: Names, *, what: str) -> Any:
    """Return what a part of the tree means where this annotation stands; raises ScenarioError."""
    if isinstance(hint, TypeAliasType):
        return value(hint.__value__, node, names, what=what)
    origin = get_origin(hint)
    if origin is Annotated:
        return names.find(_word(node, what), hint.__metadata__[0])
    if origin in {Union, UnionType}:
        return _one_of(hint, node, names, what=what)
    if origin is tuple:
        inner = get_args(hint)[0]
        if isinstance(node, Word) and node.text == NOTHING:
            return ()
        items = node.items if isinstance(node, Row) else (node,)
        return tuple(value(inner, item, names, what=what) for item in items)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(get_args(hint), node, names, what=what)
    if is_dataclass(hint) and isinstance(hint, type) and not hasattr(hint, "parse"):
        return read(hint, node, names, what=what)
    return _scalar(hint, _word(node, what), names, what=what)


def _one_of(hint: Any, node: Node, names: Names, *, what: str) -> Any:
    """Take the word if it is one of the allowed ones, else what remains of the union."""
    others = [item for item in get_args(hint) if item is not NoneType]
    rest = []
    for item in others:
        if get_origin(item) is not Literal:
            rest.append(item)
        elif isinstance(node, Word) and node.text in get_args(item):
            return node.text
    if not rest:
        raise _wrong(_word(node, what), what, "one of " + ", ".join(get_args(others[0])))
    return value(rest[0], node, names, what=what)


def _mapping(kinds: tuple[Any, ...], node: Node, names: Names, *, what: str) -> Mapping[Any, Any]:
    if isinstance(node, Word) and node.text == NOTHING:
        return {}
    if not isinstance(node, Sheet):
        raise ScenarioError(
            node.place, f"{what!r} has to be a mapping (name: value), not {described(node)}."
        )
    return {
        value(kinds[0], Word(place=node.keys[name], text=name), names, what=what): value(
            kinds[1], item, names, what=f"{what} of {name}"
        )
        for name, item in node.parts.items()
    }


def _word(node: Node, what: str) -> Word:
    if isinstance(node, Word):
        return node
    raise ScenarioError(
        node.place, f"{what!r} has to be one word or number, not {described(node)}."
    )


def _scalar(hint: Any, word: Word, names: Names, *, what: str) -> Any:
    if hint is Any or hint is str:
        return word.text
    if get_origin(hint) is Literal:
        if word.text in get_args(hint):
            return word.text
        raise _wrong(word, what, "one of " + ", ".join(get_args(hint)))
    if hint is bool:
        if word.text.casefold() in YES | NO:
            return word.text.casefold() in YES
        raise _wrong(word, what, "yes or no")
    if hint is Seconds:
        return seconds(word, what=what)
    if hint in {int, float}:
        return _number(hint, word, what=what)
    if hint is datetime:
        return _moment(word, what=what)
    if isinstance(hint, type) and issubclass(hint, Enum):
        known = {key_of(str(item.value)): item for item in hint}
        if key_of(word.text) in known:
            return known[key_of(word.text)]
        raise ScenarioError(
            word.place, f"{word.text!r} is no {what}{meant(word.text, map(str, known))}."
        )
    return hint.parse(word, names)


def _number(kind: Callable[[str], Any], word: Word, *, what: str) -> Any:
    try:
        return kind(word.text)
    except ValueError as err:
        raise _wrong(word, what, "a number") from err


def _moment(word: Word, *, what: str) -> datetime:
    try:
        return datetime.fromisoformat(word.text)
    except ValueError as err:
        raise _wrong(word, what, "a date and time such as 2026-11-20 22:00") from err


def seconds(word: Word, *, what: str) -> Seconds:
    """Return a duration in seconds; raises ScenarioError."""
    text = word.text.casefold()
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("+-").strip()
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, rest = (int(part or 0) for part in clock.groups())
        return Seconds(sign * (hours * 3600 + minutes * 60 + rest))
    total, at = 0.0, 0
    while piece := _PIECE.match(text, at):
        unit = piece[2] or "s"
        if unit not in UNITS:
            break
        total, at = total + float(piece[1]) * UNITS[unit], piece.end()
    if at == 0 or at < len(text):
        raise _wrong(word, what, "a duration such as 90 s, 2 min, 1:30 or 3 days")
    return Seconds(sign * total)


def _wrong(word: Word, what: str, wanted: str) -> ScenarioError:
    return ScenarioError(word.place, f"{what!r} has to be {wanted}, not {word.text!r}.")


def place_of(node: Node, name: str) -> Place:
    """Return where a key stands, else where its mapping begins."""
    return node.keys.get(name, node.place) if isinstance(node, Sheet) else node.place
