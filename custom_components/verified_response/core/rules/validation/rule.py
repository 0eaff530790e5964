"""What a row of the table is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ...assessment import AlarmLevel
from .known import Known, Span


class RuleKind(StrEnum):
    """What a rule can do to the level."""

    RAISES = "raises"
    CAPS = "caps"
    """What it explains counts no more than its level, in the rules that it names."""
    HOLDS = "holds"
    """Says why the level is not higher, and changes nothing."""


def _nothing(_: Known) -> tuple[Span, ...]:
    return ()


def _never(_: Known) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row of the table; its name is translated for people under `reason`."""

    name: str
    kind: RuleKind
    source: str
    level: AlarmLevel | None = None
    """What it raises to, or what a cap leaves; None: it only holds."""
    applies: Callable[[Known], bool] = _never
    """Of rules that raise or hold."""
    spans: Callable[[Known], tuple[Span, ...]] = _nothing
    """Of caps: the time in which everything is explained."""
    lowers: tuple[str, ...] = ()
    """Of caps: the rules for which that counts."""
    unless: tuple[str, ...] = ()
    """Of rules that hold: they have nothing to say once one of these raises, or would."""
