"""A fire that was there before the hub was."""

from tests.scenarios.conftest import House


async def test_smoke_found_at_start_alarms_once_the_start_has_settled(house: House) -> None:
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.states.async_set("binary_sensor.smoke", "on")
    house.hass.states.async_set("binary_sensor.panic_button", "on")
    await house.restart()
    await house.wait(59)
    assert house.stage == "none"
    assert not house.sirens
    await house.wait(2)
    assert house.stage == "abort_window"
    assert house.sirens == ["turn_on"]
    listed = await house.act("list_incidents")
    assert [item["kind"] for item in listed["incidents"]] == ["fire"]


async def test_smoke_that_is_gone_by_then_does_not(house: House) -> None:
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    house.hass.states.async_set("binary_sensor.smoke", "on")
    await house.restart()
    await house.clear("smoke")
    await house.wait(120)
    assert house.stage == "none"
