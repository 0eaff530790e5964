"""Runs outward acts until they are done: one lane per counterpart, in order, written down before tried.

Creates happen at most once: an attempt whose outcome is unknown is asked about first, and one that an
earlier run of the hub began is never repeated by itself. Recalls and removals are never given up.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ..core.access import OPENS
from ..core.commands import EffectDone, EffectFailed, EffectStarts
from ..core.effects import (
    NEEDS_RECORD,
    ClearCredential,
    GiveAccess,
    LockDoor,
    PendingEffect,
    Push,
    SetCredential,
    Share,
    ShareAction,
    Siren,
    UnlockDoor,
)
from ..core.errors import (
    InvalidRequestError,
    ShareRejectedError,
    ShareRetryableError,
    VerifiedResponseError,
)
from ..core.incident import DeliveryStatus
from ..core.rules.access.outcomes import AT_DOORS
from ..core.rules.outcomes import TOO_LATE_S
from ..core.state import PremisesState
from .desk import Desk
from .feed import Snapshot
from .granting import Granting
from .lock_ports import Locks
from .ports import Clock, Contacts, DoorAccess, EmergencyCenter, IncidentRecord, Prompt

_LOGGER = logging.getLogger(__name__)

TIMEOUT_S = 30.0
LOCK_TIMEOUT_S = 120.0
"""An owner's script may take a minute, and may have to wait for another one at the same door."""
FIRST_RETRY_S = 2.0
LAST_RETRY_S = 60.0
ENDLESS_LAST_RETRY_S = 600.0
"""Recalls and removals are tried for ever, at this pace in the end."""
MOST_DOUBLINGS = 10
UNLOCK_PATIENCE = 3
NO_DOOR = frozenset({"lock_gone", "lock_unknown"})
NOT_THERE_YET = frozenset({"lock_unavailable", "lock_asleep", "lock_unreadable", "timed_out"})
NO_RECALL = frozenset({"not_arrived", "responder_unknown"})
"""Nothing is there to be recalled, or nobody is left to be asked."""
PATIENCE = 6
"""Attempts for messages and the siren, about a minute: after a start the channels come up late."""


