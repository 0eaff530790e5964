"""What keeps one zone from alarming by itself: swinger shutdown and cross zoning (ANSI/SIA CP-01)."""

from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.evidence import GroupTrip, ZoneTrip
from custom_components.verified_response.core.incident import Stage
from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.signals import SignalKind
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House


def estate(*areas: str, mode: ArmMode = ArmMode.AWAY, **policy) -> House:
    """Return an estate of which these areas are armed, the house unless said."""
    house = House(builders.estate(**policy))
    for area in areas or ("house",):
        house.arm(area, mode, at_once=True)
    return house


def false_alarm(house: House, zone: str) -> None:
    """Let a zone raise an alarm that somebody calls false."""
    house.pass_through(zone)
    house.wait(60)
    house.dismiss()
    house.wait(60)


def worn_out(zone: str = "kitchen_window", *areas: str) -> House:
    """Return a house in which a zone raised as many alarms as it may."""
    house = estate(*areas)
    for _ in range(2):
        false_alarm(house, zone)
    return house


# --- swinger shutdown ---------------------------------------------------------------------------


def test_a_zone_raises_two_alarms_in_an_armed_period_and_no_third():
    house = worn_out()
    told = len(house.state.incidents)
    house.pass_through("kitchen_window")
    assert house.phase() is Phase.ARMED
    assert len(house.state.incidents) == told
    assert [item.zone_id for item in house.state.recent] == ["kitchen_window"]


def test_the_owner_is_told_once_that_it_is_shut_down():
    house = worn_out()
    for _ in range(3):
        house.pass_through("kitchen_window")
        house.wait(60)
    pushes = [push for push in house.asked(Push) if push.prompt == "zone_shut_down"]
    assert [(push.contact_id, push.about) for push in pushes] == [("owner", ("kitchen_window",))]


def test_other_zones_alarm_as_ever_and_its_trips_are_their_evidence():
    house = worn_out()
    house.pass_through("kitchen_window")
    house.wait(10)
    house.trip("study")
    assert house.phase() is Phase.TRIGGERED
    assert [item.zone_id for item in house.incident.evidence] == ["kitchen_window", "study"]


def test_it_does_not_end_an_entry_delay_either():
    house = worn_out()
    house.trip("front_door")
    house.trip("kitchen_window")
    assert (house.phase(), house.incident.stage) == (Phase.PENDING, Stage.ENTRY_DELAY)
    assert [item.zone_id for item in house.incident.evidence] == ["front_door", "kitchen_window"]


def test_it_draws_no_other_area_into_a_running_alarm():
    house = worn_out("passage", "house", "garage")
    house.trip("kitchen_window")
    house.trip("passage")
    assert (house.phase("house"), house.phase("garage")) == (Phase.TRIGGERED, Phase.ARMED)
    assert house.incident.areas == ("house",)


def test_after_a_long_silence_in_a_running_alarm_it_wakes_nobody():
    house = worn_out()
    house.trip("study")
    house.wait(3600)
    before = (house.siren(), len(house.pushed("ask_confirmation")))
    house.trip("kitchen_window")
    assert (house.siren(), len(house.pushed("ask_confirmation"))) == before


def test_a_third_alarm_within_one_incident_that_nobody_ended_shuts_it_down_too():
    house = estate()
    house.pass_through("kitchen_window")
    for alarms in (2, 3):
        house.wait(3600)
        house.pass_through("kitchen_window")
        assert house.state.area("house").alarms["kitchen_window"] == alarms
        assert house.pushed("zone_shut_down") == (["owner"] if alarms == 3 else [])


def test_a_shut_down_zone_that_chatters_is_noted_once():
    house = worn_out()
    for _ in range(4):
        house.pass_through("kitchen_window")
        house.wait(1)
    assert [item.zone_id for item in house.state.recent] == ["kitchen_window"]


@pytest.mark.parametrize("again", ["disarmed", "another mode", "restarted"])
def test_only_disarming_ends_it(again: str):
    house = worn_out()
    if again == "disarmed":
        house.disarm()
        house.arm(at_once=True)
    elif again == "another mode":
        house.arm(mode=ArmMode.HOME)
    else:
        house.restart(after=60)
    house.trip("kitchen_window")
    assert house.phase() is (Phase.TRIGGERED if again == "disarmed" else Phase.ARMED)


