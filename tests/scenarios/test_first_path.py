"""The main job with fakes at the outer edge: a burglary is verified, shared, and a door opened."""

from tests.scenarios.conftest import House


async def test_night_burglary(house: House) -> None:
    await house.arm()
    assert house.panel == "armed_away"
    house.detector.will_see(0.8, frames=40)
    await house.trip("front_door")
    assert house.panel == "pending"
    assert house.stage == "entry_delay"
    await house.trip("hall_motion")
    assert house.level == "2"
    assert "person_seen" in house.reasons
    await house.wait(30)
    assert house.panel == "triggered"
    assert house.stage == "abort_window"
    assert house.sirens == ["turn_on"]
    assert not house.pushes
    await house.wait(15)
    assert house.stage == "awaiting_confirmation"
    assert house.pushes
    assert not house.center.created
    await house.tap("confirm")
    house.expect_shared()
    assert house.stage == "shared"
    assert house.level == "3"
    granted = await house.act("grant_access", lock=["lock.front"], recipient="Officer")
    assert granted["locks"] == [{"entity_id": "lock.front", "outcome": "confirmed", "reason": None}]
    await house.disarm()
    assert house.panel == "disarmed"
    assert house.stage == "closed"
    verified = await house.act("verify_journal")
    assert verified["intact"]


async def test_false_alarm_in_the_abort_window_leaves_nothing(house: House) -> None:
    await house.arm()
    await house.trip("hall_motion")
    assert house.stage == "abort_window"
    await house.disarm()
    assert house.stage == "cancelled"
    await house.wait(120)
    assert not house.pushes
    assert not house.center.created


async def test_the_detector_is_awake_only_while_something_is_armed(house: House) -> None:
    assert not house.detector.awake
    await house.arm()
    assert house.detector.awake
    await house.disarm()
    assert not house.detector.awake
