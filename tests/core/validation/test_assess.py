"""assess() as a whole: people above rules, what could not be known, what stands, and what it costs."""

from datetime import timedelta

import pytest

from custom_components.verified_response.core.evidence import LockSign, Threat, ZoneTrip
from custom_components.verified_response.core.folds.incidents import bounded
from custom_components.verified_response.core.premises import Policy, ZoneType
from custom_components.verified_response.core.rules.validation.assess import (
    HUMAN_LEVEL,
    assess,
    in_short,
)
from custom_components.verified_response.core.state import KEPT_PER_SOURCE
from tests.core.house import START

from .given import (
    asleep,
    blind,
    group,
    jammed,
    judge,
    lock,
    lost,
    motion,
    nobody,
    person,
    present,
    reported,
    said,
    storm,
    trip,
    unsure,
)

# --- people ---------------------------------------------------------------------------------


@pytest.mark.parametrize("threat", Threat)
def test_nothing_lowers_what_a_human_confirmed(threat: Threat):
    level, name = HUMAN_LEVEL[threat]
    found = judge(present(), storm(), group(), nobody(), words=(said(threat), said(None, by="b")))
    assert found.level == level
    assert name in found.raised_by
    assert "answers_differ" in found.held_by
    assert found.proposed_by == "person"


def test_nothing_raises_what_people_only_denied():
    found = judge(trip("a", forced_entry=True), trip("b"), person(), words=(said(None),))
    assert found.level == 0
    assert "person_and_forced_entry" in found.raised_by
    assert "dismissed_by_person" in found.held_by
    assert found.proposed_by == "person"


def test_a_proposal_names_its_policy():
    found = judge(trip())
    assert (found.proposed_by, found.policy_version) == ("hub", Policy().version)


# --- what is shown beside the level -----------------------------------------------------------


def test_what_is_lowered_is_still_said():
    found = judge(trip("door"), trip("hall"), person(), present())
    assert found.raised_by == ("detector_tripped",)
    assert found.held_by == ("two_independent_detectors", "person_seen")
    assert found.lowered_by == ("household_present",)


def test_a_short_message_says_what_was_lowered_and_by_what():
    found = judge(trip("door"), motion(false_alarms=3), person(), present())
    assert found.held_by == ("person_seen", "zone_cries_wolf")
    assert in_short(found) == ("detector_tripped", "person_seen", "household_present")
    assert in_short(judge(trip(), nobody())) == ("detector_tripped",)


def test_a_cap_that_explains_nothing_is_not_named():
    assert judge(trip("door"), trip("hall"), present(), storm(after=-7200)).lowered_by == (
        "household_present",
    )
    assert judge(trip("door"), trip("hall"), storm(), present()).lowered_by == (
        "household_present",
        "storm_reported",
    )


def test_a_cap_that_explains_something_else_is_not_named():
    """The storm was over when the two tripped; only what tripped before is the storm's."""
    items = (storm(after=-2000), trip("study", after=-1000), trip("door"), trip("hall"))
    assert judge(*items).level == 2
    assert judge(*items, present(after=-2000)).lowered_by == ("household_present",)


def test_caps_that_lower_only_together_are_both_named():
    """A gust moved the one, the storm that came an hour later the other; neither explains both pairs."""
    first = (trip("a"), trip("b", after=900), group(after=900))
    later = (trip("c", after=1800), storm(after=2000))
    found = judge(*first, *later)
    assert found.level == 1
    assert found.lowered_by == ("storm_reported", "group_trip")
    assert judge(*first, trip("c", after=1800)).level == 2
    assert judge(*first[:2], *later).level == 2


def test_what_another_detector_says_does_not_erase_what_ours_says():
    found = judge(trip(), reported(), nobody())
    assert found.level == 2
    assert found.raised_by == ("detector_tripped", "person_reported_and_detector")
    assert found.held_by == ("nobody_seen",)
    assert judge(trip(), reported(), blind()).unknowns == ("could_not_look:hall",)


# --- what could not be known -------------------------------------------------------------------


def test_what_could_not_be_known_is_said_once_and_by_name():
    items = (blind("porch"), lost("hall"), blind("porch"), lost("hall"), blind("hall"), asleep())
    expected = (
        "could_not_look:hall",
        "could_not_look:porch",
        "hub_was_blind",
        "zone_lost:hall",
    )
    assert judge(*items).unknowns == expected
    assert judge(*reversed(items)).unknowns == expected
    assert judge(*items).level == 0


def test_devices_that_went_silent_together_are_each_unknown():
    assert judge(jammed("door", "hall"), lost("hall")).unknowns == (
        "zone_lost:door",
        "zone_lost:hall",
    )


@pytest.mark.parametrize("look", [person, nobody])
def test_a_camera_that_looked_after_all_is_no_longer_unknown(look):
    assert judge(blind(), look(after=1)).unknowns == ()
    assert judge(look(), blind(after=1)).unknowns == ("could_not_look:hall",)
    assert judge(blind("porch"), look(after=1)).unknowns == ("could_not_look:porch",)


