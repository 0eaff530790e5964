"""People: who is asked for their word, in which order, by which ways, and how often."""

from dataclasses import replace

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import Channel, ChannelKind
from tests import builders
from tests.core.house import House

SPEAKER = Channel(kind=ChannelKind.SPEECH, target="media_player.kitchen")
PHONE = Channel(kind=ChannelKind.MESSAGE, target="notify.sms")


def household(*contacts) -> House:
    """Return a house of these people in which a window opened and the abort window went by."""
    house = House(builders.premises(contacts=builders.by_id(contacts)))
    house.arm()
    house.trip("kitchen_window")
    house.wait(30)
    return house


def asked(house: House) -> list[str]:
    return house.pushed("ask_confirmation")


def test_by_role_when_nobody_has_a_number():
    house = household(
        builders.contact("nora", role="neighbour"),
        builders.contact("ben", role="household"),
        builders.contact("ada", role="owner"),
    )
    assert asked(house) == ["ada"]
    house.wait(60)
    assert asked(house)[1:] == ["ada", "ben"]
    house.wait(60)
    assert asked(house)[3:] == ["ada", "ben", "nora"]


def test_by_number_where_the_owner_gave_them():
    house = household(
        builders.contact("ada", role="owner", order=3),
        builders.contact("ben", role="household", order=2),
        builders.contact("nora", role="neighbour", order=1),
    )
    assert asked(house) == ["nora"]
    house.wait(60)
    assert asked(house)[1:] == ["nora", "ben"]


def test_people_of_one_rank_are_asked_together_in_the_order_of_the_configuration():
    house = household(builders.contact("ada"), builders.contact("ben"))
    assert asked(house) == ["ada", "ben"]


def test_everybody_by_each_of_their_ways():
    house = household(builders.contact("ada", more=(SPEAKER, PHONE)))
    assert [push.channel for push in house.asked(Push)] == [
        "push:notify.ada",
        "speech:media_player.kitchen",
        "message:notify.sms",
    ]


def test_whoever_cannot_be_reached_is_not_waited_for():
    house = household(
        builders.contact("ada", notify=None),
        builders.contact("nora", role="neighbour", notify=None, more=(SPEAKER,)),
    )
    assert asked(house) == ["nora"]


def test_the_last_round_asks_everybody_and_then_nobody_is_asked_any_more():
    house = household(*(builders.contact(f"c{number}", order=number) for number in range(1, 9)))
    house.wait(3 * 60)
    before = len(asked(house))
    house.wait(60)
    assert asked(house)[before:] == [f"c{number}" for number in range(1, 9)]
    house.wait(7200)
    assert len(asked(house)) == before + 8
    assert [event.round for event in house.told(ev.PeopleAsked)] == [1, 2, 3, 4, 5]


def test_every_question_can_be_answered_in_three_ways():
    house = household(builders.contact("ada"))
    assert house.asked(Push)[0].actions == ("confirm", "false_alarm", "cannot_see")


def test_news_go_to_the_first_group_alone():
    house = House(
        builders.premises(
            contacts=builders.by_id(
                [builders.contact("ada"), builders.contact("nora", role="neighbour")]
            )
        )
    )
    house.arm(at_once=True)
    house.bypass("study")
    assert house.prompts() == [("ada", "zone_bypassed")]


# --- cannot see -------------------------------------------------------------------------------


def test_whoever_cannot_see_passes_the_question_on_at_once():
    house = household(builders.contact("ada"), builders.contact("nora", role="neighbour"))
    house.wait(5)
    house.cannot_see(by="contact:ada")
    assert asked(house) == ["ada", "ada", "nora"]
    assert house.incident.assessment.unknowns
    house.wait(59)
    assert len(asked(house)) == 3
    house.wait(1)
    assert len(asked(house)) == 5


def test_it_is_no_answer_and_the_same_person_is_not_asked_again_at_once():
    house = household(builders.contact("ada"))
    for _ in range(10):
        house.cannot_see(by="contact:ada")
    assert len(asked(house)) == 1
    assert not house.incident.verdicts
    house.wait(3600)
    assert len(asked(house)) == 5  # at the usual pace, and not for ever


def test_in_the_abort_window_nobody_was_asked_yet():
    house = House()
    house.arm(at_once=True)
    house.trip("kitchen_window")
    house.cannot_see()
    assert not asked(house)


