"""Sensors that are missed, run low or are opened: trouble is separate from alarm, until it is an attack."""

from datetime import timedelta

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.evidence import DevicesLost, ZoneLost
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.signals import TroubleKind
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House


def armed(**policy) -> House:
    house = House(**policy)
    house.arm(at_once=True)
    return house


def small(*zones: str, **changes) -> House:
    """Return an armed house that has only these windows."""
    made = [builders.zone(name, ZoneType.PERIMETER, **changes) for name in zones]
    house = House(builders.premises(zones=builders.by_id(made)))
    house.arm(at_once=True)
    return house


def test_one_sensor_that_is_missed_while_armed_is_trouble_and_told():
    house = armed()
    house.lose("study")
    assert house.state.troubles == {"study": (TroubleKind.OFFLINE,)}
    assert house.state.lost_at == {"study": house.now}
    push = house.asked(Push)[-1]
    assert (push.prompt, push.about) == ("zone_silent", ("study",))
    assert (house.phase(), house.state.incidents) == (Phase.ARMED, {})


def test_it_is_told_once_until_it_reports_again():
    house = armed()
    house.lose("study")
    assert house.lose("study") == []
    house.trouble("study", TroubleKind.OFFLINE, on=False)
    assert (house.state.troubles, house.state.lost_at) == ({}, {})
    house.lose("study")
    assert house.pushed("zone_silent") == ["owner", "owner"]


@pytest.mark.parametrize("zone", ["study", "garage_window"])
def test_what_does_not_protect_now_is_noted_as_trouble_and_nobody_is_woken(zone: str):
    house = House() if zone == "study" else armed()
    house.lose(zone, "attic")
    assert house.state.troubles == {zone: (TroubleKind.OFFLINE,)}
    assert not house.asked(Push)


def test_three_devices_at_once_are_suspected_jamming():
    house = armed()
    house.lose("study", "hall", "kitchen_window")
    [incident] = house.state.incidents.values()
    assert (incident.kind, incident.stage) == (IncidentKind.TAMPER, Stage.ABORT_WINDOW)
    assert incident.evidence == (
        DevicesLost(at=house.now, zones=("hall", "kitchen_window", "study")),
    )
    assert not house.siren()
    house.wait(30)
    assert house.pushed("ask_confirmation") == ["owner"]


def test_one_after_the_other_within_the_time_is_at_once_too():
    house = armed()
    for zone in ("study", "hall"):
        house.lose(zone)
        house.wait(20)
    assert not house.state.incidents
    house.lose("kitchen_window")
    assert house.incident.kind is IncidentKind.TAMPER


def test_one_after_the_other_over_a_long_time_is_batteries():
    house = armed()
    for zone in ("study", "hall", "kitchen_window"):
        house.lose(zone)
        house.wait(61)
    assert not house.state.incidents


def test_three_zones_of_one_device_are_one_device():
    house = small("north", "east", "south", "west", device="")
    made = {
        key: builders.zone(key, ZoneType.PERIMETER, device="gateway" if key != "west" else "west")
        for key in ("north", "east", "south", "west")
    }
    house.premises = builders.premises(zones=made)
    house.lose("north", "east", "south")
    assert not house.state.incidents


def test_where_only_two_protect_both_at_once_are_enough():
    house = small("north", "east")
    house.lose("north", "east")
    assert house.incident.kind is IncidentKind.TAMPER


def test_the_only_one_is_no_crowd():
    house = small("north")
    house.lose("north")
    assert not house.state.incidents


def test_who_was_lost_before_arming_is_not_of_this_moment():
    house = House()
    house.lose("study", "hall")
    house.wait(120)
    house.arm(at_once=True)
    house.lose("kitchen_window")
    assert not house.state.incidents


def test_a_zone_that_is_no_longer_configured_is_nobody():
    house = armed()
    house.lose("study", "hall")
    left = [zone for zone in builders.zones() if zone.id != "study"]
    house.premises = builders.premises(policy=house.premises.policy, zones=builders.by_id(left))
    house.lose("kitchen_window")
    assert not house.state.incidents


def test_a_second_wave_is_the_same_attack():
    house = armed()
    house.lose("study", "hall", "kitchen_window")
    house.wait(10)
    house.lose("kitchen_glass")
    assert len(house.state.incidents) == 1
    assert house.incident.evidence[-1] == DevicesLost(
        at=house.now, zones=("hall", "kitchen_window", "study", "kitchen_glass")
    )


def test_in_a_burglary_it_is_evidence_of_it():
    house = armed()
    house.trip("front_door")
    house.lose("study", "hall", "kitchen_window")
    [incident] = house.state.incidents.values()
    assert [type(item) for item in incident.evidence[1:]] == [DevicesLost, *[ZoneLost] * 3]
    assert house.phase() is Phase.PENDING


