"""Cameras, the person detector and its models, and what is learnt from verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant

from .. import const as c
from ..adapters.cameras.home import HomeCameras
from ..adapters.models.choose import ModelChoice, Wishes
from ..adapters.models.owner import HomeModelFiles
from ..adapters.person_detector import DetectorSettings, join
from ..adapters.sightings import FileSightings
from ..engine.desk import Desk
from ..engine.learning import Learning
from ..engine.looking import watch
from ..engine.looking.pace import Rates
from ..engine.looking.watch import Watch
from ..engine.ports import Clock, PersonDetector
from ..runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime

IDLE_S = 60.0
"""The worker outlives the pauses within one burglary and is gone soon after."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seeing:
    """What looks at the cameras of one premises; `detector` None when the owner wants none."""

    cameras: HomeCameras
    detector: PersonDetector | None
    watch: Watch
    learning: Learning
    models: HomeModelFiles
    choice: ModelChoice


def see(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    desk: Desk,
    clock: Clock,
    *,
    folder: Path,
) -> Seeing:
    """Put together what looks; nothing of it starts before somebody asks."""
    choice = ModelChoice(hass, _wishes(entry.options))
    cameras = HomeCameras(hass, store_key=f"{c.DOMAIN}/{entry.entry_id}/cameras")
    entry.async_on_unload(cameras.close)
    detector = detector_of(hass, entry, choice)
    return Seeing(
        cameras=cameras,
        detector=detector,
        watch=Watch(desk, clock, camera=cameras, detector=detector, rates=_rates(entry.options)),
        learning=Learning(desk, FileSightings(hass, folder)),
        models=HomeModelFiles(hass, choice),
        choice=choice,
    )


def detector_of(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, choice: ModelChoice
) -> PersonDetector | None:
    """Return the share of the hub's one detector, None when people shall not be looked for."""
    if not entry.options.get(c.CONF_DETECTION, True):
        return None
    return join(
        hass,
        DetectorSettings(
            resolve=choice.plan,
            threads=entry.options.get(c.CONF_WORKER_THREADS, 2),
            idle_s=IDLE_S,
            measured=choice.measured,
        ),
    )


def follow_models(
    entry: VerifiedResponseConfigEntry, runtime: VerifiedResponseRuntime, choice: ModelChoice
) -> None:
    """Plan anew when a model's file has arrived or could not be had."""

    async def prepare() -> None:
        if runtime.detector is not None:
            runtime.desk.show(detector=await runtime.detector.prepare())

    entry.async_on_unload(choice.listen(lambda: runtime.desk.run(prepare(), name="detector anew")))


def _rates(options: Mapping[str, Any]) -> Rates | None:
    """Return the usual pace, or one without the patrol where the owner wants none."""
    wanted = options.get(c.CONF_EARLY_WARNING, True)
    return None if wanted else replace(watch.RATES, patrol_s=None)


def _wishes(options: Mapping[str, Any]) -> Wishes:
    """Return how people shall be looked for."""
    folder = options.get(c.CONF_MODELS_PATH)
    return Wishes(
        engine=options.get(c.CONF_ENGINE, c.AUTO),
        model=options.get(c.CONF_MODEL, c.AUTO),
        threads=options.get(c.CONF_WORKER_THREADS, 2),
        folder=Path(folder) if folder else None,
        server_url=options.get(c.CONF_SERVER_URL),
        server_model=options.get(c.CONF_SERVER_MODEL),
    )
