"""Calls for help: at once, with their words, and once per call."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.calls import Call, Heard
from custom_components.verified_response.core.effects import ShareAction
from custom_components.verified_response.core.incident import IncidentKind
from tests import builders
from tests.core.house import House


@pytest.mark.parametrize(
    ("zone", "kind"),
    [("panic_button", IncidentKind.PANIC), ("medical_button", IncidentKind.MEDICAL)],
)
def test_buttons_call_for_help(zone: str, kind: IncidentKind):
    house = House()
    house.trip(zone)
    assert house.incident.kind is kind
    assert house.incident.by == f"zone:{zone}"
    assert house.incident.is_distress
    assert house.siren() == [True]


def test_a_call_for_help_carries_its_words():
    house = House()
    house.do(
        cmd.ReportDistress(
            new_id="d1",
            kind=IncidentKind.MEDICAL,
            silent=True,
            by="owner",
            message="fell",
            ha_area="bath",
        )
    )
    assert (house.incident.message, house.incident.ha_area) == ("fell", "bath")
    assert not house.siren()


@pytest.mark.parametrize(
    ("first", "seconds", "incidents"),
    [
        (IncidentKind.PANIC, 10, 1),
        (IncidentKind.PANIC, 299, 1),
        (IncidentKind.PANIC, 300, 2),
        (IncidentKind.FIRE, 10, 1),
        (IncidentKind.FIRE, 3600, 1),
    ],
)
def test_a_second_call_soon_after_is_the_same_call(
    first: IncidentKind, seconds: float, incidents: int
):
    house = House()
    house.distress(first)
    house.wait(seconds)
    house.distress(IncidentKind.PANIC)
    assert len(house.state.incidents) == incidents


def test_a_call_after_a_restart_is_a_new_call():
    house = House()
    house.distress()
    house.restart(after=20)
    house.distress()
    assert len(house.state.incidents) == 2
    assert len(house.shares()) == 2


def test_a_person_calling_fire_twice_joins_their_own_call_and_not_the_smoke():
    house = House()
    house.trip("smoke")
    house.distress(IncidentKind.FIRE)
    house.distress(IncidentKind.FIRE)
    assert len(house.state.incidents) == 2


def chosen(**calls: set[Call]) -> House:
    """Return a house whose responders answer these calls."""
    desks = [builders.responder(key, calls=frozenset(answers)) for key, answers in calls.items()]
    return House(builders.premises(responders=builders.by_id(desks)))


def test_a_call_goes_to_the_responders_chosen_for_its_kind():
    house = chosen(police={Call.POLICE}, brigade={Call.FIRE}, doctor={Call.MEDICAL})
    house.distress(IncidentKind.FIRE)
    assert set(house.incident.deliveries) == {"brigade"}
    assert house.siren() == [True]


def test_smoke_and_burglars_too_go_to_those_chosen_for_them():
    house = chosen(police={Call.POLICE}, brigade={Call.FIRE})
    house.trip("smoke")
    house.wait(house.premises.policy.abort_window_s)
    house.confirm()
    assert set(house.incident.deliveries) == {"brigade"}


def test_a_responder_nobody_chose_is_still_sent_what_a_person_sends():
    house = chosen(police={Call.POLICE}, brigade={Call.FIRE})
    house.distress()
    house.share("brigade")
    assert set(house.incident.deliveries) == {"police", "brigade"}


def test_another_kind_joins_and_reaches_those_chosen_for_it():
    house = chosen(police={Call.POLICE}, doctor={Call.MEDICAL})
    house.distress()
    house.deliver("police")
    house.distress(IncidentKind.MEDICAL)
    assert len(house.state.incidents) == 1
    assert house.incident.kinds == (IncidentKind.PANIC, IncidentKind.MEDICAL)
    assert {item.effect.responder_id: item.effect.action for item in house.shares()} == {
        "police": ShareAction.UPDATE,
        "doctor": ShareAction.CREATE,
    }
    assert house.pushed("help_called") == ["owner", "neighbour"] * 2
    assert house.replayed() == house.state


def test_a_kind_that_joined_is_called_once():
    house = House()
    house.distress()
    house.wait(400)
    house.distress(IncidentKind.MEDICAL)
    house.wait(200)
    house.distress(IncidentKind.MEDICAL)
    assert len(house.told(ev.CallJoined)) == 1
    house.wait(100)
    house.distress(IncidentKind.MEDICAL)  # five minutes later it is a new call
    assert len(house.state.incidents) == 2


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True)])
def test_hidden_and_open_calls_stay_apart(first: bool, second: bool):
    house = House()
    house.distress(silent=first)
    house.distress(IncidentKind.MEDICAL, silent=second)
    assert [item.silent for item in house.state.incidents.values()] == [first, second]


def test_nothing_joins_a_call_under_threat():
    house = House()
    house.do(cmd.ReportDuress(new_id="d1", by="contact:owner"))
    house.distress()
    assert [item.kind for item in house.state.incidents.values()] == [
        IncidentKind.DURESS,
        IncidentKind.PANIC,
    ]


def test_words_of_both_calls_are_kept():
    house = House()
    for kind, message in ((IncidentKind.PANIC, "two men"), (IncidentKind.MEDICAL, "she bleeds")):
        house.do(
            cmd.ReportDistress(
                new_id=house.new_id(), kind=kind, silent=False, by="owner", message=message
            )
        )
    assert house.incident.message == "two men she bleeds"


@pytest.mark.parametrize(("seconds", "incidents"), [(10, 1), (299, 1), (300, 2), (86_400, 2)])
def test_a_call_under_threat_swallows_only_those_soon_after(seconds: float, incidents: int):
    """Nobody may see it, so nobody ends it: it must not take in the next one for ever."""
    house = House()
    _threaten(house)
    house.wait(seconds)
    _threaten(house)
    assert len(house.state.incidents) == incidents
    assert len(house.shares()) == 2 * incidents


def test_a_call_under_threat_after_a_restart_is_a_new_call():
    house = House()
    _threaten(house)
    house.restart(after=20)
    _threaten(house)
    assert len(house.state.incidents) == 2


def test_where_else_somebody_is_threatened_is_told():
    house = House()
    _threaten(house, Heard(place="Kitchen"))
    house.wait(10)
    _threaten(house, Heard(place="Cellar"))
    assert [item.place for item in house.incident.evidence] == ["Kitchen", "Cellar"]


def test_a_duress_code_after_a_phrase_is_the_same_call():
    house = House()
    _threaten(house)
    house.do(cmd.CryForHelp(new_id=house.new_id(), call=None, heard=Heard(place="Cellar")))
    assert house.state.cry is not None
    house.do(
        cmd.AnswerCry(
            cry_id=house.state.cry.id,
            send=False,
            by="contact:owner",
            duress=True,
            new_id=house.new_id(),
        )
    )
    assert [item.kind for item in house.state.incidents.values()] == [IncidentKind.DURESS]
    assert [item.place for item in house.incident.evidence] == ["Cellar"]


def test_several_calls_taken_back_with_a_duress_code_are_one_call_under_threat():
    house = House()
    house.distress(IncidentKind.PANIC)
    house.wait(300)
    house.distress(IncidentKind.PANIC)
    for key in tuple(house.state.incidents):
        house.do(
            cmd.Dismiss(incident_id=key, by="contact:owner", duress=True, new_id=house.new_id())
        )
    kinds = [item.kind for item in house.state.open_incidents()]
    assert kinds == [IncidentKind.DURESS]


def _threaten(house: House, heard: Heard | None = None) -> None:
    house.do(cmd.ReportDuress(new_id=house.new_id(), by="contact:owner", heard=heard))
