"""The detector's worker is killed in the middle of a burst: it is said, and the look goes on."""

import asyncio
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.demo.desk_process import DeskProcess
from sandbox.demo.house_setup import DOMAIN, set_up
from sandbox.demo.scenario import Burglary
from sandbox.demo.timeline import Timeline
from sandbox.home_dialogs import HomeError
from sandbox.real_home import DEMO_HOUSE, INTEGRATION, RealHome
from tests.real.conftest import StartHome
from tests.real.on_disk import journal

pytestmark = [pytest.mark.real, pytest.mark.slow]

HALL, SENSOR = "camera.hall", "binary_sensor.hall_motion"
KILLS = 2
"""Fewer than the ends in a row for which one camera is no longer looked at for a while."""
HELD_S = 1.5
"""A loaded machine draws a frame in this time; the hub waits 2 s before it calls a worker hung."""
COULD_NOT_LOOK = {"what": "could_not_look", "where": "Hall"}
ALONE = {"VERIFIED_RESPONSE_OFFLINE": "1", "VERIFIED_RESPONSE_MODELS": ""}


def workers(real: RealHome) -> list[psutil.Process]:
    """Every worker of the home, those that nobody has buried included."""
    children = psutil.Process(real.pid).children()
    # The command line of one that is dead is empty; Home Assistant starts no other children here.
    return [
        child
        for child in children
        if child.status() == psutil.STATUS_ZOMBIE
        or child.cmdline()[-1:] == [str(_worker_file(real))]
    ]


def _worker_file(real: RealHome) -> Path:
    return real.folder / "custom_components" / DOMAIN / "vision" / "__main__.py"


async def worker(real: RealHome, *, other_than: int | None = None) -> psutil.Process:
    """Wait for the one worker that has answered."""
    found: list[psutil.Process] = []

    async def answers() -> bool:
        found[:] = [each for each in workers(real) if each.pid != other_than]
        try:
            await real.home.call(DOMAIN, "detect_people", {"camera": HALL}, response=True)
        except HomeError:
            return False
        return [each.pid for each in workers(real)] == [each.pid for each in found] != []

    await real.home.wait_until(answers, within=60, what="a worker that answers")
    [one] = found
    return one


async def kill_at_work(process: psutil.Process) -> None:
    """Kill it with a frame in it: it is held until one has come."""
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(HELD_S)
    with suppress(psutil.NoSuchProcess):  # a slow test machine: taken for hung by then
        process.send_signal(signal.SIGKILL)


def product_alone(folder: Path) -> Path:
    """Copy the product to where no model file lies beside it."""
    copied = folder / "alone" / "custom_components" / DOMAIN
    shutil.copytree(INTEGRATION, copied, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(copied / "models", ignore_errors=True)
    return copied


def evidence(play: Burglary, real: RealHome) -> list[dict[str, Any]]:
    """What the journal on disk holds of the hall's camera, oldest first."""
    hall = play.premises.parts["camera"]["Hall"]
    items = [
        payload["item"]
        for _, _, kind, payload in journal(real.folder, play.premises.entry_id)
        if kind == "EvidenceAdded"
    ]
    return [item for item in items if item.get("camera_id") == hall]


async def assessment(play: Burglary, incident_id: str) -> dict[str, Any]:
    """What the product proposes about the incident, and why."""
    told = await play.ours("get_incident", {"incident_id": incident_id}, response=True)
    return dict(told["assessment"])


async def trip_again(play: Burglary) -> None:
    """The detector trips anew: the burst lasts on."""
    await play.house("set", entity_id=SENSOR, state="off")
    await play.trip(SENSOR)


@pytest.fixture(params=[pytest.param("model", marks=pytest.mark.shared), "basic"])
async def armed(
    request: pytest.FixtureRequest,
    start_home: StartHome,
    police_desk: DeskProcess,
    tmp_path: Path,
) -> tuple[RealHome, Burglary, str]:
    """A home that is set up and armed, nobody in it; and what looks."""
    if request.param == "basic":
        real = await start_home(
            integrations=(product_alone(tmp_path), DEMO_HOUSE), environment=ALONE
        )
    else:
        real = await start_home()
    line = Timeline()
    premises = await set_up(real.home, police_desk, line)
    play = Burglary(home=real.home, desk=police_desk, premises=premises, line=line)
    await play.arm()
    # Else the frame that is lost with a worker may be the yard's, and the hall's only waits.
    await play.house("set", entity_id="camera.yard", state="unavailable")
    blind = premises.entity("blind", part=("camera", "Yard"))
    await real.home.wait_for_state(blind, "on", what="the yard's camera to be out of the way")
    return real, play, request.param


async def test_worker_killed_in_the_burst_is_told_and_the_look_goes_on(
    armed: tuple[RealHome, Burglary, str],
) -> None:
    real, play, looks = armed
    process = await worker(real)
    killed: list[int] = []
    await play.trip(SENSOR)
    incident_id = await play.level_at_least(1)

    async def told() -> bool:
        return COULD_NOT_LOOK in (await assessment(play, incident_id))["unknowns"]

    for _ in range(KILLS):
        await trip_again(play)
        await kill_at_work(process)
        killed.append(process.pid)
        await play.home.wait_until(told, within=10, what="'could not look' in the assessment")
        process = await worker(real, other_than=process.pid)
    assert process.pid not in killed
    assert [item["type"] for item in evidence(play, real)] == ["CouldNotSee"]
    assert evidence(play, real)[0]["reason"] in {"detector_crashed", "detector_timeout"}
    assert (await assessment(play, incident_id))["level"] == 1

    await play.scene(HALL, "person")
    await trip_again(play)

    async def found() -> bool:
        return evidence(play, real)[-1]["type"] == "PersonSeen"

    await play.home.wait_until(found, within=30, what="the person to be found")
    now = await assessment(play, incident_id)
    assert COULD_NOT_LOOK not in now["unknowns"]
    if looks == "model":
        assert (now["level"], "person_seen" in now["raised_by"]) == (2, True)
    else:
        # What OpenCV alone sees is shown and never raises the level.
        assert (now["level"], "person_low_trust" in now["held_by"]) == (1, True)
        await play.trip("binary_sensor.front_door")
        await play.level_at_least(2)
    await play.journal_is_intact()
    assert [each.pid for each in workers(real)] == [process.pid]

    entry_id = play.premises.entry_id
    await real.home.ws("config_entries/disable", entry_id=entry_id, disabled_by="user")

    async def gone() -> bool:
        return workers(real) == []

    await real.home.wait_until(gone, within=10, what="the worker to be gone")
