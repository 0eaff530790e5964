"""The table of levels: each rule by name, what raises, what only holds, and the human above it."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.evidence import (
    CouldNotSee,
    DetectedKind,
    EvidenceItem,
    NobodySeen,
    PersonReported,
    PersonSeen,
    Threat,
    Verdict,
    ZoneLost,
    ZoneTrip,
)
from custom_components.verified_response.core.premises import Policy, ZoneType
from custom_components.verified_response.core.rules.validation.assess import RULES, assess
from tests.core.house import START


def trip(name: str = "door", *, after: float = 0, **changes: Any) -> ZoneTrip:
    values = {
        "at": START + timedelta(seconds=after),
        "zone_id": name,
        "zone_type": ZoneType.PERIMETER,
        "device": f"device-{name}",
        "place": f"place-{name}",
    }
    return ZoneTrip(**(values | changes))


def person(*, outdoor: bool = False, trust: Trust = Trust.FULL, camera: str = "hall") -> PersonSeen:
    return PersonSeen(
        at=START, camera_id=camera, outdoor=outdoor, trust=trust, engine="nano", scores=(0.9,)
    )


def reported(*, after: float = 0, **changes: Any) -> PersonReported:
    values = {
        "at": START + timedelta(seconds=after),
        "camera_id": "hall",
        "source_family": "frigate",
        "kind": DetectedKind.PERSON,
        "outdoor": False,
        "devices": ("frigate-hall", "camera-hall"),
        "places": ("place-hall",),
    }
    return PersonReported(**(values | changes))


def nobody(camera: str = "hall") -> NobodySeen:
    return NobodySeen(at=START, camera_id=camera, engine="nano", scores=(0.1,))


def blind(camera: str = "hall") -> CouldNotSee:
    return CouldNotSee(at=START, camera_id=camera, reason="timed_out")


def said(threat: Threat | None) -> Verdict:
    return Verdict(at=START, by="owner", threat=threat)


def judge(*items: EvidenceItem, said_so: tuple[Verdict, ...] = ()) -> Assessment:
    return assess(items, said_so, Policy())


CASES: dict[str, tuple[tuple[EvidenceItem, ...], int, bool]] = {
    "nothing at all": ((), 0, False),
    "detector_tripped": ((trip(),), 1, True),
    "detector_tripped: not when only found open": ((trip(observed=False),), 0, False),
    "two_independent_detectors": ((trip("door"), trip("hall", after=60)), 2, True),
    "two_independent_detectors: at the edge of the window": (
        (trip("door"), trip("hall", after=1800)),
        2,
        True,
    ),
    "two_independent_detectors: too far apart": (
        (trip("door"), trip("hall", after=1801)),
        1,
        False,
    ),
    "two_independent_detectors: one device": (
        (trip("door", device="d"), trip("hall", device="d")),
        1,
        False,
    ),
    "two_independent_detectors: one place": (
        (trip("door", place="p"), trip("hall", place="p")),
        1,
        False,
    ),
    "two_independent_detectors: outdoor does not count": (
        (trip("door"), trip("porch", zone_type=ZoneType.OUTDOOR)),
        1,
        False,
    ),
    "two_independent_detectors: tamper does not count": (
        (trip("door"), trip("lid", zone_type=ZoneType.TAMPER)),
        1,
        False,
    ),
    "two_independent_detectors: found open does not count": (
        (trip("door"), trip("hall", observed=False)),
        1,
        False,
    ),
    "person_seen": ((trip(), person()), 2, True),
    "person_seen: without a trip inside": (
        (trip("porch", zone_type=ZoneType.OUTDOOR), person()),
        1,
        False,
    ),
    "person_seen: from outside": ((trip(), person(outdoor=True)), 1, False),
    "person_seen: with low trust": ((trip(), person(trust=Trust.LOW)), 1, False),
    "person_reported_and_detector": ((trip(), reported(after=5)), 2, True),
    "person_reported_and_detector: before the trip": ((trip(after=20), reported()), 2, True),
    "person_reported_and_detector: in whatever order they were told": (
        (reported(after=1800), trip()),
        2,
        True,
    ),
    "person_reported_and_detector: too far apart": ((trip(), reported(after=1801)), 1, False),
    "person_reported_and_detector: no trip": ((reported(),), 0, False),
    "person_reported_and_detector: two integrations on one camera": (
        (reported(), reported(source_family="reolink", devices=("camera-hall",))),
        0,
        False,
    ),
    "person_reported_and_detector: the camera's own motion": (
        (trip(device="camera-hall", place="elsewhere"), reported()),
        1,
        False,
    ),
    "person_reported_and_detector: the same place": (
        (trip(place="place-hall"), reported()),
        1,
        False,
    ),
    "person_reported_and_detector: nobody knows where the camera is": (
        (trip(), reported(places=())),
        1,
        False,
    ),
    "person_reported_and_detector: outdoors": ((trip(), reported(outdoor=True)), 1, False),
    "person_reported_and_detector: a trip outdoors": (
        (trip("porch", zone_type=ZoneType.OUTDOOR), reported()),
        1,
        False,
    ),
    "person_reported_and_detector: found open": ((trip(observed=False), reported()), 0, False),
    "person_reported_and_detector: a vehicle": (
        (trip(), reported(kind=DetectedKind.VEHICLE)),
        1,
        False,
    ),
    "person_reported_and_detector: an animal": (
        (trip(), reported(kind=DetectedKind.ANIMAL)),
        1,
        False,
    ),
    "person_reported_and_detector: force needs a look": (
        (trip(forced_entry=True), reported()),
        2,
        True,
    ),
    "person_and_forced_entry": ((trip(forced_entry=True), person()), 3, True),
    "person_and_forced_entry: force alone": ((trip(forced_entry=True),), 1, False),
    "person_and_forced_entry: forced outside": (
        (trip(), trip("gate", zone_type=ZoneType.OUTDOOR, forced_entry=True), person()),
        2,
        False,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_raises(case: str):
    items, level, raised = CASES[case]
    found = judge(*items)
    assert found.level == level
    assert (case.split(":", maxsplit=1)[0] in found.raised_by) is raised


HOLDS: dict[str, tuple[tuple[EvidenceItem, ...], tuple[EvidenceItem, ...]]] = {
    "same_device_or_place": (
        (trip("door", device="d"), trip("hall", device="d")),
        (trip("door"), trip("hall")),
    ),
    "person_outdoor_only": (
        (trip(), person(outdoor=True)),
        (trip(), person(outdoor=True), person()),
    ),
    "person_low_trust": (
        (trip(), person(trust=Trust.LOW)),
        (trip(), person(trust=Trust.LOW), person()),
    ),
    "person_reported_alone": (
        (trip(device="camera-hall"), reported()),
        (trip(device="camera-hall"), trip("door"), reported()),
    ),
    "person_reported_outdoor": ((trip(), reported(outdoor=True)), (trip(), reported())),
    "vehicle_or_animal_reported": (
        (trip(), reported(kind=DetectedKind.VEHICLE)),
        (trip(), reported()),
    ),
    "outdoor_or_tamper_only": (
        (trip("porch", zone_type=ZoneType.OUTDOOR),),
        (trip("porch", zone_type=ZoneType.OUTDOOR), trip()),
    ),
    "found_open": ((trip(), trip("hall", observed=False)), (trip(),)),
    "nobody_seen": ((trip(), nobody()), (trip(), nobody(), person())),
}


@pytest.mark.parametrize("name", HOLDS)
def test_what_only_holds(name: str):
    holding, free = HOLDS[name]
    assert name in judge(*holding).held_by
    assert judge(*holding).level == 1
    assert name not in judge(*free).held_by


def test_every_rule_has_a_test_and_a_source():
    tested = {case.split(":", maxsplit=1)[0] for case in CASES} | set(HOLDS)
    assert {rule.name for rule in RULES} <= tested
    assert all(rule.source for rule in RULES)


def test_no_rule_reaches_level_4():
    everything = (trip("a", forced_entry=True), trip("b"), person(), person(outdoor=True))
    assert judge(*everything).level == 3
    assert all(rule.level is None or rule.level < 4 for rule in RULES)


@pytest.mark.parametrize(
    ("items", "words", "level", "reason"),
    [
        ((trip(),), (said(Threat.NONE),), 2, "human_confirmed_presence"),
        ((trip(),), (said(Threat.PROPERTY),), 3, "human_confirmed_property"),
        ((trip(),), (said(Threat.LIFE),), 4, "human_confirmed_life"),
        ((trip(),), (said(Threat.LIFE), said(Threat.NONE)), 4, "human_confirmed_life"),
        ((trip(),), (said(Threat.LIFE), said(None)), 4, "human_confirmed_life"),
        (
            (trip(forced_entry=True), person()),
            (said(Threat.NONE),),
            3,
            "human_confirmed_presence",
        ),
    ],
)
def test_a_human_raises_and_is_never_lowered(
    items: tuple[EvidenceItem, ...], words: tuple[Verdict, ...], level: int, reason: str
):
    found = judge(*items, said_so=words)
    assert found.level == level
    assert reason in found.raised_by
    assert found.proposed_by == "person"


def test_a_human_who_sees_nothing_makes_it_no_call():
    found = judge(trip("a"), trip("b"), person(), said_so=(said(None),))
    assert found.level == 0
    assert "dismissed_by_person" in found.held_by
    assert found.proposed_by == "person"


def test_what_could_not_be_known_is_said_once_and_in_order():
    lost = ZoneLost(at=START, zone_id="hall")
    found = judge(blind("porch"), lost, blind("porch"), lost, blind("hall"))
    assert found.unknowns == ("could_not_look:porch", "zone_lost:hall", "could_not_look:hall")
    assert found.level == 0


@pytest.mark.parametrize("look", [person(), nobody()])
def test_a_camera_that_looked_after_all_is_no_longer_unknown(look: EvidenceItem):
    assert judge(blind(), look).unknowns == ()
    assert judge(look, blind()).unknowns == ("could_not_look:hall",)


def test_a_proposal_names_its_rules_and_its_policy():
    found = judge(trip())
    assert found.proposed_by == "hub"
    assert found.policy_version == Policy().version


def test_much_evidence_of_one_place_is_read_in_one_pass():
    """Comparing each trip with each other one held the hub for half a second at 5 000 trips."""
    compared = 0

    class Counted(str):
        __slots__ = ()

        def __ne__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__ne__(self, other)

        __hash__ = str.__hash__

    trips = [
        ZoneTrip(
            at=START + timedelta(seconds=30 * n),
            zone_id="hall",
            zone_type=ZoneType.INTERIOR,
            device=Counted("pir"),
            place="hall",
        )
        for n in range(2000)
    ]
    assert assess(trips, (), Policy()).level == 1
    assert compared <= 2 * len(trips)


def test_what_another_detector_says_does_not_erase_what_ours_says():
    found = judge(trip(), reported(), nobody())
    assert found.level == 2
    assert found.raised_by == ("detector_tripped", "person_reported_and_detector")
    assert found.held_by == ("nobody_seen",)
    assert judge(trip(), reported(), blind()).unknowns == ("could_not_look:hall",)


def test_many_reports_and_trips_are_read_in_one_pass():
    compared = 0

    class Counted(str):
        __slots__ = ()

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    trips = [trip("hall", after=30 * n, device=Counted("camera-hall")) for n in range(1000)]
    reports = [reported(after=30 * n) for n in range(1000)]
    assert assess([*trips, *reports], (), Policy()).level == 1
    assert compared <= 20 * len(trips)
