"""The hub itself: pauses, numbers, wrong codes."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import events as ev
from ..signals import TroubleKind
from ..state import (
    KEPT_SPENT,
    LOCKOUT_MAX_S,
    LOCKOUT_S,
    WRONG_CODES_IN_A_ROW,
    PremisesState,
    WalkTest,
)
from .fold import fold
from .shifting import shifted


@fold.register
def _(event: ev.HubRestarted, state: PremisesState, at: datetime) -> PremisesState:
    held = {
        key: replace(item, held=True) if item.is_open else item
        for key, item in state.incidents.items()
    }
    return replace(
        state,
        incidents=held,
        quiet_until=event.quiet_until,
        blind_since=event.blind_since,
        blind_until=at,
    )


@fold.register
def _(event: ev.ClockJumped, state: PremisesState, _at: datetime) -> PremisesState:
    return shifted(state, timedelta(seconds=event.by_s))


@fold.register
def _(event: ev.PolicySet, state: PremisesState, _at: datetime) -> PremisesState:
    return replace(state, policy=event.policy)


@fold.register
def _(_event: ev.WrongCode, state: PremisesState, at: datetime) -> PremisesState:
    wrong = state.wrong_codes + 1
    if wrong % WRONG_CODES_IN_A_ROW:
        return replace(state, wrong_codes=wrong)
    rounds = wrong // WRONG_CODES_IN_A_ROW
    pause = timedelta(seconds=min(LOCKOUT_S * 2 ** (rounds - 1), LOCKOUT_MAX_S))
    return replace(state, wrong_codes=wrong, keypad_locked_until=at + pause)


@fold.register
def _(event: ev.CodeSpent, state: PremisesState, _at: datetime) -> PremisesState:
    return replace(state, spent_codes=(*state.spent_codes, event.code_id)[-KEPT_SPENT:])


@fold.register
def _(event: ev.TroubleChanged, state: PremisesState, at: datetime) -> PremisesState:
    left = tuple(kind for kind in state.troubles.get(event.zone_id, ()) if kind != event.kind)
    kinds = (*left, event.kind) if event.on else left
    troubles = {key: item for key, item in state.troubles.items() if key != event.zone_id}
    if kinds:
        troubles[event.zone_id] = kinds
    lost_at = dict(state.lost_at)
    if event.kind is TroubleKind.OFFLINE:
        lost_at.pop(event.zone_id, None)
        if event.on:
            lost_at[event.zone_id] = at
    return replace(state, troubles=troubles, lost_at=lost_at)


@fold.register
def _(event: ev.WalkTestStarted, state: PremisesState, _at: datetime) -> PremisesState:
    return replace(state, walk_test=WalkTest(until=event.until, by=event.by))


@fold.register
def _(event: ev.WalkTestNoted, state: PremisesState, _at: datetime) -> PremisesState:
    test = state.walk_test
    if test is None:
        return state
    noted = {**test.noted, event.zone_id: event.would}
    return replace(state, walk_test=replace(test, noted=noted))


@fold.register
def _(_event: ev.WalkTestEnded, state: PremisesState, _at: datetime) -> PremisesState:
    return replace(state, walk_test=None)


@fold.register
def _(event: ev.HistoryForgotten, state: PremisesState, _at: datetime) -> PremisesState:
    left = {key: item for key, item in state.history.items() if key != event.subject_id}
    return replace(state, history=left)
