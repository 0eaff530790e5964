"""The demo's house: what its cameras draw, and what its things do in Home Assistant."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import av
import cv2
import numpy as np
import pytest
from homeassistant.components.camera import async_get_image
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_capture_events

import custom_components
from custom_components.verified_response.core.detection import Glance
from custom_components.verified_response.core.sight.health import Health, after_glance
from custom_components.verified_response.vision.glance import glance_of
from sandbox.demo_house.clip import Clip
from sandbox.demo_house.drawing import HEIGHT, WIDTH, Scene, View, draw, jpeg
from sandbox.demo_house.keypads import KeypadTable

FRONT, BACK = "lock.front_door", "lock.back_door"
MOMENTS = (0.0, 0.7, 1.6, 2.9, 4.1, 5.5, 7.0, 9.3)
EVERY_VIEW = list(itertools.product(View, (False, True)))


def people(picture: np.ndarray) -> float:
    """The weight of OpenCV's own people detector: no model file is needed."""
    hog = cv2.HOGDescriptor()
    hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())
    _, weights = hog.detectMultiScale(picture, winStride=(8, 8), scale=1.05)
    return float(max(np.ravel(weights), default=0.0))


def seen(view: View, scene: Scene, seconds: float, *, night: bool) -> np.ndarray:
    """What arrives after the camera's compression."""
    data = jpeg(draw(view, scene, seconds=seconds, seed=int(seconds * 10), night=night))
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def test_a_seed_gives_the_same_picture_and_another_seed_another() -> None:
    first, same, other = (
        draw(View.PORCH, Scene.PERSON, seconds=2.0, seed=seed) for seed in (5, 5, 6)
    )
    assert first.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(first, same)
    changed = np.mean(np.any(first != other, axis=2))
    assert changed > 0.5
    assert np.abs(first.astype(int) - other.astype(int)).mean() < 5  # noise, not another place


def test_something_moves_from_moment_to_moment() -> None:
    for scene in (Scene.PERSON, Scene.CAT):
        early, late = (draw(View.HALL, scene, seconds=moment, seed=1) for moment in (0.0, 3.0))
        assert np.any(np.abs(early.astype(int) - late.astype(int)) > 60, axis=2).sum() > 1500


def test_night_is_grey_and_darker() -> None:
    day, night = (
        draw(View.PORCH, Scene.EMPTY, seconds=0, seed=1, night=night) for night in (False, True)
    )
    assert np.array_equal(night[..., 0], night[..., 2])
    assert not np.array_equal(day[..., 0], day[..., 2])
    assert night.mean() < day.mean() * 0.95


def glance(picture: np.ndarray) -> Glance:
    """What the product's cameras' health is judged by."""
    whole = glance_of(picture)
    return Glance(luma=whole.luma, sharpness=whole.sharpness)


@pytest.mark.parametrize(("view", "night"), EVERY_VIEW)
def test_only_a_covered_camera_is_blind(view: View, night: bool) -> None:
    for scene in Scene:
        covered = scene is Scene.COVERED
        health, at = Health(), datetime(2026, 11, 21, 12, tzinfo=UTC)
        for moment in range(4):
            picture = seen(view, scene, float(moment), night=night)
            health = after_glance(health, glance(picture), at + timedelta(seconds=moment))
        assert health.blind == ("camera_covered" if covered else None)


def test_whoever_crosses_the_yard_stays_in_the_picture_and_never_jumps() -> None:
    """Votes and tracks need boxes that overlap from look to look."""
    empty = draw(View.YARD, Scene.EMPTY, seconds=0.0, seed=1).astype(int)

    def where(seconds: float) -> float:
        """The middle of what the person changed, from left to right."""
        person = draw(View.YARD, Scene.PERSON, seconds=seconds, seed=1)
        _, columns = np.nonzero(np.abs(person - empty).sum(axis=2) > 40)
        return float(np.median(columns)) / WIDTH

    steps = [(where(second), where(second + 0.2)) for second in range(0, 16, 2)]
    places = [place for step in steps for place in step]
    assert min(places) > 0.2
    assert max(places) < 0.8
    assert max(places) - min(places) > 0.3
    assert max(abs(later - earlier) for earlier, later in steps) < 0.03


