"""Which of the news a lock's event entity tells: its codes, its door, by which names and with which facts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .core import events as ev
from .core.access import CredentialStatus, PassageStatus
from .core.effects import ClearCredential
from .core.entries import DoorAct
from .core.rules.access.removal import RETRY_ASKED
from .core.state import PremisesState
from .engine.feed import Snapshot
from .told_events import Told

OF_DOORS: Final = (
    "granted",
    "used",
    "revoked",
    "removal_failed",
    "set_failed",
    "wrong_code",
    "lockout",
    "door_unlocked",
    "door_relocked",
    "door_not_unlocked",
)
CREDENTIAL_EVENTS: Final[Mapping[CredentialStatus, str]] = {
    CredentialStatus.CONFIRMED: "granted",
    CredentialStatus.UNVERIFIED: "granted",
    CredentialStatus.REMOVED: "revoked",
    CredentialStatus.REMOVED_UNVERIFIED: "revoked",
    CredentialStatus.REMOVED_BY_HAND: "revoked",
    CredentialStatus.LOCK_GONE: "revoked",
}
PASSAGE_EVENTS: Final[Mapping[PassageStatus | None, str]] = {
    PassageStatus.OPEN: "door_unlocked",
    PassageStatus.FAILED: "door_not_unlocked",
    None: "door_relocked",
}
REFUSALS: Final[Mapping[DoorAct, str]] = {
    DoorAct.REFUSED: "wrong_code",
    DoorAct.LOCKED_OUT: "lockout",
}


def tell_door(door_id: str, snapshot: Snapshot) -> Iterator[Told]:
    """Yield what the news mean to whoever follows one door; never a code."""
    news = snapshot.news
    for place, event in enumerate(news):
        match event:
            case ev.GrantUsed() if event.door_id == door_id:
                yield "used", _use(event, news[:place])
            case ev.CredentialChanged() if event.door_id == door_id:
                yield from _credential(event)
            case ev.DoorReported(report=report) if report.door_id == door_id:
                if report.act in REFUSALS:
                    row = snapshot.state.refused.get(door_id, ())
                    yield REFUSALS[report.act], {"in_a_row": len(row)}
            case ev.PassageChanged() if event.door_id == door_id:
                yield from _passage(event)
            case ev.EffectDelayed() if event.code != RETRY_ASKED:
                yield from _delayed(event, door_id, snapshot.state)


def _use(event: ev.GrantUsed, before: Sequence[ev.Event]) -> dict[str, Any]:
    """Return what is known of a use; whether it is proven, the report just before it says."""
    proven = next(
        (
            item.proven
            for item in reversed(before)
            if isinstance(item, ev.DoorReported) and item.grant_id == event.grant_id
        ),
        False,
    )
    return {"grant_id": event.grant_id, "method": event.method.value, "proven": proven}


def _credential(event: ev.CredentialChanged) -> Iterator[Told]:
    unclear = event.status is CredentialStatus.REMOVING and event.reason is not None
    if event.status is CredentialStatus.FAILED or unclear:
        yield "set_failed", {"grant_id": event.grant_id, "reason": event.reason}
    elif event.status in CREDENTIAL_EVENTS:
        told = {"grant_id": event.grant_id, "proof": event.status.value}
        yield CREDENTIAL_EVENTS[event.status], told


def _passage(event: ev.PassageChanged) -> Iterator[Told]:
    facts = {"grant_id": event.passage_id, "reason": event.reason}
    if event.status is None and event.reason is not None:
        return  # nobody locked it: it is not ours any more
    if event.status in PASSAGE_EVENTS:
        yield PASSAGE_EVENTS[event.status], facts
    elif event.status is PassageStatus.CLOSING and event.reason is not None:
        yield "door_not_unlocked", facts  # it may have moved, so it is locked again


def _delayed(event: ev.EffectDelayed, door_id: str, state: PremisesState) -> Iterator[Told]:
    pending = state.effects.get(event.effect_id)
    effect = pending.effect if pending is not None else None
    if isinstance(effect, ClearCredential) and effect.door_id == door_id:
        yield "removal_failed", {"grant_id": effect.grant_id, "reason": event.code}
