"""Areas: arming, the exit delay, and the only way back."""

from dataclasses import replace

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.incident import IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.state import Phase
from tests.core.house import House


def arm(house: House, area_id: str = "house", mode: ArmMode = ArmMode.AWAY, *opened: str) -> None:
    house.do(
        cmd.Arm(area_id=area_id, mode=mode, by="owner", open_zones=frozenset(opened), attended=True)
    )


def test_the_exit_delay_comes_first():
    house = House()
    arm(house)
    assert house.phase() is Phase.ARMING
    house.wait(59)
    assert house.phase() is Phase.ARMING
    house.wait(1)
    assert house.phase() is Phase.ARMED
    assert house.state.area("house").changed_by == "owner"
    assert house.deadline is None


def test_without_exit_delay_it_arms_at_once():
    house = House(exit_delay_s=0)
    arm(house, "house", ArmMode.NIGHT)
    assert house.phase() is Phase.ARMED
    assert house.state.area("house").mode is ArmMode.NIGHT


def test_an_armed_area_changes_its_mode_without_being_unprotected():
    house = House()
    house.arm(mode=ArmMode.HOME)
    arm(house)
    assert (house.phase(), house.state.area("house").mode) == (Phase.ARMED, ArmMode.AWAY)


@pytest.mark.parametrize(
    ("opened", "mode", "names"),
    [
        ("kitchen_window", ArmMode.AWAY, "Kitchen Window"),
        ("study", ArmMode.HOME, "Study"),
        ("front_door", ArmMode.AWAY, None),
        ("hall", ArmMode.AWAY, None),
        ("porch", ArmMode.AWAY, None),
        ("smoke", ArmMode.AWAY, None),
        ("garage_window", ArmMode.AWAY, None),  # of another area
    ],
)
def test_an_open_window_is_named_and_refused(opened: str, mode: ArmMode, names: str | None):
    house = House()
    if names is None:
        arm(house, "house", mode, opened)
        assert house.phase() is Phase.ARMING
        return
    with pytest.raises(InvalidRequestError) as refused:
        arm(house, "house", mode, opened)
    assert refused.value.code == "area_not_ready"
    assert refused.value.placeholders == {"zones": names}
    assert house.phase() is Phase.DISARMED


@pytest.mark.parametrize("zone", ["front_door", "kitchen_window"])
def test_an_area_in_alarm_cannot_be_armed(zone: str):
    house = House()
    house.arm()
    house.trip(zone)
    with pytest.raises(InvalidRequestError, match="area_in_alarm"):
        arm(house)


def test_unknown_areas_are_refused():
    house = House()
    with pytest.raises(InvalidRequestError, match="area_unknown"):
        arm(house, "cellar")
    with pytest.raises(InvalidRequestError, match="area_unknown"):
        house.disarm("cellar")
    with pytest.raises(InvalidRequestError, match="area_unknown"):
        house.do(cmd.NoteWrongCode(area_id="cellar", by="keypad"))


def test_a_wrong_code_is_kept_without_effect():
    house = House()
    house.do(cmd.NoteWrongCode(area_id="house", by="keypad"))
    house.do(cmd.NoteWrongCode(area_id=None, by="keypad"))
    assert len(house.told(ev.WrongCode)) == 2
    assert house.phase() is Phase.DISARMED
    assert not house.state.effects


def test_disarming_during_the_exit_delay_ends_it():
    house = House()
    arm(house)
    house.wait(30)
    house.disarm()
    house.wait(600)
    assert house.phase() is Phase.DISARMED


def test_a_trip_during_the_exit_delay_is_somebody_leaving():
    house = House()
    arm(house)
    house.wait(30)
    house.trip("front_door")
    house.trip("hall")
    assert not house.state.incidents


def test_a_trip_counts_from_the_last_moment_of_the_exit_delay_even_when_the_timer_is_late():
    house = House()
    arm(house)
    house.now = house.deadline
    house.trip("kitchen_window")
    assert house.phase() is Phase.TRIGGERED


def test_disarming_in_the_entry_delay_cancels_and_nobody_hears_of_it():
    house = House(siren=None)
    house.arm()
    house.trip("front_door")
    house.wait(20)
    house.disarm()
    assert house.phase() is Phase.DISARMED
    assert house.incident.stage is Stage.CANCELLED
    assert house.incident.end_reason == "disarmed"
    assert not house.state.effects


def test_disarming_a_confirmed_incident_closes_it():
    house = House()
    house.arm()
    house.trip("kitchen_window")
    house.confirm()
    house.disarm()
    assert house.incident.stage is Stage.CLOSED


def test_two_areas_in_one_incident_need_both_to_be_disarmed():
    house = House()
    house.arm("house")
    house.arm("garage")
    house.trip("kitchen_window")
    house.trip("garage_window")
    assert set(house.incident.areas) == {"house", "garage"}
    house.disarm("house")
    assert house.incident.is_open
    assert house.phase("garage") is Phase.TRIGGERED
    house.disarm("garage")
    assert not house.incident.is_open


def test_an_area_disarmed_in_the_entry_delay_of_two_is_not_triggered_when_it_ends():
    house = House()
    house.arm("house")
    house.arm("garage")
    house.trip("front_door")
    house.trip("garage_door")
    house.disarm("house")
    house.wait(31)
    assert house.phase("house") is Phase.DISARMED
    assert house.phase("garage") is Phase.TRIGGERED


def test_an_area_armed_anew_in_the_entry_delay_of_another_is_not_triggered_with_it():
    house = House(exit_delay_s=0)
    house.arm("house")
    house.arm("garage")
    house.trip("front_door")
    house.trip("garage_door")
    house.disarm("house")
    house.arm("house")
    house.wait(31)
    assert house.phase("house") is Phase.ARMED
    assert house.phase("garage") is Phase.TRIGGERED


def test_disarming_an_area_leaves_other_incidents_alone():
    house = House()
    house.trip("leak")
    house.arm("garage")
    house.trip("garage_window")
    house.disarm("house")
    assert all(incident.is_open for incident in house.state.incidents.values())


def test_duress_opens_a_covert_call_beside_the_disarm():
    house = House()
    house.arm()
    house.disarm(duress=True)
    assert house.phase() is Phase.DISARMED
    assert house.incident.kind is IncidentKind.DURESS
    assert house.incident.covert
    assert house.incident.silent
    assert {share.effect.responder_id for share in house.shares()} == {"desk", "center"}


def test_a_new_policy_is_told_before_anything_it_decides():
    house = House()
    house.arm()
    house.premises = replace(
        house.premises, policy=replace(house.premises.policy, entry_delay_s=0, version="next")
    )
    told = house.trip("front_door")
    assert told[0] == ev.PolicySet(policy=house.premises.policy)
    assert house.phase() is Phase.TRIGGERED
    assert house.state.policy == house.premises.policy


def test_an_area_that_was_removed_in_alarm_is_let_go_of_and_its_incident_can_be_ended():
    house = House()
    house.arm(at_once=True)
    house.trip("kitchen_window")
    house.confirm()
    zones = {key: item for key, item in house.premises.zones.items() if item.areas != ("house",)}
    areas = {key: item for key, item in house.premises.areas.items() if key != "house"}
    house.premises = replace(house.premises, areas=areas, zones=zones)
    house.do(cmd.HubStarted(last_alive=None, resumed=True))
    assert house.phase() is Phase.DISARMED
    assert house.incident.is_open
    house.dismiss()
    assert house.incident.stage == "closed"