def test_after_an_answer_nobody_is_asked_on():
    house = household(builders.contact("ada"), builders.contact("nora", role="neighbour"))
    house.confirm()
    house.cannot_see(by="contact:nora")
    assert asked(house) == ["ada"]


# --- what is kept -----------------------------------------------------------------------------


ANSWERS = {
    "confirmed": lambda house, by: house.confirm(by=by),
    "denied": lambda house, by: house.do(cmd.Dismiss(incident_id=house.incident.id, by=by)),
    "cannot_see": lambda house, by: house.cannot_see(by=by),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_is_kept_with_who_gave_it_and_in_which_round(answer: str):
    house = household(builders.contact("ada"))
    house.wait(60)
    ANSWERS[answer](house, "contact:ada")
    [attempt] = [item for item in house.incident.attempts if item.outcome == answer]
    assert (attempt.contact_id, attempt.channel, attempt.round) == ("ada", "", 2)


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_by_somebody_who_is_no_contact_is_no_attempt_to_reach_one(answer: str):
    house = household(builders.contact("ada"))
    ANSWERS[answer](house, "user:somebody")
    assert house.incident.attempts == ()


def test_people_may_be_gone_while_they_are_asked():
    house = household(builders.contact("ada"))
    house.premises = replace(house.premises, contacts={})
    house.wait(7200)
    assert asked(house) == ["ada"]


def burning(*, allowed: bool) -> House:
    house = House(
        builders.premises(doors=builders.by_id([builders.door("front", fire_unlock=allowed)]))
    )
    house.trip("smoke")
    house.wait(60)
    return house


def test_in_a_fire_people_may_unlock_where_the_owner_allowed_it():
    pushes = [
        item for item in burning(allowed=True).asked(Push) if item.prompt == "ask_confirmation"
    ]
    assert pushes
    assert {item.actions for item in pushes} == {("confirm", "false_alarm", "unlock_now")}


def test_in_a_fire_nobody_is_offered_what_the_owner_did_not_allow():
    pushes = [
        item for item in burning(allowed=False).asked(Push) if item.prompt == "ask_confirmation"
    ]
    assert {item.actions for item in pushes} == {("confirm", "false_alarm", "cannot_see")}


def test_a_burglary_never_offers_what_is_for_a_fire():
    house = House(
        builders.premises(doors=builders.by_id([builders.door("front", fire_unlock=True)]))
    )
    house.arm()
    house.trip("kitchen_window")
    house.wait(30)
    assert "unlock_now" not in {action for item in house.asked(Push) for action in item.actions}


@pytest.mark.parametrize("kind", [IncidentKind.FIRE, IncidentKind.MEDICAL])
def test_whoever_calls_the_fire_brigade_may_unlock_too(kind: IncidentKind):
    house = House(
        builders.premises(doors=builders.by_id([builders.door("front", fire_unlock=True)]))
    )
    house.distress(kind)
    [actions] = {item.actions for item in house.asked(Push)}
    assert ("unlock_now" in actions) is (kind is IncidentKind.FIRE)


def told_not_let_in(house: House, incident_id: str, *doors: str) -> list[Push]:
    before = len(house.asked(Push))
    house.do(cmd.TellNotLetIn(contact_id="owner", incident_id=incident_id, doors=doors))
    return house.asked(Push)[before:]


def test_a_tap_that_came_to_nothing_is_told_to_whoever_tapped():
    house = burning(allowed=True)
    [push] = told_not_let_in(house, house.incident.id)
    assert (push.contact_id, push.prompt, push.actions) == (
        "owner",
        "access_not_given",
        ("let_in",),
    )
    [push] = told_not_let_in(house, house.incident.id, "front")
    assert (push.prompt, push.about, push.actions) == (
        "door_not_unlocked",
        ("front",),
        ("unlock_now",),
    )
    assert push.incident_id == house.incident.id


def test_after_the_end_it_is_told_without_a_button():
    house = burning(allowed=True)
    incident_id = house.incident.id
    house.dismiss()
    for about in (incident_id, "never was"):
        [push] = told_not_let_in(house, about)
        assert (push.prompt, push.incident_id, push.actions) == ("access_not_given", None, ())


def test_a_stranger_is_told_nothing():
    house = burning(allowed=True)
    told = house.do(cmd.TellNotLetIn(contact_id="stranger", incident_id=house.incident.id))
    assert not told
