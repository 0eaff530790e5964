"""Record format and hash chain: whoever changes one record must change every record after it.

The digest of a record is SHA-256 over the canonical JSON of
`[seq, at, kind, subject, payload, previous]`, so anybody can recompute it with nothing but a JSON
library. `at` is UTC with microseconds, `previous` is the digest of the record before.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from json import JSONEncoder
from typing import Any, NamedTuple, Protocol


class Link(NamedTuple):
    """How far a chain reaches: its last record's number and digest."""

    seq: int
    digest: str


GENESIS = Link(0, "0" * 64)
"""What the first record follows."""

canonical = JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode
"""JSON with sorted keys and no spaces: equal values give equal text. Raises ValueError, TypeError."""


class _Fact(Protocol):
    """What is written down; the payload is JSON-able."""

    @property
    def at(self) -> datetime:
        """When, aware."""
        ...

    @property
    def kind(self) -> str:
        """What sort of fact."""
        ...

    @property
    def subject(self) -> str | None:
        """Whom or what it is about."""
        ...

    @property
    def payload(self) -> Mapping[str, Any]:
        """Its content."""
        ...


class Row(NamedTuple):
    """One record as text: exactly what was hashed, plus its place in the chain."""

    seq: int
    at: str
    kind: str
    subject: str | None
    payload: str
    previous: str
    digest: str


type RawRow = tuple[int, str, str, str | None, str, str, str]


def timestamp(at: datetime) -> str:
    """Return ISO 8601 in UTC with microseconds; raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("at: needs a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest_of(
    seq: int, at: str, kind: str, subject: str | None, payload: str, previous: str
) -> str:
    """Return the digest of a record whose payload is canonical JSON already."""
    head = canonical([seq, at, kind, subject])
    return sha256(f'{head[:-1]},{payload},"{previous}"]'.encode()).hexdigest()


def seal(fact: _Fact, seq: int, previous: str) -> Row:
    """Return the fact as record `seq` behind `previous`; raises ValueError, TypeError."""
    at, payload = timestamp(fact.at), canonical(dict(fact.payload))
    digest = digest_of(seq, at, fact.kind, fact.subject, payload, previous)
    return Row(seq, at, fact.kind, fact.subject, payload, previous, digest)


def verify_chain(rows: Iterable[RawRow], after: Link = GENESIS) -> tuple[Link, bool]:
    """Follow the chain behind `after`; return how far it holds, and whether that is to the end.

    When it does not hold, record `seq + 1` is the one that is changed, moved or missing.
    """
    last, expected = after
    for seq, at, kind, subject, payload, previous, digest in rows:
        if seq != last + 1 or previous != expected:
            return Link(last, expected), False
        try:
            whole = digest == digest_of(seq, at, kind, subject, payload, expected)
        except TypeError, ValueError:  # bytes that are no text any more
            whole = False
        if not whole:
            return Link(last, expected), False
        last, expected = seq, digest
    return Link(last, expected), True
