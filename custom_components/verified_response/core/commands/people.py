"""What people and responders say."""

from dataclasses import dataclass

from ..calls import Call, Heard
from ..evidence import Threat
from ..incident import IncidentKind


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDistress:
    """Somebody calls for help: at once, no abort window."""

    new_id: str
    kind: IncidentKind
    silent: bool
    by: str
    message: str = ""
    ha_area: str | None = None
    heard: Heard | None = None
    """By voice: where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDuress:
    """A covert phrase, or a duress code where it could do nothing else; nobody may see it."""

    new_id: str
    by: str
    heard: Heard | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CryForHelp:
    """Somebody cried for help: they are asked back before anybody is called.

    `call` is None where the cry did not say who shall come; `at_home` is None where nobody can tell
    whether anybody is.
    """

    new_id: str
    call: Call | None
    heard: Heard
    bare: bool = False
    at_home: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerCry:
    """Whoever cried, or somebody near, answers: send help or not; `call` where they said who shall come."""

    cry_id: str
    send: bool
    by: str
    call: Call | None = None
    duress: bool = False
    """Taken back with a duress code: it only looks so."""
    new_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirm:
    """A human says somebody is there."""

    incident_id: str
    threat: Threat
    by: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismiss:
    """A human says it was a false alarm; the areas stay armed. Under duress it only looks so."""

    incident_id: str
    by: str
    duress: bool = False
    new_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CannotSee:
    """A human was asked, looked, and cannot say."""

    incident_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgetHistory:
    """The owner mended a zone or camera: its false alarms do not count any more."""

    subject_id: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SpendCode:
    """A code that is good once was used."""

    code_id: str
    contact_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareWith:
    """A human sends an incident to one responder."""

    incident_id: str
    responder_id: str
    ground: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RespondersSay:
    """A responder reported back; `event_id` makes it count once."""

    responder_id: str
    incident_id: str
    status: str
    number: str
    event_id: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteWrongCode:
    """Somebody typed a code that is nobody's, or no longer good; the code itself is never kept."""

    area_id: str | None
    by: str
    contact_id: str | None = None
    """Whose it was, when it was good once."""
    reason: str = ""
    """"expired" or "spent", when it was good once."""
