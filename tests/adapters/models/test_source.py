"""Where the engine comes from: packages, then a model file with a known digest, else basic and why."""

import asyncio
import socket
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from homeassistant.requirements import RequirementsNotFound

from custom_components.verified_response.adapters.models import source as model_source
from custom_components.verified_response.adapters.models.source import plan_engine
from custom_components.verified_response.vision.card import (
    DEFAULT_CARD,
    ModelCard,
    digest_of,
    load_cards,
)
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan

CARD = load_cards()["nanodet-plus-m-416"].path

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = b"weights" * 100_000
OTHER = b"other weights" * 100


@pytest.fixture
def card() -> ModelCard:
    """The default card, but two files of ours are the known ones; the first can be fetched."""
    real = load_cards()[DEFAULT_CARD]
    official, converted = real.variants
    return replace(
        real,
        variants=(
            replace(official, sha256=digest_of([WEIGHTS])),
            replace(converted, sha256=digest_of([OTHER])),
        ),
    )


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch) -> Path:
    """An integration in a checkout of its own, nothing beside it, nothing fetched."""
    integration = tmp_path / "dev" / "checkout" / "custom_components" / "verified_response"
    (integration / "adapters" / "models").mkdir(parents=True)
    (integration / "models").mkdir()
    monkeypatch.setattr(
        model_source, "__file__", str(integration / "adapters" / "models" / "source.py")
    )
    monkeypatch.setenv(model_source.ENV_OFFLINE, "1")
    monkeypatch.delenv(model_source.ENV_MODELS, raising=False)
    return integration.parents[1]


@pytest.fixture(autouse=True)
def config(hass, tmp_path: Path) -> Path:
    hass.config.config_dir = str(tmp_path / "config")
    return tmp_path / "config"


def put(folder: Path, content: bytes, name: str = "nanodet_plus_m_416.onnx") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def planned(path: Path) -> EnginePlan:
    return EnginePlan(engine=EngineKind.ONNX, files=(path,), card=CARD)


async def test_nothing_there_means_basic_and_says_why(hass, card) -> None:
    assert await plan_engine(hass, folder_option=None, card=card) == EnginePlan(
        engine=EngineKind.BASIC, reason="model_missing"
    )


async def test_folders_are_searched_in_order(
    hass, card, tmp_path, checkout, config, monkeypatch
) -> None:
    """Each file that is found hides those of the folders after it."""
    monkeypatch.setenv(model_source.ENV_MODELS, str(tmp_path / "named"))
    (checkout / "pyproject.toml").touch()
    folders = [
        checkout / "custom_components" / "verified_response" / "models",
        tmp_path / "option",
        tmp_path / "named",
        tmp_path / "dev" / "shared" / "models",
        config / "verified_response" / "models",
    ]
    for folder in reversed(folders):
        path = put(folder, OTHER)
        assert await plan_engine(hass, folder_option=tmp_path / "option", card=card) == planned(
            path
        )


async def test_material_beside_something_that_is_no_checkout_is_left_alone(
    hass, card, tmp_path
) -> None:
    put(tmp_path / "dev" / "shared" / "models", WEIGHTS)
    plan = await plan_engine(hass, folder_option=None, card=card)
    assert plan.engine is EngineKind.BASIC


async def test_a_linked_integration_finds_what_lies_beside_its_checkout(
    hass, card, tmp_path, checkout, monkeypatch
) -> None:
    (checkout / "pyproject.toml").touch()
    path = put(tmp_path / "dev" / "shared" / "models", WEIGHTS)
    link = tmp_path / "config" / "custom_components"
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(checkout / "custom_components")
    monkeypatch.setattr(
        model_source,
        "__file__",
        str(link / "verified_response" / "adapters" / "models" / "source.py"),
    )
    assert await plan_engine(hass, folder_option=None, card=card) == planned(path)


@pytest.mark.parametrize("name", ["nanodet_plus_m_416.onnx", "nanodet-plus-m_416.onnx"])
async def test_both_names_are_known(hass, card, tmp_path, name: str) -> None:
    path = put(tmp_path, WEIGHTS, name)
    assert await plan_engine(hass, folder_option=tmp_path, card=card) == planned(path)


