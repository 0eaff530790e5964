"""Codes on locks."""

from dataclasses import replace
from datetime import datetime

from .. import events as ev
from ..access import Credential, CredentialStatus, Use
from ..state import KEPT_ENDED, PremisesState
from .fold import fold, subjects_of_effects

KEPT_USES = 20


@fold.register
def _(event: ev.GrantWritten, state: PremisesState, _at: datetime) -> PremisesState:
    kept = dict(state.grants)
    busy = subjects_of_effects(state)
    gone = [key for key, grant in kept.items() if grant.is_gone and key not in busy]
    for key in gone[: max(0, len(gone) - KEPT_ENDED + 1)]:
        del kept[key]
    return replace(state, grants={**kept, event.grant.id: event.grant})


def _with_grant(state: PremisesState, grant_id: str, **changes: object) -> PremisesState:
    changed = replace(state.grants[grant_id], **changes)  # type: ignore[arg-type]  # names checked by replace
    return replace(state, grants={**state.grants, grant_id: changed})


@fold.register
def _(event: ev.CredentialChanged, state: PremisesState, _at: datetime) -> PremisesState:
    credentials = state.grants[event.grant_id].credentials
    before = credentials[event.door_id]
    changed: Credential = replace(
        before,
        status=event.status,
        reason=event.reason,
        proved=before.proved or event.status is CredentialStatus.CONFIRMED,
    )
    return _with_grant(state, event.grant_id, credentials={**credentials, event.door_id: changed})


@fold.register
def _(event: ev.GrantUsed, state: PremisesState, at: datetime) -> PremisesState:
    grant = state.grants[event.grant_id]
    use = Use(at=at, door_id=event.door_id, method=event.method)
    used = (*grant.used, use)[-KEPT_USES:]
    return _with_grant(state, event.grant_id, uses=grant.uses + 1, used=used)


@fold.register
def _(event: ev.GrantEnded, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_grant(state, event.grant_id, end_reason=event.reason)


@fold.register
def _(event: ev.CodeShown, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_grant(state, event.grant_id, shown=True)


@fold.register
def _(event: ev.CodeSendingAsked, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_grant(state, event.grant_id, sent=True)


@fold.register
def _(event: ev.CodeForgotten, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_grant(state, event.grant_id, code_kept=False)


@fold.register
def _(event: ev.RelockAsked, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_grant(state, event.grant_id, relocked=True)