@pytest.mark.parametrize(("view", "night"), EVERY_VIEW)
def test_people_detector_finds_the_person_and_nobody_else(view: View, night: bool) -> None:
    person = [people(seen(view, Scene.PERSON, moment, night=night)) for moment in MOMENTS]
    assert sum(weight > 0.9 for weight in person) >= len(MOMENTS) - 1
    for scene in (Scene.EMPTY, Scene.CAT, Scene.COVERED):
        others = [people(seen(view, scene, moment, night=night)) for moment in MOMENTS]
        assert max(others) < 0.3


def test_keypad_table_survives_and_takes_each_code_once(tmp_path: Path) -> None:
    path = tmp_path / "private" / "keypads.json"
    table = KeypadTable(path)
    table.load()
    table.put(FRONT, 3, "048213", "Patrol")
    table.put(FRONT, 3, "048213", "Patrol")
    with pytest.raises(ValueError, match="another slot"):
        table.put(FRONT, 4, "048213", "Twice")
    table.put(BACK, 3, "048213", "Other door")
    table.save()
    assert path.stat().st_mode & 0o077 == 0

    again = KeypadTable(path)
    again.load()
    found = again.find(FRONT, "048213")
    assert found is not None
    assert (found[0], found[1].name) == (3, "Patrol")
    again.drop(FRONT, 3)
    assert again.find(FRONT, "048213") is None
    assert again.find(BACK, "048213") is not None