def test_an_entry_delay_that_was_no_alarm_is_not_counted():
    house = estate()
    for _ in range(3):
        house.pass_through("front_door")
        house.dismiss()
        house.wait(60)
    assert house.state.area("house").alarms == {}


def test_whoever_only_happened_to_be_noted_before_is_not_counted():
    house = estate("house", "garage")
    house.trip("wall")  # waits for its partner
    house.wait(120)
    house.trip("kitchen_window")
    assert house.state.area("house").alarms == {"kitchen_window": 1}
    assert [item.zone_id for item in house.incident.evidence] == ["wall", "kitchen_window"]


def test_an_outdoor_zone_is_never_counted_for_it_raises_none():
    house = estate()
    house.trip("front_door")
    house.trip("porch")
    house.wait(30)
    assert house.state.area("house").alarms == {"front_door": 1}


def test_a_zone_that_is_no_longer_configured_is_not_counted():
    house = estate()
    house.trip("front_door")
    left = [zone for zone in builders.estate_zones() if zone.id != "front_door"]
    house.premises = builders.premises(
        policy=house.premises.policy, areas=house.premises.areas, zones=builders.by_id(left)
    )
    house.wait(45)
    assert house.phase() is Phase.TRIGGERED
    assert house.state.area("house").alarms == {}
    house.dismiss()
    assert house.phase() is Phase.ARMED


# --- cross zoning -------------------------------------------------------------------------------


def test_one_zone_of_two_is_kept_and_no_alarm():
    house = estate()
    house.pass_through("attic_east")
    assert house.phase() is Phase.ARMED
    assert not house.state.incidents
    [noted] = house.told(ev.EvidenceNoted)
    assert noted.waits


@pytest.mark.parametrize(("apart", "phase"), [(60, Phase.TRIGGERED), (61, Phase.ARMED)])
def test_both_within_the_window_are_an_alarm(apart: float, phase: Phase):
    house = estate()
    house.pass_through("attic_east")
    house.wait(apart)
    house.trip("attic_west")
    assert house.phase() is phase


def test_both_are_evidence_in_their_order():
    house = estate()
    house.trip("attic_east")
    house.wait(10)
    house.trip("attic_west")
    assert [(item.zone_id, item.order) for item in house.incident.evidence] == [
        ("attic_east", 1),
        ("attic_west", 2),
    ]


def test_the_same_zone_twice_is_not_two():
    house = estate()
    for _ in range(3):
        house.pass_through("attic_east")
        house.wait(10)
    assert not house.state.incidents


CANNOT_SPEAK = {
    "does not report": lambda house: house.signal("attic_west", SignalKind.UNAVAILABLE),
    "left out": lambda house: house.bypass("attic_west"),
    "does not count now": lambda house: None,
    "removed": lambda house: None,
}


@pytest.mark.parametrize("why", CANNOT_SPEAK)
def test_a_partner_that_cannot_speak_must_not_silence_the_other(why: str):
    house = House(builders.estate())
    zones = dict(house.premises.zones)
    if why == "does not count now":
        zones["attic_west"] = builders.zone(
            "attic_west", ZoneType.INTERIOR, modes=frozenset({ArmMode.NIGHT})
        )
    elif why == "removed":
        del zones["attic_west"]
    house.premises = builders.premises(
        policy=house.premises.policy, areas=house.premises.areas, zones=zones
    )
    house.arm(at_once=True)
    CANNOT_SPEAK[why](house)
    lost = frozenset({"attic_west"} if why == "does not report" else ())
    house.trip("attic_east", lost=lost)
    assert house.phase() is Phase.TRIGGERED


@pytest.mark.parametrize(("garage", "phase"), [("armed", Phase.ARMED), ("arming", Phase.TRIGGERED)])
def test_a_partner_in_an_area_that_does_not_protect_yet_cannot_speak(garage: str, phase: Phase):
    house = estate()
    house.do(cmd.Arm(area_id="garage", mode=ArmMode.AWAY, by="owner", at_once=garage == "armed"))
    house.trip("wall")
    assert house.phase() is phase


