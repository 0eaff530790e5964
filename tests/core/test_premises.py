"""What is protected: numbers, zone types, and what may never be configured."""

import pytest

from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.premises import (
    ArmMode,
    Policy,
    Release,
    ResponderKind,
    ZoneType,
)
from tests import builders


@pytest.mark.parametrize(("entry", "abort"), [(30, 30), (60, 0), (0, 0)])
def test_entry_delay_and_abort_window_may_take_a_minute_together(entry: int, abort: int):
    assert Policy(entry_delay_s=entry, abort_window_s=abort).abort_window_s == abort


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entry_delay_s": 31}, "entry_and_abort_too_long"),
        ({"entry_delay_s": -1}, "entry_delay_range"),
        ({"entry_delay_s": 29, "abort_window_s": 15}, "entry_delay_range"),
        ({"exit_delay_s": -1}, "exit_delay_range"),
        ({"exit_delay_s": 44}, "exit_delay_range"),
        ({"exit_delay_s": 256}, "exit_delay_range"),
        ({"abort_window_s": -1}, "abort_window_range"),
        ({"abort_window_s": 46, "entry_delay_s": 0}, "abort_window_range"),
    ],
)
def test_numbers_out_of_range_are_refused(changes: dict[str, int], code: str):
    with pytest.raises(InvalidRequestError) as refused:
        Policy(**changes)
    assert refused.value.code == code


def test_only_a_monitoring_center_may_take_unanswered_alarms():
    center = builders.responder(kind=ResponderKind.MONITORING_CENTER, release=Release.UNANSWERED)
    assert center.release is Release.UNANSWERED
    with pytest.raises(InvalidRequestError, match="release_needs_monitoring_center"):
        builders.responder(release=Release.UNANSWERED)


@pytest.mark.parametrize(
    ("kind", "modes"),
    [
        (ZoneType.ENTRY_EXIT, set(ArmMode)),
        (ZoneType.PERIMETER, set(ArmMode)),
        (ZoneType.OUTDOOR, set(ArmMode)),
        (ZoneType.DAY_NIGHT, set(ArmMode)),
        (ZoneType.INTERIOR, {ArmMode.AWAY, ArmMode.VACATION}),
        (ZoneType.FIRE, set(ArmMode)),
        (ZoneType.PANIC, set(ArmMode)),
    ],
)
def test_what_counts_in_which_mode(kind: ZoneType, modes: set[ArmMode]):
    zone = builders.zone("any", kind)
    assert {mode for mode in ArmMode if zone.counts_in(mode)} == modes


def test_zones_of_an_area_include_shared_ones():
    garage = [zone.id for zone in builders.premises().zones_of("garage")]
    assert garage == ["garage_door", "garage_motion", "garage_window", "passage"]
