"""Doors: what their locks said last, wrong codes in a row, passages."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import events as ev
from ..entries import DoorAct
from ..premises import Policy
from ..state import PremisesState
from .fold import fold

KEPT_REFUSED = 50


@fold.register
def _(event: ev.DoorReported, state: PremisesState, at: datetime) -> PremisesState:
    report = event.report
    refused = {key: row for key, row in state.refused.items() if key != report.door_id}
    row = state.refused.get(report.door_id, ())
    match report.act:
        case DoorAct.REFUSED:
            policy = state.policy or Policy()
            span = timedelta(seconds=policy.attempt_row_s)
            together = row if row and abs(at - row[-1]) <= span else ()
            longer = (*together, at)
            if len(longer) > KEPT_REFUSED:
                longer = longer[policy.lock_attempts :]  # whole attempts, so that they count on
            refused[report.door_id] = longer
        case DoorAct.UNLOCKED:
            pass  # somebody mistyped
        case _ if row:
            refused[report.door_id] = row
    said = {**state.door_said, report.door_id: report}
    return replace(state, refused=refused, door_said=said)


@fold.register
def _(event: ev.PassageAsked, state: PremisesState, _at: datetime) -> PremisesState:
    passage = event.passage
    return replace(state, passages={**state.passages, passage.door_id: passage})


@fold.register
def _(event: ev.PassageChanged, state: PremisesState, _at: datetime) -> PremisesState:
    passage = state.passages.get(event.door_id)
    if passage is None or passage.id != event.passage_id:
        return state
    others = {key: item for key, item in state.passages.items() if key != event.door_id}
    if event.status is None:
        return replace(state, passages=others)
    changed = replace(passage, status=event.status, reason=event.reason)
    return replace(state, passages={**others, event.door_id: changed})
