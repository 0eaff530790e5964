"""The test before live: the desk answers, and its call-back reaches this household.

An exercise incident carries six digits. The desk's operator calls the call-back number and reads them
out; typing them into the form proves the chain and the number in one go.
"""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ...core.errors import InvalidRequestError, WorkFailedError
from ...core.targets import refuse_emergency_target
from ...engine.ports import IdSource, Wording
from ...public_safety import schema as wire
from ...public_safety.client import PoliceApiClient
from ...public_safety.errors import PublicSafetyError
from .access import Access

DIGITS = 6


def _client(hass: HomeAssistant, access: Access) -> PoliceApiClient:
    for target in (access.base_url, access.callback_phone):
        if (refused := refuse_emergency_target(target)) is not None:
            raise InvalidRequestError(refused)
    return PoliceApiClient(
        async_get_clientsession(hass),
        base_url=access.base_url,
        client_id=access.client_id,
        client_secret=access.client_secret,
    )


async def try_responder(hass: HomeAssistant, access: Access) -> None:
    """Test that the desk answers and knows us; raises InvalidRequestError, WorkFailedError."""
    try:
        await _client(hass, access).ping()
    except PublicSafetyError as err:
        raise WorkFailedError(err.code) from err


async def start(
    hass: HomeAssistant, access: Access, ids: IdSource, wording: Wording, name: str
) -> str:
    """Send the exercise with fresh digits and return them; raises InvalidRequestError, WorkFailedError."""
    code = ids.digits(DIGITS)
    summary = wording.sentence("prompt", "callback_check", code=" ".join(code))
    document = wire.IncidentDocument(
        mode=wire.Mode.EXERCISE,
        reference=ids.new_id(),
        sequence=1,
        situation=wire.Situation(
            kind=wire.Kind.BURGLARY,
            level=0,
            level_proposed_by=wire.ProposedBy.AUTOMATION,
            summary=summary,
        ),
        premises=wire.Premises(name=name, address=access.address),
        callback_phone=access.callback_phone,
        ground=wire.Ground.CONSENT,
    )
    client = _client(hass, access)
    try:
        await client.create(document, document.idempotency_key)
    except PublicSafetyError as err:
        raise WorkFailedError(err.code) from err
    return code