async def test_a_wrong_digest_is_refused_and_named(hass, card, tmp_path, caplog) -> None:
    put(tmp_path, b"something else")
    assert await plan_engine(hass, folder_option=tmp_path, card=card) == EnginePlan(
        engine=EngineKind.BASIC, reason="model_refused", refused=("nanodet_plus_m_416.onnx",)
    )
    assert "refused" in caplog.text


async def test_a_right_file_after_a_wrong_one_is_used(hass, card, tmp_path, config) -> None:
    put(tmp_path, b"something else")
    path = put(config / "verified_response" / "models", WEIGHTS)
    plan = await plan_engine(hass, folder_option=tmp_path, card=card)
    assert (plan.engine, plan.files, plan.reason) == (EngineKind.ONNX, (path,), None)


async def test_what_cannot_be_read_is_passed_over(hass, card, tmp_path, monkeypatch) -> None:
    (tmp_path / "nanodet_plus_m_416.onnx").mkdir()
    assert (await plan_engine(hass, folder_option=tmp_path, card=card)).reason == "model_missing"
    put(tmp_path, WEIGHTS, "nanodet-plus-m_416.onnx")
    monkeypatch.setattr(model_source, "MAX_MODEL_BYTES", len(WEIGHTS) - 1)
    assert (await plan_engine(hass, folder_option=tmp_path, card=card)).reason == "model_missing"


@pytest.mark.shared
async def test_the_material_beside_this_checkout_is_known(hass, shared) -> None:
    plan = await plan_engine(hass, folder_option=shared / "models")
    assert plan == planned(shared / "models" / "nanodet_plus_m_416.onnx")


# Packages


def test_pins_agree_with_the_project() -> None:
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["run"]
    assert set(model_source.REQUIREMENTS_ONNX) <= set(pins)


@pytest.fixture
def packages(monkeypatch) -> dict[str, list]:
    """What is installed, what was asked for, and what can be installed."""
    state: dict[str, list] = {"installed": ["numpy"], "asked": [], "available": []}

    async def process(_hass, name: str, requirements: list[str], *, is_built_in: bool) -> None:
        assert (name, is_built_in) == ("verified_response", False)
        state["asked"].append(requirements)
        modules = {"onnxruntime": "onnxruntime", "opencv-python-headless": "cv2"}
        wanted = [modules[each.partition("==")[0]] for each in requirements]
        if missing := [each for each in wanted if each not in state["available"]]:
            raise RequirementsNotFound(name, missing)
        state["installed"] += wanted

    monkeypatch.setattr(model_source, "async_process_requirements", process)
    monkeypatch.setattr(
        model_source, "_importable", lambda names: set(names) <= set(state["installed"])
    )
    monkeypatch.delenv(model_source.ENV_OFFLINE)
    return state


async def test_packages_that_are_there_are_not_asked_for(hass, card, tmp_path, packages) -> None:
    packages["installed"] += ["cv2", "onnxruntime"]
    path = put(tmp_path, WEIGHTS)
    assert await plan_engine(hass, folder_option=tmp_path, card=card) == planned(path)
    assert packages["asked"] == []


async def test_missing_packages_are_installed(hass, card, tmp_path, packages) -> None:
    packages["available"] += ["cv2", "onnxruntime"]
    path = put(tmp_path, WEIGHTS)
    assert await plan_engine(hass, folder_option=tmp_path, card=card) == planned(path)
    assert packages["asked"] == [model_source.REQUIREMENTS_ONNX]


async def test_without_the_runtime_basic_looks(hass, card, tmp_path, packages) -> None:
    packages["available"] += ["cv2"]
    put(tmp_path, WEIGHTS)
    plan = await plan_engine(hass, folder_option=tmp_path, card=card)
    assert plan == EnginePlan(engine=EngineKind.BASIC, reason="packages_missing")


async def test_without_any_package_nothing_can_look(hass, card, packages) -> None:
    plan = await plan_engine(hass, folder_option=None, card=card)
    assert plan == EnginePlan(engine=None, reason="packages_missing")


async def test_offline_installs_nothing(hass, card, packages, monkeypatch) -> None:
    monkeypatch.setenv(model_source.ENV_OFFLINE, "1")
    assert (await plan_engine(hass, folder_option=None, card=card)).reason == "packages_missing"
    assert packages["asked"] == []


