"""What may be said of the premises, read from a snapshot: unknown is never fine, hidden is never there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.detection import DetectorInfo, Trust
from custom_components.verified_response.core.incident import Incident, IncidentKind, Stage
from custom_components.verified_response.core.premises import (
    ArmMode,
    ResponderKind,
    ResponderMode,
    ZoneType,
)
from custom_components.verified_response.core.signals import TroubleKind, ZoneStatus
from custom_components.verified_response.core.state import (
    AreaState,
    ArmFailure,
    Phase,
    PremisesState,
)
from custom_components.verified_response.engine.feed import CameraLook, Snapshot
from custom_components.verified_response.overview import (
    CameraFacts,
    Hindrance,
    Looking,
    Overview,
    Sight,
    Unknown,
    WaitsFor,
    overview,
)
from tests.builders import area, by_id, camera, premises, responder, zone

NOW = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
FULL = DetectorInfo(engine="onnx", model="m", trust=Trust.FULL, reason=None)


def snapshot(state: PremisesState | None = None, **changes: Any) -> Snapshot:
    """A house in which everything is as it should be."""
    home = changes.pop("premises", premises())
    quiet = Snapshot(
        premises=home,
        state=state or PremisesState(),
        zones=dict.fromkeys(home.zones, ZoneStatus.CLOSED),
        detector=FULL,
        chain=dict.fromkeys(home.responders),
    )
    return replace(quiet, **changes)


def seen(state: PremisesState | None = None, **changes: Any) -> Overview:
    return overview(snapshot(state, **changes), now=NOW)


def incident(**changes: Any) -> Incident:
    made = Incident(
        id="one",
        kind=IncidentKind.BURGLARY,
        opened_at=NOW - timedelta(minutes=5),
        stage=Stage.VERIFYING,
        areas=("house", "gone"),
        assessment=Assessment(level=2, raised_by=("person_seen",)),
    )
    return replace(made, **changes)


def with_incidents(*items: Incident) -> Overview:
    return seen(PremisesState(incidents=by_id(items)))


def test_a_quiet_house_is_well() -> None:
    facts = seen()
    assert facts.is_well
    assert facts.all_seen
    assert facts.armed == ()
    assert facts.waits_for == ()
    assert facts.last_incident is None
    assert {item.sight for item in facts.cameras} == {Sight.NOT_LOOKED}


def test_areas_tell_how_they_are_armed_what_is_left_out_and_what_failed() -> None:
    failure = ArmFailure(mode=ArmMode.AWAY, zones=("kitchen_window",), told_at=NOW)
    facts = seen(
        PremisesState(
            areas={
                "house": AreaState(
                    phase=Phase.ARMED, mode=ArmMode.NIGHT, bypassed=("study", "gone")
                ),
                "garage": AreaState(failure=failure),
            }
        )
    )
    [house] = facts.armed
    assert (house.name, house.mode, house.bypassed) == ("House", ArmMode.NIGHT, ("Study",))
    assert facts.areas[1].not_armed_for == ("Kitchen Window",)
    assert facts.all_seen
    assert not facts.is_well


def test_what_is_open_and_what_does_not_report_keeps_from_arming() -> None:
    zones = dict.fromkeys(premises().zones, ZoneStatus.CLOSED)
    zones |= {
        "kitchen_window": ZoneStatus.OPEN,
        "study": ZoneStatus.UNAVAILABLE,
        "front_door": ZoneStatus.OPEN,
        "hall": ZoneStatus.OPEN,
    }
    facts = seen(zones=zones)
    assert facts.waits_for == (
        WaitsFor(zone="Kitchen Window", why=Hindrance.OPEN, modes=tuple(ArmMode)),
        WaitsFor(zone="Study", why=Hindrance.NOT_REPORTING, modes=tuple(ArmMode)),
    ), "people leave by the front door, and the hall sees them go"
    at_night = frozenset({ArmMode.NIGHT})
    few = premises(zones=by_id([zone("attic", ZoneType.PERIMETER, modes=at_night)]))
    [waits] = seen(premises=few, zones={}).waits_for
    assert waits.modes == (ArmMode.NIGHT,)


@pytest.mark.parametrize(
    ("blind", "age_s", "sight"),
    [
        (None, 0, Sight.SEES),
        ("camera_frozen", 0, Sight.BLIND),
        ("camera_frozen", 30, Sight.BLIND),
        ("camera_frozen", 31, Sight.NOT_LOOKED),
        (None, 31, Sight.NOT_LOOKED),
    ],
)
def test_a_look_counts_for_half_a_minute(blind: str | None, age_s: int, sight: Sight) -> None:
    at = NOW - timedelta(seconds=age_s)
    look = CameraLook(at=at, detection=None, reason=None, blind=blind)
    one = premises(cameras=by_id([camera("hall")]))
    facts = seen(premises=one, cameras={"hall": look})
    assert facts.cameras == (CameraFacts(name="Hall", sight=sight, reason=blind, looked_at=at),)
    assert facts.is_well is (sight is not Sight.BLIND)


def test_zones_and_locks_are_named_only_with_what_is_wrong() -> None:
    zones = dict.fromkeys(premises().zones, ZoneStatus.CLOSED)
    del zones["leak"]
    state = PremisesState(
        troubles={
            "hall": (TroubleKind.LOW_BATTERY,),
            "front": (TroubleKind.OFFLINE,),
            "back": (TroubleKind.JAMMED,),
            "gone": (TroubleKind.OFFLINE,),
        },
        lost_at={"gas": NOW},
    )
    facts = seen(state, zones=zones)
    assert [(item.name, item.silent) for item in facts.zones] == [
        ("Hall", False),
        ("Gas", False),
        ("Leak", True),
    ]
    assert facts.zones[1].missed_since == NOW
    assert [(item.name, item.unreachable) for item in facts.locks] == [
        ("Front door", True),
        ("Back door", False),
    ]
    assert not facts.all_seen


@pytest.mark.parametrize(
    ("info", "looking"),
    [
        (None, Looking.UNKNOWN),
        (FULL, Looking.ABLE),
        (replace(FULL, reason="server_unreachable"), Looking.REDUCED),
        (replace(FULL, engine="basic", trust=Trust.LOW), Looking.REDUCED),
        (
            replace(FULL, engine="none", trust=Trust.LOW, reason="packages_missing"),
            Looking.UNABLE,
        ),
    ],
)
def test_the_detector(info: DetectorInfo | None, looking: Looking) -> None:
    assert seen(detector=info).detector.looking is looking
    assert seen(detector=info).all_seen is (looking is not Looking.UNABLE)
    assert seen(detector=info, premises=premises(cameras={})).all_seen, "nothing to look at"


def test_responders_are_reachable_unreachable_or_not_yet_tested() -> None:
    home = premises(
        responders=by_id(
            [
                responder("desk"),
                responder("center", kind=ResponderKind.MONITORING_CENTER, mode=ResponderMode.LIVE),
                responder("third"),
                responder("off", mode=ResponderMode.OFF),
            ]
        )
    )
    facts = seen(premises=home, chain={"desk": None, "center": "timed_out", "off": "timed_out"})
    assert [(item.exercise, item.reachable, item.reason) for item in facts.responders] == [
        (True, True, None),
        (False, False, "timed_out"),
        (True, None, None),
    ]
    assert [item.kind for item in facts.unreachable_responders] == [ResponderKind.MONITORING_CENTER]
    assert not facts.is_well


def test_a_journal_that_is_not_written_is_told() -> None:
    assert not seen(durable=False).recorded
    assert not seen(durable=False).is_well


def test_an_incident_tells_why_and_never_who_is_at_home() -> None:
    assessment = Assessment(
        level=1,
        raised_by=("detector_tripped",),
        held_by=("zone_cries_wolf",),
        lowered_by=("household_present",),
        unknowns=("could_not_look:hall", "person_cannot_tell:contact:owner", "hub_was_blind"),
    )
    facts = with_incidents(incident(assessment=assessment, message="free text"))
    [told] = facts.open_incidents
    assert told == facts.last_incident
    assert (told.level, told.areas, told.raised_by) == (1, ("House",), ("detector_tripped",))
    assert told.unknowns == (
        Unknown(what="could_not_look", where="Hall"),
        Unknown(what="person_cannot_tell"),
        Unknown(what="hub_was_blind"),
    )
    for hidden in ("household", "cries_wolf", "Owner", "free text"):
        assert hidden not in repr(facts)
    assert not facts.is_well


def test_only_burglary_and_tamper_have_a_level() -> None:
    [told] = with_incidents(incident(kind=IncidentKind.FIRE)).incidents
    assert told.level is None


@pytest.mark.parametrize(
    "hidden",
    [
        {"silent": True, "kind": IncidentKind.PANIC},
        {"covert": True, "kind": IncidentKind.PANIC},
        {"kind": IncidentKind.DURESS},
    ],
)
def test_what_may_not_appear_by_itself_is_not_there(hidden: dict[str, Any]) -> None:
    facts = with_incidents(incident(**hidden))
    assert facts == seen(), "nothing differs from a house in which nothing happened"
    assert facts.is_well


def test_the_last_incident_is_the_newest_open_one_else_the_newest() -> None:
    ended = {"stage": Stage.CANCELLED, "ended_at": NOW, "end_reason": "disarmed"}
    first, second, third = incident(id="a"), incident(id="b"), incident(id="c", **ended)
    both_open = with_incidents(first, second, third).last_incident
    assert both_open is not None
    assert both_open.id == "b"
    closed = with_incidents(incident(id="a", **ended), third).last_incident
    assert closed is not None
    assert (closed.id, closed.end_reason) == ("c", "disarmed")


def test_an_ending_under_duress_looks_like_any_other() -> None:
    ended = {"stage": Stage.CANCELLED, "ended_at": NOW, "end_reason": "disarmed"}
    assert with_incidents(incident(**ended, recall=False)) == with_incidents(incident(**ended))


def test_an_area_that_follows_another_panel_keeps_nobody_from_arming() -> None:
    linked = premises(areas=by_id([area("house", panel="alarm_control_panel.hardware")]))
    facts = seen(premises=linked, zones={})
    assert facts.areas[0].linked
    assert facts.waits_for == ()
