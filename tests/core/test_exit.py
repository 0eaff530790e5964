"""The exit delay: who leaves, who comes back, what is still open at its end (ANSI/SIA CP-01)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.signals import SignalKind
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House


def leaving(mode: ArmMode = ArmMode.AWAY, *opened: str, attended: bool = True, **policy) -> House:
    """Return a house whose exit delay has just begun."""
    house = House(**policy)
    house.do(
        cmd.Arm(
            area_id="house",
            mode=mode,
            by="owner",
            open_zones=frozenset(opened),
            attended=attended,
        )
    )
    return house


def seconds_left(house: House) -> float:
    until = house.state.area("house").until
    assert until is not None
    return (until - house.now).total_seconds()


def test_coming_back_gives_the_time_anew_once():
    house = leaving()
    house.wait(20)
    house.pass_through("front_door")
    assert seconds_left(house) == 40
    house.wait(20)
    house.pass_through("front_door")
    assert seconds_left(house) == 60
    house.wait(30)
    house.pass_through("front_door")
    assert seconds_left(house) == 30
    house.wait(30)
    assert (house.phase(), house.state.area("house").mode) == (Phase.ARMED, ArmMode.AWAY)


def test_whoever_leaves_by_a_door_that_stood_open_has_left_when_it_closes():
    house = leaving(ArmMode.AWAY, "front_door")
    house.wait(5)
    house.close("front_door")
    assert house.told(ev.ExitSeen) == [ev.ExitSeen(area_id="house", zone_id="front_door")]
    house.trip("front_door")
    assert seconds_left(house) == 60


def test_a_window_is_no_way_out():
    house = leaving()
    house.pass_through("kitchen_window")
    assert not house.told(ev.ExitSeen)


STAYS = {
    "nobody left": (ArmMode.AWAY, {}, lambda _: None, ArmMode.HOME),
    "somebody left": (
        ArmMode.AWAY,
        {},
        lambda house: house.pass_through("front_door"),
        ArmMode.AWAY,
    ),
    "vacation": (ArmMode.VACATION, {}, lambda _: None, ArmMode.VACATION),
    "night": (ArmMode.NIGHT, {}, lambda _: None, ArmMode.NIGHT),
    "not chosen": (ArmMode.AWAY, {"auto_stay": False}, lambda _: None, ArmMode.AWAY),
    "an automation": (ArmMode.AWAY, {"attended": False}, lambda _: None, ArmMode.AWAY),
    "the hub was away": (ArmMode.AWAY, {}, lambda house: house.restart(after=5), ArmMode.AWAY),
}


@pytest.mark.parametrize("case", STAYS)
def test_armed_away_and_nobody_left_is_armed_home(case: str):
    mode, more, happens, armed = STAYS[case]
    house = leaving(mode, **more)
    happens(house)
    house.wait(70)
    assert (house.phase(), house.state.area("house").mode) == (Phase.ARMED, armed)
    assert house.pushed("armed_home") == (["owner"] if armed is ArmMode.HOME else [])
    [told] = house.told(ev.AreaArmed)
    assert told.reason == ("nobody_left" if armed is ArmMode.HOME else "")


def test_a_house_without_an_entry_zone_cannot_tell_who_leaves():
    window = builders.zone("window", ZoneType.PERIMETER)
    house = House(builders.premises(zones=builders.by_id([window])))
    house.arm(attended=True)
    assert house.state.area("house").mode is ArmMode.AWAY


def test_a_door_that_went_silent_does_not_say_that_nobody_left():
    house = leaving(auto_bypass=True)
    house.signal("front_door", SignalKind.UNAVAILABLE)
    house.wait(60)
    area = house.state.area("house")
    assert (area.phase, area.mode, area.bypassed) == (Phase.ARMED, ArmMode.AWAY, ("front_door",))


def test_a_door_that_does_not_report_when_it_is_armed_does_not_either():
    house = leaving(ArmMode.AWAY, "front_door", auto_bypass=True)
    house.wait(60)
    assert house.state.area("house").mode is ArmMode.AWAY


def test_arming_home_because_nobody_left_asks_only_for_what_counts_at_home():
    away = builders.zone("shed", ZoneType.PERIMETER, modes=frozenset({ArmMode.AWAY}))
    house = House(builders.premises(zones=builders.by_id([*builders.zones(), away])))
    house.do(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner", attended=True))
    house.trip("shed")
    house.wait(60)
    assert (house.phase(), house.state.area("house").mode) == (Phase.ARMED, ArmMode.HOME)


# --- arming that fails ------------------------------------------------------------------------


def failed(**policy) -> House:
    """Return a house that could not be armed, because a window opened while people left."""
    house = leaving(**policy)
    house.pass_through("front_door")
    house.trip("kitchen_window")
    house.wait(60)
    return house


def test_a_window_that_closes_in_time_is_none_of_it():
    house = leaving()
    house.pass_through("front_door")
    house.pass_through("kitchen_window")
    house.wait(60)
    assert house.phase() is Phase.ARMED
    assert house.state.area("house").failure is None


@pytest.mark.parametrize("kind", [SignalKind.UNAVAILABLE, SignalKind.REPORTED_OPEN])
def test_what_is_not_known_to_be_closed_is_not_closed(kind: SignalKind):
    house = leaving()
    house.pass_through("front_door")
    house.signal("kitchen_window", kind)
    house.signal("kitchen_window", kind)
    house.wait(60)
    assert house.phase() is Phase.DISARMED
    assert house.state.area("house").failure.zones == ("kitchen_window",)


def test_a_door_left_open_fails_the_arming():
    house = leaving()
    house.trip("front_door")
    house.wait(60)
    assert house.phase() is Phase.DISARMED
    assert house.state.area("house").failure.zones == ("front_door",)


def test_arming_that_fails_is_told_to_more_and_more_people_until_somebody_heard_it():
    house = failed()
    assert house.pushed("arm_failed") == ["owner"]
    push = house.asked(Push)[-1]
    assert (push.actions, push.about) == (("acknowledge",), ("house", "kitchen_window"))
    house.wait(300)
    assert house.pushed("arm_failed")[1:] == ["owner", "neighbour"]
    house.acknowledge()
    told = house.pushed("arm_failed")
    house.wait(7200)
    assert house.pushed("arm_failed") == told
    assert house.state.area("house").failure is None


def test_after_a_while_it_is_told_at_a_slower_pace_an_hour_at_most():
    house = failed()
    rounds = []
    for _ in range(9):
        rounds.append((house.deadline - house.now).total_seconds())
        house.wait(rounds[-1])
    assert rounds == [300, 300, 300, 300, 600, 1200, 2400, 3600, 3600]


ANSWERS: dict[str, Callable[[House], object]] = {
    "acknowledged": lambda house: house.acknowledge(),
    "armed anew": lambda house: house.do(
        cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner", attended=True)
    ),
    "armed at once": lambda house: house.do(
        cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner", at_once=True)
    ),
    "disarmed": lambda house: house.disarm(),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_failure_ends_with_a_persons_answer(answer: str):
    house = failed()
    ANSWERS[answer](house)
    assert house.state.area("house").failure is None


def test_acknowledging_what_did_not_fail_is_refused():
    house = leaving()
    with pytest.raises(InvalidRequestError, match="no_failure"):
        house.acknowledge()
    with pytest.raises(InvalidRequestError, match="area_unknown"):
        house.acknowledge("cellar")


def test_nobody_stands_there_to_be_refused_when_an_automation_arms_with_a_window_open():
    house = leaving(ArmMode.AWAY, "kitchen_window", attended=False)
    assert house.phase() is Phase.DISARMED
    assert house.state.area("house").failure.zones == ("kitchen_window",)
    assert house.pushed("arm_failed") == ["owner"]


def test_a_mode_that_cannot_be_changed_leaves_the_old_one_in_force():
    house = House()
    house.arm(mode=ArmMode.HOME)
    house.do(
        cmd.Arm(
            area_id="house",
            mode=ArmMode.AWAY,
            by="automation",
            open_zones=frozenset({"kitchen_window"}),
        )
    )
    area = house.state.area("house")
    assert (area.phase, area.mode) == (Phase.ARMED, ArmMode.HOME)
    assert area.failure is not None


def test_a_false_alarm_does_not_answer_a_failure():
    house = House()
    house.arm(mode=ArmMode.HOME)
    house.do(
        cmd.Arm(
            area_id="house", mode=ArmMode.AWAY, by="automation", open_zones=frozenset({"study"})
        )
    )
    house.trip("kitchen_window")
    house.dismiss()
    assert house.phase() is Phase.ARMED
    assert house.state.area("house").failure is not None


@pytest.mark.parametrize("attended", [True, False])
def test_whoever_arms_from_outside_does_not_leave_the_door_open(attended: bool):
    house = House()
    command = cmd.Arm(
        area_id="house",
        mode=ArmMode.AWAY,
        by="owner",
        open_zones=frozenset({"front_door"}),
        at_once=True,
        attended=attended,
    )
    if attended:
        with pytest.raises(InvalidRequestError, match="area_not_ready"):
            house.do(command)
    else:
        house.do(command)
        assert house.state.area("house").failure is not None
    assert house.phase() is Phase.DISARMED


# --- pauses -----------------------------------------------------------------------------------


def test_after_a_restart_the_sensors_have_their_minute_before_it_ends():
    house = leaving()
    house.pass_through("front_door")
    house.wait(50)
    house.restart(after=30)
    assert seconds_left(house) == 60
    house.signal("kitchen_window", SignalKind.REPORTED_OPEN)
    house.wait(60)
    assert house.phase() is Phase.DISARMED
    assert house.state.area("house").failure.zones == ("kitchen_window",)


def test_a_restart_forgets_neither_who_left_nor_that_they_came_back():
    house = leaving()
    house.pass_through("front_door")
    house.restart()
    house.wait(10)
    house.pass_through("front_door")
    assert seconds_left(house) == 60
    house.restart()
    house.wait(10)
    house.pass_through("front_door")
    assert seconds_left(house) == 50


def test_a_clock_that_jumps_back_lengthens_the_delay_and_ends_it_all_the_same():
    house = leaving()
    house.pass_through("front_door")
    house.now -= timedelta(seconds=30)
    house.do(cmd.TimePassed())
    assert house.phase() is Phase.ARMING
    house.wait(90)
    assert house.phase() is Phase.ARMED


def test_an_area_that_is_no_longer_configured_still_ends_its_delay():
    house = leaving()
    garage = builders.area("garage")
    house.premises = builders.premises(areas=builders.by_id([garage]))
    house.wait(60)
    assert (house.phase(), house.state.area("house").mode) == (Phase.ARMED, ArmMode.AWAY)