def test_one_missed_in_a_burglary_is_told_and_kept():
    house = armed()
    house.trip("front_door")
    house.lose("study")
    assert house.incident.evidence[-1] == ZoneLost(at=house.now, zone_id="study")
    assert (
        house.pushed("zone_silent") == []
    )  # before the abort window ends nothing leaves the house
    house.wait(60)
    house.lose("porch")
    assert house.pushed("zone_silent") == ["owner"]


def test_in_a_walk_test_nobody_is_told():
    house = House()
    house.walk()
    house.lose("smoke", "gas", "leak")
    house.trouble("smoke", TroubleKind.TAMPER)
    assert not house.state.incidents
    assert not house.asked(Push)


@pytest.mark.parametrize("kind", list(TroubleKind))
def test_trouble_is_kept_until_it_is_over(kind: TroubleKind):
    house = House()
    house.trouble("study", kind)
    assert house.state.troubles == {"study": (kind,)}
    assert house.trouble("study", kind) == []
    house.trouble("study", kind, on=False)
    assert house.state.troubles == {}
    assert house.trouble("study", kind, on=False) == []
    assert not house.state.incidents


@pytest.mark.parametrize("kind", list(TroubleKind))
def test_trouble_of_a_lock_is_kept_and_is_never_an_alarm(kind: TroubleKind):
    house = armed()
    house.trouble("front", kind)
    assert house.state.troubles == {"front": (kind,)}
    assert house.trouble("front", kind) == []
    assert (house.phase(), house.state.incidents) == (Phase.ARMED, {})
    assert not house.asked(Push)
    house.trouble("front", kind, on=False)
    assert (house.state.troubles, house.state.lost_at) == ({}, {})


def test_a_lock_that_is_away_jams_nothing():
    """Suspected jamming counts the zones that protect."""
    house = small("study", "attic", "cellar")
    house.trouble("front", TroubleKind.OFFLINE)
    house.trouble("back", TroubleKind.OFFLINE)
    house.lose("study")
    assert not house.state.incidents
    assert house.pushed("zone_silent")


def test_a_lock_that_was_removed_has_no_new_trouble():
    house = House(builders.premises(doors={}))
    house.trouble("front", TroubleKind.JAMMED)
    assert house.state.troubles == {}


def test_several_troubles_of_one_sensor_end_one_by_one():
    house = House()
    house.trouble("study", TroubleKind.LOW_BATTERY)
    house.trouble("study", TroubleKind.TAMPER)
    house.trouble("study", TroubleKind.LOW_BATTERY, on=False)
    assert house.state.troubles == {"study": (TroubleKind.TAMPER,)}


def test_a_sensor_nobody_configured_has_no_trouble():
    house = House()
    house.trouble("attic", TroubleKind.TAMPER)
    assert house.state.troubles == {}


@pytest.mark.parametrize(
    ("zone", "kind", "opens"),
    [
        ("study", TroubleKind.TAMPER, True),
        ("smoke", TroubleKind.TAMPER, True),
        ("study", TroubleKind.LOW_BATTERY, False),
        ("garage_window", TroubleKind.TAMPER, False),
    ],
)
def test_a_cover_that_opens_while_it_protects_is_an_attack(
    zone: str, kind: TroubleKind, opens: bool
):
    house = armed()
    house.trouble(zone, kind)
    assert [item.kind for item in house.state.incidents.values()] == (
        [IncidentKind.TAMPER] if opens else []
    )


def test_a_clock_that_jumps_back_calls_nobody_lost_at_once_who_was_lost_before():
    house = armed()
    house.lose("study", "hall")
    house.wait(600)
    house.now -= timedelta(hours=1)
    house.lose("kitchen_window")
    assert not house.state.incidents


def test_at_night_only_what_counts_at_night_is_missed():
    house = House()
    house.arm(mode=ArmMode.NIGHT, at_once=True)
    house.lose("hall")
    assert not house.told(ev.EffectRequested)


def test_an_old_tamper_alarm_does_not_cover_up_jamming():
    house = armed()
    house.trouble("study", TroubleKind.TAMPER)
    house.wait(86400)
    asked = len(house.pushed("ask_confirmation"))
    house.lose("front_door", "kitchen_window", "study", "hall")
    assert len(house.pushed("ask_confirmation")) > asked


def test_in_a_burglary_that_people_know_of_they_are_told_of_suspected_jamming():
    house = armed()
    house.trip("front_door")
    house.wait(61)
    house.lose("study", "hall", "kitchen_window")
    pushes = [push for push in house.asked(Push) if push.prompt == "suspected_jamming"]
    assert [(push.contact_id, push.incident_id) for push in pushes] == [
        ("owner", house.incident.id)
    ]
    assert pushes[0].about == ("hall", "kitchen_window", "study")
