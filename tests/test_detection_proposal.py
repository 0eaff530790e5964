"""Entities that watch the same camera are proposed; registries shaped as the integrations make them."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.detection_proposal import proposed_detections


class Registries:
    """Adds devices and entities in one line each."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.entries: dict[str, MockConfigEntry] = {}

    def entry(self, platform: str) -> MockConfigEntry:
        if platform not in self.entries:
            self.entries[platform] = MockConfigEntry(domain=platform)
            self.entries[platform].add_to_hass(self.hass)
        return self.entries[platform]

    def device(self, platform: str, key: str, *, area: str | None = None, **more: Any) -> str:
        devices = dr.async_get(self.hass)
        device = devices.async_get_or_create(
            config_entry_id=self.entry(platform).entry_id, identifiers={(platform, key)}, **more
        )
        if area is not None:
            area_id = ar.async_get(self.hass).async_get_or_create(area).id
            devices.async_update_device(device.id, area_id=area_id)
        return device.id

    def entity(self, domain: str, platform: str, unique_id: str, name: str, **more: Any) -> str:
        return (
            er.async_get(self.hass)
            .async_get_or_create(
                domain,
                platform,
                unique_id,
                suggested_object_id=name,
                config_entry=self.entry(platform),
                **more,
            )
            .entity_id
        )


@pytest.fixture
def registries(hass: HomeAssistant) -> Registries:
    return Registries(hass)


def test_unifi_protect(hass: HomeAssistant, registries: Registries) -> None:
    device = registries.device("unifiprotect", "AABB", name="Hall")
    other = registries.device("unifiprotect", "CCDD", name="Stairs")
    camera = registries.entity("camera", "unifiprotect", "AABB_0", "hall_high", device_id=device)
    for key, translation in (
        ("smart_obj_person", "person_detected"),
        ("smart_obj_vehicle", "vehicle_detected"),
        ("smart_person", "detections_person"),
        ("motion", "motion"),
    ):
        registries.entity(
            "binary_sensor",
            "unifiprotect",
            f"AABB_{key}",
            f"hall_{key}",
            device_id=device,
            translation_key=translation,
        )
    registries.entity(
        "event",
        "unifiprotect",
        "AABB_smart_detection",
        "hall_smart_detection",
        device_id=device,
        translation_key="smart_detection",
    )
    registries.entity(
        "event",
        "unifiprotect",
        "AABB_doorbell",
        "ring",
        device_id=device,
        translation_key="doorbell",
    )
    registries.entity(
        "switch",
        "unifiprotect",
        "AABB_smart_person",
        "hall_detect_person",
        device_id=device,
        translation_key="person_detected",
    )
    registries.entity(
        "binary_sensor",
        "unifiprotect",
        "CCDD_smart_obj_person",
        "stairs_person",
        device_id=other,
        translation_key="person_detected",
    )
    assert proposed_detections(hass, camera) == [
        "binary_sensor.hall_smart_obj_person",
        "binary_sensor.hall_smart_obj_vehicle",
        "event.hall_smart_detection",
    ]


def test_reolink_with_a_device_per_lens(hass: HomeAssistant, registries: Registries) -> None:
    device = registries.device("reolink", "uid", name="Duo")
    lens = registries.device("reolink", "uid_lens0", name="Duo lens 0", via_device_id=device)
    camera = registries.entity("camera", "reolink", "uid_0_sub", "duo_fluent", device_id=device)
    registries.entity(
        "binary_sensor", "reolink", "uid_0_person", "p", device_id=lens, translation_key="person"
    )
    registries.entity(
        "binary_sensor", "reolink", "uid_0_pet", "a", device_id=device, translation_key="animal"
    )
    registries.entity("binary_sensor", "reolink", "uid_0_motion", "m", device_id=device)
    assert proposed_detections(hass, camera) == ["binary_sensor.a", "binary_sensor.p"]


