"""Entities of other integrations become reports: only edges that this hub saw."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.adapters import other_detectors
from custom_components.verified_response.core.commands import ReportDetection
from custom_components.verified_response.core.evidence import DetectedKind
from custom_components.verified_response.core.premises import CameraView, Premises
from tests.fakes.clock import HandClock

PERSON = "binary_sensor.hall_person_occupancy"
COUNT = "sensor.hall_person_count"
EVENT = "event.hall_smart_detection"
HOUSE = Premises(
    id="p",
    name="Home",
    cameras={
        "hall": CameraView(
            id="hall", name="Hall", source="camera.hall", detections=(PERSON, COUNT, EVENT)
        ),
        "stairs": CameraView(id="stairs", name="Stairs", source="camera.stairs"),
    },
)


def _nothing() -> None:
    pass


class Ear:
    """What was said, and the clock by which it was said."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.said: list[ReportDetection] = []
        self.events = 0
        self.end = _nothing

    def close(self) -> None:
        self.end()
        self.end = _nothing

    def listen(self, premises: Premises = HOUSE) -> None:
        self.end = other_detectors.listen(self.hass, premises, self.said.append, now=self.clock.now)

    async def state(self, entity_id: str, *states: str, after: float = 0) -> None:
        self.clock.tick(after)
        for state in states:
            self.hass.states.async_set(entity_id, state)
            await self.hass.async_block_till_done()

    async def event(self, event_type: str, *, age: float = 0) -> None:
        self.events += 1  # Home Assistant keeps the moments of one entity apart, too
        moment = dt_util.utcnow() - timedelta(seconds=age, milliseconds=-self.events)
        self.hass.states.async_set(
            EVENT, moment.isoformat(timespec="milliseconds"), {"event_type": event_type}
        )
        await self.hass.async_block_till_done()

    @property
    def kinds(self) -> list[DetectedKind]:
        return [report.kind for report in self.said]


@pytest.fixture
def ear(hass: HomeAssistant) -> Iterator[Ear]:
    made = Ear(hass)
    yield made
    made.close()


async def test_from_off_to_on_is_an_edge(ear: Ear) -> None:
    await ear.state(PERSON, "off")
    ear.listen()
    await ear.state(PERSON, "on", after=5)
    [report] = ear.said
    assert (report.camera_id, report.kind, report.at) == (
        "hall",
        DetectedKind.PERSON,
        ear.clock.now(),
    )
    await ear.state(PERSON, "off", "on")
    assert len(ear.said) == 2
    ear.close()
    await ear.state(PERSON, "off", "on")
    assert len(ear.said) == 2


async def test_on_since_long_and_new_attributes_are_no_edge(ear: Ear) -> None:
    await ear.state(PERSON, "on")
    ear.listen()
    ear.clock.tick(60)
    ear.hass.states.async_set(PERSON, "on", {"zone": "stairs"})
    await ear.hass.async_block_till_done()
    ear.hass.states.async_set(PERSON, "on", force_update=True)
    await ear.hass.async_block_till_done()
    assert ear.said == []


@pytest.mark.parametrize("before", ["unavailable", "unknown"])
async def test_what_comes_back_on_is_no_edge(ear: Ear, before: str) -> None:
    await ear.state(PERSON, before)
    ear.listen()
    await ear.state(PERSON, "on", after=60)
    assert ear.said == []


async def test_an_entity_that_appears_on_is_no_edge(ear: Ear) -> None:
    ear.listen()
    await ear.state(PERSON, "on", after=60)
    assert ear.said == []


async def test_off_for_an_instant_before_the_kept_message_is_no_edge(ear: Ear) -> None:
    """An MQTT sensor is off when the server is back, until the broker repeats what it kept."""
    await ear.state(PERSON, "off")
    ear.listen()
    await ear.state(PERSON, "unavailable", after=60)
    await ear.state(PERSON, "off", "on", after=30)
    assert ear.said == []
    await ear.state(PERSON, "off", "on", after=5)
    assert len(ear.said) == 1