class Outbox:
    """Watches the desk for pending effects and works them off."""

    def __init__(
        self,
        desk: Desk,
        clock: Clock,
        *,
        contacts: Contacts,
        center: EmergencyCenter,
        locks: Locks,
        granting: Granting,
        resumed: bool = False,
    ) -> None:
        self._resumed = resumed
        self._desk = desk
        self._clock = clock
        self._contacts = contacts
        self._center = center
        self._locks = locks
        self._granting = granting
        self._busy: set[str] = set()
        self._inherited: dict[str, bool] = {}
        self._doors: dict[str, asyncio.Lock] = {}
        self._wake: dict[str, tuple[float, Callable[[], None]]] = {}
        self._stop = desk.feed.subscribe(self._look)
        self._closed = False

    def start(self) -> None:
        """Take up what an earlier run left."""
        self._look(self._desk.feed.latest)

    def close(self) -> None:
        """Begin nothing new."""
        self._closed = True
        self._stop()
        for _, cancel in self._wake.values():
            cancel()
        self._wake.clear()

    def _look(self, snapshot: Snapshot) -> None:
        if self._closed:
            return
        lanes: dict[str, PendingEffect] = {}
        for pending in snapshot.state.effects.values():
            if not snapshot.durable and isinstance(pending.effect, NEEDS_RECORD):
                continue
            lanes.setdefault(_lane(pending), pending)
        for lane, pending in lanes.items():
            if lane in self._busy:
                continue
            if _waits(pending, snapshot.state, self._clock.now()):
                self._sleep_until(lane, pending)
                continue
            self._busy.add(lane)
            self._desk.run(self._work(lane, pending), name=f"outbox {lane}")

    def _sleep_until(self, lane: str, pending: PendingEffect) -> None:
        if pending.not_before is None:
            return
        at = self._clock.elapsed() + (pending.not_before - self._clock.now()).total_seconds()
        due, cancel = self._wake.get(lane, (None, None))
        if due is not None and due <= at:
            return
        if cancel is not None:
            cancel()  # of what waited here before, and longer

        def wake() -> None:
            self._wake.pop(lane, None)
            self._look(self._desk.feed.latest)

        self._wake[lane] = at, self._clock.call_at(pending.not_before, wake)

    async def _work(self, lane: str, pending: PendingEffect) -> None:
        try:
            await self._attempt(pending)
        finally:
            self._busy.discard(lane)
            if pending.id not in self._desk.state.effects:
                self._inherited.pop(pending.id, None)
        self._look(self._desk.feed.latest)

    async def _attempt(self, pending: PendingEffect) -> None:
        inherited = self._inherits(pending)
        await self._desk.submit(EffectStarts(effect_id=pending.id))
        started = self._desk.state.effects.get(pending.id)
        if started is None or started.started_at is None:
            return  # pointless meanwhile
        if not self._desk.durable and isinstance(started.effect, NEEDS_RECORD):
            await self._failed(started, VerifiedResponseError("journal_needed_first"))
            return
        try:
            async with asyncio.timeout(_patience(started)):
                outcome, number = await self._perform(started, inherited=inherited)
        except VerifiedResponseError as err:
            await self._failed(started, err)
        except TimeoutError:
            await self._failed(started, VerifiedResponseError("timed_out"))
        except Exception as err:  # a bug in one connector must not stop the others
            _LOGGER.exception("Effect %s failed", type(started.effect).__name__)
            await self._failed(
                started, VerifiedResponseError("unexpected", error=type(err).__name__)
            )
        else:
            await self._desk.submit(
                EffectDone(effect_id=started.id, outcome=outcome, number=number)
            )

    def _inherits(self, pending: PendingEffect) -> bool:
        """Say whether an earlier run began it: decided at our first attempt, true for all that follow."""
        if pending.id not in self._inherited:
            older = not self._resumed or self._before_restart(pending.requested_at)
            self._inherited[pending.id] = pending.attempts > 0 and older
        return self._inherited[pending.id]

    def _before_restart(self, moment: datetime) -> bool:
        quiet = timedelta(seconds=self._desk.premises.policy.startup_quiet_s)
        quiet_until = self._desk.state.quiet_until
        return quiet_until is not None and moment < quiet_until - quiet

    async def _perform(self, pending: PendingEffect, *, inherited: bool) -> tuple[str, str | None]:
        match pending.effect:
            case Share() as share:
                return "", await self._share(pending, share, inherited=inherited)
            case Push() as push:
                prompt = Prompt(
                    key=push.prompt,
                    incident=self._desk.state.incidents.get(push.incident_id or ""),
                    premises=self._desk.premises,
                    actions=push.actions,
                    channel=push.channel,
                    about=push.about,
                    place=push.place,
                )
                await self._contacts.send(push.contact_id, prompt)
            case Siren(on=on):
                await self._contacts.siren(on=on)
            case GiveAccess() as give:
                await self._granting.give(pending.id, give)
            case SetCredential() | ClearCredential() as write:
                async with self._door(write.door_id):
                    return await self._write_lock(write), None
            case UnlockDoor(door_id=door):
                async with self._door(door):
                    return await self._locks.of(door).unlock(), None
            case LockDoor(door_id=door, surely=surely):
                async with self._door(door):
                    return await self._locks.of(door).lock(surely=surely), None
        return "", None

    def _door(self, door_id: str) -> asyncio.Lock:
        """Return the turn at a door: one lock is spoken to once at a time."""
        return self._doors.setdefault(door_id, asyncio.Lock())

    async def _write_lock(self, write: SetCredential | ClearCredential) -> str:
        grant = self._desk.state.grants[write.grant_id]
        lock = self._locks.of(write.door_id, grant.locks.get(write.door_id))
        if isinstance(write, ClearCredential):
            return await lock.clear_code(
                write.slot, fingerprint=grant.fingerprint, name=grant.label
            )
        code = await self._granting.code_of(write.grant_id)
        if code is None:
            raise VerifiedResponseError("code_forgotten")
        return await lock.set_code(write.slot, code, name=grant.label)

    async def _share(self, pending: PendingEffect, share: Share, *, inherited: bool) -> str | None:
        incident = self._desk.state.incidents[share.incident_id]
        record = IncidentRecord(
            incident=incident,
            premises=self._desk.premises,
            sequence=share.sequence,
            at=self._clock.now(),
            access=await self._access(share),
        )
        key = f"{share.incident_id}-{share.responder_id}-{share.sequence}"
        if share.action is ShareAction.CREATE:
            if inherited or pending.attempts > 1 or not share.fresh:
                receipt = await self._center.find(share.responder_id, share.incident_id)
                if receipt is not None:
                    return receipt.number
                young = record.at - pending.requested_at <= timedelta(seconds=TOO_LATE_S)
                hidden = incident.covert or incident.silent  # nobody may be asked about it
                if inherited and not (hidden and young):
                    raise ShareRejectedError("not_arrived")
            receipt = await self._center.create(share.responder_id, record, key=key)
            return receipt.number
        number = incident.deliveries[share.responder_id].number
        if number is None:  # the create's answer was lost
            receipt = await self._center.find(share.responder_id, share.incident_id)
            if receipt is None:
                raise ShareRejectedError("not_arrived")
            number = receipt.number
        send = self._center.update if share.action is ShareAction.UPDATE else self._center.cancel
        await send(share.responder_id, number, record, key=key)
        return number

    async def _access(self, share: Share) -> tuple[DoorAccess, ...]:
        """Return how the responder gets in, with the codes that this message hands over."""
        lines: list[DoorAccess] = []
        for grant in self._desk.state.grants.values():
            if grant.incident_id != share.incident_id or share.responder_id not in grant.responders:
                continue
            handed = grant.id in share.codes and grant.is_active
            code = await self._granting.code_of(grant.id) if handed else None
            left = None if grant.max_uses is None else max(0, grant.max_uses - grant.uses)
            lines += [
                DoorAccess(
                    grant_id=grant.id,
                    door_id=item.door_id,
                    status=item.status,
                    expires_at=grant.expires_at,
                    uses_left=left,
                    code=code if item.status in OPENS else None,
                )
                for item in grant.credentials.values()
            ]
        return tuple(lines)

    async def _failed(self, pending: PendingEffect, err: VerifiedResponseError) -> None:
        final = _is_final(pending, err, inherited=self._inherited.get(pending.id, False))
        doubled = FIRST_RETRY_S * 2 ** min(pending.attempts - 1, MOST_DOUBLINGS)
        delay = min(doubled, _last_retry(pending))
        if isinstance(err, ShareRetryableError) and err.retry_after_s is not None:
            delay = max(delay, min(err.retry_after_s, ENDLESS_LAST_RETRY_S))
        retry_at = None if final else self._clock.now() + timedelta(seconds=delay)
        _LOGGER.warning(
            "%s failed (%s)%s",
            type(pending.effect).__name__,
            err.code,
            "" if final else f", next attempt in {delay:.0f} s",
        )
        await self._desk.submit(
            EffectFailed(effect_id=pending.id, code=err.code, final=final, retry_at=retry_at)
        )


