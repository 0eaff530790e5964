"""Model files of a few bytes with cards that know them, a configuration of its own, and hosts that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from custom_components.verified_response.adapters.models import files, packages
from custom_components.verified_response.vision.card import (
    DEFAULT_CARD,
    SLOW_HUB_CARD,
    Form,
    ModelCard,
    ModelFile,
    Variant,
    digest_of,
    load_cards,
)

WEIGHTS = b"weights" * 100_000
QUICK = b"quick weights" * 100
GRAPH = b"graph" * 100
BIN = b"half precision" * 1000


def model_file(content: bytes, *names: str, url: str | None = None) -> ModelFile:
    """A file that a card knows by its content."""
    variant = Variant(sha256=digest_of([content]), origin="a test", url=url)
    return ModelFile(names=names, variants=(variant,))


def form(engine: str, *files_: ModelFile) -> Form:
    return Form(engine=engine, files=files_, input_name="in", output_name="out", exact=False)


@dataclass
class Shelf:
    """The cards that the product knows in a test; addresses may be given to their files."""

    urls: dict[bytes, str] = field(default_factory=dict)

    def cards(self) -> dict[str, ModelCard]:
        real = load_cards()

        def known(content: bytes, *names: str) -> ModelFile:
            return model_file(content, *names, url=self.urls.get(content))

        default = (
            form("onnx", known(WEIGHTS, "default.onnx", "other_name.onnx")),
            form("ncnn", known(GRAPH, "default.param"), known(BIN, "default.bin")),
        )
        quick = (form("onnx", known(QUICK, "quick.onnx")),)
        return {
            DEFAULT_CARD: replace(real[DEFAULT_CARD], forms=default),
            SLOW_HUB_CARD: replace(real[SLOW_HUB_CARD], forms=quick),
        }


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    monkeypatch.setattr(files, "load_cards", shelf.cards)
    return shelf


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An integration in a checkout of its own, nothing beside it, nothing fetched."""
    integration = tmp_path / "dev" / "checkout" / "custom_components" / "verified_response"
    (integration / "models").mkdir(parents=True)
    monkeypatch.setattr(files, "INTEGRATION", integration)
    monkeypatch.setenv(packages.ENV_OFFLINE, "1")
    monkeypatch.delenv(files.ENV_MODELS, raising=False)
    return integration.parents[1]


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(packages.ENV_OFFLINE)


@pytest.fixture
def cache(hass, tmp_path: Path) -> Path:
    """Where fetched and uploaded files are kept; not made yet."""
    hass.config.config_dir = str(tmp_path / "config")
    return tmp_path / "config" / "verified_response" / "models"


def put(folder: Path, content: bytes, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


class Host:
    """A web server on this machine; each file is served by a handler of its own, which may misbehave."""

    def __init__(self) -> None:
        self.url = ""
        self.handlers: dict[str, Callable[[web.Request], asyncio.Future]] = {}
        self.requests: list[web.Request] = []

    async def get(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        handler = self.handlers.get(request.path)
        if handler is None:
            raise web.HTTPNotFound
        return await handler(request)

    def serves(self, path: str, handler) -> str:
        """Serve a path by a handler; return its address."""
        self.handlers[path] = handler
        return f"{self.url}{path}"


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    serving = Host()
    app = web.Application()
    app.router.add_get("/{any:.*}", serving.get)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    serving.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield serving
    await runner.cleanup()
