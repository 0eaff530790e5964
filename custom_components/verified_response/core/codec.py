"""Frozen values to JSON and back: strict about types, lenient about fields that came or went.

An unknown field is ignored (a newer version wrote it), a missing one takes its default (an older
version wrote it), a wrong type is a ValueError naming the field. In a union "type" is the class name.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from json import dumps
from types import NoneType, UnionType
from typing import (
    Any,
    NamedTuple,
    TypeAliasType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

from .errors import VerifiedResponseError

TAG = "type"
SCALARS: tuple[type, ...] = (str, int, float, bool)


class _FieldError(ValueError):
    """A value does not fit; `where` is the path to the field, "" for the value itself."""

    def __init__(self, reason: str, where: str = "") -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.where, self.reason = where, reason

    def inside(self, name: object) -> _FieldError:
        """Return the same error as seen from one level further out."""
        return _FieldError(self.reason, f"{name}.{self.where}" if self.where else str(name))


class _Codec(NamedTuple):
    """Both directions for one type."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def to_plain(value: Any, declared: Any = None) -> Any:
    """Return the JSON-able form; `declared`, a union, adds the tag that reading it back needs."""
    shape: Any = type(value) if declared is None else declared
    return _codec(shape).write(value)


@overload
def from_plain[T](cls: type[T], data: Any) -> T: ...
@overload
def from_plain(cls: TypeAliasType | UnionType, data: Any) -> Any: ...
def from_plain(cls: Any, data: Any) -> Any:
    """Return the value of a dataclass, a union of them, or any type of a field; raises ValueError."""
    return _codec(cls).read(data)


def _members(declared: Any) -> list[Any]:
    """Return the members of a union, through aliases and nesting; one for anything else."""
    while isinstance(declared, TypeAliasType):
        declared = declared.__value__
    if get_origin(declared) in {Union, UnionType}:
        return [inner for member in get_args(declared) for inner in _members(member)]
    return [declared]


@cache
def _codec(declared: Any) -> _Codec:
    members = _members(declared)
    rest = [item for item in members if item is not NoneType]
    if all(item in SCALARS for item in rest):
        return _scalar(*members)
    codec = _single(rest[0]) if len(rest) == 1 else _union(rest)
    if len(rest) == len(members):
        return codec
    return _Codec(*(lambda value, go=go: None if value is None else go(value) for go in codec))


def _single(declared: Any) -> _Codec:
    origin, args = get_origin(declared), get_args(declared)
    if declared is Any:
        return _Codec(_same, _same)
    if isinstance(declared, type) and issubclass(declared, datetime):
        return _Codec(_write_time, _read_time)
    if isinstance(declared, type) and issubclass(declared, Enum):
        return _enum(declared)
    if dataclasses.is_dataclass(declared):
        write, read = _write_object, _read_object
        return _Codec(lambda value: write(declared, value), lambda data: read(declared, data))
    if origin is frozenset or (origin is tuple and args[1:] == (...,)):
        return _several(origin, _codec(args[0]))
    if origin in {dict, Mapping}:
        return _mapping(_codec(args[0]), _codec(args[1]))
    raise TypeError(f"{declared} cannot be stored")


def _same(value: Any) -> Any:
    return value


def _check(kind: type, data: Any) -> None:
    if type(data) is not kind:
        raise _FieldError(f"expected {kind.__name__}, got {type(data).__name__}")


def _scalar(*kinds: type) -> _Codec:
    allowed = frozenset(kinds)
    widen = float in allowed and int not in allowed  # JSON knows one kind of number
    names = " or ".join(kind.__name__ for kind in kinds)

    def read(data: Any) -> Any:
        if type(data) in allowed:
            return data
        if widen and type(data) is int:
            return float(data)
        raise _FieldError(f"expected {names}, got {type(data).__name__}")

    return _Codec(_same, read)


def _enum(kind: type[Enum]) -> _Codec:
    by_value = {item.value: item for item in kind}

    def read(data: Any) -> Any:
        found = by_value.get(data) if type(data) in {str, int} else None
        if found is None:
            raise _FieldError(f"not a {kind.__name__}")
        return found

    return _Codec(lambda value: value.value, read)


def _write_time(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time needs a time zone")
    return value.astimezone(UTC).isoformat()


def _read_time(data: Any) -> datetime:
    try:
        value = datetime.fromisoformat(data)
    except TypeError, ValueError:
        raise _FieldError("not a time") from None
    if value.tzinfo is None:
        raise _FieldError("a time needs a time zone")
    return value


def _several(kind: type, item: _Codec) -> _Codec:
    def write(value: Any) -> list[Any]:
        plain = [item.write(inner) for inner in value]
        return sorted(plain, key=dumps) if kind is frozenset else plain

    def read(data: Any) -> Any:
        _check(list, data)
        return kind(_read_all(item, enumerate(data)).values())

    return _Codec(write, read)


def _mapping(key: _Codec, item: _Codec) -> _Codec:
    def write(value: Any) -> dict[Any, Any]:
        return {key.write(name): item.write(inner) for name, inner in value.items()}

    def read(data: Any) -> Any:
        _check(dict, data)
        return {key.read(name): value for name, value in _read_all(item, data.items()).items()}

    return _Codec(write, read)


def _read_all(item: _Codec, data: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    found = {}
    for name, inner in data:
        try:
            found[name] = item.read(inner)
        except _FieldError as err:
            raise err.inside(name) from None
    return found


def _union(members: list[Any]) -> _Codec:
    for cls in members:
        if not dataclasses.is_dataclass(cls) or TAG in {
            own.name for own in dataclasses.fields(cls)
        }:
            raise TypeError(f"{cls} cannot be told apart in a union")
    by_name = {cls.__name__: cls for cls in members}

    def write(value: Any) -> dict[str, Any]:
        name = type(value).__name__
        if name not in by_name:
            raise TypeError(f"{name} is not part of the union")
        return {TAG: name, **_write_object(by_name[name], value)}

    def read(data: Any) -> Any:
        _check(dict, data)
        name = data.get(TAG)
        if type(name) is not str or name not in by_name:
            raise _FieldError("no known class", TAG)
        return _read_object(by_name[name], data)

    return _Codec(write, read)


@cache
def _fields(cls: Any) -> tuple[tuple[str, _Codec, bool], ...]:
    """Return name, codec, and whether there is no default, of every stored field."""
    hints, plan = get_type_hints(cls), []
    for own in dataclasses.fields(cls):
        if own.init:
            needed = own.default is dataclasses.MISSING is own.default_factory
            plan.append((own.name, _codec(hints[own.name]), needed))
    return tuple(plan)


def _write_object(cls: Any, value: Any) -> dict[str, Any]:
    stored = _fields(cls)
    if type(value) is not cls:  # a subclass would lose its own fields without a word
        raise TypeError(f"{type(value).__name__} where {cls.__name__} is declared")
    return {name: codec.write(getattr(value, name)) for name, codec, _ in stored}


def _read_object(cls: Any, data: Any) -> Any:
    _check(dict, data)
    values = {}
    for name, codec, needed in _fields(cls):
        if name in data:
            try:
                values[name] = codec.read(data[name])
            except _FieldError as err:
                raise err.inside(name) from None
        elif needed:
            raise _FieldError("missing", name)
    try:
        return cls(**values)
    except VerifiedResponseError as err:  # what an older version allowed may be refused by now
        raise _FieldError(err.code) from err
