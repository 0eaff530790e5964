"""Codes on locks: written down first, ended by whatever comes first, removed until proved gone."""

from typing import Any

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import (
    AccessGrant,
    Credential,
    CredentialStatus,
)
from custom_components.verified_response.core.effects import ClearCredential, SetCredential
from custom_components.verified_response.core.entries import EntryMethod
from custom_components.verified_response.core.errors import InvalidRequestError
from tests import builders
from tests.core.house import START, House


def status(house: House, grant: AccessGrant, door: str = "front") -> CredentialStatus:
    return house.state.grants[grant.id].credentials[door].status


def wrote(house: House, outcome: str = "confirmed") -> None:
    for pending in house.pending(SetCredential):
        house.start(pending)
        house.done(pending, outcome)


def cleared(house: House, outcome: str = "confirmed") -> None:
    for pending in house.pending(ClearCredential):
        house.start(pending)
        house.done(pending, outcome)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lasts": 0}, "duration_not_positive"),
        ({"lasts": -1}, "duration_not_positive"),
        ({"lasts": 7 * 24 * 3600 + 1}, "duration_too_long"),
        ({"max_uses": 0}, "uses_not_positive"),
        ({"incident_id": "nothing"}, "incident_unknown"),
    ],
)
def test_wrong_wishes_are_refused(changes: dict[str, Any], code: str):
    house = House()
    with pytest.raises(InvalidRequestError, match=code):
        house.grant(**changes)
    assert not house.state.grants


def test_a_grant_lasts_a_week_at_most():
    house = House()
    assert house.grant(lasts=7 * 24 * 3600).is_active


def test_one_slot_holds_one_code():
    house = House()
    grant = house.grant("front")
    with pytest.raises(InvalidRequestError, match="slot_taken"):
        house.grant("front")
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    with pytest.raises(InvalidRequestError, match="slot_taken"):
        house.grant("front")
    wrote(house)
    cleared(house)
    assert house.grant("front").is_active


@pytest.mark.parametrize(
    ("outcome", "known"),
    [
        ("confirmed", CredentialStatus.CONFIRMED),
        ("unverified", CredentialStatus.UNVERIFIED),
        ("", CredentialStatus.UNVERIFIED),  # whatever a lock says, it is never more than proved
    ],
)
def test_what_a_lock_proved_is_what_is_known(outcome: str, known: CredentialStatus):
    house = House()
    grant = house.grant()
    wrote(house, outcome)
    assert status(house, grant) is known


@pytest.mark.parametrize("code", ["lock_full", "lock_cannot_take_codes", "grant_ended"])
def test_a_write_that_surely_failed_leaves_nothing_behind(code: str):
    house = House()
    grant = house.grant()
    [pending] = house.pending(SetCredential)
    house.start(pending)
    house.fail(pending, code, final=True)
    assert status(house, grant) is CredentialStatus.FAILED
    assert not house.pending(ClearCredential)
    assert house.state.grants[grant.id].end_reason == "no_lock_took_it"
    assert house.state.grants[grant.id].is_gone


def test_a_write_that_may_have_worked_is_removed_again():
    house = House()
    grant = house.grant()
    [pending] = house.pending(SetCredential)
    house.start(pending)
    house.fail(pending, "timed_out", final=True)
    assert status(house, grant) is CredentialStatus.REMOVING
    assert house.state.grants[grant.id].is_active
    cleared(house)
    assert status(house, grant) is CredentialStatus.REMOVED
    assert house.state.grants[grant.id].end_reason == "no_lock_took_it"


def test_locks_that_could_not_be_read_are_kept_as_failed_and_never_written():
    house = House()
    grant = house.grant("front", failed={"back": "lock_unavailable"})
    assert grant.credentials["back"] == Credential(
        door_id="back", slot=0, status=CredentialStatus.FAILED, reason="lock_unavailable"
    )
    assert [item.effect.door_id for item in house.pending(SetCredential)] == ["front"]
    assert grant.is_active


def test_a_lock_that_is_free_and_failed_at_once_counts_as_failed():
    house = House()
    house.grant("front", failed={"front": "lock_unavailable"})
    assert not house.pending(SetCredential)


def test_a_grant_expires():
    house = House()
    grant = house.grant("front", "back", lasts=600)
    wrote(house)
    assert house.deadline == grant.expires_at
    house.wait(600)
    assert house.state.grants[grant.id].end_reason == "expired"
    assert len(house.pending(ClearCredential)) == 2
    assert house.deadline is None