@pytest.mark.parametrize("look", [person, nobody])
def test_a_camera_that_both_looked_and_did_not_at_one_moment_is_unknown(look):
    assert judge(blind(), look()).unknowns == judge(look(), blind()).unknowns
    assert judge(blind(), look()).unknowns == ("could_not_look:hall",)


def test_who_cannot_tell_is_unknown_until_they_can():
    assert judge(unsure()).unknowns == ("person_cannot_tell:owner",)
    assert judge(unsure(), words=(said(None, after=1),)).unknowns == ()
    assert judge(unsure(), words=(said(None, after=1, by="neighbour"),)).unknowns == (
        "person_cannot_tell:owner",
    )
    assert judge(unsure(after=2), words=(said(Threat.NONE),)).unknowns == (
        "person_cannot_tell:owner",
    )


# --- what stands, though its evidence was thinned out -------------------------------------------


def test_what_raised_before_stands():
    found = judge(trip(), already=("detector_tripped", "two_independent_detectors"))
    assert found.level == 2
    assert found.raised_by == ("detector_tripped", "two_independent_detectors")
    assert found.lowered_by == ()


def test_what_raised_before_falls_when_it_is_explained_only_now():
    pair = (trip("door"), trip("hall", after=10))
    already = judge(*pair).raised_by
    assert "two_independent_detectors" in already
    late = judge(*pair, storm(after=15), already=already)
    assert (late.level, late.lowered_by) == (1, ("storm_reported",))
    assert judge(*pair, storm(after=15), lost(after=900), already=late.raised_by).level == 1


def test_what_is_told_a_moment_late_explains_all_the_same():
    """Presence of second 9 comes through the desk after the trip of second 10."""
    pair = (trip("door"), trip("hall", after=10))
    already = judge(*pair).raised_by
    assert judge(*pair, present(after=9), already=already).level == 1


def test_what_raised_before_stands_when_only_something_else_was_explained_before():
    """The first pair was thinned out; the one that is left was the storm's from the beginning."""
    kept = (storm(), trip("door", after=10), trip("hall", after=20))
    assert judge(*kept).level == 1
    assert judge(*kept, lost(after=900), already=("two_independent_detectors",)).level == 2


def test_a_humans_word_is_not_remembered_in_place_of_the_verdict():
    assert judge(trip(), already=("human_confirmed_life",)).level == 1


def test_names_of_other_versions_do_no_harm():
    assert judge(trip(), already=("gone", "nobody_seen", "storm_reported")).level == 1


def test_a_dismissal_ends_what_stands():
    assert judge(trip(), words=(said(None),), already=("person_seen",)).level == 0


def test_a_night_of_gusts_stays_a_night_of_gusts():
    """So many groups that their middle is not kept; trips of zones that spoke seldom still are."""
    gusts = [group(after=600 * night) for night in range(40)]
    between = (trip("a", after=600 * 19 + 200), trip("b", after=600 * 19 + 260))
    assert judge(*gusts, *between).level == 1
    assert judge(*gusts[:30], *between).level == 2
    assert judge(*gusts, trip("a", after=600 * 45), trip("b", after=600 * 45 + 60)).level == 2


def test_what_is_said_often_does_not_push_out_what_was_said_once():
    kept = ()
    for count in range(90):
        kind = LockSign.FORCED if count == 45 else LockSign.WRONG_CODES
        kept = bounded((*kept, lock(kind, after=60 * count)))
    assert len(kept) == KEPT_PER_SOURCE + 1
    assert judge(*kept, trip(), person()).level == 3


# --- numbers -----------------------------------------------------------------------------------


def test_the_numbers_are_the_policys():
    pair = (trip(), motion(after=61))
    assert judge(*pair, corroboration_window_s=60).level == 1
    assert judge(*pair, corroboration_window_s=61).level == 2
    assert judge(trip(false_alarms=1), motion(), false_alarms_many=1).level == 1
    found = judge(*pair, motion("study", after=100), false_alarms_many=2)
    assert found.level == 2


def test_times_of_the_day_change_and_clocks_jump_back():
    """What was told later carries an earlier time: nothing but the times counts."""
    assert judge(trip(after=3600), motion(after=1800)).level == 2
    assert judge(trip(after=3600), motion(after=1799)).level == 1


# --- what it costs -------------------------------------------------------------------------------


class Counted(str):
    """Text that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__ne__(self, other)

    __hash__ = str.__hash__


def test_much_evidence_of_one_place_is_read_in_one_pass():
    """Comparing each trip with each other one held the hub for half a second at 5 000 trips."""
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
    Counted.compared = 0
    assert assess(trips, (), Policy()).level == 1
    assert 0 < Counted.compared <= 12 * len(trips)


def test_many_reports_trips_and_storms_are_read_in_one_pass():
    trips = [trip("hall", after=30 * n, device=Counted("camera-hall")) for n in range(1000)]
    reports = [reported(after=30 * n) for n in range(1000)]
    Counted.compared = 0
    assert assess([*trips, *reports], (), Policy()).level == 1
    once = Counted.compared
    assert 0 < once <= 24 * len(trips)
    Counted.compared = 0
    assert assess([*trips, *reports, storm(), present(after=-1)], (), Policy()).level == 1
    assert Counted.compared <= 3 * once
