"""Sensor states become signals: only what this hub saw change trips."""

import pytest
from homeassistant.core import HomeAssistant, State

from custom_components.verified_response.adapters import signals
from custom_components.verified_response.core.premises import Premises, Zone, ZoneType
from custom_components.verified_response.core.signals import Signal, SignalKind, ZoneStatus

OPEN, CLOSED, LOST, SILENT = "on", "off", "unavailable", "unknown"


def zone(zone_id: str, source: str) -> Zone:
    return Zone(id=zone_id, name=zone_id, type=ZoneType.PERIMETER, source=source, areas=("house",))


HOUSE = Premises(
    id="p",
    name="Home",
    zones={
        "window": zone("window", "binary_sensor.window"),
        "glass": zone("glass", "binary_sensor.window"),
        "absent": zone("absent", "binary_sensor.absent"),
    },
)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (CLOSED, OPEN, SignalKind.TRIPPED),
        (LOST, OPEN, SignalKind.REPORTED_OPEN),
        (SILENT, OPEN, SignalKind.REPORTED_OPEN),
        (None, OPEN, SignalKind.REPORTED_OPEN),
        (OPEN, CLOSED, SignalKind.RESTORED),
        (LOST, CLOSED, SignalKind.RESTORED),
        (None, CLOSED, SignalKind.RESTORED),
        (CLOSED, LOST, SignalKind.UNAVAILABLE),
        (OPEN, SILENT, SignalKind.UNAVAILABLE),
        (OPEN, None, SignalKind.UNAVAILABLE),
        (OPEN, OPEN, None),
        (LOST, SILENT, None),
        (None, LOST, None),
        (CLOSED, "detected", SignalKind.UNAVAILABLE),
    ],
)
def test_what_a_change_means(
    before: str | None, after: str | None, kind: SignalKind | None
) -> None:
    def state(value: str | None) -> State | None:
        return State("binary_sensor.window", value) if value else None

    assert signals.kind_of(state(before), state(after)) is kind


async def test_states_found_at_start(hass: HomeAssistant) -> None:
    hass.states.async_set("binary_sensor.window", "on")
    assert signals.statuses(hass, HOUSE) == {
        "window": ZoneStatus.OPEN,
        "glass": ZoneStatus.OPEN,
        "absent": ZoneStatus.UNAVAILABLE,
    }


async def test_one_sensor_may_serve_two_zones_until_listening_ends(hass: HomeAssistant) -> None:
    heard: list[Signal] = []
    hass.states.async_set("binary_sensor.window", "off")
    end = signals.listen(hass, HOUSE, heard.append)
    hass.states.async_set("binary_sensor.window", "on")
    hass.states.async_set("binary_sensor.window", "on", {"battery": 3})
    await hass.async_block_till_done()
    assert [(item.zone_id, item.kind) for item in heard] == [
        ("window", SignalKind.TRIPPED),
        ("glass", SignalKind.TRIPPED),
    ]
    hass.states.async_remove("binary_sensor.window")
    await hass.async_block_till_done()
    assert {item.kind for item in heard[2:]} == {SignalKind.UNAVAILABLE}
    end()
    hass.states.async_set("binary_sensor.window", "on")
    await hass.async_block_till_done()
    assert len(heard) == 4