# Fetching


class Host:
    """A host on this machine that serves one file, or something else."""

    def __init__(self) -> None:
        self.body, self.status, self.requests, self.cut = WEIGHTS, 200, 0, False

    async def get(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        if self.status != 200:
            raise (
                web.HTTPFound("/elsewhere")
                if self.status == 302 and request.path == "/model"
                else web.HTTPNotFound
            )
        response = web.StreamResponse(headers={"Content-Length": str(len(self.body))})
        await response.prepare(request)
        await response.write(self.body[: len(self.body) // 2])
        if self.cut:
            request.transport.abort()
            return response
        await response.write(self.body[len(self.body) // 2 :])
        return response


@pytest.fixture
async def host(card, monkeypatch) -> AsyncIterator[Host]:
    monkeypatch.delenv(model_source.ENV_OFFLINE)
    serving = Host()
    app = web.Application()
    app.router.add_get("/{any}", serving.get)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    serving.url = f"http://127.0.0.1:{runner.addresses[0][1]}/model"
    yield serving
    await runner.cleanup()


def served_by(card: ModelCard, url: str) -> ModelCard:
    official, converted = card.variants
    return replace(card, variants=(replace(official, url=url), converted))


def left_over(config: Path) -> list[str]:
    return sorted(path.name for path in (config / "verified_response" / "models").iterdir())


@pytest.mark.real
async def test_the_official_file_is_fetched_once(hass, card, config, host) -> None:
    card = served_by(card, host.url)
    for _ in range(2):
        plan = await plan_engine(hass, folder_option=None, card=card)
        assert plan == planned(config / "verified_response" / "models" / "nanodet-plus-m_416.onnx")
        assert plan.files
        assert plan.files[0].read_bytes() == WEIGHTS
    assert host.requests == 1
    assert left_over(config) == ["nanodet-plus-m_416.onnx"]


@pytest.mark.real
@pytest.mark.parametrize(
    "wrong",
    [
        {"body": b"something else"},
        {"status": 404},
        {"status": 302},
        {"cut": True},
        {"body": WEIGHTS * 100},
    ],
    ids=["digest", "not found", "redirect to nowhere", "cut off", "too large"],
)
async def test_what_is_not_the_file_is_not_kept(
    hass, card, config, host, monkeypatch, wrong
) -> None:
    monkeypatch.setattr(model_source, "MAX_MODEL_BYTES", 2 * len(WEIGHTS))
    for key, value in wrong.items():
        setattr(host, key, value)
    plan = await plan_engine(hass, folder_option=None, card=served_by(card, host.url))
    assert plan == EnginePlan(engine=EngineKind.BASIC, reason="model_missing")
    assert left_over(config) == []
    assert host.requests >= 1


@pytest.mark.real
async def test_offline_fetches_nothing(hass, card, host, monkeypatch) -> None:
    monkeypatch.setenv(model_source.ENV_OFFLINE, "1")
    plan = await plan_engine(hass, folder_option=None, card=served_by(card, host.url))
    assert plan.reason == "model_missing"
    assert host.requests == 0


@pytest.mark.real
async def test_a_host_that_does_not_answer_is_given_up(hass, card, config, monkeypatch) -> None:
    """The limit is the product's own, here shorter: nobody ever completes the handshake."""
    monkeypatch.delenv(model_source.ENV_OFFLINE)
    assert model_source.CONNECT_S <= 5
    monkeypatch.setattr(model_source, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        card = served_by(card, f"https://127.0.0.1:{silent.getsockname()[1]}/model")
        async with asyncio.timeout(10):
            plan = await plan_engine(hass, folder_option=None, card=card)
    assert plan.reason == "model_missing"
    assert left_over(config) == []


@pytest.mark.real
async def test_a_folder_that_cannot_be_written_is_no_end(hass, card, config, host) -> None:
    config.mkdir(exist_ok=True)
    (config / "verified_response").write_text("a file in the way")
    plan = await plan_engine(hass, folder_option=None, card=served_by(card, host.url))
    assert plan.reason == "model_missing"
    assert host.requests == 0
