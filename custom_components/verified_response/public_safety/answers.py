"""What a desk answers and reports back; unknown fields are ignored, known ones are checked."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from .bounds import check_pattern, check_text
from .reading import Fields
from .situation import Mode

_NUMBER: Final = re.compile(r"(EX|IN)-20[0-9]{2}-[0-9]{6}")
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class DeskStatus(StrEnum):
    """What the desk made of an incident."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Disposition(StrEnum):
    """How a closed incident ended, in the desk's words."""

    CRIME_CONFIRMED = "crime_confirmed"
    NO_CRIME_FOUND = "no_crime_found"
    FALSE_ALARM = "false_alarm"
    CANCELLED_BY_HOME = "cancelled_by_home"
    UNABLE_TO_LOCATE = "unable_to_locate"
    EXERCISE = "exercise"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The desk has stored what was sent."""

    number: str
    status: DeskStatus
    replayed: bool = False

    @classmethod
    def from_json(cls, raw: object, *, replayed: bool = False) -> Self:
        """Tolerant reading."""
        fields = Fields(raw)
        number = fields.text("number")
        check_pattern(number, _NUMBER, "number")
        return cls(number=number, status=fields.choice("status", DeskStatus), replayed=replayed)


@dataclass(frozen=True, kw_only=True, slots=True)
class PingReply:
    """The desk is up and knows us; `modes` is what it agreed to take."""

    desk: str
    modes: frozenset[Mode]
    time: datetime

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Tolerant reading; a mode that we do not know is dropped."""
        fields = Fields(raw)
        desk = fields.text("desk")
        check_text(desk, "desk")
        known = {mode.value for mode in Mode}
        modes = fields.items("modes", lambda item, _: item)
        return cls(
            desk=desk,
            modes=frozenset(Mode(m) for m in modes if isinstance(m, str) and m in known),
            time=fields.instant("time"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusEvent:
    """A dispatcher did something; take each `event_id` once."""

    event_id: str
    incident_reference: str
    number: str
    status: DeskStatus
    at: datetime
    note: str | None = field(default=None, repr=False)
    disposition: Disposition | None = None

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        check_pattern(self.event_id, _EVENT_ID, "event_id")
        check_pattern(self.incident_reference, _REFERENCE, "incident_reference")
        check_pattern(self.number, _NUMBER, "number")
        if self.note is not None:
            check_text(self.note, "note")

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Tolerant reading of a webhook's body; verify its signature first."""
        fields = Fields(raw)
        return cls(
            event_id=fields.text("event_id"),
            incident_reference=fields.text("incident_reference"),
            number=fields.text("number"),
            status=fields.choice("status", DeskStatus),
            at=fields.instant("at"),
            note=fields.text_or_none("note"),
            disposition=fields.choice_or_none("disposition", Disposition),
        )
