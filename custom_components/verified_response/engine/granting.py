"""Making a grant: find slots, choose a code, have it written down, wait for what the locks say."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ..core.access import GONE, Credential, CredentialStatus
from ..core.codes import choose_code
from ..core.commands import RequestGrant, RevokeGrant
from ..core.errors import InvalidRequestError, LockFailedError
from .desk import Desk
from .lock_ports import LockCapabilities, Locks
from .ports import IdSource

SLOT_SEARCH_S = 20.0
"""A sleeping battery lock answers within its wake-up of about 10 s, twice that is an answer too."""
OUTCOME_S = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantResult:
    """What the caller gets; the only place where the code is shown."""

    grant_id: str
    code: str = field(repr=False)
    expires_at: datetime
    locks: Mapping[str, Credential]


class Granting:
    """Keeps codes in memory only, and only until each lock has answered."""

    def __init__(self, desk: Desk, locks: Locks, ids: IdSource) -> None:
        self._desk = desk
        self._locks = locks
        self._ids = ids
        self._codes: dict[str, str] = {}
        self._turn = asyncio.Lock()

    def code_of(self, grant_id: str) -> str | None:
        """Return the code while it is still needed; None after a restart."""
        return self._codes.get(grant_id)

    async def grant(
        self,
        doors: Sequence[str],
        *,
        expires_at: datetime,
        recipient: str,
        by: str,
        incident_id: str | None = None,
        max_uses: int | None = None,
        code: str | None = None,
    ) -> GrantResult:
        """Return the code and what is known per lock; raises InvalidRequestError, WorkFailedError."""
        if not doors:
            raise InvalidRequestError("no_lock_chosen")
        grant_id = self._ids.new_id()
        async with self._turn:  # two grants at once must not pick the same slot
            found = await asyncio.gather(*(self._find_slot(door) for door in doors))
            slots = {door: slot for door, slot, _ in found if slot is not None}
            failed = {door: reason for door, _, reason in found if isinstance(reason, str)}
            bounds = [caps for _, _, caps in found if isinstance(caps, LockCapabilities)]
            code = self._choose(code, bounds)
            self._codes[grant_id] = code
            try:
                await self._desk.submit(
                    RequestGrant(
                        new_id=grant_id,
                        recipient=recipient,
                        by=by,
                        expires_at=expires_at,
                        fingerprint=self._locks.fingerprint(code),
                        slots=slots,
                        failed=failed,
                        incident_id=incident_id,
                        max_uses=max_uses,
                    )
                )
            except BaseException:
                self._forget(grant_id)
                raise
        try:
            await self._outcomes(grant_id)
        except asyncio.CancelledError:
            self._forget(grant_id)
            raise
        finally:
            self._codes.pop(grant_id, None)
        return GrantResult(
            grant_id=grant_id,
            code=code,
            expires_at=expires_at,
            locks=self._desk.state.grants[grant_id].credentials,
        )

    def _forget(self, grant_id: str) -> None:
        """End a grant whose code nobody will ever see."""
        self._codes.pop(grant_id, None)
        if grant_id in self._desk.state.grants:
            self._desk.run(self._revoke(grant_id), name="revoke an unseen code")

    async def _revoke(self, grant_id: str) -> None:
        await self._desk.submit(RevokeGrant(grant_id=grant_id, by="hub"))

    def _choose(self, code: str | None, bounds: Sequence[LockCapabilities]) -> str:
        minimum = max((caps.min_length for caps in bounds), default=4)
        maximum = min((caps.max_length for caps in bounds), default=8)
        if minimum > maximum:
            raise InvalidRequestError("locks_want_different_lengths")
        if code is None:
            return choose_code(
                self._ids.digits,
                min_length=minimum,
                max_length=maximum,
                avoid=tuple(self._codes.values()),
            )
        if not (code.isascii() and code.isdigit() and minimum <= len(code) <= maximum):
            raise InvalidRequestError("code_bad_length", minimum=str(minimum), maximum=str(maximum))
        return code

    async def _find_slot(self, door: str) -> tuple[str, int | None, LockCapabilities | str]:
        taken = frozenset(
            credential.slot
            for grant in self._desk.state.grants.values()
            for credential in grant.credentials.values()
            if credential.door_id == door and credential.status not in GONE
        )
        try:
            async with asyncio.timeout(SLOT_SEARCH_S):
                lock = self._locks.of(door)
                capabilities = await lock.capabilities()
                return door, await lock.free_slot(taken), capabilities
        except LockFailedError as err:
            return door, None, err.code
        except TimeoutError:
            return door, None, "lock_unavailable"

    async def _outcomes(self, grant_id: str) -> None:
        """Wait until each lock answered or the patience of a person ends; unclear stays unclear."""

        def answered() -> bool:
            credentials = self._desk.state.grants[grant_id].credentials.values()
            return all(item.status is not CredentialStatus.REQUESTED for item in credentials)

        await _wait_for(self._desk, answered)


async def wait_until_gone(desk: Desk, grant_id: str) -> None:
    """Wait until no lock can hold the code, or a person's patience ends; removal goes on anyway."""
    await _wait_for(desk, lambda: desk.state.grants[grant_id].is_gone)


async def _wait_for(desk: Desk, done: Callable[[], bool]) -> None:
    happened = asyncio.Event()

    def look(_: object = None) -> None:
        if done():
            happened.set()

    unsubscribe = desk.feed.subscribe(look)
    try:
        look()
        async with asyncio.timeout(OUTCOME_S):
            await happened.wait()
    except TimeoutError:
        pass
    finally:
        unsubscribe()