def test_onvif_by_topic_and_name(hass: HomeAssistant, registries: Registries) -> None:
    device = registries.device("onvif", "mac", name="Hall")
    camera = registries.entity("camera", "onvif", "mac#000", "hall", device_id=device)
    registries.entity(
        "binary_sensor",
        "onvif",
        "mac_tns1:RuleEngine/MyRuleDetector/PeopleDetect_000",
        "hall_person",
        device_id=device,
        original_name="Hall Person Detection",
    )
    registries.entity(
        "binary_sensor",
        "onvif",
        "mac_tns1:RuleEngine/CellMotionDetector/Motion_000",
        "hall_cell",
        device_id=device,
        original_name="Hall Cell Motion Detection",
    )
    assert proposed_detections(hass, camera) == ["binary_sensor.hall_person"]


def test_eufy_and_a_disabled_entity(hass: HomeAssistant, registries: Registries) -> None:
    device = registries.device("eufy_security", "T8", name="Hall")
    camera = registries.entity("camera", "eufy_security", "eufy_T8", "hall", device_id=device)
    registries.entity(
        "binary_sensor",
        "eufy_security",
        "eufy_security_device_T8_personDetected",
        "hall_person_detected",
        device_id=device,
    )
    registries.entity(
        "binary_sensor",
        "eufy_security",
        "eufy_security_device_T8_petDetected",
        "hall_pet_detected",
        device_id=device,
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    assert proposed_detections(hass, camera) == ["binary_sensor.hall_person_detected"]


def test_ring_tells_motion_only(hass: HomeAssistant, registries: Registries) -> None:
    device = registries.device("ring", "1", name="Door")
    camera = registries.entity("camera", "ring", "1-last_recording", "door", device_id=device)
    registries.entity(
        "event", "ring", "1-motion", "door_motion", device_id=device, translation_key="motion"
    )
    assert proposed_detections(hass, camera) == []


class TestFrigate:
    """Frigate makes devices of its own for cameras that another integration has as well."""

    @staticmethod
    def frigate(registries: Registries, area: str | None, camera: str = "front_door") -> None:
        device = registries.device(
            "frigate", f"e:{camera}", name=camera.replace("_", " ").title(), area=area
        )
        for label in ("person", "car", "all"):
            registries.entity(
                "binary_sensor",
                "frigate",
                f"e:occupancy_sensor:{camera}_{label}",
                f"{camera}_{label}_occupancy",
                device_id=device,
            )
        registries.entity(
            "camera", "frigate", f"e:camera:{camera}", f"frigate_{camera}", device_id=device
        )

    def test_its_own_camera(self, hass: HomeAssistant, registries: Registries) -> None:
        self.frigate(registries, None)
        self.frigate(registries, None, "yard")
        assert proposed_detections(hass, "camera.frigate_front_door") == [
            "binary_sensor.front_door_car_occupancy",
            "binary_sensor.front_door_person_occupancy",
        ]

    @pytest.mark.parametrize(
        ("area", "device_name", "found"),
        [
            ("Porch", "Front Door", True),
            ("Porch", "Front Door 2", False),
            ("Yard", "Front Door", False),
            (None, "Front Door", False),
        ],
    )
    def test_another_integrations_camera_of_that_name_and_place(
        self,
        hass: HomeAssistant,
        registries: Registries,
        area: str | None,
        device_name: str,
        found: bool,
    ) -> None:
        self.frigate(registries, area)
        device = registries.device("reolink", "uid", name=device_name, area="Porch")
        camera = registries.entity("camera", "reolink", "uid_0", "outside_fluent", device_id=device)
        assert bool(proposed_detections(hass, camera)) is found

    def test_by_the_cameras_own_name(self, hass: HomeAssistant, registries: Registries) -> None:
        self.frigate(registries, "Porch")
        camera = registries.entity("camera", "generic", "x", "front_door")
        porch = ar.async_get(hass).async_get_or_create("Porch")
        er.async_get(hass).async_update_entity(camera, name="Door", area_id=porch.id)
        assert len(proposed_detections(hass, camera)) == 2


def test_a_camera_that_no_registry_knows(hass: HomeAssistant) -> None:
    assert proposed_detections(hass, "camera.demo") == []
