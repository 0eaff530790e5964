"""Who is let in: by a tap, or at acknowledgment where the owner allowed it; never by the alarm alone."""

from typing import Any

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import Preset
from custom_components.verified_response.core.effects import (
    ClearCredential,
    GiveAccess,
    SetCredential,
    Share,
    ShareAction,
)
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.premises import (
    LockFamily,
    ResponderAccess,
    ResponderMode,
)
from custom_components.verified_response.core.rules.access.responders import who_is_let_in
from tests import builders
from tests.core.house import House

ALLOWED = {"mode": ResponderMode.LIVE, "access": ResponderAccess.AT_ACKNOWLEDGMENT}


def home(door: dict[str, Any] | None = None, **responder: Any) -> House:
    desk = builders.responder("desk", **ALLOWED | responder)
    return House(
        builders.premises(
            doors=builders.by_id([builders.door("front", **door or {})]),
            responders=builders.by_id([desk]),
        )
    )


def called(house: House, *, silent: bool = False) -> House:
    house.distress(silent=silent)
    house.deliver()
    return house


def let_in(house: House, **more: Any) -> str:
    grant = house.grant(
        incident_id=house.incident.id,
        preset=Preset.RESPONDER,
        responders=("desk",),
        code_kept=True,
        **more,
    )
    house.perform(SetCredential)
    return grant.id


def codes_sent(house: House) -> list[tuple[str, ...]]:
    return [share.codes for share in house.asked(Share) if share.codes]


def test_an_alarm_alone_opens_nothing():
    house = called(home())
    house.wait(3600)
    assert not house.asked(GiveAccess)
    assert not house.told(ev.GrantWritten)


@pytest.mark.parametrize("status", ["acknowledged", "dispatched", "arrived"])
def test_whoever_takes_it_on_is_let_in_once(status: str):
    house = called(home())
    house.says("received")
    assert not house.asked(GiveAccess)
    house.says(status)
    house.says("arrived")
    assert [item.effect.responder_id for item in house.pending(GiveAccess)] == ["desk"]


@pytest.mark.parametrize(
    "responder",
    [
        {"access": ResponderAccess.NEVER},
        {"access": ResponderAccess.ON_TAP},
        {"mode": ResponderMode.EXERCISE},
    ],
)
def test_not_without_consent_and_not_in_an_exercise(responder: dict[str, Any]):
    house = called(home(**responder))
    house.says("acknowledged")
    assert not house.asked(GiveAccess)


def test_a_silent_call_lights_no_keypad_up():
    house = called(home(), silent=True)
    house.says("acknowledged")
    assert not house.asked(GiveAccess)
    assert not house.pushed("responder_coming")


def test_a_code_that_was_revoked_is_not_made_again_by_itself():
    house = called(home())
    house.says("acknowledged")
    [give] = house.pending(GiveAccess)
    house.start(give)
    grant_id = let_in(house, request=give.id)
    house.done(give)
    house.do(cmd.RevokeGrant(grant_id=grant_id, by="owner"))
    house.says("arrived")
    assert not house.pending(GiveAccess)


def test_the_same_request_makes_one_grant():
    house = called(home())
    let_in(house, request="e7")
    with pytest.raises(InvalidRequestError, match="grant_exists"):
        let_in(house, request="e7", slots={"front": 6})


def test_an_incident_that_is_over_lets_nobody_in():
    house = called(home())
    house.says("acknowledged")
    house.dismiss()
    house.perform(GiveAccess)
    assert not house.told(ev.GrantWritten)
    assert not house.pending(GiveAccess)


def test_when_no_code_could_be_made_people_hear_of_it():
    house = called(home())
    house.says("acknowledged")
    [give] = house.pending(GiveAccess)
    house.start(give)
    house.fail(give, "no_lock_chosen", final=True)
    assert house.pushed("access_not_given")


# --- people are asked


@pytest.mark.parametrize(
    ("door", "offers"),
    [
        ({}, ("let_in",)),
        ({"remote_unlock": True}, ("let_in", "unlock_now")),
        ({"family": LockFamily.NONE, "remote_unlock": True}, ("unlock_now",)),
    ],
)
def test_people_are_offered_what_the_doors_can(door: dict[str, Any], offers: tuple[str, ...]):
    house = called(home(door))
    house.says("dispatched")
    house.says("arrived")
    pushes = [push for push in house.asked(builders_push()) if push.prompt == "responder_coming"]
    assert {push.actions for push in pushes} == {offers}
    assert len({push.contact_id for push in pushes}) == len(pushes)


@pytest.mark.parametrize(
    "door", [{"family": LockFamily.NONE}, {"for_responders": False, "remote_unlock": True}]
)
def test_nothing_is_offered_where_no_door_can(door: dict[str, Any]):
    house = called(home(door))
    house.says("dispatched")
    assert not house.pushed("responder_coming")


def builders_push() -> type:
    from custom_components.verified_response.core.effects import Push

    return Push


# --- the code


def test_the_code_is_sent_once_the_locks_have_answered():
    house = called(home())
    grant = house.grant(incident_id=house.incident.id, responders=("desk",), code_kept=True)
    assert not codes_sent(house)
    house.perform(SetCredential)
    assert codes_sent(house) == [(grant.id,)]
    house.wait(600)
    assert codes_sent(house) == [(grant.id,)]


