"""What locks say: entries kept, uses counted and proven, wrong codes in a row told."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import ClearCredential, SetCredential
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.core.evidence import LockReported, LockSign
from tests import builders
from tests.core.house import House


def said(house: House, act: DoorAct, door_id: str = "front", **more: object) -> None:
    report = DoorReport(at=house.now, door_id=door_id, act=act, method=EntryMethod.KEYPAD, **more)
    house.do(cmd.ReportDoor(report=report))


def signs(house: House) -> list[LockSign]:
    items = [*house.told(ev.EvidenceNoted), *house.told(ev.EvidenceAdded)]
    return [event.item.kind for event in items if isinstance(event.item, LockReported)]


@pytest.mark.parametrize(("outcome", "proven"), [("confirmed", True), ("unverified", False)])
def test_a_use_is_proven_where_the_lock_once_showed_our_code(outcome: str, proven: bool):
    house = House()
    grant = house.grant()
    house.perform(SetCredential, outcome)
    said(house, DoorAct.UNLOCKED, slot=5, raw={"userId": "5"})
    [told] = house.told(ev.DoorReported)
    assert (told.grant_id, told.proven, told.report.raw) == (grant.id, proven, {"userId": "5"})
    [use] = house.state.grants[grant.id].used
    assert (use.at, use.door_id, use.method) == (house.now, "front", EntryMethod.KEYPAD)


def test_a_lock_without_places_names_our_label():
    house = House()
    grant = house.grant(slots={"front": 0})
    house.perform(SetCredential)
    said(house, DoorAct.UNLOCKED, name=grant.label)
    assert house.state.grants[grant.id].uses == 1
    house.wait(3)
    said(house, DoorAct.UNLOCKED, slot=0)  # a real user number 0 is not "no number"
    said(house, DoorAct.UNLOCKED, name="Anna")
    assert house.state.grants[grant.id].uses == 1


def test_the_same_said_twice_is_one_entry():
    house = House()
    grant = house.grant()
    house.perform(SetCredential)
    said(house, DoorAct.UNLOCKED, slot=5)
    said(house, DoorAct.UNLOCKED, slot=5)
    assert (house.state.grants[grant.id].uses, len(house.told(ev.DoorReported))) == (1, 1)
    house.wait(3)
    said(house, DoorAct.UNLOCKED, slot=5)
    assert house.state.grants[grant.id].uses == 2


def test_a_use_after_the_end_is_still_told():
    house = House()
    grant = house.grant()
    house.perform(SetCredential)
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    said(house, DoorAct.UNLOCKED, slot=5)
    assert house.state.grants[grant.id].uses == 1
    house.perform(ClearCredential)
    house.wait(3)
    said(house, DoorAct.UNLOCKED, slot=5)
    assert house.state.grants[grant.id].uses == 1


def test_a_door_of_nobody_is_not_kept():
    house = House()
    said(house, DoorAct.UNLOCKED, "elsewhere", slot=1)
    assert house.told(ev.DoorReported) == []


def test_three_wrong_codes_in_a_row_are_an_attempt():
    house = House()
    house.arm()
    for _ in range(2):
        said(house, DoorAct.REFUSED)
    assert signs(house) == []
    said(house, DoorAct.REFUSED)
    assert signs(house) == [LockSign.WRONG_CODES]
    assert len(house.told(ev.DoorAttempted)) == 1
    assert "door_attempted" in {prompt for _, prompt in house.prompts()}


def test_a_right_code_between_begins_anew_and_so_does_a_long_pause():
    house = House()
    house.arm()
    said(house, DoorAct.REFUSED)
    said(house, DoorAct.REFUSED)
    said(house, DoorAct.UNLOCKED, slot=1)
    said(house, DoorAct.REFUSED)
    said(house, DoorAct.REFUSED)
    house.wait(house.premises.policy.attempt_row_s + 1)
    said(house, DoorAct.REFUSED)
    assert signs(house) == []
    assert len(house.state.refused["front"]) == 1


def test_locking_is_no_right_code():
    house = House()
    house.arm()
    for act in (DoorAct.REFUSED, DoorAct.LOCKED, DoorAct.REFUSED, DoorAct.REFUSED):
        said(house, act)
    assert signs(house) == [LockSign.WRONG_CODES]


def test_a_keypad_that_locks_itself_is_an_attempt_at_once():
    house = House()
    house.arm()
    said(house, DoorAct.LOCKED_OUT)
    assert signs(house) == [LockSign.WRONG_CODES]


def test_a_clock_that_is_set_keeps_the_row():
    house = House()
    house.arm()
    said(house, DoorAct.REFUSED)
    said(house, DoorAct.REFUSED)
    house.do(cmd.NoteJump(by_s=7200))
    house.now = house.now.replace(year=2026)
    assert all(at > house.now for at in house.state.refused["front"])
    assert house.replayed() == house.state


def test_builders_open_as_a_keypad_does():
    house = House()
    house.do(builders.opened("front", slot=None, at=house.now))
    [told] = house.told(ev.DoorReported)
    assert (told.grant_id, told.proven) == (None, False)


@pytest.mark.parametrize(
    "method", [EntryMethod.MANUAL, EntryMethod.AUTO, EntryMethod.REMOTE, EntryMethod.TAG]
)
def test_what_opened_without_a_keypad_is_no_use_of_our_code(method: EntryMethod):
    """Locks name a user with every operation; ZHA's user 0, which is nobody, is our place 1."""
    house = House()
    grant = house.grant(slots={"front": 1}, max_uses=1)
    house.perform(SetCredential)
    report = DoorReport(at=house.now, door_id="front", act=DoorAct.UNLOCKED, method=method, slot=1)
    house.do(cmd.ReportDoor(report=report))
    [told] = house.told(ev.DoorReported)
    assert (told.grant_id, told.proven) == (None, False)
    assert house.state.grants[grant.id].is_active
