"""EmergencyCenter port over the Police API: documents out, receipts back."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import override

import aiohttp

from ...core.errors import ShareRejectedError, ShareRetryableError, ShareUnknownError
from ...core.targets import refuse_emergency_target
from ...engine.ports import EmergencyCenter, IncidentRecord, Receipt, Wording
from ...public_safety.client import PoliceApiClient
from ...public_safety.errors import PublicSafetyError, RetryableError, UnknownOutcomeError
from .access import Access
from .documents import cancel_document, incident_document, update_document


class PoliceApiCenter(EmergencyCenter):
    """All responders of the premises over the Police API; one client each, made when first needed."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        access: Callable[[str], Access | None],
        wording: Wording,
    ) -> None:
        self._session = session
        self._access = access
        self._wording = wording
        self._clients: dict[Access, PoliceApiClient] = {}

    @override
    async def create(self, responder_id: str, record: IncidentRecord, *, key: str) -> Receipt:
        access = self._reach(responder_id)
        with _translated():
            document = incident_document(record, responder_id, access, self._wording)
            receipt = await self._client(access).create(document, key)
        return Receipt(number=receipt.number, status=receipt.status)

    @override
    async def ping(self, responder_id: str) -> None:
        with _translated():
            await self._client(self._reach(responder_id)).ping()

    @override
    async def find(self, responder_id: str, incident_id: str) -> Receipt | None:
        with _translated():
            receipt = await self._client(self._reach(responder_id)).find(incident_id)
        return Receipt(number=receipt.number, status=receipt.status) if receipt else None

    @override
    async def update(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        with _translated():
            document = update_document(record, responder_id, self._wording)
            await self._client(self._reach(responder_id)).update(number, document, key)

    @override
    async def cancel(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        with _translated():
            document = cancel_document(record, responder_id)
            await self._client(self._reach(responder_id)).cancel(number, document, key)

    def _reach(self, responder_id: str) -> Access:
        access = self._access(responder_id)
        if access is None:
            raise ShareRejectedError("responder_unknown")
        for target in (access.base_url, access.callback_phone):
            if refuse_emergency_target(target):
                raise ShareRejectedError("emergency_number_refused")
        return access

    def _client(self, access: Access) -> PoliceApiClient:
        client = self._clients.get(access)
        if client is None:
            client = self._clients[access] = PoliceApiClient(
                self._session,
                base_url=access.base_url,
                client_id=access.client_id,
                client_secret=access.client_secret,
            )
        return client


@contextmanager
def _translated() -> Generator[None]:
    """Sort the wire's errors by what the engine must do; any other error passes."""
    try:
        yield
    except UnknownOutcomeError as err:
        raise ShareUnknownError(err.code) from err
    except RetryableError as err:
        raise ShareRetryableError(err.code, retry_after_s=err.retry_after) from err
    except PublicSafetyError as err:
        raise ShareRejectedError(err.code) from err
