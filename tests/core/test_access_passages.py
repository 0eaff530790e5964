"""Doors unlocked from afar: by consent, for a while, never late; and locked again."""

from typing import Any

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import PassageStatus, Preset
from custom_components.verified_response.core.effects import (
    LockDoor,
    SetCredential,
    ShareAction,
    UnlockDoor,
)
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.incident import IncidentKind
from tests import builders
from tests.core.house import House


def home(**door: Any) -> House:
    allowed = {"remote_unlock": True, "fire_unlock": True} | door
    responders = builders.by_id([builders.responder("desk")])
    return House(
        builders.premises(
            doors=builders.by_id([builders.door("front", **allowed)]), responders=responders
        )
    )


def status(house: House) -> PassageStatus | None:
    passage = house.state.passages.get("front")
    return passage.status if passage else None


def locked_by_hand(house: House) -> None:
    report = DoorReport(
        at=house.now, door_id="front", act=DoorAct.LOCKED, method=EntryMethod.MANUAL
    )
    house.do(cmd.ReportDoor(report=report))


def panic(house: House) -> str:
    house.distress()
    house.deliver()
    return house.incident.id


def test_it_opens_for_a_while_and_is_locked_again():
    house = home()
    house.opens()
    assert status(house) is PassageStatus.OPENING
    house.perform(UnlockDoor)
    assert status(house) is PassageStatus.OPEN
    house.wait(house.premises.policy.hold_s - 1)
    assert not house.pending(LockDoor)
    house.wait(1)
    assert status(house) is PassageStatus.CLOSING
    house.perform(LockDoor)
    assert status(house) is None
    assert house.replayed() == house.state


@pytest.mark.parametrize(
    ("door", "preset", "code"),
    [
        ({"remote_unlock": False}, Preset.RESPONDER, "remote_unlock_not_allowed"),
        ({"fire_unlock": False}, Preset.FIRE, "fire_unlock_not_allowed"),
    ],
)
def test_each_needs_its_own_consent(door: dict[str, bool], preset: Preset, code: str):
    house = home(**door)
    with pytest.raises(InvalidRequestError, match=code):
        house.opens(preset=preset)
    assert not house.told(ev.PassageAsked)


@pytest.mark.parametrize("hold_s", [0, 9, 3601])
def test_a_hold_has_bounds(hold_s: int):
    with pytest.raises(InvalidRequestError, match="hold_out_of_range"):
        home().opens(hold_s=hold_s)


def test_in_a_fire_it_is_held_until_the_incident_is_over():
    house = home()
    house.distress(IncidentKind.FIRE)
    house.opens(preset=Preset.FIRE, incident_id=house.incident.id)
    house.perform(UnlockDoor)
    house.wait(6 * 3600)
    assert status(house) is PassageStatus.OPEN
    house.dismiss()
    assert status(house) is PassageStatus.CLOSING
    assert len(house.pending(LockDoor)) == 1


def test_asked_again_it_is_held_anew():
    house = home()
    house.opens(hold_s=60)
    house.perform(UnlockDoor)
    house.wait(60)
    [locking] = house.pending(LockDoor)
    house.opens(hold_s=600)
    assert locking.id not in house.state.effects
    house.perform(UnlockDoor)
    house.wait(599)
    assert status(house) is PassageStatus.OPEN


def test_a_person_ends_it_and_asking_twice_is_harmless():
    house = home()
    with pytest.raises(InvalidRequestError, match="door_not_held"):
        house.do(cmd.CloseDoor(door_id="front", by="owner"))
    house.opens(preset=Preset.FIRE)
    house.perform(UnlockDoor)
    house.do(cmd.CloseDoor(door_id="front", by="owner"))
    house.do(cmd.CloseDoor(door_id="front", by="owner"))
    assert len(house.asked(LockDoor)) == 1


def test_whoever_locks_it_by_hand_ends_it():
    house = home()
    house.opens()
    house.perform(UnlockDoor)
    locked_by_hand(house)  # the moment before
    assert status(house) is PassageStatus.OPEN
    house.wait(30)
    locked_by_hand(house)
    house.perform(LockDoor)  # confirmed at once by a lock that is locked
    assert status(house) is None


def test_in_a_fire_no_bolt_is_thrown_because_of_a_report():
    house = home()
    house.opens(preset=Preset.FIRE)
    house.perform(UnlockDoor)
    house.wait(30)
    locked_by_hand(house)
    assert status(house) is None
    assert not house.asked(LockDoor)


