"""What is asked of the house; ids and slots are chosen outside and passed in."""

from .access import (
    CloseDoor,
    DoorClosed,
    OpenDoor,
    ReportDoor,
    RequestGrant,
    RevokeGrant,
    SettleRemoval,
    ShowCode,
    TellNotLetIn,
)
from .house import (
    AcknowledgeFailure,
    Arm,
    Bypass,
    Disarm,
    EndWalkTest,
    HubStarted,
    NoteEvidence,
    NoteJump,
    ReportBlind,
    ReportDetection,
    ReportLost,
    ReportNobody,
    ReportOutside,
    ReportPerson,
    ReportTrouble,
    SeePanel,
    SeeSignal,
    StartWalkTest,
    TimePassed,
)
from .outcomes import (
    EffectDone,
    EffectFailed,
    EffectStarts,
)
from .people import (
    AnswerCry,
    CannotSee,
    Confirm,
    CryForHelp,
    Dismiss,
    ForgetHistory,
    NoteWrongCode,
    ReportDistress,
    ReportDuress,
    RespondersSay,
    ShareWith,
    SpendCode,
)

__all__ = [
    "AcknowledgeFailure",
    "AnswerCry",
    "Arm",
    "Bypass",
    "CannotSee",
    "CloseDoor",
    "Command",
    "Confirm",
    "CryForHelp",
    "Disarm",
    "Dismiss",
    "DoorClosed",
    "EffectDone",
    "EffectFailed",
    "EffectStarts",
    "EndWalkTest",
    "ForgetHistory",
    "HubStarted",
    "NoteEvidence",
    "NoteJump",
    "NoteWrongCode",
    "OpenDoor",
    "ReportBlind",
    "ReportDetection",
    "ReportDistress",
    "ReportDoor",
    "ReportDuress",
    "ReportLost",
    "ReportNobody",
    "ReportOutside",
    "ReportPerson",
    "ReportTrouble",
    "RequestGrant",
    "RespondersSay",
    "RevokeGrant",
    "SeePanel",
    "SeeSignal",
    "SettleRemoval",
    "ShareWith",
    "ShowCode",
    "SpendCode",
    "StartWalkTest",
    "TellNotLetIn",
    "TimePassed",
]

type Command = (
    HubStarted
    | NoteJump
    | TimePassed
    | Arm
    | Disarm
    | Bypass
    | AcknowledgeFailure
    | SeeSignal
    | SeePanel
    | NoteEvidence
    | ReportLost
    | ReportTrouble
    | StartWalkTest
    | EndWalkTest
    | ReportPerson
    | ReportOutside
    | ReportDetection
    | ReportNobody
    | ReportBlind
    | ReportDistress
    | ReportDuress
    | CryForHelp
    | AnswerCry
    | Confirm
    | Dismiss
    | CannotSee
    | ForgetHistory
    | SpendCode
    | ShareWith
    | RespondersSay
    | RequestGrant
    | RevokeGrant
    | CloseDoor
    | DoorClosed
    | OpenDoor
    | ReportDoor
    | SettleRemoval
    | ShowCode
    | TellNotLetIn
    | EffectStarts
    | EffectDone
    | EffectFailed
    | NoteWrongCode
)
