"""Who is asked, told and sent what: rounds of asking, release, sharing by hand, recall, reports."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push, Share, ShareAction
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import Threat
from custom_components.verified_response.core.incident import (
    DeliveryStatus,
    Stage,
)
from custom_components.verified_response.core.premises import (
    Release,
    ResponderKind,
    ResponderMode,
)
from tests import builders
from tests.core.house import House

CENTER = builders.responder(
    "center", kind=ResponderKind.MONITORING_CENTER, release=Release.UNANSWERED
)


def with_responders(*responders: object) -> House:
    return House(builders.premises(responders=builders.by_id(responders)))


def verifying(house: House | None = None) -> House:
    """A window opened and the abort window went by."""
    house = house or House()
    house.arm()
    house.trip("kitchen_window")
    house.wait(30)
    return house


def confirmed(house: House | None = None) -> House:
    house = verifying(house)
    house.confirm()
    return house


def handed_over(house: House | None = None) -> House:
    """Shared by hand with everybody, and confirmed by nobody."""
    house = verifying(house)
    for responder_id in house.premises.responders:
        house.share(responder_id)
    return house


# --- asking ---------------------------------------------------------------------------------


def test_the_household_is_asked_first_then_everybody_then_nobody_any_more():
    house = verifying()
    assert house.prompts() == [("owner", "ask_confirmation")]
    house.wait(60)
    assert house.prompts()[1:] == [
        ("owner", "ask_confirmation"),
        ("neighbour", "ask_confirmation"),
    ]
    house.wait(24 * 3600)
    assert house.incident.asks == 5
    assert house.deadline is None
    assert house.asked(Push)[0].actions == ("confirm", "false_alarm", "cannot_see")


def test_where_nobody_of_the_household_can_be_reached_everybody_is_asked_at_once():
    contacts = [builders.contact("owner", notify=None), builders.contact("friend", role="contact")]
    house = verifying(House(builders.premises(contacts=builders.by_id(contacts))))
    assert house.prompts() == [("friend", "ask_confirmation")]


def test_without_contacts_nothing_is_pushed_and_nothing_spins():
    house = verifying(House(builders.premises(contacts={})))
    house.wait(3600)
    assert not house.prompts()
    assert house.deadline is None


@pytest.mark.parametrize("answer", ["confirm", "dismiss"])
def test_an_answer_ends_the_asking(answer: str):
    house = verifying()
    getattr(house, answer)()
    pushes = len(house.prompts())
    house.wait(3600)
    assert len(house.prompts()) == pushes


def test_nobody_is_asked_about_a_call_for_help():
    house = House()
    house.distress()
    house.wait(3600)
    assert house.prompts() == [("owner", "help_called"), ("neighbour", "help_called")]


# --- release --------------------------------------------------------------------------------


def test_a_human_word_releases_it_to_everybody_who_is_switched_on():
    house = with_responders(
        builders.responder("desk"), builders.responder("off", mode=ResponderMode.OFF), CENTER
    )
    confirmed(house)
    assert set(house.incident.deliveries) == {"desk", "center"}
    assert (house.delivery().ground, house.delivery().by) == ("consent", "owner")


def test_two_unanswered_requests_release_it_to_the_monitoring_center_alone():
    house = verifying(with_responders(builders.responder("desk"), CENTER))
    house.person()
    assert house.incident.asks == 2
    house.wait(59)
    assert not house.shares()
    house.wait(1)
    [share] = house.shares()
    assert share.effect.responder_id == "center"
    assert house.delivery("center").ground == "emergency"
    assert house.delivery("center").by == "hub"


def test_silence_counts_also_when_the_person_is_seen_after_the_last_request():
    house = verifying(with_responders(CENTER))
    house.wait(3600)
    assert not house.shares()
    house.person()
    assert house.deadline == house.now + timedelta(seconds=60)
    house.wait(60)
    assert len(house.shares("center")) == 1
    assert house.deadline is None


def test_one_request_is_not_two():
    house = with_responders(CENTER)
    house.arm()
    house.trip("kitchen_window")
    house.person()
    house.wait(30 + 60)
    assert house.incident.asks == 2
    assert not house.shares()
    house.wait(60)
    assert len(house.shares("center")) == 1


@pytest.mark.parametrize("zone", ["smoke", "kitchen_window"])
def test_silence_below_level_2_releases_nothing(zone: str):
    house = with_responders(CENTER)
    house.arm()
    house.trip(zone)
    house.wait(3600)
    assert not house.asked(Share)


def test_an_answer_takes_silence_away():
    house = verifying(with_responders(replace(CENTER, mode=ResponderMode.OFF)))
    house.person()
    house.confirm()
    house.wait(3600)
    assert not house.asked(Share)


@pytest.mark.parametrize("zone", ["leak", "gas", "keypad_lid"])
def test_some_things_stay_at_home_even_when_confirmed(zone: str):
    house = House()
    house.trip(zone)
    house.wait(30)
    house.confirm(Threat.LIFE)
    house.wait(3600)
    assert not house.asked(Share)
    with pytest.raises(InvalidRequestError, match="incident_stays_at_home"):
        house.share()


def test_fire_is_shared_once_confirmed():
    house = House()
    house.trip("smoke")
    house.wait(30)
    assert not house.shares()
    house.confirm()
    assert len(house.shares("desk")) == 1


# --- sharing by hand -----------------------------------------------------------------------


def test_a_person_may_share_what_nobody_confirmed():
    house = verifying()
    house.share("desk", "legal_request")
    assert set(house.incident.deliveries) == {"desk"}
    assert house.told(ev.ShareRequested)[0].ground == "legal_request"
    house.deliver()
    assert house.incident.stage is Stage.SHARED


@pytest.mark.parametrize(
    ("responder", "ground", "code"),
    [
        ("nobody", "consent", "responder_unknown"),
        ("off", "consent", "responder_off"),
        ("desk", "curiosity", "ground_unknown"),
    ],
)
def test_sharing_wrongly_is_refused(responder: str, ground: str, code: str):
    off = builders.responder("off", mode=ResponderMode.OFF)
    house = verifying(with_responders(builders.responder("desk"), off))
    with pytest.raises(InvalidRequestError, match=code):
        house.share(responder, ground)


def test_sharing_within_the_abort_window_is_refused():
    house = House()
    house.arm()
    house.trip("kitchen_window")
    with pytest.raises(InvalidRequestError, match="abort_window_open"):
        house.share()


@pytest.mark.parametrize("unknown", ["incident_unknown", "incident_ended"])
def test_sharing_what_is_not_open_is_refused(unknown: str):
    house = verifying()
    incident_id = house.incident.id if unknown == "incident_ended" else "nothing"
    house.dismiss()
    for command in (
        cmd.ShareWith(incident_id=incident_id, responder_id="desk", ground="consent", by="owner"),
        cmd.Dismiss(incident_id=incident_id, by="owner"),
    ):
        with pytest.raises(InvalidRequestError, match=unknown):
            house.do(command)


def test_sharing_twice_is_refused_and_a_refused_copy_may_be_tried_again():
    house = confirmed()
    with pytest.raises(InvalidRequestError, match="already_shared"):
        house.share()
    [create] = house.shares("desk")
    house.start(create)
    house.fail(create, "rejected", final=True)
    house.share()
    [again] = house.shares("desk")
    assert not again.effect.fresh
    assert again.effect.sequence > create.effect.sequence


# --- news -----------------------------------------------------------------------------------


def test_a_risen_level_is_news_for_whoever_has_it():
    house = verifying()
    house.share("desk")
    house.deliver()
    house.person()
    assert [item.effect.action for item in house.shares()] == [ShareAction.UPDATE]
    house.nobody("porch")
    assert len(house.shares()) == 1


def test_a_human_word_is_news_once():
    house = confirmed()
    house.deliver()
    house.confirm(Threat.LIFE)
    assert len(house.shares("desk", ShareAction.UPDATE)) == 1
    assert not house.shares("center", ShareAction.UPDATE)  # not yet sent: it will be in the create


def test_news_during_a_running_attempt_follow_it():
    house = confirmed()
    [create] = house.shares("desk")
    house.start(create)
    house.confirm(Threat.LIFE)
    house.done(create, number="N1")
    [update] = house.shares("desk", ShareAction.UPDATE)
    house.start(update)
    house.done(update, number="N1")
    assert house.delivery().status is DeliveryStatus.DELIVERED
