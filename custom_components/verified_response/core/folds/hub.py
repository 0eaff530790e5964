"""The hub itself: pauses, numbers, wrong codes."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import events as ev
from ..state import LOCKOUT_MAX_S, LOCKOUT_S, WRONG_CODES_IN_A_ROW, PremisesState
from .fold import fold


@fold.register
def _(event: ev.HubRestarted, state: PremisesState, _at: datetime) -> PremisesState:
    held = {
        key: replace(item, held=True) if item.is_open else item
        for key, item in state.incidents.items()
    }
    return replace(
        state, incidents=held, quiet_until=event.quiet_until, blind_since=event.blind_since
    )


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
