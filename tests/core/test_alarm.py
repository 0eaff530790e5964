"""From a trip to an incident, and from its evidence to its next stage."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.evidence import (
    CouldNotSee,
    NobodySeen,
    PersonSeen,
    ZoneLost,
    ZoneTrip,
)
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.signals import SignalKind, TroubleKind
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House


def armed(mode: ArmMode = ArmMode.AWAY, *areas: str, **policy: object) -> House:
    house = House(**policy)
    for area in areas or ("house",):
        house.arm(area, mode)
    return house


@pytest.mark.parametrize(
    ("mode", "zone", "phase", "stage"),
    [
        (ArmMode.AWAY, "front_door", Phase.PENDING, Stage.ENTRY_DELAY),
        (ArmMode.HOME, "front_door", Phase.PENDING, Stage.ENTRY_DELAY),
        (ArmMode.AWAY, "kitchen_window", Phase.TRIGGERED, Stage.ABORT_WINDOW),
        (ArmMode.NIGHT, "kitchen_window", Phase.TRIGGERED, Stage.ABORT_WINDOW),
        (ArmMode.AWAY, "hall", Phase.TRIGGERED, Stage.ABORT_WINDOW),
        (ArmMode.HOME, "hall", Phase.ARMED, None),
        (ArmMode.NIGHT, "hall", Phase.ARMED, None),
        (ArmMode.AWAY, "study", Phase.TRIGGERED, Stage.ABORT_WINDOW),
        (ArmMode.AWAY, "porch", Phase.ARMED, None),
        (ArmMode.AWAY, "garage_window", Phase.ARMED, None),
    ],
)
def test_what_a_trip_starts(mode: ArmMode, zone: str, phase: Phase, stage: Stage | None):
    house = armed(mode)
    house.trip(zone)
    assert house.phase() is phase
    assert [incident.stage for incident in house.state.incidents.values()] == (
        [stage] if stage else []
    )


@pytest.mark.parametrize("zone", ["front_door", "kitchen_window", "hall", "study", "porch"])
def test_nothing_happens_while_disarmed(zone: str):
    house = House()
    house.trip(zone)
    assert not house.state.incidents


def test_a_zone_nobody_configured_means_nothing():
    house = armed()
    before = house.state
    house.trip("attic")
    assert house.state == before


def test_without_entry_delay_the_door_is_instant():
    house = armed(entry_delay_s=0)
    house.trip("front_door")
    assert (house.phase(), house.incident.stage) == (Phase.TRIGGERED, Stage.ABORT_WINDOW)


def test_the_entry_delay_ends_in_alarm_and_then_the_abort_window_runs():
    house = armed()
    house.trip("front_door")
    house.wait(29)
    assert house.phase() is Phase.PENDING
    assert not house.siren()
    house.wait(1)
    assert (house.phase(), house.incident.stage) == (Phase.TRIGGERED, Stage.ABORT_WINDOW)
    assert house.siren() == [True]
    house.wait(30)
    assert house.incident.stage is Stage.VERIFYING


@pytest.mark.parametrize(
    ("doors", "seconds"),
    [
        (("side_door",), 45),
        (("side_door", "front_door"), 40),
        (("front_door", "side_door"), 30),
        (("front_door", "front_door"), 30),
        (("side_door", "hall"), 45),
    ],
)
def test_each_door_has_its_own_delay_and_the_alarm_waits_for_the_shortest(
    doors: tuple[str, ...], seconds: float
):
    house = House(builders.estate())
    house.arm(at_once=True)
    began = house.now
    for door in doors:
        house.trip(door)
        house.wait(10)
    while house.phase() is Phase.PENDING:
        house.wait(1)
    assert (house.now - began).total_seconds() == seconds
    assert house.incident.stage is Stage.ABORT_WINDOW


def test_a_door_of_another_area_shortens_the_delay_for_both():
    house = House(builders.estate())
    house.arm("house", at_once=True)
    house.arm("garage", at_once=True)
    house.trip("side_door")
    house.wait(2)
    house.trip("garage_door")
    house.wait(30)
    assert (house.phase("house"), house.phase("garage")) == (Phase.TRIGGERED, Phase.TRIGGERED)


def test_motion_inside_follows_the_entry_delay():
    house = armed()
    house.trip("front_door")
    house.wait(10)
    house.trip("hall")
    house.trip("front_door")
    assert house.phase() is Phase.PENDING
    house.wait(20)
    assert house.phase() is Phase.TRIGGERED


def test_a_window_ends_the_entry_delay():
    house = armed()
    house.trip("front_door")
    house.wait(10)
    house.trip("kitchen_window")
    assert (house.phase(), house.incident.stage) == (Phase.TRIGGERED, Stage.ABORT_WINDOW)
    assert house.siren() == [True]


def test_motion_in_an_area_that_waits_for_nobody_ends_the_entry_delay_of_the_other():
    house = armed(ArmMode.AWAY, "house", "garage")
    house.trip("front_door")
    house.trip("garage_motion")
    assert house.phase("house") is Phase.TRIGGERED
    assert house.phase("garage") is Phase.TRIGGERED


def test_motion_between_two_areas_follows_and_draws_the_second_into_the_delay():
    house = armed(ArmMode.AWAY, "house", "garage")
    house.trip("front_door")
    house.trip("passage")
    assert house.phase("garage") is Phase.PENDING
    house.wait(30)
    assert house.phase("garage") is Phase.TRIGGERED


def test_the_door_of_another_area_joins_a_running_alarm():
    house = armed(ArmMode.AWAY, "house", "garage")
    house.trip("kitchen_window")
    house.trip("garage_door")
    assert house.phase("garage") is Phase.TRIGGERED
    assert len(house.state.incidents) == 1
    assert house.siren() == [True, True]


def test_a_second_trip_adds_evidence_and_no_second_alarm():
    house = armed()
    house.trip("kitchen_window")
    house.wait(5)
    house.trip("kitchen_window")
    assert len(house.incident.evidence) == 2
    assert house.siren() == [True]


def test_a_trip_carries_where_and_what():
    house = armed()
    house.trip("kitchen_glass")
    [item] = house.incident.evidence
    assert item == ZoneTrip(
        at=house.now,
        zone_id="kitchen_glass",
        zone_type=ZoneType.PERIMETER,
        device="device-kitchen_glass",
        place="place-kitchen_glass",
        forced_entry=True,
        order=1,
    )


def test_a_zone_without_device_and_place_stands_for_itself():
    zone = builders.zone("gate", ZoneType.PERIMETER, device="", place="")
    house = House(builders.premises(zones=builders.by_id([zone])))
    house.arm()
    house.trip("gate")
    [item] = house.incident.evidence
    assert (item.device, item.place) == ("binary_sensor.gate", "gate")


def test_cameras_are_looked_at_as_long_as_zones_trip():
    house = armed()
    house.trip("front_door")
    first = house.incident.look_until
    assert (first - house.now).total_seconds() == house.premises.policy.look_s
    house.wait(5)
    house.trip("kitchen_window")  # no camera there: the time is neither extended nor lost
    assert house.incident.look_until == first
    house.trip("hall")
    assert house.incident.look_until > first


def test_an_outdoor_trip_is_kept_once_an_incident_is_open():
    house = armed()
    house.trip("front_door")
    house.trip("porch")
    assert house.phase() is Phase.PENDING
    assert [item.zone_id for item in house.incident.evidence] == ["front_door", "porch"]


@pytest.mark.parametrize(
    ("zone", "kind", "sirens"),
    [
        ("smoke", IncidentKind.FIRE, [True]),
        ("gas", IncidentKind.CARBON_MONOXIDE, [True]),
        ("leak", IncidentKind.WATER, []),
        ("keypad_lid", IncidentKind.TAMPER, []),
    ],
)
def test_technical_alarms_are_always_on(zone: str, kind: IncidentKind, sirens: list[bool]):
    house = House()
    house.trip(zone)
    house.wait(5)
    house.trip(zone)
    [incident] = house.state.incidents.values()
    assert (incident.kind, incident.stage) == (kind, Stage.ABORT_WINDOW)
    assert len(incident.evidence) == 2
    assert house.siren() == sirens
    house.wait(30)
    assert house.incident.stage is Stage.VERIFYING
    assert house.prompts() == [("owner", "ask_confirmation")]


def test_no_siren_is_asked_for_where_there_is_none():
    house = House(siren=None)
    house.trip("smoke")
    house.distress()
    house.arm()
    house.trip("kitchen_window")
    house.disarm()
    assert not house.siren()


def test_smoke_beside_an_older_call_for_help_is_an_alarm_of_its_own():
    house = House()
    house.distress(IncidentKind.FIRE, silent=True)
    house.trip("smoke")
    assert [incident.by for incident in house.state.incidents.values()] == ["owner", "hub"]
    assert house.siren() == [True]


def test_new_smoke_after_a_long_silence_wakes_people_though_nobody_ended_the_old_alarm():
    house = House()
    house.trip("smoke")
    house.wait(24 * 3600)
    before = len(house.prompts())
    house.trip("smoke")
    assert len(house.state.incidents) == 1
    assert house.siren() == [True, True]
    assert house.prompts()[before:] == [("owner", "ask_confirmation")]
    house.trip("smoke")  # but not with every puff
    assert house.siren() == [True, True]


def test_an_old_leak_wakes_people_without_a_siren():
    house = House()
    house.trip("leak")
    house.wait(24 * 3600)
    before = len(house.prompts())
    house.trip("leak")
    assert len(house.prompts()) == before + 1
    assert not house.siren()


@pytest.mark.parametrize("first", ["a sensor was opened", "devices were lost"])
def test_what_no_zone_opened_is_news_again_after_a_long_silence_too(first: str):
    house = armed()
    if first == "devices were lost":
        house.lose("study", "hall", "kitchen_window")
    else:
        house.trouble("study", TroubleKind.TAMPER)
    house.wait(24 * 3600)
    before = len(house.pushed("ask_confirmation"))
    house.trip("keypad_lid")
    assert len(house.state.incidents) == 1
    assert len(house.pushed("ask_confirmation")) == before + 1


def test_what_was_only_found_open_does_not_break_the_silence():
    house = armed()
    house.trip("kitchen_window")
    house.wait(24 * 3600)
    house.signal("study", SignalKind.REPORTED_OPEN)
    house.trip("kitchen_window")
    assert house.siren() == [True, True]


@pytest.mark.parametrize("kind", [SignalKind.RESTORED, SignalKind.UNAVAILABLE])
@pytest.mark.parametrize("zone", ["kitchen_window", "hall", "smoke", "panic_button"])
def test_closed_and_unavailable_never_open_anything(kind: SignalKind, zone: str):
    house = armed()
    house.signal(zone, kind)
    assert not house.state.incidents
    assert not house.state.effects


def test_a_zone_lost_during_an_incident_is_evidence_of_nothing_but_its_loss():
    house = armed()
    house.trip("front_door")
    house.signal("hall", SignalKind.UNAVAILABLE)
    house.signal("garage_window", SignalKind.UNAVAILABLE)  # not armed: not part of it
    assert house.incident.evidence[1:] == (ZoneLost(at=house.now, zone_id="hall"),)
    assert house.incident.assessment.unknowns == ("zone_lost:hall",)
    assert house.incident.assessment.level == 1


@pytest.mark.parametrize("arming", [True, False])
@pytest.mark.parametrize(("zone", "always"), [("kitchen_window", False), ("smoke", True)])
def test_found_open_is_told_and_never_alarms(arming: bool, zone: str, always: bool):
    house = armed() if arming else House()
    house.signal(zone, SignalKind.REPORTED_OPEN)
    assert not house.state.incidents
    told = [("owner", "zone_found_open"), ("neighbour", "zone_found_open")]
    assert house.prompts() == (told if arming or always else [])


def test_found_open_during_an_incident_is_kept_as_such():
    house = armed()
    house.trip("front_door")
    house.signal("kitchen_window", SignalKind.REPORTED_OPEN)
    house.signal("smoke", SignalKind.REPORTED_OPEN)
    assert house.phase() is Phase.PENDING
    [item] = house.incident.evidence[1:]
    assert not item.observed
    assert "found_open" in house.incident.assessment.held_by


def test_looks_become_evidence():
    house = armed()
    house.trip("front_door")
    house.blind("porch")
    house.nobody("hall")
    house.person("porch", Trust.LOW)
    assert [type(item) for item in house.incident.evidence[1:]] == [
        CouldNotSee,
        NobodySeen,
        PersonSeen,
    ]
    assert house.incident.evidence[-1].outdoor


def test_a_late_look_and_an_unknown_camera_are_dropped():
    house = armed()
    house.trip("front_door")
    house.person("attic")
    assert len(house.incident.evidence) == 1
    house.disarm()
    house.person("hall")
    assert len(house.incident.evidence) == 1
    assert not house.do(
        cmd.ReportBlind(incident_id="nothing", camera_id="hall", reason="timed_out")
    )


def test_a_person_seen_while_verifying_asks_again_and_waits_for_the_answer():
    house = armed()
    house.trip("kitchen_window")
    house.wait(30)
    assert (house.incident.stage, house.incident.asks) == (Stage.VERIFYING, 1)
    house.person()
    assert (house.incident.stage, house.incident.asks) == (Stage.AWAITING_CONFIRMATION, 2)


def test_a_confirmed_incident_moves_on_without_asking():
    house = armed()
    house.trip("kitchen_window")
    house.confirm()
    house.wait(30)
    assert house.incident.stage is Stage.AWAITING_CONFIRMATION
    assert not house.told(ev.PeopleAsked)


def test_confirming_in_the_entry_delay_raises_the_alarm_and_still_keeps_the_abort_window():
    house = armed()
    house.trip("front_door")
    house.confirm()
    assert (house.phase(), house.incident.stage) == (Phase.TRIGGERED, Stage.ABORT_WINDOW)
    assert not house.shares()
    house.wait(29)
    assert not house.shares()
    house.wait(1)
    assert len(house.shares()) == 2


def test_a_chattering_zone_adds_one_item_in_five_seconds_and_extends_the_look():
    house = armed()
    house.trip("hall")
    until = house.incident.look_until
    for _ in range(4):
        house.wait(1)
        house.trip("hall")
    assert len([item for item in house.incident.evidence if isinstance(item, ZoneTrip)]) == 1
    assert (house.incident.look_until - until).total_seconds() == 4
    assert house.replayed() == house.state
    house.trip("study")
    house.wait(1)
    house.trip("hall")
    trips = [item.zone_id for item in house.incident.evidence if isinstance(item, ZoneTrip)]
    assert trips == ["hall", "study", "hall"]


def test_chatter_without_a_camera_says_nothing():
    house = armed()
    house.trip("kitchen_window")
    assert house.trip("kitchen_window") == []
    house.wait(5)
    assert house.trip("kitchen_window") != []


def test_chatter_that_reaches_another_area_is_kept():
    house = armed()
    house.trip("passage")
    house.do(cmd.Arm(area_id="garage", mode=ArmMode.AWAY, by="owner"))
    house.wait(house.premises.policy.exit_delay_s - 1)
    house.trip("passage")
    house.wait(1)
    house.trip("passage")
    assert set(house.incident.areas) == {"house", "garage"}


def test_a_contact_that_comes_and_goes_is_found_open_once():
    house = armed()
    for _ in range(5):
        house.signal("kitchen_window", SignalKind.UNAVAILABLE)
        house.signal("kitchen_window", SignalKind.REPORTED_OPEN)
        house.wait(2)
    assert [prompt for _, prompt in house.prompts()].count("zone_found_open") == 2  # two people


def test_what_is_found_open_in_the_abort_window_is_told_to_nobody_yet():
    house = armed()
    house.trip("kitchen_glass")
    house.signal("kitchen_window", SignalKind.REPORTED_OPEN)
    assert house.prompts() == []
