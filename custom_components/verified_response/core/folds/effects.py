"""What is still to be done outside."""

from dataclasses import replace
from datetime import datetime

from .. import events as ev
from ..effects import PendingEffect
from ..state import PremisesState
from .fold import fold


@fold.register
def _(event: ev.EffectRequested, state: PremisesState, at: datetime) -> PremisesState:
    pending = PendingEffect(id=event.effect_id, effect=event.effect, requested_at=at)
    return replace(
        state,
        effects={**state.effects, event.effect_id: pending},
        effects_made=state.effects_made + 1,
    )


def _with_effect(state: PremisesState, effect_id: str, **changes: object) -> PremisesState:
    if effect_id not in state.effects:
        return state
    changed = replace(state.effects[effect_id], **changes)  # type: ignore[arg-type]  # names checked by replace
    return replace(state, effects={**state.effects, effect_id: changed})


@fold.register
def _(event: ev.EffectStarted, state: PremisesState, at: datetime) -> PremisesState:
    if event.effect_id not in state.effects:
        return state
    attempts = state.effects[event.effect_id].attempts + 1
    return _with_effect(state, event.effect_id, attempts=attempts, started_at=at)


@fold.register
def _(event: ev.EffectDelayed, state: PremisesState, _at: datetime) -> PremisesState:
    return _with_effect(
        state, event.effect_id, not_before=event.retry_at, last_error=event.code, started_at=None
    )


@fold.register
def _(event: ev.EffectFinished, state: PremisesState, _at: datetime) -> PremisesState:
    left = {key: item for key, item in state.effects.items() if key != event.effect_id}
    return replace(state, effects=left)
