"""The demo's house in a real Home Assistant: it plays its part, and keeps its codes through a power cut."""

import cv2
import numpy as np
import pytest

from sandbox.home_dialogs import HomeError
from sandbox.real_home import DEMO_HOUSE, RealHome

pytestmark = [pytest.mark.real, pytest.mark.slow]

FRONT = "lock.front_door"


async def table(home: RealHome) -> dict[str, dict[str, str]]:
    read = await home.home.call("demo_house", "get_codes", {"entity_id": FRONT}, response=True)
    return read["slots"]


async def test_house_plays_and_keeps_codes_through_a_power_cut(start_home) -> None:
    real = await start_home(integrations=(DEMO_HOUSE,))
    home = real.home

    await home.call("demo_house", "set", {"entity_id": "binary_sensor.front_door", "state": "on"})
    await home.wait_for_state("binary_sensor.front_door", "on", within=10)

    await home.call("demo_house", "scene", {"camera": "camera.hall", "scene": "person"})
    pictures = [await home.get("/api/camera_proxy/camera.hall") for _ in range(2)]
    shapes = [
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape for data in pictures
    ]
    assert shapes == [(480, 640, 3)] * 2
    assert pictures[0] != pictures[1]

    await home.call(
        "script", "front_door_set_code", {"code": "048213", "slot": 3, "name": "Patrol"}
    )
    assert await table(real) == {"3": {"code": "048213", "name": "Patrol"}}
    with pytest.raises(HomeError, match=r"camera\.hall is idle"):
        await home.wait_for_state("camera.hall", "on", within=0.3)

    address = real.url
    await real.kill()
    assert real.pid is None
    home = await real.start()
    assert real.url == address
    assert await table(real) == {"3": {"code": "048213", "name": "Patrol"}}

    async with home.events("demo_house_keypad") as keypad:
        typed = {"entity_id": FRONT, "code": "048213"}
        assert (await home.call("demo_house", "type_code", typed, response=True))["unlocked"]
        event = await keypad.next(within=10)
    assert event["data"] == {
        "entity_id": FRONT,
        "result": "unlocked",
        "slot": 3,
        "name": "Patrol",
    }
    await home.wait_for_state(FRONT, "unlocked", within=10)
    assert home.attributes(FRONT)["changed_by"] == "Patrol"

    await home.call("script", "front_door_clear_code", {"slot": 3})
    assert await table(real) == {}


async def test_a_home_that_is_not_up_in_time_is_ended_and_says_so(tmp_path) -> None:
    real = RealHome(tmp_path / "home", integrations=(DEMO_HOUSE,))
    with pytest.raises(HomeError, match="did not answer in time"):
        await real.start(within=0.3)
    assert real.pid is None
