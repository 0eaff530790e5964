"""The one entrance: whatever may be asked is followed, and a refusal changes nothing."""

from datetime import timedelta
from typing import get_args

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.rules.decide import HANDLERS, next_deadline
from custom_components.verified_response.core.state import Phase, PremisesState
from tests import builders
from tests.core.house import House


def test_every_command_is_followed_and_nothing_else():
    assert set(HANDLERS) == set(get_args(cmd.Command.__value__))


def test_a_refusal_changes_nothing_not_even_what_was_due():
    house = House()
    house.do(cmd.Arm(area_id="house", mode=ArmMode.NIGHT, by="owner"))
    before = house.state
    house.now = house.deadline
    with pytest.raises(InvalidRequestError, match="area_unknown"):
        house.disarm("cellar")
    assert house.state is before
    house.do(cmd.TimePassed())
    assert house.state is not before


def test_where_nothing_is_due_nothing_is_waited_for():
    assert next_deadline(PremisesState(), builders.premises()) is None


DUE = {
    "exit delay": (
        lambda house: house.do(cmd.Arm(area_id="house", mode=ArmMode.NIGHT, by="owner")),
        60,
    ),
    "entry delay": (lambda house: [house.arm(at_once=True), house.trip("front_door")], 30),
    "abort window": (lambda house: [house.arm(at_once=True), house.trip("study")], 30),
    "walk test": (lambda house: house.walk(), 1800),
    "grant": (lambda house: house.grant(lasts=77), 77),
    "failed arming": (
        lambda house: house.do(
            cmd.Arm(
                area_id="house",
                mode=ArmMode.AWAY,
                by="automation",
                open_zones=frozenset({"study"}),
            )
        ),
        300,
    ),
}


@pytest.mark.parametrize("what", DUE)
def test_what_is_due_is_waited_for(what: str):
    happens, seconds = DUE[what]
    house = House()
    began = house.now
    happens(house)
    since = house.now if what != "exit delay" else began
    assert house.deadline is not None
    assert (house.deadline - since).total_seconds() == seconds


def test_a_duress_code_typed_where_it_could_do_nothing_calls_for_help_once():
    house = House()
    for _ in range(2):
        house.do(cmd.ReportDuress(new_id=house.new_id(), by="owner"))
    [incident] = house.state.incidents.values()
    assert (incident.kind, incident.covert, incident.silent) == (IncidentKind.DURESS, True, True)
    assert {item.effect.responder_id for item in house.shares()} == {"desk", "center"}
    assert not house.prompts()


def test_a_clock_that_was_set_shifts_what_is_due():
    house = House()
    house.do(cmd.Arm(area_id="house", mode=ArmMode.NIGHT, by="owner"))
    house.now += timedelta(hours=1)
    house.do(cmd.NoteJump(by_s=3600))
    assert house.phase() is Phase.ARMING
    assert (house.deadline - house.now).total_seconds() == 60
