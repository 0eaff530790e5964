"""Codes at rest: kept until they are set, shown and sent, and not one moment after their end."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import CredentialStatus
from custom_components.verified_response.core.effects import SetCredential, Share
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.premises import ResponderAccess, ResponderMode
from tests import builders
from tests.core.house import House

LIVE = {"mode": ResponderMode.LIVE, "access": ResponderAccess.AT_ACKNOWLEDGMENT}


def kept(house: House, grant_id: str) -> bool:
    """Say whether the code is kept; whatever was forgotten was forgotten once."""
    forgotten = [item for item in house.told(ev.CodeForgotten) if item.grant_id == grant_id]
    grant = house.state.grants[grant_id]
    assert len(forgotten) == int(not grant.code_kept)
    assert house.replayed() == house.state
    return grant.code_kept


def show(house: House, grant_id: str) -> None:
    house.do(cmd.ShowCode(grant_id=grant_id, by="contact:owner"))


def sent(house: House) -> str:
    """Return a grant whose code is on its way to a desk."""
    grant = house.grant(incident_id=house.incident.id, responders=("desk",), code_kept=True)
    house.perform(SetCredential)
    return grant.id


@pytest.fixture
def called() -> House:
    """Return a house that called a desk which may have codes."""
    desks = builders.by_id([builders.responder("desk", **LIVE)])
    house = House(builders.premises(responders=desks))
    house.distress()
    house.deliver()
    return house


def test_it_is_kept_until_it_was_shown():
    house = House()
    grant = house.grant(lasts=86_400, code_kept=True)
    house.perform(SetCredential)
    house.wait(80_000)
    assert kept(house, grant.id)
    show(house, grant.id)
    assert not kept(house, grant.id)


def test_it_is_kept_until_the_last_lock_has_answered():
    house = House()
    grant = house.grant("front", "back", code_kept=True)
    show(house, grant.id)
    front, back = house.pending(SetCredential)
    house.start(front)
    house.done(front, "confirmed")
    assert kept(house, grant.id)
    house.start(back)
    assert kept(house, grant.id)
    house.fail(back, "lock_full", final=True)
    assert not kept(house, grant.id)
    assert house.state.grants[grant.id].opens


def test_a_write_that_is_tried_again_still_needs_it():
    house = House()
    grant = house.grant(code_kept=True)
    show(house, grant.id)
    [writing] = house.pending(SetCredential)
    house.start(writing)
    house.fail(writing, "lock_unavailable")
    house.restart(after=60)
    assert kept(house, grant.id)
    house.perform(SetCredential)
    assert not kept(house, grant.id)


def test_whoever_is_shown_it_is_written_down():
    house = House()
    grant = house.grant(code_kept=True)
    show(house, grant.id)
    assert house.told(ev.CodeShown) == [ev.CodeShown(grant_id=grant.id, by="contact:owner")]


def test_it_is_shown_once_and_a_restart_does_not_forget_that():
    house = House()
    grant = house.grant("front", "back", code_kept=True)
    show(house, grant.id)
    house.restart(after=5)
    assert kept(house, grant.id)
    with pytest.raises(InvalidRequestError, match="code_shown_already"):
        show(house, grant.id)


def test_what_no_lock_took_is_forgotten():
    house = House()
    grant = house.grant(code_kept=True)
    [writing] = house.pending(SetCredential)
    house.start(writing)
    house.fail(writing, "lock_full", final=True)
    assert not kept(house, grant.id)
    with pytest.raises(InvalidRequestError, match="grant_ended"):
        show(house, grant.id)


def test_what_is_being_taken_off_again_is_kept_while_the_grant_lives():
    """One of two locks did not answer; the other opens, and its code was not shown yet."""
    house = House()
    grant = house.grant("front", "back", code_kept=True)
    front, back = house.pending(SetCredential)
    house.start(front)
    house.fail(front, "timed_out", final=True)
    house.start(back)
    house.done(back, "confirmed")
    assert house.state.grants[grant.id].credentials["front"].status is CredentialStatus.REMOVING
    assert kept(house, grant.id)


@pytest.mark.parametrize("end", ["revoked", "expired", "used_up", "incident_ended"])
def test_every_end_forgets_it_though_it_was_neither_set_nor_shown(end: str):
    house = House()
    house.trip("smoke")
    grant = house.grant(lasts=600, max_uses=1, incident_id=house.incident.id, code_kept=True)
    match end:
        case "revoked":
            house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
        case "expired":
            house.wait(600)
        case "used_up":
            house.do(builders.opened("front", slot=5, at=house.now))
        case "incident_ended":
            house.dismiss()
    assert house.state.grants[grant.id].end_reason == end
    assert not kept(house, grant.id)
    [writing] = house.pending(SetCredential)
    house.start(writing)
    assert not house.pending(SetCredential)


def test_the_hub_was_off_at_the_end():
    house = House()
    grant = house.grant(lasts=60, code_kept=True)
    house.perform(SetCredential)
    house.restart(after=3600)
    assert house.state.grants[grant.id].end_reason == "expired"
    assert not kept(house, grant.id)


def test_a_desk_that_is_not_reached_still_needs_it(called: House):
    grant_id = sent(called)
    show(called, grant_id)
    [message] = [item for item in called.shares("desk") if item.effect.codes]
    called.start(message)
    called.fail(message, "responder_unreachable")
    assert kept(called, grant_id)


def test_a_desk_that_refuses_the_message_needs_it_no_more(called: House):
    grant_id = sent(called)
    show(called, grant_id)
    [message] = [item for item in called.shares("desk") if item.effect.codes]
    called.start(message)
    called.fail(message, "rejected", final=True)
    assert not kept(called, grant_id)


def test_what_is_over_is_forgotten_though_the_desk_was_not_reached(called: House):
    grant_id = sent(called)
    [message] = [item for item in called.shares("desk") if item.effect.codes]
    called.start(message)
    called.do(cmd.RevokeGrant(grant_id=grant_id, by="owner"))
    assert not kept(called, grant_id)


def test_a_message_without_the_code_does_not_keep_it(called: House):
    grant_id = sent(called)
    show(called, grant_id)
    [message] = [item for item in called.shares("desk") if item.effect.codes]
    called.start(message)
    called.done(message)
    assert not kept(called, grant_id)
    called.confirm()  # more news for the desk, and nothing of the code
    assert [item.codes for item in called.asked(Share) if item.codes] == [(grant_id,)]


def test_a_code_that_is_not_kept_is_not_forgotten():
    house = House()
    grant = house.grant()
    house.perform(SetCredential)
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    assert not house.told(ev.CodeForgotten)
