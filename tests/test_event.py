"""Event entities: the stable interface for automations."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

from homeassistant.core import Event, callback

from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import House, empty_house, house  # noqa: F401 - fixtures


def follow(house: House, entity_id: str) -> list[str]:
    types: list[str] = []

    @callback
    def changed(event: Event) -> None:
        if event.data["entity_id"] == entity_id and event.data["new_state"] is not None:
            types.append(event.data["new_state"].attributes["event_type"])

    house.hass.bus.async_listen("state_changed", changed)
    return types


async def test_the_life_of_an_incident(house: House) -> None:
    told = follow(house, "event.home_incident")
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("front_door")
    assert not told
    await house.trip("hall_motion")
    await house.wait(30)
    assert told == ["opened"]
    await house.wait(15)
    await house.tap("confirm")
    house.expect_shared()
    await house.disarm()
    assert told == ["opened", "confirmed", "level_raised", "shared", "closed"]


async def test_a_false_alarm(house: House) -> None:
    told = follow(house, "event.home_incident")
    await house.arm()
    await house.trip("kitchen_window")
    await house.act("dismiss_incident", code=OWNER_CODE)
    assert told == ["opened", "level_raised", "denied", "cancelled"]


async def test_a_reload_does_not_raise_the_level_again(house: House) -> None:
    await house.arm()
    house.detector.will_see(0.8, frames=40)
    await house.trip("hall_motion")
    assert house.entry is not None
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()
    told = follow(house, "event.home_incident")
    await house.wait(5)
    await house.trip("porch_motion")  # another reason, the same level
    assert house.level == "2"
    assert "level_raised" not in told


async def test_the_life_of_a_code(house: House) -> None:
    told = follow(house, "event.front_lock_credential")
    granted = await house.act("grant_access", lock=["lock.front"], max_uses=1)
    label = f"VR {granted['grant_id'][-6:]}"
    house.hass.states.async_set("lock.front", "unlocked", {"changed_by": label})
    await house.settle()
    assert told == ["granted", "used", "revoked"]
    assert not house.locks.of("front_lock").codes


async def test_a_code_that_no_lock_took(house: House) -> None:
    told = follow(house, "event.front_lock_credential")
    house.locks.of("front_lock").writes_lost = True
    granted = await house.act("grant_access", lock=["lock.front"])
    assert granted["locks"][0]["outcome"] == "failed"
    assert "granted" not in told


async def test_event_types_are_translated(house: House) -> None:
    import json
    from pathlib import Path

    import custom_components.verified_response as package

    texts = json.loads(
        (Path(package.__file__).parent / "translations" / "en.json").read_text(encoding="utf-8")
    )["entity"]["event"]
    for entity_id, key in (("home_incident", "incident"), ("front_lock_credential", "credential")):
        types = house.state(f"event.{entity_id}").attributes["event_types"]
        assert set(types) == set(texts[key]["state_attributes"]["event_type"]["state"])


async def test_an_early_warning_names_the_camera_and_opens_nothing(house: House) -> None:
    from custom_components.verified_response.core.commands import ReportOutside
    from custom_components.verified_response.core.detection import Trust

    told = follow(house, "event.home_incident")
    await house.arm()
    assert house.entry is not None
    warning = ReportOutside(
        camera_id="porch",
        trust=Trust.FULL,
        engine="onnx/fake",
        scores=(0.9,),
        box=None,
        count=2,
        dwell_s=4.25,
        direction="in",
    )
    await house.entry.runtime_data.desk.submit(warning)
    await house.settle()
    assert told == ["early_warning"]
    attributes = house.state("event.home_incident").attributes
    shown = {key: attributes[key] for key in ("camera", "name", "people", "dwell_s", "direction")}
    assert shown == {
        "camera": "camera.porch",
        "name": "Porch",
        "people": 2,
        "dwell_s": 4.2,
        "direction": "in",
    }
    assert house.stage == "none"
    assert house.panel == "armed_away"
    await house.wait(120)
    assert not house.pushes
    assert not house.sirens
