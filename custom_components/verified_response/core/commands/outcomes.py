"""What became of effects."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectStarts:
    """An attempt begins: on disk before the first byte leaves."""

    effect_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectDone:
    """The effect happened; `outcome` and `number` say how."""

    effect_id: str
    outcome: str = ""
    number: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectFailed:
    """An attempt failed; `final` ends it, else it is tried again at `retry_at`."""

    effect_id: str
    code: str
    final: bool
    retry_at: datetime | None = None
