"""Packages that an engine needs: there already, or installed by Home Assistant, or out of reach.

Nothing is tried that cannot work: where no wheels exist, Home Assistant would build for hours. A
failure is remembered, so that asking every hour costs nothing; the pause grows up to a day.
"""

import importlib
import importlib.util
import logging
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.requirements import (
    RequirementsNotFound,
    async_clear_install_history,
    async_process_requirements,
)
from homeassistant.util.hass_dict import HassKey
from packaging.tags import platform_tags

from ...vision.plan import EngineKind

_LOGGER = logging.getLogger(__name__)

DOMAIN: Final = "verified_response"
ENV_OFFLINE: Final = "VERIFIED_RESPONSE_OFFLINE"

# Pinned like in pyproject.toml; OpenCV 5 has no people detector inside any more.
REQUIREMENTS_BASIC: Final = ["opencv-python-headless==4.14.0.94"]
REQUIREMENTS_ONNX: Final = ["onnxruntime==1.31.1", "opencv-python-headless==4.14.0.94"]
REQUIREMENTS_NCNN: Final = ["ncnn==1.0.20261020"]
REQUIREMENTS_REMOTE: Final = ["numpy==2.3.2"]

FIRST_PAUSE_S: Final = 50 * 60.0  # less than the hour after which the detector is planned anew
LONGEST_PAUSE_S: Final = 24 * 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What decides which wheels fit: the C library of this Python and its processor."""

    glibc: bool
    musl: bool
    arm: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """The modules of an engine, and what brings them."""

    modules: tuple[str, ...]
    requirements: tuple[str, ...]
    on_musl: bool


# Pillow comes with Home Assistant; the others do not, or not everywhere.
NEEDS: Final[Mapping[EngineKind, Needs]] = {
    EngineKind.ONNX: Needs(
        modules=("numpy", "cv2", "onnxruntime"),
        requirements=tuple(REQUIREMENTS_ONNX),
        on_musl=False,
    ),
    EngineKind.NCNN: Needs(
        modules=("numpy", "PIL", "ncnn"), requirements=tuple(REQUIREMENTS_NCNN), on_musl=True
    ),
    EngineKind.REMOTE: Needs(
        modules=("numpy", "PIL"), requirements=tuple(REQUIREMENTS_REMOTE), on_musl=True
    ),
    EngineKind.BASIC: Needs(
        modules=("numpy", "cv2"), requirements=tuple(REQUIREMENTS_BASIC), on_musl=False
    ),
}


def this_machine() -> Machine:
    """Ask what an installer would ask; reads the interpreter's file, so not on the event loop."""
    tags = tuple(platform_tags())
    return Machine(
        glibc=any(tag.startswith("manylinux") for tag in tags),
        musl=any(tag.startswith("musllinux") for tag in tags),
        arm=platform.machine().lower().startswith(("arm", "aarch")),
    )


def is_offline() -> bool:
    """Say whether nothing may be fetched."""
    return os.environ.get(ENV_OFFLINE, "") not in {"", "0"}


def importable(modules: Sequence[str]) -> bool:
    """Say whether all modules are there, without importing them into the hub."""
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) is not None for name in modules)


class Packages:
    """What this hub can import, and when it may try again to install what it cannot."""

    def __init__(self, hass: HomeAssistant, now: Callable[[], float] = monotonic) -> None:
        self._hass = hass
        self._now = now
        self._machine: Machine | None = None
        self._failures: dict[EngineKind, int] = {}
        self._not_before: dict[EngineKind, float] = {}

    async def machine(self) -> Machine:
        """Return what kind of machine this is."""
        if self._machine is None:
            self._machine = await self._hass.async_add_executor_job(this_machine)
        return self._machine

    async def can_have(self, kind: EngineKind) -> bool:
        """Say whether it is worth asking for this engine's packages at all."""
        if NEEDS[kind].on_musl or not (await self.machine()).musl:
            return True
        return await self.are_there(kind)

    async def are_there(self, kind: EngineKind) -> bool:
        """Say whether the engine's modules can be imported as it is."""
        return await self._hass.async_add_executor_job(importable, NEEDS[kind].modules)

    async def ready(self, kind: EngineKind) -> bool:
        """Say whether the engine's modules can be imported, after installing what is missing."""
        if await self.are_there(kind):
            return True
        if is_offline() or self._hass.config.skip_pip or not await self.can_have(kind):
            return False
        if self._now() < self._not_before.get(kind, 0.0):
            return False
        if self._failures.get(kind):
            # Home Assistant refuses what failed once until it is restarted; the line may be back.
            async_clear_install_history(self._hass)
        try:
            await async_process_requirements(
                self._hass, DOMAIN, list(NEEDS[kind].requirements), is_built_in=False
            )
        except RequirementsNotFound as error:
            _LOGGER.warning("Packages for seeing people cannot be installed: %s", error)
            self._failed(kind)
            return False
        if await self.are_there(kind):
            self._failures.pop(kind, None)
            return True
        self._failed(kind)
        return False

    def _failed(self, kind: EngineKind) -> None:
        """Wait twice as long as the last time."""
        failures = self._failures[kind] = self._failures.get(kind, 0) + 1
        pause = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 10), LONGEST_PAUSE_S)
        self._not_before[kind] = self._now() + pause


_PACKAGES: HassKey[Packages] = HassKey("verified_response_packages")


def packages_of(hass: HomeAssistant) -> Packages:
    """Return the one memory of this hub; it outlives reloads of the configuration."""
    if (known := hass.data.get(_PACKAGES)) is None:
        known = hass.data[_PACKAGES] = Packages(hass)
    return known
