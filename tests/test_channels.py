"""A way to a person that is gone becomes a repair issue, and goes when it is back."""

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

from homeassistant.core import CoreState
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.verified_response.channels import SETTLE
from custom_components.verified_response.const import DOMAIN
from tests.scenarios.conftest import House, parts

DELAYS = {"exit_delay": 0, "entry_delay": 30}
MAIL = "notify.mail"
SPEAKER = "media_player.kitchen"


def ada(**ways: Any) -> Any:
    """Ada with these ways on top, or instead of her phone."""
    owner = next(item for item in parts() if item["title"] == "Ada")
    data = {**owner["data"], **ways}
    return {**owner, "data": {key: value for key, value in data.items() if value is not None}}


MORE = {"messages": [MAIL], "speakers": [SPEAKER]}


async def settle(house: House) -> None:
    """Let what changed come to rest."""
    async_fire_time_changed(house.hass, dt_util.utcnow() + SETTLE + timedelta(seconds=1))
    await house.settle()


def told(house: House) -> dict[str, str] | None:
    """Return what the issue says, None when there is none."""
    return next(
        (
            issue.translation_placeholders
            for (domain, _), issue in ir.async_get(house.hass).issues.items()
            if domain == DOMAIN and issue.translation_key == "channel_missing" and issue.active
        ),
        None,
    )


async def test_a_phone_that_is_gone_is_told_and_forgotten_when_it_is_back(
    empty_house: House,
) -> None:
    house = empty_house
    await house.set_up(DELAYS)
    assert house.issues == set()
    house.hass.services.async_remove("notify", "ada")
    await settle(house)
    assert told(house) == {"name": "Ada", "channels": "notify.ada"}
    house.hass.services.async_register("notify", "ada", house._pushed)
    await settle(house)
    assert house.issues == set()


async def test_an_integration_that_is_loaded_anew_is_no_trouble(empty_house: House) -> None:
    house = empty_house
    await house.set_up(DELAYS)
    house.hass.services.async_remove("notify", "ada")
    await house.settle()
    assert house.issues == set()
    house.hass.services.async_register("notify", "ada", house._pushed)
    await settle(house)
    assert house.issues == set()


async def test_entities_are_missed_by_name_and_not_for_being_unavailable(
    empty_house: House,
) -> None:
    house = empty_house
    house.hass.states.async_set(MAIL, "unknown")
    house.hass.states.async_set(SPEAKER, "unavailable")
    await house.set_up(DELAYS, more=[ada(**MORE)])
    assert house.issues == set()
    house.hass.states.async_remove(MAIL)
    await settle(house)
    assert told(house) == {"name": "Ada", "channels": "notify.mail"}
    house.hass.states.async_remove(SPEAKER)
    await settle(house)
    assert told(house) == {"name": "Ada", "channels": "notify.mail, media_player.kitchen"}
    house.hass.states.async_set(MAIL, "unknown")
    house.hass.states.async_set(SPEAKER, "idle")
    await settle(house)
    assert house.issues == set()


async def test_nothing_is_missed_before_the_hub_is_up(empty_house: House) -> None:
    house = empty_house
    house.hass.set_state(CoreState.starting)
    await house.set_up(DELAYS, more=[ada(**MORE)])
    house.hass.services.async_remove("notify", "ada")
    await settle(house)
    assert told(house) is None, "notify services and entities come up one after the other"
    house.hass.states.async_set(MAIL, "unknown")
    house.hass.set_state(CoreState.running)
    house.hass.bus.async_fire("homeassistant_started")
    await house.settle()
    assert told(house) == {"name": "Ada", "channels": "notify.ada, media_player.kitchen"}


async def test_what_happens_in_the_house_is_no_reason_to_look(empty_house: House) -> None:
    house = empty_house
    await house.set_up(DELAYS)
    assert house.entry is not None
    looked = Mock(wraps=house.entry.runtime_data.missing_channels)
    house.entry.runtime_data.missing_channels = looked
    await house.arm()
    await house.trip("kitchen_window")
    await house.wait(60)
    house.hass.states.async_set("light.hall", "on")
    house.hass.services.async_register("notify", "somebody_else", house._pushed)
    await settle(house)
    assert looked.call_count == 0
    house.hass.services.async_remove("notify", "ada")
    house.hass.services.async_register("notify", "ada", house._pushed)
    await settle(house)
    assert looked.call_count == 1


async def test_an_ignored_issue_stays_ignored_over_a_reload(empty_house: House) -> None:
    house = empty_house
    await house.set_up(DELAYS)
    house.hass.services.async_remove("notify", "ada")
    await settle(house)
    registry = ir.async_get(house.hass)
    ((_, issue_id),) = [key for key in registry.issues if key[0] == DOMAIN]
    ir.async_ignore_issue(house.hass, DOMAIN, issue_id, True)
    assert house.entry is not None
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()
    issue = registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.dismissed_version is not None


async def test_nothing_is_looked_for_after_the_end(empty_house: House) -> None:
    house = empty_house
    await house.set_up(DELAYS)
    house.hass.services.async_remove("notify", "ada")
    assert house.entry is not None
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    await settle(house)
    assert house.issues == set()


async def test_somebody_who_only_has_a_loudspeaker_can_be_told(empty_house: House) -> None:
    house = empty_house
    house.hass.states.async_set(SPEAKER, "idle")
    await house.set_up(DELAYS, more=[ada(notify=None, speakers=[SPEAKER])])
    assert house.issues == set()
