"""Making a grant: find places, choose a code, have it written down, wait for what the locks say."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..core import events as ev
from ..core.access import GONE, TERMS, Credential, LockRef, Preset
from ..core.commands import RequestGrant, RevokeGrant, ShowCode
from ..core.effects import GiveAccess
from ..core.errors import InvalidRequestError, LockFailedError, WorkFailedError
from ..core.premises import Door
from ..core.rules.access.responders import who_is_let_in
from .choosing import Chooser, Found
from .desk import Desk
from .feed import Snapshot
from .lock_ports import CodeVault, Locks
from .ports import IdSource

_LOGGER = logging.getLogger(__name__)

SEARCH_S = 20.0
"""A sleeping battery lock answers within its wake-up of about 10 s, twice that is an answer too."""
OUTCOME_S = 30.0
CODES_TRIED = 3
"""Codes chosen anew when a lock already has the one before and does not show it."""
DUPLICATE = "lock_code_duplicate"


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantResult:
    """What the caller gets; the only place where the code is shown."""

    grant_id: str
    code: str = field(repr=False)
    expires_at: datetime
    locks: Mapping[str, Credential]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked for; `code` None: one is chosen."""

    doors: Sequence[str]
    expires_at: datetime
    recipient: str
    by: str
    incident_id: str | None = None
    max_uses: int | None = None
    code: str | None = field(default=None, repr=False)
    preset: Preset | None = None
    responders: tuple[str, ...] = ()
    request: str = ""
    shown: bool = True
    """Whoever asks takes the code with the answer; else it can be shown later, once."""


