"""Walk test: every sensor may be tried; nothing alarms, nothing is sent, and each says what it would do."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.signals import SignalKind
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House


def walking(house: House | None = None) -> House:
    house = house or House(builders.estate())
    house.walk()
    return house


WOULD = {
    "front_door": "entry_delay",
    "back_door": "alarm_at_once",
    "kitchen_window": "alarm_at_once",
    "study": "alarm_at_once",
    "hall": "alarm_at_once",
    "landing": "not_when_armed_away",
    "attic_east": "waits_for_partner",
    "porch": "early_warning",
    "smoke": "fire",
    "leak": "water",
}


@pytest.mark.parametrize("zone", WOULD)
def test_a_sensor_says_what_it_would_do(zone: str):
    house = walking()
    house.trip(zone)
    assert house.state.walk_test.noted == {zone: WOULD[zone]}
    assert not house.state.incidents
    assert not house.state.effects


@pytest.mark.parametrize(
    ("kind", "would"),
    [
        (ZoneType.CARBON_MONOXIDE, "carbon_monoxide"),
        (ZoneType.TAMPER, "tamper"),
        (ZoneType.PANIC, "panic"),
        (ZoneType.MEDICAL, "medical"),
    ],
)
def test_what_is_always_on_can_be_tried_without_help_coming(kind: ZoneType, would: str):
    zone = builders.zone("it", kind)
    house = walking(House(builders.premises(zones=builders.by_id([zone]))))
    house.trip("it")
    assert house.state.walk_test.noted == {"it": would}
    assert not house.state.incidents


def test_a_zone_whose_partner_is_gone_would_alarm_alone():
    lonely = builders.zone("lonely", ZoneType.PERIMETER, cross=("gone",))
    house = walking(House(builders.premises(zones=builders.by_id([lonely]))))
    house.trip("lonely")
    assert house.state.walk_test.noted == {"lonely": "alarm_at_once"}


@pytest.mark.parametrize(
    "kind", [SignalKind.RESTORED, SignalKind.UNAVAILABLE, SignalKind.REPORTED_OPEN]
)
def test_only_a_trip_counts_as_tried(kind: SignalKind):
    house = walking()
    house.signal("study", kind)
    assert house.state.walk_test.noted == {}
    assert not house.state.effects


def test_the_last_try_of_a_zone_counts():
    house = walking()
    house.trip("front_door")
    zones = dict(house.premises.zones)
    zones["front_door"] = builders.zone("front_door", ZoneType.ENTRY_EXIT, entry_delay_s=0)
    house.premises = builders.premises(
        policy=house.premises.policy, areas=house.premises.areas, zones=zones
    )
    house.trip("front_door")
    assert house.state.walk_test.noted == {"front_door": "alarm_at_once"}


@pytest.mark.parametrize("busy", ["arming", "armed", "panel", "alarm", "distress"])
def test_it_is_refused_while_anything_protects_or_is_wrong(busy: str):
    house = House(builders.estate())
    if busy == "arming":
        house.do(cmd.Arm(area_id="garage", mode=ArmMode.HOME, by="owner"))
    elif busy == "armed":
        house.arm("garage", at_once=True)
    elif busy == "panel":
        house.panel(Phase.ARMED)
    elif busy == "alarm":
        house.trip("leak")
    else:
        house.distress()
    with pytest.raises(InvalidRequestError, match="walk_test_needs_disarmed"):
        house.walk()
    assert house.state.walk_test is None


@pytest.mark.parametrize("call", ["duress", "silent"])
def test_it_betrays_no_silent_call_for_help(call: str):
    house = House()
    if call == "duress":
        house.disarm(duress=True)
    else:
        house.distress(silent=True)
    house.walk()
    assert house.state.walk_test is not None
    assert house.incident.is_open


def test_nothing_is_armed_meanwhile():
    house = walking()
    with pytest.raises(InvalidRequestError, match="walk_test_running"):
        house.arm(at_once=True)
    assert house.phase() is Phase.DISARMED


def test_a_person_can_still_call_for_help():
    house = walking()
    house.distress()
    assert house.incident.kind is IncidentKind.PANIC
    assert len(house.shares()) == 2


@pytest.mark.parametrize("how", ["ended", "by itself", "by itself while the hub was away"])
def test_afterwards_everything_protects_again(how: str):
    house = walking()
    if how == "ended":
        house.stop_walking()
    elif how == "by itself":
        house.wait(1800)
    else:
        house.restart(after=1800)
    assert house.state.walk_test is None
    [ended] = house.told(ev.WalkTestEnded)
    assert ended.by == ("owner" if how == "ended" else "hub")
    house.trip("smoke")
    assert house.incident.kind is IncidentKind.FIRE


def test_it_goes_on_over_a_restart_with_what_was_tried():
    house = walking()
    house.trip("study")
    house.restart(after=60)
    assert house.state.walk_test.noted == {"study": "alarm_at_once"}


def test_starting_again_starts_anew():
    house = walking()
    house.trip("study")
    house.wait(60)
    house.walk()
    assert house.state.walk_test.noted == {}
    assert (house.state.walk_test.until - house.now).total_seconds() == 1800


def test_ending_what_does_not_run_is_refused():
    with pytest.raises(InvalidRequestError, match="no_walk_test"):
        House().stop_walking()


def test_it_ends_when_a_linked_panel_arms():
    house = walking()
    house.panel(Phase.ARMED, ArmMode.AWAY)
    assert house.state.walk_test is None  # else what trips in an armed house would be a mere try
