"""After the burst: the slow watch of an open incident, which tells only what is news."""

import pytest

from custom_components.verified_response.core.assessment import AlarmLevel
from custom_components.verified_response.core.evidence import CouldNotSee, NobodySeen, PersonSeen
from tests import builders

from .kit import DARK, Yard, with_box

LOOK_S = builders.policy().look_s
SUSTAIN_S = builders.policy().sustain_s


@pytest.fixture
async def tripped(yard: Yard) -> Yard:
    """A trip in the hall whose burst has shown nobody."""
    await yard.arm()
    await yard.trip("motion")
    await yard.wait(LOOK_S + 1)
    assert len(yard.evidence(NobodySeen, "hall")) == 1
    return yard


async def test_a_person_ends_the_burst_but_not_the_watch(yard: Yard):
    await yard.arm()
    yard.shows("hall", with_box(0.3))
    await yard.trip("motion")
    await yard.wait(0.5)
    assert len(yard.evidence(PersonSeen, "hall")) == 1
    assert yard.stills("hall") == 2
    await yard.wait(20)
    assert 10 <= yard.stills("hall") <= 13
    assert len(yard.evidence(PersonSeen, "hall")) == 1
    assert yard.look("hall").person is True


async def test_after_an_empty_burst_it_goes_on_slowly(tripped: Yard):
    asked = tripped.stills("hall")
    await tripped.wait(20)
    assert 9 <= tripped.stills("hall") - asked <= 11
    assert len(tripped.evidence(NobodySeen)) == 1


async def test_who_comes_later_is_found_quickly(tripped: Yard):
    tripped.shows("hall", with_box(0.3))
    await tripped.wait(2.5)
    [person] = tripped.evidence(PersonSeen, "hall")
    assert person.count == 1
    await tripped.wait(60)
    assert len(tripped.evidence(PersonSeen, "hall")) == 1


async def test_one_frame_is_looked_at_twice_and_hard(tripped: Yard):
    """A single hit makes it look hard for a moment, and is forgotten."""
    tripped.shows("hall", with_box(0.3))
    asked = tripped.stills("hall")
    while tripped.stills("hall") == asked:
        await tripped.wait(0.1)
    tripped.shows("hall")
    await tripped.wait(1)
    assert tripped.stills("hall") - asked == 2
    await tripped.wait(30)
    assert tripped.evidence(PersonSeen) == []


async def test_more_people_at_once_are_news(tripped: Yard):
    tripped.shows("hall", with_box(0.2))
    await tripped.wait(6)
    tripped.shows("hall", with_box(0.2), with_box(0.7))
    await tripped.wait(10)
    assert [item.count for item in tripped.evidence(PersonSeen)] == [1, 2]
    tripped.shows("hall", with_box(0.7))
    await tripped.wait(10)
    tripped.shows("hall", with_box(0.2), with_box(0.7))
    await tripped.wait(10)
    assert [item.count for item in tripped.evidence(PersonSeen)] == [1, 2]
    assert tripped.look("hall").count == 2


async def test_a_verified_alarm_believes_weaker_scores(tripped: Yard):
    tripped.shows("hall", with_box(0.3, score=0.40))
    await tripped.wait(20)
    assert tripped.evidence(PersonSeen) == []
    assert tripped.look("hall").person is False
    await tripped.confirm()
    assert (tripped.incident.assessment.level or 0) >= AlarmLevel.PRESENCE
    await tripped.wait(6)
    assert len(tripped.evidence(PersonSeen)) == 1
    assert tripped.look("hall").person is True


async def test_the_camera_s_own_offset_moves_the_threshold():
    yard = Yard(indoor=[builders.camera("hall", score_offset=0.2)])
    await yard.start()
    await yard.arm()
    yard.shows("hall", with_box(0.3, score=0.6))
    await yard.trip("motion")
    await yard.wait(LOOK_S)
    assert yard.evidence(PersonSeen) == []
    assert len(yard.evidence(NobodySeen)) == 1
    await yard.stop()


async def test_it_ends_ten_minutes_after_the_last_trip(tripped: Yard):
    await tripped.wait(SUSTAIN_S)
    asked = tripped.stills("hall")
    assert "hall" not in tripped.watch.looking_at
    assert "camera.hall" in tripped.camera.rested
    await tripped.wait(3600)
    assert tripped.stills("hall") == asked
    assert tripped.look("hall").person is None
    await tripped.trip("motion")
    await tripped.wait(1)
    assert tripped.stills("hall") > asked


async def test_who_is_seen_keeps_it_going(tripped: Yard):
    tripped.shows("hall", with_box(0.3))
    await tripped.wait(SUSTAIN_S)
    assert "hall" in tripped.watch.looking_at
    tripped.shows("hall")
    await tripped.wait(SUSTAIN_S + 30)
    assert "hall" not in tripped.watch.looking_at


async def test_a_person_ends_it_with_the_incident(tripped: Yard):
    await tripped.dismiss()
    asked = tripped.stills("hall")
    await tripped.wait(60)
    assert tripped.stills("hall") == asked


async def test_a_camera_that_goes_blind_is_told_and_taken_back(tripped: Yard):
    tripped.detector.light["hall"] = DARK
    await tripped.wait(12)
    assert [item.reason for item in tripped.evidence(CouldNotSee)] == ["camera_dark"]
    assert "could_not_look:hall" in tripped.incident.assessment.unknowns
    assert tripped.look("hall").blind == "camera_dark"
    assert tripped.look("hall").person is None
    del tripped.detector.light["hall"]
    await tripped.wait(30)
    assert tripped.incident.assessment.unknowns == ()
    assert tripped.look("hall").blind is None
    assert len(tripped.evidence(CouldNotSee)) == 1


async def test_light_that_comes_and_goes_does_not_fill_the_record(tripped: Yard):
    """Dusk with a passing cloud: five minutes of flicker are a handful of words."""
    for _ in range(15):
        tripped.detector.light["hall"] = DARK
        await tripped.wait(10)
        del tripped.detector.light["hall"]
        await tripped.wait(10)
    assert len(tripped.evidence(CouldNotSee)) <= 6
    assert len(tripped.evidence(NobodySeen)) <= 7


async def test_somebody_in_the_dark_is_somebody(tripped: Yard):
    tripped.detector.light["hall"] = DARK
    tripped.shows("hall", with_box(0.3))
    await tripped.wait(10)
    assert len(tripped.evidence(PersonSeen)) == 1
    assert tripped.look("hall").person is True
    assert tripped.look("hall").blind == "camera_dark"


async def test_it_goes_on_after_a_restart_and_tells_nobody_twice(tripped: Yard):
    tripped.shows("hall", with_box(0.3))
    await tripped.wait(10)
    assert len(tripped.evidence(PersonSeen)) == 1
    await tripped.restart()
    asked = tripped.stills("hall")
    await tripped.wait(20)
    assert tripped.stills("hall") > asked
    assert len(tripped.evidence(PersonSeen)) == 1


async def test_a_restart_while_nothing_is_armed_looks_at_nothing(yard: Yard):
    await yard.restart()
    await yard.wait(60)
    assert yard.camera.asked == []
