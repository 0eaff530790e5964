"""Sounds, locks, vehicles, weather and people at home: evidence, and never an alarm by themselves."""

from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.effects import Push
from custom_components.verified_response.core.evidence import (
    HouseholdPresent,
    LockReported,
    LockSign,
    Noted,
    PowerReturned,
    SoundHeard,
    StormReported,
    VehicleReported,
)
from custom_components.verified_response.core.premises import ArmMode, SignKind
from custom_components.verified_response.core.state import KEPT_RECENT, Phase
from tests.core.house import START, House

GLASS = SoundHeard(at=START, sign_id="ear", kind=SignKind.GLASS_BREAK, device="d", place="p")
KINDS: dict[str, Noted] = {
    "sound": GLASS,
    "lock": LockReported(at=START, door_id="front", kind=LockSign.FORCED),
    "vehicle": VehicleReported(at=START, sign_id="drive", plate="AB 12"),
    "household": HouseholdPresent(at=START, who="owner"),
    "storm": StormReported(at=START, sign_id="sky"),
    "power": PowerReturned(at=START, sign_id="mains"),
}


def armed(mode: ArmMode = ArmMode.AWAY) -> House:
    house = House()
    house.arm(mode=mode, at_once=True)
    return house


def wrong_codes(house: House, door: str = "front") -> LockReported:
    return LockReported(at=house.now, door_id=door, kind=LockSign.WRONG_CODES)


@pytest.mark.parametrize("kind", KINDS)
def test_while_nothing_protects_it_is_not_even_kept(kind: str):
    house = House()
    house.note(KINDS[kind])
    assert house.state.recent == ()


@pytest.mark.parametrize("kind", KINDS)
def test_while_armed_it_is_kept_for_what_may_come(kind: str):
    house = armed()
    house.note(KINDS[kind])
    assert house.state.recent == (KINDS[kind],)
    assert (house.phase(), house.state.incidents) == (Phase.ARMED, {})
    house.wait(60)
    house.trip("front_door")
    assert house.incident.evidence[0] == KINDS[kind]
    assert house.state.recent == ()


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_burglary_it_is_evidence_of_it(kind: str):
    house = armed()
    house.trip("front_door")
    house.note(KINDS[kind])
    assert house.incident.evidence[1:] == (KINDS[kind],)
    assert house.phase() is Phase.PENDING


def test_what_is_old_does_not_belong_to_what_comes_now():
    house = armed()
    house.note(GLASS)
    house.wait(301)
    house.trip("front_door")
    assert GLASS not in house.incident.evidence


def test_a_loud_night_does_not_fill_the_memory():
    house = armed()
    for second in range(KEPT_RECENT + 10):
        house.note(SoundHeard(at=house.now, sign_id=f"ear{second}", kind=SignKind.SCREAM))
    assert len(house.state.recent) == KEPT_RECENT


@pytest.mark.parametrize("open_incident", [False, True])
@pytest.mark.parametrize(("later", "times"), [(9, 1), (10, 2)])
def test_the_same_said_again_at_once_is_the_same(open_incident: bool, later: float, times: int):
    house = armed()
    if open_incident:
        house.trip("front_door")
    for _ in range(2):
        house.note(SoundHeard(at=house.now, sign_id="ear", kind=SignKind.GLASS_BREAK))
        house.wait(later)
    kept = house.incident.evidence if open_incident else house.state.recent
    assert len([item for item in kept if isinstance(item, SoundHeard)]) == times


def test_a_clock_that_jumps_back_does_not_make_it_the_same():
    house = armed()
    house.note(SoundHeard(at=house.now, sign_id="ear", kind=SignKind.GLASS_BREAK))
    house.now -= timedelta(hours=1)
    house.note(SoundHeard(at=house.now, sign_id="ear", kind=SignKind.GLASS_BREAK))
    assert len(house.state.recent) == 2


@pytest.mark.parametrize(
    "other",
    [
        SoundHeard(at=START, sign_id="ear", kind=SignKind.GUNSHOT),
        SoundHeard(at=START, sign_id="other ear", kind=SignKind.GLASS_BREAK),
        LockReported(at=START, door_id="front", kind=LockSign.JAMMED),
    ],
)
def test_what_differs_is_kept_beside_it(other: Noted):
    house = armed()
    house.note(GLASS)
    house.note(other)
    assert house.state.recent == (GLASS, other)


def test_who_is_at_home_is_kept_once():
    house = armed()
    house.trip("front_door")
    for _ in range(3):
        house.note(HouseholdPresent(at=house.now, who="owner"))
        house.wait(5)
    assert len(house.incident.evidence) == 2


@pytest.mark.parametrize(
    ("mode", "says"),
    [(ArmMode.AWAY, True), (ArmMode.VACATION, True), (ArmMode.NIGHT, False), (ArmMode.HOME, False)],
)
def test_presence_says_something_only_where_nobody_is_expected(mode: ArmMode, says: bool):
    for before in (True, False):
        house = armed(mode)
        owner = HouseholdPresent(at=house.now, who="owner")
        if before:
            house.note(owner)
        house.trip("kitchen_window")
        if not before:
            house.note(owner)
        assert (owner in house.incident.evidence) is says


def test_wrong_codes_in_a_row_at_a_door_are_told_and_are_no_alarm():
    house = armed()
    house.note(wrong_codes(house))
    assert house.told(ev.DoorAttempted) == [ev.DoorAttempted(door_id="front")]
    push = house.asked(Push)[-1]
    assert (push.contact_id, push.prompt, push.about) == ("owner", "door_attempted", ("front",))
    assert house.phase() is Phase.ARMED


def test_who_goes_on_trying_is_told_every_five_minutes_for_each_door():
    house = armed()
    for _ in range(11):
        house.note(wrong_codes(house))
        house.wait(30)
    house.note(wrong_codes(house, "back"))
    assert [event.door_id for event in house.told(ev.DoorAttempted)] == ["front", "front", "back"]


@pytest.mark.parametrize("kind", [sign for sign in LockSign if sign is not LockSign.WRONG_CODES])
def test_other_words_of_a_lock_are_not_attempts(kind: LockSign):
    house = armed()
    house.note(LockReported(at=house.now, door_id="front", kind=kind))
    assert not house.told(ev.DoorAttempted)


def test_in_a_burglary_nobody_is_told_of_attempts_beside_it():
    house = armed()
    house.trip("front_door")
    house.note(wrong_codes(house))
    assert not house.told(ev.DoorAttempted)


def test_wrong_codes_at_our_own_panel_are_evidence_too():
    house = armed()
    for _ in range(2):
        house.do(cmd.NoteWrongCode(area_id="house", by="keypad"))
    assert house.state.recent == ()
    house.do(cmd.NoteWrongCode(area_id="house", by="keypad"))
    assert house.state.recent == (wrong_codes(house, "house"),)


def test_wrong_codes_typed_at_no_panel_are_not():
    house = armed()
    for _ in range(3):
        house.do(cmd.NoteWrongCode(area_id=None, by="app"))
    assert house.state.recent == ()


def test_a_code_that_is_good_once_is_spent():
    house = House()
    house.do(cmd.SpendCode(code_id="c1", contact_id="owner"))
    assert house.state.spent_codes == ("c1",)
