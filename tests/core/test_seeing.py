"""Early warnings, and what other integrations' detectors add to a burglary."""

from dataclasses import replace

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.evidence import (
    DetectedKind,
    EvidenceItem,
    PersonReported,
    PersonSeen,
)
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House


def evidence(house: House, kind: type[EvidenceItem]) -> list[EvidenceItem]:
    return [item for item in house.incident.evidence if isinstance(item, kind)]


# --- early warning -----------------------------------------------------------------------------


def test_somebody_outside_while_armed_is_told_and_nothing_more():
    house = House()
    house.arm()
    [warning] = house.outside(count=2, dwell_s=3.5, direction="in")
    assert isinstance(warning, ev.PersonOutside)
    assert (warning.at, warning.camera_id, warning.count) == (house.now, "porch", 2)
    assert (warning.dwell_s, warning.direction) == (3.5, "in")
    assert house.state.incidents == {}
    assert house.phase() is Phase.ARMED
    assert not house.prompts()
    assert not house.siren()


def test_nobody_is_warned_while_disarmed_or_on_the_way_out():
    house = House()
    assert not [event for event in house.outside() if isinstance(event, ev.PersonOutside)]
    house.do(arming())
    assert house.phase() is Phase.ARMING
    assert not house.outside()


def arming():
    from custom_components.verified_response.core import commands as cmd

    return cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner")


def test_the_same_camera_warns_at_most_every_ten_seconds():
    house = House()
    house.premises = replace(
        house.premises,
        cameras={**house.premises.cameras, "yard": builders.camera("yard", outdoor=True)},
    )
    house.arm()
    assert house.outside()
    house.wait(9.9)
    assert not house.outside()
    assert house.outside("yard")
    house.wait(0.1)
    assert house.outside()
    assert len(house.told(ev.PersonOutside)) == 3
    assert set(house.state.outside_at) == {"porch", "yard"}
    house.wait(60)
    assert house.outside()
    assert set(house.state.outside_at) == {"porch"}, "what is over is forgotten"
    assert house.replayed() == house.state


def test_a_clock_that_jumps_back_does_not_silence_the_warning():
    house = House()
    house.arm()
    house.outside()
    house.wait(-3600)
    assert house.outside()


def test_unknown_cameras_warn_of_nothing():
    house = House()
    house.arm()
    assert not house.outside("moon")


def test_in_a_burglary_it_is_evidence_from_outdoors_and_never_confirms():
    house = House()
    house.arm()
    house.trip("kitchen_window")
    house.outside("hall", count=3)  # an early-warning look is one from outdoors, whatever was set
    house.outside("hall")
    [seen] = evidence(house, PersonSeen)
    assert isinstance(seen, PersonSeen)
    assert seen.outdoor
    assert seen.count == 3
    assert house.incident.assessment.level == 1
    assert "person_outdoor_only" in house.incident.assessment.held_by
    assert not house.told(ev.PersonOutside)
    house.wait(10)
    house.outside("hall")
    assert len(evidence(house, PersonSeen)) == 2


def test_another_kind_of_incident_does_not_hide_the_warning():
    house = House()
    house.arm()
    house.trip("leak")
    assert house.incident.kind is IncidentKind.WATER
    assert any(isinstance(event, ev.PersonOutside) for event in house.outside())


def test_what_the_look_saw_of_people_is_kept():
    from custom_components.verified_response.core import commands as cmd

    house = House()
    house.arm()
    house.trip("hall")
    house.do(
        cmd.ReportPerson(
            incident_id=house.incident.id,
            camera_id="hall",
            trust=Trust.FULL,
            engine="nano",
            scores=(0.9,),
            box=None,
            count=2,
            dwell_s=1.5,
            direction="out",
        )
    )
    [seen] = evidence(house, PersonSeen)
    assert isinstance(seen, PersonSeen)
    assert (seen.count, seen.dwell_s, seen.direction) == (2, 1.5, "out")


# --- other detectors ---------------------------------------------------------------------------


@pytest.fixture
def burglary() -> House:
    house = House()
    house.arm()
    house.trip("kitchen_window")
    return house


