"""The three documents a home sends to a desk; docs/police-api.yaml is the same in OpenAPI."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from .bounds import (
    LONG_TEXT_MAX,
    check_instant,
    check_pattern,
    check_sequence,
    check_text,
    present,
)
from .errors import InvalidDocumentError
from .reading import Fields, write_instant
from .safety import refuse_emergency_target
from .situation import (
    LEVEL_BASIS,
    CancelReason,
    Confirmation,
    Ground,
    Kind,
    Mode,
    Premises,
    ProposedBy,
    Reason,
    Role,
    Situation,
    Trigger,
    Verdict,
    Webhook,
)

__all__ = [
    "LEVEL_BASIS",
    "CancelDocument",
    "CancelReason",
    "Confirmation",
    "Ground",
    "IncidentDocument",
    "Kind",
    "Mode",
    "Premises",
    "ProposedBy",
    "Reason",
    "Role",
    "Situation",
    "Trigger",
    "UpdateDocument",
    "Verdict",
    "Webhook",
]

_REFERENCE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().-]{5,30}[0-9]")


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentDocument:
    """Create: everything that the desk needs to decide and to come."""

    mode: Mode
    reference: str
    sequence: int
    situation: Situation
    premises: Premises
    callback_phone: str = field(repr=False)
    ground: Ground
    webhook: Webhook | None = None

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        _check_head(self.reference, self.sequence)
        check_pattern(self.callback_phone, _PHONE, "callback_phone")
        if refuse_emergency_target(self.callback_phone):
            raise InvalidDocumentError("callback_phone", "emergency number")

    @property
    def idempotency_key(self) -> str:
        """The key under which this document is sent, and sent again."""
        return f"{self.reference}:{self.sequence}"

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return {
            "mode": self.mode,
            "reference": self.reference,
            "sequence": self.sequence,
            **self.situation.to_json(),
            "premises": self.premises.to_json(),
            "callback_phone": self.callback_phone,
            "ground": self.ground,
        } | present(webhook=self.webhook and self.webhook.to_json())

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Strict reading."""
        fields = Fields(raw)
        made = cls(
            mode=fields.choice("mode", Mode),
            reference=fields.text("reference"),
            sequence=fields.integer("sequence"),
            situation=Situation.from_fields(fields),
            premises=fields.nested("premises", Premises.from_json),
            callback_phone=fields.text("callback_phone"),
            ground=fields.choice("ground", Ground),
            webhook=(
                fields.nested("webhook", Webhook.from_json) if fields.value("webhook") else None
            ),
        )
        fields.end()
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateDocument:
    """Update: the whole current picture, which replaces an older one."""

    mode: Mode
    reference: str
    sequence: int
    at: datetime
    situation: Situation
    entry_instructions: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        _check_head(self.reference, self.sequence)
        check_instant(self.at)
        if self.entry_instructions is not None:
            check_text(self.entry_instructions, "entry_instructions", LONG_TEXT_MAX)

    @property
    def idempotency_key(self) -> str:
        """The key under which this document is sent, and sent again."""
        return f"{self.reference}:{self.sequence}"

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return {
            "mode": self.mode,
            "reference": self.reference,
            "sequence": self.sequence,
            "at": write_instant(self.at),
            **self.situation.to_json(),
        } | present(entry_instructions=self.entry_instructions)

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Strict reading."""
        fields = Fields(raw)
        made = cls(
            mode=fields.choice("mode", Mode),
            reference=fields.text("reference"),
            sequence=fields.integer("sequence"),
            at=fields.instant("at"),
            situation=Situation.from_fields(fields),
            entry_instructions=fields.text_or_none("entry_instructions"),
        )
        fields.end()
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelDocument:
    """Cancel: the home's wish; recall is the dispatcher's decision."""

    mode: Mode
    reference: str
    sequence: int
    at: datetime
    by_role: Role
    reason: CancelReason
    note: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        _check_head(self.reference, self.sequence)
        check_instant(self.at)
        if self.note is not None:
            check_text(self.note, "note")

    @property
    def idempotency_key(self) -> str:
        """The key under which this document is sent, and sent again."""
        return f"{self.reference}:{self.sequence}"

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return present(
            mode=self.mode,
            reference=self.reference,
            sequence=self.sequence,
            at=write_instant(self.at),
            by_role=self.by_role,
            reason=self.reason,
            note=self.note,
        )

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Strict reading."""
        fields = Fields(raw)
        made = cls(
            mode=fields.choice("mode", Mode),
            reference=fields.text("reference"),
            sequence=fields.integer("sequence"),
            at=fields.instant("at"),
            by_role=fields.choice("by_role", Role),
            reason=fields.choice("reason", CancelReason),
            note=fields.text_or_none("note"),
        )
        fields.end()
        return made


def _check_head(reference: str, sequence: int) -> None:
    check_pattern(reference, _REFERENCE, "reference")
    check_sequence(sequence)
