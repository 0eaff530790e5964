"""Names of other integrations' entities, as their sources give them."""

import pytest

from custom_components.verified_response.core.evidence import DetectedKind
from custom_components.verified_response.core.other_detectors import (
    frigate_camera,
    kind_of_entity,
    kind_of_event,
)

PERSON, VEHICLE, ANIMAL = DetectedKind.PERSON, DetectedKind.VEHICLE, DetectedKind.ANIMAL


@pytest.mark.parametrize(
    ("platform", "unique_id", "translation_key", "name", "kind"),
    [
        ("frigate", "e1:occupancy_sensor:front_door_person", None, "Person occupancy", PERSON),
        ("frigate", "e1:occupancy_sensor:front_door_car", None, "Car occupancy", VEHICLE),
        ("frigate", "e1:occupancy_sensor:yard_license_plate", None, None, VEHICLE),
        ("frigate", "e1:occupancy_sensor:yard_dog", None, "Dog occupancy", ANIMAL),
        ("frigate", "e1:sensor_object_count:yard_person", None, "Person count", PERSON),
        ("frigate", "e1:occupancy_sensor:yard_all", None, "All occupancy", None),
        ("frigate", "e1:motion_sensor:person", None, "Motion", None),
        ("frigate", "e1:switch:yard_person", None, None, None),
        ("unifiprotect", "AABB_smart_obj_person", "person_detected", None, PERSON),
        ("unifiprotect", "AABB_smart_obj_vehicle", "vehicle_detected", None, VEHICLE),
        ("unifiprotect", "AABB_smart_obj_animal", "animal_detected", None, ANIMAL),
        ("unifiprotect", "AABB_smart_person", "detections_person", None, None),
        ("unifiprotect", "AABB_track_person", "tracking_person", None, None),
        ("unifiprotect", "AABB_smart_obj_any", "object_detected", None, None),
        ("reolink", "uid_0_person", "person", None, PERSON),
        ("reolink", "uid_0_crossline_person", "crossline_person", None, PERSON),
        ("reolink", "uid_0_vehicle", "vehicle", None, VEHICLE),
        ("reolink", "uid_0_dog_cat", "pet", None, ANIMAL),
        ("reolink", "uid_0_motion", None, None, None),
        (
            "onvif",
            "mac_tns1:RuleEngine/MyRuleDetector/PeopleDetect_VS0",
            None,
            "Hall Person Detection",
            PERSON,
        ),
        (
            "onvif",
            "mac_tns1:UserAlarm/IVA/HumanShapeDetect_VS0",
            None,
            "Hall Human Shape Detect",
            PERSON,
        ),
        (
            "onvif",
            "mac_tns1:RuleEngine/CellMotionDetector/People_VS0_VA0_R_IsPeople",
            None,
            "Hall Person Detection 2",
            PERSON,
        ),
        (
            "onvif",
            "mac_tns1:RuleEngine/MyRuleDetector/VehicleDetect_VS0",
            None,
            "Hall Vehicle Detection",
            VEHICLE,
        ),
        (
            "onvif",
            "mac_tns1:RuleEngine/MyRuleDetector/DogCatDetect_VS0",
            None,
            "Hall Pet Detection",
            ANIMAL,
        ),
        (
            "onvif",
            "mac_tns1:RuleEngine/CellMotionDetector/Motion_VS0",
            None,
            "Hall Cell Motion Detection",
            None,
        ),
        ("eufy_security", "eufy_security_device_T8_personDetected", None, None, PERSON),
        ("eufy_security", "eufy_security_device_T8_strangerPersonDetected", None, None, PERSON),
        (
            "eufy_security",
            "eufy_security_T8_person_detector_sensor_binary_sensor",
            None,
            None,
            PERSON,
        ),
        ("eufy_security", "eufy_security_device_T8_vehicleDetected", None, None, VEHICLE),
        ("eufy_security", "eufy_security_device_T8_petDetected", None, None, ANIMAL),
        ("eufy_security", "eufy_security_device_T8_motionDetected", None, None, None),
        ("eufy_security", "eufy_security_device_T8_personDetection", None, None, None),
        ("ring", "123-motion", "motion", None, None),
        ("mqtt", "abc_person", "person", "Person", None),
    ],
)
def test_what_an_entity_detects(
    platform: str,
    unique_id: str,
    translation_key: str | None,
    name: str | None,
    kind: DetectedKind | None,
) -> None:
    found = kind_of_entity(
        platform, unique_id=unique_id, translation_key=translation_key, name=name
    )
    assert found is kind


def test_the_camera_in_a_name_of_frigate_may_have_any_name() -> None:
    assert frigate_camera("e1:occupancy_sensor:back_person_door_person") == (
        "back_person_door",
        PERSON,
    )
    assert frigate_camera("e1:occupancy_sensor:person") is None


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("person", PERSON),
        ("person_detected", PERSON),
        ("vehicle_detected", VEHICLE),
        ("car", VEHICLE),
        ("animal", ANIMAL),
        ("motion", None),
        ("ring", None),
        ("package_detected", None),
        ("", None),
    ],
)
def test_what_an_event_is_about(event_type: str, kind: DetectedKind | None) -> None:
    assert kind_of_event(event_type) is kind
