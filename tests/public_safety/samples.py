"""Valid documents; a test overrides the one field it is about."""

from datetime import UTC, datetime

from custom_components.verified_response.public_safety.schema import (
    CancelDocument,
    CancelReason,
    Confirmation,
    Ground,
    IncidentDocument,
    Kind,
    Mode,
    Premises,
    ProposedBy,
    Reason,
    Role,
    Situation,
    Trigger,
    UpdateDocument,
    Verdict,
)

AT = datetime(2026, 11, 20, 21, 14, 3, 250000, tzinfo=UTC)
REFERENCE = "01JD2Q6W8Z5T3M9K7X4V1B0N2C"


def situation(**changes):
    values = {
        "kind": Kind.BURGLARY,
        "level": 2,
        "level_proposed_by": ProposedBy.AUTOMATION,
        "summary": "A person was seen in the hall after the front door opened.",
        "reasons": (Reason(rule="person_seen", sentence="A person was seen in the hall."),),
        "unknowns": ("Whether the person is still inside is not known.",),
        "timeline": (Trigger(at=AT, place="Front door", what="door opened"),),
        "confirmations": (Confirmation(by_role=Role.OWNER, at=AT, verdict=Verdict.UNREACHABLE),),
    }
    return Situation(**values | changes)


def incident(**changes):
    values = {
        "mode": Mode.EXERCISE,
        "reference": REFERENCE,
        "sequence": 1,
        "situation": situation(),
        "premises": Premises(
            name="Example home",
            address="1 Example Street, Example Town",
            entry_instructions="Side gate, then the green door.",
        ),
        "callback_phone": "+1 555 010 0199",
        "ground": Ground.CONSENT,
    }
    return IncidentDocument(**values | changes)


def update(**changes):
    values = {
        "mode": Mode.EXERCISE,
        "reference": REFERENCE,
        "sequence": 2,
        "at": AT,
        "situation": situation(level=3, summary="Glass was broken in the hall."),
    }
    return UpdateDocument(**values | changes)


def cancel(**changes):
    values = {
        "mode": Mode.EXERCISE,
        "reference": REFERENCE,
        "sequence": 3,
        "at": AT,
        "by_role": Role.OWNER,
        "reason": CancelReason.DISARMED,
    }
    return CancelDocument(**values | changes)