def _patience(pending: PendingEffect) -> float:
    at_a_lock = isinstance(pending.effect, AT_DOORS)
    return LOCK_TIMEOUT_S if at_a_lock else TIMEOUT_S


def _lane(pending: PendingEffect) -> str:
    match pending.effect:
        case Share(incident_id=incident, responder_id=responder):
            return f"share {incident} {responder}"
        case Push(contact_id=contact, channel=channel):
            return f"contact {contact} {channel}"  # a deaf loudspeaker does not hold up the phone
        case (
            SetCredential(grant_id=grant, door_id=door)
            | ClearCredential(grant_id=grant, door_id=door)
        ):
            return f"lock {grant} {door}"
        case UnlockDoor(door_id=door) | LockDoor(door_id=door):
            return f"bolt {door}"
        case GiveAccess(incident_id=incident, responder_id=responder):
            return f"access {incident} {responder}"
    return "siren"


def _waits(pending: PendingEffect, state: PremisesState, now: datetime) -> bool:
    """Say whether its next attempt is still to come; nothing waits in the way of a recall."""
    if pending.not_before is None or pending.not_before <= now:
        return False
    match pending.effect:
        case Share(action=ShareAction.CREATE, incident_id=incident_id):
            incident = state.incidents.get(incident_id)
            return incident is not None and incident.is_open
        case Share(action=ShareAction.UPDATE, incident_id=incident_id, responder_id=responder_id):
            delivery = state.incidents[incident_id].deliveries[responder_id]
            return delivery.status is not DeliveryStatus.CANCELLING
    return True


def _last_retry(pending: PendingEffect) -> float:
    match pending.effect:
        case ClearCredential() | LockDoor() | Share(action=ShareAction.CANCEL):
            return ENDLESS_LAST_RETRY_S
    return LAST_RETRY_S


def _is_final(
    pending: PendingEffect, err: VerifiedResponseError, *, inherited: bool = False
) -> bool:
    match pending.effect:
        case ClearCredential():
            return False  # never given up silently: trouble is shown while it lasts
        case SetCredential():  # a person waits for the answer; after a restart, locks come up late
            return not (inherited and err.code in NOT_THERE_YET)
        case LockDoor():
            return err.code in NO_DOOR
        case UnlockDoor():
            return pending.attempts >= UNLOCK_PATIENCE or err.code in NO_DOOR | {"lock_needs_code"}
        case GiveAccess() if isinstance(err, InvalidRequestError):
            return True
        case Share(action=ShareAction.CANCEL):
            return err.code in NO_RECALL
        case Share():
            return isinstance(err, ShareRejectedError)
    return pending.attempts >= PATIENCE
