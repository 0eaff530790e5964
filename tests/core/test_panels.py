"""An area that another integration's panel arms and triggers: we follow it, and keep its alarms."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import (
    HouseholdPresent,
    PanelTriggered,
    ZoneTrip,
)
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House


def annex(*phases: Phase) -> House:
    """Return an estate whose annex went through these phases of its own panel."""
    house = House(builders.estate())
    for phase in phases:
        house.panel(phase)
    return house


def old_alarm() -> House:
    """Return an annex in alarm, of which people have already been asked."""
    house = annex(Phase.ARMED, Phase.TRIGGERED)
    house.wait(60)
    assert house.incident.stage is Stage.VERIFYING
    return house


# --- arming -------------------------------------------------------------------------------------


def test_the_area_follows_its_panel():
    house = annex(Phase.ARMING)
    area = house.state.area("annex")
    assert (area.phase, area.mode, area.until) == (Phase.ARMING, ArmMode.AWAY, None)
    house.panel(Phase.ARMED, ArmMode.NIGHT)
    area = house.state.area("annex")
    assert (area.phase, area.mode, area.changed_by) == (Phase.ARMED, ArmMode.NIGHT, "panel")
    house.panel(Phase.ARMED, ArmMode.HOME)
    assert house.state.area("annex").mode is ArmMode.HOME
    house.panel(Phase.DISARMED)
    assert house.phase("annex") is Phase.DISARMED


@pytest.mark.parametrize(
    ("before", "phase", "mode"),
    [
        (Phase.DISARMED, Phase.DISARMED, None),
        (Phase.DISARMED, Phase.ARMING, None),
        (Phase.DISARMED, Phase.ARMED, None),
        (Phase.ARMED, Phase.ARMED, ArmMode.AWAY),
        (Phase.ARMED, Phase.ARMING, ArmMode.HOME),
    ],
)
def test_what_says_nothing_new_changes_nothing(before: Phase, phase: Phase, mode: ArmMode | None):
    house = annex(before)
    assert house.panel(phase, mode) in ([], [ev.PolicySet(policy=house.premises.policy)])


@pytest.mark.parametrize("area", ["house", "cellar"])
def test_only_linked_areas_follow_a_panel(area: str):
    house = annex()
    house.panel(Phase.ARMED, area_id=area)
    assert house.phase(area) is Phase.DISARMED


def test_arming_and_disarming_it_here_is_refused():
    house = annex(Phase.ARMED)
    for command in (
        cmd.Arm(area_id="annex", mode=ArmMode.AWAY, by="owner"),
        cmd.Disarm(area_id="annex", by="owner"),
    ):
        with pytest.raises(InvalidRequestError, match="area_is_linked"):
            house.do(command)
    assert house.phase("annex") is Phase.ARMED


def test_a_duress_code_is_heard_whatever_panel_it_was_meant_for():
    house = annex(Phase.ARMED)
    house.disarm("annex", duress=True)
    assert (house.phase("annex"), house.incident.kind) == (Phase.ARMED, IncidentKind.DURESS)


def test_its_exit_delay_is_not_ours_however_often_its_door_opens():
    house = annex(Phase.ARMING)
    house.pass_through("annex_door")
    house.pass_through("annex_door")
    house.trip("annex_window")
    assert house.deadline is None
    house.restart(after=5)
    house.wait(3600)
    assert house.phase("annex") is Phase.ARMING
    assert not house.asked(Push)


def test_a_zone_left_out_stays_so_when_its_panel_arms_in_another_way():
    house = annex(Phase.ARMED)
    house.bypass("annex_window", "annex")
    house.panel(Phase.ARMED, ArmMode.NIGHT)
    assert house.state.area("annex").bypassed == ("annex_window",)


# --- alarms -------------------------------------------------------------------------------------


def test_its_zones_are_evidence_and_never_alarm():
    house = annex(Phase.ARMED)
    house.trip("annex_window")
    assert (house.phase("annex"), house.state.incidents) == (Phase.ARMED, {})
    [noted] = house.told(ev.EvidenceNoted)
    assert noted.item.zone_id == "annex_window"
    house.wait(10)
    house.panel(Phase.TRIGGERED)
    assert [type(item) for item in house.incident.evidence] == [ZoneTrip, PanelTriggered]
    house.wait(10)
    house.trip("bridge")
    assert house.incident.evidence[-1].zone_id == "bridge"


def test_a_zone_of_two_areas_alarms_in_ours():
    house = annex(Phase.ARMED)
    house.arm("garage", at_once=True)
    house.trip("bridge")
    assert (house.phase("garage"), house.phase("annex")) == (Phase.TRIGGERED, Phase.ARMED)


def test_its_entry_delay_is_an_incident_of_which_nothing_is_said():
    house = annex(Phase.ARMED, Phase.PENDING)
    assert (house.phase("annex"), house.incident.stage) == (Phase.PENDING, Stage.ENTRY_DELAY)
    assert not house.siren()
    house.panel(Phase.DISARMED)
    assert (house.phase("annex"), house.incident.stage) == (Phase.DISARMED, Stage.CANCELLED)


def test_a_panel_that_was_smashed_in_its_entry_delay_says_no_more():
    house = annex(Phase.ARMED, Phase.PENDING)
    house.wait(299)
    assert house.phase("annex") is Phase.PENDING
    house.wait(1)
    assert (house.phase("annex"), house.incident.stage) == (Phase.TRIGGERED, Stage.ABORT_WINDOW)
    assert house.siren() == [True]


def test_our_own_door_does_not_wait_as_long_as_a_panel_may():
    house = annex(Phase.ARMED, Phase.PENDING)
    house.arm("garage", at_once=True)
    house.trip("garage_door")
    house.wait(30)
    assert (house.phase("garage"), house.phase("annex")) == (Phase.TRIGGERED, Phase.TRIGGERED)


def test_its_alarm_is_ours_from_the_abort_window_on():
    house = annex(Phase.ARMED, Phase.PENDING)
    house.wait(30)
    house.panel(Phase.TRIGGERED)
    assert (house.phase("annex"), house.incident.stage) == (Phase.TRIGGERED, Stage.ABORT_WINDOW)
    assert house.incident.assessment.level == 1
    house.wait(15)
    assert house.incident.stage is Stage.VERIFYING
    assert house.pushed("ask_confirmation") == ["owner"]


def test_it_joins_what_is_open_already():
    house = annex(Phase.ARMED)
    house.arm("garage", at_once=True)
    house.trip("garage_window")
    house.panel(Phase.PENDING)
    assert house.phase("annex") is Phase.ARMED  # its own panel says when
    house.panel(Phase.TRIGGERED)
    assert house.phase("annex") is Phase.TRIGGERED
    assert house.incident.areas == ("garage", "annex")
    house.disarm("garage")
    assert house.incident.is_open


@pytest.mark.parametrize(
    ("before", "mode", "armed"),
    [
        (Phase.DISARMED, ArmMode.NIGHT, ArmMode.NIGHT),
        (Phase.DISARMED, None, ArmMode.AWAY),
        (Phase.ARMING, None, ArmMode.AWAY),
    ],
)
def test_an_alarm_counts_though_nobody_heard_it_being_armed(
    before: Phase, mode: ArmMode | None, armed: ArmMode
):
    house = annex(before)
    house.panel(Phase.TRIGGERED, mode)
    area = house.state.area("annex")
    assert (area.phase, area.mode, area.exit) == (Phase.TRIGGERED, armed, None)


@pytest.mark.parametrize("before", [Phase.DISARMED, Phase.ARMING])
def test_a_panel_that_calls_its_exit_delay_pending_opens_nothing(before: Phase):
    house = annex(before)
    house.panel(Phase.PENDING)
    assert house.phase("annex") is before
    house.panel(Phase.ARMED, ArmMode.AWAY)
    house.wait(600)
    assert (house.phase("annex"), house.state.incidents) == (Phase.ARMED, {})


def test_who_is_at_home_comes_with_it():
    house = annex(Phase.ARMED)
    house.panel(Phase.TRIGGERED, present=frozenset({"owner"}))
    assert HouseholdPresent(at=house.now, who="owner") in house.incident.evidence


# --- alarm memory -------------------------------------------------------------------------------


def test_a_panel_that_protects_again_by_itself_does_not_end_its_alarm():
    house = old_alarm()
    house.panel(Phase.ARMED)
    assert (house.phase("annex"), house.incident.is_open) == (Phase.TRIGGERED, True)


def test_a_panel_that_forgets_its_alarm_ends_nothing_and_people_are_asked():
    house = old_alarm()
    house.panel(Phase.DISARMED)
    assert house.phase("annex") is Phase.DISARMED
    assert house.incident.stage is Stage.VERIFYING
    push = house.asked(Push)[-1]
    assert (push.prompt, push.actions) == ("panel_disarmed", ("false_alarm",))
    house.dismiss()
    assert house.incident.stage is Stage.CANCELLED
    assert house.phase("annex") is Phase.DISARMED


def test_the_siren_sounds_until_a_person_ends_it():
    house = old_alarm()
    house.panel(Phase.DISARMED)
    assert house.siren() == [True]
    house.dismiss()
    assert house.siren() == [True, False]


def test_a_panel_that_names_a_person_ends_it():
    house = old_alarm()
    house.panel(Phase.DISARMED, person=True)
    assert (house.incident.stage, house.incident.end_reason) == (Stage.CANCELLED, "disarmed")


def test_within_the_abort_window_a_keypad_is_a_person():
    house = annex(Phase.ARMED, Phase.TRIGGERED)
    house.panel(Phase.DISARMED)
    assert house.incident.stage is Stage.CANCELLED


def test_what_a_human_confirmed_is_dealt_with_when_the_panel_is_disarmed():
    house = old_alarm()
    house.confirm()
    house.panel(Phase.DISARMED)
    assert house.incident.stage is Stage.CLOSED


def test_arming_and_disarming_by_a_clock_does_not_end_an_older_alarm():
    house = old_alarm()
    house.panel(Phase.DISARMED)
    house.wait(3600)
    house.panel(Phase.ARMED)
    house.wait(3600)
    house.panel(Phase.DISARMED)
    assert house.incident.stage is Stage.VERIFYING


def test_disarming_it_ends_no_alarm_that_it_has_no_part_in():
    house = annex(Phase.ARMED)
    house.arm("garage", at_once=True)
    house.trip("garage_window")
    house.wait(60)
    house.panel(Phase.DISARMED, person=True)
    assert house.phase("annex") is Phase.DISARMED
    assert house.incident.is_open


def test_a_second_alarm_of_a_panel_that_armed_itself_again_is_asked_about():
    house = old_alarm()
    house.panel(Phase.ARMED)
    house.wait(86400)
    asked = len(house.pushed("ask_confirmation"))
    house.panel(Phase.TRIGGERED)
    assert len(house.pushed("ask_confirmation")) > asked
    assert house.siren()[-1] is True


def test_a_panel_that_joins_an_alarm_people_know_of_sounds_once_and_asks_anew():
    house = annex(Phase.ARMED)
    house.arm("garage", at_once=True)
    house.trip("garage_window")
    house.wait(60)
    before = len(house.pushed("ask_confirmation"))
    house.panel(Phase.TRIGGERED)
    assert house.siren() == [True, True]
    assert len(house.pushed("ask_confirmation")) == before + 1
