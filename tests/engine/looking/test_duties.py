"""Who is looked at, and why: the entry route first, outdoors only while armed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.verified_response.core.evidence import ZoneTrip
from custom_components.verified_response.core.incident import Incident, IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode, Premises, ZoneType
from custom_components.verified_response.core.state import AreaState, Phase, PremisesState
from custom_components.verified_response.engine.looking.duties import (
    Duty,
    cameras_of,
    duties_of,
)
from tests import builders

AT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
CAMERAS = ("porch", "hall", "study", "garden")


def house(**changes: object) -> Premises:
    made = builders.premises(
        cameras=builders.by_id(builders.camera(camera_id) for camera_id in CAMERAS),
        zones=builders.by_id(
            [
                builders.zone("window", ZoneType.PERIMETER, cameras=("study",)),
                builders.zone("front_door", ZoneType.ENTRY_EXIT, cameras=("porch", "hall")),
                builders.zone("motion", ZoneType.INTERIOR, cameras=("hall", "study")),
                builders.zone("yard", ZoneType.OUTDOOR, cameras=("garden", "gone")),
            ]
        ),
    )
    return replace(made, **changes)


def incident(*zones: str, stage: Stage = Stage.VERIFYING) -> Incident:
    trips = tuple(
        ZoneTrip(
            at=AT + timedelta(seconds=index),
            zone_id=zone_id,
            zone_type=ZoneType.INTERIOR,
            device=zone_id,
            place=zone_id,
        )
        for index, zone_id in enumerate(zones)
    )
    return Incident(id="i", kind=IncidentKind.BURGLARY, opened_at=AT, stage=stage, evidence=trips)


def state(
    *incidents: Incident, phase: Phase = Phase.ARMED, mode: ArmMode | None = ArmMode.AWAY
) -> PremisesState:
    return PremisesState(
        areas={"house": AreaState(phase=phase, mode=mode)},
        incidents={item.id: item for item in incidents},
    )


@pytest.mark.parametrize(
    ("trips", "cameras"),
    [
        (("window", "front_door"), ("porch", "hall", "study")),
        (("window", "motion"), ("study", "hall")),
        (("motion", "unknown", "motion"), ("hall", "study")),
        (("yard",), ("garden",)),
        ((), ()),
    ],
)
def test_the_entry_route_first_then_as_they_tripped(trips, cameras):
    assert cameras_of(incident(*trips), house()) == cameras


def test_the_order_is_the_rank_and_patrol_comes_last():
    found = duties_of(house(), state(incident("window", "front_door")))
    assert found == {
        "porch": Duty(incidents=("i",), rank=0),
        "hall": Duty(incidents=("i",), rank=1),
        "study": Duty(incidents=("i",), rank=2),
        "garden": Duty(rank=3, patrol=True),
    }


def test_a_camera_serves_all_incidents_and_the_yard():
    two = (incident("front_door"), replace(incident("motion", "yard"), id="j"))
    found = duties_of(house(), state(*two))
    assert found["hall"].incidents == ("i", "j")
    assert found["garden"] == Duty(incidents=("j",), rank=3, patrol=True)


@pytest.mark.parametrize(
    ("phase", "patrolled"),
    [
        (Phase.DISARMED, False),
        (Phase.ARMING, False),
        (Phase.ARMED, True),
        (Phase.PENDING, True),
        (Phase.TRIGGERED, True),
    ],
)
def test_early_warning_only_while_armed(phase, patrolled):
    mode = None if phase is Phase.DISARMED else ArmMode.NIGHT
    assert ("garden" in duties_of(house(), state(phase=phase, mode=mode))) is patrolled


def test_another_area_armed_is_not_this_one():
    areas = {"garage": AreaState(phase=Phase.ARMED, mode=ArmMode.AWAY)}
    assert duties_of(house(), PremisesState(areas=areas)) == {}


def test_an_ended_incident_is_no_duty():
    assert (
        duties_of(house(), state(incident("window", stage=Stage.CLOSED), phase=Phase.DISARMED))
        == {}
    )


@pytest.mark.parametrize(
    ("mode", "kept"), [(ArmMode.AWAY, True), (ArmMode.HOME, False), (ArmMode.NIGHT, False)]
)
def test_stills_are_kept_only_where_a_trip_would_count(mode, kept):
    cameras = builders.by_id([builders.camera("hall", preroll=True), builders.camera("study")])
    zones = builders.by_id([builders.zone("motion", ZoneType.INTERIOR, cameras=("hall", "study"))])
    found = duties_of(house(cameras=cameras, zones=zones), state(mode=mode))
    assert found == ({"hall": Duty(preroll=True)} if kept else {})
