"""What happened: facts, journalled before anybody sees them, and never holding a code or address."""

from dataclasses import dataclass
from datetime import datetime

from .access import AccessGrant, CredentialStatus
from .assessment import Assessment
from .detection import Box, Trust
from .effects import Effect
from .evidence import EvidenceItem, Verdict
from .incident import DeliveryStatus, IncidentKind, Stage
from .premises import ArmMode, Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class HubRestarted:
    """The hub was blind from `blind_since` until now, and ignores power-up chatter until `quiet_until`."""

    blind_since: datetime | None
    quiet_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicySet:
    """The numbers in force from here on."""

    policy: Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaArming:
    """The exit delay runs."""

    area_id: str
    mode: ArmMode
    until: datetime
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaArmed:
    """The area is armed, or protects again after a dismissed alarm."""

    area_id: str
    mode: ArmMode
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaPending:
    """The entry delay runs."""

    area_id: str
    incident_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaTriggered:
    """Alarm; only a person ends it."""

    area_id: str
    incident_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaDisarmed:
    """A person disarmed."""

    area_id: str
    by: str


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
class EvidenceAdded:
    """An item that speaks for or against; `look_until` extends the time cameras are looked at."""

    incident_id: str
    item: EvidenceItem
    look_until: datetime | None = None
    areas: tuple[str, ...] = ()


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


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareRequested:
    """Who asked that a responder gets the incident, and on what ground."""

    incident_id: str
    responder_id: str
    ground: str
    by: str
    sequence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryChanged:
    """A responder's copy came further, or did not."""

    incident_id: str
    responder_id: str
    status: DeliveryStatus
    number: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponderReported:
    """A responder's own status."""

    incident_id: str
    responder_id: str
    status: str
    number: str
    event_id: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantWritten:
    """A grant with its slots and expiry, before any lock is touched."""

    grant: AccessGrant


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialChanged:
    """What is known of the code on one lock."""

    grant_id: str
    door_id: str
    status: CredentialStatus
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantUsed:
    """Our code opened a door."""

    grant_id: str
    door_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantEnded:
    """Expired, revoked, used up, or its incident ended; removal follows."""

    grant_id: str
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectRequested:
    """An outward act that must happen."""

    effect_id: str
    effect: Effect


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectStarted:
    """An attempt began."""

    effect_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectFinished:
    """The effect needs no more attempts: `code` None when it happened."""

    effect_id: str
    code: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectDelayed:
    """An attempt failed and another follows."""

    effect_id: str
    code: str
    retry_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongCode:
    """Somebody typed a code that is nobody's."""

    area_id: str | None
    by: str


type Event = (
    HubRestarted
    | PolicySet
    | AreaArming
    | AreaArmed
    | AreaPending
    | AreaTriggered
    | AreaDisarmed
    | IncidentOpened
    | EvidenceAdded
    | PersonOutside
    | LookExtended
    | Assessed
    | StageChanged
    | PeopleAsked
    | VerdictGiven
    | IncidentEnded
    | ShareRequested
    | DeliveryChanged
    | ResponderReported
    | GrantWritten
    | CredentialChanged
    | GrantUsed
    | GrantEnded
    | EffectRequested
    | EffectStarted
    | EffectFinished
    | EffectDelayed
    | WrongCode
)


def subject_of(event: Event) -> str | None:
    """Return the incident or grant that an event belongs to, for reading the journal by it."""
    match event:
        case GrantWritten(grant=grant):
            return grant.id
        case EffectRequested(effect=effect):
            return getattr(effect, "incident_id", None) or getattr(effect, "grant_id", None)
    return getattr(event, "incident_id", None) or getattr(event, "grant_id", None)
