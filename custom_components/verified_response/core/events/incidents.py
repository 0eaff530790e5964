"""What happens in an incident, and the warnings before one."""

from dataclasses import dataclass
from datetime import datetime

from ..assessment import Assessment
from ..calls import Cry, CryEnd
from ..detection import Box, Trust
from ..evidence import EvidenceItem, Verdict
from ..incident import IncidentKind, Stage


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentOpened:
    """Something began."""

    incident_id: str
    kind: IncidentKind
    stage: Stage
    until: datetime | None
    areas: tuple[str, ...]
    by: str
    covert: bool = False
    silent: bool = False
    message: str = ""
    ha_area: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallJoined:
    """Help of another kind was called for: it belongs to the call that is open already."""

    incident_id: str
    kind: IncidentKind
    by: str
    message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CryHeard:
    """Somebody cried for help: they are asked back about it, again after a restart."""

    cry: Cry


@dataclass(frozen=True, kw_only=True, slots=True)
class CryEnded:
    """Nobody is asked back any more."""

    cry_id: str
    end: CryEnd
    by: str = "hub"


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceAdded:
    """An item that speaks for or against; `look_until` extends the time cameras are looked at."""

    incident_id: str
    item: EvidenceItem
    look_until: datetime | None = None
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceNoted:
    """Something worth knowing while it is armed and no incident is open: kept for the next one."""

    item: EvidenceItem
    waits: bool = False
    """A zone that waits for its partner (cross zoning)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonOutside:
    """Early warning: somebody is outside while it is armed and nothing has tripped; no incident."""

    at: datetime
    camera_id: str
    trust: Trust
    engine: str
    scores: tuple[float, ...]
    box: Box | None = None
    count: int = 1
    dwell_s: float = 0.0
    direction: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LookExtended:
    """A chattering zone: nothing new to know, but the cameras look on."""

    incident_id: str
    look_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """The proposed level or its reasons changed."""

    incident_id: str
    assessment: Assessment


@dataclass(frozen=True, kw_only=True, slots=True)
class StageChanged:
    """The incident moved on."""

    incident_id: str
    stage: Stage
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleAsked:
    """Contacts were asked to confirm, for the n-th time."""

    incident_id: str
    round: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptMade:
    """An attempt to reach a person for their word ended; `outcome` is a key."""

    incident_id: str
    contact_id: str
    channel: str
    round: int
    outcome: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorAttempted:
    """Wrong codes in a row at a lock while nothing has tripped: told, never an alarm."""

    door_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictGiven:
    """A human's word."""

    incident_id: str
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentEnded:
    """A person ended it: CANCELLED when false, CLOSED when dealt with."""

    incident_id: str
    stage: Stage
    reason: str
    by: str
    recall: bool = True
