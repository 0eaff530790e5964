"""The parts of what a home sends to a desk, as frozen values that cannot be invalid."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from .bounds import (
    LIST_MAX,
    LONG_TEXT_MAX,
    TEXT_MAX,
    TIMELINE_MAX,
    check_instant,
    check_length,
    check_pattern,
    check_text,
    present,
)
from .errors import InvalidDocumentError
from .reading import Fields, read_text, write_instant
from .safety import refuse_emergency_target

LEVEL_BASIS: Final = "modelled on ANSI/TMA-AVS-01 levels"
_LIFE_LEVEL: Final = 4
_RULE: Final = re.compile(r"[a-z0-9_.-]{1,64}")
_SECRET_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_URL: Final = re.compile(r"https?://[^\s@\\]+")


class Mode(StrEnum):
    """Whether anybody may be sent."""

    EXERCISE = "exercise"
    LIVE = "live"


class Kind(StrEnum):
    """What is reported; only a burglary has a level."""

    BURGLARY = "burglary"
    PANIC_POLICE = "panic_police"
    FIRE = "fire"
    MEDICAL = "medical"


class ProposedBy(StrEnum):
    """Who proposed the level."""

    AUTOMATION = "automation"
    HUMAN = "human"


class Ground(StrEnum):
    """On what ground the home shares."""

    CONSENT = "consent"
    EMERGENCY = "emergency"
    LEGAL_REQUEST = "legal_request"


class Role(StrEnum):
    """In what role a person spoke."""

    OWNER = "owner"
    RESIDENT = "resident"
    CONTACT = "contact"
    MONITORING_OPERATOR = "monitoring_operator"
    RESPONDER = "responder"


class Verdict(StrEnum):
    """What a person said when asked."""

    CONFIRMED = "confirmed"
    THREAT_TO_PROPERTY = "threat_to_property"
    THREAT_TO_LIFE = "threat_to_life"
    FALSE_ALARM = "false_alarm"
    UNREACHABLE = "unreachable"


class CancelReason(StrEnum):
    """Why the home asks to cancel."""

    DISARMED = "disarmed"
    FALSE_ALARM = "false_alarm"
    TEST = "test"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One rule that spoke, with its sentence for people."""

    rule: str
    sentence: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        check_pattern(self.rule, _RULE, "rule")
        check_text(self.sentence, "sentence")

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return {"rule": self.rule, "sentence": self.sentence}

    @classmethod
    def from_json(cls, raw: object, path: str = "$") -> Self:
        """Strict reading."""
        fields = Fields(raw, path)
        made = cls(rule=fields.text("rule"), sentence=fields.text("sentence"))
        fields.end()
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """One thing that happened: when, where, what."""

    at: datetime
    place: str = field(repr=False)
    what: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        check_instant(self.at)
        check_text(self.place, "place")
        check_text(self.what, "what")

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return {"at": write_instant(self.at), "place": self.place, "what": self.what}

    @classmethod
    def from_json(cls, raw: object, path: str = "$") -> Self:
        """Strict reading."""
        fields = Fields(raw, path)
        made = cls(at=fields.instant("at"), place=fields.text("place"), what=fields.text("what"))
        fields.end()
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """What one person said, in which role and when."""

    by_role: Role
    at: datetime
    verdict: Verdict

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        check_instant(self.at)

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return {"by_role": self.by_role, "at": write_instant(self.at), "verdict": self.verdict}

    @classmethod
    def from_json(cls, raw: object, path: str = "$") -> Self:
        """Strict reading."""
        fields = Fields(raw, path)
        made = cls(
            by_role=fields.choice("by_role", Role),
            at=fields.instant("at"),
            verdict=fields.choice("verdict", Verdict),
        )
        fields.end()
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Premises:
    """Where to go and how to get in; never shown in a repr."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    entry_instructions: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        check_text(self.name, "premises.name")
        check_text(self.address, "premises.address")
        if self.entry_instructions is not None:
            check_text(self.entry_instructions, "premises.entry_instructions", LONG_TEXT_MAX)

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return present(
            name=self.name, address=self.address, entry_instructions=self.entry_instructions
        )

    @classmethod
    def from_json(cls, raw: object, path: str = "$") -> Self:
        """Strict reading."""
        fields = Fields(raw, path)
        made = cls(
            name=fields.text("name"),
            address=fields.text("address"),
            entry_instructions=fields.text_or_none("entry_instructions"),
        )
        fields.end()
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """Where the desk reports back, and under which agreed secret it signs."""

    url: str = field(repr=False)
    secret_id: str

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        check_pattern(self.url, _URL, "webhook.url")
        check_pattern(self.secret_id, _SECRET_ID, "webhook.secret_id")
        if len(self.url) > TEXT_MAX or refuse_emergency_target(self.url):
            raise InvalidDocumentError("webhook.url", "target")

    def to_json(self) -> dict[str, object]:
        """Wire form."""
        return {"url": self.url, "secret_id": self.secret_id}

    @classmethod
    def from_json(cls, raw: object, path: str = "$") -> Self:
        """Strict reading."""
        fields = Fields(raw, path)
        made = cls(url=fields.text("url"), secret_id=fields.text("secret_id"))
        fields.end()
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """The picture at one moment: proposed level, sentence, reasons, and what is not known."""

    kind: Kind
    level: int | None
    level_proposed_by: ProposedBy | None
    summary: str = field(repr=False)
    reasons: tuple[Reason, ...] = ()
    unknowns: tuple[str, ...] = field(default=(), repr=False)
    timeline: tuple[Trigger, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what breaks the schema."""
        self._check_level()
        check_text(self.summary, "summary", LONG_TEXT_MAX)
        check_length(self.reasons, LIST_MAX, "reasons")
        check_length(self.unknowns, LIST_MAX, "unknowns")
        for unknown in self.unknowns:
            check_text(unknown, "unknowns")
        check_length(self.timeline, TIMELINE_MAX, "timeline")
        check_length(self.confirmations, LIST_MAX, "confirmations")

    def _check_level(self) -> None:
        """Refuse a level on anything but a burglary, and level 4 from anybody but a human."""
        graded = self.kind is Kind.BURGLARY
        if (self.level is not None) != graded or (self.level_proposed_by is not None) != graded:
            raise InvalidDocumentError("level", "only a burglary has a level")
        if self.level is None:
            return
        if isinstance(self.level, bool) or not 0 <= self.level <= _LIFE_LEVEL:
            raise InvalidDocumentError("level", "0 to 4")
        if self.level == _LIFE_LEVEL and self.level_proposed_by is not ProposedBy.HUMAN:
            raise InvalidDocumentError("level", "level 4 comes only from a human")

    def to_json(self) -> dict[str, object]:
        """Wire form; its fields stand directly in the document."""
        return {
            "kind": self.kind,
            "level": self.level,
            "level_proposed_by": self.level_proposed_by,
            "level_basis": LEVEL_BASIS,
            "summary": self.summary,
            "reasons": [reason.to_json() for reason in self.reasons],
            "unknowns": list(self.unknowns),
            "timeline": [trigger.to_json() for trigger in self.timeline],
            "confirmations": [confirmation.to_json() for confirmation in self.confirmations],
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> Self:
        """Take the situation's fields out of the document that holds them."""
        if fields.text("level_basis") != LEVEL_BASIS:
            raise InvalidDocumentError("level_basis", "const")
        return cls(
            kind=fields.choice("kind", Kind),
            level=fields.integer_or_none("level"),
            level_proposed_by=fields.choice_or_none("level_proposed_by", ProposedBy),
            summary=fields.text("summary"),
            reasons=fields.items("reasons", Reason.from_json),
            unknowns=fields.items("unknowns", read_text),
            timeline=fields.items("timeline", Trigger.from_json),
            confirmations=fields.items("confirmations", Confirmation.from_json),
        )
