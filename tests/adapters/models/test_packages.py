"""Packages come through Home Assistant, never where they cannot fit, and failures are remembered."""

import tomllib
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from homeassistant.requirements import RequirementsNotFound

from custom_components.verified_response.adapters.models import packages as module
from custom_components.verified_response.adapters.models.packages import (
    NEEDS,
    Machine,
    Packages,
    this_machine,
)
from custom_components.verified_response.vision.plan import EngineKind

ROOT = Path(__file__).resolve().parents[3]
BRINGS = {
    "onnxruntime": ("onnxruntime", "numpy"),
    "opencv-python-headless": ("cv2", "numpy"),
    "ncnn": ("ncnn", "numpy"),
    "numpy": ("numpy",),
}
GLIBC = Machine(glibc=True, musl=False, arm=False)
MUSL = Machine(glibc=False, musl=True, arm=False)
HOUR = 3600.0


@dataclass
class Hub:
    """What is installed, what can be, and what was asked for, by Home Assistant's rules."""

    installed: set[str] = field(default_factory=lambda: {"PIL"})
    available: set[str] = field(default_factory=set)
    asked: list[list[str]] = field(default_factory=list)
    failed_before: set[str] = field(default_factory=set)
    now: float = 1000.0

    async def process(
        self, _hass, name: str, requirements: list[str], *, is_built_in: bool
    ) -> None:
        assert (name, is_built_in) == ("verified_response", False)
        if self.failed_before.intersection(requirements):
            raise RequirementsNotFound(name, requirements)  # as it does until it is restarted
        self.asked.append(requirements)
        for each in requirements:
            package = each.partition("==")[0]
            if package not in self.available:
                self.failed_before.add(each)
                raise RequirementsNotFound(name, [each])
            self.installed |= set(BRINGS[package])

    def forget(self, _hass) -> None:
        self.failed_before.clear()


@pytest.fixture
def hub(hass, monkeypatch: pytest.MonkeyPatch, online) -> Hub:
    hub = Hub()
    hass.config.skip_pip = False
    monkeypatch.setattr(module, "async_process_requirements", hub.process)
    monkeypatch.setattr(module, "async_clear_install_history", hub.forget)
    monkeypatch.setattr(module, "importable", lambda names: set(names) <= hub.installed)
    monkeypatch.setattr(module, "this_machine", lambda: GLIBC)
    return hub


@pytest.fixture
def packages(hass, hub) -> Packages:
    return Packages(hass, now=lambda: hub.now)


def test_pins_agree_with_the_project() -> None:
    pins = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["run"])
    for kind, needs in NEEDS.items():
        assert set(needs.requirements) <= pins, kind


def test_every_engine_has_its_needs() -> None:
    assert set(NEEDS) == set(EngineKind)


def test_this_machine_is_one_or_the_other() -> None:
    machine = this_machine()
    assert machine.glibc is not machine.musl


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["linux_x86_64", "manylinux_2_28_x86_64", "manylinux1_x86_64"], GLIBC),
        (["linux_x86_64", "musllinux_1_2_x86_64", "musllinux_1_0_x86_64"], MUSL),
        (["macosx_14_0_x86_64"], Machine(glibc=False, musl=False, arm=False)),
    ],
)
def test_the_library_is_told_by_the_wheels_that_fit(monkeypatch, tags, expected) -> None:
    monkeypatch.setattr(module, "platform_tags", lambda: iter(tags))
    monkeypatch.setattr(module.platform, "machine", lambda: "x86_64")
    assert this_machine() == expected


@pytest.mark.parametrize("name", ["aarch64", "arm64", "armv7l"])
def test_arm_is_told_by_the_processor(monkeypatch, name) -> None:
    monkeypatch.setattr(module.platform, "machine", lambda: name)
    assert this_machine().arm


async def test_what_is_there_is_not_asked_for(packages, hub) -> None:
    hub.installed |= {"numpy", "cv2", "onnxruntime"}
    assert await packages.ready(EngineKind.ONNX)
    assert hub.asked == []


@pytest.mark.parametrize("kind", list(EngineKind))
async def test_what_is_missing_is_installed(packages, hub, kind) -> None:
    hub.available |= set(BRINGS)
    assert await packages.ready(kind)
    assert hub.asked == [list(NEEDS[kind].requirements)]


@pytest.mark.parametrize("kind", [EngineKind.ONNX, EngineKind.BASIC])
async def test_what_has_no_wheels_for_musl_is_never_tried_there(
    packages, hub, monkeypatch, kind
) -> None:
    monkeypatch.setattr(module, "this_machine", lambda: MUSL)
    hub.available |= set(BRINGS)
    assert not await packages.can_have(kind)
    assert not await packages.ready(kind)
    assert hub.asked == []
    hub.installed |= {"numpy", "cv2", "onnxruntime"}  # somebody built them
    assert await packages.can_have(kind)
    assert await packages.ready(kind)


@pytest.mark.parametrize("kind", [EngineKind.NCNN, EngineKind.REMOTE])
async def test_the_others_fit_musl(packages, hub, monkeypatch, kind) -> None:
    monkeypatch.setattr(module, "this_machine", lambda: MUSL)
    hub.available |= set(BRINGS)
    assert await packages.ready(kind)


async def test_offline_installs_nothing(packages, hub, monkeypatch) -> None:
    monkeypatch.setenv(module.ENV_OFFLINE, "1")
    hub.available |= set(BRINGS)
    assert not await packages.ready(EngineKind.ONNX)
    assert hub.asked == []


async def test_a_hub_that_shall_install_nothing_is_obeyed(hass, packages, hub) -> None:
    hub.available |= set(BRINGS)
    hass.config.skip_pip = True
    assert not await packages.ready(EngineKind.ONNX)
    assert hub.asked == []


async def test_failures_are_remembered_longer_and_longer(packages, hub) -> None:
    """Asked every hour for two weeks, it tries a few times on the first day and then daily."""
    tries = []
    for hour in range(14 * 24):
        hub.now = 1000.0 + hour * HOUR
        before = len(hub.asked)
        assert not await packages.ready(EngineKind.NCNN)
        if len(hub.asked) > before:
            tries.append(hour)
    assert tries[0] == 0
    assert tries[1] == 1, "the hourly asking after a bad start tries again"
    assert len([hour for hour in tries if hour < 24]) <= 6
    assert all(later - earlier == 24 for earlier, later in pairwise(tries[6:]))


async def test_a_line_that_comes_back_is_used(packages, hub) -> None:
    assert not await packages.ready(EngineKind.NCNN)
    hub.available |= set(BRINGS)
    assert not await packages.ready(EngineKind.NCNN)
    hub.now += HOUR
    assert await packages.ready(EngineKind.NCNN)


async def test_one_engine_that_fails_does_not_hold_up_another(packages, hub) -> None:
    hub.available = {"ncnn"}
    assert not await packages.ready(EngineKind.ONNX)
    assert await packages.ready(EngineKind.NCNN)


async def test_installed_and_still_not_importable_is_a_failure(packages, hub, monkeypatch) -> None:
    hub.available |= set(BRINGS)
    monkeypatch.setattr(module, "importable", lambda _: False)
    assert not await packages.ready(EngineKind.NCNN)
    assert not await packages.ready(EngineKind.NCNN)
    assert len(hub.asked) == 1


async def test_reloads_share_one_memory(hass) -> None:
    assert module.packages_of(hass) is module.packages_of(hass)