class Granting:
    """Makes codes, and keeps them in the vault until nobody needs them any more."""

    def __init__(
        self, desk: Desk, locks: Locks, ids: IdSource, vault: CodeVault, chooser: Chooser
    ) -> None:
        self._desk = desk
        self._locks = locks
        self._ids = ids
        self._vault = vault
        self._chooser = chooser
        self._codes: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._stop = desk.feed.subscribe(self._follow)

    async def start(self) -> None:
        """Forget codes of grants that were never written down, or are over."""
        grants = self._desk.state.grants
        for grant_id in await self._vault.kept():
            if grant_id not in grants or not grants[grant_id].code_kept:
                await self._drop(grant_id)

    def close(self) -> None:
        """Begin nothing new; what the vault keeps is there at the next start."""
        self._stop()
        self._codes.clear()

    def _follow(self, snapshot: Snapshot) -> None:
        for event in snapshot.news:
            if isinstance(event, ev.CodeForgotten):
                self._codes.pop(event.grant_id, None)
                self._desk.run(self._drop(event.grant_id), name="forget a code")

    async def _drop(self, grant_id: str) -> None:
        """Forget a code; what a full disk keeps from being forgotten is forgotten at the next start."""
        try:
            await self._vault.drop(grant_id)
        except WorkFailedError as err:
            _LOGGER.warning("A code could not be forgotten (%s)", err.code)

    async def code_of(self, grant_id: str) -> str | None:
        """Return the code while it is still needed; None when it is kept no more."""
        return self._codes.get(grant_id) or await self._vault.code_of(grant_id)

    async def show(self, grant_id: str, *, by: str) -> str:
        """Return the code, once; raises InvalidRequestError, WorkFailedError("code_lost")."""
        grant = self._desk.state.grants.get(grant_id)
        code = await self.code_of(grant_id) if grant is not None and not grant.shown else ""
        if code is None and grant is not None and grant.is_active:
            raise WorkFailedError("code_lost")
        await self._desk.submit(ShowCode(grant_id=grant_id, by=by))
        return code or ""

    async def give(self, request: str, effect: GiveAccess) -> None:
        """Make the code for a responder who took on an incident; asked twice, it is made once."""
        if any(grant.request == request for grant in self._desk.state.grants.values()):
            return
        responder = self._desk.premises.responders.get(effect.responder_id)
        await self._make(
            self._for_responders(
                effect.incident_id,
                by=f"responder:{effect.responder_id}",
                responders=(effect.responder_id,),
                recipient=responder.name if responder else "",
                request=request,
            )
        )

    async def let_in(self, incident_id: str, *, by: str) -> str:
        """Make a code for those who come; returns the grant, whose code is shown on request."""
        desk = self._desk
        responders = who_is_let_in(desk.state, desk.premises, incident_id)
        names = [desk.premises.responders[key].name for key in responders]
        asked = self._for_responders(
            incident_id, by=by, responders=responders, recipient=", ".join(names)
        )
        grant_id, _ = await self._make(asked)
        return grant_id

    def _for_responders(
        self,
        incident_id: str,
        *,
        by: str,
        responders: tuple[str, ...],
        recipient: str,
        request: str = "",
    ) -> Asked:
        terms = TERMS[Preset.RESPONDER]
        doors = self._desk.premises.doors.values()
        return Asked(
            doors=[door.id for door in doors if door.for_responders and door.takes_codes],
            expires_at=self._desk.now() + timedelta(seconds=terms.duration_s),
            recipient=recipient,
            by=by,
            incident_id=incident_id,
            max_uses=terms.max_uses,
            preset=Preset.RESPONDER,
            responders=responders,
            request=request,
        )

    async def grant(self, asked: Asked) -> GrantResult:
        """Return the code and what is known per lock; raises InvalidRequestError, WorkFailedError."""
        for tries_left in reversed(range(CODES_TRIED)):
            grant_id, code = await self._make(asked)
            try:
                await self._outcomes(grant_id)
                again = tries_left and asked.code is None and self._is_duplicate(grant_id)
                if not again and asked.shown:
                    await self._mark_shown(grant_id, by=asked.by)
            except asyncio.CancelledError:
                self._forget(grant_id)
                raise
            if not again:
                break
            await self._revoke(grant_id)
        return GrantResult(
            grant_id=grant_id,
            code=code,
            expires_at=asked.expires_at,
            locks=self._desk.state.grants[grant_id].credentials,
        )

    async def _mark_shown(self, grant_id: str, *, by: str) -> None:
        if self._desk.state.grants[grant_id].is_active:
            await self._desk.submit(ShowCode(grant_id=grant_id, by=by))

    def _is_duplicate(self, grant_id: str) -> bool:
        credentials = self._desk.state.grants[grant_id].credentials.values()
        return any(item.reason == DUPLICATE for item in credentials)

    async def _make(self, asked: Asked) -> tuple[str, str]:
        """Return a new grant, written down, and its code."""
        if not asked.doors:
            raise InvalidRequestError("no_lock_chosen")
        grant_id = self._ids.new_id()
        async with self._turn:  # two grants at once must not pick the same place
            found = await asyncio.gather(*(self._look(door) for door in asked.doors))
            code = await self._chooser.choose(
                asked.code, found, self._desk.state.grants.values(), self._locks.fingerprint
            )
            self._codes[grant_id] = code
            try:
                await self._vault.keep(grant_id, code)
                await self._desk.submit(self._request(grant_id, code, asked, found))
            except BaseException:
                self._forget(grant_id)
                raise
        return grant_id, code

    def _request(
        self, grant_id: str, code: str, asked: Asked, found: Sequence[Found]
    ) -> RequestGrant:
        doors = self._desk.premises.doors
        return RequestGrant(
            new_id=grant_id,
            recipient=asked.recipient,
            by=asked.by,
            expires_at=asked.expires_at,
            fingerprint=self._locks.fingerprint(code),
            slots={item.door_id: item.slot for item in found if item.slot is not None},
            failed={item.door_id: item.reason for item in found if item.slot is None},
            incident_id=asked.incident_id,
            max_uses=asked.max_uses,
            preset=asked.preset,
            locks={key: _ref(doors[key]) for key in asked.doors if key in doors},
            request=asked.request,
            responders=asked.responders,
            code_kept=True,
        )

    def _forget(self, grant_id: str) -> None:
        """End a grant whose code nobody will ever see."""
        self._codes.pop(grant_id, None)
        if grant_id in self._desk.state.grants:
            self._desk.run(self._revoke(grant_id), name="revoke an unseen code")
        else:
            self._desk.run(self._drop(grant_id), name="forget a code")

    async def _revoke(self, grant_id: str) -> None:
        await self._desk.submit(RevokeGrant(grant_id=grant_id, by="hub"))

    async def _look(self, door: str) -> Found:
        """Return a door's bounds, a free place, and the codes it shows."""
        taken = frozenset(
            credential.slot
            for grant in self._desk.state.grants.values()
            for credential in grant.credentials.values()
            if credential.door_id == door and credential.status not in GONE
        )
        found = Found(door_id=door)
        try:
            async with asyncio.timeout(SEARCH_S):
                lock = self._locks.of(door)
                found = replace(
                    found,
                    bounds=await lock.capabilities(),
                    standing=await lock.standing_code(),
                )
                found = replace(found, slot=await lock.free_slot(taken - {0}))
        except LockFailedError as err:
            return replace(found, reason=err.code, bounds=None)
        except TimeoutError:
            return replace(found, reason="lock_unavailable", bounds=None)
        return replace(found, known=await self._known(door))

    async def _known(self, door: str) -> frozenset[str]:
        """Return the codes that a lock shows; what cannot be read now holds up no emergency."""
        try:
            async with asyncio.timeout(SEARCH_S):
                return await self._locks.of(door).known_codes()
        except LockFailedError, TimeoutError:
            return frozenset()

    async def _outcomes(self, grant_id: str) -> None:
        """Wait until each lock answered or the patience of a person ends; unclear stays unclear."""
        await wait_for(self._desk, lambda: self._desk.state.grants[grant_id].is_answered)


def _ref(door: Door) -> LockRef:
    return LockRef(
        name=door.name,
        source=door.source,
        family=door.family,
        registry_id=door.registry_id,
        set_script=door.set_script,
        clear_script=door.clear_script,
    )


async def wait_until_gone(desk: Desk, grant_id: str) -> None:
    """Wait until no lock can hold the code, or a person's patience ends; removal goes on anyway."""
    await wait_for(desk, lambda: desk.state.grants[grant_id].is_gone)


async def wait_for(desk: Desk, done: Callable[[], bool]) -> None:
    """Wait for something to become true of the state, at most as long as a person waits."""
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
