"""What people say: the first answer wins, every answer is kept, and none erases a confirmation."""

from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Share, ShareAction
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import CouldNotTell, Threat
from custom_components.verified_response.core.incident import DeliveryStatus, IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House
from tests.core.test_dispatch import confirmed, verifying


def test_a_denial_ends_what_nobody_confirmed_and_the_area_protects_on():
    house = verifying()
    house.dismiss()
    assert (house.incident.stage, house.incident.end_reason) == (Stage.CANCELLED, "dismissed")
    area = house.state.area("house")
    assert (area.phase, area.mode) == (Phase.ARMED, ArmMode.AWAY)
    assert house.told(ev.AreaArmed)[-1].reason == "dismissed"
    house.trip("study")
    assert house.phase() is Phase.TRIGGERED


def test_a_denial_in_the_entry_delay_ends_it_without_a_sound():
    house = House()
    house.arm()
    house.trip("front_door")
    house.dismiss()
    assert house.phase() is Phase.ARMED
    assert True not in house.siren()


def test_a_denial_does_not_end_what_a_human_confirmed():
    house = confirmed()
    house.deliver("desk")
    house.dismiss()
    assert house.incident.is_open
    assert house.incident.contradicted
    assert house.phase() is Phase.TRIGGERED
    assert house.pushed("answers_differ") == ["owner", "neighbour"]
    assert [item.effect.action for item in house.shares("desk")] == [ShareAction.UPDATE]
    assert house.incident.assessment.level >= 2
    house.disarm()
    assert (house.incident.stage, house.incident.recall) == (Stage.CLOSED, True)
    assert ShareAction.CANCEL not in {share.action for share in house.asked(Share)}


def test_where_no_area_is_in_alarm_it_ends_as_dealt_with():
    house = House()
    house.trip("smoke")
    house.wait(30)
    house.confirm()
    house.deliver("desk")
    house.dismiss()
    assert house.incident.stage is Stage.CLOSED
    assert ShareAction.CANCEL not in {share.action for share in house.asked(Share)}


def test_a_confirmation_soon_after_a_denial_is_kept_and_told_and_it_stays_ended():
    house = verifying()
    house.dismiss()
    house.wait(599)
    house.confirm(Threat.PROPERTY, by="contact:neighbour")
    assert house.incident.stage is Stage.CANCELLED
    assert [verdict.threat for verdict in house.incident.verdicts] == [None, Threat.PROPERTY]
    assert house.incident.attempts[-1].outcome == "confirmed"
    assert house.pushed("answers_differ") == ["owner", "neighbour"]
    assert house.phase() is Phase.ARMED
    assert not house.asked(Share)


@pytest.mark.parametrize("how", ["too late", "disarmed", "dealt with", "unknown", "clock jumped"])
def test_a_confirmation_of_what_has_ended_otherwise_is_refused(how: str):
    house = confirmed() if how == "dealt with" else verifying()
    if how in {"disarmed", "dealt with"}:
        house.disarm()
    else:
        house.dismiss()
    if how == "too late":
        house.wait(600)
    elif how == "clock jumped":
        house.now -= timedelta(hours=1)
    incident_id = "nothing" if how == "unknown" else house.incident.id
    code = "incident_unknown" if how == "unknown" else "incident_ended"
    with pytest.raises(InvalidRequestError, match=code):
        house.do(cmd.Confirm(incident_id=incident_id, threat=Threat.NONE, by="owner"))


@pytest.mark.parametrize("command", [cmd.Dismiss, cmd.CannotSee])
def test_denying_what_is_over_is_refused(command: type):
    house = verifying()
    house.dismiss()
    with pytest.raises(InvalidRequestError, match="incident_ended"):
        house.do(command(incident_id=house.incident.id, by="owner"))


def test_a_difference_about_a_silent_call_lights_no_screen():
    house = House()
    house.distress(silent=True)
    house.dismiss()
    house.confirm()
    assert not house.pushed("answers_differ")
    assert len(house.incident.verdicts) == 2


