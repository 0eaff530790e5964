"""When a bolt that waits may be thrown."""

import pytest

from custom_components.verified_response.adapters import door_contacts
from tests import builders

CONTACT, LOCK = "binary_sensor.front", "lock.front"
HOUSE = builders.premises(doors=builders.by_id([builders.door("front", contact=CONTACT)]))


@pytest.mark.parametrize(
    ("entity_id", "before", "after", "told"),
    [
        (CONTACT, "on", "off", ["front"]),
        (CONTACT, "unavailable", "off", ["front"]),
        (CONTACT, "off", "on", []),
        (CONTACT, "on", "unavailable", []),
        (LOCK, "unavailable", "unlocked", ["front"]),
        (LOCK, "unlocked", "locked", []),
        (LOCK, "unlocked", "unavailable", []),
    ],
)
async def test_a_door_that_shuts_and_a_lock_that_is_back(hass, entity_id, before, after, told):
    heard: list[str] = []
    hass.states.async_set(entity_id, before)
    await hass.async_block_till_done()
    end = door_contacts.listen(hass, HOUSE, heard.append)
    hass.states.async_set(entity_id, after)
    await hass.async_block_till_done()
    assert heard == told
    end()
    hass.states.async_set(entity_id, before)
    hass.states.async_set(entity_id, after)
    await hass.async_block_till_done()
    assert heard == told