def test_a_person_edge_and_an_independent_trip_are_two_detectors(burglary: House):
    burglary.detect()
    [report] = evidence(burglary, PersonReported)
    assert isinstance(report, PersonReported)
    assert report.trust is Trust.LOW
    assert not report.outdoor
    assert burglary.incident.assessment.level == 2
    assert "person_reported_and_detector" in burglary.incident.assessment.raised_by
    burglary.wait(60)
    assert burglary.incident.stage is Stage.AWAITING_CONFIRMATION


@pytest.mark.parametrize(("ago", "counts"), [(0, True), (30, True), (30.001, False), (-1, False)])
def test_only_an_edge_of_the_last_moment_before_the_trip_counts(
    burglary: House, ago: float, counts: bool
):
    burglary.detect(ago=ago)
    assert bool(evidence(burglary, PersonReported)) is counts


def test_the_age_is_a_number_of_the_policy():
    house = House(report_age_s=5)
    house.arm()
    house.trip("kitchen_window")
    house.detect(ago=6)
    assert not evidence(house, PersonReported)


def test_long_after_the_trip_it_is_kept_but_too_far_from_any_trip_to_raise(burglary: House):
    burglary.wait(1801)
    burglary.detect()
    assert evidence(burglary, PersonReported)
    assert burglary.incident.assessment.level == 1
    assert "person_reported_alone" in burglary.incident.assessment.held_by


def test_two_integrations_on_one_camera_are_one_report(burglary: House):
    burglary.detect(kind=DetectedKind.PERSON)
    burglary.detect(kind=DetectedKind.PERSON, source_family="reolink")
    burglary.wait(29)
    burglary.detect(source_family="unifiprotect")
    assert len(evidence(burglary, PersonReported)) == 1
    burglary.wait(1)
    burglary.detect()
    assert len(evidence(burglary, PersonReported)) == 2


@pytest.mark.parametrize("kind", [DetectedKind.VEHICLE, DetectedKind.ANIMAL])
def test_vehicles_and_animals_are_kept_and_never_raise(burglary: House, kind: DetectedKind):
    burglary.detect(kind=kind)
    assert len(evidence(burglary, PersonReported)) == 1
    assert burglary.incident.assessment.level == 1
    assert "vehicle_or_animal_reported" in burglary.incident.assessment.held_by


def test_the_camera_outdoors_never_confirms(burglary: House):
    burglary.trip("front_door")  # porch and hall are its cameras
    before = burglary.incident.assessment.level
    burglary.detect("porch")
    [report] = evidence(burglary, PersonReported)
    assert isinstance(report, PersonReported)
    assert report.outdoor
    assert burglary.incident.assessment.level == before
    assert "person_reported_outdoor" in burglary.incident.assessment.held_by


def test_without_a_burglary_it_is_nothing():
    house = House()
    house.arm()
    assert not house.detect()
    house.trip("leak")
    assert not house.detect()
    house.distress()
    assert not house.detect()
    assert house.state.incidents
    assert all(item.kind is not IncidentKind.BURGLARY for item in house.state.incidents.values())


def test_who_is_at_home_may_walk_past_the_cameras():
    house = House()
    house.arm(mode=ArmMode.HOME)
    house.trip("kitchen_window")
    assert not house.detect("hall")
    assert house.incident.assessment.level == 1
    house.wait(10)
    house.trip("front_door")  # now it is a camera of a tripped zone, looked at anyway
    assert house.detect("hall", ago=9)
    assert evidence(house, PersonReported)


def test_the_neighbouring_flat_is_not_watched_for_this_one():
    house = House()
    house.arm("garage")
    house.trip("garage_window")
    assert not house.detect("hall")
    house.arm("house")
    assert house.detect("hall")


def test_a_camera_of_no_zone_tells_nothing(burglary: House):
    zones = {
        key: replace(item, cameras=()) if item.type is not ZoneType.OUTDOOR else item
        for key, item in burglary.premises.zones.items()
    }
    burglary.premises = replace(burglary.premises, zones=zones)
    assert not burglary.detect("hall")
    assert not burglary.detect("moon")


def test_an_incident_that_ended_takes_nothing(burglary: House):
    burglary.disarm()
    assert not burglary.detect()
