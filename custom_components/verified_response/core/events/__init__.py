"""What happened: facts, journalled before anybody sees them, and never holding a code or address.

areas      areas and keypads            hub      pauses, numbers, wrong codes
incidents  from opening to its end      outward  effects, deliveries, responders
access     codes on locks
"""

from .access import (
    CodeForgotten,
    CodeSendingAsked,
    CodeShown,
    CredentialChanged,
    DoorReported,
    GrantEnded,
    GrantUsed,
    GrantWritten,
    PassageAsked,
    PassageChanged,
    RelockAsked,
)
from .areas import (
    AreaArmed,
    AreaArming,
    AreaDisarmed,
    AreaPending,
    AreaTriggered,
    ArmingFailed,
    ArmingZoneChanged,
    ExitSeen,
    FailureAcknowledged,
    FailureTold,
    ZoneAlarmed,
    ZoneBypassed,
)
from .hub import (
    ClockJumped,
    CodeSpent,
    HistoryForgotten,
    HubRestarted,
    PolicySet,
    TroubleChanged,
    WalkTestEnded,
    WalkTestNoted,
    WalkTestStarted,
    WrongCode,
)
from .incidents import (
    Assessed,
    AttemptMade,
    CallJoined,
    CryEnded,
    CryHeard,
    DoorAttempted,
    EvidenceAdded,
    EvidenceNoted,
    IncidentEnded,
    IncidentOpened,
    LookExtended,
    PeopleAsked,
    PersonOutside,
    StageChanged,
    VerdictGiven,
)
from .outward import (
    DeliveryChanged,
    EffectDelayed,
    EffectFinished,
    EffectRequested,
    EffectStarted,
    ResponderReported,
    ShareRequested,
)

__all__ = [
    "EVENT_TYPES",
    "POLICY",
    "AreaArmed",
    "AreaArming",
    "AreaDisarmed",
    "AreaPending",
    "AreaTriggered",
    "ArmingFailed",
    "ArmingZoneChanged",
    "Assessed",
    "AttemptMade",
    "CallJoined",
    "ClockJumped",
    "CodeForgotten",
    "CodeSendingAsked",
    "CodeShown",
    "CodeSpent",
    "CredentialChanged",
    "CryEnded",
    "CryHeard",
    "DeliveryChanged",
    "DoorAttempted",
    "DoorReported",
    "EffectDelayed",
    "EffectFinished",
    "EffectRequested",
    "EffectStarted",
    "Event",
    "EvidenceAdded",
    "EvidenceNoted",
    "ExitSeen",
    "FailureAcknowledged",
    "FailureTold",
    "GrantEnded",
    "GrantUsed",
    "GrantWritten",
    "HistoryForgotten",
    "HubRestarted",
    "IncidentEnded",
    "IncidentOpened",
    "LookExtended",
    "PassageAsked",
    "PassageChanged",
    "PeopleAsked",
    "PersonOutside",
    "PolicySet",
    "RelockAsked",
    "ResponderReported",
    "ShareRequested",
    "StageChanged",
    "TroubleChanged",
    "VerdictGiven",
    "WalkTestEnded",
    "WalkTestNoted",
    "WalkTestStarted",
    "WrongCode",
    "ZoneAlarmed",
    "ZoneBypassed",
    "subject_of",
]

type Event = (
    HubRestarted
    | ClockJumped
    | PolicySet
    | WrongCode
    | CodeSpent
    | TroubleChanged
    | WalkTestStarted
    | WalkTestNoted
    | WalkTestEnded
    | HistoryForgotten
    | AreaArming
    | ExitSeen
    | ArmingZoneChanged
    | AreaArmed
    | ArmingFailed
    | FailureTold
    | FailureAcknowledged
    | ZoneBypassed
    | ZoneAlarmed
    | AreaPending
    | AreaTriggered
    | AreaDisarmed
    | CryHeard
    | CryEnded
    | IncidentOpened
    | CallJoined
    | EvidenceAdded
    | EvidenceNoted
    | PersonOutside
    | LookExtended
    | Assessed
    | StageChanged
    | PeopleAsked
    | AttemptMade
    | DoorAttempted
    | VerdictGiven
    | IncidentEnded
    | ShareRequested
    | DeliveryChanged
    | ResponderReported
    | EffectRequested
    | EffectStarted
    | EffectFinished
    | EffectDelayed
    | GrantWritten
    | CredentialChanged
    | GrantUsed
    | GrantEnded
    | CodeForgotten
    | CodeSendingAsked
    | CodeShown
    | DoorReported
    | PassageAsked
    | PassageChanged
    | RelockAsked
)


EVENT_TYPES: dict[str, type] = {kind.__name__: kind for kind in Event.__value__.__args__}
"""By the kind of their record."""
POLICY = "policy"
"""Subject of the numbers in force: who replays an incident asks for them by it."""


def subject_of(event: Event) -> str | None:
    """Return the incident, grant or door that an event belongs to, for reading the journal by it."""
    match event:
        case PolicySet():
            return POLICY
        case GrantWritten(grant=grant):
            return grant.id
        case DoorReported(report=report):
            return report.door_id
        case PassageAsked(passage=passage):
            return passage.door_id
        case PassageChanged(door_id=door_id):
            return door_id
        case EffectRequested(effect=effect):
            return getattr(effect, "incident_id", None) or getattr(effect, "grant_id", None)
    return getattr(event, "incident_id", None) or getattr(event, "grant_id", None)
