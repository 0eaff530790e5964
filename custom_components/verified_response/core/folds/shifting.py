"""Everything that waits, moved with a clock that was set; what was written down stays as it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import overload

from ..effects import PendingEffect
from ..incident import Incident
from ..state import AreaState, PremisesState


@overload
def _later(at: datetime, by: timedelta) -> datetime: ...
@overload
def _later(at: None, by: timedelta) -> None: ...
def _later(at: datetime | None, by: timedelta) -> datetime | None:
    return at + by if at is not None else None


def _all_later(moments: Mapping[str, datetime], by: timedelta) -> dict[str, datetime]:
    return {key: at + by for key, at in moments.items()}


def shifted(state: PremisesState, by: timedelta) -> PremisesState:
    """Return the same, with every deadline as far away as it was; codes end by the clock on the wall."""
    test, cry = state.walk_test, state.cry
    return replace(
        state,
        areas={key: _area(item, by) for key, item in state.areas.items()},
        incidents={key: _incident(item, by) for key, item in state.incidents.items()},
        effects={key: _effect(item, by) for key, item in state.effects.items()},
        quiet_until=_later(state.quiet_until, by),
        keypad_locked_until=_later(state.keypad_locked_until, by),
        walk_test=replace(test, until=test.until + by) if test is not None else None,
        cry=replace(cry, heard_at=cry.heard_at + by, until=cry.until + by) if cry else None,
        outside_at=_all_later(state.outside_at, by),
        waiting=_all_later(state.waiting, by),
        lost_at=_all_later(state.lost_at, by),
        door_attempts=_all_later(state.door_attempts, by),
        refused={key: tuple(at + by for at in row) for key, row in state.refused.items()},
        passages={
            key: replace(item, opened_at=item.opened_at + by, until=_later(item.until, by))
            for key, item in state.passages.items()
        },
    )


def _area(area: AreaState, by: timedelta) -> AreaState:
    failure = area.failure
    if failure is not None:
        failure = replace(failure, told_at=failure.told_at + by)
    return replace(area, until=_later(area.until, by), failure=failure)


def _incident(incident: Incident, by: timedelta) -> Incident:
    if not incident.is_open:
        return incident
    return replace(
        incident,
        until=_later(incident.until, by),
        asked_at=_later(incident.asked_at, by),
        look_until=_later(incident.look_until, by),
        called_at=_later(incident.called_at, by),
    )


def _effect(pending: PendingEffect, by: timedelta) -> PendingEffect:
    return replace(
        pending,
        requested_at=pending.requested_at + by,
        started_at=_later(pending.started_at, by),
        not_before=_later(pending.not_before, by),
    )
