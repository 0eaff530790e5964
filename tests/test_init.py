"""Set-up, unload, reload and removal of the premises."""

from pathlib import Path
from unittest.mock import patch

import pytest
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.adapters.journal import SqliteJournal
from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.errors import JournalUnavailableError
from custom_components.verified_response.engine.desk import Desk
from tests.fakes.config_entry import part
from tests.scenarios.conftest import House


async def _add_zone(house: House) -> None:
    assert house.entry is not None
    house.hass.states.async_set("binary_sensor.cellar", "off")
    house.hass.config_entries.async_add_subentry(
        house.entry,
        ConfigSubentry(
            data={
                "name": "Cellar",
                "entity_id": "binary_sensor.cellar",
                "type": "perimeter",
                "areas": ["house"],
                "cameras": [],
                "forced_entry": False,
            },
            subentry_type="zone",
            title="Cellar",
            unique_id=None,
        ),
    )
    await house.settle()


async def test_a_new_zone_protects_at_once(house: House) -> None:
    await house.arm()
    await _add_zone(house)
    assert house.panel == "armed_away"
    await house.trip("cellar")
    assert house.panel == "triggered"


async def test_a_reload_does_not_hold_an_open_incident(house: House) -> None:
    await house.arm()
    await house.trip("kitchen_window")
    await _add_zone(house)
    assert house.state("sensor.home_incident").attributes["held"] is False
    await house.wait(15)
    assert house.pushes


async def test_what_opens_between_unload_and_setup_is_a_trip(house: House) -> None:
    await house.arm()
    assert house.entry is not None
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    await house.trip("kitchen_window")
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    assert house.panel == "triggered"


async def test_what_opens_while_the_desk_is_stopping_is_a_trip(house: House) -> None:
    await house.arm()
    assert house.entry is not None
    stop = Desk.stop

    async def slow_stop(desk: Desk) -> None:
        await stop(desk)
        await house.trip("kitchen_window")

    with patch.object(Desk, "stop", slow_stop):
        await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    assert house.panel == "triggered"


async def test_a_signal_that_the_desk_could_not_take_any_more_is_not_lost(
    house: House,
) -> None:
    await house.arm()
    assert house.entry is not None
    house.hass.states.async_set("binary_sensor.kitchen_window", "on")  # on its way when we stop
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert await house.hass.config_entries.async_setup(house.entry.entry_id)
    await house.settle()
    assert house.panel == "triggered"


async def test_nothing_runs_after_unload(house: House) -> None:
    assert house.entry is not None
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    await house.settle()
    assert house.entry.state is ConfigEntryState.NOT_LOADED
    assert house.clock.next_due() is None
    assert house.detector.closed
    assert house.state("alarm_control_panel.house").state == "unavailable"


async def test_removing_the_entry_deletes_its_private_folder(house: House) -> None:
    assert house.entry is not None
    folder = Path(house.hass.config.path(".storage", DOMAIN, house.entry.entry_id))
    assert await house.hass.async_add_executor_job((folder / "journal.db").exists)
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.settle()
    assert not await house.hass.async_add_executor_job(folder.exists)
    assert not house.issues


async def test_a_journal_that_cannot_be_opened_is_tried_again(house: House) -> None:
    assert house.entry is not None
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    broken = JournalUnavailableError("journal_locked")
    with patch.object(SqliteJournal, "open", side_effect=broken):
        assert not await house.hass.config_entries.async_setup(house.entry.entry_id)
    assert house.entry.state is ConfigEntryState.SETUP_RETRY
    assert house.entry.error_reason_translation_key == "journal_locked"
    assert await house.hass.config_entries.async_reload(house.entry.entry_id)


NAMES = {
    "alarm_control_panel.house",
    "sensor.home_alarm_level",
    "sensor.home_incident",
    "sensor.home_active_grants",
    "sensor.home_outbox",
    "sensor.home_last_false_alarm",
    "sensor.home_detector",
    "sensor.home_frame_time",
    "sensor.city_desk_status",
    "binary_sensor.hall_person",
    "binary_sensor.hall_blind",
    "binary_sensor.porch_person",
    "binary_sensor.porch_blind",
    "binary_sensor.front_lock_unreachable",
    "binary_sensor.home_ready_to_arm",
    "binary_sensor.home_chain_ready",
    "event.home_incident",
    "event.home_duress",
    "event.front_lock_credential",
    "image.home_evidence",
    "sensor.home_walk_test",
    "sensor.home_false_alarms",
    "binary_sensor.home_sensor_trouble",
    "image.hall_last_person",
    "image.porch_last_person",
    "button.home_panic",
    "button.home_medical",
    "button.home_fire",
    "button.home_confirm",
    "button.home_false_alarm",
    "button.home_test_chain",
}


