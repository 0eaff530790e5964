"""A cry for help is asked back about; silence decides as the owner said, and nothing is sent late."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.calls import Call, CryEnd, Heard, Silence
from custom_components.verified_response.core.effects import Push, Share
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import HelpCalled
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import ArmMode
from tests.core.house import House

KITCHEN = Heard(device="Kitchen speaker", place="Kitchen", satellite="assist_satellite.kitchen")
COUNTDOWN = 20


def cry(house: House, call: Call | None = None, **more: Any) -> Sequence[ev.Event]:
    heard = more.pop("heard", KITCHEN)
    return house.do(cmd.CryForHelp(new_id=house.new_id(), call=call, heard=heard, **more))


def answer(house: House, *, send: bool, **more: Any) -> Sequence[ev.Event]:
    assert house.state.cry is not None
    return house.do(cmd.AnswerCry(cry_id=house.state.cry.id, send=send, by="voice", **more))


def ends(house: House) -> list[CryEnd]:
    return [event.end for event in house.told(ev.CryEnded)]


def test_nothing_leaves_the_house_before_the_question_is_over():
    house = House()
    cry(house)
    house.wait(COUNTDOWN - 1)
    assert house.state.incidents == {}
    assert not house.asked(Share)
    house.wait(1)
    assert house.incident.kind is IncidentKind.PANIC
    assert len(house.asked(Share)) == 2
    assert ends(house) == [CryEnd.CALLED]
    assert house.replayed() == house.state


def test_where_it_was_heard_is_evidence_and_place():
    house = House()
    cry(house, Call.MEDICAL)
    house.wait(COUNTDOWN)
    assert (house.incident.kind, house.incident.ha_area) == (IncidentKind.MEDICAL, "Kitchen")
    [item] = house.incident.evidence
    assert isinstance(item, HelpCalled)
    assert (item.call, item.device, item.place) == (Call.MEDICAL, "Kitchen speaker", "Kitchen")
    assert house.incident.assessment.level is None  # distress is not verification


def test_a_cry_that_does_not_say_calls_whom_the_owner_chose():
    house = House(cry_call=Call.MEDICAL)
    cry(house)
    house.wait(COUNTDOWN)
    assert house.incident.kind is IncidentKind.MEDICAL


@pytest.mark.parametrize(
    ("silence", "at_home", "calls"),
    [
        (Silence.CALLS_AT_HOME, True, True),
        (Silence.CALLS_AT_HOME, None, True),
        (Silence.CALLS_AT_HOME, False, False),
        (Silence.CALLS, False, True),
        (Silence.CALLS_NOBODY, True, False),
    ],
)
def test_silence_decides_as_the_owner_said(silence: Silence, at_home: bool | None, calls: bool):
    house = House(cry_silence=silence)
    cry(house, at_home=at_home)
    house.wait(COUNTDOWN)
    assert bool(house.state.incidents) is calls
    assert ends(house) == [CryEnd.CALLED if calls else CryEnd.NO_ANSWER]
    told = [] if calls else ["owner", "neighbour"]
    assert house.pushed("cry_unanswered") == told


@pytest.mark.parametrize(("mode", "calls"), [(ArmMode.AWAY, False), (ArmMode.NIGHT, True)])
def test_where_nobody_can_tell_the_alarm_says_who_is_in(mode: ArmMode, calls: bool):
    house = House()
    house.arm("house", mode)
    house.arm("garage", mode)
    cry(house)
    house.wait(COUNTDOWN)
    assert bool(house.state.incidents) is calls


def test_one_word_calls_nobody_and_is_told():
    house = House(cry_silence=Silence.CALLS)
    cry(house, bare=True)
    house.wait(COUNTDOWN)
    assert house.state.incidents == {}
    [push, _] = [item for item in house.asked(Push) if item.prompt == "cry_unanswered"]
    assert (push.about, push.actions, push.place) == (("police",), ("call_help",), "Kitchen")


def test_one_word_and_an_answer_calls():
    house = House()
    cry(house, bare=True)
    answer(house, send=True, call=Call.FIRE)
    assert house.incident.kind is IncidentKind.FIRE


def test_one_word_again_and_again_is_a_cry():
    house = House()
    cry(house, bare=True)
    house.wait(6)
    cry(house, bare=True)
    assert house.state.incidents == {}
    house.wait(COUNTDOWN)
    assert house.incident.kind is IncidentKind.PANIC


def test_taken_back_is_over():
    house = House()
    cry(house)
    house.wait(5)
    answer(house, send=False)
    house.wait(600)
    assert house.state.incidents == {}
    assert ends(house) == [CryEnd.STOPPED]
    assert house.prompts() == []


def test_taken_back_with_a_duress_code_only_looks_so():
    seen, threatened = House(), House()
    for house, duress in ((seen, False), (threatened, True)):
        cry(house)
        answer(house, send=False, duress=duress, new_id="d1")
    assert ends(seen) == ends(threatened)
    assert seen.prompts() == threatened.prompts()
    assert threatened.incident.kind is IncidentKind.DURESS
    assert (threatened.incident.covert, threatened.incident.ha_area) == (True, "Kitchen")
    assert len(threatened.asked(Share)) == 2


def test_crying_on_is_the_answer():
    house = House()
    cry(house)
    house.wait(5)
    cry(house, Call.MEDICAL)
    assert house.incident.kind is IncidentKind.MEDICAL


def test_two_satellites_hear_one_cry():
    house = House()
    cry(house, bare=True)
    house.wait(2)
    cry(house, Call.FIRE, heard=Heard(device="Hall"))
    assert house.state.incidents == {}
    assert house.state.cry is not None
    assert (house.state.cry.bare, house.state.cry.call) == (False, Call.FIRE)
    assert house.state.cry.heard == KITCHEN


def test_whoever_called_openly_is_not_asked_again():
    house = House()
    house.distress()
    cry(house, Call.FIRE)
    assert house.state.cry is None
    assert house.incident.kinds == (IncidentKind.PANIC, IncidentKind.FIRE)


@pytest.mark.parametrize("bare", [True, False])
def test_a_call_of_long_ago_answers_no_new_cry(bare: bool):
    """Nobody closed it: a television must not add the police to it hours later."""
    house = House()
    house.distress(IncidentKind.MEDICAL)
    house.wait(3600)
    cry(house, bare=bare)
    assert house.state.cry is not None
    house.wait(COUNTDOWN)
    kinds = (IncidentKind.MEDICAL,) if bare else (IncidentKind.MEDICAL, IncidentKind.PANIC)
    assert house.incident.kinds == kinds


def test_a_hidden_call_changes_nothing_that_can_be_heard():
    house = House()
    house.distress(silent=True)
    cry(house)
    assert house.state.cry is not None


def test_an_answer_to_nothing_is_refused():
    house = House()
    cry(house)
    with pytest.raises(InvalidRequestError, match="cry_over"):
        house.do(cmd.AnswerCry(cry_id="other", send=True, by="voice"))
    answer(house, send=False)
    with pytest.raises(InvalidRequestError, match="cry_over"):
        house.do(cmd.AnswerCry(cry_id="id000001", send=True, by="voice"))


def test_after_a_short_restart_it_is_asked_again_with_the_whole_time():
    house = House()
    cry(house)
    house.wait(15)
    house.restart(after=40)
    assert house.state.incidents == {}
    assert house.state.cry is not None
    assert house.state.cry.asked == 2
    house.wait(COUNTDOWN - 1)
    assert house.state.incidents == {}
    house.wait(1)
    assert house.incident.kind is IncidentKind.PANIC
    assert not house.incident.held
    assert house.replayed() == house.state


def test_after_a_long_one_people_decide():
    house = House()
    cry(house)
    house.restart(after=200)
    house.wait(3600)
    assert house.state.incidents == {}
    assert ends(house) == [CryEnd.TOO_OLD]
    assert house.pushed("cry_unanswered") == ["owner", "neighbour"]


def test_a_hub_that_restarts_for_ever_stops_asking():
    house = House()
    cry(house)
    for _ in range(3):
        house.restart(after=10)
    assert ends(house) == [CryEnd.TOO_OLD]


def test_taking_the_configuration_anew_asks_again():
    house = House()
    cry(house)
    house.wait(15)
    house.do(cmd.HubStarted(last_alive=None, resumed=True))
    house.wait(COUNTDOWN - 1)
    assert house.state.incidents == {}
    house.wait(1)
    assert house.incident.kind is IncidentKind.PANIC


def test_a_clock_that_is_set_gives_as_much_time_as_before():
    house = House()
    cry(house)
    house.wait(10)
    house.now += timedelta(hours=1)
    house.do(cmd.NoteJump(by_s=3600))
    house.wait(9)
    assert house.state.incidents == {}
    house.wait(1)
    assert house.state.incidents


@pytest.mark.parametrize("bare", [False, True])
def test_a_cry_that_names_nobody_soon_after_a_call_is_the_same_call(bare: bool):
    house = House()
    house.distress(IncidentKind.MEDICAL)
    cry(house, bare=bare)
    assert house.state.cry is None
    assert house.incident.kinds == (IncidentKind.MEDICAL,)