def video(path: Path, shades: list[int]) -> Path:
    """A clip of one grey per second."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=4)
        stream.width, stream.height = 64, 48
        for shade in shades:
            for _ in range(4):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), shade, np.uint8), "bgr24")
                for packet in stream.encode(frame):
                    container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def shade(data: bytes) -> int:
    return int(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE).mean())


def test_clip_plays_in_real_time_and_over_again(tmp_path: Path) -> None:
    clip = Clip(video(tmp_path / "grey.mp4", [20, 120, 220]))
    told = [shade(clip.jpeg(second)) for second in (0.2, 1.3, 2.3, 3.3, 1.3)]
    assert told == pytest.approx([20, 120, 220, 20, 120], abs=12)


def test_clip_begins_where_it_is_told(tmp_path: Path) -> None:
    clip = Clip(video(tmp_path / "grey.mp4", [20, 120, 220]), start=1.0)
    told = [shade(clip.jpeg(second)) for second in (0.3, 1.3, 2.3)]
    assert told == pytest.approx([120, 220, 120], abs=12)


@pytest.fixture
async def house(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> HomeAssistant:
    """Home Assistant with the house in it, on a configuration folder of its own."""
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    _find_integrations_in_sandbox(custom_components, monkeypatch)
    assert await async_setup_component(hass, "demo_house", {"demo_house": {}})
    await hass.async_block_till_done()
    return hass


def _find_integrations_in_sandbox(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Path(__file__).resolve().parents[2] / "sandbox"
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(sandbox)])


async def act(hass: HomeAssistant, service: str, **data: object) -> None:
    await hass.services.async_call("demo_house", service, data, blocking=True)
    await hass.async_block_till_done()


async def ask(hass: HomeAssistant, service: str, **data: object) -> dict:
    return await hass.services.async_call(
        "demo_house", service, data, blocking=True, return_response=True
    )


async def test_sensors_obey(house: HomeAssistant) -> None:
    sensor = "binary_sensor.hall_motion"
    assert house.states.get(sensor).state == "off"
    assert house.states.get(sensor).attributes["device_class"] == "motion"
    for asked, shown in (
        ("on", "on"),
        ("unavailable", "unavailable"),
        ("available", "on"),
        ("unknown", "unknown"),
        ("off", "off"),
    ):
        await act(house, "set", entity_id=sensor, state=asked)
        assert house.states.get(sensor).state == shown
    with pytest.raises(ServiceValidationError):
        await act(house, "set", entity_id=sensor, state="ajar")
    with pytest.raises(ServiceValidationError):
        await act(house, "set", entity_id="binary_sensor.nowhere", state="on")


async def test_known_code_opens_and_says_whose_but_never_which(house: HomeAssistant) -> None:
    told = async_capture_events(house, "demo_house_keypad")
    await act(house, "set_code", entity_id=FRONT, slot=3, code="048213", name="Patrol")
    assert await ask(house, "type_code", entity_id=BACK, code="048213") == {"unlocked": False}
    assert house.states.get(BACK).state == "locked"
    assert await ask(house, "type_code", entity_id=FRONT, code="048213") == {"unlocked": True}
    await house.async_block_till_done()
    state = house.states.get(FRONT)
    assert (state.state, state.attributes["changed_by"]) == ("unlocked", "Patrol")
    assert [event.data["result"] for event in told] == ["wrong_code", "unlocked"]
    assert told[1].data["slot"] == 3
    assert "048213" not in repr([dict(event.data) for event in told]) + repr(state.attributes)

    await act(house, "clear_code", entity_id=FRONT, slot=3)
    assert await ask(house, "get_codes", entity_id=FRONT) == {"slots": {}}
    assert await ask(house, "type_code", entity_id=FRONT, code="048213") == {"unlocked": False}


async def test_a_lock_out_of_reach_takes_no_code(house: HomeAssistant) -> None:
    await act(house, "set", entity_id=FRONT, state="unavailable")
    with pytest.raises(HomeAssistantError, match="does not answer"):
        await act(house, "set_code", entity_id=FRONT, slot=1, code="048213")
    await act(house, "set", entity_id=FRONT, state="available")
    assert await ask(house, "get_codes", entity_id=FRONT) == {"slots": {}}


async def test_cameras_are_fresh_frozen_and_gone(house: HomeAssistant) -> None:
    first = await async_get_image(house, "camera.porch")
    second = await async_get_image(house, "camera.porch")
    assert first.content != second.content
    await act(house, "scene", camera="camera.porch", scene="frozen")
    assert (await async_get_image(house, "camera.porch")).content == second.content
    await act(house, "set", entity_id="camera.porch", state="unavailable")
    with pytest.raises(HomeAssistantError):
        await async_get_image(house, "camera.porch")
    assert len((await async_get_image(house, "camera.hall")).content) > 10_000


async def test_a_clip_is_shown_where_somebody_walks_in_and_not_in_the_yard(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    _find_integrations_in_sandbox(custom_components, monkeypatch)
    clip = video(tmp_path / "grey.mp4", [20, 20, 20])
    assert await async_setup_component(hass, "demo_house", {"demo_house": {"clip": str(clip)}})
    await hass.async_block_till_done()
    shapes = {}
    for camera in ("porch", "hall", "yard"):
        await act(hass, "scene", camera=f"camera.{camera}", scene="person")
        data = (await async_get_image(hass, f"camera.{camera}")).content
        shapes[camera] = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    assert shapes == {"porch": (48, 64), "hall": (48, 64), "yard": (HEIGHT, WIDTH)}


async def test_phone_keeps_messages_private_and_answers(house: HomeAssistant) -> None:
    answers = async_capture_events(house, "mobile_app_notification_action")
    push = {
        "title": "Alarm",
        "message": "Look",
        "data": {"actions": [{"action": "YES", "title": "Yes"}]},
    }
    await house.services.async_call("notify", "owner_phone", push, blocking=True)
    [message] = (await ask(house, "messages", clear=True))["messages"]
    assert {key: message[key] for key in push} == push
    assert message["phone"] == "owner_phone"
    assert (await ask(house, "messages"))["messages"] == []
    assert "Look" not in repr(house.states.async_all())
    await act(house, "answer", action="YES", reply_text="1234")
    assert answers[0].data == {"action": "YES", "reply_text": "1234"}


async def test_siren_sounds_and_falls_silent(house: HomeAssistant) -> None:
    for service, state in (("turn_on", "on"), ("turn_off", "off")):
        await house.services.async_call(
            "siren", service, {"entity_id": "siren.house"}, blocking=True
        )
        assert house.states.get("siren.house").state == state
