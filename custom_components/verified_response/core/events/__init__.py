"""What happened: facts, journalled before anybody sees them, and never holding a code or address.

areas      areas and keypads            hub      pauses, numbers, wrong codes
incidents  from opening to its end      outward  effects, deliveries, responders
access     codes on locks
"""

from .access import CredentialChanged, GrantEnded, GrantUsed, GrantWritten
from .areas import AreaArmed, AreaArming, AreaDisarmed, AreaPending, AreaTriggered
from .hub import HubRestarted, PolicySet, WrongCode
from .incidents import (
    Assessed,
    EvidenceAdded,
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
    "AreaArmed",
    "AreaArming",
    "AreaDisarmed",
    "AreaPending",
    "AreaTriggered",
    "Assessed",
    "CredentialChanged",
    "DeliveryChanged",
    "EffectDelayed",
    "EffectFinished",
    "EffectRequested",
    "EffectStarted",
    "Event",
    "EvidenceAdded",
    "GrantEnded",
    "GrantUsed",
    "GrantWritten",
    "HubRestarted",
    "IncidentEnded",
    "IncidentOpened",
    "LookExtended",
    "PeopleAsked",
    "PersonOutside",
    "PolicySet",
    "ResponderReported",
    "ShareRequested",
    "StageChanged",
    "VerdictGiven",
    "WrongCode",
    "subject_of",
]

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
