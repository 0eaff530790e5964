"""What people tap on their phones becomes commands."""

from contextlib import suppress

from homeassistant.core import HomeAssistant

from ..adapters import answers
from ..core.calls import Call
from ..core.commands import AcknowledgeFailure, CannotSee, Confirm, Dismiss, ReportDistress
from ..core.errors import InvalidRequestError
from ..core.evidence import Threat
from ..core.incident import KIND_OF
from ..runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime
from .letting_in import let_in, unlock_now


def follow_answers(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, runtime: VerifiedResponseRuntime
) -> None:
    """Hear the buttons of our messages for as long as the entry is loaded."""
    desk = runtime.desk
    entry.async_on_unload(
        answers.listen(
            hass,
            lambda *answer: desk.run(_answered(runtime, *answer), name="answer"),
        )
    )


async def _answered(
    runtime: VerifiedResponseRuntime,
    action: str,
    subject_id: str,
    contact_id: str,
    typed: str | None,
) -> None:
    """Follow a tapped button; denying needs the code, the other answers do not.

    `subject_id` is the incident, the area that could not be armed, or whom to call.
    """
    if contact_id not in runtime.desk.premises.contacts:
        return
    by = f"contact:{contact_id}"
    with suppress(InvalidRequestError, ValueError):  # it may have ended meanwhile
        match action:
            case "confirm":
                await runtime.desk.submit(
                    Confirm(incident_id=subject_id, threat=Threat.PROPERTY, by=by)
                )
            case "false_alarm":
                await _deny(runtime, subject_id, typed, by=by)
            case "cannot_see":
                await runtime.desk.submit(CannotSee(incident_id=subject_id, by=by))
            case "acknowledge":
                await runtime.desk.submit(AcknowledgeFailure(area_id=subject_id, by=by))
            case "call_help":
                kind = KIND_OF[Call(subject_id)]
                await runtime.desk.submit(
                    ReportDistress(new_id=runtime.ids.new_id(), kind=kind, silent=False, by=by)
                )
            case "let_in":
                await let_in(runtime, subject_id, contact_id)
            case "unlock_now":
                await unlock_now(runtime, subject_id, contact_id)


async def _deny(
    runtime: VerifiedResponseRuntime, incident_id: str, typed: str | None, *, by: str
) -> None:
    verdict = await runtime.keypad.check(typed, area_id=None, by=by)
    await runtime.desk.submit(
        Dismiss(
            incident_id=incident_id,
            by=f"contact:{verdict.contact_id}" if verdict else by,
            duress=bool(verdict and verdict.duress),
            new_id=runtime.ids.new_id(),
        )
    )