def test_under_duress_a_denial_looks_the_same_and_calls_for_help():
    free, forced = verifying(), verifying()
    for house, duress in ((free, False), (forced, True)):
        house.do(
            cmd.Dismiss(
                incident_id=house.incident.id, by="owner", duress=duress, new_id=house.new_id()
            )
        )
    assert forced.state.areas == free.state.areas
    assert forced.prompts() == free.prompts()
    assert forced.siren() == free.siren()
    [duress] = [
        item for item in forced.state.incidents.values() if item.kind is IncidentKind.DURESS
    ]
    assert duress.covert
    assert len(forced.shares()) == 2


def test_under_duress_a_denial_ends_no_confirmed_alarm_either():
    house = confirmed()
    incident_id = house.incident.id
    house.do(cmd.Dismiss(incident_id=incident_id, by="owner", duress=True, new_id="d1"))
    assert house.state.incidents[incident_id].is_open
    assert house.state.incidents["d1"].kind is IncidentKind.DURESS


def test_the_area_that_its_panel_disarmed_is_not_armed_by_a_denial():
    house = House(builders.estate())
    house.panel(Phase.ARMED)
    house.panel(Phase.TRIGGERED)
    house.wait(60)
    house.panel(Phase.DISARMED)
    house.dismiss()
    assert house.phase("annex") is Phase.DISARMED


def test_a_zone_that_is_gone_when_its_alarm_is_denied_is_not_told_as_shut_down():
    house = House(builders.estate(swinger_trips=1))
    house.arm(at_once=True)
    house.trip("kitchen_window")
    left = [zone for zone in builders.estate_zones() if zone.id != "kitchen_window"]
    house.premises = builders.premises(
        policy=house.premises.policy, areas=house.premises.areas, zones=builders.by_id(left)
    )
    house.dismiss()
    assert not house.pushed("zone_shut_down")


def test_a_human_word_lifts_what_a_restart_held_only_after_the_abort_window():
    house = House()
    house.arm(at_once=True)
    house.trip("kitchen_window")
    house.restart(after=1)
    assert house.incident.held
    house.confirm()
    assert not house.incident.held
    assert not house.shares()
    house.wait(30)
    assert {item.effect.responder_id for item in house.shares()} == {"desk", "center"}


def test_what_is_not_held_is_not_sent_twice_by_a_second_word():
    house = confirmed()
    house.confirm(Threat.PROPERTY, by="contact:neighbour")
    assert len(house.shares("desk")) == 1
    assert house.delivery().status is DeliveryStatus.REQUESTED


def test_that_somebody_cannot_tell_is_kept_and_takes_nothing_away():
    house = verifying()
    level = house.incident.assessment.level
    house.cannot_see()
    assert house.incident.evidence[-1] == CouldNotTell(at=house.now, by="contact:owner")
    assert house.incident.assessment.level == level


# --- what was wrong is remembered ---------------------------------------------------------------


def test_a_false_alarm_counts_against_the_zone_until_the_owner_mended_it():
    house = House()
    house.arm(at_once=True)
    for _ in range(2):
        house.pass_through("kitchen_window")
        house.wait(60)
        house.dismiss()
        house.wait(60)
    assert [item.false for item in house.state.history["kitchen_window"]] == [True, True]
    house.trip("front_door")
    house.trip("kitchen_window")
    assert [item.false_alarms for item in house.incident.evidence] == [0, 2]
    house.do(cmd.ForgetHistory(subject_id="kitchen_window", by="owner"))
    assert "kitchen_window" not in house.state.history


@pytest.mark.parametrize("subject", ["study", "hall", "porch"])
def test_forgetting_what_never_was_says_nothing(subject: str):
    house = House()
    command = cmd.ForgetHistory(subject_id=subject, by="owner")
    house.do(command)
    assert house.do(command) == []


def test_forgetting_what_nobody_configured_is_refused():
    with pytest.raises(InvalidRequestError, match="zone_unknown"):
        House().do(cmd.ForgetHistory(subject_id="attic", by="owner"))


def test_a_denial_does_not_release_what_a_restart_held():
    house = House()
    house.arm(at_once=True)
    house.trip("kitchen_window")
    house.confirm()  # in the abort window: nothing was sent yet
    house.restart(after=600)
    assert house.incident.held
    house.dismiss()
    house.wait(600)
    assert house.incident.held
    assert not house.shares("desk")
