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


def test_whoever_goes_on_trying_is_told_again_and_again():
    house = House()
    house.arm()
    for _ in range(90):
        said(house, DoorAct.REFUSED)
        house.wait(11)  # sooner it would be the same evidence
    assert len(signs(house)) == 30
    assert len(house.state.refused["front"]) <= 50
    assert house.replayed() == house.state


def test_each_door_has_its_own_row():
    house = House()
    house.arm()
    for door_id in ("front", "back", "front", "back"):
        said(house, DoorAct.REFUSED, door_id)
    assert signs(house) == []
    said(house, DoorAct.REFUSED, "back")
    assert [event.item.door_id for event in house.told(ev.EvidenceNoted)] == ["back"]


@pytest.mark.parametrize(("attempts", "told"), [(1, 6), (2, 3), (5, 1)])
def test_how_many_wrong_codes_are_an_attempt_is_the_owners_choice(attempts: int, told: int):
    house = House(lock_attempts=attempts)
    house.arm()
    for _ in range(6):
        said(house, DoorAct.REFUSED)
        house.wait(11)
    assert len(signs(house)) == told


@pytest.mark.parametrize(
    ("after", "more", "entries"),
    [
        (1.9, {}, 1),
        (2, {}, 2),
        (0, {"slot": 6}, 2),
        (0, {"slot": None, "name": "Anna"}, 2),
    ],
)
def test_what_is_the_same(after: float, more: dict[str, object], entries: int):
    house = House()
    said(house, DoorAct.UNLOCKED, slot=5)
    house.wait(after)
    said(house, DoorAct.UNLOCKED, **{"slot": 5} | more)
    assert len(house.told(ev.DoorReported)) == entries


def test_a_lockout_that_is_said_twice_is_one_attempt():
    house = House()
    house.arm()
    said(house, DoorAct.LOCKED_OUT)
    said(house, DoorAct.LOCKED_OUT)
    assert signs(house) == [LockSign.WRONG_CODES]


@pytest.mark.parametrize("act", [DoorAct.REFUSED, DoorAct.LOCKED, DoorAct.LOCKED_OUT])
def test_only_an_opening_uses_a_code(act: DoorAct):
    house = House()
    grant = house.grant(max_uses=1)
    house.perform(SetCredential)
    said(house, act, slot=5)
    assert house.state.grants[grant.id].uses == 0
    assert house.state.grants[grant.id].is_active


def test_our_code_is_evidence_of_who_came_in_while_armed():
    house = House()
    grant = house.grant()
    house.perform(SetCredential)
    house.arm()
    said(house, DoorAct.UNLOCKED, slot=5)
    said(house, DoorAct.UNLOCKED, slot=6)  # somebody of the household
    [noted] = house.told(ev.EvidenceNoted)
    assert (noted.item.kind, noted.item.who) == (LockSign.CREDENTIAL_USED, grant.id)


def test_uses_beyond_the_last_are_still_counted_and_the_newest_kept():
    house = House()
    grant = house.grant()
    house.perform(SetCredential)
    for _ in range(25):
        said(house, DoorAct.UNLOCKED, slot=5)
        house.wait(3)
    kept = house.state.grants[grant.id]
    assert (kept.uses, len(kept.used)) == (25, 20)
    assert (house.now - kept.used[-1].at).total_seconds() == 3