def test_what_comes_too_late_is_not_done():
    house = home()
    house.opens(hold_s=3600)
    house.restart(after=121)
    [pending] = house.pending(UnlockDoor)
    house.start(pending)
    assert not house.pending(UnlockDoor)
    assert status(house) is PassageStatus.FAILED
    assert not house.pending(LockDoor)
    assert house.pushed("door_not_unlocked")


def test_one_that_an_earlier_run_began_is_locked_to_be_sure():
    house = home()
    house.opens(hold_s=3600)
    [pending] = house.pending(UnlockDoor)
    house.start(pending)
    house.restart(after=121)
    house.start(pending)
    assert status(house) is PassageStatus.CLOSING
    assert len(house.pending(LockDoor)) == 1


def test_after_a_short_power_cut_it_goes_on():
    house = home()
    house.opens(hold_s=3600)
    house.restart(after=20)
    house.perform(UnlockDoor)
    assert status(house) is PassageStatus.OPEN


@pytest.mark.parametrize(
    ("code", "preset", "then"),
    [
        ("lock_unavailable", Preset.RESPONDER, PassageStatus.FAILED),
        ("lock_move_unknown", Preset.RESPONDER, PassageStatus.CLOSING),
        ("lock_move_unknown", Preset.FIRE, PassageStatus.FAILED),
    ],
)
def test_a_bolt_that_may_have_moved_is_thrown_again(code: str, preset: Preset, then: PassageStatus):
    house = home()
    house.opens(preset=preset)
    [pending] = house.pending(UnlockDoor)
    house.start(pending)
    house.fail(pending, code, final=True)
    assert status(house) is then
    assert house.pushed("door_not_unlocked")


def test_a_jam_is_told_to_people_and_to_the_desk():
    house = home()
    incident_id = panic(house)
    house.opens(incident_id=incident_id)
    house.perform(UnlockDoor)
    house.wait(house.premises.policy.hold_s)
    [locking] = house.pending(LockDoor)
    before = len(house.shares("desk", ShareAction.UPDATE))
    house.start(locking)
    house.fail(locking, "lock_jammed")
    assert house.pushed("lock_jammed")
    assert len(house.shares("desk", ShareAction.UPDATE)) == before + 1
    house.start(locking)
    house.fail(locking, "lock_jammed")
    assert len(house.shares("desk", ShareAction.UPDATE)) == before + 1
    assert house.pending(LockDoor)


def test_a_door_that_stays_open_is_told_once_and_waited_for():
    house = home()
    house.opens()
    house.perform(UnlockDoor)
    house.wait(house.premises.policy.hold_s)
    [locking] = house.pending(LockDoor)
    for _ in range(6):
        house.start(locking)
        house.fail(locking, "door_open")
    assert len(set(house.pushed("door_left_open"))) == len(house.pushed("door_left_open")) > 0
    house.perform(LockDoor)
    assert status(house) is None


def test_a_door_that_falls_shut_is_locked_at_once():
    house = home()
    house.opens()
    house.perform(UnlockDoor)
    house.wait(house.premises.policy.hold_s)
    [locking] = house.pending(LockDoor)
    house.do(cmd.DoorClosed(door_id="front"))  # nothing waits yet
    house.start(locking)
    house.fail(locking, "door_open")
    house.do(cmd.DoorClosed(door_id="back"))
    [waiting] = house.pending(LockDoor)
    assert waiting.not_before is not None
    assert waiting.not_before > house.now
    house.do(cmd.DoorClosed(door_id="front"))
    assert house.pending(LockDoor)[0].not_before == house.now


def test_a_clock_that_is_set_moves_the_countdown():
    house = home()
    house.opens(hold_s=600)
    house.perform(UnlockDoor)
    until = house.state.passages["front"].until
    house.do(cmd.NoteJump(by_s=-3600))
    moved = house.state.passages["front"].until
    assert until is not None
    assert moved is not None
    assert (until - moved).total_seconds() == 3600


# --- after codes


def used(house: House, **more: Any) -> str:
    grant = house.grant(**{"lasts": 1800, "preset": Preset.RESPONDER} | more)
    house.perform(SetCredential)
    house.do(builders.opened("front", slot=5, at=house.now))
    return grant.id


