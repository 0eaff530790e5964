"""Automations written by hand, run by Home Assistant itself; what they were told is kept."""

from typing import Any

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.setup import async_setup_component

RAN = "test_automation_ran"


async def automation(hass: HomeAssistant, **parts: Any) -> list[dict[str, Any]]:
    """Set up one automation with these triggers and conditions; return what it says when it runs."""
    ran: list[dict[str, Any]] = []

    @callback
    def noted(event: Event) -> None:
        ran.append(dict(event.data))

    hass.bus.async_listen(RAN, noted)
    says = {
        "event": RAN,
        "event_data": {
            "entity_id": "{{ trigger.entity_id | default('') }}",
            "kind": "{{ trigger.to_state.attributes.kind | default('') }}",
            "incident_id": "{{ trigger.to_state.attributes.incident_id | default('') }}",
        },
    }
    config = {"id": "ours", "alias": "ours", "actions": [says], **parts}
    assert await async_setup_component(hass, "automation", {"automation": [config]})
    await hass.async_block_till_done()
    found = hass.states.get("automation.ours")
    assert found is not None
    assert found.state == "on", "the automation was refused"
    return ran