def test_a_partner_that_is_shut_down_cannot_speak():
    house = estate("house", "garage")
    for _ in range(2):
        house.pass_through("wall")
        house.wait(10)
        house.pass_through("garage_wall")
        house.wait(60)
        house.dismiss()
        house.wait(3600)
    assert house.pushed("zone_shut_down") == ["owner"]
    house.trip("wall")
    assert house.phase("house") is Phase.TRIGGERED


def test_without_its_partner_it_does_not_end_an_entry_delay():
    house = estate("house", "garage")
    house.trip("front_door")
    house.trip("wall")
    assert (house.phase(), house.incident.stage) == (Phase.PENDING, Stage.ENTRY_DELAY)
    house.wait(10)
    house.trip("garage_wall")
    assert house.incident.stage is Stage.ABORT_WINDOW
    assert (house.phase("house"), house.phase("garage")) == (Phase.TRIGGERED, Phase.TRIGGERED)


def test_what_waited_before_an_entry_delay_still_waits_in_it():
    house = estate("house", "garage")
    house.trip("wall")
    house.wait(10)
    house.trip("front_door")
    house.wait(10)
    house.trip("garage_wall")
    assert house.incident.stage is Stage.ABORT_WINDOW


@pytest.mark.parametrize("door", ["garage_door", "garage_window"])
def test_without_its_partner_it_draws_no_other_area_into_an_alarm(door: str):
    house = estate("house", "garage")
    house.trip(door)
    house.trip("attic_east")
    assert house.phase("house") is Phase.ARMED
    assert house.incident.areas == ("garage",)
    assert [item.zone_id for item in house.incident.evidence] == [door, "attic_east"]


def test_without_its_partner_it_wakes_nobody_after_a_long_silence_in_a_running_alarm():
    house = estate()
    house.trip("kitchen_window")
    house.wait(3600)
    before = (house.siren(), len(house.pushed("ask_confirmation")))
    house.trip("attic_east")
    assert (house.siren(), len(house.pushed("ask_confirmation"))) == before
    assert house.incident.evidence[-1].zone_id == "attic_east"


def test_a_pair_inside_follows_an_entry_delay_like_any_motion():
    house = estate()
    house.trip("front_door")
    house.trip("attic_east")
    house.trip("attic_west")
    assert house.phase() is Phase.PENDING


def test_an_outdoor_zone_may_be_the_partner_and_never_alarms():
    cellar = builders.zone("cellar", ZoneType.PERIMETER, cross=("porch",))
    house = House(builders.premises(zones=builders.by_id([*builders.zones(), cellar])))
    house.arm(at_once=True)
    house.trip("porch")
    assert not house.state.incidents
    house.wait(20)
    house.trip("cellar")
    assert house.phase() is Phase.TRIGGERED


def test_who_waits_is_forgotten_when_nothing_is_armed_any_more():
    house = estate()
    house.trip("attic_east")
    house.disarm()
    house.arm(at_once=True)
    house.trip("attic_west")
    assert house.phase() is Phase.ARMED


# --- clocks that jump back ----------------------------------------------------------------------


def test_a_clock_that_jumps_back_between_the_two_does_not_hide_the_pair():
    house = estate()
    house.trip("attic_east")
    house.now -= timedelta(seconds=30)
    house.trip("attic_west")
    assert house.phase() is Phase.TRIGGERED


def test_a_clock_that_jumps_back_makes_no_chatter_of_what_comes_later():
    house = estate()
    house.trip("kitchen_window")
    house.now -= timedelta(hours=1)
    house.trip("kitchen_window")
    assert len([item for item in house.incident.evidence if isinstance(item, ZoneTrip)]) == 2


def test_a_clock_that_jumps_back_makes_no_storm_of_a_burglary():
    house = estate()
    for zone in ("kitchen_window", "study"):
        house.trip(zone)
        house.wait(20)
    house.now -= timedelta(hours=1)
    house.trip("hall")
    assert not any(isinstance(item, GroupTrip) for item in house.incident.evidence)
