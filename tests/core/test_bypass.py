"""Zones that are left out: by whom, for how long, and which never are."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.signals import SignalKind
from custom_components.verified_response.core.state import Phase
from tests.core.house import House


def arm(house: House, *opened: str, bypass: tuple[str, ...] = (), **more) -> None:
    house.do(
        cmd.Arm(
            area_id="house",
            mode=ArmMode.AWAY,
            by="owner",
            open_zones=frozenset(opened),
            bypass=frozenset(bypass),
            attended=True,
            **more,
        )
    )


def bypassed(house: House) -> tuple[str, ...]:
    return house.state.area("house").bypassed


def test_a_zone_left_out_may_be_open_and_says_nothing():
    house = House()
    arm(house, "kitchen_window", bypass=("kitchen_window",), at_once=True)
    house.trip("kitchen_window")
    assert (house.phase(), bypassed(house)) == (Phase.ARMED, ("kitchen_window",))
    assert not house.state.incidents
    assert not house.state.recent


@pytest.mark.parametrize(
    ("zone", "code"),
    [("attic", "zone_unknown"), ("smoke", "zone_always_on"), ("garage_door", "zone_not_in_area")],
)
def test_what_cannot_be_left_out_is_refused(zone: str, code: str):
    house = House()
    with pytest.raises(InvalidRequestError, match=code):
        arm(house, bypass=(zone,))
    assert house.phase() is Phase.DISARMED
    arm(house, at_once=True)
    with pytest.raises(InvalidRequestError, match=code):
        house.bypass(zone)


def test_only_what_is_armed_leaves_zones_out():
    house = House()
    with pytest.raises(InvalidRequestError, match="area_not_armed"):
        house.bypass("study")
    with pytest.raises(InvalidRequestError, match="area_unknown"):
        house.bypass("study", "cellar")


def test_while_armed_a_zone_is_left_out_and_counts_again_later():
    house = House()
    arm(house, at_once=True)
    house.bypass("kitchen_window")
    push = house.asked(Push)[-1]
    assert (push.prompt, push.about) == ("zone_bypassed", ("kitchen_window",))
    house.trip("kitchen_window")
    assert house.phase() is Phase.ARMED
    house.close("kitchen_window")
    house.bypass("kitchen_window", on=False)
    house.trip("kitchen_window")
    assert house.phase() is Phase.TRIGGERED


@pytest.mark.parametrize("on", [True, False])
def test_asking_twice_says_nothing_new(on: bool):
    house = House()
    arm(house, bypass=("study",) if on else (), at_once=True)
    assert house.bypass("study", on=on) == []


def test_it_ends_with_disarming():
    house = House()
    arm(house, bypass=("study",), at_once=True)
    house.disarm()
    arm(house, at_once=True)
    assert bypassed(house) == ()


def test_another_mode_leaves_out_what_was_left_out_and_more():
    house = House()
    arm(house, bypass=("study",), at_once=True)
    arm(house, bypass=("study", "kitchen_window"))
    assert bypassed(house) == ("study", "kitchen_window")


def test_it_outlasts_a_false_alarm_and_a_restart():
    house = House()
    arm(house, bypass=("study",), at_once=True)
    house.trip("kitchen_window")
    house.dismiss()
    house.restart(after=30)
    assert (house.phase(), bypassed(house)) == (Phase.ARMED, ("study",))


def test_where_the_owner_chose_so_what_is_open_is_left_out_and_told():
    house = House(auto_bypass=True)
    arm(house, "kitchen_window")
    assert (house.phase(), bypassed(house)) == (Phase.ARMING, ("kitchen_window",))
    house.trip("study")
    house.pass_through("front_door")
    house.wait(60)
    assert (house.phase(), bypassed(house)) == (Phase.ARMED, ("kitchen_window", "study"))
    pushes = [push for push in house.asked(Push) if push.prompt == "zone_bypassed"]
    assert [push.about for push in pushes] == [("kitchen_window",), ("study",)]


def test_a_door_may_be_open_while_people_leave_even_so():
    house = House(auto_bypass=True)
    arm(house, "front_door")
    assert bypassed(house) == ()
    house.close("front_door")
    house.wait(60)
    assert bypassed(house) == ()


def test_an_open_zone_that_shall_count_again_before_the_end_fails_the_arming():
    house = House()
    arm(house, "kitchen_window", bypass=("kitchen_window",))
    house.pass_through("front_door")
    house.bypass("kitchen_window", on=False)
    house.wait(60)
    assert house.phase() is Phase.DISARMED
    assert house.state.area("house").failure.zones == ("kitchen_window",)


def test_an_open_zone_left_out_before_the_end_does_not():
    house = House()
    arm(house)
    house.pass_through("front_door")
    house.trip("kitchen_window")
    house.bypass("kitchen_window")
    house.wait(60)
    assert (house.phase(), bypassed(house)) == (Phase.ARMED, ("kitchen_window",))
    [armed] = house.told(ev.AreaArmed)
    assert armed.bypassed == ("kitchen_window",)


def test_a_zone_left_out_that_is_lost_is_no_evidence():
    house = House()
    arm(house, bypass=("study",), at_once=True)
    house.trip("kitchen_window")
    house.signal("study", SignalKind.UNAVAILABLE)
    assert len(house.incident.evidence) == 1