def test_a_code_that_no_lock_took_is_not_sent():
    house = called(home())
    house.grant(incident_id=house.incident.id, responders=("desk",), code_kept=True)
    [pending] = house.pending(SetCredential)
    house.start(pending)
    house.fail(pending, "lock_full", final=True)
    assert not codes_sent(house)


@pytest.mark.parametrize(
    "responder", [{"access": ResponderAccess.NEVER}, {"mode": ResponderMode.EXERCISE}]
)
def test_no_code_goes_where_none_may(responder: dict[str, Any]):
    house = called(home(**responder))
    let_in(house)
    assert not codes_sent(house)
    house.says("dispatched")
    assert who_is_let_in(house.state, house.premises, house.incident.id) == ()


def test_who_comes_and_may_is_let_in_by_a_tap():
    house = called(home(access=ResponderAccess.ON_TAP))
    assert who_is_let_in(house.state, house.premises, house.incident.id) == ()
    house.says("dispatched")
    assert who_is_let_in(house.state, house.premises, house.incident.id) == ("desk",)
    assert who_is_let_in(house.state, house.premises, "nothing") == ()


def test_the_desk_hears_that_the_code_is_good_no_more():
    house = called(home())
    grant_id = let_in(house)
    [sent] = house.shares("desk", ShareAction.UPDATE)
    house.start(sent)
    house.done(sent)
    house.do(cmd.RevokeGrant(grant_id=grant_id, by="owner"))
    assert len(house.shares("desk", ShareAction.UPDATE)) == 1


@pytest.mark.parametrize("status", ["closed", "cancelled"])
def test_whoever_left_needs_no_code(status: str):
    house = called(home())
    grant_id = let_in(house)
    house.says("arrived")
    house.says(status)
    assert house.state.grants[grant_id].end_reason == "responder_left"
    assert len(house.pending(ClearCredential)) == 1


# --- kept no longer than needed


def test_a_code_is_kept_until_it_is_set_shown_and_sent():
    house = called(home())
    grant_id = let_in(house)
    assert house.state.grants[grant_id].code_kept
    house.do(cmd.ShowCode(grant_id=grant_id, by="owner"))
    assert house.state.grants[grant_id].code_kept  # it is still on its way to the desk
    [sent] = house.shares("desk", ShareAction.UPDATE)
    house.start(sent)
    house.done(sent)
    assert not house.state.grants[grant_id].code_kept
    assert len(house.told(ev.CodeForgotten)) == 1


def test_a_code_is_shown_once():
    house = House()
    grant = house.grant(code_kept=True)
    house.perform(SetCredential)
    house.do(cmd.ShowCode(grant_id=grant.id, by="owner"))
    with pytest.raises(InvalidRequestError, match="code_shown_already"):
        house.do(cmd.ShowCode(grant_id=grant.id, by="owner"))
    with pytest.raises(InvalidRequestError, match="grant_unknown"):
        house.do(cmd.ShowCode(grant_id="nothing", by="owner"))


def test_the_end_of_a_grant_forgets_its_code():
    house = House()
    grant = house.grant(lasts=60, code_kept=True)
    house.perform(SetCredential)
    house.wait(60)
    assert not house.state.grants[grant.id].code_kept
    with pytest.raises(InvalidRequestError, match="grant_ended"):
        house.do(cmd.ShowCode(grant_id=grant.id, by="owner"))


# --- the lock takes no code


@pytest.mark.parametrize("slots", [{}, {"front": 5}])
def test_when_no_lock_takes_the_code_people_hear_of_it(slots: dict[str, int]):
    """Whoever comes stands before the door, and nobody else knows."""
    house = called(home())
    house.says("acknowledged")
    house.perform(GiveAccess)
    house.grant(
        incident_id=house.incident.id,
        preset=Preset.RESPONDER,
        responders=("desk",),
        request="e9",
        slots=slots,
        failed={} if slots else {"front": "lock_unavailable"},
    )
    for writing in house.pending(SetCredential):
        assert not house.pushed("access_not_given")
        house.start(writing)
        house.fail(writing, "timed_out", final=True)  # it may be there, and is removed again
    assert house.pushed("access_not_given") == ["owner"]
    house.perform(ClearCredential)
    house.wait(7200)
    assert house.pushed("access_not_given") == ["owner"]


def test_a_tap_that_came_to_nothing_is_told_by_whoever_tapped():
    house = called(home())
    house.grant(
        incident_id=house.incident.id,
        preset=Preset.RESPONDER,
        responders=("desk",),
        slots={},
        failed={"front": "lock_unavailable"},
    )
    assert not house.pushed("access_not_given")


@pytest.mark.parametrize(("silent", "told"), [(False, ["owner"]), (True, [])])
def test_a_code_that_the_desk_does_not_take_is_told(silent: bool, told: list[str]):
    house = called(home(), silent=silent)
    let_in(house)
    [sending] = [share for share in house.shares("desk", ShareAction.UPDATE) if share.effect.codes]
    house.start(sending)
    house.fail(sending, "unprocessable", final=True)
    assert house.pushed("access_not_given") == told