async def test_the_names_that_people_rely_on(house: House) -> None:
    assert house.entry is not None
    registry = er.async_get(house.hass)
    ours = er.async_entries_for_config_entry(registry, house.entry.entry_id)
    assert {item.entity_id for item in ours} == NAMES
    assert all(item.unique_id.startswith(house.entry.entry_id) for item in ours)
    assert {item.entity_id for item in ours if item.disabled} == {
        "event.home_duress",
        "sensor.home_frame_time",
    }
    assert {item.translation_key for item in ours} >= {"area", "alarm_level", "person"}
    names = {item.entity_id: item for item in ours}
    assert names["sensor.city_desk_status"].config_subentry_id == "city_desk"
    assert names["binary_sensor.hall_person"].config_subentry_id == "hall"


async def test_devices_are_services_and_hang_below_the_premises(house: House) -> None:
    assert house.entry is not None
    devices = dr.async_entries_for_config_entry(dr.async_get(house.hass), house.entry.entry_id)
    by_name = {device.name: device for device in devices}
    assert set(by_name) == {"Home", "House", "City desk", "Hall", "Porch", "Front lock"}
    assert {device.entry_type for device in devices} == {dr.DeviceEntryType.SERVICE}
    assert by_name["House"].via_device_id == by_name["Home"].id


async def test_camera_and_lock_entities_hang_on_the_source_device(
    empty_house: House,
) -> None:
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    hass = empty_house.hass
    other = MockConfigEntry(domain="test")
    other.add_to_hass(hass)
    devices, entities = dr.async_get(hass), er.async_get(hass)
    for domain, name in (("camera", "hall"), ("lock", "front")):
        device = devices.async_get_or_create(
            config_entry_id=other.entry_id, identifiers={("test", domain)}, name=f"Their {name}"
        )
        entities.async_get_or_create(
            domain, "test", name, suggested_object_id=name, device_id=device.id
        )
    await empty_house.set_up()
    for ours, source in (
        ("binary_sensor.their_hall_person", "camera.hall"),
        ("binary_sensor.their_front_unreachable", "lock.front"),
        ("event.their_front_credential", "lock.front"),
    ):
        ours_entry, theirs = entities.async_get(ours), entities.async_get(source)
        assert ours_entry is not None, sorted(entities.entities)
        assert theirs is not None
        assert ours_entry.device_id == theirs.device_id
        device = devices.async_get(ours_entry.device_id or "")
        assert device is not None
        assert device.config_entry_id == other.entry_id


PARTS_IN_USE = (
    part("sign", "Chime", kind="glass_break", entity_id="binary_sensor.chime"),
    part("contact", "Ben", role="household", notify="notify.ada", person="person.ben", order=1),
    part(
        "zone", "Stairs", entity_id="binary_sensor.stairs", type="interior", areas=["house"],
        cameras=["hall"], forced_entry=False, cross=["hall_motion"], modes=["away"],
    ),
    part("area", "Garage", panel="alarm_control_panel.alarmo"),
)  # fmt: skip


@pytest.mark.parametrize(
    "removed",
    [
        "house", "garage", "hall", "front_door", "hall_motion", "kitchen_window", "stairs",
        "front_lock", "ada", "ben", "chime", "city_desk",
    ],
)  # fmt: skip
async def test_whatever_is_removed_in_an_alarm_the_rest_goes_on(
    empty_house: House, removed: str
) -> None:
    house = empty_house
    for name in ("chime", "stairs"):
        house.hass.states.async_set(f"binary_sensor.{name}", "off")
    await house.set_up(more=PARTS_IN_USE)
    assert house.entry is not None
    await house.arm()
    await house.trip("kitchen_window")
    await house.trip("hall_motion")
    await house.wait(15)
    assert house.pushes
    house.hass.config_entries.async_remove_subentry(house.entry, removed)
    await house.settle()
    assert house.entry.state is ConfigEntryState.LOADED
    await house.restart()
    assert house.entry.state is ConfigEntryState.LOADED
    assert house.stage == "awaiting_confirmation"
    await house.wait(3600)
    if removed != "house":
        assert house.panel == "triggered"
