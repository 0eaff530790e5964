"""What entities of other integrations say they detect, told by the names those integrations give.

The names are facts of their releases: frigate `<entry>:occupancy_sensor:<camera>_<object>` and
`<entry>:sensor_object_count:…`, unifiprotect, reolink by translation key, onvif by topic or name,
eufy_security by the property at the end of the unique id. Ring tells motion only: never a person.
"""

import re
from collections.abc import Mapping
from typing import Final

from .evidence import DetectedKind

PERSON, VEHICLE, ANIMAL = DetectedKind.PERSON, DetectedKind.VEHICLE, DetectedKind.ANIMAL

OBJECTS: Final[Mapping[str, DetectedKind]] = {
    "person": PERSON,
    "bicycle": VEHICLE,
    "bus": VEHICLE,
    "car": VEHICLE,
    "license_plate": VEHICLE,
    "motorcycle": VEHICLE,
    "truck": VEHICLE,
    "vehicle": VEHICLE,
    "animal": ANIMAL,
    "bear": ANIMAL,
    "bird": ANIMAL,
    "cat": ANIMAL,
    "cow": ANIMAL,
    "deer": ANIMAL,
    "dog": ANIMAL,
    "fox": ANIMAL,
    "goat": ANIMAL,
    "horse": ANIMAL,
    "pet": ANIMAL,
    "rabbit": ANIMAL,
    "raccoon": ANIMAL,
    "sheep": ANIMAL,
}
"""Labels of detection models and event types, as they appear in names."""
FRIGATE: Final = re.compile(r":(?:occupancy_sensor|sensor_object_count):(?P<camera>.+)$")
TRANSLATION_KEYS: Final[Mapping[str, Mapping[str, DetectedKind]]] = {
    "unifiprotect": {
        "person_detected": PERSON,
        "vehicle_detected": VEHICLE,
        "animal_detected": ANIMAL,
    },
    "reolink": {
        "person": PERSON,
        "crossline_person": PERSON,
        "intrusion_person": PERSON,
        "linger_person": PERSON,
        "vehicle": VEHICLE,
        "non-motor_vehicle": VEHICLE,
        "crossline_vehicle": VEHICLE,
        "intrusion_vehicle": VEHICLE,
        "linger_vehicle": VEHICLE,
        "pet": ANIMAL,
        "animal": ANIMAL,
        "crossline_dog_cat": ANIMAL,
        "intrusion_dog_cat": ANIMAL,
        "linger_dog_cat": ANIMAL,
    },
}
ONVIF: Final = (
    (re.compile(r"person detection|human shape detect|peopledetect\b|humanshapedetect"), PERSON),
    (re.compile(r"vehicle detection|vehicledetect\b|_isvehicle$"), VEHICLE),
    (re.compile(r"pet detection|dogcatdetect|_ispet$"), ANIMAL),
)
EUFY: Final = (
    (re.compile(r"persondetected$|person_detector_sensor_binary_sensor$"), PERSON),
    (re.compile(r"vehicledetected$"), VEHICLE),
    (re.compile(r"(?:pet|dog)detected$|pet_detector_sensor_binary_sensor$"), ANIMAL),
)


def kind_of_event(event_type: str) -> DetectedKind | None:
    """Return what an event entity's event was about; None for motion, sound and whatever else."""
    return OBJECTS.get(event_type.removesuffix("_detected"))


def kind_of_entity(
    platform: str, *, unique_id: str, translation_key: str | None, name: str | None
) -> DetectedKind | None:
    """Return what an entity detects, None when its names say nothing of it."""
    match platform:
        case "frigate":
            found = frigate_camera(unique_id)
            return found[1] if found else None
        case "unifiprotect" | "reolink":
            return TRANSLATION_KEYS[platform].get(translation_key or "")
        case "onvif":
            return _first(ONVIF, f"{unique_id} {name or ''}", unique_id)
        case "eufy_security":
            return _first(EUFY, unique_id)
    return None


def _first(
    patterns: tuple[tuple[re.Pattern[str], DetectedKind], ...], *texts: str
) -> DetectedKind | None:
    for pattern, kind in patterns:
        if any(pattern.search(text.lower()) for text in texts):
            return kind
    return None


def frigate_camera(unique_id: str) -> tuple[str, DetectedKind] | None:
    """Return the camera (or Frigate zone) and the kind that a Frigate entity counts."""
    found = FRIGATE.search(unique_id)
    if found is None:
        return None
    for label, kind in OBJECTS.items():
        camera = found["camera"].removesuffix(f"_{label}")
        if camera != found["camera"]:
            return camera, kind
    return None
