"""The proposed alarm level and why, modelled on ANSI/TMA-AVS-01 levels."""

from dataclasses import dataclass
from enum import IntEnum


class AlarmLevel(IntEnum):
    """0 no call for service … 4 threat to life."""

    NO_CALL = 0
    LIMITED = 1
    PRESENCE = 2
    PROPERTY = 3
    LIFE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """The proposed level, what raised, held or lowered it, what could not be known, and by which rules."""

    level: int | None
    raised_by: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    lowered_by: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    proposed_by: str = "hub"
    policy_version: str = ""