def test_a_grant_is_revoked_once():
    house = House()
    grant = house.grant()
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    assert not house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    assert house.state.grants[grant.id].end_reason == "revoked"
    with pytest.raises(InvalidRequestError, match="grant_unknown"):
        house.do(cmd.RevokeGrant(grant_id="nothing", by="owner"))


def test_a_grant_ends_with_its_incident():
    house = House()
    house.trip("smoke")
    grant = house.grant(incident_id=house.incident.id)
    house.dismiss()
    assert house.state.grants[grant.id].end_reason == "incident_ended"


def test_a_grant_is_used_up():
    house = House()
    grant = house.grant(max_uses=2)
    wrote(house)
    house.do(builders.opened("front", slot=5, at=house.now))
    assert house.state.grants[grant.id].is_active
    house.wait(3)
    house.do(builders.opened("front", slot=5, at=house.now))
    assert house.state.grants[grant.id].end_reason == "used_up"


@pytest.mark.parametrize(("door", "slot"), [("front", 6), ("back", 5)])
def test_codes_of_others_are_not_our_business(door: str, slot: int):
    house = House()
    house.grant("front")
    house.do(builders.opened(door, slot=slot, at=house.now))
    assert not house.told(ev.GrantUsed)


def test_a_code_that_is_gone_is_not_seen():
    house = House()
    grant = house.grant()
    wrote(house)
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    cleared(house)
    house.do(builders.opened("front", slot=5, at=house.now))
    assert not house.told(ev.GrantUsed)


def test_a_grant_that_ends_before_its_code_is_written_is_never_written():
    house = House()
    grant = house.grant()
    [pending] = house.pending(SetCredential)
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    house.start(pending)
    assert not house.pending(SetCredential)
    assert len(house.pending(ClearCredential)) == 1


@pytest.mark.parametrize("first", ["set", "clear"])
def test_a_grant_that_ends_while_its_code_is_being_written(first: str):
    house = House()
    grant = house.grant()
    [write] = house.pending(SetCredential)
    house.start(write)
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    if first == "set":
        house.done(write, "confirmed")
        assert status(house, grant) is CredentialStatus.REMOVING
        assert len(house.pending(ClearCredential)) == 1
    else:
        cleared(house)
        with pytest.raises(InvalidRequestError, match="slot_taken"):
            house.grant("front")
        house.done(write, "confirmed")
        assert len(house.pending(ClearCredential)) == 1
    cleared(house)
    assert house.state.grants[grant.id].is_gone


def test_a_late_refusal_after_the_end_needs_no_second_removal():
    house = House()
    grant = house.grant()
    [write] = house.pending(SetCredential)
    house.start(write)
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    cleared(house)
    house.fail(write, "lock_full", final=True)
    assert house.state.grants[grant.id].is_gone
    assert not house.pending(ClearCredential)


def test_ending_does_not_order_a_second_removal():
    house = House()
    house.grant(lasts=600)
    [write] = house.pending(SetCredential)
    house.start(write)
    house.fail(write, "timed_out", final=True)
    house.wait(600)
    assert len(house.pending(ClearCredential)) == 1


@pytest.mark.parametrize(
    ("outcome", "known"),
    [
        ("confirmed", CredentialStatus.REMOVED),
        ("unverified", CredentialStatus.REMOVED_UNVERIFIED),
    ],
)
def test_removal_says_what_it_proved(outcome: str, known: CredentialStatus):
    house = House()
    grant = house.grant(lasts=60)
    wrote(house)
    house.wait(60)
    cleared(house, outcome)
    assert status(house, grant) is known
    assert house.state.grants[grant.id].is_gone


def test_a_grant_without_locks_ends_at_once():
    house = House()
    grant = house.grant(slots={})
    assert grant.end_reason == "no_lock_took_it"


def test_a_grant_shows_a_label_and_no_code():
    grant = AccessGrant(
        id="0123456789",
        recipient="officer",
        by="owner",
        created_at=START,
        expires_at=START,
        fingerprint="f00d",
    )
    assert grant.label == "VR 456789"
    assert not grant.is_gone


def test_uses_are_journalled():
    house = House()
    grant = house.grant()
    house.do(builders.opened("front", slot=5, at=house.now))
    assert house.told(ev.GrantUsed) == [
        ev.GrantUsed(grant_id=grant.id, door_id="front", method=EntryMethod.KEYPAD)
    ]
    assert house.state.grants[grant.id].uses == 1
