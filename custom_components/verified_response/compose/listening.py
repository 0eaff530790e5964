"""Home Assistant's happenings, connected to the desk until the entry is unloaded."""

import hashlib
import hmac
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from homeassistant.core import HomeAssistant

from .. import const as c
from ..adapters import answers, credential_reports, other_detectors, signals
from ..adapters.police_api import reports
from ..core.access import AccessGrant
from ..core.commands import CredentialSeen
from ..engine.other_detectors import OtherDetectors
from ..runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime

type Answered = Callable[[str, str, str, str | None], Coroutine[Any, Any, None]]


def webhook_id(key: bytes, responder_id: str) -> str:
    """Return an id that is stable and that nobody without the key can guess."""
    return hmac.new(key, f"webhook {responder_id}".encode(), hashlib.sha256).hexdigest()


def listen(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    runtime: VerifiedResponseRuntime,
    key: bytes,
    *,
    answered: Answered,
) -> None:
    """Connect everything that comes in; `answered` follows a tapped button."""
    desk = runtime.desk
    premises = desk.premises
    entry.async_on_unload(signals.listen(hass, premises, runtime.intake.accept))
    others = OtherDetectors(desk)
    entry.async_on_unload(others.close)
    entry.async_on_unload(other_detectors.listen(hass, premises, others.accept, now=desk.now))
    entry.async_on_unload(
        answers.listen(hass, lambda *answer: desk.run(answered(*answer), name="answer"))
    )
    _listen_to_locks(hass, entry, runtime)
    _listen_to_responders(hass, entry, runtime, key)


def _listen_to_locks(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, runtime: VerifiedResponseRuntime
) -> None:
    desk = runtime.desk

    async def used(door_id: str, slot: int) -> None:
        await desk.submit(CredentialSeen(door_id=door_id, slot=slot))

    def grants() -> Iterable[AccessGrant]:
        return desk.state.grants.values()

    entry.async_on_unload(
        credential_reports.listen(
            hass,
            desk.premises,
            grants,
            lambda door, slot: desk.run(used(door, slot), name="credential used"),
        )
    )


def _listen_to_responders(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    runtime: VerifiedResponseRuntime,
    key: bytes,
) -> None:
    desk = runtime.desk
    for item in entry.get_subentries_of_type(c.SUBENTRY_RESPONDER):
        entry.async_on_unload(
            reports.listen(
                hass,
                domain=c.DOMAIN,
                webhook_id=webhook_id(key, item.subentry_id),
                responder_id=item.subentry_id,
                secret=item.data[c.CONF_CLIENT_SECRET],
                say=desk.submit,
                is_stored=lambda: desk.durable,
            )
        )
