"""What people tap on their phones becomes commands."""

from contextlib import suppress

from homeassistant.core import HomeAssistant

from ..adapters import answers
from ..core.commands import Confirm, Dismiss
from ..core.errors import InvalidRequestError
from ..core.evidence import Threat
from ..runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime


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
    incident_id: str,
    contact_id: str,
    typed: str | None,
) -> None:
    """Follow a tapped button; denying needs the code, confirming does not."""
    if contact_id not in runtime.desk.premises.contacts:
        return
    by = f"contact:{contact_id}"
    with suppress(InvalidRequestError):  # the incident may have ended meanwhile
        if action == "confirm":
            await runtime.desk.submit(
                Confirm(incident_id=incident_id, threat=Threat.PROPERTY, by=by)
            )
        elif action == "false_alarm":
            verdict = await runtime.keypad.check(typed, area_id=None, by=by)
            await runtime.desk.submit(
                Dismiss(
                    incident_id=incident_id,
                    by=f"contact:{verdict.contact_id}" if verdict else by,
                    duress=bool(verdict and verdict.duress),
                    new_id=runtime.ids.new_id(),
                )
            )
