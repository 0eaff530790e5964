"""Evidence as the rules read it: in order of time, by kind, sorted once for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from ...evidence import EvidenceItem, Verdict
from ...premises import Policy

type Span = tuple[datetime, datetime | None]
"""From one moment to another, both within; without an end it lasts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """All that is known of one incident, and the numbers in force."""

    policy: Policy
    kinds: Mapping[type, tuple[EvidenceItem, ...]]
    verdicts: tuple[Verdict, ...] = ()

    def of[T](self, kind: type[T]) -> tuple[T, ...]:
        """Return the items of one kind, oldest first."""
        return cast("tuple[T, ...]", self.kinds.get(kind, ()))

    def items(self) -> tuple[EvidenceItem, ...]:
        """Return every item, kind by kind."""
        return tuple(item for items in self.kinds.values() for item in items)

    def outside(self, spans: Sequence[Span]) -> Known:
        """Return the same without what falls into one of the spans."""
        if not spans:
            return self
        kinds = {
            kind: tuple(item for item in items if not covered(item.at, spans))
            for kind, items in self.kinds.items()
        }
        return replace(self, kinds=kinds)


def covered(at: datetime, spans: Sequence[Span]) -> bool:
    """Say whether a moment falls into one of the spans."""
    return any(since <= at and (until is None or at <= until) for since, until in spans)


def read(evidence: Sequence[EvidenceItem], verdicts: Sequence[Verdict], policy: Policy) -> Known:
    """Sort the evidence; the order in which it was told does not matter from here on."""
    kinds: dict[type, list[EvidenceItem]] = {}
    for item in sorted(evidence, key=lambda known: known.at):
        kinds.setdefault(type(item), []).append(item)
    return Known(
        policy=policy,
        kinds={kind: tuple(items) for kind, items in kinds.items()},
        verdicts=tuple(verdicts),
    )