def test_a_door_is_locked_once_the_grant_ended():
    house = home()
    grant_id = used(house)
    assert not house.pending(LockDoor)
    house.do(cmd.RevokeGrant(grant_id=grant_id, by="owner"))
    assert len(house.pending(LockDoor)) == 1
    house.wait(7200)
    assert len(house.asked(LockDoor)) == 1


def test_whoever_used_it_up_may_be_inside():
    house = home()
    grant_id = used(house, max_uses=1)
    assert house.state.grants[grant_id].end_reason == "used_up"
    house.wait(1799)
    assert not house.pending(LockDoor)
    house.wait(1)
    assert len(house.pending(LockDoor)) == 1


@pytest.mark.parametrize(
    ("door", "grant"),
    [
        ({"relock": False}, {}),
        ({}, {"preset": Preset.GUEST}),
        ({}, {"preset": None}),
    ],
)
def test_it_is_left_as_it_is(door: dict[str, Any], grant: dict[str, Any]):
    house = home(**door)
    used(house, **grant)
    house.wait(7200)
    assert not house.asked(LockDoor)
    assert house.deadline is None or house.deadline > house.now


def test_a_door_that_is_held_for_others_is_not_locked_under_them():
    house = home()
    grant_id = used(house)
    house.opens(preset=Preset.FIRE)
    house.perform(UnlockDoor)
    house.do(cmd.RevokeGrant(grant_id=grant_id, by="owner"))
    assert not house.pending(LockDoor)


# --- a door that was open before


def test_what_comes_too_late_at_a_door_that_was_held_is_locked_again():
    """The hub stopped right after the second tap: the first one's countdown is gone with it."""
    house = home()
    house.opens(hold_s=60)
    house.perform(UnlockDoor)
    house.opens(hold_s=600)
    house.restart(after=121)
    [pending] = house.pending(UnlockDoor)
    house.start(pending)
    assert status(house) is PassageStatus.CLOSING
    assert len(house.pending(LockDoor)) == 1


def test_what_comes_too_late_does_not_end_a_relock_that_waits():
    house = home()
    used_grant = used(house)
    house.do(cmd.RevokeGrant(grant_id=used_grant, by="owner"))
    [waiting] = house.pending(LockDoor)
    house.start(waiting)
    house.fail(waiting, "door_open")
    house.opens(hold_s=600)
    assert not house.pending(LockDoor)
    house.restart(after=121)
    house.perform(UnlockDoor)
    assert len(house.pending(LockDoor)) == 1


def test_a_door_that_was_not_unlocked_for_sure_is_locked_when_a_person_says_so():
    """In a fire nothing locks it by itself, but it may be open."""
    house = home()
    house.opens(preset=Preset.FIRE)
    [pending] = house.pending(UnlockDoor)
    house.start(pending)
    house.fail(pending, "lock_move_unknown", final=True)
    assert status(house) is PassageStatus.FAILED
    house.do(cmd.CloseDoor(door_id="front", by="owner"))
    assert len(house.pending(LockDoor)) == 1
    house.perform(LockDoor)
    assert status(house) is None


def test_a_lock_that_says_locked_is_asked_before_it_is_believed():
    """A report may be late: it tells of the moment before, and the countdown must not end with it."""
    house = home()
    house.opens()
    house.perform(UnlockDoor)
    house.wait(30)
    locked_by_hand(house)
    assert len(house.pending(LockDoor)) == 1
    house.perform(LockDoor)
    assert status(house) is None


def test_after_an_unclear_unlock_the_bolt_is_thrown_whatever_the_lock_says():
    house = home()
    house.opens()
    [pending] = house.pending(UnlockDoor)
    house.start(pending)
    house.fail(pending, "lock_move_unknown", final=True)
    assert [effect.surely for effect in house.asked(LockDoor)] == [True]


def test_a_door_closed_while_it_was_being_opened_is_locked_whatever_the_lock_says():
    house = home()
    house.opens()
    [pending] = house.pending(UnlockDoor)
    house.start(pending)
    house.fail(pending, "lock_move_unknown")
    house.do(cmd.CloseDoor(door_id="front", by="owner"))
    assert [effect.surely for effect in house.asked(LockDoor)] == [True]


def test_a_door_that_was_opened_is_locked_as_far_as_it_is_not():
    house = home()
    house.opens()
    house.perform(UnlockDoor)
    house.do(cmd.CloseDoor(door_id="front", by="owner"))
    assert [effect.surely for effect in house.asked(LockDoor)] == [False]