async def test_right_after_the_start_nothing_counts(ear: Ear) -> None:
    await ear.state(PERSON, "off")
    ear.listen()
    await ear.state(PERSON, "on", after=4.9)
    assert ear.said == []


async def test_a_count_that_rises_is_an_edge(ear: Ear) -> None:
    await ear.state(COUNT, "1")
    ear.listen()
    await ear.state(COUNT, "2", after=10)
    assert ear.kinds == [DetectedKind.PERSON]
    await ear.state(COUNT, "1", "0")
    assert len(ear.said) == 1
    await ear.state(COUNT, "many", "3")
    assert len(ear.said) == 1


async def test_an_event_with_a_new_moment_counts_by_its_type(ear: Ear) -> None:
    await ear.state(EVENT, "unknown")
    ear.listen()
    await ear.event("person")
    await ear.event("vehicle")
    await ear.event("animal")
    await ear.event("motion")
    await ear.event("package")
    assert ear.kinds == [DetectedKind.PERSON, DetectedKind.VEHICLE, DetectedKind.ANIMAL]


async def test_a_restored_event_is_an_old_one(ear: Ear) -> None:
    ear.listen()
    await ear.event("person", age=3600)  # added: no state before
    await ear.state(EVENT, "unavailable")
    await ear.event("person", age=3600)
    await ear.state(EVENT, "unavailable")
    await ear.event("person")  # even a young one: who comes back repeats
    await ear.state(EVENT, "unknown")
    await ear.event("person", age=6)
    assert ear.said == []


async def test_an_unchanged_moment_is_no_event(ear: Ear) -> None:
    await ear.event("motion")
    ear.listen()
    moment = ear.hass.states.get(EVENT).state  # type: ignore[union-attr]  # set above
    ear.hass.states.async_set(EVENT, moment, {"event_type": "person"})
    await ear.hass.async_block_till_done()
    assert ear.said == []


async def test_who_reports_and_from_where(ear: Ear) -> None:
    hass = ear.hass
    owner = MockConfigEntry(domain="frigate")
    owner.add_to_hass(hass)
    areas, devices, entities = ar.async_get(hass), dr.async_get(hass), er.async_get(hass)
    hall = areas.async_get_or_create("Hall")
    attic = areas.async_get_or_create("Attic")
    detector = devices.async_get_or_create(
        config_entry_id=owner.entry_id, identifiers={("frigate", "e:hall")}
    )
    camera = devices.async_get_or_create(
        config_entry_id=owner.entry_id, identifiers={("onvif", "mac")}
    )
    devices.async_update_device(detector.id, area_id=hall.id)
    entities.async_get_or_create(
        "binary_sensor",
        "frigate",
        "e:occupancy_sensor:hall_car",
        suggested_object_id="hall_person_occupancy",
        device_id=detector.id,
        config_entry=owner,
    )
    entry = entities.async_get_or_create(
        "camera", "onvif", "mac#0", suggested_object_id="hall", device_id=camera.id
    )
    entities.async_update_entity(entry.entity_id, name="The hall", area_id=attic.id)
    await ear.state(PERSON, "off")
    ear.listen()
    await ear.state(PERSON, "on", after=10)
    [report] = ear.said
    assert report.source_family == "frigate"
    assert report.kind is DetectedKind.VEHICLE
    assert report.devices == (detector.id, camera.id)
    assert report.places == (hall.id, attic.id)


async def test_what_no_registry_knows_has_no_place(ear: Ear) -> None:
    await ear.state(PERSON, "off")
    ear.listen()
    await ear.state(PERSON, "on", after=10)
    [report] = ear.said
    assert report.source_family == "unknown"
    assert report.devices == (PERSON, "camera.hall")
    assert report.places == ()


async def test_one_entity_may_watch_two_cameras(ear: Ear) -> None:
    cameras = {
        key: CameraView(id=key, name=key, source=f"camera.{key}", detections=(PERSON,))
        for key in ("hall", "stairs")
    }
    await ear.state(PERSON, "off")
    ear.listen(Premises(id="p", name="Home", cameras=cameras))
    await ear.state(PERSON, "on", after=10)
    assert [report.camera_id for report in ear.said] == ["hall", "stairs"]
